"""`manage.py bench_search`: how long does a search of what was written take, beside fetching the same texts, opening
them and looking into them?

As the database role `web` and as a lead, in the greatest practice school. The word stands nowhere, so that everything
is read.
"""

import json
import statistics
from collections.abc import Callable
from functools import partial
from itertools import batched
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from safeguarding.accounts.models import User
from safeguarding.audit.context import Acting, tell_database
from safeguarding.audit.reading import visible
from safeguarding.concerns.services import searching
from safeguarding.sealing import crypto, ring
from safeguarding.sealing.services.rows import sealed_fields
from tests.benchmarks.cast import LEAD, Records

# Of perf.md: a search beside fetch, decrypt and find.
MOST_TIMES, TEXTS, ROUNDS = 1.5, 10_000, 7
NOWHERE = "xylophone"


class Command(BaseCommand):
    help = "Measures a search of what was written beside fetching the same texts. `make bench` calls this."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "var" / "bench.json")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "web":
            raise CommandError("A search is measured as the database role of the web server: HARBOUR_ROLE=web.")
        user, school = User.objects.get(username=LEAD), Records.find().school
        with transaction.atomic(), patch.object(searching, "SECONDS", 3600):
            tell_database(Acting(user_id=user.pk))
            texts = _fetched(school)
            see = partial(visible, SimpleNamespace(user=user))
            plain, whole = _medians(lambda: _fetched(school), lambda: _searched(see, school))
        row = {
            "texts": texts,
            "plain_ms": round(1000 * plain, 1),
            "search_ms": round(1000 * whole, 1),
            "times": round(whole / plain, 2),
            "ten_thousand_ms": round(1000 * whole * TEXTS / texts, 1),
        }
        report = json.loads(options["out"].read_text()) if options["out"].exists() else {}
        options["out"].write_text(json.dumps(report | {"search": row}, indent=1))
        over = "OVER" if row["times"] > MOST_TIMES else ""
        self.stdout.write(
            "\n| texts | fetched, opened and looked into ms | search ms | times | budget | 10,000 texts "
            "ms | |\n|---|---|---|---|---|---|---|\n"
            f"| {texts:,} | {row['plain_ms']} | {row['search_ms']} | {row['times']} | {MOST_TIMES} | "
            f"{row['ten_thousand_ms']} | {over} |"
        )


def _fetched(school: Any) -> int:
    """Every text about the school's concerns by plain SQL, behind row security, opened and looked into; how many there
    were.

    With no key at hand in the beginning, as for each request.
    """
    ring.forget()
    read = 0
    for model in searching.searched():
        fields = sealed_fields(model)
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, {columns} FROM {model._meta.db_table} WHERE school_id = %s", [school])  # noqa: S608
            rows = cursor.fetchall()
        wanted = {crypto.record_in(text) for _, *texts in rows for text in texts if text} - ring.ring().keys.keys()
        for some in batched(wanted, ring.BATCH):
            ring.ring().fetch(list(some))
        keys: Any = ring.ring().keys
        for row, *texts in rows:
            for field, text in zip(fields, texts, strict=True):
                if text:
                    read += 1
                    words = crypto.open_sealed(keys[crypto.record_in(text)].cipher, field.place(row), text).decode()
                    assert NOWHERE not in words.lower()
    return read


def _searched(see: Any, school: Any) -> None:
    ring.forget()
    searching.search_words(see, school, [NOWHERE])


def _medians(*works: Callable[[], Any]) -> list[float]:
    """The seconds of each, done in turn, so that a busy machine slows all of them."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            begun = perf_counter()
            work()
            taken.append(perf_counter() - begun)
    return [statistics.median(taken) for taken in times]
