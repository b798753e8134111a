"""The local mailbox of the embedded default: the mails that would have left, for whoever tries Tocsin out."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from tickets.mail.mailbox import Mailbox
from tocsin.web.access import STAFF, Principal
from tocsin.web.pages import page
from tocsin.web.services import services_of

router = APIRouter(prefix="/mailbox", include_in_schema=False)

Staff = Annotated[Principal, Depends(STAFF)]


def _mailbox(request: Request) -> Mailbox:
    mailbox = services_of(request).mailbox
    if mailbox is None:
        raise HTTPException(404, "mail leaves over SMTP here; there is no local mailbox")
    return mailbox


@router.get("")
def mails(request: Request, who: Staff, cursor: str | None = None) -> HTMLResponse:
    """Newest first."""
    return page(request, "mailbox.html", who, mails=_mailbox(request).page(cursor, 50))


@router.get("/{mail_id}")
def mail(request: Request, who: Staff, mail_id: str) -> HTMLResponse:
    """One mail, as its plain text."""
    found = _mailbox(request).read(mail_id)
    if found is None:
        raise HTTPException(404, "there is no such mail in the mailbox")
    return page(request, "mail.html", who, mail=found)
