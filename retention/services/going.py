"""What goes with a record beside its rows: keys, and files. From the keys of the rows that end, by label of model."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from children.models import Child
from retention.periods import CHILD_FILE
from safeguarding.ending.units import roots
from safeguarding.exceptions import OutOfTurn
from safeguarding.personal_data import declared, own_models
from safeguarding.sealing.models import RecordKey, SubjectKey
from safeguarding.sealing.services.destroying import destroy_key, destroy_records
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads.models import InStore

Going = Mapping[str, Sequence[UUID]]


def own_records(going: Going) -> dict[str, list[UUID]]:
    """Those of them that are records of their own, or have a key of their own: what the ledger names."""
    labels = {
        str(model._meta.label_lower)
        for model in own_models()
        if model in roots() or ((says := declared(model)) and says.sealed_by == "id")
    }
    return {label: list(keys) for label, keys in going.items() if label in labels}


def end_keys(*, kind: str, record: UUID, records: Going, under: str) -> None:
    """Destroy the key of a record and of everything that goes with it. Done again, it changes nothing."""
    if kind == CHILD_FILE:
        destroy_key(subject=Subject.child(record), under=under)
        for part in records.get(Child._meta.label_lower, ()):
            try:
                destroy_key(subject=Subject.child(part), under=under)
            except OutOfTurn:
                continue  # it has become part of the record, and went with it
    # What others could open too: a note from outside, a sheet of paper, a concern that once named somebody else.
    destroy_records({record}.union(*records.values()), under)


def living_keys(keys: Collection[UUID]) -> set[UUID]:
    """Those of them under which something could be opened still."""
    subjects = SubjectKey.objects.filter(pk__in=keys, wrapped__isnull=False).values_list("pk", flat=True)
    return {*subjects, *RecordKey.objects.filter(pk__in=keys, destroyed_at=None).values_list("pk", flat=True)}


def files_of(going: Going) -> set[str]:
    """The names in the store of the files of rows that go: asked before the rows do."""
    return {
        name
        for model in own_models()
        if issubclass(model, InStore) and (keys := going.get(str(model._meta.label_lower)))
        for name in model.names_in_store(keys)
    }
