"""Does the scanner's word count, and what if it is away, slow, or says what nobody expected?"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread

import pytest

from safeguarding.uploads import clamd as asking
from safeguarding.uploads.clamd import NoVerdict, ScannerAway, Signatures, Verdict, scan, signatures
from tests.integration.uploads.corpus import EICAR


@contextmanager
def clamd(answer=None, *, limit=10_000) -> Iterator[str]:
    """A scanner that knows one virus, by a signature of its own, and talks as `clamd` does."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def serve():
            try:
                while True:
                    asked, _ = listening.accept()
                    with asked:
                        asked.settimeout(5)
                        _talk(asked, answer, limit)
            except OSError:
                return

        Thread(target=serve, daemon=True).start()
        yield f"tcp:127.0.0.1:{listening.getsockname()[1]}"


def _talk(asked, answer, limit):
    said = _exactly(asked, 9)
    if said == b"zVERSION\0":
        asked.sendall(answer + b"\0")
        return
    assert said + _exactly(asked, 1) == b"zINSTREAM\0"
    content = b""
    while size := int.from_bytes(_exactly(asked, 4), "big"):
        content += _exactly(asked, size)
        if len(content) > limit:
            asked.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    said = answer or (b"stream: Eicar-Signature FOUND" if EICAR in content else b"stream: OK")
    asked.sendall(said + b"\0")


def _exactly(asked, size):
    found = b""
    while len(found) < size:
        part = asked.recv(size - len(found))
        if not part:
            raise OSError
        found += part
    return found


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ([b"He was ", b"quiet."], Verdict.CLEAN),
        ([b""], Verdict.CLEAN),
        ([EICAR], Verdict.INFECTED),
        ([b"x" * 100, EICAR[:20], EICAR[20:]], Verdict.INFECTED),
        ([b"x" * 9000] * 4, Verdict.UNSCANNABLE),
    ],
    ids=["clean", "empty", "virus", "virus in parts", "too large"],
)
def test_what_it_says_counts(settings, content, verdict):
    with clamd() as settings.CLAMD_ADDRESS:
        assert scan(content) == verdict


def test_what_it_could_not_look_into_is_not_called_infected(settings):
    with clamd(b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND") as settings.CLAMD_ADDRESS:
        assert scan([b"a"]) == Verdict.UNSCANNABLE


@pytest.mark.parametrize("answer", [b"stream: Access denied. ERROR", b"what?", b"OK"])
def test_what_nobody_expected_is_no_clean_bill(settings, answer):
    with clamd(answer) as settings.CLAMD_ADDRESS, pytest.raises(NoVerdict):
        scan([b"a"])


def test_where_it_does_not_answer_it_is_away(settings, tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        taken = free.getsockname()[1]
    for address in (f"tcp:127.0.0.1:{taken}", f"unix:{tmp_path / 'none'}"):
        settings.CLAMD_ADDRESS = address
        for ask in (lambda: scan([b"a"]), signatures):
            with pytest.raises(ScannerAway):
                ask()
    monkeypatch.setattr(asking, "_SECONDS", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.CLAMD_ADDRESS = f"tcp:127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NoVerdict):
            scan([b"a"])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (
            b"ClamAV 1.4.3/27820/Mon Nov 23 08:26:58 2026",
            Signatures(27820, datetime(2026, 11, 23, 8, 26, 58, tzinfo=UTC)),
        ),
        (
            b"ClamAV 1.4.3/27820/Mon Nov  2 08:26:58 2026",
            Signatures(27820, datetime(2026, 11, 2, 8, 26, 58, tzinfo=UTC)),
        ),
        (b"ClamAV 1.4.3/27820/some day", Signatures(27820, None)),
        (b"ClamAV 1.4.3", Signatures(0, None)),
        (b"what?", Signatures(0, None)),
    ],
)
def test_what_it_knows_viruses_by(settings, answer, found):
    with clamd(answer) as settings.CLAMD_ADDRESS:
        assert signatures() == found


def test_over_a_socket_in_a_folder(settings, tmp_path):
    path = tmp_path / "clamd.ctl"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve():
            asked, _ = listening.accept()
            with asked:
                _talk(asked, None, 10_000)

        Thread(target=serve, daemon=True).start()
        settings.CLAMD_ADDRESS = f"unix:{path}"
        assert scan([EICAR]) == Verdict.INFECTED
