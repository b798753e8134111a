"""What holds for every test: nothing leaves the machine by a proxy, and hypothesis judges results, not speed."""

import os

from hypothesis import settings

LOOPBACK = "127.0.0.1,localhost,::1"


def pytest_configure() -> None:
    """Before anything is collected."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), LOOPBACK)))
    settings.register_profile("tocsin", deadline=None)
    settings.load_profile("tocsin")
