"""Which rule decides who may see the rows of a model? One `Rule` each, declared in the app's `permissions.py`.

A protected model takes `objects = Protected()`. Its rule is registered with `@rule(Model)` as a function of who is
asking; `visible_to(user)` applies it, `may_view(user, record)` is derived from it, and so is the row security of the
database (`safeguarding/row_security.py`). A model without a rule shows nothing to anybody: it raises.

What a rule asks about a person is a *fact*: an array of keys that a function of the schema `rules` returns (`facts.sql`
of each app). A rule is put together from facts and columns of its own table, nothing else, so that both walls read
alike.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models import F, Func, Q, UUIDField, Value

from safeguarding.packages import is_own
from safeguarding.prepared import prepared

from .asking import Among, Fact, Overlap, ThroughDoor, Within, joined
from .shortening import shortened

M = TypeVar("M", bound=models.Model)


def fact(name: str, me: Any, *more: str) -> Fact:
    """The fact `rules.<name>` about `me`, asked for instance with a capability as `more`."""
    return Fact(me, *(Value(str(one)) for one in more), function=name)


def among(column: str, of: Fact) -> Q:
    """Rows whose `column` (a key of this table, such as `school_id`) is one of the keys of a fact."""
    return Q(Among(column, of))


def overlapping(column: str, of: Fact) -> Q:
    """Rows whose `column`, an array of keys, shares one with a fact."""
    return Q(Overlap(column, of))


def within(column: str, of: Fact) -> Q:
    """Rows of whose `column`, an array of keys, every one is among a fact."""
    return Q(Within(column, of))


@dataclass(frozen=True)
class Rule:
    """Who sees a row: for any of the reasons in `because`, unless `never`, which stands above every reason.

    `doors` are not reasons to see a row on a page. Each opens rows to one kind of service while it runs, as when a
    reporter's account is finished that has become a concern its author may not read. Through a door of `unseen` rows
    are added and nothing is seen, as when somebody without an account leaves a note. A door of `above` opens rows that
    `never` shuts: its service does what has to be done with them, and tells nothing of it.
    """

    because: Mapping[str, Q]
    never: Q | None = None
    doors: Mapping[str, Q] = field(default_factory=dict)
    unseen: Mapping[str, Q] = field(default_factory=dict)
    above: Mapping[str, Q] = field(default_factory=dict)

    def but_never(self, more: Q) -> "Rule":
        """The same rule with a further denial above every reason."""
        return replace(self, never=more if self.never is None else self.never | more)

    @property
    def visible(self) -> Q:
        """The rows to see."""
        return self.each_with_denial(reduce(or_, self.because.values()))

    def each_with_denial(self, reason: Q) -> Q:
        """The rows to see for one reason: the denial belongs to each."""
        return reason if self.never is None else reason & ~self.never

    @property
    def within_reach(self) -> Q:
        """The rows to see, and those behind a door that is open."""
        rows = {name: self.each_with_denial(behind) for name, behind in self.doors.items()} | dict(self.above)
        doors = (Q(ThroughDoor(Value(name))) & behind for name, behind in rows.items())
        return reduce(or_, doors, self.visible)

    @property
    def addable(self) -> Q | None:
        """The rows that may be added through a door that is open, by whoever asks; None where there are none."""
        doors = [Q(ThroughDoor(Value(name))) & rows for name, rows in self.unseen.items()]
        return reduce(or_, doors) if doors else None


RuleOfPerson = Callable[[Any], Rule]
_rules: dict[type[models.Model], RuleOfPerson] = {}


def rule(model: type[models.Model]) -> Callable[[RuleOfPerson], RuleOfPerson]:
    """Declare the function that gives the rule of `model` for whoever is asking, an expression for their key."""

    def declare(function: RuleOfPerson) -> RuleOfPerson:
        _rules[model] = function
        return function

    return declare


def rule_of(model: type[models.Model], me: Any) -> Rule:
    """The rule of a protected model. Raises `ImproperlyConfigured` where there is none: default deny."""
    try:
        return _rules[model](me)
    except KeyError:
        raise ImproperlyConfigured(
            f"{model._meta.label} has no visibility rule: declare one in its permissions.py."
        ) from None


class Visible(Func):  # type: ignore[misc]
    """Whether a row is one to see: the rule of its model, for one person; with `because`, for that one of its reasons;
    with `of`, another rule that is asked of the same row.

    The text of the rule is written once a process, as for row security, and the person put into it. Put together from
    its parts for each query, a rule took longer to write than its list to read.

    A whole rule only sifts what the query finds by itself, by a school, a child, a key: the planner, which cannot tell
    how many rows it leaves, would take its reasons for a way to find them. A single reason is such a way.
    """

    output_field = models.BooleanField()  # type: ignore[assignment]

    def __init__(self, model: type[models.Model], me: UUID, because: str = "", of: RuleOfPerson | None = None) -> None:
        # The key stands for the row: a sub-query calls the table by another name.
        super().__init__(F("pk"))
        self.model, self.me, self.because, self.of = model, me, because, of

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        text, parameters = visible_sql(self.model, self.because, self.of)
        [key] = self.get_source_expressions()
        table = compiler.quote_name_unless_alias(key.alias)
        own = connection.ops.quote_name(self.model._meta.db_table)
        return text.replace(f"{own}.", f"{table}."), [self.me if one == WHOEVER else one for one in parameters]


# Stands for the person in the text of a rule, and of a query (`by_keys.py`).
WHOEVER = UUID("6d7e0000-0000-4000-8000-000000000000")


@cache
def visible_sql(
    model: type[models.Model], because: str = "", of: RuleOfPerson | None = None
) -> tuple[str, tuple[Any, ...]]:
    """The rows of a model to see (for one reason), as SQL over its table, with its parameters: `WHOEVER` is the
    person.
    """
    me = Value(WHOEVER, UUIDField())
    whole = of(me) if of else rule_of(model, me)
    if because:
        return condition(model, whole.each_with_denial(whole.because[because]))
    text, parameters = condition(model, whole.visible)
    return f"COALESCE({text}, false)", parameters


def protected_models() -> list[type[models.Model]]:
    """Every model with a rule, in the order in which they were declared."""
    return list(_rules)


class ProtectedQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any, because: str = "") -> "ProtectedQuerySet[M]":
        """The rows that `user` may see; none for somebody who is not an active member of staff.

        `because` is one reason of the rule, for a list of those rows alone, such as one's own reports: shorter to plan.
        """
        if not getattr(user, "is_active", False) or user.pk is None:
            return self.none()
        return self.filter(Visible(self.model, user.pk, because))

    def not_hidden_from(self, user: Any) -> "ProtectedQuerySet[M]":
        """Without the rows that a conflict hides from `user`: for services behind a door, which look further than a
        page.
        """
        never = rule_of(self.model, Value(user.pk, UUIDField())).never
        return self.all() if never is None else self.exclude(never)


# Code that answers a person never asks a protected table by itself. It asks the read gate (`reading.py`) or a service.
ANSWERING = frozenset(
    {"views", "forms", "panels", "templatetags", "components", "tables", "context", "tasks", "commands"}
)


class AskedPastTheGate(RuntimeError):
    """A page, a form or a template asked a protected table, or what hangs on a record, by itself."""


class Protected(models.Manager.from_queryset(ProtectedQuerySet)):  # type: ignore[misc]
    """The manager of every protected model, and so of what hangs on a record (`concern.notes`).

    Raises `AskedPastTheGate` where the nearest code of Harbour's own that asks is none that may: a forgotten filter is
    then an error, not a leak. Row security would still hide the rows.
    """

    def get_queryset(self) -> ProtectedQuerySet[Any]:
        if _is_answering(module := _asked_by()):
            raise AskedPastTheGate(f"{module} asks for {self.model._meta.label}. Ask the read gate or a service.")
        return super().get_queryset()  # type: ignore[no-any-return]


def _asked_by() -> str:
    """The nearest module of Harbour's own on the stack, this one left out; empty for a test or a shell."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name != __name__ and is_own(name):
            return str(name)
        frame = frame.f_back  # type: ignore[assignment]
    return ""


