"""Which servers does this installation bring itself, where is their data, and how do Harbour's processes reach them?

Passwords are made once and kept in `var/passwords.json`. What a database role needs is written at each start to a file
of its own, `var/database.web.env` and so on, and the queue's address to `var/queue.env`: settings read those where no
address is given, of the role that the process plays. All of them can be read by their owner only.
"""

import hashlib
import json
import os
import secrets
import signal
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from safeguarding.environment import DATABASE_URLS, KEYS_DATABASE_URLS, SECRETS_OF
from safeguarding.private import write_private

from . import root
from .postgres import ROLES, SUPERUSER, Cluster
from .redis import Queue
from .supervisor import Program

DATABASE = "harbour"
KEYS_DATABASE = "harbour_keys"
# With which the web server and the worker sign what they tell the database (`settings.CONTEXT_KEYS`), by the variable
# they read.
CONTEXT_KEYS = {"WEB_CONTEXT_KEY": "web_context_key", "WORKER_CONTEXT_KEY": "worker_context_key"}
_PASSWORDS = (*ROLES, SUPERUSER, "secret_key", *CONTEXT_KEYS.values())


class Database:
    """The embedded PostgreSQL of the installation in the folder `var`."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.account = root.account()
        self.cluster = Cluster(self._home(), self.account)
        self.notes: list[str] = []
        self.passwords = self._kept_passwords()

    def _home(self) -> Path:
        """In `var`; for root in a folder that PostgreSQL's own account can reach, linked from there."""
        if self.account is None:
            return self.var / "postgres"
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return root.FOLDER / digest

    def _kept_passwords(self) -> dict[str, str]:
        path = self.var / "passwords.json"
        if path.exists():
            return self._completed(path, json.loads(path.read_text()))
        if self.cluster.exists:
            # `var` was deleted to start afresh, and this data was elsewhere. Nobody's records are deleted by the way.
            aside = self.cluster.home.with_name(f"{self.cluster.home.name}-until-{datetime.now():%Y%m%d-%H%M%S}")
            self.cluster.home.rename(aside)
            self.notes.append(
                f"The passwords of the former database are gone. It was put aside: delete {aside} when nobody needs it."
            )
        return self._completed(path, {})

    def _completed(self, path: Path, kept: dict[str, str]) -> dict[str, str]:
        """Those that are kept, and new ones for what this version of Harbour needs besides."""
        # Django asks for fifty characters of the key that signs sessions; the others are passwords of 43.
        new = {name: secrets.token_urlsafe(48 if name == "secret_key" else 32) for name in _PASSWORDS}
        passwords = new | kept
        if passwords != kept:
            write_private(path, json.dumps(passwords))
        return passwords

    def prepare(self) -> None:
        """Make the cluster where there is none yet, and its folders in any case."""
        if self.account:
            root.make_folder()
            if opened := root.open_the_way(self.cluster.home):
                self.notes.append(
                    f"Everybody may now pass through {', '.join(map(str, opened))}: {self.account} has to."
                )
        if not self.cluster.exists:
            self.cluster.initialise(self.passwords[SUPERUSER])
        self.cluster.prepare_folders()
        link = self.var / "postgres"
        if self.account and not link.is_symlink():
            link.symlink_to(self.cluster.home)

    def program(self) -> Program:
        return Program(
            "postgres",
            self.cluster.command(),
            folder=self.cluster.home,
            account=self.account,
            # Ends sessions and writes everything down, without waiting for anybody.
            stop=signal.SIGINT,
            patience=20,
            quiet=True,
        )

    def answers(self) -> bool:
        return self.cluster.answers(self.passwords[SUPERUSER])

    def admit(self) -> None:
        """Once it runs: the roles, the databases, and a file for each role that says how to reach them."""
        self.cluster.ensure_roles(self.passwords[SUPERUSER], self.passwords)
        self.cluster.ensure_database(self.passwords[SUPERUSER], DATABASE)
        self.cluster.ensure_database(self.passwords[SUPERUSER], KEYS_DATABASE)
        for role in DATABASE_URLS:
            write_environment(self.var / f"database.{role}.env", self.environment(role))
        # Where all roles stood in one file.
        (self.var / "database.env").unlink(missing_ok=True)

    def environment(self, role: str) -> dict[str, str]:
        """What a process of a database role needs, and nothing of another role's."""
        return {
            DATABASE_URLS[role]: self.cluster.url(role, self.passwords[role], DATABASE),
            KEYS_DATABASE_URLS[role]: self.cluster.url(role, self.passwords[role], KEYS_DATABASE),
            **{name: self.passwords[CONTEXT_KEYS[name]] for name in SECRETS_OF[role] if name in CONTEXT_KEYS},
            "SECRET_KEY": self.passwords["secret_key"],
        }


def queue(var: Path) -> Queue:
    """The private Redis of the installation in the folder `var`, ready to start."""
    made = Queue(var / "redis")
    made.prepare_folders()
    write_environment(var / "queue.env", {"REDIS_URL": made.url})
    return made


def write_environment(path: Path, values: Mapping[str, str]) -> None:
    write_private(path, "".join(f"{name}={value}\n" for name, value in values.items()))
