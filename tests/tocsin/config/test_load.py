"""The configuration: what a file becomes, and what is said of one that cannot be used."""

import json
import re
from datetime import timedelta
from pathlib import Path
from textwrap import dedent, indent

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from detectors.known_day import Calendar
from detectors.watch import Direction, FailureKind, Query, Read, Watch
from incidents.component import Component, Disclosure, DisclosureMode, OwnWords
from tocsin.config import (
    Config,
    ConfigError,
    PrometheusSettings,
    ReplaySettings,
    ScrapeSettings,
    ScrapeTarget,
    Secret,
    check,
    example,
    json_schema_text,
    load,
)

README = Path(__file__).parents[3] / "README.md"
SCHEMA = Path(__file__).parents[3] / "tocsin" / "config.schema.json"

SMALL = """\
site: {name: Northbridge}
sources:
  default: {kind: scrape, targets: [{url: "http://127.0.0.1:9100/metrics"}]}
components:
  - {name: trading, title: Trading}
watches:
  - {name: latency, metric: latency_seconds, component: trading}
"""


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check(text, "tocsin.yaml")]


def loaded(tmp_path: Path, text: str, **environ: str) -> Config:
    path = tmp_path / "tocsin.yaml"
    path.write_text(text)
    return load(path, environ)


def with_watch(watch: str) -> str:
    """The small configuration with components to speak of and one watch, which begins on line 8."""
    return dedent("""\
        site: {name: Northbridge}
        sources:
          default: {kind: scrape, targets: [{url: "http://127.0.0.1:9100/metrics", every: 15s}]}
          prod: {kind: prometheus, url: "https://prometheus.example.com"}
        components:
          - {for: [{asset: BTC, network: bitcoin}], name: "withdrawals/{asset}/{network}", title: "{asset} withdrawals"}
        watches:
        """) + indent(dedent(watch).strip(), "  ")


GOOD = "{name: w, metric: m, by: [asset, network], component: 'withdrawals/{asset}/{network}'%s}"


def test_the_example_has_no_problems_and_loads(tmp_path: Path) -> None:
    assert problems(example()) == []
    config = loaded(tmp_path, example())
    assert [watch.name for watch in config.watches] == ["withdrawal-time", "api-errors"]
    assert [c.name for c in config.components][2:4] == ["withdrawals/BTC/bitcoin", "withdrawals/ETH/ethereum"]


def test_the_readme_shows_a_configuration_that_holds() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert problems(f"site: {{name: Northbridge}}\n{shown}") == []


def test_the_published_schema_is_the_one_the_code_has() -> None:
    assert SCHEMA.read_text() == json_schema_text(), "write json_schema_text() to tocsin/config.schema.json"


def test_the_published_schema_accepts_the_example_and_refuses_an_unknown_key() -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = YAML(typ="safe", pure=True).load(example())
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError, match="wathces"):
        jsonschema.validate({**data, "wathces": []}, schema)


def test_the_smallest_configuration_has_every_default(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALL)
    assert config.path == tmp_path / "tocsin.yaml"
    assert (config.host, config.port, config.shadow) == ("127.0.0.1", 8080, False)
    assert config.site.languages == ("en",)
    assert config.data == tmp_path / "tocsin-data"
    assert config.database_url == f"sqlite:///{tmp_path}/tocsin-data/tocsin.db"
    assert config.page_directory == tmp_path / "tocsin-data" / "page"
    assert config.mail.smtp is None
    assert config.trackers == ()
    assert config.heartbeat is None
    assert config.incidents.reopen_within == timedelta(hours=2)
    assert config.components == (Component(name="trading", title="Trading"),)
    assert config.watches == (Watch(name="latency", query=Query(metric="latency_seconds"), component="trading"),)


