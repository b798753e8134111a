"""What holds for every test: nothing leaves the machine by a proxy, and hypothesis judges results, not speed."""

import os
from collections.abc import Generator, Sequence
from contextlib import ExitStack

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.turns import turn

LOOPBACK = "127.0.0.1,localhost,::1"
WAITS = "tests/faults/"
"""Stories of a service that is killed, stopped and started again."""
_TURN = pytest.StashKey[ExitStack]()
"""The turn at the machine, while this worker has it."""
SCENARIOS, LONGEST = "tests/scenarios/", "tests/scenarios/test_story.py"


def pytest_configure() -> None:
    """Before anything is collected."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), LOOPBACK)))
    settings.register_profile("tocsin", deadline=None)
    settings.load_profile("tocsin")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """For `-n auto` two workers more than processors: whole stories wait for ticks, mails and programs that begin."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    return len(os.sched_getaffinity(0)) + 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With workers, in the order in which units are dealt out; without, as the files stand."""
    if hasattr(config, "workerinput"):
        place = {unit: at for at, unit in enumerate(dealt([item.nodeid for item in items]))}
        items.sort(key=lambda item: place[unit_of(item.nodeid)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Units go to whoever has room, in the order of the tests."""
    config.option.loadscopereorder = False
    return _Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """A test marked `alone` runs while no other does: a story in real time, as its customers do not wait.

    Several in a row keep the machine: between them others would begin what the next must wait for.
    """
    cache: pytest.Cache | None = getattr(item.config, "cache", None)  # `-p no:cacheprovider` leaves none
    if not hasattr(item.config, "workerinput") or cache is None:
        return (yield)
    stash = item.config.stash
    if _TURN not in stash:
        stash[_TURN] = ExitStack()
        stash[_TURN].enter_context(turn(cache.mkdir("turns"), alone=_is_alone(item)))
    try:
        return (yield)
    finally:
        if not (_is_alone(item) and nextitem is not None and _is_alone(nextitem)):
            stash[_TURN].close()
            del stash[_TURN]


def _is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def unit_of(nodeid: str) -> str:
    """What one worker runs in a row.

    A file's servers and browsers are begun once, so it stays together; so do the demo's stories, of which two at a time
    would take the processors from each other. A fault's story begins its own, and waits most of its time.
    """
    return nodeid if WAITS in nodeid else nodeid.partition("::")[0]


def dealt(nodeids: Sequence[str]) -> list[str]:
    """The units in order: scenarios first, the longest of them before the others, as no unit takes as long as they do.

    Then the files, with the stories that wait spread evenly among them.
    """
    units = dict.fromkeys(map(unit_of, nodeids))
    first = sorted((unit for unit in units if SCENARIOS in unit), key=lambda unit: LONGEST not in unit)
    waiting = [unit for unit in units if WAITS in unit]
    others = [unit for unit in units if SCENARIOS not in unit and WAITS not in unit]
    places = [((at + 0.5) / len(many), unit) for many in (waiting, others) for at, unit in enumerate(many)]
    return [*first, *(unit for _, unit in sorted(places))]
