"""Which words for the public wait because they hold a word of the inside, in sentences for engineers."""

from collections.abc import Iterator

from tocsin.context.word_check import TITLE, in_words
from tocsin.page.publisher import PagePublisher

NAMED = 3
"""Texts that are listed one by one; of more, only the number is given."""


def words_waiting(publisher: PagePublisher) -> tuple[str, ...]:
    """One sentence for each of the first texts that wait, as of the edition just made; () = none does."""
    found = list(_texts(publisher))
    said = [_sentence(publisher, *one) for one in found[:NAMED]]
    if len(found) > NAMED:
        said.append(f"{len(found) - NAMED} more texts for the public wait, for words of the inside that they hold")
    return tuple(said)


def _texts(publisher: PagePublisher) -> Iterator[tuple[str, str]]:
    """(whose words, what they are) of each text that may not go out; the newest incidents and work last."""
    for said in publisher.disclosed.waiting:
        yield f"the words for {said.reference} of {said.at:%Y-%m-%d %H:%M} UTC", said.text
    for work in (one.public for one in publisher.store.maintenance.all()):
        if not publisher.words.may_say(work.title):
            yield f"the {TITLE} of the planned work of {work.scheduled_for:%Y-%m-%d %H:%M} UTC", work.title
        for update in work.updates:
            if not publisher.words.may_say(update.body):
                yield f"the words of {update.at:%Y-%m-%d %H:%M} UTC for planned work", update.body
    for component in publisher.config.components:
        for words in component.words:
            if not publisher.words.may_say(words.text):
                yield f"the words of component {component.name} in {publisher.config.path.name}", words.text


def _sentence(publisher: PagePublisher, whose: str, text: str) -> str:
    return (
        f"{whose} wait, and a sentence of the template stands in their place: {in_words(publisher.words.find(text))}. "
        f"Write them anew without it, or list it under page.may_say in {publisher.config.path.name}"
    )
