"""A mail server of the tests that takes every message, remembers for whom, and can hold its answer back."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as Django's mail backend. `accepted` lists a recipient each time a message was said yes to.

    `holds` is the number of the message before whose yes the server waits until `drop()`, which never gives it; `held`
    is set meanwhile.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, holds: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.accepted: list[str] = []
        self.texts: list[str] = []
        self.holds, self.held = holds, threading.Event()
        self._dropped = threading.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def drop(self) -> None:
        """The message that is held was never taken."""
        self._dropped.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody was killed in the middle of a sentence; that is what the tests are for."""

    def holds_this_one(self) -> bool:
        """Whether this message is the one to be held, after holding it."""
        if self.holds != len(self.accepted) + 1 or self._dropped.is_set():
            return False
        self.held.set()
        self._dropped.wait()
        return True


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 ready")
        recipient = ""
        while line := self.rfile.readline():
            match line.split(b" ")[0].strip().upper():
                case b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    self.say("250 yes")
                case b"DATA":
                    self.say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                    if self.server.holds_this_one():
                        return
                    self.server.texts.append(text)
                    self.server.accepted.append(recipient)
                    self.say("250 taken")
                case b"QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 yes")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(holds: int | None = None) -> Iterator[MailServer]:
    """A running mail server, until the block ends."""
    with MailServer(holds) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.drop()
        server.shutdown()
