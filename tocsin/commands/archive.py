"""Backup and restore of an installation: the database and the key that opens it, in one file."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from tocsin.config import load
from tocsin.storage import backup, open_store, restore
from tocsin.wiring.installation import KEY_FILE, cipher_of, database_url

DATABASE = "database.zip"


def back_up(config_path: Path, target: Path, *, with_key: bool) -> str:
    """Writes the backup aside, then into place; says what is in it. Raises OSError, StorageError."""
    config = load(config_path)
    if target.exists():
        raise FileExistsError(f"{target} is there already; name a new file")
    key = config.data / KEY_FILE
    with TemporaryDirectory(dir=target.absolute().parent) as folder:
        rows = backup(database_url(config), Path(folder) / DATABASE)
        draft = Path(folder) / target.name
        with ZipFile(os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b"), "w") as bundle:
            bundle.write(Path(folder) / DATABASE, DATABASE)
            if with_key and key.exists():
                bundle.write(key, KEY_FILE)
        draft.rename(target)
    holds = "database and key: keep it as safe as the key" if with_key and key.exists() else "database, without the key"
    return f"{target}: {sum(rows.values())} rows of {len(rows)} tables ({holds})."


def restore_from(config_path: Path, source: Path) -> str:
    """Fills an empty installation; a key that is there must be the backup's. Raises ValueError, StorageError."""
    config = load(config_path)
    key = config.data / KEY_FILE
    with TemporaryDirectory() as folder:
        try:
            with ZipFile(source) as bundle:
                names = bundle.namelist()
                bundle.extractall(folder, [n for n in names if n in (DATABASE, KEY_FILE)])
        except BadZipFile as error:
            raise ValueError(f"{source} is not a backup of Tocsin: {error}") from error
        if DATABASE not in names:
            raise ValueError(f"{source} is not a backup of Tocsin: there is no {DATABASE} in it")
        kept_key = Path(folder) / KEY_FILE
        if KEY_FILE in names:
            _place_key(kept_key.read_bytes(), key)
        rows = restore(Path(folder) / DATABASE, database_url(config))
    open_store(database_url(config), cipher_of(config)).close()
    return f"{source}: {sum(rows.values())} rows restored, and the key opens them."


def _place_key(content: bytes, key: Path) -> None:
    if key.exists():
        if key.read_bytes() != content:
            raise ValueError(f"{key} is another key than the backup's; move it away first, nothing was changed")
        return
    key.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
