"""Subscription pages: the form, and the links in mails. Readers do not sign in; the link's token is the key.

A link that is only fetched changes nothing, since mail scanners fetch every link: what changes something is a POST.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from statuspage.phrases import phrases_of
from statuspage.subscriptions.phrases import counted, words_of
from statuspage.subscriptions.subscription import (
    EVERYTHING,
    Choice,
    Stop,
    Subscription,
    SubscriptionKind,
    SubscriptionStatus,
)
from tickets.address import masked
from tocsin.storage import Purpose
from tocsin.subscriptions import signup
from tocsin.subscriptions.messages import site_in
from tocsin.subscriptions.signup import SignupOutcome, SignupProblem, Wish
from tocsin.subscriptions.subscriptions import SubscriptionServices
from tocsin.web.http.access import ANYBODY, PUBLIC, Sent, refuse_other_sites
from tocsin.web.http.answers import place_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of
from tocsin.web.http.subscription_choice import chosen, offer_of

router = APIRouter(prefix="/subscribe", include_in_schema=False, dependencies=[Depends(PUBLIC)])

Asks = Annotated[str, Query(max_length=40)]
EMAIL_MAX, URL_MAX = 254, 2000


@router.get("")
def form(request: Request, language: Asks = "", way: Asks = "", component: Asks = "") -> HTMLResponse:
    """The form. component: the public id of the one to choose beforehand."""
    choice = Choice(everything=False, components=(component,)) if component else EVERYTHING
    return _form(request, _language(request, language), choice, way=way)


def _form(
    request: Request,
    language: str,
    choice: Choice,
    *,
    way: str = "",
    values: Mapping[str, str] | None = None,
    problems: Sequence[str] = (),
    status: int = 200,
) -> HTMLResponse:
    subscriptions = _open(request)
    offer = offer_of(subscriptions, choice)
    return _page(
        request,
        "subscribe.html",
        language,
        status=422 if problems and status == 200 else status,
        offer=offer,
        is_hook=way == SubscriptionKind.WEBHOOK and subscriptions.caller is not None,
        has_hooks=subscriptions.caller is not None,
        values=values or {},
        problems=tuple(problems),
    )


@router.post("")
def send(request: Request, sent: Sent) -> HTMLResponse:
    """Takes a sign-up; the answer tells nothing of the address."""
    refuse_other_sites(request)
    subscriptions = _open(request)
    values = {name: str(sent.get(name, ""))[:URL_MAX].strip() for name in ("email", "url", "way", "language")}
    language = _language(request, values["language"])
    is_hook = values["way"] == SubscriptionKind.WEBHOOK
    wish = Wish(
        email=values["email"][:EMAIL_MAX],
        url=values["url"] if is_hook else "",
        language=language,
        choice=chosen(subscriptions, sent),
    )
    problems = list(signup.problems_of(subscriptions, wish))
    if is_hook and not wish.url:
        problems.append(SignupProblem.URL)
    if problems:
        return _form(request, language, wish.choice, way=values["way"], values=values, problems=problems)
    asked = signup.ask(subscriptions, wish, place_of(request), services_of(request).now())
    if asked is SignupOutcome.TOO_MANY:
        problem = [words_of(language)["too_many"]]
        return _form(request, language, wish.choice, way=values["way"], values=values, problems=problem, status=429)
    return _said(request, language, "sent_title", "sent", "sent_again")


@router.get("/confirm/{token}")
def confirm_page(request: Request, token: str) -> HTMLResponse:
    """Asks once more: that a link was fetched is no consent."""
    subscriptions = _open(request)
    one = subscriptions.store.subscriptions.of_token(token, Purpose.CONFIRM)
    if one is None or signup.is_expired(subscriptions, one, services_of(request).now()):
        return _nowhere(request)
    if one.status is not SubscriptionStatus.PENDING:
        return _manage(request, one)
    labels = offer_of(subscriptions, one.choice).chosen_labels
    return _page(request, "subscribe_confirm.html", one.language, one=one, labels=labels)


@router.post("/confirm/{token}")
def confirm(request: Request, token: str) -> HTMLResponse:
    """Confirms; a webhook's secret is shown, this once."""
    refuse_other_sites(request)
    subscriptions = _open(request)
    one = subscriptions.store.subscriptions.of_token(token, Purpose.CONFIRM)
    if one is None or signup.is_expired(subscriptions, one, services_of(request).now()):
        return _nowhere(request)
    was_pending = one.status is SubscriptionStatus.PENDING
    one = signup.confirm(subscriptions, one, services_of(request).now())
    said = ("confirmed_title", "confirmed") if was_pending and one.status is SubscriptionStatus.ACTIVE else ()
    return _manage(request, one, said=said, secret=one.secret if was_pending else "")


@router.get("/manage/{token}")
def manage_page(request: Request, token: str) -> HTMLResponse:
    """What a subscriber is notified of, and in which language."""
    one = _open(request).store.subscriptions.of_token(token, Purpose.MANAGE)
    return _nowhere(request) if one is None else _manage(request, one)


