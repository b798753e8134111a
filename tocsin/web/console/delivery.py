"""The delivery page: for each channel what waits, what fails and why, what was given up; and test messages."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.delivery import DeliveryError
from tickets.mail.compose import message_id
from tickets.mail.message import Mail
from tocsin.context.loops import Loop
from tocsin.delivery.channel import DeliveryChannel
from tocsin.desk.letterhead import letterhead
from tocsin.storage import AuditEntry
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, runtime_of, services_of

router = APIRouter(prefix="/console/delivery", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
MAIL = "mail"
LIST = 50  # given up deliveries that a channel shows


@router.get("")
def delivery(request: Request, who: Engineer) -> HTMLResponse:
    """Every channel: what has not been delivered yet, and why."""
    return _page(request, who, "", "")


def _page(request: Request, who: Principal, done: str, problem: str) -> HTMLResponse:
    services = services_of(request)
    states = [services.store.sinks.state(s.name) for s in services.sinks]
    return page(
        request,
        "delivery.html",
        who,
        status=502 if problem else 200,
        sinks=[s for s in states if s is not None],
        unstarted=[s.name for s, state in zip(services.sinks, states, strict=True) if state is None],
        mail_sent=services.store.mail.counts().sent,
        channels=[_row(channel) for channel in services_of(request).channels],
        done=done,
        problem=problem,
    )


def _row(channel: DeliveryChannel[Any]) -> dict[str, object]:
    """A channel as the page shows it."""
    return {"name": channel.name, "backlog": channel.backlog(), "given_up": channel.given_up(LIST)}


@router.post("/again")
def try_again(request: Request, who: Engineer, sent: Sent) -> Response:
    """What was given up is due again, and delivered as soon as may be; audited."""
    services, values = services_of(request), said(sent)
    name, letter = values.get("channel", ""), values.get("letter", "")
    channel = next((c for c in services_of(request).channels if c.name == name), None)
    if channel is None:
        raise HTTPException(404, f"{name!r} is not a channel of this configuration")
    entry = AuditEntry(actor=who.name, action="deliver again", subject_kind="delivery", subject=f"{name} {letter}")
    channel.again(letter, services.now(), entry)
    runtime_of(request).wake(Loop.DELIVER, Loop.MAIL, Loop.CALL)
    return RedirectResponse("/console/delivery", 303)


@router.post("/{receiver}/test")
def send_test(request: Request, receiver: str, who: Engineer) -> HTMLResponse:
    """Sends a harmless test to one receiver, or a test mail to whoever asks."""
    services = services_of(request)
    sink = next((s for s in services.sinks if s.name == receiver), None)
    if sink is None and receiver != MAIL:
        raise HTTPException(404, f"{receiver} is not a receiver of this configuration")
    entry = AuditEntry(actor=who.name, action="send test", subject_kind="receiver", subject=receiver)
    services.store.audit.add(entry, services.now())
    try:
        done = sink.send_test() if sink else send_test_mail(services, who.name)
    except DeliveryError as error:
        return _page(request, who, "", str(error))
    return _page(request, who, done, "")


def send_test_mail(services: WebServices, name: str) -> str:
    """Hands a test mail over at once, past the queue; says where it went. Raises DeliveryError."""
    user = services.store.people.user_by_name(name)
    if user is None or not user.email:
        raise DeliveryError(f"user {name} has no e-mail address; add one to send tests to", retry=False)
    key = f"test:{secrets.token_hex(8)}"
    site = services.config.site.name
    words = f"This is a test of {site}'s mail. Nothing is wrong."
    mail = Mail(
        key=key,
        to=user.email,
        subject=f"Test of {site}'s mail",
        text=f"{words}\n",
        html="",
        message_id=message_id(key, letterhead(services.desk, "").domain),
    )
    with services.mailer.sending() as send:
        send(mail)
    return f"A mail to {user.email} was accepted: look there for {mail.subject!r}."
