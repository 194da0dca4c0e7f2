"""What does a page get of a request, and its reader of the answer, through what stands in front?"""

import asyncio
import threading
from contextlib import suppress
from io import BytesIO
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.signals import request_finished
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from safeguarding import views
from safeguarding.front import application
from safeguarding.front.application import Front
from safeguarding.front.busy import READING, SENTENCE
from safeguarding.front.watchdog import PAGE_SECONDS, AtWork
from safeguarding.unsaved import AUTHOR, signed_author

from .talking import CLIENT, Reader, Sender, in_a_loop, scope

TEXT = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def own(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings.WEB_THREADS, settings.WEB_WORKERS = 1, 1


@pytest.fixture
def shut(monkeypatch):
    """The clients whose connection was shut."""
    gone = []
    monkeypatch.setattr("safeguarding.front.sending.shut", gone.append)
    monkeypatch.setattr(application, "shut", gone.append)
    return gone


def wsgi(respond):
    """A WSGI application as Django's is: the response object itself is what it gives."""

    def run(environ, start_response):
        response = respond(environ)
        start_response(f"{response.status_code} X", list(response.items()))
        return response

    return run


def ask(respond, asked, sender=None, reader=None):
    reader = reader or Reader()
    in_a_loop(Front(wsgi(respond))(asked, sender or Sender(leaves=True), reader))
    return reader


def echo(environ):
    return HttpResponse(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))


def test_the_page_reads_the_whole_form_and_its_length():
    form = Sender([b"facts=He", b"+fell"])
    assert ask(echo, scope(content_length="13", **TEXT), form).body == b"facts=He+fell"
    unsaid = Sender([b"facts=He", b"+fell"])
    assert ask(echo, scope(transfer_encoding="chunked", **TEXT), unsaid).body == b"facts=He+fell"


def test_a_page_without_a_body_waits_for_none():
    assert ask(lambda environ: HttpResponse("ok"), scope("/health/", "GET"), Sender(ends=False)).body == b"ok"


def test_what_the_headers_say_is_what_a_proxy_wrote():
    seen = {}
    asked = scope("/a%20b", "GET", x_forwarded_for="10.0.0.1")
    asked["headers"] += [
        (b"x_forwarded_for", b"6.6.6.6"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"harbour.refused", b"413"),
    ]
    asked["query_string"] = b"page=2"
    ask(lambda environ: seen.update(environ) or HttpResponse(), asked)
    assert seen["HTTP_X_FORWARDED_FOR"] == "10.0.0.1"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert (seen["PATH_INFO"], seen["QUERY_STRING"], seen["REMOTE_ADDR"]) == ("/a b", "page=2", "127.0.0.1")
    assert "harbour.refused" not in seen


def test_a_body_that_is_not_here_never_runs_its_page_and_the_connection_ends(settings):
    seen = {}
    asked = scope("/health/", content_length=str(settings.MOST_OF_A_STRANGER + 1), **TEXT)
    reader = ask(lambda environ: seen.update(environ) or HttpResponse(status=413), asked, Sender([b"a" * 9]))
    assert (seen["harbour.refused"], seen["CONTENT_LENGTH"], seen["wsgi.input"].read()) == (413, "0", b"")
    assert reader.headers[b"connection"] == b"close"


def test_whoever_leaves_in_the_middle_of_a_form_runs_no_page():
    ran = []
    reader = ask(
        lambda environ: ran.append(1) or HttpResponse(),
        scope(content_length="9"),
        Sender([b"a"], ends=False, leaves=True),
    )
    assert (ran, reader.status) == ([], 0)


def test_an_answer_of_any_size_arrives_whole():
    for size in (0, 1, 64 * 1024, 64 * 1024 + 1, 300_000):
        reader = ask(lambda environ, size=size: HttpResponse(b"a" * size), scope("/", "GET"), Sender(ends=False))
        assert (len(reader.body), reader.whole) == (size, True)


