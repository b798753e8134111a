"""What agents keep for themselves: views, drafts, guides, mentions, search."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from tocsin.storage.tables.columns import ROW_ID, Instant, metadata

desk_views = Table(
    "desk_views",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("owner", Text, nullable=False, index=True),
    Column("shared", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # its name and its query, which may name a customer
    sqlite_autoincrement=True,
)

desk_presence = Table(
    "desk_presence",  # who has a ticket's page open
    metadata,
    Column("ticket_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
    Column("writes", Boolean, nullable=False),
    PrimaryKeyConstraint("ticket_id", "name"),
)

articles = Table(
    "articles",  # every version of what agents use often
    metadata,
    Column("article_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("is_newest", Boolean, nullable=False, index=True),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "number"),
)

desk_mentions = Table(
    "desk_mentions",  # whom a note calls, until they open the ticket
    metadata,
    Column("name", Text, nullable=False),
    Column("ticket_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("name", "ticket_id"),
)

search_due = Table(
    "search_due",  # what is to be indexed
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Column("since", Instant),  # messages from then on; None = the ticket and all its messages
    sqlite_autoincrement=True,
)
