"""How are hundreds of files looked into, each in a process of its own? As forks of this one, which has loaded what they
need.

    python -I sandboxes.py KIND < requests > answers

To load what opens a PDF takes longer than to look into one. This process loads it once and opens nothing: for each file
it makes a process of itself that limits itself, looks and ends, exactly as `sandbox.py` does. A request is a line of
JSON (`size`, `small`, `seconds`) and the bytes of the file; the next is sent when the answer has come. An answer is a
line with its size, and what `sandbox.py` answers; nothing, where the process broke or took longer than `seconds`.
"""

import importlib.util
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

# Pictures of five pages; more than this is no answer.
MOST = 64 * 2**20
_CHUNK = 64 * 1024
# An answer has been given: its process ends about now.
_SHORT = 0.001


def main() -> None:
    sandbox = _sandbox()
    kind = sys.argv[1]
    sandbox.LOAD[kind]()
    while line := _line():
        asked = json.loads(line)
        content = _exactly(asked["size"])
        said = _looked_at_by_another(sandbox, {"kind": kind, "small": asked["small"]}, content, asked["seconds"])
        del content
        _write(f"{len(said)}\n".encode() + said)


def _sandbox() -> Any:
    """The module beside this one: `-I` looks for none."""
    spec: Any = importlib.util.spec_from_file_location("sandbox", Path(__file__).with_name("sandbox.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _looked_at_by_another(sandbox: Any, asked: dict[str, Any], content: bytes, seconds: float) -> bytes:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _look_and_end(sandbox, asked, content, reading, writing)
    os.close(writing)
    ends = time.monotonic() + seconds
    said, whole = _until_it_ends(reading, ends)
    os.close(reading)
    status = _status(child, ends) if whole else None
    if status is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return said if status == 0 else b""


def _status(child: int, ends: float) -> int | None:
    """How it ended; None where it is still there then: a file that has taken it over can say everything, and stay."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if time.monotonic() >= ends:
            return None
        time.sleep(_SHORT)


def _look_and_end(sandbox: Any, asked: dict[str, Any], content: bytes, reading: int, writing: int) -> None:
    """In the new process: it has its answer to write to, and nothing to read from."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(writing, 1)
        for one in (nothing, reading, writing):
            os.close(one)
        _write(sandbox.answer(asked, content))
        status = 0
    finally:
        os._exit(status)


def _until_it_ends(reading: int, ends: float) -> tuple[bytes, bool]:
    """What was answered, and whether that is all of it."""
    said = bytearray()
    while (left := ends - time.monotonic()) > 0 and len(said) <= MOST:
        if select.select([reading], [], [], left)[0]:
            piece = os.read(reading, _CHUNK)
            if not piece:
                return bytes(said), True
            said += piece
    return b"", False


def _line() -> bytes:
    """Byte by byte: nothing of a file that is still to come lies in this process while another is looked into."""
    line = bytearray()
    while (one := os.read(0, 1)) not in (b"", b"\n"):
        line += one
    return bytes(line)


def _exactly(size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        piece = os.read(0, min(_CHUNK, size - len(content)))
        if not piece:
            sys.exit(1)
        content += piece
    return bytes(content)


def _write(said: bytes) -> None:
    left = memoryview(said)
    while left:
        left = left[os.write(1, left) :]


if __name__ == "__main__":
    main()
