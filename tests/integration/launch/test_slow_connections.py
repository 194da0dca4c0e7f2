"""Does the web server end what is slow, before anything of Harbour runs? As it is started for a school, alone and
behind nginx.

The proxy is the one of docs/installing.md, without its certificate; where this machine has no nginx, that part is left
out.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from safeguarding.launch import programs
from tests.architecture.source import ROOT
from tests.slow_clients import answer_on, connect, crowd, is_open, post_head, seconds_for
from tests.waiting import until

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
GET = b"GET /files/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
MB = 2**20


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(port: int) -> bool:
    with suppress(OSError):
        client = HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("GET", "/health/")
        return client.getresponse().status == 200
    return False


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """`front(SLOW_AFTER="2")`: the web server with these settings. Returns its port."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**given: str) -> int:
        port = free_port()
        environment = {
            "HARBOUR_VAR": str(tmp_path),
            "TMPDIR": str(tmp_path),
            "PATH": os.environ["PATH"],
            "WEB_WORKERS": "2",
            **given,
        }
        *command, _ = programs.web("127.0.0.1", port, 2, 350)
        started.append(subprocess.Popen([*command, "tests.front_alone:application"], cwd=ROOT, env=environment))
        until(lambda: answers(port))
        return port

    yield start
    for process in started:
        process.terminate()
        process.wait(30)


def in_nginx(port: int, folder: Path, listen: int) -> str:
    """The configuration of the documentation, for this port and without https."""
    [server] = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "installing.md").read_text(), re.DOTALL)
    server = re.sub(r" *ssl_\w+ .*\n", "", server)
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{listen};").replace(
        "127.0.0.1:8000", f"127.0.0.1:{port}"
    )
    server = server.replace(
        "limit_conn people 100;", "limit_conn people 5000;"
    )  # everybody of this test is one address
    kept = "".join(
        f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
daemon off; pid {folder / "pid"}; error_log {folder / "errors"};{" user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 8192; }}
http {{ access_log off; limit_conn_zone $binary_remote_addr zone=people:10m;
{kept}{server} }}
"""


@pytest.fixture(params=["alone", pytest.param("nginx", marks=pytest.mark.skipif(not NGINX, reason="no nginx here"))])
def served(request: pytest.FixtureRequest, front: Callable[..., int], tmp_path: Path) -> Iterator[Callable[..., int]]:
    """The same, and a second time with nginx before it."""
    proxies: list[subprocess.Popen[bytes]] = []

    def start(**given: str) -> int:
        port = front(**given)
        if request.param == "alone":
            return port
        folder, listen = tmp_path / "nginx", free_port()
        folder.mkdir()
        (folder / "nginx.conf").write_text(in_nginx(port, folder, listen))
        proxies.append(subprocess.Popen([str(NGINX), "-e", str(folder / "errors"), "-c", str(folder / "nginx.conf")]))
        until(lambda: answers(listen))
        return listen

    yield start
    for process in proxies:
        process.terminate()
        process.wait(30)


def test_trickling_posts_slow_downloads_and_idle_connections_hold_up_nobody(served: Callable[..., int]) -> None:
    port = served()
    usual = seconds_for(port, "/health/", times=15)
    with crowd(port, trickling=200, downloads=50, idle=500, paths=("/log/", "/health/"), get=GET, every=1):
        crowded = seconds_for(port, "/health/", times=15)
    assert crowded < 3 * usual + 0.5


def test_what_trickles_or_is_too_large_is_refused_and_the_rest_is_read(served: Callable[..., int]) -> None:
    port = served(SLOW_AFTER="1", LEAST_SPEED="1000000")
    slow, small, large, files = (connect(port) for _ in range(4))
    slow.sendall(post_head("/log/", 1000) + b"a")
    small.sendall(post_head("/health/", 2**18 + 1) + b"a" * (2**18 + 1))
    large.sendall(post_head("/log/", 2**18 + 1) + b"a" * (2**18 + 1))
    files.sendall(post_head("/give/", 4 * MB) + b"a" * 4 * MB)
    status, said = answer_on(large)
    assert (status, said.partition(" from ")[0]) == (200, f"{2**18 + 1} bytes")
    assert [answer_on(each)[0] for each in (slow, small, files)] == [408, 413, 200]
    until(lambda: not is_open(slow))


def test_nothing_of_a_body_or_of_a_file_is_on_a_disk_on_its_way(served: Callable[..., int], tmp_path: Path) -> None:
    port = served()
    upload = connect(port)
    upload.sendall(post_head("/give/", 30 * MB) + b"a" * 20 * MB)
    with crowd(port, downloads=4, get=GET, every=1):
        assert seconds_for(port, "/health/", times=3) < 5
        written = [path for path in tmp_path.rglob("*") if path.is_file() and b"a" * 1000 in path.read_bytes()]
        assert written == []
    upload.sendall(b"a" * 10 * MB)
    assert answer_on(upload)[0] == 200


def test_a_download_below_the_least_speed_is_ended(served: Callable[..., int]) -> None:
    port = served(SLOW_AFTER="1", LEAST_SPEED="10000000")
    reader = connect(port, receives=4096)
    reader.sendall(GET)
    assert reader.recv(12) == b"HTTP/1.1 200"
    # Nothing is read until the server has given up.
    until(lambda: established(port) == 0)
    came = 0
    with suppress(ConnectionError):
        while data := reader.recv(65536):
            came += len(data)
    assert came < 200 * 65536


def established(port: int) -> int:
    """How many connections the server at `port` has, from its side."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(local.partition(":")[2], 16) == port and state == "01" for _, local, _, state, *_ in rows)


def test_both_lengths_of_one_body_are_not_two_requests(front: Callable[..., int]) -> None:
    """What a proxy might read as one request and Harbour as two."""
    port = front()
    hidden = b"0\r\n\r\nGET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    one = connect(port)
    one.sendall(b"POST /log/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden)
    came = b""
    with suppress(OSError):
        while data := one.recv(65536):
            came += data
    assert came.count(b"HTTP/1.1 ") == 1
    two = connect(port)
    two.sendall(b"POST /log/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde")
    assert two.recv(12) == b"HTTP/1.1 400"


def test_the_program_that_is_tested_is_the_one_that_is_started() -> None:
    *command, application = programs.web("127.0.0.1", 1, 2, 350)
    assert (command[0], application) == (sys.executable, "safeguarding.asgi:application")
