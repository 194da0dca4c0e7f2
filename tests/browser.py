"""What does a person see? A real browser on a real server: Harbour's own application, middleware and built files.

    def test_something(page, server):
        steps.sign_in(page, "a.teacher")

`page` is a fresh person at a fresh browser; `new_person()` gives further ones. The server runs in this process, so that
a test may set the clock for both, and works on this process's database as `web`.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.counted import count

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page lives too short for optimised code to pay back the threads that make it.
    "--js-flags=--single-threaded --max-lazy --no-opt --no-maglev",
]
# Cheapest first: the headless shell has no windows and tabs behind its pages, and spends half as long on each.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A person looks for at most this long before deciding that something is not there.
PATIENCE = 10_000
# Answers that the server gives once in place of Harbour's own, by path: headers and content.
Prepared = dict[str, tuple[dict[str, str], bytes]]


class _Server(ThreadedWSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves in the middle of an answer is no news."""


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Addresses are not logged here either."""


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    """What the browser is shown next at a path: no request is caught on its way, and what a page fetches is cached."""
    return {}


@pytest.fixture(scope="session")
def _running_server(django_db_setup: None, django_db_blocker: Any, prepared: Prepared) -> Iterator[str]:
    # It looks at the walls of the database before it serves anybody.
    with django_db_blocker.unblock():
        from safeguarding.wsgi import application

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] not in prepared:
            return application(environ, start_response)
        headers, content = prepared.pop(environ["PATH_INFO"])
        start_response("200 OK", [*headers.items()])
        return [content]

    server = _Server(("localhost", 0), _Handler, allow_reuse_address=False)
    server.set_app(answer)
    thread = threading.Thread(target=server.serve_forever, name="server", daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def server(transactional_db: None, _running_server: str, prepared: Prepared) -> str:
    """The address of a running Harbour. What the test commits is undone when it ends."""
    prepared.clear()
    return _running_server


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Callable[[], Browser]]:
    """The running browser, or a new one when a test has ended it: the tests after that one are not to blame."""
    found = os.environ.get("HARBOUR_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        launched: list[Browser] = []

        def running() -> Browser:
            if not launched or not launched[-1].is_connected():
                launched.append(playwright.chromium.launch(executable_path=found, args=FLAGS))
            return launched[-1]

        yield running
        for chromium in launched[-1:]:
            chromium.close()


@pytest.fixture
def browser(_chromium: Callable[[], Browser]) -> Browser:
    """The machine's Chromium, else the one that Playwright installed. `HARBOUR_CHROMIUM` names another."""
    return _chromium()


@pytest.fixture
def new_person(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """`new_person()`: somebody else's browser, with its own cookies. Takes Playwright's options of a context.

    Fails the test at its end when a page raised an error in its script or asked for a file that was not there.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def arrive(**options: Any) -> Page:
        options = {
            "viewport": {"width": 1366, "height": 768},
            "locale": "en-GB",
            "timezone_id": "Europe/London",
        } | options
        context = browser.new_context(base_url=server, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("domcontentloaded", lambda _: count("pages"))
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on(
            "response",
            lambda answer: (
                troubles.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 and "/static/" in answer.url
                else None
            ),
        )
        return page

    yield arrive
    for context in contexts:
        context.close()
    assert not troubles, troubles


@pytest.fixture
def page(new_person: Callable[..., Page]) -> Page:
    """One person's browser, 1366 pixels wide."""
    return new_person()


@pytest.fixture
def page_without_scripts(new_person: Callable[..., Page]) -> Page:
    """The same with JavaScript off."""
    return new_person(java_script_enabled=False)
