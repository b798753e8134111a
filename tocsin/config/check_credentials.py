"""Checks the certificates, tokens and passwords of the sources, and that their files can be read."""

from collections.abc import Iterator
from pathlib import Path as File

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from tocsin.config.check_shape import called
from tocsin.config.document import Data, Path, SourceText

Entry = tuple[Path, dict[str, Data]]

TLS = ("ca_file", "cert_file", "key_file")


def check_access(source: SourceText, data: dict[str, Data]) -> None:
    """Reports to `source` what contradicts itself; looks at no file."""
    for path, entry in _addresses(data):
        subject = called(path, source.data)
        given = [key for key in TLS if entry.get(key) is not None]
        if "key_file" in given and "cert_file" not in given:
            source.report(
                (*path, "key_file"), f"{subject}: key_file is given, but cert_file, whose key it is, is missing"
            )
        url = entry.get("url")
        if given and isinstance(url, str) and url.lower().startswith("http://"):
            source.report(
                (*path, given[0]), f"{subject}: {given[0]} is of no use at {url}, must be an https:// address"
            )
        tokens = [key for key in ("bearer_token_env", "bearer_token_file") if entry.get(key) is not None]
        if tokens and entry.get("basic") is not None:
            source.report((*path, "basic"), f"{subject}: basic and {tokens[0]} both say who we are; keep one")


def check_certificates(source: SourceText, data: dict[str, Data], folder: File) -> None:
    """Reports to `source` files that hold no certificate, or a key that is not its own.

    folder: of the configuration. A file that cannot be read is reported elsewhere.
    """
    for path, entry in _addresses(data):
        subject = called(path, source.data)
        held = {key: _content(folder, entry.get(key)) for key in TLS}
        for key in ("ca_file", "cert_file"):
            if held[key] is not None and (why := _no_certificates(held[key] or b"")):
                source.report((*path, key), f"{subject}: {key} is {entry[key]}, {why}")
                held[key] = None
        pem = held["cert_file"] if entry.get("key_file") is None else held["key_file"]
        if pem is None or held["cert_file"] is None:
            continue
        key = "cert_file" if entry.get("key_file") is None else "key_file"
        if why := _wrong_key(held["cert_file"], pem):
            source.report((*path, key), f"{subject}: {key} is {entry[key]}, {why}")


def _addresses(data: dict[str, Data]) -> Iterator[Entry]:
    """Every mapping that says how an address is reached: a prometheus source, and each target of a scrape."""
    sources = data.get("sources")
    for name, body in sources.items() if isinstance(sources, dict) else ():
        if not isinstance(body, dict):
            continue
        yield ("sources", name), body
        targets = body.get("targets")
        for index, target in enumerate(targets if isinstance(targets, list) else ()):
            if isinstance(target, dict):
                yield ("sources", name, "targets", index), target


def _content(folder: File, written: Data) -> bytes | None:
    if not isinstance(written, str):
        return None
    try:
        return (folder / File(written).expanduser()).read_bytes()
    except (OSError, ValueError, RuntimeError):
        return None


def _no_certificates(pem: bytes) -> str:
    """Why there is no certificate in it; "" = there is."""
    try:
        x509.load_pem_x509_certificates(pem)
    except ValueError:
        return "must hold certificates in PEM (-----BEGIN CERTIFICATE-----)"
    return ""


def _wrong_key(certificate: bytes, pem: bytes) -> str:
    """Why the key is not that of the certificate, which is the first in its file; "" = it is."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        return "must be an unencrypted key: nobody is there to type its password"
    except ValueError:
        return "must hold the certificate's private key in PEM (-----BEGIN PRIVATE KEY-----)"
    own = x509.load_pem_x509_certificates(certificate)[0].public_key()
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(*form) != own.public_bytes(*form):
        return "which is the key of another certificate than cert_file's"
    return ""
