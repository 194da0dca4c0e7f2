"""Where else in the records of the school does a child stand? In passages of records that are not theirs.

The words of every told model are looked through for the child's mentions and whole names, as `parts` tells them: so
nothing of an adoption is found, and nothing that was left out. Some thousands of rows are read at a time, and no
transaction is open while their words are opened. Of a row in which the child stands those texts are kept that say so,
and no others. A concern in which the child has a part is told whole (`copying.told`); one that lists them as mentioned
gives the texts in which they are named, by their forename too.

Not looked into are files of other children, records of other schools and, in what is about others, a forename alone:
`search_log.py` says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import CharField, Model, QuerySet, Value

from children.models import Child
from children.names.find import Finder
from children.names.forms import Person, Sure
from children.names.normalise import squeezed, squeezed_bytes
from safeguarding import parts
from safeguarding.audit.context import system_task
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.told import whole
from safeguarding.parts import Block, Text, Whose
from safeguarding.sealing.fields import SealedField
from safeguarding.sealing.services.rows import as_text, open_rows, raw_rows, sealed_fields
from sharing.requests.models import RightsRequest

from .known_people import own_keys, the_child

TASK = "requests"
# So many rows are read at a time.
BATCH = 4000


class Sought:
    """A child as words are looked through for them, under each of their names."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = list(people)
        self._finder = Finder(self._people)
        names = [name for one in self._people for name in (one.surname, one.known_surname, one.pseudonym, *one.others)]
        telling = sorted({squeezed(name) for name in names if name} - {""})
        self._telling = [name.encode() for name in telling if name.isascii()]
        self._in_other_letters = [name for name in telling if not name.isascii()]

    def may_stand_in(self, words: bytes) -> bool:
        """Whether a surname, another name or a mention may stand in words: quickly, and never wrongly no.

        What has parts (`SealedJSON`) may write a line end as letters, and is opened.
        """
        if b"\\" in words:
            return True
        bare = squeezed_bytes(words)
        if any(name in bare for name in self._telling):
            return True
        if words.isascii() or not self._in_other_letters:
            return False
        letters = squeezed(words.decode())
        return any(name in letters for name in self._in_other_letters)

    def where(self, text: str, *, by_a_part: bool = False) -> tuple[tuple[int, int], ...]:
        """Where a text mentions them or has their whole name; `by_a_part`: or a part of their name."""
        hits = self._finder.hits(text)
        return tuple((hit.start, hit.end) for hit in hits if hit.sure == Sure.ONE or by_a_part)


@dataclass(frozen=True)
class Said(Text):
    """A text of a passage, and where in it the child is named."""

    where: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class _Records:
    """The records of a school of which a passage may be one: those that are not told whole for this child."""

    school: UUID
    own: frozenset[UUID]
    # Concerns in which the child has a part, which are told whole; and those that list them as mentioned.
    whole: frozenset[UUID]
    mentioned: frozenset[UUID]


def passages(case: RightsRequest) -> list[Block]:
    """What stands of the child of a case in records of others: blocks of the texts in which they stand.

    Of the worker, in no transaction. Raises `KeysAway`, which passes.
    """
    with system_task(TASK):
        sought, records = Sought(the_child(case)), _records(case)
    found: list[Block] = []
    for model in _searched(records):
        if keys := set(_holding(model, records, sought)):
            with system_task(TASK):
                blocks = parts.gather_rows(_every_row, model, keys, _whose(model, keys, records))
            found += filter(None, map(partial(_passage, sought, records), blocks))
    return found


def as_they_stand(case: RightsRequest, found: Iterable[Block]) -> list[Block]:
    """The same passages as their records say them now: without what was changed, withdrawn or destroyed since they were
    found. In the transaction in which they are kept.
    """
    keys: defaultdict[type[Model], set[UUID]] = defaultdict(set)
    for block in found:
        keys[apps.get_model(block.record.label)].add(block.record.key)
    if not keys:
        return []
    sought, records = Sought(the_child(case)), _records(case)
    blocks = (
        block
        for model, some in keys.items()
        for block in parts.gather_rows(_every_row, model, some, _whose(model, some, records))
    )
    return list(filter(None, map(partial(_passage, sought, records), blocks)))


