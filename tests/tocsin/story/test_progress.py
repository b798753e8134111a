"""The demo's start says how far it is."""

import pytest

from tests.patience import until
from tocsin.story.progress import StartSteps


def test_each_step_is_said_with_its_place_and_its_time() -> None:
    said: list[str] = []
    progress = StartSteps(say=said.append, steps=2)
    for words, about in (("The exchange", 4), ("The service", 10)):
        with progress.step(words, about):
            pass
    assert said == ["START 1/2  The exchange; about 4 s", "START 2/2  The service; about 10 s"]


@pytest.mark.parametrize(
    ("about", "rest"),
    [(400, "so far, of about 400"), (0, "so far, longer than usual: the machine is busy")],
    ids=["in time", "later"],
)
def test_a_long_step_goes_on_saying_how_long_it_has_been(about: float, rest: str) -> None:
    said: list[str] = []
    with StartSteps(say=said.append, steps=1, every=0.01).step("Prometheus", about):
        until(lambda: len(said) > 2, "it is said again")
    assert all(line.startswith("START 1/1  ") and line.endswith(rest) for line in said[1:])


def test_the_next_step_of_one_that_fails_is_not_said() -> None:
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt), StartSteps(say=said.append, steps=2).step("Prometheus", 40):
        raise KeyboardInterrupt
    assert said == ["START 1/2  Prometheus; about 40 s"]
