"""What an exchange may change of the look, and what is refused because nobody could read it or it could do harm."""

import base64
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from statuspage import overrides
from statuspage.environment import FILTERS
from statuspage.picture import LARGEST, picture
from statuspage.render import Renderer, render
from statuspage.site import Theme
from statuspage.theme import contrast, defaults, unknown_tokens, unreadable
from tests.statuspage.examples import SITE, incident, page

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#123456"/>%s</svg>'


def png(width: int = 2, height: int = 2, after: bytes = b"") -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\x80\x80" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + after


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.478), ("#767676", "#fff", 4.542), ("#abc", "#abc", 1.0)],
)
def test_contrast_is_as_wcag_counts_it(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.001)
    assert contrast(other, one) == contrast(one, other)


def test_the_shipped_colours_can_be_read() -> None:
    assert unreadable(Theme()) == ()
    light, dark = defaults()
    assert light["paper"] != dark["paper"]
    assert set(light) == set(dark)


def test_a_colour_that_cannot_be_read_is_named_with_its_ratio() -> None:
    (first, *_) = unreadable(Theme(light=(("accent", "#777777"),)))
    assert str(first).startswith(
        "light.accent is #777777 on paper #fbfaf7, a contrast of 4.29:1, must be 4.5:1 or more"
    )


def test_a_background_that_hides_the_text_is_found_too() -> None:
    faults = unreadable(Theme(dark=(("paper", "#dddddd"),)))
    assert {fault.behind for fault in faults} == {"paper"}
    assert "ink" in {fault.token for fault in faults}


def test_a_colour_for_light_changes_nothing_in_the_dark() -> None:
    css = render(page(site=replace(SITE, theme=Theme(light=(("accent", "#004400"),)))))["index.html"].decode()
    assert (
        f":root{{--accent:#004400;}}@media(prefers-color-scheme:dark){{:root{{--accent:{defaults()[1]['accent']};}}}}"
        in css
    )


def test_a_token_that_the_page_does_not_have_is_refused() -> None:
    assert unknown_tokens((("accent", "#000"), ("acent", "#000"))) == ("acent",)
    with pytest.raises(ValueError, match="theme token is 'acent', must be one of accent, "):
        render(page(site=replace(SITE, theme=Theme(light=(("acent", "#000000"),)))))


@pytest.mark.parametrize("content", [SVG % b"", png()], ids=["svg", "png"])
def test_a_logo_and_an_icon_stand_within_every_page(content: bytes) -> None:
    look = Theme(logo=picture(content), favicon=picture(content))
    files = render(page([incident()], site=replace(SITE, theme=look)))
    held = base64.b64encode(content).decode()
    for path in ("index.html", "incidents/i00000000001.html"):
        text = files[path].decode()
        assert text.count(held) == 2
        assert f'<link rel="icon" href="data:{picture(content).media_type};base64,' in text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"GIF89a", "neither a PNG nor an SVG"),
        (b"<svg/>", "not <svg> of the SVG name space"),
        (SVG % b"<script>alert(1)</script>", "is an SVG with <script>"),
        (SVG % b"<foreignObject/>", "is an SVG with <foreignObject>"),
        (SVG % b"<style>*{}</style>", "is an SVG with <style>"),
        (SVG % b'<image href="https://evil.example/x.png"/>', "is an SVG with <image>"),
        (SVG % b'<use href="https://evil.example/x.svg#a"/>', "is an SVG with href="),
        (SVG % b'<g onload="alert(1)"/>', "is an SVG with onload="),
        (SVG % b'<g fill="url(https://evil.example/x)"/>', "is an SVG with fill="),
        (SVG % b'<g style="fill:red"/>', "is an SVG with style="),
        (SVG % b'<html:p xmlns:html="http://www.w3.org/1999/xhtml"/>', "is an SVG with <p>"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG % b"", "document type"),
        (png(after=b"<script>"), "holds something after the picture"),
        (png()[:-20] + png()[-16:], "damaged PNG"),
        (png(5000, 2), "is a PNG of 5000 x 2, must be at most 2048"),
        (SVG % (b" " * LARGEST), "must have at most 8192"),
    ],
)
def test_a_picture_that_could_do_more_than_be_looked_at_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has) ") as caught:
        picture(content)
    assert why in str(caught.value)


def folder(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<h1>\n{{ i.title|safe }}</h1>", "line 2: No filter named 'safe'.; words must stay words"),
        ("{% autoescape false %}{{ i.title }}{% endautoescape %}", "line 1: {% autoescape %} is not allowed"),
        ("{% if %}", "line 1: Expected an expression"),
        ("{{ i.title|shout }}", "line 1: No filter named 'shout'."),
    ],
)
def test_a_template_of_ones_own_that_cannot_be_used_is_published(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = overrides.check(folder(tmp_path, "incident.html", text), FILTERS)
    assert found.startswith(f"{tmp_path / 'incident.html'}, {problem}")


def test_a_folder_without_a_template_of_the_page_is_published(tmp_path: Path) -> None:
    (found,) = overrides.check(folder(tmp_path, "indx.html", "x"), FILTERS)
    assert "holds no template of the page; they are 404.html, base.html" in found


def test_a_good_template_of_ones_own_is_used(tmp_path: Path) -> None:
    text = '{% extends "base.html" %}{% block main %}<h1>{{ i.title }}</h1>{{ i.title|markdown }}{% endblock %}'
    assert list(overrides.check(folder(tmp_path, "incident.html", text), FILTERS)) == []
    shown = Renderer(SITE, overrides=tmp_path).render(page([incident(title="<b>x</b>")]))
    assert b"<h1>&lt;b&gt;x&lt;/b&gt;</h1>" in shown["incidents/i00000000001.html"]


@pytest.mark.parametrize(
    "text", ["{{ i.__class__.__mro__ }}", "{{ t.say.__globals__ }}", "{{ page.incidents.append(1) }}"]
)
def test_a_template_reaches_nothing_of_pythons_inside(tmp_path: Path, text: str) -> None:
    renderer = Renderer(SITE, overrides=folder(tmp_path, "incident.html", text))
    with pytest.raises(Exception, match=r"unsafe|undefined|has no attribute"):
        renderer.render(page([incident()]))