@router.post("/manage/{token}")
def manage(request: Request, token: str, sent: Sent) -> HTMLResponse:
    """Saves a choice; makes a new secret; verifies a webhook; switches on again."""
    refuse_other_sites(request)
    subscriptions, now = _open(request), services_of(request).now()
    one = subscriptions.store.subscriptions.of_token(token, Purpose.MANAGE)
    if one is None or one.status is SubscriptionStatus.PENDING:
        return _nowhere(request)
    match str(sent.get("action", "")):
        case "secret" if one.kind is SubscriptionKind.WEBHOOK:
            one = signup.renew_secret(subscriptions, one)
            return _manage(request, one, secret=one.secret)
        case "verify" if one.kind is SubscriptionKind.WEBHOOK:
            return _verified(request, one)
        case "resume" if one.stop is Stop.BOUNCED:
            return _manage(request, signup.resume(subscriptions, one, now), said=("confirmed",))
        case _:
            return _save(request, one, sent)


def _save(request: Request, one: Subscription, sent: FormData) -> HTMLResponse:
    subscriptions = _open(request)
    choice, language = chosen(subscriptions, sent), _language(request, str(sent.get("language", one.language)))
    if choice.is_empty:
        return _manage(request, one, choice=choice, problems=(SignupProblem.NOTHING_CHOSEN,))
    changed = subscriptions.store.subscriptions.change(one.id, choice=choice, language=language)
    return _manage(request, changed, said=("saved",))


def _verified(request: Request, one: Subscription) -> HTMLResponse:
    subscriptions, now = _open(request), services_of(request).now()
    words = words_of(one.language)
    if subscriptions.caller is None:
        return _nowhere(request)
    if not signup.may_verify(subscriptions, one, now):
        return _manage(request, one, problems=("too_often",), status=429)
    why = signup.verify(subscriptions, one, now)
    if why:
        return _manage(request, one, problems=(f"{words['verify_failed']} {why}",))
    current = subscriptions.store.subscriptions.get(one.id) or one
    return _manage(request, current, said=("verified",))


@router.get("/unsubscribe/{token}")
def leave_page(request: Request, token: str) -> HTMLResponse:
    """Asks whether to end it; ends nothing by itself."""
    subscriptions = _open(request)
    one = subscriptions.store.subscriptions.of_token(token, Purpose.UNSUBSCRIBE)
    if one is None:
        return _said(request, _language(request, ""), "left_title", "left")
    kept = counted(one.language, "days", subscriptions.settings.remember.days)
    return _page(request, "subscribe_leave.html", one.language, one=one, kept=kept)


@router.post("/unsubscribe/{token}")
def leave(request: Request, token: str) -> HTMLResponse:
    """Ends it: one POST with nothing but the token, as mail programs send it (RFC 8058). Again is a no-op."""
    subscriptions = _open(request)
    one = subscriptions.store.subscriptions.of_token(token, Purpose.UNSUBSCRIBE)
    if one is not None:
        signup.leave(subscriptions, one, services_of(request).now())
    return _said(request, one.language if one else _language(request, ""), "left_title", "left")


def _manage(
    request: Request,
    one: Subscription,
    *,
    said: Sequence[str] = (),
    secret: str = "",
    problems: Sequence[str] = (),
    choice: Choice | None = None,
    status: int = 200,
) -> HTMLResponse:
    subscriptions = _open(request)
    links = signup.links_of(subscriptions, one)
    public_url = subscriptions.public_url
    return _page(
        request,
        "subscribe_manage.html",
        one.language,
        status=422 if problems and status == 200 else status,
        one=one,
        offer=offer_of(subscriptions, choice or one.choice),
        said=said,
        secret=secret,
        problems=tuple(problems),
        manage=links.manage.removeprefix(public_url),
        leave=links.unsubscribe.removeprefix(public_url),
    )


def _said(request: Request, language: str, title: str, *keys: str) -> HTMLResponse:
    return _page(request, "subscribe_said.html", language, title=title, said=keys)


def _nowhere(request: Request) -> HTMLResponse:
    language = _language(request, "")
    return _page(request, "subscribe_said.html", language, status=404, title="gone_title", said=("gone_text",))


def _page(request: Request, template: str, language: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the reader's language, whose address no other site may learn: it may be the key to a subscription."""
    subscriptions = _open(request)
    hours = int(subscriptions.settings.confirm_within.total_seconds() // 3600)
    response = page(
        request,
        template,
        ANYBODY,
        status=status,
        t=phrases_of(language),
        w=words_of(language),
        status_page=site_in(subscriptions, language),
        languages=[(phrases_of(one.language).say("language_name"), one.language) for one in subscriptions.site.trees],
        within=counted(language, "hours", max(1, hours)),
        masked=_whom,
        **values,
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _open(request: Request) -> SubscriptionServices:
    subscriptions = services_of(request).subscriptions
    if subscriptions is None:
        raise HTTPException(404, "Nobody can subscribe here; the status page has feeds.")
    return subscriptions


def _language(request: Request, asked: str) -> str:
    """The one that was asked for, else the browser's, of those that the page has; else the page's first."""
    known = [site.language for site in services_of(request).site.trees]
    accepted = request.headers.get("accept-language", "").split(",")[:20]
    wanted = [asked, *(entry.partition(";")[0].strip() for entry in accepted)]
    roots = {one.partition("-")[0].lower(): one for one in reversed(known)}
    found = (one if one in known else roots.get(one.partition("-")[0].lower()) for one in wanted)
    return next((one for one in found if one), known[0])


def _whom(one: Subscription) -> str:
    """Whom it is about, in so far as who reads over a shoulder may know it."""
    return one.url or masked(one.email)
