"""Certificates, tokens and passwords of sources: what is wrong with them is reported before anything is asked."""

from pathlib import Path

import pytest

from detectors.sources.login import Login
from tests.detectors.sources.certificates import Authority
from tocsin.config import (
    Config,
    ConfigError,
    PrometheusSettings,
    ScrapeSettings,
    ScrapeTarget,
    Secret,
    check,
    load,
)
from tocsin.wiring.sources import scraped_targets

CONFIG = """\
site: {{name: Northbridge}}
sources:
  default: {{kind: scrape, targets: [{{url: "https://127.0.0.1:9100/metrics"{target}}}]}}
  prod: {{kind: prometheus, url: "https://p.example.com"{prod}}}
components:
  - {{name: trading, title: Trading}}
watches:
  - {{name: latency, metric: latency_seconds, component: trading}}
"""


TLS_FILES = {"ca_file": "authority.pem", "cert_file": "mine.pem", "key_file": "mine.key"}


def written(target: str = "", prod: str = "") -> str:
    return CONFIG.format(target=target and f", {target}", prod=prod and f", {prod}")


def loaded(folder: Path, text: str) -> Config:
    path = folder / "tocsin.yaml"
    path.write_text(text)
    return load(path, {})


def test_certificates_and_tokens_reach_the_sources(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.sign("mine")
    (tmp_path / "token").write_text("hunter2")
    files = "ca_file: authority.pem, cert_file: mine.pem, key_file: mine.key"
    config = loaded(tmp_path, written(target=f"{files}, bearer_token_file: token", prod=files))
    pems = {name: tmp_path / pem for name, pem in TLS_FILES.items()}
    scrape, prod = config.sources.values()
    assert isinstance(scrape, ScrapeSettings)
    assert isinstance(prod, PrometheusSettings)
    assert prod == PrometheusSettings.model_validate({"kind": "prometheus", "url": "https://p.example.com", **pems})
    assert scrape.targets == (
        ScrapeTarget.model_validate(
            {"url": "https://127.0.0.1:9100/metrics", "bearer_token_file": tmp_path / "token", **pems}
        ),
    )
    (target,) = scraped_targets("default", scrape)
    assert scrape.targets[0].bearer == Secret(file=tmp_path / "token")
    assert target.login == Login(
        bearer="hunter2", ca=pems["ca_file"], certificate=pems["cert_file"], key=pems["key_file"]
    )


CONTRADICTIONS = {
    "a key without its certificate": (
        written(prod="key_file: k"),
        "source prod: key_file is given, but cert_file, whose key it is, is missing",
    ),
    "a target's key without its certificate": (
        written(target="key_file: k"),
        "source default: targets[0]: key_file is given, but cert_file, whose key it is, is missing",
    ),
    "a certificate for plain http": (
        written(prod="cert_file: c").replace("https://p", "http://p"),
        "source prod: cert_file is of no use at http://p.example.com, must be an https:// address",
    ),
    "a token beside a password": (
        written(target="bearer_token_env: T, basic: {user: u, password_env: P}"),
        "source default: targets[0]: basic and bearer_token_env both say who we are; keep one",
    ),
    "a user without a password": (
        written(target="basic: {user: u}"),
        "source default: targets[0].basic: password_env or password_file is missing",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_itself_is_reported(name: str) -> None:
    text, message = CONTRADICTIONS[name]
    (problem,) = check(text, "tocsin.yaml")
    assert problem.message == message
    assert problem.line == (4 if "source prod" in message else 3)


@pytest.mark.parametrize(
    ("access", "message"),
    [
        ("ca_file: words", "ca_file is words, must hold certificates in PEM (-----BEGIN CERTIFICATE-----)"),
        ("cert_file: mine.key, key_file: mine.key", "cert_file is mine.key, must hold certificates in PEM"),
        ("cert_file: mine.pem", "cert_file is mine.pem, must hold the certificate's private key in PEM"),
        ("cert_file: mine.pem, key_file: words", "key_file is words, must hold the certificate's private key in PEM"),
        (
            "cert_file: mine.pem, key_file: other.key",
            "key_file is other.key, which is the key of another certificate than cert_file's",
        ),
        (
            "cert_file: locked.pem, key_file: locked.key",
            "key_file is locked.key, must be an unencrypted key: nobody is there to type its password",
        ),
    ],
)
@pytest.mark.parametrize("where", ["prod", "target"])
def test_a_file_that_is_no_certificate_is_reported(tmp_path: Path, where: str, access: str, message: str) -> None:
    authority = Authority(tmp_path)
    authority.sign("mine")
    authority.sign("other")
    authority.sign("locked", b"hunter2")
    (tmp_path / "words").write_text("certainly")
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, written(**{where: access}))
    (problem,) = caught.value.problems
    assert problem.message.startswith({"prod": "source prod: ", "target": "source default: targets[0]: "}[where])
    assert message in problem.message


def test_a_missing_file_is_reported_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, written(prod="cert_file: gone.pem, key_file: gone.key"))
    assert [problem.message for problem in caught.value.problems] == [
        f"source prod: cert_file is {tmp_path}/gone.pem, which cannot be read",
        f"source prod: key_file is {tmp_path}/gone.key, which cannot be read",
    ]
