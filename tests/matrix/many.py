"""What if a school had a hundred rows more of everything?

Copies of rows of the record "open", and of what the school keeps beside its records. They hang on the same parents, as
far as the constraints of their table let them; what a parent has once hangs on a copy of the parent. So a new record
type comes a hundred times without a line here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import count, islice
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import DatabaseError, connection, models, transaction
from django.db.models.expressions import F

from children.models import Child
from children.services import bulk
from safeguarding.accounts.models import School, User
from safeguarding.audit.history import is_protected
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.keys import uuid7
from safeguarding.personal_data import own_models
from safeguarding.sealing.fields import SealedField
from tests import factories
from tests.matrix.planting import Owner
from tests.matrix.world import World

Model = type[models.Model]
# Rows of a model that are copied: some are of another kind than the first.
KINDS = 3
# Numbers of copies begin here: after those of the world, and small enough for every column.
FIRST = 10_000
# Fields that hold a word of a list in the code: another word would be none of it.
CODES = {"agency", "check_key", "code", "figure", "field", "kind", "model", "region", "role_key", "source", "what"}
# What is kept by others, each with its reason.
NOT_COPIED = {
    "accounts.roleassignment": "members of staff come with theirs",
    "accounts.conflictanswer": "members of staff come with theirs",
    "audit.event": "what is done writes its own",
    "concerns.chronicled": "the tables of the entries keep it",
    "printing.printjob": "somebody for whom a few wait is given no more",
    "concerns.referencecounter": "it counts, and no page shows it",
}


class Growth:
    """The rows that come. `laid` counts them by label, `refused` has what the database said of a model with none."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number, self.owner = world, number, Owner(world)
        self.laid: Counter[str] = Counter()
        self.refused: dict[str, str] = {}
        # The key of a row to those of its copies.
        self._copies: dict[Any, list[Any]] = {}
        self._numbers: dict[Model, Iterator[int]] = {}

    def grow(self) -> None:
        """Lay them, in the transaction of the caller."""
        for number in range(self.number):
            factories.member(self.world.here, "teaching_assistant", "Sam", f"Number {number}")
        for model in _parents_first(_grown()):
            for row in self._rows(model):
                self._more(row)
        school = self.world.here.pk
        record(Verb.CREATE, object_type="children.child", school_id=school, count=self.number, purpose="test")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _rows(self, model: Model) -> Iterable[Any]:
        """Those that are copied."""
        rows = model._base_manager.order_by("pk")
        if is_protected(model):
            here = ((row, record) for row in rows.iterator() if (record := self._record_of(row)) not in ("", "other"))
            ordered = sorted(here, key=lambda found: found[1] != "open")
            return [row for row, record in ordered if record == ordered[0][1]][:KINDS]
        here = rows.filter(school=self.world.here)
        names = {field.name for field in model._meta.concrete_fields}
        own = here.filter(user=self.world.people["lead"]) if "user" in names else here.none()
        return list(own[:KINDS]) or list(here[:KINDS])

    def _record_of(self, row: Any) -> str:
        """The record of the policy that a row belongs to; empty where it belongs to none."""
        try:
            return self.owner.of(row)
        except (LookupError, AssertionError):
            return ""

    def _more(self, row: Any) -> None:
        model, label = type(row), row._meta.label_lower
        changed = self._changed(row)
        if isinstance(changed, str):
            self.refused.setdefault(label, changed)
            return
        like = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
        rows = [like | {name: values[n] for name, values in changed.items()} for n in range(self.number)]
        try:
            with transaction.atomic():
                self.laid[label] += bulk.insert(model, rows)
        except DatabaseError as error:
            self.refused.setdefault(label, str(error).splitlines()[0])
        else:
            self._copies[row.pk] = [one[model._meta.pk.attname] for one in rows]  # type: ignore[union-attr]

    def _changed(self, row: Any) -> dict[str, list[Any]] | str:
        """What differs from the row: by field the values of all copies. Or which fields there can be once, in words."""
        changed: dict[str, list[Any]] = {}
        for names in _unique(row):
            if not changed.keys() & {row._meta.get_field(name).attname for name in names}:
                fields = sorted((row._meta.get_field(name) for name in reversed(names)), key=_rank)
                other = next(((f, values) for f in fields if (values := self._others(row, f)) is not None), None)
                if other is None:
                    return f"once for {', '.join(names)}"
                changed[other[0].attname] = other[1]
        return changed

    def _others(self, row: Any, field: Any) -> list[Any] | None:
        """Other values for a field of the copies; None where it takes no other."""
        value = getattr(row, field.attname)
        if field.is_relation:
            return self._copies.get(value)
        if field.choices or field.name in CODES or isinstance(field, SealedField):
            return None
        numbers = self._numbers.setdefault(type(row), count(FIRST))
        if (make := _other(field, value)) is None:
            return None
        return [make(n) for n in islice(numbers, self.number)]


