"""The matrix of assets and networks: what stands in which row, and when there is one."""

from incidents.component import ComponentStatus
from statuspage.matrix import FROM, matrix, outside
from statuspage.render import render
from tests.statuspage.examples import COMPONENTS, SITE, exchange, incident, page

S = ComponentStatus


def test_an_asset_has_a_row_a_network_with_its_trading_in_each() -> None:
    rows = matrix(page(components=exchange(4)).components)
    assert [(r.asset, r.network) for r in rows] == [
        ("COIN0", "ethereum"),
        ("COIN1", "ethereum"),
        ("COIN1", "tron"),
        ("COIN2", "ethereum"),
        ("COIN3", "ethereum"),
        ("COIN3", "tron"),
    ]
    assert [[c.title if c else None for c in r.cells] for r in rows[1:3]] == [
        ["COIN1 deposits on ethereum", "COIN1 withdrawals on ethereum", "COIN1 trading"],
        ["COIN1 deposits on tron", "COIN1 withdrawals on tron", "COIN1 trading"],
    ]


def test_few_components_stay_rows_of_their_groups() -> None:
    parts = exchange(3)[:FROM]
    assert matrix(page(components=parts).components) == ()
    assert matrix(page(components=COMPONENTS).components) == ()


def test_what_the_matrix_shows_is_in_no_group() -> None:
    made = page(components=exchange(4))
    assert [(g.title, len(g.components)) for g in outside(made.groups)] == [("Platform", 2)]


def test_only_troubled_rows_stand_open_and_all_are_there() -> None:
    hurt = incident(statuses=(("int/deposit/1/tron", S.MAJOR_OUTAGE),))
    index = render(page([hurt], components=exchange(4)))["index.html"].decode()
    open_rows, _, folded = index.partition('<table class="matrix">')[2].partition("<details>")
    assert open_rows.count("<tr ") == 1
    assert "COIN1</bdi></th><td><bdi>tron" in open_rows
    assert folded.partition("</details>")[0].count("<tr ") == 6
    assert f"components/{SITE.component_id('int/deposit/1/tron')}.html" in open_rows


def test_a_page_without_trouble_says_so_above_the_folded_rows() -> None:
    index = render(page(components=exchange(4)))["index.html"].decode()
    assert "All 6 are operational." in index
    assert index.count('<table class="matrix">') == 1


def test_a_row_is_found_by_the_names_of_what_is_its_own() -> None:
    rows = matrix(page(components=exchange(8)).components)
    (tron,) = [row for row in rows if (row.asset, row.network) == ("COIN1", "tron")]
    assert tron.names == "COIN1 tron COIN1 deposits on tron COIN1 withdrawals on tron"
