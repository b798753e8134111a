"""A source's credentials and certificates, and what to mend after a failed TLS handshake."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How we show who we are: a bearer token, or a name and a password; certificates in PEM files.

    ca: trusted instead of the system's authorities. certificate: our own, with its key in the same file or in `key`.
    """

    bearer: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str = field(default="", repr=False)
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def files(self) -> tuple[Path, ...]:
        """The PEM files that a connection is made with."""
        return tuple(path for path in (self.ca, self.certificate, self.key) if path is not None)

    def tls(self) -> ssl.SSLContext:
        """What a connection is made with. Raises OSError (ssl.SSLError is one), naming the file that is wrong."""
        context = _trusting(self.ca)
        if self.certificate:
            try:
                context.load_cert_chain(self.certificate, self.key, password=_no_password)
            except OSError as error:
                both = f"{self.certificate} and its key {self.key or 'in the same file'}"
                raise OSError(f"{both} cannot be used as a certificate: {error}") from error
        return context


_ALERTS = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_EXPIRED")
"""What servers say of a client's certificate; some say the second or third for everything."""


def handshake_hint(error: BaseException, login: Login) -> str:
    """What to mend after a failed TLS handshake, to be put behind the error's own words; "" where nothing is known."""
    reason = str(error.reason or "") if isinstance(error, ssl.SSLError) else ""
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return "; ca_file says whose signatures to trust"
    if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason:
        return "; does it speak plain http there?"
    if not any(alert in reason for alert in _ALERTS):
        return ""
    if login.certificate is None:
        return "; it asks for a certificate of ours: give cert_file and key_file"
    return "; it refuses the certificate in cert_file: is it signed by whom the server trusts, and not expired?"


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca) if ca else None)
    except OSError as error:
        raise OSError(f"{ca} cannot be used as trusted certificates: {error}") from error


def _no_password() -> str:
    """Without this, OpenSSL would ask for the key's password on the terminal."""
    return ""
