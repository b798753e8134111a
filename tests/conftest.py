"""What holds for every test: nothing leaves the machine by a proxy, and hypothesis judges results, not speed."""

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

LOOPBACK = "127.0.0.1,localhost,::1"


def pytest_configure() -> None:
    """Before anything is collected."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), LOOPBACK)))
    settings.register_profile("tocsin", deadline=None)
    settings.load_profile("tocsin")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Whole scenarios need the machine: they run first, never beside each other; all else runs where there is room.

    `--dist loadgroup` would do, but xdist 3.8 writes the group into an attribute that pytest 9.2 does not read.
    """
    return _Scheduling(config, log)


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    def _split_scope(self, nodeid: str) -> str:
        return "scenarios" if "tests/scenarios/" in nodeid else nodeid
