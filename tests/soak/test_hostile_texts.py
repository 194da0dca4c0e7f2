"""Is a text that was made to cost much answered within ten seconds, and does everybody else get their pages meanwhile?

Of a whole installation with one process for its pages: a megabyte behind the link of the poster, a file of another
school whose manifest is a million quotation marks, and a workbook with an endless format.
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import APIRequestContext, sync_playwright

from sharing.transfer_file.opening import whole_line
from tests.functional.conftest import migrated, port, up, var  # noqa: F401
from tests.functional.installation import Up, status, words_until
from tests.unit.children.test_workbooks import book

pytestmark = pytest.mark.soak(part="data")
LEAD, PASSWORD = "d.oyebanji", "harbour-practice"
LETTERS = 990_000
QUOTES = 1_000_000
BRACKETS = 300_000
# Seconds: of an answer, and of a page of somebody else meanwhile.
ANSWERED, MEANWHILE = 10, 1


@pytest.mark.usefixtures("migrated")
def test_hostile_text_is_answered_and_stops_nobody(
    up: Up,  # noqa: F811
    port: int,  # noqa: F811
    figures: dict[str, Any],
) -> None:
    words_until(up(), "Ctrl-C stops it")
    with sync_playwright() as playwright:
        browser = playwright.request.new_context(base_url=f"http://localhost:{port}", timeout=120_000)
        sign_in(browser)
        poster = re.search(r"/outside/[0-9a-f-]{36}/", browser.get("/from-outside/link/").text())
        assert poster, "the practice school has no poster"
        typed = {"how_soon": "3", "facts": "He had a mark.", "observed_at": f"9{' ' * LETTERS}x"}
        file = {"words": "Three Dull Words", "volumes": pdf(quotes())}
        sheet = {"source": "The system before", "sheet": sheet_of(brackets())}
        with health(port) as times:
            taken = {
                "poster": seconds(browser, poster[0], typed, "must be written like 8:50am"),
                "file": seconds(browser, "/received/", file, "manifest.json inside this file is"),
                "workbook": seconds(browser, "/earlier/", sheet, "The system before"),
            }
    figures |= {"seconds": taken, "health": round(max(times), 2), "asked": len(times)}
    assert {what: one for what, one in taken.items() if one > ANSWERED} == {}
    assert max(times) < MEANWHILE


@contextmanager
def health(port: int) -> Iterator[list[float]]:  # noqa: F811
    """Ask for `/health/` all the time: the seconds of each answer."""
    times: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.2):
            begun = time.monotonic()
            times.append(time.monotonic() - begun if status(port) == 200 else float("inf"))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield times
    finally:
        over.set()
        asking.join()


def sign_in(browser: APIRequestContext) -> None:
    """As the lead, with the code that practice shows."""
    page = posted(browser, "/account/sign-in/", {"login": LEAD, "password": PASSWORD})
    code = re.search(r"The code now is (\d{6})", re.sub(r"<[^>]+>", "", page.text()))
    assert code, page.text()[-3000:]
    posted(browser, page.url, {"code": code[1]})


def posted(browser: APIRequestContext, path: str, typed: dict[str, Any]) -> Any:
    """The answer to the form of a page, with what the page itself put into it."""
    page = browser.get(path)
    assert page.ok, (path, page.status)
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|token|key|author)" value="([^"]*)"', page.text()))
    body = {"multipart" if any(isinstance(one, dict) for one in typed.values()) else "form": hidden | typed}
    answer = browser.post(page.url, **body, headers={"Referer": page.url})
    assert answer.status in (200, 422), (path, answer.status)
    return answer


def seconds(browser: APIRequestContext, path: str, typed: dict[str, Any], says: str) -> float:
    """How long such a form takes, of which the page says this."""
    begun = time.monotonic()
    page = posted(browser, path, typed).text()
    taken = round(time.monotonic() - begun, 1)
    assert says in page, re.sub(r"\s*<[^>]+>\s*", " ", page)[:3000]
    return taken


def pdf(content: bytes) -> dict[str, Any]:
    return {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}


def sheet_of(content: bytes) -> dict[str, Any]:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "a.xlsx", "mimeType": kind, "buffer": content}


def quotes() -> bytes:
    """A page with a manifest that is one text without an end. It is not even locked."""
    out = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        for name, content in (("manifest.json", b'"' + b'\\"' * QUOTES), ("manifest.sig", b"x")):
            made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name)
        made.save(out)
    content = out.getvalue()
    return content + whole_line(content)


def brackets() -> bytes:
    # Numbers between them: what shrinks a hundred times is refused before it is read.
    code = "".join(f"[{n}" for n in range(BRACKETS))
    styles = f"<styleSheet><numFmts><numFmt numFmtId='170' formatCode='{code}'/></numFmts></styleSheet>"
    return book(**{"xl/styles.xml": styles}).getvalue()
