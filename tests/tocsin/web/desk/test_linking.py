"""How sure links are: what agents find lately beside what was measured."""

import pytest

from tests.tocsin.web.running import Running
from tickets.linking import AgentAnswer, Guess
from tocsin.storage.accounts import Role
from tocsin.storage.link_answers import answer_row, replace_answers


def judged(tocsin: Running, right: int, wrong: int) -> None:
    """Agents judged so many links that were 99.5 % sure."""
    answers = [Guess(probability=0.995, is_right=n < right) for n in range(right + wrong)]
    cipher = tocsin.runtime.kept.cipher
    rows = []
    for guess in answers:
        said = AgentAnswer(words=frozenset({"late"}), incident_id=None, offered=frozenset({"i"}), guess=guess)
        rows.append(answer_row(cipher, tocsin.ticket().id, said, tocsin.clock()))
    with tocsin.services.store.tickets._database.write() as connection:
        replace_answers(connection, [], rows)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (0, 0, "No ticket waits for an incident by a link that no agent made"),
        (30, 2, "Of the last 32 judged links 30 were right; 32 were expected."),
        (20, 12, "of the last 32 judged links 20 were right, 32 were expected"),
    ],
)
def test_the_page_says_how_recent_links_stand_to_what_was_measured(
    tocsin: Running, right: int, wrong: int, words: str
) -> None:
    judged(tocsin, right, wrong)
    shown = tocsin.client(Role.AGENT).get("/desk/linking").text
    assert words in shown
    assert ("worse than it was measured to be" in shown) is (wrong > 2)
    value = tocsin.services.metrics.registry.get_sample_value
    assert value("tocsin_links_recent", {"kind": "judged"}) == right + wrong
    assert value("tocsin_links_recent", {"kind": "right"}) == right
