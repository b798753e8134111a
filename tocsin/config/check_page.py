"""Checks the public page's part of a configuration: targets, languages, colours, pictures, templates."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path as File

from statuspage import overrides, picture, theme
from statuspage.environment import FILTERS
from statuspage.phrases import LANGUAGES
from tocsin.config.check_shape import called, nearest
from tocsin.config.document import Data, Path, SourceText

Report = Callable[[Path, str], None]
TARGETS: Path = ("page", "targets")
THEME: Path = ("page", "theme")


def check_page(source: SourceText, data: dict[str, Data]) -> None:
    """Reports every contradiction to `source`."""
    page = data.get("page")
    if isinstance(page, dict):
        _check_targets(source, page)
        _check_theme(source, page.get("theme"))
    _check_languages(source, data.get("site"))


def check_page_files(source: SourceText, data: Data, folder: File) -> None:
    """Reports to `source` what is wrong with the files that the page is made with; folder: of the configuration."""
    page = data.get("page") if isinstance(data, dict) else None
    if not isinstance(page, dict):
        return
    look = page.get("theme")
    for key in ("logo", "favicon"):
        written = look.get(key) if isinstance(look, dict) else None
        if isinstance(written, str):
            _check_picture(source, (*THEME, key), folder / File(written).expanduser())
    templates = page.get("templates")
    if isinstance(templates, str):
        _check_templates(source, folder / File(templates).expanduser())


def _check_targets(source: SourceText, page: dict[str, Data]) -> None:
    found = page.get("targets")
    seen: dict[str, int] = {}
    if isinstance(directory := page.get("directory"), str):
        seen[_folder(directory)] = source.line(("page", "directory"))
    for index, target in enumerate(found if isinstance(found, list) else ()):
        path = (*TARGETS, index)
        if not isinstance(target, dict):
            continue
        directory, s3 = target.get("directory"), target.get("s3")
        if (directory is None) == (s3 is None):
            source.report(path, f"{called(path, source.data)} must have either directory or s3")
            continue
        place = _folder(directory) if isinstance(directory, str) else _bucket(s3)
        if place and place in seen:
            source.report(path, f"{called(path, source.data)} is {place}, which is published to by line {seen[place]}")
        seen.setdefault(place, source.line(path))
        if isinstance(s3, dict):
            _check_keys(source, (*path, "s3"), s3)


def _folder(written: str) -> str:
    return f"the folder {os.path.normpath(written)}"


def _bucket(s3: Data) -> str:
    if not isinstance(s3, dict):
        return ""
    return f"s3://{s3.get('bucket')}/{s3.get('prefix') or ''}".rstrip("/") + f" at {s3.get('endpoint') or 'Amazon'}"


def _check_keys(source: SourceText, path: Path, s3: dict[str, Data]) -> None:
    def given(name: str) -> bool:
        return s3.get(f"{name}_env") is not None or s3.get(f"{name}_file") is not None

    for one, other in (("access_key", "secret_key"), ("secret_key", "access_key"), ("session_token", "access_key")):
        if given(one) and not given(other):
            message = f"{called(path, source.data)}: {one} needs {other}_env or {other}_file beside it"
            source.report(path, message)


def _check_theme(source: SourceText, look: Data) -> None:
    if not isinstance(look, dict):
        return
    schemes = {name: _colours(look.get(name)) for name in ("light", "dark")}
    known = sorted(theme.defaults()[0])
    for scheme, pairs in schemes.items():
        for token in theme.unknown_tokens(pairs):
            path = (*THEME, scheme, token)
            near = nearest(token, known) or f"; known are {', '.join(known)}"
            source.report(path, f"{called(path, source.data)} is no colour of the page{near}")
    for fault in _unreadable(schemes):
        given = [token for token in (fault.token, fault.behind) if token in dict(schemes[fault.scheme])]
        path = (*THEME, fault.scheme, *given[:1])
        source.report(path, f"page: theme.{fault}")


def _colours(found: Data) -> theme.Pairs:
    """Those that are colours; the shape's check reports the others."""
    if not isinstance(found, dict):
        return ()
    return tuple((token, colour) for token, colour in found.items() if isinstance(colour, str) and _is_colour(colour))


def _is_colour(written: str) -> bool:
    try:
        return bool(theme.colour_of(written))
    except ValueError:
        return False


def _unreadable(schemes: dict[str, theme.Pairs]) -> Iterator[theme.Unreadable]:
    """One for each colour that was chosen: the worst of what it stands on."""
    look = theme.Theme(light=schemes["light"], dark=schemes["dark"])
    worst: dict[tuple[str, str], theme.Unreadable] = {}
    for fault in sorted(theme.unreadable(look), key=lambda one: one.ratio):
        chosen = dict(schemes[fault.scheme])
        worst.setdefault((fault.scheme, fault.token if fault.token in chosen else fault.behind), fault)
    yield from worst.values()


def _check_picture(source: SourceText, path: Path, file: File) -> None:
    try:
        picture.picture(file.read_bytes())
    except OSError as error:
        source.report(path, f"{called(path, source.data)} is {file}, which cannot be read ({error.strerror})")
    except ValueError as error:
        source.report(path, f"{called(path, source.data)} is {file}, which {error}")


def _check_templates(source: SourceText, folder: File) -> None:
    path: Path = ("page", "templates")
    if not folder.is_dir():
        source.report(path, f"{called(path, source.data)} is {folder}, which is no folder")
        return
    for problem in overrides.check(folder, FILTERS):
        source.report(path, f"{called(path, source.data)}: {problem}")


def _check_languages(source: SourceText, site: Data) -> None:
    languages = site.get("languages") if isinstance(site, dict) else None
    seen: set[str] = set()
    for index, language in enumerate(languages if isinstance(languages, list) else ()):
        if not isinstance(language, str):
            continue
        path: Path = ("site", "languages", index)
        if language.lower().partition("-")[0] not in LANGUAGES:
            known = ", ".join(sorted(LANGUAGES))
            source.report(path, f'{called(path, source.data)} is "{language}", must be one of {known}')
        if language in seen:
            source.report(path, f'{called(path, source.data)} is "{language}", which stands there already')
        seen.add(language)
