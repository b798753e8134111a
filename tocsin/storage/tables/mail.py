"""Mails on their way out, and in."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, null

from tocsin.storage.tables.columns import ROW_ID, Instant, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("key_index", Text, nullable=False, unique=True),
    Column("ticket_id", Text, index=True),
    Column("incident_id", Text),
    Column("subscription_id", Text, index=True),
    Column("bulk", Boolean, nullable=False),  # one of very many: it never waits before a single person's mail
    Column("helpdesk", Text),  # it is no mail, but an answer on a ticket that lives there
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_until", Instant),  # nobody else sends it before
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("why", Text),  # it was given up
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_error", LargeBinary),
    sqlite_autoincrement=True,
)

# What was sent is in neither, so that a queue costs what waits in it, however much has left the house.
Index(
    "ix_outbox_waiting",
    outbox.c.helpdesk,
    outbox.c.bulk,
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=outbox.c.state == "waiting",
    postgresql_where=outbox.c.state == "waiting",
)

Index(
    "ix_outbox_given_up",
    outbox.c.ended_at,
    outbox.c.id,
    sqlite_where=outbox.c.state == "given_up",
    postgresql_where=outbox.c.state == "given_up",
)

# For deletion after a time, which those of tickets have of their own.
Index(
    "ix_outbox_sent_of_tickets",
    outbox.c.ended_at,
    sqlite_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_not(null()),
    postgresql_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_not(null()),
)

Index(
    "ix_outbox_sent_alone",
    outbox.c.ended_at,
    sqlite_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_(null()),
    postgresql_where=(outbox.c.state == "sent") & outbox.c.ticket_id.is_(null()),
)

inbound_mails = Table(
    "inbound_mails",  # mails that came in, kept before the server marks them
    metadata,
    Column("position", ROW_ID, primary_key=True),
    Column("id", Text, nullable=False, unique=True),  # blind index of Message-ID, sender and body
    Column("at", Instant, nullable=False),
    Column("sender_index", Text, nullable=False),
    Column("due_at", Instant),  # None = it is worked off, or given up
    Column("attempts", Integer, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", Text),
    Column("ticket_id", Text),
    Column("sealed", LargeBinary),  # the mail; None once it is worked off
    Column("sealed_error", LargeBinary),
    Index("ix_inbound_mails_due_at", "due_at"),
    Index("ix_inbound_mails_sender_index_ended_at", "sender_index", "ended_at"),
    Index("ix_inbound_mails_ticket_id", "ticket_id"),
)

inbox_places = Table(
    "inbox_places",  # how far each mailbox was read
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("validity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
)

signin_links = Table(
    "signin_links",  # by which customers open their support history; forgotten after a day
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("email_index", Text, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
    Column("sealed_email", LargeBinary, nullable=False),
    Index("ix_signin_links_email_index_created_at", "email_index", "created_at"),
)
