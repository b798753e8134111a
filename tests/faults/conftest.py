from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.exchange import Exchange, exchange
from tests.faults.nursery import Nursery, nursery
from tests.faults.stage import Stage, mail_server, receiver


@pytest.fixture(scope="session")
def tocsins() -> Iterator[Nursery]:
    """Where `tocsin` processes come from."""
    with nursery() as made:
        yield made


@pytest.fixture
def metrics() -> Iterator[Exchange]:
    with exchange() as made:
        yield made


@pytest.fixture
def bare(tmp_path: Path, tocsins: Nursery, metrics: Exchange) -> Iterator[Stage]:
    """An installation with neither a mail server nor a webhook; not prepared yet."""
    stage = Stage(folder=tmp_path, nursery=tocsins, exchange=metrics)
    yield stage
    tocsins.kill_all()
    stage.close()


@pytest.fixture
def stage(bare: Stage) -> Iterator[Stage]:
    """A whole installation, prepared and not started."""
    with mail_server(bare.inbox) as port, receiver() as hook:
        bare.smtp_port, bare.receiver = port, hook
        bare.prepare()
        bare.migrate()
        yield bare
        bare.nursery.kill_all()