@cache
def _is_answering(module: str) -> bool:
    return not ANSWERING.isdisjoint(module.split("."))


def may_view(user: Any, record: models.Model) -> bool:
    """Whether `user` may see this one record: the same rule, asked of one row."""
    rows: ProtectedQuerySet[Any] = type(record)._default_manager.filter(pk=record.pk)  # type: ignore[assignment]
    return rows.visible_to(user).exists()


def condition(model: type[models.Model], rows: Q) -> tuple[str, tuple[Any, ...]]:
    """`rows` as SQL over the table of `model` alone, with its parameters.

    Raises `ImproperlyConfigured` for a join, a sub-query or a reference to an outer one: in row security they compile
    to something else than they mean, without an error, or fail open where the table they read has a policy of its own.
    """
    try:
        query = model._base_manager.filter(in_short(rows)).query
        sql, parameters = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except ValueError as error:
        raise ImproperlyConfigured(f"The rule of {model._meta.label} refers to an outer query: {error}") from None
    if len([alias for alias in query.alias_map if query.alias_refcount[alias]]) > 1 or _has_subquery(query.where):
        raise ImproperlyConfigured(
            f"The rule of {model._meta.label} reads another table. Ask a fact of the schema `rules` instead."
        )
    return sql, tuple(parameters)


