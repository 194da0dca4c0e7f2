"""The parts of a child's record: every model about a child as titled blocks, or left out with a reason.

The file that follows a child to the next school and the answer to a request for access are made from these blocks, and
from nothing else. Each app says in its `parts.py` how its models are told:

    tell(Decision, title="Decision", blocks=as_declared(at="decided_at"))
    left_out(Draft, called="Drafts", because="nobody has sent it yet")

`read_parts` gives the blocks that one person may see. `gather` takes any other sight, such as that of a task to which
the database shows every row. Both give what the child's own file tells, unless they are asked for what is beyond it.
Nobody's name is put into typed words here: a child stands in them as a marker (`children/mentions.py`), and a file is
named by its record. A text that is about one person says so by their key (`Text.of`), not by its letters. `problems`
lists the models that no app has named.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from safeguarding import part_texts
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.history import is_protected
from safeguarding.audit.reading import visible
from safeguarding.dates import start_of
from safeguarding.following import CHILD
from safeguarding.part_texts import Key, Kind, Text, field_text, key_to, kind_of
from safeguarding.personal_data import declared, record_path
from safeguarding.records import read_by_who_reads_all

__all__ = [
    "Block", "Blocks", "Gathering", "Key", "Kind", "Model", "Moment", "Text", "Whose", "as_declared", "called",
    "day_and_time", "field_text", "gather", "gather_rows", "key_to", "kind_of", "left_out", "link_of", "reached",
    "read_parts", "reasons", "reasons_called", "tell", "title_of", "titles", "told_fields", "told_models",
]  # fmt: skip

Model = type[models.Model]
# A model to the rows of it that somebody may see.
See = Callable[[Model], models.QuerySet[Any]]
# When something happened, if that is known, and whether the time of day is.
Moment = tuple[datetime | None, bool]
_ALL = models.Q()
# When a row was said never to have been true, in every model that is corrected so.
_CORRECTED = "corrected_at"
# The children of whom each record tells, by the key of the record.
Whose = Mapping[UUID, frozenset[UUID]]


@dataclass(frozen=True)
class Block:
    """One record as it is told: `revision` is its number of saves where it counts them.

    `children` are the children whom it is about. `right` is the record on which the right to see it hangs, such as a
    concern. `files` are the records of files whose content belongs to it and may be opened. `is_beyond_file`: the
    child's own file tells of that record in a line or a story of its own, and this block is neither. Other people,
    such as another child's mother, may stand in any block: whoever hands it on leaves them out.
    """

    title: str
    record: Key
    revision: int | None
    moment: datetime | None
    is_timed: bool
    texts: tuple[Text, ...]
    files: tuple[Key, ...]
    children: frozenset[UUID]
    right: Key
    is_beyond_file: bool = False


class Gathering:
    """The blocks of one child while they are made: the sight of whoever reads them, and the keys of the child.

    A child has several keys where other records have become part of theirs. `with_errors`: what was entered in error,
    or corrected since, is told too. `whose`: the records of each kind, where they are known.
    """

    def __init__(
        self,
        see: See,
        children: Collection[UUID],
        *,
        with_errors: bool = False,
        whose: Mapping[Model, Whose] | None = None,
    ) -> None:
        self.see, self.children, self.with_errors = see, frozenset(children), with_errors
        self._whose: dict[Model, Whose] = dict(whose or {})
        self._short: dict[Model, frozenset[UUID]] = {}
        self._names: defaultdict[Model, dict[Any, str]] = defaultdict(dict)

    def whose(self, record: Model) -> Whose:
        """The records of a kind that tell of the child and are in sight, with all children of whom each tells."""
        if record not in self._whose:
            self._whose[record] = _reached[record](self) if record in _reached else _themselves(self.children)
        return self._whose[record]

    def short(self, record: Model) -> frozenset[UUID]:
        """The records of a kind of which the child's own file tells in short."""
        if record not in self._short:
            self._short[record] = _told_in_short[record](self) if record in _told_in_short else frozenset()
        return self._short[record]

    def rows(self, model: Model, only: models.Q = _ALL) -> list[Any]:
        """The rows of a model about the child, the oldest first: one query."""
        column, record = link_of(model)
        found = self.stands(model).filter(only, **{f"{column}__in": list(self.whose(record))})
        if column != "pk" and record in _reached and hasattr(model, "reference"):
            # What hangs on a concern is quoted by the number of the concern.
            found = found.select_related(column.removesuffix("_id"))
        return list(found.order_by("pk"))

    def stands(self, model: Model) -> models.QuerySet[Any]:
        """The rows of a model in sight, less what was corrected since it was never true: that is held, and no more."""
        rows = self.see(model)
        told = self.with_errors or _CORRECTED not in {field.name for field in model._meta.concrete_fields}
        return rows if told else rows.filter(**{_CORRECTED: None})

    def names(self, model: Model, keys: Iterable[Any]) -> Mapping[Any, str]:
        """What rows of a model are called inside a block, by their keys, as far as they are in sight."""
        known = self._names[model]
        if missing := {key for key in keys if key is not None} - known.keys():
            rows = self.see(model) if is_protected(model) else model._default_manager.all()
            known.update(dict.fromkeys(missing, ""))
            known.update({row.pk: _called[model](row) for row in rows.filter(pk__in=missing)})
        return known

    def block(self, row: Any, title: str, moment: Moment, texts: Iterable[Text], **other: Any) -> Block:
        """One row as a block. `other` are fields of the block that its model does not say by itself."""
        column, record = link_of(_model_of(row)) if "right" not in other else ("", None)
        if record is not None:
            key = row.pk if column == "pk" else getattr(row, column)
            other |= {"right": Key(record._meta.label_lower, key)}
            other.setdefault("children", self.whose(record)[key])
            other.setdefault("is_beyond_file", key in self.short(record))
        at, is_timed = moment
        return Block(
            title=" ".join(filter(None, (title, getattr(row, "reference", "")))),
            record=Key(row._meta.label_lower, row.pk),
            revision=getattr(row, "revision", None),
            moment=at,
            is_timed=at is not None and is_timed,
            texts=tuple(text for text in texts if text.text),
            files=(Key(row._meta.label_lower, row.pk),) if _may_be_opened(row) else (),
            **other,
        )


