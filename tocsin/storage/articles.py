"""Canned answers and guides; a version is added and never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from tickets.article import Article, ArticleVersion
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.counting import count_on
from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.desk import articles
from tocsin.storage.values import from_json, to_json


class Articles(StorePart):
    """What agents write once and use often."""

    def newest(self) -> dict[int, Article]:
        """Every article as it stands, by id."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(articles).where(articles.c.is_newest).order_by(articles.c.article_id)
            ).all()
        return {row.article_id: from_json(Article, row.value) for row in rows}

    def versions(self, article_id: int) -> tuple[ArticleVersion, ...]:
        """All of one article, the newest first. Raises NotFound."""
        theirs = select(articles).where(articles.c.article_id == article_id).order_by(articles.c.number.desc())
        with self._database.read() as connection:
            found = tuple(_version(row) for row in connection.execute(theirs))
        if not found:
            raise NotFound("article", str(article_id))
        return found

    def write(self, article_id: int | None, article: Article, based_on: int, now: datetime, by: str) -> int:
        """Adds a version; None = of a new article. Returns its id.

        based_on: the version that its writer read, 0 for a new article. Raises NotFound where that is not the newest.
        """
        with self._database.write() as connection:
            name = count_on(connection, "article") if article_id is None else article_id
            if article_id is not None:
                was = articles.c.article_id == name, articles.c.number == based_on, articles.c.is_newest
                if not connection.execute(update(articles).where(*was).values(is_newest=False)).rowcount:
                    raise NotFound("newest version", f"{based_on} of article {name}")
            row = {
                "article_id": name, "number": based_on + 1, "at": now, "by": by, "is_newest": True,
                "value": to_json(article),
            }  # fmt: skip
            connection.execute(insert(articles), row)
            entry = AuditEntry(actor=by, action="write article", subject_kind="article", subject=str(name))
            append_audit(connection, self._database, self._cipher, [entry], now)
            return name


def _version(row: Row[Any]) -> ArticleVersion:
    return ArticleVersion(number=row.number, at=row.at, by=row.by, article=from_json(Article, row.value))
