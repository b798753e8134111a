"""Every storage test runs on both databases: a migrated one is copied for each test."""

import os
import shutil
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL

from tests.require import require
from tests.tocsin.storage.examples import KEY
from tocsin.storage import Cipher, Store, migrate, open_store

TEMPLATE = f"tocsin_template_{uuid.uuid4().hex[:12]}"


def _server() -> URL:
    return make_url(require("postgres")).set(drivername="postgresql+psycopg")


def _on_server(statement: str) -> None:
    engine = create_engine(_server(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _drop(name: str) -> None:
    """A server of this process's own is deleted whole at its end, which is quicker."""
    if os.environ.get("TOCSIN_TEST_POSTGRES"):
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _template() -> str:
    """A migrated database of this process, copied for each test: 40 ms instead of migrating."""
    if not os.environ.get("TOCSIN_TEST_POSTGRES"):
        _on_server("ALTER SYSTEM SET fsync = off")  # the tests kill processes of ours, not the server
        _on_server("SELECT pg_reload_conf()")
    _on_server(f"CREATE DATABASE {TEMPLATE}")
    migrate(_server().set(database=TEMPLATE).render_as_string(hide_password=False))
    return TEMPLATE


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("storage") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    name = f"tocsin_{uuid.uuid4().hex[:16]}"
    _on_server(f"CREATE DATABASE {name}")
    yield _server().set(database=name).render_as_string(hide_password=False)
    _drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> Iterator[str]:
    """A migrated, empty database."""
    if request.param == "sqlite":
        path = tmp_path / "tocsin.db"
        shutil.copy(migrated_file, path)
        yield f"sqlite:///{path}"
        return
    name = f"tocsin_{uuid.uuid4().hex[:16]}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE {_template()}")
    yield _server().set(database=name).render_as_string(hide_password=False)
    _drop(name)


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(KEY, "the test")


@pytest.fixture
def store(url: str, cipher: Cipher) -> Iterator[Store]:
    opened = open_store(url, cipher)
    yield opened
    opened.close()
