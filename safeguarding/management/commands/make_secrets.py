"""`manage.py make_secrets FOLDER`: the passwords of a new installation in containers, one file for each holder.

The files are readable inside the containers; the folder lets nobody else on the machine in. PostgreSQL is given
verifiers, from which no password follows.
"""

import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from psycopg import sql
from psycopg.pq import PGconn

from safeguarding import large_objects
from safeguarding.audit.seals.notes import Signer, new_origin
from safeguarding.launch.postgres import ROLES, ROLES_BESIDE
from safeguarding.sealing.crypto import new_key
from safeguarding.sealing.keyfiles import root_text
from safeguarding.settings import DATABASE_URLS


class Command(BaseCommand):
    help = "Makes the secrets that docker-compose.yml names, in a new folder. Never overwrites one."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where docker-compose.yml looks: var/secrets")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty. Secrets are made once: the database knows only those.")
        folder.chmod(0o700)
        for name, text in _contents().items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o444)
        self.stdout.write(f"Made in {folder}. Keep a copy where the database's backups are not.")
        self.stdout.write(
            "Show the key that seals the record to your auditor: `manage.py seal_key show` (docs/proving.md)."
        )
        self.stdout.write(
            f"{folder / 'root_key'} opens everything that staff will write. Once Harbour runs, print its "
            "shares: the page "
            "“Keys”, or `manage.py key_shares make` (docs/keys.md)."
        )
        self.stdout.write(
            f"Write the address of the mail server to {folder / 'email_url'} (EMAIL_URL in .env.example)."
        )


def _contents() -> dict[str, str]:
    passwords = {name: secrets.token_urlsafe(32) for name in (*ROLES, "postgres", "valkey")}
    addresses = {f"{role}_database_url": f"postgres://{role}:{passwords[role]}@postgres:5432/harbour" for role in ROLES}
    keys = {f"{role}_keys_database_url": f"{addresses[f'{role}_database_url']}_keys" for role in DATABASE_URLS}
    return {
        **addresses,
        **keys,
        # Without it nothing that was written is read again.
        "root_key": root_text(new_key()),
        "secret_key": secrets.token_urlsafe(50),
        # Sign what the database is told of who asks: web is given its own, the worker its own, and who migrates both.
        "web_context_key": secrets.token_urlsafe(32),
        "worker_context_key": secrets.token_urlsafe(32),
        # Seals the record of events: only the worker is given it.
        "seal_key": f"{Signer.make(new_origin()).private_text()}\n",
        "redis_url": f"redis://:{passwords['valkey']}@valkey:6379/0",
        "valkey.conf": f'requirepass {passwords["valkey"]}\nsave ""\nappendonly no\nmaxmemory-policy noeviction\n',
        # Known to nobody but the school: nothing is sent until the address of its mail server stands here.
        "email_url": "",
        "postgres_password": passwords["postgres"],
        "roles.sql": _roles(passwords),
    }


def _roles(passwords: dict[str, str]) -> str:
    """What PostgreSQL runs once, when it is empty."""
    statements: list[sql.Composable] = [
        sql.SQL("CREATE ROLE {} {} PASSWORD {};").format(
            sql.Identifier(role), sql.SQL(options), sql.Literal(_verifier(role, passwords[role]))
        )
        for role, options in ROLES.items()
    ]
    statements += [
        *(sql.SQL(f"{statement};") for statement in ROLES_BESIDE),
        sql.SQL("ALTER DATABASE harbour OWNER TO owner;"),
        sql.SQL("REVOKE ALL ON DATABASE harbour FROM PUBLIC;"),
        sql.SQL("CREATE DATABASE harbour_keys OWNER owner;"),
        sql.SQL("REVOKE ALL ON DATABASE harbour_keys FROM PUBLIC;"),
        # psql's own word for another database: what follows is for each of the two.
        sql.SQL(f"{large_objects.REVOKE};"),
        sql.SQL("\\connect harbour_keys"),
        sql.SQL(f"{large_objects.REVOKE};"),
    ]
    return "\n".join(statement.as_string(None) for statement in statements) + "\n"


def _verifier(role: str, password: str) -> str:
    return PGconn.connect_start(b"").encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
