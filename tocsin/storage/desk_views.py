"""Stored views of the queue: each is a name for a query, its owner's alone or everybody's."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select

from tocsin.storage.errors import NotFound
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.desk import desk_views

MOST = 50
"""Views of one owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """A view. query: of the queue's address, without a question mark. shared: everybody at the desk sees it."""

    id: int
    owner: str
    name: str
    query: str
    shared: bool


class DeskViews(StorePart):
    """Views, by their owners."""

    def add(self, owner: str, name: str, query: str, *, shared: bool) -> DeskView:
        """A new view."""
        sealed = self._cipher.seal(f"{name}\n{query}", f"desk view:{owner}")
        row = {"owner": owner, "shared": shared, "sealed": sealed}
        with self._database.write() as connection:
            view_id = connection.execute(insert(desk_views).returning(desk_views.c.id), row).scalar_one()
        return DeskView(id=view_id, owner=owner, name=name, query=query, shared=shared)

    def of(self, owner: str) -> tuple[DeskView, ...]:
        """The owner's and the shared ones, oldest first."""
        seen = or_(desk_views.c.owner == owner, desk_views.c.shared)
        with self._database.read() as connection:
            rows = connection.execute(select(desk_views).where(seen).order_by(desk_views.c.id).limit(4 * MOST)).all()
        found = []
        for row in rows:
            name, _, query = self._cipher.open(bytes(row.sealed), f"desk view:{row.owner}").partition("\n")
            found.append(DeskView(id=row.id, owner=row.owner, name=name, query=query, shared=row.shared))
        return tuple(found)

    def remove(self, view_id: int, owner: str) -> None:
        """Raises NotFound where the owner has no view of that id."""
        theirs = desk_views.c.id == view_id, desk_views.c.owner == owner
        with self._database.write() as connection:
            if not connection.execute(delete(desk_views).where(*theirs)).rowcount:
                raise NotFound("view", str(view_id))