def _every_row(model: type[Model]) -> QuerySet[Any]:
    return model._default_manager.all()


def _records(case: RightsRequest) -> _Records:
    own = frozenset(own_keys(case))
    mentioned = concerns_that_mention(own)
    every = frozenset(ConcernChild.objects.filter(child__in=own).values_list("concern_id", flat=True))
    return _Records(case.school_id, own, every - mentioned, mentioned)


def concerns_that_mention(own: Collection[UUID]) -> frozenset[UUID]:
    """The concerns that list a child as mentioned, whose file does not tell of them in full, and no more."""
    named = ConcernChild.objects.filter(child__in=own)
    mentioned = named.filter(role=ConcernChild.Role.MENTIONED).exclude(whole()).values_list("concern_id", flat=True)
    others = named.exclude(role=ConcernChild.Role.MENTIONED) | named.filter(whole())
    return frozenset(mentioned) - frozenset(others.values_list("concern_id", flat=True))


def _searched(records: _Records) -> list[type[Model]]:
    """The told models that have words, and rows of others at the school: one query."""
    models = {model._meta.label_lower: model for model in parts.told_models() if _words_of(model)}
    each = [
        _of_others(model, records).annotate(of_model=Value(label, CharField())).values_list("of_model", flat=True)[:1]
        for label, model in models.items()
    ]
    with system_task(TASK):
        there = set(each[0].union(*each[1:], all=True))
    return [model for label, model in models.items() if label in there]


def _words_of(model: type[Model]) -> list[SealedField]:
    """The sealed words of a model that are told."""
    told = parts.told_fields(model)
    return [field for field in sealed_fields(model) if field in told]


def _of_others(model: type[Model], records: _Records) -> QuerySet[Any]:
    """The rows of a model that are not told whole for the child of the case."""
    column, record = parts.link_of(model)
    own = records.whole if record is Concern else records.own
    return model._default_manager.filter(school=records.school).exclude(**{f"{column}__in": own}).order_by()


def _holding(model: type[Model], records: _Records, sought: Sought) -> Iterator[UUID]:
    """The rows of a model in whose words the child may stand, and those of concerns that mention them."""
    fields = _words_of(model)
    column, _ = parts.link_of(model)
    rows, after = _of_others(model, records).order_by("pk"), None
    while True:
        with system_task(TASK):
            batch = rows.filter(pk__gt=after) if after else rows
            raw = raw_rows(batch.values_list(as_text("pk"), column, *(field.name for field in fields))[:BATCH])
        yield from (
            UUID(row)
            for row, key, words in open_rows(fields, raw)
            if key in records.mentioned or any(map(sought.may_stand_in, words))
        )
        if len(raw) < BATCH:
            return
        after = UUID(raw[-1][0])


def _whose(model: type[Model], keys: Collection[UUID], records: _Records) -> Whose:
    """The records in which these rows stand, with the children of whom each tells."""
    column, record = parts.link_of(model)
    there = set(model._default_manager.filter(pk__in=keys).values_list(column, flat=True))
    if record is not Concern:
        return {key: frozenset({key}) for key in there}
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    others = ConcernChild.objects.filter(concern__in=there, child__isnull=False).exclude(child__in=records.own)
    for concern, child in others.values_list("concern_id", "child_id"):
        found[concern].add(child)
    return {key: frozenset(found[key]) for key in there}


def _passage(sought: Sought, records: _Records, block: Block) -> Block | None:
    """The texts of a block in which the child stands; None where there are none. No file goes with them."""
    if block.children & records.own:
        # That the child has a part in it: told as theirs.
        return None
    by_a_part = block.right.key in records.mentioned
    texts = tuple(
        Said(text.label, text.text, text.kind, where=where)
        for text in block.texts
        if text.of is None and (where := sought.where(text.text, by_a_part=by_a_part))
    )
    return replace(block, texts=texts, files=(), is_beyond_file=True) if texts else None


def whose_record(block: Block) -> UUID | None:
    """Of a passage the child whose record it is; None of a concern, on which the right to see it hangs, and of what is
    the child's own.
    """
    is_others = block.is_beyond_file and block.right.label == Child._meta.label_lower
    return block.right.key if is_others else None