def in_short(rows: Q) -> Q:
    """The same rows, asked for with as few sub-selects as say it."""
    return shortened(rows, joined)


def _has_subquery(node: Any) -> bool:
    if isinstance(node, models.Subquery | models.sql.Query):  # type: ignore[attr-defined]
        return True
    inner = [*getattr(node, "children", ()), *getattr(node, "get_source_expressions", list)()]
    return any(_has_subquery(one) for one in inner if one is not None)


@dataclass(frozen=True)
class Sight:
    """Why somebody sees a record: keys of `Rule.because`.

    `hidden`: a denial stands above them all, and they see nothing.
    """

    reasons: tuple[str, ...]
    hidden: bool


def sight(record: models.Model, people: Iterable[UUID]) -> dict[UUID, Sight]:
    """Of `people`, whoever is active and has a reason to see the record, hidden from them or not: one query.

    The record is taken as it is in memory, so that a service may ask about one that whoever is signed in does not see.
    """
    statement, given, columns, names = sight_sql(type(record))
    values = [getattr(record, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, *values, list(people)])
        rows = cursor.fetchall()
    found = {
        person: Sight(tuple(name for name, holds in zip(names, held, strict=True) if holds), hidden)
        for person, hidden, *held in rows
    }
    return {person: seen for person, seen in found.items() if seen.reasons}


@cache
def sight_sql(model: type[models.Model]) -> tuple[str, tuple[Any, ...], tuple[str, ...], tuple[str, ...]]:
    """What `sight` asks of a record of this model, written once a process as `visible_sql` is.

    The statement, its parameters up to the values of the record, the attributes that have these, and the names of the
    reasons.
    """
    rule_ = rule_of(model, _EachPerson())
    denied, parameters = ("false", ()) if rule_.never is None else condition(model, rule_.never)
    reasons = [condition(model, rows) for rows in rule_.because.values()]
    asked = " ".join([denied, *(sql for sql, _ in reasons)])
    types = {f: kind for f in model._meta.concrete_fields if (kind := _type_in_rules(f)) and f'"{f.column}"' in asked}
    columns = ", ".join(f'%s::{kind} AS "{f.column}"' for f, kind in types.items())
    statement = (
        f"SELECT person.id, {denied}, {', '.join(sql for sql, _ in reasons)} "  # noqa: S608  (names from the model)
        f'FROM (SELECT {columns}) AS "{model._meta.db_table}", accounts_user AS person '
        "WHERE person.id = ANY (%s) AND person.is_active"
    )
    given = (*parameters, *(one for _, some in reasons for one in some))
    return statement, given, tuple(f.attname for f in types), tuple(rule_.because)


def _type_in_rules(field: Any) -> str:
    """The type in the database of a column that a rule may ask: keys, a moment, or codes; empty for others."""
    if isinstance(getattr(field, "target_field", field), models.UUIDField):
        return "uuid"
    if isinstance(field, ArrayField) and isinstance(field.base_field, models.UUIDField):
        return "uuid[]"
    if isinstance(field, ArrayField) and isinstance(field.base_field, models.CharField):
        return "varchar[]"
    if isinstance(field, models.DateTimeField):
        return "timestamptz"
    return "text" if isinstance(field, models.CharField) else ""


def who_sees(record: models.Model, people: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Of `people`, whoever may see the record, with every reason for it: one query."""
    return {person: list(seen.reasons) for person, seen in sight(record, people).items() if not seen.hidden}


def known(name: str, me: UUID, *more: str) -> list[UUID]:
    """The keys of the fact `rules.<name>` about a person, for code that asks one by itself."""
    return list(_told(name, me, *more))


def known_of(name: str, key: UUID | list[UUID], *more: str) -> list[UUID]:
    """The keys of a fact about a record, or about several, `rules.<name>`, whoever asks."""
    return list(_told(name, key, *more))


def _told(name: str, me: UUID | list[UUID], *more: str) -> Any:
    places = ", ".join(["%s"] * (len(more) + 1))
    [[found]] = prepared(f"SELECT rules.{name}({places})", [me, *more])
    return found


class _EachPerson(Func):  # type: ignore[misc]
    """The key of each person of a query that lists people beside a record."""

    arity = 0
    template = "person.id"
    output_field = UUIDField()  # type: ignore[assignment]
