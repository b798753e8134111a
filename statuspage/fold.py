"""Merges timeline entries of the same minute into one entry, so that readers see the result of several edits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from incidents.public import ENDED_PHASES, Phase, PublicUpdate

_MINUTE = timedelta(minutes=1)


def folded(entries: Sequence[PublicUpdate]) -> tuple[PublicUpdate, ...]:
    """The entries, newest first, with those of one minute as one: what was said last, and all that people wrote.

    An end is not folded with what went on before it, a postmortem with nothing, words not with those of another
    language.
    """
    made: list[PublicUpdate] = []
    begun = None
    for entry in reversed(entries):
        before = made[-1] if made else None
        if before and begun and entry.at - begun < _MINUTE and _is_one(before, entry):
            made[-1] = _joined(before, entry)
        else:
            made.append(entry)
            begun = entry.at
    return tuple(made[::-1])


def _is_one(before: PublicUpdate, after: PublicUpdate) -> bool:
    if Phase.POSTMORTEM in (before.phase, after.phase):
        return False
    if before.message and after.message and before.message_language != after.message_language:
        return False
    return (before.phase in ENDED_PHASES) == (after.phase in ENDED_PHASES)


def _joined(before: PublicUpdate, after: PublicUpdate) -> PublicUpdate:
    words = "\n\n".join(dict.fromkeys(m for m in (before.message, after.message) if m))
    corrections = [at for at in (before.corrected_at, after.corrected_at) if at]
    return replace(
        after,
        message=words,
        message_language=(after if after.message else before).message_language,
        corrected_at=max(corrections, default=None),
    )
