"""The storage: one Store over SQLAlchemy Core, on SQLite and PostgreSQL."""

from tickets.mail.message import Mail
from tocsin.storage.accounts import Role, Token, User
from tocsin.storage.action_items import WaitingItem
from tocsin.storage.alerts import Changes, ListedAlert
from tocsin.storage.audit import AuditEntry, AuditFilter, AuditRecord
from tocsin.storage.backup import backup, restore
from tocsin.storage.cipher import Cipher, load_cipher, new_key
from tocsin.storage.engineering import EngineeringTicketRow, SeriesPeak
from tocsin.storage.errors import (
    AlreadyActive,
    AlreadyExists,
    BadCursor,
    KeyReused,
    NoRoomError,
    NotFound,
    NotMigrated,
    StorageError,
    WrongKey,
)
from tocsin.storage.incident_reading import Openings
from tocsin.storage.lease import Lease, lease_of
from tocsin.storage.outbox import MailCounts, OutboxMail
from tocsin.storage.pagination import ListPage, every, page_of
from tocsin.storage.retention import Retained, Retention
from tocsin.storage.schema import migrate
from tocsin.storage.silences import KeptQuiet
from tocsin.storage.sinks import SinkFailure, SinkState, WaitingUpdate
from tocsin.storage.store import Store, open_store
from tocsin.storage.subscribers import Call, Notification
from tocsin.storage.subscriptions import Bound, Purpose
from tocsin.storage.tables.columns import instant
from tocsin.storage.term import LeaseLost, as_leader
from tocsin.storage.ticket_reading import StoredAttachment, TicketFilter, place_of_ticket
from tocsin.storage.tickets import Joined, Joining, MailLimit, MakeTicket, TicketChange, TicketOrder
from tocsin.storage.tracker_tickets import TrackerTicket
from tocsin.storage.undelivered import Backlog, DeadLetter, Trouble

__all__ = [
    "AlreadyActive",
    "AlreadyExists",
    "AuditEntry",
    "AuditFilter",
    "AuditRecord",
    "Backlog",
    "BadCursor",
    "Bound",
    "Call",
    "Changes",
    "Cipher",
    "DeadLetter",
    "EngineeringTicketRow",
    "Joined",
    "Joining",
    "KeptQuiet",
    "KeyReused",
    "Lease",
    "LeaseLost",
    "ListPage",
    "ListedAlert",
    "Mail",
    "MailCounts",
    "MailLimit",
    "MakeTicket",
    "NoRoomError",
    "NotFound",
    "NotMigrated",
    "Notification",
    "Openings",
    "OutboxMail",
    "Purpose",
    "Retained",
    "Retention",
    "Role",
    "SeriesPeak",
    "SinkFailure",
    "SinkState",
    "StorageError",
    "Store",
    "StoredAttachment",
    "TicketChange",
    "TicketFilter",
    "TicketOrder",
    "Token",
    "TrackerTicket",
    "Trouble",
    "User",
    "WaitingItem",
    "WaitingUpdate",
    "WrongKey",
    "as_leader",
    "backup",
    "every",
    "instant",
    "lease_of",
    "load_cipher",
    "migrate",
    "new_key",
    "open_store",
    "page_of",
    "place_of_ticket",
    "restore",
]
