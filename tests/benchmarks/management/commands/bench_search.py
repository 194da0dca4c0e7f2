"""`manage.py bench_search`: how long does a search of what was written take, beside fetching the same texts and looking into them?

As the database role `web` and as a lead, in the greatest practice school. The word stands nowhere, so that everything is read.
"""

import json
import statistics
from functools import partial
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
from safeguarding.personal_data import declared
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
            search = partial(searching.search_words, see, school, [NOWHERE])
            plain, whole = _median(lambda: _fetched(school)), _median(search)
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
            f"\n| texts | fetch and find ms | search ms | times | budget | 10,000 texts ms | |\n|---|---|---|---|---|---|---|\n"
            f"| {texts:,} | {row['plain_ms']} | {row['search_ms']} | {row['times']} | {MOST_TIMES} | {row['ten_thousand_ms']} | {over} |"
        )


def _fetched(school: Any) -> int:
    """Every text about the school's concerns by plain SQL, behind row security, each looked into; how many there were."""
    read = 0
    with connection.cursor() as cursor:
        for model in searching.WRITTEN:
            mine = declared(model)
            assert mine is not None
            table = model._meta.db_table
            cursor.execute(f"SELECT {', '.join(mine.narrative)} FROM {table} WHERE school_id = %s", [school])  # noqa: S608
            for texts in cursor.fetchall():
                for text in filter(None, texts):
                    read += 1
                    assert NOWHERE not in text.lower()
    return read


def _median(work: Any) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return statistics.median(times)
