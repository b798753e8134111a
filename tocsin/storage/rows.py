"""What every part of the store works with."""

from tocsin.storage.cipher import Cipher
from tocsin.storage.database import Database


class Rows:
    """The base of the store's parts: one database, one cipher."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
