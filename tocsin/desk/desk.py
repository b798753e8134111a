"""The objects that the desk works with: store, public text, account API, metrics and settings."""

from dataclasses import dataclass

from tickets.account import Account
from tickets.admission import AdmissionLimits
from tickets.reader import Reader
from tocsin.context.metrics import Metrics
from tocsin.context.public_text import PublicText
from tocsin.desk.arrivals import TicketArrivals
from tocsin.desk.known_incidents import KnownIncidents
from tocsin.desk.learning import Learning
from tocsin.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The desk of one configuration.

    text: what may be said to customers about incidents. account: the exchange's transactions; None = it has shown us
        none.
    reader: reads tickets by their words, and by their meaning where embeddings are on.
    learning: what agents said about earlier links, and the bands that follow from it.
    known: the incidents that a ticket may be about. arrivals: how many tickets about each came, beside the usual.
    prefix: of ticket numbers.
    identity_key: what the exchange signs its customers' tokens with; b"" = it signs none.
    unproven_mails: confirmations to one address in an hour, while nobody proved to have it.
    limits: how many tickets of one customer, or of one text, are taken within an hour.
    secret: signs the links of mails. public_url ends without a slash.
    reads_answers: whether customers' answers to mails are read. answers_to: the address that they go to; tags_answers:
    with a signed tag that names the ticket. own_addresses: of mails that are ours. sender_name: as mails show it.
    """

    store: Store
    text: PublicText
    account: Account | None
    reader: Reader
    learning: Learning
    known: KnownIncidents
    arrivals: TicketArrivals
    metrics: Metrics
    prefix: str
    identity_key: bytes
    unproven_mails: int
    limits: AdmissionLimits
    secret: bytes
    public_url: str
    page_url: str
    reads_answers: bool = False
    answers_to: str = ""
    tags_answers: bool = False
    own_addresses: tuple[str, ...] = ()
    sender_name: str = ""