def test_a_watch_says_all_that_a_watch_can(tmp_path: Path) -> None:
    text = with_watch("""
        - {name: withdrawal-time, metric: processing_seconds, read: quantile, quantile: 0.95, by: [asset, network],
           match: {code: 500, tier: gold}, window: 2m, component: "withdrawals/{asset}/{network}", title: Time, unit: s,
           bad: above, kind: delay, every: 5s, hold: 10s, recover: 1m, min_change: 2, budget: 0.5, user_visible: true,
           absent_after: null, accept_after: 1d, history: 14d, source: prod, shadow: true, tags: {team: payments}}
        """)
    assert loaded(tmp_path, text).watches == (
        Watch(
            name="withdrawal-time",
            query=Query(
                metric="processing_seconds",
                read=Read.QUANTILE,
                quantile=0.95,
                by=("asset", "network"),
                match=(("code", "500"), ("tier", "gold")),
                window=timedelta(minutes=2),
            ),
            component="withdrawals/{asset}/{network}",
            title="Time",
            unit="s",
            bad=Direction.ABOVE,
            kind=FailureKind.DELAY,
            every=timedelta(seconds=5),
            hold=timedelta(seconds=10),
            recover=timedelta(minutes=1),
            min_change=2.0,
            budget=0.5,
            user_visible=True,
            absent_after=None,
            accept_after=timedelta(days=1),
            history=timedelta(days=14),
            source="prod",
            shadow=True,
            tags=(("team", "payments"),),
        ),
    )


def test_a_template_makes_a_component_of_each_row(tmp_path: Path) -> None:
    text = SMALL.replace(
        "  - {name: trading, title: Trading}",
        dedent("""\
          - {name: trading, title: Trading}
          - {name: chain/bitcoin, title: Bitcoin, public: false}
          - {name: chain/1, title: One, public: false}
          - for: [{asset: BTC, network: bitcoin, way: deposit}, {asset: X, network: 1, way: withdrawal}]
            name: "{way}s/{asset}"
            title: "{asset} {way}s on {network}"
            asset: "{asset}"
            network: "{network}"
            direction: "{way}"
            depends_on: ["chain/{network}"]
            disclosure: {mode: auto, after: 0s}
        """).rstrip(),
    )
    assert loaded(tmp_path, text).components[3:] == (
        Component(
            name="deposits/BTC",
            title="BTC deposits on bitcoin",
            asset="BTC",
            network="bitcoin",
            direction="deposit",
            depends_on=("chain/bitcoin",),
            disclosure=Disclosure(mode=DisclosureMode.AUTO, after=timedelta(0)),
        ),
        Component(
            name="withdrawals/X",
            title="X withdrawals on 1",
            asset="X",
            network="1",
            direction="withdrawal",
            depends_on=("chain/1",),
            disclosure=Disclosure(mode=DisclosureMode.AUTO, after=timedelta(0)),
        ),
    )


def test_a_component_has_words_of_its_own(tmp_path: Path) -> None:
    text = SMALL.replace("title: Trading}", 'title: Trading, words: [{text: "{b}", kind: halt, phase: resolved}]}')
    text = text.replace("{name: trading", "{for: [{b: Over.}], name: trading")
    (component,) = loaded(tmp_path, text).components
    assert component.words == (OwnWords(text="Over.", kind=FailureKind.HALT, phase="resolved"),)
    wrong = SMALL.replace("title: Trading}", "title: Trading, words: [{text: x, language: tlh}]}")
    assert "words" in problems(wrong)[0]