Blocks = Callable[[Gathering, Model, str], Iterable[Block]]


@dataclass(frozen=True)
class _Told:
    title: str
    blocks: Blocks


_told: dict[Model, _Told] = {}
_left_out: dict[Model, str] = {}
_left_out_called: dict[str, str] = {}
_reached: dict[Model, Callable[[Gathering], Whose]] = {}
_told_in_short: dict[Model, Callable[[Gathering], frozenset[UUID]]] = {}
_called: dict[Model, Callable[[Any], str]] = {}


def tell(model: Model, *, title: str, blocks: Blocks) -> None:
    """Tell the rows of a protected model. `blocks` makes those of all rows at once.

    The number of its queries may not depend on the rows.
    """
    _once(model)
    _told[model] = _Told(title, blocks)
    read_by_who_reads_all(model)


def left_out(*some: Model, called: str, because: str) -> None:
    """Leave models out. The reason is printed beside what is told, with what people call them."""
    for model in some:
        _once(model)
        _left_out[model] = because
    _left_out_called[called] = because


def _once(model: Model) -> None:
    if model in _told or model in _left_out:
        raise ImproperlyConfigured(f"{model._meta.label} is told, or left out, twice in parts.py.")


def reached(
    record: Model, whose: Callable[[Gathering], Whose], in_short: Callable[[Gathering], frozenset[UUID]]
) -> None:
    """Say how to find the records of a kind, other than the child's own, on which more hangs that tells of a child.

    `in_short` gives those of which the child's own file does not tell in full.
    """
    _reached[record], _told_in_short[record] = whose, in_short


def called(model: Model, name: Callable[[Any], str], *, is_person: bool = False) -> None:
    """Say what a row is called where another one links to it, and whether it is a person. Links to other models are not
    told.
    """
    _called[model] = name
    if is_person:
        part_texts.people.add(model)


def read_parts(asks: Asks, children: Collection[UUID], *, beyond_file: bool = False) -> list[Block]:
    """The blocks of one child that the person asking may see. The database has to know the person too, as in a request.

    Not yet recorded: whoever hands them on says so (`reading.read_out`).
    """
    return gather(partial(visible, asks), children, beyond_file=beyond_file)


def gather(
    see: See, children: Collection[UUID], *, beyond_file: bool = False, with_errors: bool = False
) -> list[Block]:
    """The blocks of one child in another sight than a person's, model after model.

    `beyond_file`: those of records too that the child's own file tells in short. Each says so of itself.
    `with_errors`: those of concerns too that were entered in error. It is still held, and so it is asked for.
    """
    gathering = Gathering(see, children, with_errors=with_errors)
    found = (block for model, told in _told.items() for block in told.blocks(gathering, model, told.title))
    return [block for block in found if beyond_file or not block.is_beyond_file]


def gather_rows(see: See, model: Model, keys: Collection[UUID], whose: Whose) -> list[Block]:
    """The blocks of these rows of one model alone, with what was entered in error, as the records tell them in which
    they stand: `whose` are these records, with the children of whom each tells.

    A row that no record tells, such as that of an adoption, has no block.
    """
    record = link_of(model)[1]
    children = {child for some in whose.values() for child in some}
    gathering = Gathering(see, children, with_errors=True, whose={record: whose})
    told, wanted = _told[model], frozenset(keys)
    return [block for block in told.blocks(gathering, model, told.title) if block.record.key in wanted]