def test_a_file_is_read_as_it_is_sent_outside_the_threads_of_pages_with_their_connections_given_back():
    told, read = [], []

    def pieces():
        for number in range(5):
            read.append((number, threading.current_thread().name, connections.all(initialized_only=True)))
            yield b"a" * 1000

    def finished(**about):
        told.append((threading.current_thread().name, len(read)))

    request_finished.connect(finished)
    try:
        reader = ask(lambda environ: StreamingHttpResponse(pieces()), scope("/", "GET"), Sender(ends=False))
    finally:
        request_finished.disconnect(finished)
    assert (reader.body, reader.whole) == (b"a" * 5000, True)
    assert {name.partition("_")[0] for _, name, _ in read} == {"file"}
    assert [there for *_, there in read] == [[]] * 5
    assert told[0][0].startswith("page") and told[0][1] == 0, (
        "keys and connections are given back before the first piece"
    )


def test_a_reader_below_the_least_speed_is_cut_off_and_the_rest_of_the_file_is_never_read(settings, shut):
    settings.SLOW_AFTER, settings.LEAST_SPEED = 0.05, 10**9
    read, closed = [], []

    def pieces():
        for number in range(1000):
            read.append(number)
            yield b"a" * 1000

    def respond(environ):
        response = StreamingHttpResponse(pieces())
        response._resource_closers.append(lambda: closed.append(True))
        return response

    reader = ask(respond, scope("/", "GET"), Sender(ends=False), Reader(reads=3000))
    assert shut == [CLIENT]
    assert (len(reader.body), reader.whole, closed) == (3000, False, [True])
    assert len(read) == 4


def test_a_page_that_nobody_reads_is_cut_off_too(settings, shut):
    settings.SLOW_AFTER, settings.LEAST_SPEED = 0.05, 10**9
    reader = ask(
        lambda environ: HttpResponse(b"a" * 300_000), scope("/", "GET"), Sender(ends=False), Reader(reads=70_000)
    )
    assert (shut, reader.whole) == ([CLIENT], False)


def test_the_time_that_the_store_of_files_takes_does_not_count_against_the_reader(settings, shut):
    settings.SLOW_AFTER, settings.LEAST_SPEED = 0.05, 10**9
    slow = threading.Event()

    def pieces():
        for _ in range(4):
            slow.wait(0.04)
            yield b"a" * 1000

    reader = ask(lambda environ: StreamingHttpResponse(pieces()), scope("/", "GET"), Sender(ends=False))
    assert (shut, len(reader.body), reader.whole) == ([], 4000, True)


def test_a_file_that_breaks_off_is_cut_off_and_no_log_says_of_what(shut, caplog):
    def pieces():
        yield b"a" * 1000
        raise OSError("the letter of Mrs Ashworth")

    reader = ask(lambda environ: StreamingHttpResponse(pieces()), scope("/", "GET"), Sender(ends=False))
    assert (shut, reader.whole) == ([CLIENT], False)
    assert "OSError while a file was sent" in caplog.text and "Ashworth" not in caplog.text


def test_a_reader_who_has_gone_is_read_no_further_pieces():
    read = []

    def pieces():
        for number in range(1000):
            read.append(number)
            yield b"a" * 1000

    with suppress(ConnectionError):
        ask(lambda environ: StreamingHttpResponse(pieces()), scope("/", "GET"), Sender(leaves=True))
    assert len(read) < 5


def test_the_form_of_a_thread_that_waits_does_not_hold_up_another(settings):
    settings.WEB_THREADS = 2
    both = threading.Barrier(2, timeout=20)

    async def two():
        front = Front(wsgi(lambda environ: both.wait() is not None and HttpResponse("ok")))
        readers = [Reader(), Reader()]
        await asyncio.gather(*(front(scope("/", "GET"), Sender(ends=False), reader) for reader in readers))
        return [reader.body for reader in readers]

    assert in_a_loop(two()) == [b"ok", b"ok"]


async def _together(front, *asked):
    """What each of these requests was answered, all sent at once: the status and the body."""
    readers = [Reader() for _ in asked]
    await asyncio.gather(
        *(front(one, Sender([b"text=He+fell"]), reader) for one, reader in zip(asked, readers, strict=True))
    )
    return [(reader.status, reader.body) for reader in readers]