def test_each_kind_of_source_becomes_its_settings(tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_text("")
    (tmp_path / "token").write_text("hunter2\n")
    text = SMALL.replace(
        "components:",
        dedent("""\
          prod: {kind: prometheus, url: "https://p.example.com/", timeout: 3s, bearer_token_file: token}
          old: {kind: prometheus, url: "http://p", basic: {user: tocsin, password_env: OLD_PASSWORD}}
          past: {kind: replay, files: {exchange_orders: past.csv}, warm: 7d, speed: 60}
        components:""").replace("\nprod", "\n  prod"),
        1,
    )
    text = "\n".join(f"  {line}" if line.startswith(("prod", "old", "past")) else line for line in text.splitlines())
    config = loaded(tmp_path, text, OLD_PASSWORD="s3cret")
    scrape, prod, old, past = config.sources.values()
    assert list(config.sources) == ["default", "prod", "old", "past"]
    assert scrape == ScrapeSettings(
        kind="scrape",
        targets=(ScrapeTarget(url="http://127.0.0.1:9100/metrics", every=timedelta(seconds=15), labels=()),),
        keep=timedelta(days=30),
    )
    assert isinstance(prod, PrometheusSettings)
    assert prod.url == "https://p.example.com"
    assert prod.bearer == Secret(file=tmp_path / "token")
    assert prod.bearer.reveal() == "hunter2"
    assert isinstance(old, PrometheusSettings)
    assert old.basic is not None
    assert old.basic.password is not None
    assert old.basic.password.reveal({"OLD_PASSWORD": "s3cret"}) == "s3cret"
    assert past == ReplaySettings(
        kind="replay", files={"exchange_orders": tmp_path / "past.csv"}, warm=timedelta(days=7), speed=60.0
    )
    assert "hunter2" not in repr(config)
    assert "s3cret" not in repr(config)


def test_a_secret_that_is_gone_says_which() -> None:
    with pytest.raises(LookupError, match="OPS_SECRET is not set"):
        Secret(variable="OPS_SECRET").reveal({})


WRONG_WATCH = {
    "a value out of range": (
        ", budget: -3",
        "watch w: budget is -3, must be above 0",
    ),
    "an unknown key names its neighbour": (
        ", budgt: 3",
        'watch w: unknown key "budgt"; did you mean "budget"?',
    ),
    "a duration without a unit": (
        ", every: 15",
        'watch w: every is 15, must be a duration such as "90s", "5m", "24h" or "14d"',
    ),
    "a duration of nothing": (
        ", every: 0s",
        'watch w: every is "0s", must be longer than nothing',
    ),
    "a duration beyond reason": (
        ", history: 9999999d",
        'watch w: history is "9999999d", must be at most 3650d',
    ),
    "a word that is no member": (
        ", bad: up",
        "watch w: bad is \"up\", must be 'above', 'below' or 'both'",
    ),
    "a number where text is due": (
        ", title: 5",
        "watch w: title is 5, must be text (put it in quotes)",
    ),
    "an unknown source": (
        ", source: prd",
        'watch w: source is prd, which is no source; did you mean "prod"?',
    ),
    "a quantile without which": (
        ", read: quantile",
        "watch w: quantile is missing: with read: quantile it says which, such as 0.95",
    ),
    "an objective without a ratio": (
        ", slo: 99.9",
        "watch w: slo goes with read: ratio alone, whose metric counts the bad events and of counts them all",
    ),
    "an objective as a share": (
        ", read: ratio, of: all_total, slo: 0.999",
        "watch w: slo is 0.999, must be 50 or more",
    ),
    "an objective that does not see all": (
        ", read: ratio, of: all_total, slo: 99.9, at_least: 20",
        "watch w: at_least hides events that slo must count; leave it out, the score knows how few they are",
    ),
    "an objective for what is good": (
        ", read: ratio, of: all_total, slo: 99.9, bad: below",
        "watch w: slo counts what is bad: with it the ratio is that of bad events, and bad must be above or both",
    ),
    "a distance that is too small": (
        ", read: shift, bad: below",
        "watch w: bad is below, must be above with read: shift: a distance is never too small",
    ),
    "a quantile that nothing reads": (
        ", quantile: 0.5",
        "watch w: quantile goes with read: quantile alone",
    ),
    "a ratio of nothing": (
        ", read: ratio",
        "watch w: of is missing: with read: ratio it names the metric to divide by",
    ),
    "a denominator that nothing divides by": (
        ", of: n",
        "watch w: of goes with read: ratio alone",
    ),
    "a window shorter than two scrapes": (
        ", read: rate, window: 20s",
        "watch w: window is 20s, must be at least twice the 15s at which source default scrapes",
    ),
    "an absence before the next sample": (
        ", every: 5m",
        "watch w: absent_after is 5m by default, must be longer than every (5m)",
    ),
}


@pytest.mark.parametrize(("extra", "message"), WRONG_WATCH.values(), ids=WRONG_WATCH)
def test_a_wrong_watch_is_reported_with_its_line(extra: str, message: str) -> None:
    assert problems(with_watch("- " + GOOD % "")) == []
    assert problems(with_watch("- " + GOOD % extra)) == [f"{message} (tocsin.yaml, line 8)"]


@pytest.mark.parametrize(
    ("watch", "message"),
    [
        (
            "{name: w, metric: m, by: [asset], component: 'withdrawals/{asset}/{network}'}",
            "component needs the label network, which by does not keep (it keeps asset)",
        ),
        (
            "{name: w, metric: m, component: withdrawals/BTC/bitcion}",
            "withdrawals/BTC/bitcion, which is no component; did you mean",
        ),
        ("{name: w, metric: m, by: [asset], component: 'deposits/{asset}'}", "deposits/{asset}, which is no component"),
        ("{name: w, component: withdrawals/BTC/bitcoin}", "metric is missing: name a metric, or write promql"),
        (
            "{name: w, promql: up, metric: m, source: prod, component: withdrawals/BTC/bitcoin}",
            "metric does not go with promql",
        ),
        (
            "{name: w, promql: up, component: withdrawals/BTC/bitcoin}",
            "promql needs a prometheus or a replay source; default scrapes",
        ),
    ],
    ids=[
        "a label not kept",
        "a misspelt component",
        "a template that fits none",
        "no query",
        "two queries",
        "promql on a scrape",
    ],
)
def test_a_watch_that_cannot_be_meant_is_reported(watch: str, message: str) -> None:
    (found,) = problems(with_watch(f"- {watch}"))
    assert message in found
    assert found.endswith("(tocsin.yaml, line 8)")


def test_the_labels_of_promql_cannot_be_known_and_are_not_judged() -> None:
    watch = "- {name: w, promql: up, source: prod, component: 'withdrawals/{asset}/{network}'}"
    assert problems(with_watch(watch)) == []


def test_a_figure_for_the_public_must_be_a_watch() -> None:
    text = SMALL + "page: {sparklines: [{watch: latancy, title: Order latency}]}\n"
    (found,) = problems(text)
    assert found == ('page: sparklines: watch latancy is not defined; did you mean "latency"? (tocsin.yaml, line 8)')
    assert problems(text.replace("latancy", "latency")) == []


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("holidays: [XX]", 'must be a country of two letters such as "DE"'),
        ("holidays: [DE-QQ]", "must be a part of DE: BB, BE, BW"),
        ("holidays: [HK-1]", "must be HK, without a part"),
        ('known_days: {"2026-02-30": never}', 'must be a date such as "2026-11-27"'),
        ('known_days: {"12-32": never}', 'or a day of every year such as "12-24"'),
    ],
    ids=["no country", "no part", "a country without parts", "no date", "no day of a year"],
)
def test_a_day_that_cannot_be_is_reported(keys: str, message: str) -> None:
    (found,) = problems(SMALL.replace("Northbridge}", f"Northbridge, {keys}}}"))
    assert message in found
    assert found.endswith("(tocsin.yaml, line 1)")


