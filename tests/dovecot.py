"""A real IMAP server of a test module: Debian's dovecot on a port of its own, with accounts made as they are used."""

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE_S, until
from tests.require import require

PASSWORD = "sécret"
CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
auth_failure_delay = 0
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
{tls}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server; port 0 = it has none."""

    port: int
    tls_port: int

    def account(self, user: str) -> imaplib.IMAP4:
        """A connection of our own to an account's INBOX, as another mail program has."""
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        connection.select("INBOX")
        return connection

    def deliver(self, user: str, *mails: bytes, flags: str = "") -> None:
        """Puts mails into the account's INBOX."""
        connection = self.account(user)
        for mail in mails:
            status, said = connection.append("INBOX", flags or None, None, mail)
            assert status == "OK", said
        connection.logout()

    def flags(self, user: str) -> list[bytes]:
        """The flags of every mail in the account's INBOX, oldest first."""
        connection = self.account(user)
        found = connection.fetch("1:*", "(FLAGS)")[1]
        connection.logout()
        return [one for one in found if isinstance(one, bytes)]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def dovecot(certificate: tuple[Path, Path] | None = None) -> Iterator[Dovecot]:
    """Runs until the context ends. certificate: files of certificate and key, for a port with TLS."""
    binary = require("dovecot")
    folder = Path(tempfile.mkdtemp(prefix="tocsin-dovecot-"))
    folder.chmod(0o755)  # as root its parts run as nobody
    who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    (folder / "mail").mkdir()
    os.chown(folder / "mail", who.pw_uid, who.pw_gid)
    server = Dovecot(free_port(), free_port() if certificate else 0)
    tls = f"ssl = yes\nssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}" if certificate else "ssl = no"
    (folder / "dovecot.conf").write_text(
        CONFIG.format(
            folder=folder, user=who.pw_name, group=_group(who.pw_gid), uid=who.pw_uid, gid=who.pw_gid, tls=tls,
            password=PASSWORD, port=server.port, tls_port=server.tls_port,
        ),
        encoding="utf-8",
    )  # fmt: skip
    process = subprocess.Popen([binary, "-F", "-c", folder / "dovecot.conf"], stderr=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or _answers(server.port), "dovecot listens")
        assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
        shutil.rmtree(folder, ignore_errors=True)


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S):
        return True
    return False