def _other(field: Any, value: Any) -> Callable[[int], Any] | None:
    """How a number makes another value of a field."""
    match field:
        case models.UUIDField():
            return lambda n: uuid7()
        case models.IntegerField() | models.AutoField():
            return lambda n: n
        case models.DateTimeField() | models.DateField():
            return lambda n: value - timedelta(days=n - FIRST + 1)
        case models.CharField() | models.TextField():
            return lambda n: f"{value[: (field.max_length or 99) - 6]} {n}"
    return None


def _rank(field: Any) -> int:
    """What is changed first: a key of its own, a number, a name, a day; then whose it is, and last of which child."""
    if field.is_relation:
        return 6 if field.related_model is Child else 5
    kinds = (models.UUIDField, models.IntegerField, models.CharField, models.DateField)
    return next((n for n, kind in enumerate(kinds) if isinstance(field, kind)), 4)


def _unique(row: Any) -> Iterator[list[str]]:
    """The fields of each constraint that keeps a copy of the row out unless one of them differs."""
    meta = row._meta
    yield from ([field.name] for field in meta.concrete_fields if field.unique and _holds(row, [field.name]))
    yield from (list(names) for names in meta.unique_together if _holds(row, names))
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            names = [*constraint.fields, *(name for one in constraint.expressions for name in _named(one))]
        elif isinstance(constraint, ExclusionConstraint):
            names = [name for one, _ in constraint.expressions for name in _named(one)]
        else:
            continue
        # A value that is not there is like no other.
        if getattr(constraint, "nulls_distinct", None) is not False and not _holds(row, names):
            continue
        if constraint.condition is None or type(row)._base_manager.filter(constraint.condition, pk=row.pk).exists():
            yield names


def _holds(row: Any, names: Iterable[str]) -> bool:
    """Whether two such rows exclude each other: not where one of these fields is empty."""
    return all(getattr(row, row._meta.get_field(name).attname) is not None for name in names)


def _named(expression: Any) -> Iterator[str]:
    """The fields that an expression of a constraint names."""
    if isinstance(expression, str):
        yield expression
    if isinstance(expression, F):
        yield expression.name
    for one in getattr(expression, "get_source_expressions", list)():
        yield from _named(one)


def _grown() -> list[Model]:
    """The models of which more comes: records, and what a school keeps beside them."""

    def has_school(model: Model) -> bool:
        return any(field.name == "school" and field.related_model is School for field in model._meta.concrete_fields)

    return [
        model
        for model in own_models()
        if model is not User
        and model._meta.label_lower not in NOT_COPIED
        and (is_protected(model) or has_school(model))
    ]


def _parents_first(wanted: Iterable[Model]) -> list[Model]:
    wanted, seen, ordered = list(wanted), set[Model](), list[Model]()

    def visit(model: Model) -> None:
        if model in seen or model not in wanted:
            return
        seen.add(model)
        for field in model._meta.concrete_fields:
            if field.is_relation:
                visit(field.related_model)  # type: ignore[arg-type]
        ordered.append(model)

    for model in wanted:
        visit(model)
    return ordered