def test_every_watch_has_the_calendar_of_the_site(tmp_path: Path) -> None:
    days = 'holidays: [DE, US-NY], known_days: {"12-24": Christmas Eve, "2028-02-29": Leap day}'
    config = loaded(tmp_path, SMALL.replace("Northbridge}", f"Northbridge, {days}}}"))
    calendar = Calendar(countries=("DE", "US-NY"), days=(("12-24", "Christmas Eve"), ("2028-02-29", "Leap day")))
    assert {watch.calendar for watch in config.watches} == {calendar}


def test_every_problem_is_reported_at_once_in_the_order_of_lines() -> None:
    text = dedent("""\
        site: {name: 12, time_zone: Mars}
        listen: here
        listen: again
        sources:
          default: {kind: scrape, targets: [{url: "ftp://x"}]}
          prod: {kind: prometeus, url: "http://x"}
          more: {kind: prometheus, url: "http://x", bearer_token: hunter2}
        components:
          - {name: a, title: A, depends_on: [b]}
          - {name: b, title: B, depends_on: [c, zz]}
          - {name: c, title: C, depends_on: [a]}
          - {name: a, title: A}
          - for: [{asset: BTC}]
            name: "x/{asset}"
            title: "{coin}"
        watches:
          - name: w
            metric: m
            component: a
            budget: -3
          - {name: w, metric: m, component: b, extra_key_that_is_nowhere: 1}
        trackers: [{kind: webhook, name: ops, url: "http://x"}]
        mail: {from: nobody, smtp: {host: h, port: 99999}}
        desk: {account: {url: "http://x", token_env: A, token_file: b}}
        """)
    found = check(text, "tocsin.yaml")
    assert [problem.line for problem in found] == [1, 1, 2, 3, 5, 6, 7, 9, 10, 12, 15, 20, 21, 21, 22, 23, 23, 24]
    text = "\n".join(map(str, found))
    assert 'key "listen" is there twice, first on line 2 (tocsin.yaml, line 3)' in text
    assert "component a: depends_on goes in a circle: a -> b -> c -> a (tocsin.yaml, line 9)" in text
    assert "component a: the name is taken by the one on line 9 (tocsin.yaml, line 12)" in text
    assert (
        'component: "{coin}" asks for {coin}, which a row of its `for` lacks (it has asset) (tocsin.yaml, line 15)'
        in text
    )
    assert "watch w: budget is -3, must be above 0 (tocsin.yaml, line 20)" in text
    assert "bearer_token is not written here: use bearer_token_env" in text
    assert "tracker ops: secret_env or secret_file is missing" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    "edges",
    [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "bc", "b": "c", "c": "a"}, {"a": "b", "b": "a", "c": "d", "d": "c"}],
    ids=["itself", "two", "a ring with a chord", "two rings"],
)
def test_a_circle_of_dependencies_is_reported(edges: dict[str, str]) -> None:
    rows = "\n".join(f"  - {{name: {n}, title: T, depends_on: [{', '.join(edges.get(n, ''))}]}}" for n in "abcd")
    text = SMALL.replace("  - {name: trading, title: Trading}", rows).replace("component: trading", "component: a")
    found = problems(text)
    assert found
    assert all("goes in a circle" in message for message in found)
    assert sum(message.startswith("component c") for message in found) == ("d" in edges)


