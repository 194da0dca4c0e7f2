"""`manage.py up`: Harbour on this machine, with one command to start and Ctrl-C to stop."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from safeguarding.launch import LaunchError
from safeguarding.launch.start import Plan, start
from safeguarding.printing.client import address
from safeguarding.settings import given


class Command(BaseCommand):
    help = (
        "Starts Harbour and stays until Ctrl-C: the database and the queue where no address is given, "
        "then the web server, the worker, what destroys, their clock and the printer."
    )
    # What a check of the settings would say is said by `make check`.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "instead",
            nargs="*",
            help="A management command to run on the servers instead, with its arguments after --.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plan = _plan(options["instead"])
        try:
            asyncio.run(start(plan, ready=_ready(plan)))
        except LaunchError as error:
            raise CommandError(str(error)) from None


def _plan(instead: list[str]) -> Plan:
    """Raises `CommandError` where only some of the addresses of one database are given."""
    names = (*settings.DATABASE_URLS.values(), *settings.KEYS_DATABASE_URLS.values())
    missing = [name for name in names if not given(name)]
    if missing and not settings.EMBEDDED_DATABASE:
        *others, last = missing
        named = f"{', '.join(others)} and {last}" if others else last
        raise CommandError(f"{named} must be set as well: each database role signs in as itself.")
    return Plan(
        root=settings.BASE_DIR,
        var=settings.VAR,
        embedded_database=settings.EMBEDDED_DATABASE,
        embedded_queue=settings.EMBEDDED_QUEUE,
        demo=settings.DEMO,
        host=settings.HOST,
        port=settings.PORT,
        web_workers=settings.WEB_WORKERS,
        web_process_mb=settings.WEB_PROCESS_MB,
        called=_called(settings.ALLOWED_HOSTS),
        base_url=settings.BASE_URL,
        seal_key=settings.SEAL_KEY_PATH,
        printer=address(),
        instead=instead,
    )


def _called(allowed: list[str]) -> str:
    """A name that is taken: ".example.sch.uk" takes example.sch.uk, and "*" any."""
    name = next(iter(allowed), "*").lstrip(".")
    return "localhost" if name == "*" else name


def _ready(plan: Plan) -> str:
    """What to read when it runs: where it is, who can sign in, how to stop it."""
    lines = ["", f"Harbour runs at {plan.base_url}", ""]
    if plan.demo:
        from safeguarding.demo.people import sign_ins

        rows = [("Role", "User name", "Password"), *((s.role, s.username, s.password) for s in sign_ins())]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines += ["Practice: nobody will read this. Sign in as any of them:", ""]
        lines += ["  " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        lines += [""]
    if settings.SECURE and not settings.SECURE_PROXY_SSL_HEADER:
        lines += [
            "HTTPS is true and BEHIND_PROXY is not: every page sends the browser to https, again and again. Set "
            "BEHIND_PROXY=true where a proxy ends https and sets X-Forwarded-Proto, or HTTPS=false where none does.",
            "",
        ]
    return "\n".join([*lines, "Ctrl-C stops it and keeps the data.", ""])
