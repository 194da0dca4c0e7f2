"""How is a rule put to the database with the fewest questions? As few sub-selects as say the same.

A rule is written for people, a reason at a time, and asks again and again: is this one restricted, is it hidden. Each
sub-select is planned by the database in every query, behind both walls, and most rows are found by two of them. So what
several reasons share is asked once, and keys that are looked for in the same column are looked for together. Whom a
rule lets see what stays as it was: `tests/unit/audit/test_shortening.py` compares the two, case by case.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial, reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

# Joins two expressions about one column to one that asks for the keys of both; None where they cannot be joined.
Join = Callable[[Any, Any], Any]


def shortened(rows: Q, join: Join) -> Q:
    """The same rows, asked for with fewer expressions. `join` says what a disjunction of two expressions is in one."""
    return _joined(_factored(rows), join)


def _factored(rows: Q) -> Q:
    """What the most reasons share is asked once, after what they do not share."""
    if rows.negated:
        return ~_factored(~rows)
    parts = [part for one in _parts(rows, rows.connector) for part in _within(one, _factored, rows.connector)]
    while rows.connector == Q.OR and (shared := _most_shared(parts)):
        parts = _without(parts, shared)
    return _put(parts, rows.connector)


def _without(parts: list[Q], shared: Q) -> list[Q]:
    """The parts of a disjunction, with one in the place of those that share a term."""
    having = [part for part in parts if shared in _parts(part, Q.AND)]
    rests = [[term for term in _parts(part, Q.AND) if term != shared] for part in having]
    # A reason that is this and nothing else stands for those that ask for more.
    once = _factored(_put([_put(rest, Q.AND) for rest in rests], Q.OR)) & shared if all(rests) else shared
    return [once if part is having[0] else part for part in parts if part is having[0] or part not in having]


def _most_shared(parts: list[Q]) -> Q | None:
    counted: Counter[Q] = Counter()
    for part in parts:
        counted.update(list(dict.fromkeys(_parts(part, Q.AND))))
    return next((term for term, times in counted.most_common(1) if times > 1), None)


def _joined(rows: Q, join: Join) -> Q:
    """Keys that open the same column are looked for together, and so are those that shut it: not this and not that is
    neither.
    """
    if rows.negated:
        return ~_joined(~rows, join)
    parts = _parts(rows, rows.connector)
    if rows.connector == Q.AND and len(denied := [part for part in parts if part.negated]) > 1:
        parts = [*(part for part in parts if not part.negated), ~_put([~part for part in denied], Q.OR)]
    parts = [part for one in parts for part in _within(one, partial(_joined, join=join), rows.connector)]
    return _put(_together(parts, join) if rows.connector == Q.OR else parts, rows.connector)


def _together(parts: Iterable[Q], join: Join) -> list[Q]:
    found: list[Q] = []
    for part in parts:
        for place, other in enumerate(found):
            if (both := _of_both(other, part, join)) is not None:
                found[place] = both
                break
        else:
            found.append(part)
    return found


def _of_both(one: Q, other: Q, join: Join) -> Q | None:
    if one.negated or other.negated or len(one.children) != 1 or len(other.children) != 1:
        return None
    joined = join(one.children[0], other.children[0])
    return None if joined is None else Q(joined)


def _parts(rows: Q, connector: str) -> list[Q]:
    """The parts of a conjunction, or of a disjunction; what is neither is its own only part."""
    if rows.negated or (rows.connector != connector and len(rows.children) > 1):
        return [rows]
    return [one if isinstance(one, Q) else Q(one) for one in rows.children]


def _within(rows: Q, change: Callable[[Q], Q], connector: str) -> list[Q]:
    """The parts of what `change` makes of it. A single expression is as it is."""
    is_single = len(rows.children) == 1 and not rows.negated and not isinstance(rows.children[0], Q)
    return [rows] if is_single else _parts(change(rows), connector)


def _put(parts: Iterable[Q], connector: str) -> Q:
    return reduce(or_ if connector == Q.OR else and_, parts, Q())
