"""Under 200 trickling posts, 50 slow downloads and 2,000 idle connections, does a page answer within twice its usual
time?

Of a whole installation. The usual time is the longer of that before and that after, so that a machine which does other
things besides is not taken for a slow page; two milliseconds are what a clock cannot tell apart.
"""

from pathlib import Path
from typing import Any

import pytest

from tests import slow_download
from tests.functional.conftest import port, up, var  # noqa: F401
from tests.functional.installation import Up, words_until
from tests.slow_clients import crowd, memory, seconds_for

pytestmark = pytest.mark.soak(part="data")
PAGES = ("/account/sign-in/", "/staff/", "/health/")
POSTS = ("/log/", "/log/keep/", "/account/sign-in/", "/children/imports/", "/lead/")
SIZES = {"trickling": 200, "downloads": 50, "idle": 2000}
TIMES = 60


def test_slow_connections_stop_no_page(
    up: Up,  # noqa: F811
    var: Path,  # noqa: F811
    port: int,  # noqa: F811
    figures: dict[str, Any],
) -> None:
    words_until(up(WEB_WORKERS="2"), "Ctrl-C stops it")
    figures |= SIZES | measured(var, port)
    late = {
        page: times for page, times in figures["milliseconds"].items() if times[1] > 2 * max(times[0], times[2]) + 2
    }
    assert late == {}
    assert max(figures["megabytes"]) < 1024


def measured(var: Path, port: int) -> dict[str, Any]:  # noqa: F811
    """Milliseconds of each page, and megabytes of the installation: before, with the slow connections, after."""
    cookies = slow_download.sign_in(port)
    get = slow_download.fetching(slow_download.attach(var), cookies)
    ask(port, cookies)
    rounds = [(ask(port, cookies), memory(var))]
    with crowd(port, **SIZES, paths=POSTS, get=get):
        ask(port, cookies)
        rounds.append((ask(port, cookies), memory(var)))
    ask(port, cookies)
    rounds.append((ask(port, cookies), memory(var)))
    milliseconds = {page: [round(1000 * times[page], 1) for times, _ in rounds] for page in PAGES}
    return {"milliseconds": milliseconds, "megabytes": [held for _, held in rounds]}


def ask(port: int, cookies: str) -> dict[str, float]:  # noqa: F811
    """The median seconds of each page."""
    return {page: seconds_for(port, page, times=TIMES, cookies=cookies if page == "/staff/" else "") for page in PAGES}