def test_what_is_named_must_be_on_this_machine(tmp_path: Path) -> None:
    text = SMALL + dedent("""\
        trackers: [{kind: webhook, name: ops, url: "http://x", secret_env: OPS_SECRET}]
        database: postgresql://tocsin@db/tocsin
        database_password_file: missing
        """)
    assert problems(text) == []
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    assert [str(problem) for problem in caught.value.problems] == [
        "tracker ops: secret_env names the variable OPS_SECRET, which is not set (tocsin.yaml, line 8)",
        f"database_password_file is {tmp_path}/missing, which cannot be read (tocsin.yaml, line 10)",
    ]


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read .*; `tocsin init` writes one"):
        load(tmp_path / "none.yaml", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the configuration is null, must be a mapping (tocsin.yaml, line 1)"),
        ("- 1", "the configuration is a list, must be a mapping (tocsin.yaml, line 1)"),
        ("site: 1\nlisten: [1", "not YAML: expected ',' or ']', but got '<stream end>' (tocsin.yaml, line 2)"),
        ("a: \x00", "not YAML: unacceptable character"),
        ("site: !!python/object 1", 'the tag "tag:yaml.org,2002:python/object" means nothing here'),
        ("a: &a [*a]", "an alias that contains itself has no end"),
        ("[" * 1200, "brackets in brackets without end"),
        ("sitee: {}", 'unknown key "sitee"; did you mean "site"?'),
        ("database: 'postgresql://u:hunter2@h/d'", "must hold no password: put it in database_password_file"),
        ("desk: {bands: {attach: 0.9, ask: 0.95}}", "ask is 0.95, must be below attach, which is 0.9"),
        ("desk: {bands: {suggest: 0.85}}", "suggest is 0.85, must be below ask, which is 0.85"),
        ("heartbeat: {url: 'http://u:hunter2@h/'}", "must be an address without a user or password in it"),
    ],
)
def test_a_text_that_is_no_configuration_is_reported(text: str, message: str) -> None:
    found = "\n".join(problems(text))
    assert message in found
    assert "hunter2" not in found


