"""A real Prometheus that asks for a client's certificate, queried and scraped."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detectors.sources.login import Login
from detectors.sources.prometheus import Prometheus
from detectors.sources.scrape import Outcome, Scraper, Target
from detectors.sources.scrape_store import ScrapeStore
from detectors.sources.source import SourceError
from detectors.watch import Query, Watch
from tests.detectors.sources.certificates import Authority
from tests.detectors.sources.prometheus_server import running_prometheus

WATCH = Watch(name="it", query=Query(promql="vector(7)"), component="exchange")


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A server that trusts the clients of `authority` alone. login: what opens it. stranger: signs for nobody here."""

    url: str
    authority: Authority
    stranger: Authority
    login: Login


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    authority, stranger = Authority(folder), Authority(folder, "stranger")
    server, client = authority.sign("server"), authority.sign("client")
    web = folder / "web.yml"
    web.write_text(
        f"tls_server_config: {{cert_file: {server.certificate}, key_file: {server.key}, "
        f"client_ca_file: {authority.ca}, client_auth_type: RequireAndVerifyClientCert, "
        # A refusal is then part of the handshake; in TLS 1.3 it may arrive behind our request.
        "max_version: TLS12}\n"
    )
    login = Login(ca=authority.ca, certificate=client.certificate, key=client.key)
    with running_prometheus(folder / "prometheus", web=web, login=login) as url:
        yield Guarded(url=url, authority=authority, stranger=stranger, login=login)


def probed(url: str, login: Login | None = None) -> str:
    with closing(Prometheus(url, login=login, retries=0)) as source:
        return source.probe()


def scraped(guarded: Guarded, login: Login, folder: Path) -> tuple[Outcome, str]:
    store = ScrapeStore(folder / "samples.db")
    scraper = Scraper(Target(job="it", url=f"{guarded.url}/metrics", login=login), store)
    scrape = scraper.scrape(datetime.now(UTC))
    scraper.close()
    store.close()
    return scrape.outcome, scrape.why


def test_our_certificate_opens_it(guarded: Guarded, tmp_path: Path) -> None:
    with closing(Prometheus(guarded.url, login=guarded.login)) as source:
        frame = source.read(WATCH, None, datetime.now(UTC))
    assert frame.values.tolist() == [[7.0]]
    assert scraped(guarded, guarded.login, tmp_path) == (Outcome.OK, "")


def test_the_key_may_stand_in_the_certificates_file(guarded: Guarded, tmp_path: Path) -> None:
    assert guarded.login.certificate
    assert guarded.login.key
    both = tmp_path / "both.pem"
    both.write_bytes(guarded.login.certificate.read_bytes() + guarded.login.key.read_bytes())
    login = replace(guarded.login, certificate=both, key=None)
    assert "answers queries" in probed(guarded.url, login)
    assert scraped(guarded, login, tmp_path) == (Outcome.OK, "")


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("no certificate", "it asks for a certificate of ours: give cert_file and key_file"),
        ("a stranger's certificate", "it refuses the certificate in cert_file"),
        ("a stranger's authority", "ca_file says whose signatures to trust"),
        ("the system's authorities", "ca_file says whose signatures to trust"),
    ],
)
def test_a_refused_handshake_says_what_to_mend(guarded: Guarded, tmp_path: Path, kind: str, hint: str) -> None:
    strange = guarded.stranger.sign("someone")
    login = {
        "no certificate": replace(guarded.login, certificate=None, key=None),
        "a stranger's certificate": replace(guarded.login, certificate=strange.certificate, key=strange.key),
        "a stranger's authority": replace(guarded.login, ca=guarded.stranger.ca),
        "the system's authorities": replace(guarded.login, ca=None),
    }[kind]
    with pytest.raises(SourceError) as caught:
        probed(guarded.url, login)
    assert hint in str(caught.value)
    outcome, why = scraped(guarded, login, tmp_path)
    assert outcome is Outcome.UNREACHABLE
    assert hint in why


def test_plain_http_where_tls_is_expected_is_reported(tmp_path: Path) -> None:
    with running_prometheus(tmp_path) as url, pytest.raises(SourceError, match="does it speak plain http there"):
        probed(url.replace("http://", "https://"))


def test_a_renewed_certificate_is_used_without_a_restart(guarded: Guarded, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "other")
    expired = authority.sign("mine")
    login = replace(guarded.login, certificate=expired.certificate, key=expired.key)
    store = ScrapeStore(tmp_path / "samples.db")
    scraper = Scraper(Target(job="it", url=f"{guarded.url}/metrics", login=login), store)
    begin = datetime.now(UTC)
    assert scraper.scrape(begin).outcome is Outcome.UNREACHABLE
    with pytest.raises(SourceError):
        probed(guarded.url, login)
    good = guarded.authority.sign("renewed")
    expired.certificate.write_bytes(good.certificate.read_bytes())
    expired.key.write_bytes(good.key.read_bytes())
    assert scraper.scrape(begin + timedelta(seconds=1)).outcome is Outcome.OK
    assert "answers queries" in probed(guarded.url, login)
    expired.key.unlink()
    gone = scraper.scrape(begin + timedelta(seconds=2))
    assert gone.outcome is Outcome.UNREACHABLE
    assert str(expired.key) in gone.why
    scraper.close()
    store.close()
