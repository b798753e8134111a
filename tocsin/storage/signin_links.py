"""Links that sign a customer in: kept by the hash of their word, used once, forgotten after a day."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from tickets.mail.message import Mail
from tocsin.storage.cipher import hash_of_secret
from tocsin.storage.outbox import queue_mails
from tocsin.storage.rows import StorePart
from tocsin.storage.sealing import email_index
from tocsin.storage.tables.mail import signin_links

KEPT = timedelta(days=1)


class SigninLinks(StorePart):
    """The links of every address, mailed or not."""

    def add(self, token: str, email: str, mail: Mail | None, now: datetime, *, since: datetime, at_most: int) -> bool:
        """Keeps a link and its mail in one transaction; False where the address had `at_most` links since then.

        mail: None = the address has no ticket, so nobody is mailed; the link counts all the same, and opens nothing.
        """
        index, token_hash = email_index(self._cipher, email), hash_of_secret(token)
        row = {
            "token_hash": token_hash,
            "email_index": index,
            "created_at": now,
            "used_at": None if mail else now,
            "sealed_email": self._cipher.seal(email, f"sign-in link:{token_hash}"),
        }
        is_its = (signin_links.c.email_index == index, signin_links.c.created_at >= since)
        with self._database.write() as connection:
            connection.execute(delete(signin_links).where(signin_links.c.created_at < now - KEPT))
            if (connection.scalar(select(func.count()).where(*is_its)) or 0) >= at_most:
                return False
            connection.execute(insert(signin_links), row)
            queue_mails(connection, self._database, self._cipher, [mail] if mail else [], now)
            return True

    def email_of(self, token: str, since: datetime) -> str:
        """The address of a link that was made since then and was not used; "" where there is none."""
        token_hash = hash_of_secret(token)
        is_open = (signin_links.c.used_at.is_(None), signin_links.c.created_at >= since)
        statement = select(signin_links.c.sealed_email).where(signin_links.c.token_hash == token_hash, *is_open)
        with self._database.read() as connection:
            sealed = connection.scalar(statement)
        return self._cipher.open(bytes(sealed), f"sign-in link:{token_hash}") if sealed else ""

    def use(self, token: str, now: datetime, since: datetime) -> str:
        """Uses a link; its address, or "" where it is too old or was used before: of two calls one alone gets it."""
        email, token_hash = self.email_of(token, since), hash_of_secret(token)
        is_unused = (signin_links.c.token_hash == token_hash, signin_links.c.used_at.is_(None))
        with self._database.write() as connection:
            used = connection.execute(update(signin_links).where(*is_unused).values(used_at=now)).rowcount
        return email if used else ""
