"""Which concerns about a child does a rule of the school find together? Shown, with the rule in words; nothing is
scored.

All rules of a school are asked in one query over the concerns that the reader may see: what is hidden or restricted for
somebody counts for nothing, so that no pattern tells of it. "In 30 days" is any 30 days in a row; the newest are shown,
for half a year. What somebody has said of exactly these records, or of more, is not shown again (`PatternRuling`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from children.models import Child, Contact
from safeguarding.audit.by_keys import ByKeys, Statement
from safeguarding.audit.reading import visible
from safeguarding.dates import LONDON, start_of
from safeguarding.http import Request
from safeguarding.prepared import prepared

from .models import Account, Concern, PatternRule, PatternRuling
from .services.work import named_now
from .told import whole

K = PatternRule.Kind
# For how long after its newest record a pattern is shown, and how far back silence counts what came before it.
SHOWN_FOR, BEFORE_SILENCE = 180, 365
MOST = 50
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True)
class Hit:
    """What a rule has found: exactly these concerns, the newest first.

    `what` is the place, the weekday or the adult they share.
    """

    rule: PatternRule
    child: Child
    what: str
    concerns: tuple[Concern, ...]

    @property
    def title(self) -> str:
        """The child and the rule: one child may stand in two patterns, and each part of a page has its own name."""
        return f"{self.child.full_name}: {self.rule.in_words}"

    @property
    def records(self) -> str:
        """Their keys, for the form that says something of them."""
        return " ".join(str(concern.pk) for concern in self.concerns)

    @property
    def anchor(self) -> str:
        """The name of its part of a page."""
        return f"p-{self.rule.pk}-{self.concerns[0].pk}"


@dataclass(frozen=True)
class Found:
    """The patterns to show, the newest first; `more` is how many there are beyond the most that are shown."""

    hits: list[Hit]
    more: int = 0


def look(request: Request, rules: Sequence[PatternRule], *, today: date, child: Child | None = None) -> Found:
    """What these rules of one school find, of one child where it is given. Five queries at most, however much there is.

    The caller records the reading.
    """
    if not rules:
        return Found([])
    rows = _asked(request, rules, today, child)
    said = _said(request, rules, {row.child for row in rows})
    rows = [row for row in rows if not any(row.records <= one for one in said.get((row.rule, row.child), ()))]
    shown = rows[:MOST]
    concerns = _records(request, [key for row in shown for key in row.records])
    children = {child.pk: child} if child else visible(request, Child).in_bulk({row.child for row in shown})
    by_key = {rule.pk: rule for rule in rules}
    adults = _names(request, [row.what for row in shown if by_key[row.rule].kind == K.ADULT])
    hits = [
        Hit(
            by_key[row.rule],
            children[row.child],
            _shared(by_key[row.rule], row.what, adults),
            _newest_first(row, concerns),
        )
        for row in shown
        if row.child in children
    ]
    return Found(hits, len(rows) - len(shown))


@dataclass(frozen=True)
class _Row:
    rule: UUID
    child: UUID
    what: str
    records: frozenset[UUID]
    newest: date


_COLUMNS = ("id", "child", "day", "place", "level", "category_id", "closed_at")


def _told(concerns: QuerySet[Concern], *those: Any) -> QuerySet[Concern]:
    """Of those concerns a row for each child whom one tells of."""
    return concerns.filter(whole("children__"), *those).annotate(
        child=F("children__child_id"),
        day=Coalesce(F("account__observed_on"), TruncDate("logged_at", tzinfo=LONDON)),
        place=F("account__place"),
    )


# Those of one child: of one that is closed with when it was logged.
_OVER = Case(When(status=Concern.Status.CLOSED, then=F("logged_at")))
_of_child = ByKeys(
    lambda asked: (
        _told(visible(asked, Concern), asked.one("school_id"), asked.of("children__child_id", 1))
        .annotate(over=_OVER)
        .values_list(*_COLUMNS, "over")
    )
)


def _concerns(request: Request, rules: Sequence[PatternRule], today: date, child: Child | None) -> Statement:
    """Those of the time that any rule looks at, and what is not closed."""
    since, school = (
        start_of(today - timedelta(days=BEFORE_SILENCE + max(rule.days for rule in rules))),
        rules[0].school_id,
    )
    if child:
        text, values = _of_child.statement(request, [school], [child.pk])
        columns = ", ".join(_COLUMNS)
        of_child = f"SELECT {columns} FROM ({text}) AS told ({columns}, over) WHERE over IS NULL OR over >= %s"  # noqa: S608
        return of_child, [*values, since]
    in_time = Q(logged_at__gte=since) | ~Q(status=Concern.Status.CLOSED)
    of_school = _told(visible(request, Concern), in_time, Q(school_id=school, children__child__isnull=False))
    text, given = of_school.values_list(*_COLUMNS).query.sql_with_params()
    return text, list(given)


# A row for each adult whom a concern of a school names.
_adults = ByKeys(
    lambda asked: (
        named_now(partial(visible, asked)).filter(asked.one("school_id")).values_list("concern_id", "adult_id")
    )
)


def _asked(request: Request, rules: Sequence[PatternRule], today: date, child: Child | None) -> list[_Row]:
    try:
        inner, values = _concerns(request, rules, today, child)
    except EmptyResultSet:
        return []
    named, more_values = _adults.statement(request, [rules[0].school_id])
    parts = [_PARTS[K(rule.kind)](rule, today) for rule in rules]
    columns = "(id, child, day, place, level, category, closed_at)"
    found = " UNION ALL ".join(f"(SELECT %s::uuid AS rule, hit.* FROM ({part}) AS hit)" for part, _ in parts)  # noqa: S608
    statement = f"WITH concern {columns} AS MATERIALIZED ({inner}), named (id, adult) AS ({named}) {found}"
    given = [*values, *more_values]
    for rule, (_, more) in zip(rules, parts, strict=True):
        given += [rule.pk, *more]
    # Of one child, what there is is found by its key.
    found_rows = prepared(statement, given) if child else _ask(statement, given)
    rows = [_Row(rule, child, str(what), frozenset(keys), newest) for rule, child, what, keys, newest in found_rows]
    return sorted(rows, key=lambda row: (row.newest, str(row.child)), reverse=True)


def _ask(statement: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


_Part = tuple[str, list[Any]]


def _in_a_window(rule: PatternRule, today: date, by: str, only: str, *values: Any, rows: str = "concern") -> _Part:
    """The newest days in a row of a child in which there are enough concerns that are alike in `by`."""
    return (
        f"""
        SELECT DISTINCT ON (child, what) child, what, keys, day FROM (
            SELECT child, {by} AS what, day, array_agg(id) OVER near AS keys, count(*) OVER near AS number
            FROM {rows} WHERE {only}
            WINDOW near AS (
                PARTITION BY child, {by} ORDER BY day
                RANGE BETWEEN make_interval(days => %s) PRECEDING AND CURRENT ROW
            )
        ) AS counted
        WHERE number >= %s AND day >= %s ORDER BY child, what, day DESC
        """,  # noqa: S608  (columns of this module)
        [*values, rule.days - 1, rule.number, today - timedelta(days=SHOWN_FOR)],
    )


def _number(rule: PatternRule, today: date) -> _Part:
    if rule.category_id:
        return _in_a_window(rule, today, "''", "category = %s", rule.category_id)
    return _in_a_window(rule, today, "''", "true")


def _place(rule: PatternRule, today: date) -> _Part:
    return _in_a_window(rule, today, "place", "place <> ''")


def _weekday(rule: PatternRule, today: date) -> _Part:
    return _in_a_window(rule, today, "extract(isodow FROM day)::text", "true")


def _adult(rule: PatternRule, today: date) -> _Part:
    return _in_a_window(rule, today, "adult::text", "true", rows="concern JOIN named USING (id)")


def _rising(rule: PatternRule, today: date) -> _Part:
    """So many in a row, as they happened, of which each has a higher level than the one before."""
    return (
        """
        SELECT DISTINCT ON (child) child, '' AS what, keys, day FROM (
            SELECT child, day, array_agg(id) OVER line AS keys, array_agg(level) OVER line AS levels,
                   first_value(day) OVER line AS first
            FROM concern WHERE level IS NOT NULL
            WINDOW line AS (PARTITION BY child ORDER BY day, id ROWS BETWEEN %s PRECEDING AND CURRENT ROW)
        ) AS in_a_row
        WHERE cardinality(keys) = %s AND day - first < %s AND day >= %s
          AND levels = ARRAY(SELECT DISTINCT one FROM unnest(levels) AS one ORDER BY one)
        ORDER BY child, day DESC
        """,
        [rule.number - 1, rule.number, rule.days, today - timedelta(days=SHOWN_FOR)],
    )


def _silence(rule: PatternRule, today: date) -> _Part:
    """Everything about a child is closed, the last of it long enough ago, and there was more than one."""
    until = today - timedelta(days=rule.days)
    return (
        """
        SELECT child, '' AS what, array_agg(id) AS keys, max(closed_at AT TIME ZONE 'Europe/London')::date AS day
        FROM concern GROUP BY child
        HAVING count(*) >= %s AND bool_and(closed_at IS NOT NULL)
           AND max(closed_at) < %s AND max(closed_at) >= %s
        """,
        [rule.number, start_of(until), start_of(until - timedelta(days=SHOWN_FOR))],
    )


_PARTS = {
    K.NUMBER: _number,
    K.PLACE: _place,
    K.WEEKDAY: _weekday,
    K.ADULT: _adult,
    K.RISING: _rising,
    K.SILENCE: _silence,
}


def _said(
    request: Request, rules: Sequence[PatternRule], children: set[UUID]
) -> Mapping[tuple[UUID, UUID], list[frozenset[UUID]]]:
    """Of which records somebody has said something, by rule and child."""
    found: dict[tuple[UUID, UUID], list[frozenset[UUID]]] = {}
    if children:
        rulings = visible(request, PatternRuling).filter(rule__in=[rule.pk for rule in rules], child__in=children)
        for rule, child, records in rulings.values_list("rule_id", "child_id", "records"):
            found.setdefault((rule, child), []).append(frozenset(records))
    return found


# What a pattern says of a concern.
_SHOWN = (
    "school_id",
    "year",
    "number",
    "title",
    "status",
    "level",
    "how_soon",
    "called_at",
    "logged_at",
    "category__name",
    "subcategory__name",
    "account__concern",
    "account__observed_on",
    "account__place",
)
_shown = ByKeys(
    lambda asked: (
        visible(asked, Concern).filter(asked.of()).select_related("account", "category", "subcategory").only(*_SHOWN)
    )
)


def _records(request: Request, keys: Iterable[UUID]) -> Mapping[UUID, Concern]:
    found = {concern.pk: concern for concern in _shown(request, set(keys))}
    for concern in found.values():
        account: Account | None = getattr(concern, "account", None)
        concern.seen_on = (account and account.observed_on) or timezone.localdate(concern.logged_at)  # type: ignore[attr-defined]
        concern.place = account.get_place_display() if account else ""  # type: ignore[attr-defined]
    return found


def _newest_first(row: _Row, concerns: Mapping[UUID, Concern]) -> tuple[Concern, ...]:
    mine = [concerns[key] for key in row.records if key in concerns]
    return tuple(sorted(mine, key=lambda concern: (concern.seen_on, concern.pk), reverse=True))  # type: ignore[attr-defined]


def _names(request: Request, keys: Iterable[str]) -> Mapping[str, str]:
    """The names of adults by their keys; no query for none."""
    wanted = set(keys)
    found = visible(request, Contact).filter(pk__in=wanted) if wanted else ()
    return {str(adult.pk): adult.full_name for adult in found}


def _shared(rule: PatternRule, what: str, adults: Mapping[str, str]) -> str:
    """What the records of a hit share, in words."""
    if rule.kind == K.ADULT:
        return adults.get(what, "")
    if rule.kind == K.PLACE:
        return str(Account.Place(what).label) if what in Account.Place else what
    return WEEKDAYS[int(what) - 1] if rule.kind == K.WEEKDAY else ""
