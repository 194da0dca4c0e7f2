"""How far is the writing of a large import? Counted beside the database: nothing of a transaction is seen before its
end.

The shared cache holds a number of rows under the key of the run and nothing else; while it is away the page says none
yet.
"""

from collections.abc import Callable

from django.core.cache import cache

from children.models import ImportRow, ImportRun

Progress = Callable[[int], None]
# Longer than the longest import takes, in seconds.
_KEPT = 3600


def counted_for_page(run: ImportRun) -> Progress:
    """Told the rows of each chunk, it keeps their sum for the page."""
    total = 0

    def progress(rows: int) -> None:
        nonlocal total
        total += rows
        cache.set(_key(run), total, _KEPT)

    cache.set(_key(run), 0, _KEPT)
    return progress


def written(run: ImportRun) -> tuple[int, int]:
    """Of a run that is being put into the list: rows written so far, and rows in all."""
    idle = (ImportRow.Kind.SAME, ImportRow.Kind.SKIPPED, ImportRow.Kind.REPEATED, ImportRow.Kind.REJECTED)
    kinds = run.summary.get("kinds", {})
    total = max(run.rows_read - sum(kinds.get(kind, 0) for kind in idle), 1)
    return min(cache.get(_key(run)) or 0, total), total


def _key(run: ImportRun) -> str:
    return f"import-written:{run.pk}"
