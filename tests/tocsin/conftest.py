from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.tocsin.web.running import Running, running


@pytest.fixture(autouse=True, scope="session")
def patient_requests() -> Iterator[None]:
    """On a busy machine a request may wait for its turn to write; two seconds are tried where a lock is held."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tocsin.storage.patience.REQUEST_S", PATIENCE_S)
        yield


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    """Services over a fresh database, every loop stopped."""
    made = running(tmp_path)
    yield made
    made.close()
