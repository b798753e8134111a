"""The support forms for customers: known incidents first, then the form of the chosen topic."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from tickets import forms
from tickets.admission import Excess, TooManyTickets, network_of
from tickets.forms import ATTACHMENT_BYTES_MAX, FORMS, FieldError
from tickets.identity import UnprovenIdentity
from tickets.linking import linkable
from tickets.mail.compose import PublicWords
from tickets.ticket import Attachment, Channel, NewTicket, Proof, Transaction
from tickets.ticket import Form as TicketForm
from tocsin.desk.deflection import Answering, affected, answering, asks_asset, sees_form
from tocsin.desk.intake import InvalidTicket, receive
from tocsin.storage import KeyReused
from tocsin.web.http.access import PUBLIC, Sent, said
from tocsin.web.http.answers import is_https, place_of
from tocsin.web.http.customer import in_browser
from tocsin.web.http.runtime import WebServices, services_of
from tocsin.web.portal.page import portal_page
from tocsin.web.portal.phrases import reader_language, reader_words

router = APIRouter(include_in_schema=False)

VISITOR_COOKIE = "tocsin_visitor"
"""A random word, by which a visitor of the form is counted once and always sees the same."""
REMEMBERED_S = 30 * 24 * 3600
MailedWord = Annotated[str, Query(max_length=100)]
LIMITED = {Excess.CUSTOMER: "error.often", Excess.COPIES: "error.copies", Excess.NETWORK: "error.network"}
REUSED = "This form was sent before with other words. Open it anew to send another ticket."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A disclosed incident's public words. fits: whether it is about what the customer chose."""

    words: PublicWords
    fits: bool


def form_named(name: str) -> TicketForm:
    """The form of that name; "Other" for any that is not one."""
    return next((f for f in TicketForm if f.value == name), TicketForm.OTHER)


@router.get("/support", dependencies=[Depends(PUBLIC)])
def support(
    request: Request,
    form: str = TicketForm.WITHDRAWAL,
    asset: MailedWord = "",
    ticket: MailedWord = "",
    mailed: MailedWord = "",
    *,
    write: bool = False,
    is_affected: Annotated[bool, Query(alias="affected")] = False,
) -> HTMLResponse:
    """The form to write to us, or the incident that answers what was chosen.

    write: they want the form. is_affected: they ask which of their transactions are. ticket, mailed: of the mailed link
    that the reader came by.
    """
    services, chosen, values = services_of(request), form_named(form), {"ticket": ticket, "mailed": mailed}
    now, visitor = services.now(), request.cookies.get(VISITOR_COOKIE, "")[:64]
    asset = asset.strip() if asks_asset(chosen) else ""
    shown = answering(services.desk, chosen, asset, reader_language(request), now)
    step = ""
    if shown and not write and asks_asset(chosen) and not asset:
        step = "asset"
    elif shown and not write and not sees_form(services.desk, visitor, chosen, shown, now):
        step = "answer"
    own = affected_of(request, shown) if step == "answer" and is_affected else None
    response = form_page(request, chosen, {**values, "asset": asset}, step=step, shown=shown, own=own)
    if shown and not visitor:
        secure = is_https(services)
        word = secrets.token_urlsafe(16)
        response.set_cookie(VISITOR_COOKIE, word, max_age=REMEMBERED_S, httponly=True, samesite="lax", secure=secure)
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUp:
    """What incidents hold up of a customer's. transactions: None = unknown."""

    transactions: tuple[Transaction, ...] | None


def affected_of(request: Request, shown: Sequence[Answering]) -> HeldUp | None:
    """What the shown incidents hold up of the signed-in customer's; None where nobody is signed in."""
    customer = in_browser(request, {}).customer_id
    if not customer:
        return None
    desk = services_of(request).desk
    found = affected(desk, customer, [one.linkable for one in shown])
    if found is None:
        return HeldUp(transactions=None)
    return HeldUp(transactions=tuple(dict.fromkeys(t for own in found for t in own)))


