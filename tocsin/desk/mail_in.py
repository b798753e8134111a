"""Reads the mailbox that customers write to: a mail is kept, then marked on the server, then worked off."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from incidents.delivery import DeliveryError
from tickets.admission import TooManyTickets
from tickets.mail.incoming import key_of, read_mail, sender_of
from tickets.mail.message import IncomingMailbox, ReceivedMail
from tocsin.context.loops import Loop, Wake
from tocsin.desk.desk import Desk
from tocsin.desk.mail_outcome import TAKEN, work_off_mail
from tocsin.storage.inbound_mails import ArrivedMail, KeptMail

log = structlog.get_logger()

TOGETHER = 20  # mails that are fetched and kept at once: each may have tens of megabytes
AT_ONCE = 500  # mails of one look
HOURLY = 30  # mails of one address that are worked off within an hour; what is beyond waits
ATTEMPTS = 10
AGAIN_AFTER = timedelta(minutes=1)  # doubled each time


@dataclass(frozen=True, slots=True, kw_only=True)
class MailIn:
    """One mailbox. name: unique; how far it was read is kept under it. every: how often it is looked into."""

    desk: Desk
    mailbox: IncomingMailbox
    every: timedelta
    wake: Wake
    name: str = "mail in"

    def poll(self, now: datetime) -> int:
        """Keeps what is new and works off what waits; returns how many mails that were. Raises DeliveryError.

        What was kept is worked off even while the server can't be read.
        """
        try:
            self._read(now)
        finally:
            done = self._work_off(now)
            if done:
                self.wake(Loop.MAIL)
        return done

    def _read(self, now: datetime) -> None:
        store = self.desk.store.inbound_mails
        for _ in range(AT_ONCE // TOGETHER):
            place = store.place(self.name)
            reading = self.mailbox.after(place, TOGETHER)
            if reading.place != place or reading.mails:
                store.keep(self.name, [arrived(one.content) for one in reading.mails], reading.place, now)
            if reading.mails:
                self._tell_server(reading.mails, is_needed=reading.place is None)
            if len(reading.mails) < TOGETHER:
                return

    def _tell_server(self, mails: tuple[ReceivedMail, ...], *, is_needed: bool) -> None:
        """Marks them as read there; where their place is kept here, it does not matter if that fails."""
        try:
            self.mailbox.mark_read([one.place for one in mails])
        except DeliveryError as error:
            if is_needed:
                raise
            log.warning("mails could not be marked as read", error=str(error))

    def _work_off(self, now: datetime) -> int:
        done = 0
        while done < AT_ONCE:
            due = self.desk.store.inbound_mails.due(now, TOGETHER)
            for one in due:
                self._one(one, now)
            done += len(due)
            if len(due) < TOGETHER:
                break
        return done

    def _one(self, kept: KeptMail, now: datetime) -> None:
        """Works off one mail; one that fails by a mistake of ours is tried again later, and delays no other."""
        store, metrics = self.desk.store.inbound_mails, self.desk.metrics
        try:
            raw = kept.opened()
            later = self._later(sender_of(raw), now)
            if later is not None:
                store.wait(kept.id, later)
                return
            done = work_off_mail(self.desk, read_mail(raw), kept.id, now)
        except TooManyTickets as too_many:
            store.wait(kept.id, now + too_many.again_in)
        except Exception as error:
            log.exception("a mail that came in was not worked off", attempts=kept.attempts + 1)
            last = kept.attempts + 1 >= ATTEMPTS
            until = None if last else now + AGAIN_AFTER * 2**kept.attempts
            store.failed(kept.id, f"{type(error).__name__}: {error}", until, now)
            metrics.tick_failures.labels("mail in").inc()
            if last:
                metrics.inbound_mails.labels("failed").inc()
        else:
            store.settle(kept.id, done.outcome, done.ticket.id if done.ticket else None, now)
            metrics.inbound_mails.labels(done.outcome.name.lower()).inc()
            log.info("mail came in", outcome=done.outcome.name, ticket=done.ticket.number if done.ticket else "")

    def _later(self, sender: str, now: datetime) -> datetime | None:
        """When the next mail of this address may be worked off; None = now."""
        since = now - timedelta(hours=1)
        times = self.desk.store.inbound_mails.times_of_sender(sender, TAKEN, since, HOURLY)
        return times[-1] + timedelta(hours=1) if len(times) >= HOURLY else None


def arrived(content: bytes) -> ArrivedMail:
    """A mail as it is kept."""
    return ArrivedMail(key=key_of(content), sender=sender_of(content), content=content)