def of(session, path="/", **headers):
    return scope(path, "GET", cookie=f"x=1; sessionid={session}", **headers)


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (2, 1), (4, 2), (5, 2)])
def test_one_session_runs_in_half_of_the_threads_and_its_next_request_waits(settings, threads, most):
    settings.WEB_THREADS = threads
    at_work, seen, other = [], [], threading.Event()

    def respond(environ):
        mine = environ["HTTP_COOKIE"].endswith("mine")
        if mine:
            at_work.append(1)
            seen.append(len(at_work))
            # Those of the other session are answered meanwhile, where there is a thread for them.
            assert threads == 1 or other.wait(20)
            at_work.pop()
        else:
            other.set()
        return HttpResponse(environ["HTTP_COOKIE"][-4:])

    answers = in_a_loop(_together(Front(wsgi(respond)), *[of("mine")] * 6, *[of("hers")] * 2))
    assert answers == [(200, b"mine")] * 6 + [(200, b"hers")] * 2
    assert max(seen) == most


def test_requests_without_a_session_are_each_by_themselves(settings):
    settings.WEB_THREADS = 4
    all_four = threading.Barrier(4, timeout=20)
    front = Front(wsgi(lambda environ: all_four.wait() is not None and HttpResponse("ok")))
    assert in_a_loop(_together(front, *[scope("/", "GET", cookie="sessionid=")] * 4)) == [(200, b"ok")] * 4


def test_who_leaves_gives_back_the_turn_and_a_page_that_runs_keeps_its_thread(settings):
    settings.WEB_THREADS = 2
    go_on, ran = threading.Event(), []

    def respond(environ):
        ran.append(environ["PATH_INFO"])
        assert go_on.wait(20)
        return HttpResponse("ok")

    async def leave():
        front = Front(wsgi(respond))
        tasks = [asyncio.create_task(_together(front, of("mine", path))) for path in ("/1", "/2", "/3")]
        while not ran:
            await asyncio.sleep(0)
        # The first runs on, though nobody waits for it; the second waited.
        tasks[0].cancel()
        tasks[1].cancel()
        await asyncio.gather(*tasks[:2], return_exceptions=True)
        await asyncio.sleep(0)
        assert ran == ["/1"]
        go_on.set()
        return await tasks[2]

    assert in_a_loop(leave()) == [(200, b"ok")]
    assert ran == ["/1", "/3"]


def test_who_waits_too_long_for_a_thread_reads_that_harbour_is_busy_with_the_words(settings, monkeypatch):
    """No test here may ask a database."""
    monkeypatch.setattr("safeguarding.front.threads.LONGEST_WAIT", 0.05)
    begun, go_on, drawn_in = threading.Event(), threading.Event(), []
    mine = f"sessionid=mine; csrftoken={'c' * 32}"
    problem = views.problem
    monkeypatch.setattr(
        views, "problem", lambda *given: drawn_in.append(threading.current_thread().name) or problem(*given)
    )
    form = urlencode({"requester": "He fell & cried.", AUTHOR: signed_author(uuid4())}).encode()

    async def busy():
        front = Front(wsgi(lambda environ: begun.set() or (go_on.wait(20) and HttpResponse("ok"))))
        first = asyncio.create_task(_together(front, of("mine")))
        while not begun.is_set():
            await asyncio.sleep(0)
        asked = (
            scope("/", "GET", cookie=mine),
            scope(reverse("request_hand_in"), content_length=str(len(form)), cookie=mine, **TEXT),
        )
        readers = [Reader(), Reader()]
        for one, reader in zip(asked, readers, strict=True):
            await front(one, Sender([form]), reader)
        go_on.set()
        return await first, await _together(front, of("mine")), readers

    first, again, readers = in_a_loop(busy())
    assert first == again == [(200, b"ok")], "the thread is free again"
    assert [reader.status for reader in readers] == [503, 503]
    assert {name.partition("_")[0] for name in drawn_in} == {"busy"}
    for reader, sentence in zip(readers, (READING, SENTENCE), strict=True):
        page = reader.body.decode()
        assert '<h1 class="hb-h1">Harbour is busy</h1>' in page and sentence in page
        assert reader.headers[b"cache-control"] == b"no-store"
        assert b"default-src 'none'" in reader.headers[b"content-security-policy"]
    page = readers[1].body.decode()
    assert "<p>He fell &amp; cried.</p>" in page, "to copy and print"
    assert 'name="requester" value="He fell &amp; cried."' in page and f'action="{reverse("request_hand_in")}"' in page
    assert f"csrftoken={'c' * 32};".encode() in readers[1].headers[b"set-cookie"], "the button works"


