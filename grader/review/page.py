"""One request's page: words, links and the frame that every page has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from grader.exporters.html import environment
from grader.exporters.labels import label, status_name
from grader.exporters.values import printable
from grader.model import Language, Text
from grader.repairs.ledger import sentence
from grader.review.cases import FLAGS, Case
from grader.review.desk import Filter
from grader.review.words import word

_FILTERS = ("item", "who", "flag", "cluster", "show")
SHOWS = ("waiting", "decided", "all")


@dataclass(frozen=True)
class Manner:
    """How the TA wants the page. `theme` is empty where the browser's own is taken."""

    language: Language
    theme: str


def manner_of(request: Request, language: Language) -> Manner:
    chosen, theme = request.cookies.get("grader_lang"), request.cookies.get("grader_theme")
    spoken: Language = "ko" if chosen == "ko" else "en" if chosen == "en" else language
    return Manner(spoken, theme if theme in ("dark", "light") else "")


def filter_of(fields: dict[str, str]) -> Filter:
    """The filter in a query or a form; what it cannot be is left out."""
    flag = next((flag for flag in FLAGS if flag == fields.get("flag")), None)
    show = fields.get("show", "")
    return Filter(
        item=fields.get("item", ""),
        student=fields.get("who", ""),
        flag=flag,
        cluster=fields.get("cluster", ""),
        show=show if show in SHOWS else "waiting",
    )


def query(chosen: Filter, **others: str) -> str:
    """The filter as a query string, with `others` in it."""
    told = dict(
        zip(_FILTERS, (chosen.item, chosen.student, chosen.flag or "", chosen.cluster, chosen.show), strict=True)
    )
    told["show"] = "" if chosen.show == "waiting" else chosen.show
    return urlencode({name: value for name, value in (told | others).items() if value})


def link(path: str, chosen: Filter, case: Case | None = None, **others: str) -> str:
    """From any of our pages, all of which stand side by side below the secret of their address."""
    if case is not None:
        others = {"student": case.student, "at": case.place} | others
    told = query(chosen, **others)
    return f".{path}?{told}" if told else f".{path}"


def render(template: str, manner: Manner, **content: object) -> HTMLResponse:
    """A page of ours. What students wrote is escaped by the template, what no browser takes is replaced here."""
    language = manner.language
    page = (
        environment()
        .get_template(f"review/{template}")
        .render(
            manner=manner,
            language=language,
            w=lambda name, **values: word(name, language, **values),
            t=lambda name, **values: label(name, language, **values),
            in_language=lambda text: text.in_language(language) if isinstance(text, Text) else text,
            status_name=partial(status_name, language=language),
            repaired=partial(sentence, language=language),
            link=link,
            **content,
        )
    )
    return HTMLResponse(printable(page))


def goes_to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)