def form_page(
    request: Request,
    form: TicketForm,
    values: Mapping[str, str],
    problems: Iterable[FieldError] = (),
    *,
    step: str = "",
    shown: Sequence[Answering] = (),
    own: HeldUp | None = None,
    status: int = 422,
) -> HTMLResponse:
    """The form, filled in with what was sent and what is wrong with it.

    step: "asset" = it asks for the coin first; "answer" = `shown` stands in its place; "" = the form. own: what the
    incidents hold up of the customer's, where they asked. status: of the answer, where something is wrong.
    """
    problems = tuple(problems)
    identity = in_browser(request, values)
    by_mail = identity.proof is Proof.MAIL and bool(values.get("mailed"))
    words = reader_words(request)
    return portal_page(
        request,
        "portal_form.html",
        status=status if problems else 200,
        forms=tuple(TicketForm),
        form=form,
        spec=FORMS[form],
        values=values,
        problems=problems,
        faults={p.field: words.problem(p) for p in problems},
        key=values.get("key") or secrets.token_urlsafe(16),
        known=known(services_of(request), form, words.language),
        step=step,
        shown=shown,
        own=own,
        follow=_followed(services_of(request), shown),
        identity=identity,
        is_signed_in=bool(identity.customer_id) or (identity.proof is Proof.MAIL and not values.get("mailed")),
        carried={name: values[name] for name in ("ticket", "mailed")} if by_mail else {},
    )


def _followed(services: WebServices, shown: Sequence[Answering]) -> str:
    """The public id of the service whose news the reader may subscribe to; "" where nobody may."""
    if services.subscriptions is None:
        return ""
    names = (name for one in shown for name in one.incident.components)
    public = (services.graph.get(name) for name in names)
    return next((services.subscriptions.site.component_id(c.name) for c in public if c and c.public), "")


def known(services: WebServices, form: TicketForm, language: str) -> list[Known]:
    """What is disclosed and open, in public words; what fits the form first."""
    found = []
    active = services.store.incidents.active()
    for incident in active:
        words = None if incident.shadow else services.desk.text.words_of(incident, language, active)
        if words is not None:
            fits = linkable(incident, services.graph).form == form.value
            found.append(Known(words=words, fits=fits))
    return sorted(found, key=lambda one: not one.fits)


@router.post("/support", dependencies=[Depends(PUBLIC)])
def send(request: Request, sent: Sent) -> Response:
    """Accepts a ticket and leads to its own page."""
    services, values = services_of(request), said(sent)
    form = form_named(values.get("form", ""))
    new = new_ticket(form, values, attachments_of(sent), reader_language(request))
    key = values.get("key", "")[:64] or None
    try:
        identity, network = in_browser(request, values), network_of(place_of(request))
        receipt = receive(services.desk, new, services.now(), identity=identity, idempotency_key=key, network=network)
    except UnprovenIdentity as error:
        return form_page(request, form, values, [_fault("customer_id", str(error), "error.customer")])
    except TooManyTickets as error:
        minutes = max(1, ceil(error.again_in.total_seconds() / 60))
        fault = _fault("text", str(error), LIMITED[error.excess], minutes)
        response = form_page(request, form, values, [fault], status=429)
        response.headers["Retry-After"] = str(ceil(error.again_in.total_seconds()))
        return response
    except InvalidTicket as error:
        return form_page(request, form, values, error.problems)
    except KeyReused:
        return form_page(request, form, {**values, "key": ""}, [_fault("text", REUSED, "error.reused")])
    visitor = request.cookies.get(VISITOR_COOKIE, "")[:64]
    if visitor and receipt.created:
        services.store.deflections.wrote(visitor, form, services.now())
    return RedirectResponse(f"{receipt.path}?sent=1", status_code=303)


def _fault(field: str, message: str, key: str, minutes: int = 0) -> FieldError:
    return FieldError(field=field, message=message, key=key, values=(("minutes", minutes),))


def new_ticket(
    form: TicketForm, values: Mapping[str, str], attachments: tuple[Attachment, ...], language: str
) -> NewTicket:
    """What the customer sent, as it is judged."""
    names = {f.name for f in FORMS[form].fields}
    return NewTicket(
        form=form,
        subject=values.get("subject", "").strip() or form.value,
        text=values.get("text", ""),
        name=values.get("name", "").strip(),
        email=values.get("email", "").strip(),
        phone=values.get("phone", "").strip(),
        customer_id=values.get("customer_id", "").strip(),
        language=language,
        channel=Channel.PORTAL,
        fields=tuple(sorted((n, values[n].strip()) for n in names if values.get(n, "").strip())),
        attachments=attachments,
    )


def attachments_of(sent: FormData) -> tuple[Attachment, ...]:
    """The files that were really chosen, with the type that their bytes show; of one too large, just enough to tell."""
    found = []
    for upload in sent.getlist("attachments"):
        if isinstance(upload, UploadFile) and upload.filename:
            content = upload.file.read(ATTACHMENT_BYTES_MAX + 1)
            found.append(Attachment(name=upload.filename, media_type=forms.media_type(content), content=content))
    return tuple(found)
