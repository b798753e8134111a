from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tocsin.web.running import Running, running


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    """Services over a fresh database, every loop stopped."""
    made = running(tmp_path)
    yield made
    made.close()