def test_the_input_of_a_page_is_what_a_wsgi_server_gives():
    seen = {}
    ask(lambda environ: seen.update(environ) or HttpResponse(), scope("/", "GET"))
    assert isinstance(seen["wsgi.input"], BytesIO)
    assert (seen["REQUEST_METHOD"], seen["SERVER_NAME"], seen["SERVER_PORT"]) == ("GET", "127.0.0.1", "8000")


def test_that_a_body_was_too_slow_is_drawn_once_for_everybody_and_that_it_was_too_large_for_each(settings):
    settings.SLOW_AFTER = 0.05
    drawn = []

    def respond(environ):
        drawn.append((environ["harbour.refused"], environ.get("HTTP_COOKIE")))
        return HttpResponse("Too slow", status=environ["harbour.refused"])

    async def three(asked, pieces):
        front = Front(wsgi(respond))
        readers = [Reader() for _ in range(3)]
        for reader in readers:
            await front(asked, Sender(pieces, ends=False), reader)
        return {(reader.status, reader.body, reader.headers[b"connection"]) for reader in readers}

    slow = scope(content_length="9", cookie="sessionid=a", **TEXT)
    assert in_a_loop(three(slow, [b"a"])) == {(408, b"Too slow", b"close")}
    assert drawn == [(408, None)]
    large = scope("/health/", content_length="999999999", cookie="sessionid=a", expect="100-continue", **TEXT)
    assert in_a_loop(three(large, [b"a"])) == {(413, b"Too slow", b"close")}
    assert drawn[1:] == [(413, "sessionid=a")] * 3


def test_while_a_page_hangs_nothing_new_begins_and_the_answer_says_what_to_do(settings):
    """Also where the body is too large: its page would need a thread. The room of a body is free again."""
    ran, clock = [], [0.0]
    settings.WEB_THREADS = 2

    async def three():
        front = Front(wsgi(lambda environ: ran.append(environ["PATH_INFO"]) or HttpResponse("ok")))
        front.at_work = AtWork(clock=lambda: clock[0])
        readers = [Reader() for _ in range(4)]
        with front.at_work.page():
            clock[0] += PAGE_SECONDS
            await front(scope(content_length="9", **TEXT), Sender([b"facts=He."]), readers[0])
            await front(scope("/health/", content_length="999999999", expect="100-continue"), Sender(), readers[1])
            await front(scope("/", "GET"), Sender(), readers[2])
        await front(scope("/after/", "GET"), Sender(leaves=True), readers[3])
        return front, readers

    front, readers = in_a_loop(three())
    assert ran == ["/after/"] and readers[3].body == b"ok"
    assert [reader.status for reader in readers[:3]] == [503] * 3
    assert all(b"Harbour is busy" in reader.body for reader in readers[:3])
    assert (SENTENCE.encode() in readers[0].body, READING.encode() in readers[2].body) == (True, True)
    headers = readers[0].headers
    assert (headers[b"connection"], headers[b"cache-control"], headers[b"retry-after"]) == (
        b"close",
        b"no-store",
        b"30",
    )
    assert b"default-src 'none'" in headers[b"content-security-policy"]
    assert front._collector._room._used == 0


def test_a_page_is_at_work_while_it_runs_and_no_longer_while_its_file_is_sent():
    clock, hung = [0.0], []

    async def one():
        front = Front(wsgi(respond))
        front.at_work = AtWork(clock=lambda: clock[0])

        def pieces():
            clock[0] += PAGE_SECONDS
            hung.append(front.at_work.one_hangs)
            yield b"a"

        fronts.append((front, pieces))
        await front(scope("/", "GET"), Sender(ends=False), Reader())

    def respond(environ):
        front, pieces = fronts[0]
        clock[0] += PAGE_SECONDS
        hung.append(front.at_work.one_hangs)
        return StreamingHttpResponse(pieces())

    fronts = []
    in_a_loop(one())
    assert hung == [True, False]
