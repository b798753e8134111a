"""The public words of an incident in each language; page, mail and portal use the same."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph
from incidents.public import ENDED_PHASES, Phase, anything
from incidents.words import ar, de, en, es, fa, ja, tr, zh

FALLBACK = "en"
LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "ar": ar.WORDS,
    "de": de.WORDS,
    "en": en.WORDS,
    "es": es.WORDS,
    "fa": fa.WORDS,
    "ja": ja.WORDS,
    "tr": tr.WORDS,
    "zh": zh.WORDS,
}
"""The words by language; every language has every key, with the same placeholders."""

_DIRECTIONS = ("deposit", "withdrawal", "trade", "other")
_NAMED = 2
"""Components named in one sentence before the rest are counted."""
_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A public component and how it fails."""

    component: Component
    kind: FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How the fault comes and goes, as of one entry.

    at: of the entry. is_reopened: the entry opens the incident again. back_since: when the fault came back then; None =
    it never was away, or nobody knows. ended_too_early: it was said to be over before. count: its excursions so far
    where it is recurring, else 0; recurring_since: the first of them. calm_since: when the last went away; None = it
    lasts.
    """

    at: datetime
    is_reopened: bool = False
    back_since: datetime | None = None
    ended_too_early: bool = False
    count: int = 0
    recurring_since: datetime | None = None
    calm_since: datetime | None = None


def words_of(language: str) -> Mapping[str, str]:
    """The words of a language tag ("de", "de-AT"); English where there are none."""
    return LANGUAGES.get(language.lower().partition("-")[0], LANGUAGES[FALLBACK])


def title(affected: Sequence[Affected], kind: FailureKind, graph: ComponentGraph, language: str) -> str:
    """The incident's public headline; `kind` speaks where no public component is affected."""
    words = words_of(language)
    directions = {_direction(a.component) for a in affected}
    direction = directions.pop() if len(directions) == 1 else "other"
    worst = affected[0].kind if affected and len({a.kind for a in affected}) == 1 else kind
    return _capital(words[f"title.{worst}.{direction}"].format(subject=_subject(affected, graph, words)))


def body(
    affected: Sequence[Affected],
    phase: Phase,
    graph: ComponentGraph,
    language: str,
    *,
    kind: FailureKind,
    next_update_by: datetime | None = None,
    course: Course | None = None,
    merged: bool = False,
    may_say: Callable[[str], bool] = anything,
) -> str:
    """The template's sentences for one entry: what is wrong, what it may mean, what comes next.

    The templates say what was measured and what to do. That funds are safe, or that everything will arrive, no metric
    says: only the words that a person wrote for the component and its kind of failure may (`OwnWords`).
    kind: of the incident, where no public component is affected. next_update_by: None = none is promised.
    course: None = it came once. may_say: whether a person's words may be read outside, as of `Site`.
    """
    words = words_of(language)
    if merged:
        return words["phase.merged"]
    own = own_words(affected, phase, language)
    own = own if may_say(own) else ""
    if own and phase in ENDED_PHASES:
        return own
    subject = _subject(affected, graph, words)
    if phase is Phase.RETRACTED:
        return words["phase.retracted"].format(subject=subject)
    if phase is Phase.RESOLVED:
        calm = _calm(course, words) if course else ()
        return _sentences([words["phase.resolved"].format(subject=subject), *calm, words[f"after.{kind}"]])
    said = list(_returns(course, words)) if course else []
    if own:
        said += [own, words[f"phase.{phase}"]] if phase is not Phase.MONITORING else [own]
    elif phase is Phase.MONITORING:
        said.append(words["phase.monitoring"].format(subject=subject))
    else:
        said += [*_facts(affected, kind, graph, words), words[f"phase.{phase}"]]
    if next_update_by:
        said.append(words["next"].format(time=f"{next_update_by:%H:%M}"))
    return _sentences(said)


def _returns(course: Course, words: Mapping[str, str]) -> Iterator[str]:
    """That it is back, or was never away; and that it keeps coming back."""
    if course.is_reopened and course.back_since:
        yield words["reopened.since"].format(time=_moment(course.back_since, course.at))
    elif course.is_reopened:
        yield words["reopened.early" if course.ended_too_early else "reopened"]
    if course.recurring_since:
        yield words["recurring"].format(count=course.count, time=_moment(course.recurring_since, course.at))


def _calm(course: Course, words: Mapping[str, str]) -> Iterator[str]:
    """Of a fault that kept coming back: since when it has not."""
    if course.recurring_since and course.calm_since:
        yield words["recurring.over"].format(time=_moment(course.calm_since, course.at))


