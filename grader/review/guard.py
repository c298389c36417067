"""Who may ask for a page: a browser on this machine that was given the token, and no other site through it.

Browsers send a cookie to every port of a host, so that whoever serves another port here may see ours. It does not
suffice: the pages stand below a path that only who was given the token learns. Neither the path nor what a form holds
can be computed from the cookie.
"""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What a student made stands in a frame that has no origin and runs nothing.
STUDENTS_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no referrer at all a form would not say where it comes from
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_COME_IN = '<!DOCTYPE html><html lang="en"><meta http-equiv="refresh" content="0;url={}/"><title>grader review</title>'
_NO_TOKEN = "Open the whole address that `grader review` printed: the token in it is what lets you in."


class Guard:
    """Wraps the site. What does not belong is answered here with a sentence, and never reaches a page."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._token = token
        self._secret = derived(token, "cookie")
        self._below = f"/{derived(token, 'path')}"
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"grader_review_{port}"  # browsers keep cookies by host, not by port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        answer = self._refused(request) or self._let_in(request)
        if answer is None:
            path = scope["path"].removeprefix(self._below)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await (answer or self._app)(scope, receive, _with_headers(send))

    def _refused(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if host not in self._hosts:
            return PlainTextResponse("This page is on 127.0.0.1 only.", 403)
        if request.method in ("GET", "HEAD"):
            return None
        site = request.headers.get("sec-fetch-site", "same-origin")
        if request.headers.get("origin") != f"http://{host}" or site != "same-origin":
            return PlainTextResponse("Decisions are taken on the page itself, not from another site.", 403)
        return None

    def _let_in(self, request: Request) -> Response | None:
        """The page that keeps a cookie and leads on; a refusal; or None where cookie and path are right."""
        given = request.query_params.get("token")
        if given is not None and request.url.path == "/" and _same(given, self._token):
            answer = HTMLResponse(_COME_IN.format(self._below))  # after a redirect a strict cookie may be left out
            answer.set_cookie(self._cookie, self._secret, httponly=True, samesite="strict", path=self._below)
            return answer
        if request.url.path == "/favicon.ico":  # browsers ask for it by themselves
            return Response(status_code=204)
        try:
            cookie = SimpleCookie(request.headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            cookie = None
        below = request.scope["path"][: len(self._below) + 1]
        if cookie is None or not _same(cookie.value, self._secret) or not _same(below, f"{self._below}/"):
            return PlainTextResponse(_NO_TOKEN, 403)
        return None


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name for name, _ in message["headers"]}
            added = _HEADERS | ({} if b"content-security-policy" in there else {"content-security-policy": PAGE_POLICY})
            message["headers"] += [(name.encode(), value.encode()) for name, value in added.items()]
        await send(message)

    return sending


def derived(token: str, purpose: str) -> str:
    """A secret of its own for `cookie`, `path` or `form`: from one of them no other can be had, nor the token."""
    return hmac.new(token.encode(), purpose.encode(), hashlib.sha256).hexdigest()


_MOST_BYTES = 4_000_000
_MOST_FIELDS = 20_000


class Form:
    """The fields of a form. Raises ValueError if it is none of ours, or too long."""

    def __init__(self, body: bytes, token: str) -> None:
        if len(body) > _MOST_BYTES:
            raise ValueError("too long")
        self._fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        if not hmac.compare_digest(self.get("form").encode(), derived(token, "form").encode()):
            raise ValueError("no token")

    def get(self, name: str) -> str:
        """The last value; empty where there is none."""
        return self._fields.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def under(self, prefix: str) -> dict[str, str]:
        """The fields whose names begin so, by the rest of the name; blank ones are left out."""
        found = {name.removeprefix(prefix): values[-1] for name, values in self._fields.items()}
        return {name: value for name, value in found.items() if f"{prefix}{name}" in self._fields and value.strip()}


async def form_of(request: Request, token: str) -> Form:
    """Raises ValueError as `Form`; reads no more than it takes."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise ValueError("too long")
    return Form(bytes(body), token)
