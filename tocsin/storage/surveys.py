"""Customers' answers to the survey after their ticket's end: one a ticket, which they may change."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select

from tocsin.storage.counting import put
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.tickets import survey_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer:
    """One customer's answer. csat: satisfaction, 1 to 5; nps: would recommend us, 0 to 10; None = not answered."""

    csat: int | None = None
    nps: int | None = None
    text: str = ""


class Surveys(StorePart):
    """The answers, by ticket."""

    def answer(self, ticket_id: str, answer: SurveyAnswer, now: datetime) -> None:
        """Keeps the answer in place of an earlier one."""
        sealed = self._cipher.seal(answer.text, f"survey:{ticket_id}")
        values = {"at": now, "csat": answer.csat, "nps": answer.nps, "sealed_text": sealed}
        with self._database.write() as connection:
            put(connection, survey_answers, {"ticket_id": ticket_id}, values)

    def of_ticket(self, ticket_id: str) -> SurveyAnswer | None:
        """The answer about a ticket; None where nobody gave one."""
        with self._database.read() as connection:
            row = connection.execute(select(survey_answers).where(survey_answers.c.ticket_id == ticket_id)).first()
        return self._opened(row) if row else None

    def _opened(self, row: Row[tuple[object, ...]]) -> SurveyAnswer:
        text = self._cipher.open(bytes(row.sealed_text), f"survey:{row.ticket_id}")
        return SurveyAnswer(csat=row.csat, nps=row.nps, text=text)
