"""The embedded default mailer: delivers mail into a Maildir on this machine, which a page shows."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from incidents.delivery import DeliveryError
from tickets.mail.compose import content_of
from tickets.mail.message import Mail, Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One mail in the mailbox, as a list shows it. id: names it within the mailbox."""

    id: str
    message_id: str
    to: str
    subject: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredPage:
    """Newest first; next: the cursor of the following page, None at the end."""

    mails: tuple[Delivered, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredMail:
    """One mail in full. html is what was sent: whoever shows it puts it into a sandbox."""

    head: Delivered
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


class Mailbox:
    """A Maildir (tmp, new, cur) under a folder; a second delivery of the same Message-ID is a no-op."""

    def __init__(
        self,
        folder: Path,
        sender: Sender,
        now: Callable[[], datetime] | None = None,
        *,
        keep: timedelta | None = None,
    ) -> None:
        """keep: how long a mail stays; None = for ever."""
        self._folder, self._sender, self._keep = folder, sender, keep
        self._now = now or _clock
        for sub in ("tmp", "new", "cur"):
            (folder / sub).mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def sending(self) -> Iterator[Callable[[Mail], None]]:
        """Gives a function that delivers one mail; all of them are on disk when the context ends."""
        yield self._deliver
        _sync_folder(self._folder / "new")

    def _deliver(self, mail: Mail) -> None:
        name = _name(mail.message_id)
        temporary = self._folder / "tmp" / f"{name}.{os.getpid()}"
        now = self._now()
        content = content_of(mail, self._sender, now)
        try:
            if (self._folder / "new" / name).exists() or (self._folder / "cur" / name).exists():
                return
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            at = int(now.timestamp() * 1_000_000_000)
            os.utime(temporary, ns=(at, at))  # the list is ordered by it
            temporary.rename(self._folder / "new" / name)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise DeliveryError(f"mail {mail.key}: mailbox {self._folder}: {error}", retry=True) from error

    def tidy(self, now: datetime) -> None:
        """Deletes mails that are older than they are kept."""
        if self._keep is None:
            return
        oldest = (now - self._keep).timestamp()
        for sub in ("tmp", "new", "cur"):
            for path in (self._folder / sub).iterdir():
                with suppress(FileNotFoundError):  # delivered, or deleted by somebody, meanwhile
                    if path.stat().st_mtime < oldest:
                        path.unlink()

    def list(self, *, limit: int = 50, before: str | None = None, to: str | None = None) -> DeliveredPage:
        """Newest first; before: the `next` of the page above; to: only this address."""
        found: list[Delivered] = []
        keys: list[str] = []
        for key in self._keys():
            if before is not None and key >= before:
                continue
            name = key.partition(".")[2]
            head = _head(name, self._open(name))
            if to is None or head.to.casefold() == to.casefold():
                found.append(head)
                keys.append(key)
            if len(found) > limit:
                break
        more = len(found) > limit
        return DeliveredPage(mails=tuple(found[:limit]), next=keys[limit - 1] if more else None)

    def _keys(self) -> Sequence[str]:
        """One `time.name` a mail, newest first."""
        paths = (p for sub in ("new", "cur") for p in (self._folder / sub).iterdir())
        return sorted((f"{p.stat().st_mtime_ns:020d}.{p.name}" for p in paths), reverse=True)

    def read(self, mail_id: str) -> DeliveredMail | None:
        """One mail; None where there is none of that id."""
        if not _is_name(mail_id):
            return None
        try:
            message = self._open(mail_id)
        except FileNotFoundError:
            return None
        return DeliveredMail(
            head=_head(mail_id, message),
            text=_part(message, "plain"),
            html=_part(message, "html"),
            headers=tuple((k, str(v)) for k, v in message.items()),
        )

    def _open(self, name: str) -> EmailMessage:
        path = self._folder / "new" / name
        content = (path if path.exists() else self._folder / "cur" / name).read_bytes()
        message = message_from_bytes(content, policy=default)
        if not isinstance(message, EmailMessage):
            raise TypeError(f"{path}: not a mail")
        return message


def _clock() -> datetime:
    return datetime.now(UTC)


def _name(message_id: str) -> str:
    """The same for a repeat, whenever it comes."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:40]


def _is_name(text: str) -> bool:
    return len(text) == 40 and text.isascii() and text.isalnum()


def _head(name: str, message: EmailMessage) -> Delivered:
    date = message["Date"]
    return Delivered(
        id=name,
        message_id=str(message["Message-ID"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=parsedate_to_datetime(str(date)) if date else None,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
