"""What the tables are made of: instants, and how constraints are named."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Dialect, Integer, MetaData, literal
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MICROSECOND = timedelta(microseconds=1)


def microseconds(value: datetime) -> int:
    """Since 1970 UTC, whole. ValueError for a naive datetime: its instant is not known."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; every datetime that is stored must be aware UTC")
    return (value - EPOCH) // MICROSECOND


def instant(value: int) -> datetime:
    """Of microseconds since 1970 UTC: aware UTC."""
    return EPOCH + timedelta(microseconds=value)


def at_instant(value: int | str) -> ColumnElement[datetime]:
    """A cursor's microseconds as a column's instant."""
    return literal(instant(int(value)), Instant)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime as microseconds since 1970: exact, and ordered the same on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Refuses naive datetimes: their instant is not known."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        return None if value is None else instant(value)


ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only a column that says INTEGER

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
