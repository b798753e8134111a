"""Canned answers and guides: found, read in every version, written."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.wording import LANGUAGES
from tickets.article import VARIABLES, Article, ArticleError, ArticleKind, ArticleVersion, matching, text_in, written
from tickets.ticket import Form
from tocsin.storage import NotFound
from tocsin.web.http.access import AGENTS, Principal, Sent, said
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/desk/guides", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
LONGEST_ID = 10
NEW = Article(kind=ArticleKind.ANSWER, title="")


@router.get("")
def guides(request: Request, who: Agent, q: str = "") -> HTMLResponse:
    """All that are offered, or those with every word."""
    found = services_of(request).store.articles.newest()
    listed = {name: found[name] for name in (matching(found, q) if q.strip() else found)}
    return page(request, "desk_guides.html", who, q=q.strip()[:200], articles=listed)


@router.get("/new")
def new(request: Request, who: Agent) -> HTMLResponse:
    """The form of a new one."""
    return _form(request, who, NEW, "en", "")


@router.post("/new")
def add(request: Request, who: Agent, sent: Sent) -> Response:
    """Keeps a new one."""
    return _keep(request, who, said(sent), None, NEW)


@router.get("/{article_id}")
def guide(request: Request, article_id: str, who: Agent, language: str = "", version: str = "") -> HTMLResponse:
    """One, as it stands or as it stood in a version, in a language."""
    versions = _versions(services_of(request), article_id)
    shown = next((one for one in versions if str(one.number) == version), versions[0])
    name, text = text_in(shown.article, language[:20])
    return _form(request, who, shown.article, name, text, versions=versions, shown=shown)


@router.post("/{article_id}")
def change(request: Request, article_id: str, who: Agent, sent: Sent) -> Response:
    """Keeps another version."""
    newest = _versions(services_of(request), article_id)[0]
    return _keep(request, who, said(sent), int(article_id), newest.article)


def _versions(services: WebServices, article_id: str) -> tuple[ArticleVersion, ...]:
    if not (article_id.isascii() and article_id.isdigit() and len(article_id) < LONGEST_ID):
        raise NotFound("article", article_id[:40])
    return services.store.articles.versions(int(article_id))


def _keep(request: Request, who: Principal, values: dict[str, str], article_id: int | None, was: Article) -> Response:
    services = services_of(request)
    language, text = values.get("language", ""), values.get("text", "").replace("\r\n", "\n")
    based_on = values.get("based_on", "0")
    if language not in LANGUAGES or not (based_on.isascii() and based_on.isdigit() and len(based_on) < 9):
        raise HTTPException(422, f"an article is written in one of {', '.join(LANGUAGES)}, from a version of it")
    draft = Article(
        kind=ArticleKind.GUIDE if values.get("kind") == ArticleKind.GUIDE else ArticleKind.ANSWER,
        title=values.get("title", ""),
        form=next((form for form in Form if form == values.get("form")), None),
        texts=was.texts,
        is_retired=values.get("retired") == "yes",
    )
    try:
        article = written(draft, language, text)
        name = services.store.articles.write(article_id, article, int(based_on), services.now(), who.name)
    except ArticleError as error:
        return _form(request, who, draft, language, text, article_id=article_id, problem=str(error))
    except NotFound:
        problem = "Somebody wrote another version meanwhile: your words are below, read theirs before you send again."
        return _form(request, who, draft, language, text, article_id=article_id, problem=problem)
    return RedirectResponse(f"/desk/guides/{name}?language={language}", 303)


def _form(
    request: Request,
    who: Principal,
    article: Article,
    language: str,
    text: str,
    *,
    versions: tuple[ArticleVersion, ...] = (),
    shown: ArticleVersion | None = None,
    article_id: int | None = None,
    problem: str = "",
) -> HTMLResponse:
    if article_id is not None:
        versions = services_of(request).store.articles.versions(article_id)
    return page(
        request,
        "desk_guide.html",
        who,
        status=409 if problem else 200,
        a=article,
        written_in=language,
        text=text,
        versions=versions,
        shown=shown,
        based_on=versions[0].number if versions else 0,
        kinds=ArticleKind,
        forms=Form,
        languages=LANGUAGES,
        variables=VARIABLES,
        problem=problem,
    )
