"""Which Redis is the queue's? A private one on a socket, with no network port, that keeps nothing on disk.

Nothing is lost with it: what must happen is a row in the database, the queue only says that there is something to do.
"""

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from . import LaunchError
from .postgres import short_folder

_LONGEST_FOLDER = 103 - len("/redis.sock")


@dataclass(frozen=True)
class Queue:
    """A private Redis or Valkey, whichever this machine has."""

    home: Path

    @property
    def socket(self) -> Path:
        folder = self.home if len(str(self.home).encode()) <= _LONGEST_FOLDER else short_folder(self.home)
        return folder / "redis.sock"

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def prepare_folders(self) -> None:
        for folder in (self.home, self.socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    def command(self) -> list[str]:
        """The server's command line, to run in the foreground. Raises `LaunchError` where there is none."""
        program = shutil.which("valkey-server") or shutil.which("redis-server")
        if program is None:
            raise LaunchError("There is neither valkey-server nor redis-server. `make run` installs one.")
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "loglevel": "warning",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
        }
        return [program, *(part for name, value in settings.items() for part in (f"--{name}", value))]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False
