"""What a person is to be notified of, and the message that says it."""

from dataclasses import dataclass, replace
from datetime import datetime

from incidents.oncall.escalation import Escalation, StepTaken
from incidents.oncall.policy import ContactChannel
from incidents.signal import short_id

FOLLOW_UP = "~end"
"""What the id of a message that follows another one ends with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A step of an incident's escalation that reached a person; "" = it reached nobody.

    id: the same however often the step is taken anew after a kill. number: of the step, 0 = the first.
    """

    id: str
    incident_id: str
    person: str
    policy: str
    number: int
    at: datetime
    channels: tuple[ContactChannel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OncallMessage:
    """What leaves to one person, by each of the person's channels: about one incident, or a digest of several.

    id: made of its notices, so it is the same whenever it is made of them. incidents: ids.
    follows: the message in whose place its receiver may show this one; "" = none.
    """

    id: str
    person: str
    at: datetime
    notices: tuple[str, ...]
    incidents: tuple[str, ...]
    channels: tuple[ContactChannel, ...] = ()
    follows: str = ""

    @property
    def is_digest(self) -> bool:
        """Whether it is about several incidents."""
        return len(self.incidents) > 1

    def follow_up(self, now: datetime) -> "OncallMessage":
        """What says that nobody is needed any more; one, however often it is made."""
        return replace(self, id=f"{self.id}{FOLLOW_UP}", at=now, notices=(), follows=self.id)


def notices_of(known: Escalation, step: StepTaken) -> tuple[Notice, ...]:
    """One for each person whom a step reached; one for nobody where it reached none."""
    begun = known.begun_at.isoformat()
    return tuple(
        Notice(
            id=short_id(f"notice:{known.incident_id}:{begun}:{step.number}:{person}"),
            incident_id=known.incident_id,
            person=person,
            policy=known.policy,
            number=step.number,
            at=step.at,
            channels=known.channels,
        )
        for person in step.people or ("",)
    )


def message_of(notices: tuple[Notice, ...], now: datetime) -> OncallMessage:
    """The message to one person about these, one or more. channels: of all their routes; () = all that there are."""
    ids = tuple(notice.id for notice in notices)
    is_any = any(not notice.channels for notice in notices)
    return OncallMessage(
        id=short_id(f"message:{':'.join(ids)}"),
        person=notices[0].person,
        at=now,
        notices=ids,
        incidents=tuple(dict.fromkeys(notice.incident_id for notice in notices)),
        channels=() if is_any else tuple(dict.fromkeys(c for notice in notices for c in notice.channels)),
    )
