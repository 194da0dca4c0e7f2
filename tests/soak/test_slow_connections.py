"""Under 200 trickling posts, 50 slow downloads and 2,000 idle connections, does a page answer within twice its usual time?

Of a whole installation. Usual and crowded are asked in turn, so that a busy machine slows both; two milliseconds are
allowed for what a clock cannot tell apart.
"""

from pathlib import Path
from statistics import median
from typing import Any

from tests import slow_download
from tests.functional.conftest import port, up, var  # noqa: F401
from tests.functional.installation import Up, words_until
from tests.slow_clients import crowd, memory, seconds_for

PAGES = ("/account/sign-in/", "/staff/", "/health/")
POSTS = ("/log/", "/log/keep/", "/account/sign-in/", "/children/imports/", "/lead/")
ROUNDS = 5
SLACK = 0.002


def test_slow_connections_stop_no_page(
    up: Up,  # noqa: F811
    var: Path,  # noqa: F811
    port: int,  # noqa: F811
    figures: dict[str, Any],
) -> None:
    words_until(up(WEB_WORKERS="2"), "Ctrl-C stops it")
    cookies = slow_download.sign_in(port)
    get = slow_download.fetching(slow_download.attach(var), cookies)
    sizes = {"trickling": 200, "downloads": 50, "idle": 2000}
    usual: dict[str, list[float]] = {page: [] for page in PAGES}
    crowded: dict[str, list[float]] = {page: [] for page in PAGES}
    figures["megabytes"] = {"usual": memory(var)}
    for number in range(ROUNDS):
        ask(port, usual, cookies)
        # The files of one person in an hour are counted: the downloads are there in the first round.
        with crowd(port, **sizes | ({} if number == 0 else {"downloads": 0}), paths=POSTS, get=get):
            ask(port, crowded, cookies)
            figures["megabytes"][f"crowded {number + 1}"] = memory(var)
    times = {page: (median(usual[page]), median(crowded[page])) for page in PAGES}
    figures |= sizes
    figures["milliseconds"] = {page: [round(1000 * each, 1) for each in both] for page, both in times.items()}
    assert [page for page, (before, during) in times.items() if during > 2 * before + SLACK] == []
    assert max(figures["megabytes"].values()) < 1024


def ask(port: int, times: dict[str, list[float]], cookies: str) -> None:  # noqa: F811
    for page in PAGES:
        times[page].append(seconds_for(port, page, times=20, cookies=cookies if page == "/staff/" else ""))
