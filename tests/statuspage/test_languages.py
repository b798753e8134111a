"""One page tree a language: complete, linked with each other, and published so that no link leads nowhere."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from statuspage.page import Page
from statuspage.phrases import LANGUAGES
from statuspage.publishers.order import in_order
from statuspage.render import Renderer, render
from statuspage.site import Site
from tests.statuspage.examples import BTC_OUT, NOW, SITE, incident, maintenance, minutes, page

OTHERS = tuple(sorted(set(LANGUAGES) - {"en"}))
MANY = replace(SITE, languages=OTHERS)


def pages(now_minutes: float = 0, site: Site = MANY) -> list[Page]:
    now = NOW + minutes(now_minutes)
    return [page([incident(1)], planned=[maintenance()], site=one, now=now) for one in site.trees]


def files(now_minutes: float = 0) -> dict[str, bytes]:
    first, *others = pages(now_minutes)
    return render(first, translations=others)


def test_each_language_has_the_same_documents_below_its_folder() -> None:
    made = files()
    first = {
        path for path in made if path.endswith((".html", ".atom", ".ics")) and path.partition("/")[0] not in OTHERS
    }
    for language in OTHERS:
        own = {path.removeprefix(f"{language}/") for path in made if path.startswith(f"{language}/")}
        assert own == first | {"feed.json"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_says_its_language_and_leads_to_the_others(language: str) -> None:
    folder = "" if language == "en" else f"{language}/"
    path = f"{folder}components/{SITE.component_id(BTC_OUT)}.html"
    made = files()
    shown = made[path].decode()
    assert f'<html lang="{language}" dir="{"rtl" if language in ("ar", "fa") else "ltr"}">' in shown
    for other in LANGUAGES:
        below = "" if other == "en" else f"{other}/"
        same = f"components/{SITE.component_id(BTC_OUT)}.html"
        assert f'hreflang="{other}" href="{SITE.url}{below}{same}"' in shown
        up = "../" * (path.count("/"))
        assert f'href="{up}{below}{same}" hreflang="{other}"' in shown
        assert str(PurePosixPath(below) / same) in made
    assert f'hreflang="x-default" href="{SITE.url}components/' in shown


def test_machines_find_one_api_and_one_id_in_whichever_language() -> None:
    made = files()
    assert 'href="../api/v2/summary.json"' in made["de/index.html"].decode()
    assert "de/api/v2/summary.json" not in made
    assert MANY.in_language("de").id == SITE.id


def test_a_page_of_one_language_speaks_of_no_others() -> None:
    assert "hreflang" not in render(page())["index.html"].decode()


def test_on_a_quiet_day_each_index_and_the_manifest_change() -> None:
    renderer = Renderer(MANY)
    made = []
    for n in (0, 5):
        first, *others = (page(site=one, now=NOW + minutes(n)) for one in MANY.trees)
        made.append(renderer.render(first, others))
    changed = {path for path in made[0] if made[0][path] != made[1][path]}
    assert changed == {"index.html", "manifest.json", *(f"{language}/index.html" for language in OTHERS)}


def test_what_is_linked_to_is_published_first_in_every_language() -> None:
    order = in_order(files())
    count = len(MANY.trees)
    assert order[-2:] == ["index.html", "manifest.json"]
    assert set(order[-1 - count : -1]) == {"index.html", *(f"{language}/index.html" for language in OTHERS)}


def test_a_language_that_was_not_given_is_missed() -> None:
    with pytest.raises(ValueError, match="missing ar, de, es"):
        render(pages()[0])


@pytest.mark.parametrize("language", ["../x", "EN", "en", ""])
def test_a_language_that_is_no_tag_is_refused(language: str) -> None:
    with pytest.raises(ValueError, match="must be another tag"):
        replace(SITE, languages=(language,))
