"""The channel to one helpdesk: answers, states and relations of the tickets that live there, in order a ticket."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from incidents.delivery import RETRY_AFTER_MAX, DeliveryError, Failure, Policy
from incidents.incident import Incident
from tickets.helpdesk import MARK, Helpdesk, HelpdeskChange, IncidentRecord, answer_key, status_step
from tickets.mail.compose import as_answer
from tocsin.storage import AuditEntry, Backlog, DeadLetter, Store
from tocsin.storage.helpdesks import HelpdeskLane

log = structlog.get_logger()

BATCH = 100
POLICY = Policy(
    first=timedelta(seconds=5),
    longest=timedelta(minutes=15),
    give_up_after=300,  # about three days of a helpdesk that is away
    retries_refusals=False,  # a ticket that is closed there for good will not be open tomorrow
)


class HelpdeskChannel:
    """What Tocsin writes into one helpdesk. A helpdesk that fails for all, or asks for time, is left alone as a whole.

    public_url: where agents read about an incident; ends without a slash.
    """

    together = 1

    def __init__(self, store: Store, helpdesk: Helpdesk, public_url: str, policy: Policy = POLICY) -> None:
        self._store = store
        self._helpdesk = helpdesk
        self._public_url = public_url
        self.policy = policy
        self._claimed: Sequence[HelpdeskLane] = ()
        self._rests_until: datetime | None = None

    @property
    def name(self) -> str:
        """After the helpdesk."""
        return f"helpdesk:{self._helpdesk.name}"

    def due(self, now: datetime) -> Sequence[HelpdeskLane]:
        """The next step of as many tickets as the helpdesk takes now; a ticket that fails delays no other."""
        room = min(BATCH, self._helpdesk.room(now))
        if room <= 0 or (self._rests_until is not None and now < self._rests_until):
            self._claimed = ()
        else:
            self._claimed = self._store.helpdesks.due(self._helpdesk.name, now, room)
        return self._claimed

    @contextmanager
    def sending(self) -> Iterator[Callable[[HelpdeskLane], None]]:
        """All steps are taken together, since a helpdesk takes many tickets in a request; each has its own outcome."""
        errors = self._send(self._claimed)

        def outcome(lane: HelpdeskLane) -> None:
            if lane.ticket_id in errors:
                raise errors[lane.ticket_id]

        yield outcome

    def settle(
        self, accepted: Sequence[HelpdeskLane], failed: Sequence[tuple[HelpdeskLane, Failure]], now: datetime
    ) -> None:
        """Records each step's outcome."""
        self._store.helpdesks.done(accepted, now)
        for lane, failure in failed:
            self._store.helpdesks.failed(lane, failure, now)
        self._rests_until = _rests_until(accepted, [failure for _, failure in failed], now)

    def backlog(self) -> Backlog:
        """How it stands."""
        return replace(self._store.helpdesks.backlog(self._helpdesk.name), rests_until=self._rests_until)

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Tickets to which nothing is written any more."""
        return self._store.helpdesks.given_up(self._helpdesk.name, limit)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a ticket that was given up due again, as if it had never failed. Raises NotFound."""
        self._store.helpdesks.again(self._helpdesk.name, letter_id, now, audit)

    def free(self) -> None:
        """Releases the claims of a process that died; what it was doing is looked for before it is done again."""
        self._store.helpdesks.free(self._helpdesk.name)

    def _send(self, lanes: Sequence[HelpdeskLane]) -> Mapping[str, Exception]:
        """By ticket why its step was not taken."""
        errors: dict[str, Exception] = {}
        changes: dict[str, HelpdeskChange] = {}
        for lane in lanes:
            try:
                change = self._change(lane)
            except Exception as error:  # noqa: BLE001 - the delivery loop raises and logs it as this ticket's own
                errors[lane.ticket_id] = error
                continue
            if change is not None:
                changes[lane.ticket_id] = change
        refused = self._apply(tuple(changes.values()))
        return errors | {ticket: refused[change.id] for ticket, change in changes.items() if change.id in refused}

    def _apply(self, changes: Sequence[HelpdeskChange]) -> Mapping[str, Exception]:
        if not changes:
            return {}
        try:
            return dict(self._helpdesk.apply(changes))
        except DeliveryError as error:  # of the helpdesk, not of a ticket: each is tried again
            whole = DeliveryError(str(error), retry=True, retry_after=error.retry_after)
            return {change.id: whole for change in changes}
        except Exception as error:
            if len(changes) == 1:
                return {changes[0].id: error}
            log.exception("a mistake of ours kept a batch from a helpdesk", helpdesk=self._helpdesk.name)
            alone: dict[str, Exception] = {}
            for change in changes:
                alone.update(self._apply((change,)))
            return alone

    def _change(self, lane: HelpdeskLane) -> HelpdeskChange | None:
        """The step as the helpdesk is asked for it; None = it is there already."""
        ticket, mail = lane.opened()
        sets, known = lane.sets, lane.known
        relates, tag = self._record(sets.incident_id) if sets.incident_id != known.incident_id else ("", "")
        leaves, untag = self._record(known.incident_id) if sets.incident_id != known.incident_id else ("", "")
        status = status_step(known.status, sets.status)
        if mail is None and status is None and relates == leaves:
            return None
        return HelpdeskChange(
            id=lane.foreign_id,
            key=answer_key(mail.key, ticket) if mail else "",
            text=as_answer(mail) if mail else "",
            status=status,
            relates=relates,
            leaves=leaves,
            tag=tag,
            untag=untag,
            is_uncertain=lane.tried,
        )

    def _record(self, incident_id: str) -> tuple[str, str]:
        """What stands for the incident there, and the tag of its tickets; made where there is none."""
        incident = self._store.incidents.get(incident_id) if incident_id else None
        if incident is None:
            return "", ""
        name = self._helpdesk.name
        found = self._store.helpdesks.record_of(name, incident_id)
        if not found:
            found = self._helpdesk.record(_record_of(incident, self._public_url))
            self._store.helpdesks.remember_record(name, incident_id, found)
        return found, f"{MARK}-{incident.reference.lower()}"


def _record_of(incident: Incident, public_url: str) -> IncidentRecord:
    return IncidentRecord(
        key=f"{MARK}-{incident.id}",
        reference=incident.reference,
        title=f"{incident.reference}: {incident.title}",
        text=f"Tocsin relates the tickets of this incident to this one: {public_url}/desk/incidents/{incident.id}",
    )


def _rests_until(accepted: Sequence[HelpdeskLane], failures: Sequence[Failure], now: datetime) -> datetime | None:
    """Until when nothing is sent at all: as long as asked, or where nothing was taken, until the first is due again."""
    asked = [f.cause.retry_after for f in failures if f.cause.retry_after is not None]
    if asked:
        return now + min(max(asked), RETRY_AFTER_MAX)
    again = [f.next_at for f in failures if f.cause.retry and f.next_at is not None]
    return min(again) if again and not accepted and len(failures) > 1 else None
