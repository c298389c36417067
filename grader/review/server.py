"""`grader review`: the page on 127.0.0.1, from the address that is printed to Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from grader.errors import GraderError
from grader.gradebook.book import FILE
from grader.gradebook.keeping import Keeping
from grader.gradebook.record import book_of
from grader.gradebook.terminal import print_not_written, print_review
from grader.model import Language
from grader.names import file_name
from grader.review.desk import Desk
from grader.review.filing import Filing
from grader.review.guard import Guard
from grader.review.posts import Posts
from grader.review.site import Evening, Site

PATIENCE = 4.0  # seconds that a decision waits for another program that holds the gradebook


def review(out: Path, port: int, language: Language, author: str, url: str | None) -> int:
    """Serve until interrupted. Raises GraderError for a folder without results and a port that is taken."""
    roll = Keeping(out).roll()
    _can_be_named(roll.students)
    if not roll.gradebook and url is None and not (out / FILE).exists():
        raise GraderError(f"{out} has lost its gradebook: grade the class into it once more; nothing is run again")
    with book_of(out, url, PATIENCE) as book, listening_on(port) as listening:
        desk = Desk(out, book)
        filing = Filing(out, book)
        evening = Evening(author, language, secrets.token_urlsafe(24))
        address: int = listening.getsockname()[1]
        print_review(f"http://127.0.0.1:{address}/?token={evening.token}", author)
        try:
            asyncio.run(Server(guarded(desk, filing, evening, address)).serve(sockets=[listening]))
        finally:
            print_not_written(filing.close())
    return 0


def _can_be_named(students: Iterable[str]) -> None:
    """Raises GraderError where this process could not write a student's files: the locale has no such letters."""
    for student in students:
        try:
            os.fsencode(file_name(student))
        except UnicodeEncodeError:
            has = f"this terminal's letters ({sys.getfilesystemencoding()}) cannot name the files of {student}"
            raise GraderError(f"{has}: start it with PYTHONUTF8=1, or in a UTF-8 locale") from None


def guarded(desk: Desk, filing: Filing, evening: Evening, port: int) -> Guard:
    """The site, for browsers that come to this port with the evening's token."""
    site = Site(desk, filing, evening)
    posts = Posts(site)
    pages = {
        "/": site.queue,
        "/case": site.case,
        "/bulk": site.bulk,
        "/second": site.second_mark,
        "/set": site.set,
        "/static/{name}": site.static,
        "/executed/{student:path}": site.executed,
        "/feedback/{student:path}": site.feedback,
        "/documents/{number:int}/{student:path}": site.document,
    }
    acts = {
        "/decide": posts.decide,
        "/looked": posts.looked,
        "/approve": posts.approve,
        "/undo": posts.undo,
        "/take-back": posts.take_back,
        "/mark": posts.mark,
    }
    routes = [Route(path, handler, methods=["GET"]) for path, handler in pages.items()]
    routes += [Route(path, posts.handler(act), methods=["POST"]) for path, act in acts.items()]
    return Guard(Starlette(routes=routes, exception_handlers={GraderError: _sentence}), evening.token, port)


def _sentence(_: Request, error: Exception) -> Response:
    """What a person can mend, such as a database that is away."""
    return PlainTextResponse(str(error), 503)


@contextlib.contextmanager
def listening_on(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
            listening.listen()
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
            raise GraderError(
                f"port {port} {why}: give another with --port, or --port 0 for any that is free"
            ) from None
        yield listening


class Server(uvicorn.Server):
    """Ctrl-C and SIGTERM end it, and then what is left to write is written."""

    def __init__(self, app: Guard) -> None:
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield  # signals are the main thread's
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