def told_models() -> tuple[Model, ...]:
    """The models whose rows are told, in order."""
    return tuple(_told)


def title_of(label: str) -> str:
    """What records of this model are called, each without its number."""
    return next(told.title for model, told in _told.items() if model._meta.label_lower == label)


def titles() -> Mapping[str, str]:
    """What records are called that are told, by the label of their model."""
    return {model._meta.label_lower: told.title for model, told in _told.items()}


def reasons() -> Mapping[str, str]:
    """The reason for each model that is left out, by its label."""
    return {model._meta.label_lower: because for model, because in _left_out.items()}


def reasons_called() -> Mapping[str, str]:
    """The same by what people call what is left out."""
    return dict(_left_out_called)


# --- blocks from what a model declares


def as_declared(
    at: str | Callable[[Any], Moment] = "",
    *,
    but: Collection[str] = (),
    also: Callable[[Any], Iterable[Text]] = lambda row: (),
    only: models.Q = _ALL,
) -> Blocks:
    """The blocks of a model from its own declaration: each field that it classifies under its verbose name, each link
    to something that is called by a name.

    `at` names the date or moment, or gives it of a row. `also` adds texts, such as what stands in the place of fields
    in `but`. `only` are the rows that stand in the record. Of a file that is withheld not even the name is told.
    """

    def blocks(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
        rows = gathering.rows(model, only)
        left = {*but, *([at] if isinstance(at, str) else []), link_of(model)[0]}
        fields = [f for f in told_fields(model) if f.name not in left and f.attname not in left]
        wanted: defaultdict[Model, set[Any]] = defaultdict(set)
        for field in fields:
            if field.is_relation:
                wanted[field.related_model].update(getattr(row, field.attname) for row in rows)
        names = {of: gathering.names(of, keys) for of, keys in wanted.items()}
        for row in rows:
            moment = at(row) if callable(at) else _moment(getattr(row, at) if at else None)
            shown = [f for f in fields if not (f.name == "name" and getattr(row, "is_withheld", False))]
            texts = [field_text(row, f, names, link_of(model)) for f in shown]
            yield gathering.block(row, title, moment, [*texts, *also(row)])

    return blocks


def day_and_time(day: str, clock: str, otherwise: str = "") -> Callable[[Any], Moment]:
    """The moment of a row from the fields of its day and its time of day; from `otherwise` where no day is known."""

    def moment(row: Any) -> Moment:
        on, at = getattr(row, day), getattr(row, clock)
        if on is None:
            return _moment(getattr(row, otherwise) if otherwise else None)
        begins = start_of(on)
        return (begins if at is None else datetime.combine(on, at, begins.tzinfo)), at is not None

    return moment


def told_fields(model: Model) -> list[Any]:
    """The fields of a model that say something to a reader: neither its school nor what only the machine keeps."""
    mine = declared(model)
    named = {*mine.narrative, *mine.identifying, *mine.plain} if mine else set()
    return [f for f in model._meta.concrete_fields if f.editable and f.name not in _MACHINE and _is_told(f, named)]


_MACHINE = frozenset({"token", "revision", "reference", "stored", "pictures", "signatures", "code", "page", "size"})


def _is_told(field: Any, named: Collection[str]) -> bool:
    if field.is_relation:
        return field.related_model in _called
    keys = (models.UUIDField, ArrayField)
    return field.name in named and not field.primary_key and not isinstance(field, keys)


def _moment(value: date | datetime | None) -> Moment:
    if value is None or isinstance(value, datetime):
        return value, True
    return start_of(value), False


# --- to which record a row belongs


@cache
def link_of(model: Model) -> tuple[str, Model]:
    """The column that says to which record about a child a row belongs, and the model of that record.

    Raises `LookupError` for a model that has none: a function finds its rows.
    """
    # Of a child, or of something that tells of one (`reached`). Where a row names both, the declaration decides.
    records: dict[str, Model] = {record._meta.label_lower: record for record in _reached}
    if model._meta.label_lower in {CHILD, *records}:
        return "pk", model
    links = {
        field.name: (field.attname, field.related_model)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model._meta.label_lower in {CHILD, *records}  # type: ignore[union-attr]
    }
    path = record_path(model)
    found = links.get(path[-1]) if path else None
    found = found or next((link for link in links.values() if link[1] in _reached), None)
    found = found or next(iter(links.values()), None)
    if found is None:
        raise LookupError(f"{model._meta.label} has no link to a record about a child.")
    return found  # type: ignore[return-value]


def _may_be_opened(row: Any) -> bool:
    """Whether a row is a file whose content may be read."""
    return bool(getattr(row, "stored", "")) and getattr(row, "may_be_opened", True)


def _model_of(row: models.Model) -> Model:
    return type(row)


def _themselves(children: frozenset[UUID]) -> Whose:
    return {child: frozenset({child}) for child in children}