def _moment(moment: datetime, at: datetime) -> str:
    """A time of day in UTC as read at `at`, with its date where that is another."""
    return f"{moment:%H:%M}" if moment.date() == at.date() else f"{moment:%Y-%m-%d %H:%M}"


def own_words(affected: Sequence[Affected], phase: Phase, language: str) -> str:
    """The components' own sentences for it, where all that are affected have the same; "" = the usual ones.

    Of several that fit, those that name the phase come before those that name the kind. Words without a phase are of an
    incident that lasts; an end that has none of its own gets the usual words.
    """
    texts = {_own(a, phase, language.lower().partition("-")[0]) for a in affected}
    return texts.pop() if len(texts) == 1 else ""


def _own(affected: Affected, phase: Phase, language: str) -> str:
    fitting = [
        (bool(w.phase), w.kind is not None, w.text)
        for w in affected.component.words
        if w.language == language
        and w.kind in (None, affected.kind)
        and (w.phase == phase or (not w.phase and phase not in ENDED_PHASES))
    ]
    return max(fitting, key=lambda one: one[:2])[2] if fitting else ""


def promise(at: datetime, every: timedelta) -> datetime:
    """By when the next update is due: `every` after this one, on the next full five minutes."""
    due = at + every
    over = timedelta(minutes=due.minute % 5, seconds=due.second, microseconds=due.microsecond)
    return due - over + _STEP if over else due


def _facts(
    affected: Sequence[Affected], kind: FailureKind, graph: ComponentGraph, words: Mapping[str, str]
) -> Iterable[str]:
    groups = _groups(affected) or [("other", kind, [])]
    for direction, how, members in groups:
        subject = _subject(members, graph, words)
        yield _capital(words[f"now.{how}.{direction}"].format(subject=subject))
    yield from dict.fromkeys(words[f"means.{how}.{direction}"] for direction, how, _ in groups)


def unaffected(
    affected: Sequence[Affected], graph: ComponentGraph, language: str, others: Iterable[Component] = ()
) -> str:
    """The sentence that says which areas nothing affects just now; "" where nobody knows, or there is none.

    It stands beside the incident's entries and in none of them: what an entry says stays, and this may change when
    another incident begins. others: the components of all other active incidents.
    """
    words = words_of(language)
    areas = _unaffected(affected, graph, {_direction(c) for c in others})
    if not areas or any(a.kind is FailureKind.SILENCE for a in affected):
        return ""
    return words["unaffected"].format(areas=_either([words[f"area.{a}"] for a in areas], words))


def _groups(affected: Sequence[Affected]) -> list[tuple[str, FailureKind, list[Affected]]]:
    """What fails alike in one direction is one sentence."""
    groups: dict[tuple[str, FailureKind], list[Affected]] = {}
    for one in affected:
        groups.setdefault((_direction(one.component), one.kind), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: _DIRECTIONS.index(item[0][0]))
    return [(direction, kind, members) for (direction, kind), members in ordered]


def _unaffected(affected: Sequence[Affected], graph: ComponentGraph, others: Container[str]) -> list[str]:
    """The areas that the exchange shows and no incident touches; none where we do not know what this one touches."""
    touched = {_direction(a.component) for a in affected}
    if not touched or "other" in touched:
        return []
    shown = {c.direction for c in graph if c.public}
    return [area for area in _DIRECTIONS if area in shown and area not in touched and area not in others]


def _subject(affected: Sequence[Affected], graph: ComponentGraph, words: Mapping[str, str]) -> str:
    if not affected:
        return words["subject.none"]
    directions = {_direction(a.component) for a in affected}
    if len(affected) > _NAMED and len(directions) == 1 and "other" not in directions:
        (direction,) = directions
        total = sum(1 for c in graph if c.public and c.direction == direction)
        if total == len(affected):
            return words[f"subject.all.{direction}"]
    return _join([a.component.title for a in affected], words)


def _join(names: Sequence[str], words: Mapping[str, str]) -> str:
    # Titles are values of the placeholders, never templates: a brace in one stays a brace.
    if len(names) == 1:
        return names[0]
    if len(names) == _NAMED:
        return words["subject.two"].format(first=names[0], second=names[1])
    return words["subject.more"].format(first=names[0], count=len(names) - 1)


def _sentences(said: Sequence[str]) -> str:
    """One after the other; after the full stop of Chinese and Japanese there is no space."""
    return "".join(one if one.endswith("。") else f"{one} " for one in said).rstrip()


def _either(areas: Sequence[str], words: Mapping[str, str]) -> str:
    # At most two: what is left of three directions when at least one is touched.
    return areas[0] if len(areas) == 1 else words["area.two"].format(first=areas[0], second=areas[1])


def _direction(component: Component) -> str:
    return component.direction if component.direction in _DIRECTIONS else "other"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