@given(st.text(alphabet=st.sampled_from("abc:{}[]-\n \"'&*!|>#,site0"), max_size=60))
def test_no_text_makes_the_check_fail(text: str) -> None:
    assert check(text, "tocsin.yaml")


_LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-5, 99999)
    | st.floats()
    | st.sampled_from(["", "5m", "{a}", "trading", "x"])
)
_ANY = st.recursive(
    _LEAF,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "kind", "for", "x"]), inner, max_size=3)
    ),
)


@given(
    st.sampled_from(["site", "sources", "components", "watches", "trackers", "mail", "desk", "listen", "data"]), _ANY
)
def test_no_value_of_a_key_makes_the_check_fail(key: str, value: object) -> None:
    data = YAML(typ="safe", pure=True).load(SMALL)
    check(json.dumps({**data, key: value}), "tocsin.yaml")


@given(
    st.sampled_from(
        ["name", "metric", "by", "component", "read", "window", "source", "depends_on", "for", "secret_env"]
    ),
    st.sampled_from(["watches", "components", "trackers"]),
    _ANY,
)
def test_no_value_inside_an_entry_makes_the_check_fail(key: str, entries: str, value: object) -> None:
    data = YAML(typ="safe", pure=True).load(SMALL)
    entry = (data.get(entries) or [{}])[0]
    check(json.dumps({**data, entries: [{**entry, key: value}]}), "tocsin.yaml")


@pytest.mark.parametrize("source", ["default", "prod"])
def test_names_of_opentelemetry_are_accepted(tmp_path: Path, source: str) -> None:
    watch = f"""\
        - name: w
          metric: http.server.errors
          read: ratio
          of: http.server.requests
          match: {{service.name: wallet, größe: 1}}
          by: [service.name]
          component: withdrawals/BTC/{{service.name}}
          source: {source}
        """
    text = with_watch(watch).replace("network: bitcoin", "service.name: bitcoin").replace("{network}", "{service.name}")
    (made,) = loaded(tmp_path, text).watches
    assert made.query.metric == "http.server.errors"
    assert made.query.of == "http.server.requests"
    assert made.query.by == ("service.name",)
    assert made.query.match == (("größe", "1"), ("service.name", "wallet"))
    jsonschema.validate(YAML(typ="safe").load(text), json.loads(json_schema_text()))


@pytest.mark.parametrize(
    "name", ["", "a\\nb", "a.b\\n", "a\\x00b", "a\\x85.b", "a.b\\u2028", "a b", "9.a", ".a", 'a.\\"b']
)
@pytest.mark.parametrize("key", ["metric: %s", "metric: m, by: [%s]", "metric: m, match: {%s: x}"])
def test_a_name_that_is_none_is_refused_with_its_line(key: str, name: str) -> None:
    named = key % f'"{name}"'
    found = problems(with_watch(f"- {{name: w, component: withdrawals/BTC/bitcoin, {named}}}"))
    assert len(found) == 1
    assert "'s name: letters, digits" in found[0]
    assert "line 8" in found[0]
