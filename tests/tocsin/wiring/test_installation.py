import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tocsin.web.running import CONFIG
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Sender
from tocsin.config import load
from tocsin.storage.accounts import Role
from tocsin.wiring.installation import keep


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_what_is_kept_is_its_owners_alone(umask: int, tmp_path: Path) -> None:
    """Others may go through the folder to the public page, and read nothing on the way."""
    before = os.umask(umask)
    try:
        (tmp_path / "tocsin.yaml").write_text(CONFIG, encoding="utf-8")
        config = load(tmp_path / "tocsin.yaml")
        kept = keep(config)
        Mailbox(config.data / "mailbox", Sender(name="Example", address="support@example.com"))
        kept.store.people.add_user("ann", "ann@example.com", "hash", Role.AGENT, datetime.now(UTC))
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in config.data.rglob("*")}
        kept.close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(config.data.stat().st_mode) == 0o711
    assert {path.name for path in modes} >= {"tocsin.db", "tocsin.db-wal", "tocsin.db-shm", "samples.db", "new"}
    assert [path.name for path, mode in modes.items() if path.is_file() and mode & 0o077] == []
    assert {modes[config.data / "mailbox" / name] for name in ("tmp", "new", "cur")} == {0o700}


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(CONFIG, encoding="utf-8")
    config = load(tmp_path / "tocsin.yaml")
    config.data.mkdir(mode=0o750)
    config.data.chmod(0o750)
    keep(config).close()
    assert stat.S_IMODE(config.data.stat().st_mode) == 0o750
