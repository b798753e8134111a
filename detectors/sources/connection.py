"""Explains a failed connection in words: what did not answer, and what to check."""

import errno
import http.client
import socket
import ssl

from detectors.sources.login import Login, handshake_hint

_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
_CUT = (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)


def connection_words(error: BaseException, url: str, login: Login, *, program: str) -> str:
    """The failure of a question to `url`, which holds no login; program: what should listen there, "Prometheus".

    "nothing listens at http://127.0.0.1:9090 (Connection refused): is Prometheus running?"
    """
    inner = innermost(error)
    match inner:
        case ConnectionRefusedError():
            return f"nothing listens at {url} (Connection refused): is {program} running?"
        case socket.gaierror():
            return f"the host of {url} is not known ({_said(inner)}): is its name right?"
        case ssl.SSLError():
            return f"no encrypted connection to {url}: {_said(inner)}{handshake_hint(inner, login)}"
        case OSError(errno=number) if number in _NO_WAY:
            return f"no way leads to {url} ({_said(inner)}): is the network or its firewall open?"
        case _ if isinstance(inner, _CUT):
            return f"{url} closed the connection before it had answered ({_said(inner)}): is it {program} that listens?"
        case _:
            return f"{url} could not be asked: {_said(inner)}"


def innermost(error: BaseException) -> BaseException:
    """The first cause, below the libraries' own exceptions."""
    while inner := error.__cause__ or error.__context__ or _held(error):
        error = inner
    return error


def _held(error: BaseException) -> BaseException | None:
    """The exception that another holds as its argument, as urllib3's do."""
    return next((each for each in error.args if isinstance(each, BaseException)), None)


def _said(error: BaseException) -> str:
    """Its own words; where it has none, its kind."""
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ssl.SSLError):
        return error.strerror
    return str(error) or type(error).__name__
