"""The public page in the configuration: where it goes, what it looks like, which languages it has."""

from pathlib import Path

import pytest

from tests.tocsin.config.test_load import SMALL, loaded, problems
from tocsin.config import ConfigError, S3Target, Secret, TargetSettings

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def with_page(page: str) -> str:
    return f"{SMALL}page: {page}\n"


def test_a_page_says_all_that_a_page_can(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(SVG)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "404.html").write_text("Nothing here")
    (tmp_path / "secret").write_text("hush\n")
    text = with_page("""
  directory: ./page
  url: https://status.example.com/
  home_url: https://example.com
  templates: own
  may_say: [layer-2/rollup]
  theme: {light: {accent: "#004477"}, dark: {accent: "#aaccff"}, logo: logo.svg, favicon: logo.svg}
  targets:
    - {directory: /srv/status}
    - s3: {bucket: status, prefix: page, region: eu-central-1, endpoint: "https://minio.internal:9000",
           virtual_hosted: true, access_key_env: KEY, secret_key_file: secret}
    - {s3: {bucket: mirror}}
""")
    page = loaded(tmp_path, text, KEY="key").page
    assert (page.directory, page.url, page.home_url) == (
        tmp_path / "page",
        "https://status.example.com/",
        "https://example.com",
    )
    assert (page.templates, page.may_say) == (tmp_path / "own", ("layer-2/rollup",))
    assert (page.theme.light, page.theme.logo) == ((("accent", "#004477"),), tmp_path / "logo.svg")
    first, second, third = page.targets
    assert first == TargetSettings(directory=Path("/srv/status"))
    assert second.s3 == S3Target(
        bucket="status",
        prefix="page",
        region="eu-central-1",
        endpoint="https://minio.internal:9000",
        access_key_env="KEY",
        secret_key_file=tmp_path / "secret",
        virtual_hosted=True,
    )
    assert (second.s3.access_key, second.s3.secret_key) == (
        Secret(variable="KEY"),
        Secret(file=tmp_path / "secret"),
    )
    assert third.s3 is not None
    assert (third.s3.endpoint, third.s3.access_key) == (None, None)


def test_without_a_word_the_page_is_below_the_services_own_address(tmp_path: Path) -> None:
    assert loaded(tmp_path, SMALL).page_url == "http://127.0.0.1:8080/status/"


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("{targets: [{}]}", "page: targets[0] must have either directory or s3"),
        ("{targets: [{directory: a, s3: {bucket: b}}]}", "page: targets[0] must have either directory or s3"),
        ("{directory: a, targets: [{directory: ./a/}]}", "page: targets[0] is the folder a, which is published to by"),
        (
            "{targets: [{s3: {bucket: b}}, {s3: {bucket: b}}]}",
            "page: targets[1] is s3://b at Amazon, which is published to by line 8",
        ),
        ("{targets: [{s3: {prefix: x}}]}", "page: targets[0].s3.bucket is missing"),
        ("{targets: [{s3: {bucket: b, secret_key: x}}]}", "secret_key is not written here: use secret_key_env"),
        (
            "{targets: [{s3: {bucket: b, access_key_env: K}}]}",
            "page: targets[0].s3: access_key needs secret_key_env or secret_key_file beside it",
        ),
        ("{targets: [{s3: {bucket: b, endpoint: minio}}]}", "must be an address that begins with http:// or https://"),
        ('{theme: {light: {acent: "#000000"}}}', 'theme.light.acent is no colour of the page; did you mean "accent"?'),
        ('{theme: {light: {accent: "red"}}}', 'theme.light.accent is "red", must match ^#[0-9a-fA-F]{6}$'),
        (
            '{theme: {light: {accent: "#888888"}}}',
            "page: theme.light.accent is #888888 on paper #fbfaf7, a contrast of 3.39:1, must be 4.5:1 or more",
        ),
        (
            '{theme: {dark: {paper: "#888888"}}}',
            "page: theme.dark.",
        ),
    ],
)
def test_a_page_that_cannot_be_meant_is_reported(page: str, problem: str) -> None:
    found = problems(with_page(page))
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    ("languages", "problem"),
    [
        ("[en, xx]", 'site: languages[1] is "xx", must be one of ar, de, en, es, fa, ja, tr, zh'),
        ("[de, de]", 'site: languages[1] is "de", which stands there already'),
    ],
)
def test_a_language_that_is_not_complete_is_reported(languages: str, problem: str) -> None:
    text = SMALL.replace("{name: Northbridge}", f"{{name: Northbridge, languages: {languages}}}")
    assert [problem in one for one in problems(text)] == [True]


@pytest.mark.parametrize("language", ["ar", "de", "de-AT", "en", "es", "fa", "ja", "tr", "zh", "zh-Hans"])
def test_every_complete_language_may_be_chosen(language: str) -> None:
    assert problems(SMALL.replace("{name: Northbridge}", f"{{name: Northbridge, languages: [{language}]}}")) == []


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("{theme: {logo: gone.svg}}", "page: theme.logo is"),
        ("{theme: {favicon: bad.svg}}", "is an SVG with <script>, which a picture may not hold; take it out"),
        ("{templates: gone}", "which is no folder"),
        ("{templates: own}", "No filter named 'safe'"),
        (
            "{targets: [{s3: {bucket: b, access_key_env: NO, secret_key_env: NO}}]}",
            "names the variable NO, which is not",
        ),
        ("{targets: [{s3: {bucket: b, ca_file: gone.pem}}]}", "which cannot be read"),
    ],
)
def test_what_the_page_is_made_with_must_be_there_and_sound(tmp_path: Path, page: str, problem: str) -> None:
    (tmp_path / "bad.svg").write_text(SVG.replace("<path", "<script/><path"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "index.html").write_text("{{ site.title|safe }}")
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, with_page(page))
    assert problem in str(caught.value)
