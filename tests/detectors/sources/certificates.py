"""Authorities, and certificates that they signed for 127.0.0.1, made when a test asks for them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A certificate and its key, in PEM files."""

    certificate: Path
    key: Path


NO_USE = dict.fromkeys(
    (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("encipher_only", "decipher_only"),
    ),
    False,
)


class Authority:
    """Signs certificates; its own is in the file `ca`."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key()
        own = _builder(self._name, self._name, public, public).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        own = own.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **NO_USE), critical=True)
        self.ca = folder / f"{name}.pem"
        self.ca.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def sign(self, name: str, password: bytes = b"") -> Signed:
        """A certificate for server and client alike, with a fresh key."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = _builder(_named(name), self._name, key.public_key(), self._key.public_key())
        asked = builder.add_extension(here, critical=False)
        signed = Signed(certificate=self._folder / f"{name}.pem", key=self._folder / f"{name}.key")
        signed.certificate.write_bytes(asked.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        locked: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
        signed.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
        return signed


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    """With the key identifiers that RFC 5280 asks for: Python 3.13 trusts no certificate without them."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False)
    )
