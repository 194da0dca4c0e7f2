"""What personal data does a model hold, whose, and how does it end?

Every model of Harbour has an inner class that inherits from `PersonalData`. It is read by the sealing, by the privacy
notice, by requests for access and by destruction, so that each field is classified once. `problems()` lists what nobody
classified; a test fails on it.
"""

from collections.abc import Iterator
from enum import StrEnum

from django.apps import apps
from django.db import models

from safeguarding.packages import is_own


class Source(StrEnum):
    """Where a piece of information came from, in the words of the school's privacy notice."""

    ADMISSION_FORM = "admission form"
    LOCAL_AUTHORITY = "local authority"
    SAFEGUARDING_LEAD = "safeguarding lead"
    NOTE_OF_CONCERN = "note of concern"
    SCHOOL = "the school's own administration"
    HARBOUR = "made by Harbour"


class Retention(StrEnum):
    """What happens to a row when the record it hangs on is destroyed (domain reference 4)."""

    ROOT = "is a record with a period of its own"
    GOES_WITH_IT = "goes with the record it belongs to"
    WAITS = "stops that record from being destroyed until it is decided"
    KEPT = "is about the school, or evidence, and has its own schedule"


class PersonalData:
    """Inherit from this inside a model. `subject` is the path to the child or adult the row is about; None: nobody.

    `narrative` names free text (sealed), `identifying` names what tells who it is, `plain` names the rest. Keys, and
    links to rows that are classified themselves, need no mention. `record` is the path to the record that the row ends
    with, where the way to its subject does not lead through it. `sealed_by` is the column with the key of the record
    whose key seals the narratives: a concern, a child, or the person whose words they are. `setting`: a row that a
    school edits. Who made it, and what each of its facts was before, is kept as it is for records.
    """

    subject: str | None = None
    record: str | None = None
    sealed_by: str = ""
    narrative: tuple[str, ...] = ()
    identifying: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    source: Source | None = None
    collection: str = ""
    retention: Retention | None = None
    setting: bool = False


def own_models() -> list[type[models.Model]]:
    """Harbour's own models, without those of the libraries it stands on."""
    return [model for model in apps.get_models() if is_own(model.__module__)]


def declared(model: type[models.Model]) -> type[PersonalData] | None:
    """The model's declaration, or None where nobody wrote one."""
    found = model.__dict__.get("PersonalData")
    return found if isinstance(found, type) and issubclass(found, PersonalData) else None


def problems() -> Iterator[str]:
    """A sentence for each model or field that is not, or wrongly, classified."""
    for model in own_models():
        name = model._meta.label
        mine = declared(model)
        if mine is None:
            yield f"{name} has no inner class PersonalData."
            continue
        if mine.retention is None or mine.source is None:
            yield f"{name}.PersonalData needs `source` and `retention`."
        if (mine.narrative or mine.identifying) and not mine.subject:
            yield f"{name} holds personal data: `subject` must say whose."
        if bool(mine.narrative) != bool(mine.sealed_by):
            yield f"{name}.PersonalData: `sealed_by` goes with narratives."
        if mine.subject and not mine.collection:
            yield f"{name}.PersonalData needs `collection`: mandatory with its statute, or voluntary."
        yield from _field_problems(model, mine)


def _field_problems(model: type[models.Model], mine: type[PersonalData]) -> Iterator[str]:
    named = [*mine.narrative, *mine.identifying, *mine.plain]
    fields = {f.name: f for f in model._meta.get_fields() if isinstance(f, models.Field)}
    for twice in {n for n in named if named.count(n) > 1}:
        yield f"{model._meta.label}.{twice} is classified twice."
    for gone in set(named) - set(fields):
        yield f"{model._meta.label}.PersonalData names {gone}, which is no field."
    for name, field in fields.items():
        if field.primary_key or field.is_relation:
            continue
        if name not in named:
            yield f"{model._meta.label}.{name} is not classified."
        if getattr(field, "sealed", False) != (name in mine.narrative):
            yield f"{model._meta.label}.{name}: a narrative is a sealed field, and a sealed field is a narrative."
