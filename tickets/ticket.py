"""The customer's ticket, its messages and files."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TicketStatus(StrEnum):
    """The status of a ticket; the configuration gives the words that customers see."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    AWAITING_CUSTOMER = "awaiting_customer"
    AWAITING_INCIDENT = "awaiting_incident"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


SETTLED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.MERGED})


class Priority(StrEnum):
    """How soon a ticket must be answered; the default is normal."""

    CRITICAL = "critical"
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Form(StrEnum):
    """The topic that the customer chose."""

    ACCOUNT_VERIFICATION = "Account verification"
    WITHDRAWAL = "Withdrawal"
    DEPOSIT = "Deposit"
    TRADING = "Trading issue"
    TWO_FACTOR = "Two-factor"
    API = "API"
    FEES = "Fees"
    OTHER = "Other"

    @property
    def slug(self) -> str:
        """The topic as metrics and component names have it: trading-issue."""
        return self.lower().replace(" ", "-")


class Channel(StrEnum):
    """How the ticket reached us."""

    PORTAL = "portal"
    API = "api"
    EMAIL = "email"
    HELPDESK = "helpdesk"
    PHONE = "phone"
    SOCIAL = "social"


class Proof(StrEnum):
    """What proved whose a ticket is."""

    NONE = ""  # the sender claims to be somebody
    SIGNED = "signed"  # the exchange signed it for its customer
    SESSION = "session"  # the same, kept by the browser
    MAIL = "mail"  # a link that was mailed to the address
    MACHINE = "machine"  # the exchange's own program says so, with a token of its own


class Team(StrEnum):
    """The team that answers."""

    SECURITY_FINANCE = "Security & Finance Specialists"
    TECHNICAL = "Technical Support"
    ACCOUNT = "Account Management"
    GENERAL = "General Support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One order, deposit or withdrawal of a customer, as the exchange's account API tells it.

    kind: order, deposit, withdrawal. status: pending, confirmed, credited, completed, failed …
    late: the exchange itself says that it takes, or took, longer than usual; None = not said.
    """

    kind: str
    asset: str
    network: str
    amount_usd: float
    txid: str
    status: str
    created_at: datetime
    late: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; `media_type` is what its bytes say, not its name."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The place of a ticket that lives in another company's helpdesk: its thread is there and nowhere else.

    helpdesk: the name in the configuration. id: of the ticket there. url: of its page there, for agents.
    """

    helpdesk: str
    id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket as a customer sends it. fields: the form's by name (asset, network, txid, amount, order_id, pair …).

    proof: what proves whose it is; without any, name, address and customer ID are only claimed. is_address_proven:
    whether its sender is known to have the mailbox. home: the helpdesk where it lives; None = here.
    """

    form: Form
    subject: str
    text: str
    name: str = ""
    email: str
    phone: str = ""
    customer_id: str = ""
    language: str = ""
    channel: Channel = Channel.PORTAL
    fields: tuple[tuple[str, str], ...] = field(default=())
    requested_priority: Priority | None = None
    organisation: str = ""
    attachments: tuple[Attachment, ...] = ()
    proof: Proof = Proof.NONE
    is_address_proven: bool = False
    home: Home | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The routing of a ticket, and every rule that decided it."""

    priority: Priority
    team: Team
    tier: int
    department: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket as it stands.

    number: what the customer quotes, `TOC-78342`; unguessable it need not be, its page asks for more than it.
    human_reason: why it must stay with a human; "" = it need not.
    incident_id: the incident that it is linked to; linked_by: "tocsin", "customer" or an agent. suggested_id: the one
    that it may be about, while it has none. link_reasons, probability: why, of either. asked_about: the incident that
    the customer was asked about; is_about: what they answered, None = nothing yet. not_about: incidents of which
    the customer or an agent said that it is not about them.
    keep_open: the customer said that the incident's end does not settle it.
    proof, is_address_proven, home: as in `NewTicket`.
    waited_for: ids of the incidents that it waited for before the one that took their place, the earliest first.
    closed_from, closed_by: the status before it was closed, and who closed it; None and "" while it is not closed.
    handed_at: when it was last handed to another tier; picked_up_at: when somebody of that tier took it.
    """

    id: str
    number: str
    status: TicketStatus
    form: Form
    subject: str
    text: str
    name: str
    email: str
    phone: str
    customer_id: str
    language: str
    channel: Channel
    fields: tuple[tuple[str, str], ...]
    routing: Routing
    human_reason: str
    created_at: datetime
    updated_at: datetime
    organisation: str = ""
    requested_priority: Priority | None = None
    assignee: str = ""
    incident_id: str | None = None
    probability: float | None = None
    link_reasons: tuple[str, ...] = ()
    linked_by: str = ""
    suggested_id: str | None = None
    asked_about: str | None = None
    is_about: bool | None = None
    not_about: tuple[str, ...] = ()
    keep_open: bool = False
    merged_into: str | None = None
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_from: TicketStatus | None = None
    closed_by: str = ""
    proof: Proof = Proof.NONE
    is_address_proven: bool = False
    waited_for: tuple[str, ...] = ()
    home: Home | None = None
    handed_at: datetime | None = None
    picked_up_at: datetime | None = None

    @property
    def quoted(self) -> str:
        """The number by which its customer knows it: ours, or that of the helpdesk where it lives."""
        return self.home.id if self.home else self.number


class Author(StrEnum):
    """The author of a message in a ticket's thread."""

    CUSTOMER = "customer"
    AGENT = "agent"
    INTERNAL = "internal"  # an agent's note, never shown to the customer
    MAIL = "mail"  # what was mailed by itself: read from the outbox, never stored as a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of a ticket's thread."""

    id: str
    ticket_id: str
    author: Author
    name: str
    text: str
    at: datetime
    attachments: tuple[str, ...] = ()
