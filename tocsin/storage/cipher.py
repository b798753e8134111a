"""Encryption of personal fields with AES-GCM; a keyed blind index finds a sealed value again."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tocsin.storage.errors import WrongKey

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"
ENVIRONMENT = "TOCSIN_KEY"


class Cipher:
    """Seals text for one place in the database; what is moved to another row or changed does not open.

    key: 32 random bytes. source: where the key came from, for error messages; never the key itself.
    """

    def __init__(self, key: bytes, source: str = "this key") -> None:
        if len(key) != KEY_BYTES:
            raise WrongKey(f"the key in {source} has {len(key)} bytes, must have {KEY_BYTES}")
        self.source = source
        self._root = key
        self._sealing = AESGCM(_derived(key, b"seal"))
        self._index_key = _derived(key, b"blind index")
        self._chain_key = _derived(key, b"audit chain")
        self._token_key = _derived(key, b"ticket token")

    def derived(self, purpose: str) -> bytes:
        """32 bytes for another purpose (signing forms, the page), the same each time; they tell nothing of the key."""
        return _derived(self._root, purpose.encode())

    def seal(self, text: str, context: str) -> bytes:
        """The text, readable again only with the same context: the identity of the row that holds it."""
        return self.seal_bytes(text.encode("utf-8", "surrogatepass"), context)

    def open(self, sealed: bytes, context: str) -> str:
        """The text that was sealed for this context; WrongKey for any other."""
        return self.open_bytes(sealed, context).decode("utf-8", "surrogatepass")

    def seal_bytes(self, content: bytes, context: str) -> bytes:
        """As `seal`, for files: version byte, 12 bytes of nonce, ciphertext with its tag."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._sealing.encrypt(nonce, content, context.encode())

    def open_bytes(self, sealed: bytes, context: str) -> bytes:
        """As `open`, for files."""
        head = len(VERSION) + NONCE_BYTES
        try:
            return self._sealing.decrypt(sealed[len(VERSION) : head], sealed[head:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongKey(
                f"the key in {self.source} does not open {context}: "
                "give the key that the database was made with, or restore a backup where the value was changed"
            ) from error

    def blind_index(self, text: str) -> str:
        """Equal for equal texts, telling nothing of them without the key: 43 URL-safe characters."""
        return _word(hmac.digest(self._index_key, text.encode("utf-8", "surrogatepass"), "sha256"))

    def chain(self, content: bytes) -> str:
        """The link of the audit chain over these bytes; nobody forges it without the key."""
        return hmac.digest(self._chain_key, content, "sha256").hex()

    def subscription_token(self, purpose: str, subscription_id: str) -> str:
        """The secret word that confirms, manages or ends one subscription; the same each time it is asked for."""
        return _word(hmac.digest(self._token_key, f"subscription\0{purpose}\0{subscription_id}".encode(), "sha256"))

    def ticket_token(self, ticket_id: str) -> str:
        """The secret word that opens one ticket's page; the same each time it is asked for."""
        return _word(hmac.digest(self._token_key, ticket_id.encode(), "sha256"))


def load_cipher(path: Path, environ: Mapping[str, str] | None = None) -> Cipher:
    """The cipher of TOCSIN_KEY (base64 of 32 bytes), else of the key file, made with mode 0600 where missing."""
    given = (os.environ if environ is None else environ).get(ENVIRONMENT)
    if given:
        return Cipher(_decoded(given, ENVIRONMENT), ENVIRONMENT)
    if not path.exists():
        _make_key_file(path)
    return Cipher(_decoded(path.read_text(encoding="ascii", errors="replace"), str(path)), str(path))


def new_key() -> str:
    """A fresh key as TOCSIN_KEY and the key file hold it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def hash_of_secret(secret: str) -> str:
    """The stored hash of a session's or machine's secret (256 random bits, so a plain SHA-256 is enough)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _make_key_file(path: Path) -> None:
    """Written aside and linked into place: two first starts agree on one key, and a kill leaves none or a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key is the key
    finally:
        draft.unlink()


def _decoded(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongKey(f"the key in {source} is not base64; it must be {KEY_BYTES} bytes in base64") from error
    if len(key) != KEY_BYTES:
        raise WrongKey(f"the key in {source} has {len(key)} bytes, must have {KEY_BYTES} (in base64)")
    return key


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tocsin " + purpose).derive(key)


def _word(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
