"""Checks a logo or icon that an installation brings: pictures that could run or load something are refused."""

import re
import struct
import zlib
from xml.etree import ElementTree as ET

from statuspage.theme import Picture

LARGEST = 8 * 1024
"""Bytes: it stands within every page, so that a page is one request."""

WIDEST = 2048
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SHAPES = frozenset(
    {"svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
    | {"text", "tspan", "title", "desc", "linearGradient", "radialGradient", "stop", "clipPath", "mask"}
)
_PLAIN = re.compile(r"[^<>\"'`]*")
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)


def picture(content: bytes) -> Picture:
    """The picture in a file. Raises ValueError with what is wrong with it, to follow the file's name."""
    if not content:
        raise ValueError("is empty, must be an SVG or a PNG")
    if len(content) > LARGEST:
        raise ValueError(f"has {len(content)} bytes, must have at most {LARGEST}, as it stands within every page")
    if content.startswith(_PNG):
        _check_png(content)
        return Picture(media_type="image/png", content=content)
    _check_svg(content)
    return Picture(media_type="image/svg+xml", content=content)


def _check_png(content: bytes) -> None:
    """Whole, of a sane size, and nothing after its end."""
    place, kinds = len(_PNG), []
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        kind, end = content[place + 4 : place + 8], place + 8 + length
        if end + 4 > len(content) or zlib.crc32(content[place + 4 : end]) != struct.unpack_from(">I", content, end)[0]:
            raise ValueError("is a damaged PNG")
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", content, place + 8)
            if not (0 < width <= WIDEST and 0 < height <= WIDEST):
                raise ValueError(f"is a PNG of {width} x {height}, must be at most {WIDEST} wide and high")
        kinds.append(kind)
        place = end + 4
    if place != len(content) or kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or kinds.count(b"IEND") != 1:
        raise ValueError("is a damaged PNG, or holds something after the picture")


def _check_svg(content: bytes) -> None:
    """Shapes alone: no script, no style sheet, no reference to anything outside the file."""
    if re.search(rb"<!(DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise ValueError("is an SVG with a document type; take the <!DOCTYPE …> out")
    try:
        root = ET.fromstring(content)  # noqa: S314 - small, and without a document type there are no entities
    except ET.ParseError as error:
        raise ValueError(f"is neither a PNG nor an SVG that can be read ({error})") from error
    if root.tag != f"{_SVG}svg":
        raise ValueError("is neither a PNG nor an SVG (its first element is not <svg> of the SVG name space)")
    for element in root.iter():
        tag = str(element.tag)
        name = tag.removeprefix(_SVG)
        if name not in _SHAPES or tag == name:
            raise ValueError(f"is an SVG with <{tag.rpartition('}')[2]}>, which a picture may not hold; take it out")
        for attribute, value in element.attrib.items():
            _check_attribute(attribute, value)


def _check_attribute(name: str, value: str) -> None:
    bare = name.rpartition("}")[2]
    is_link = name in ("href", _XLINK)
    is_bad = bare.lower().startswith("on") or _REFERENCE.search(value) or not _PLAIN.fullmatch(value)
    if is_bad or bare == "style" or (is_link and not value.startswith("#")) or "javascript:" in value.lower():
        raise ValueError(f"is an SVG with {bare}={value[:40]!r}, which a picture may not hold; take it out")
