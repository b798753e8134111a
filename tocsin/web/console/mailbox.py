"""The local mailbox: shows mail that was kept on this machine instead of being sent, to those who may read tickets.

A mail's HTML is shown in a frame whose sandbox runs no script and whose policy is the page's own; its links open in the
whole window.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from tickets.mail.mailbox import Mailbox
from tocsin.storage import AuditEntry
from tocsin.web.http.access import AGENTS, Principal
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/mailbox", include_in_schema=False)

Reader = Annotated[Principal, Depends(AGENTS)]
LIST = 50


def _mailbox(request: Request) -> Mailbox:
    mailbox = services_of(request).mailbox
    if mailbox is None:
        raise HTTPException(404, "mail leaves over SMTP here; there is no local mailbox")
    return mailbox


@router.get("")
def mails(request: Request, who: Reader, cursor: str | None = None) -> HTMLResponse:
    """Newest first."""
    found = _mailbox(request).list(limit=LIST, before=cursor)
    return page(request, "mailbox.html", who, mails=found.mails, next_cursor=found.next)


@router.get("/{mail_id}")
def mail(request: Request, who: Reader, mail_id: str, part: str = "") -> HTMLResponse:
    """One mail as its reader sees it, or with `part=text` its plain text; the reading is audited."""
    services = services_of(request)
    found = _mailbox(request).read(mail_id)
    if found is None:
        raise HTTPException(404, "there is no such mail in the mailbox")
    entry = AuditEntry(actor=who.name, action="view", subject_kind="mail", subject=mail_id)
    services.store.audit.add(entry, services.now())
    html = "" if part == "text" else found.html
    return page(request, "mail.html", who, mail=found.head, text=found.text, html=html, has_html=bool(found.html))
