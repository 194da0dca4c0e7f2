"""What personal data does a model hold, whose, and how does it end?

Every model of Harbour has an inner class that inherits from `PersonalData`. It is read by the sealing, by the privacy
notice, by requests for access and by destruction, so that each field is classified once. `problems()` lists what nobody
classified; a test fails on it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import ClassVar

from django.apps import apps
from django.contrib.auth import get_user_model
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


class Link(StrEnum):
    """What becomes of a row when a record of another period ends, to which it links (domain reference 4)."""

    ENDS = "ends with that record too"
    EMPTIES = "stays, and the link and what it says of that record are emptied"
    WAITS = "stops that record from being destroyed while it is there"
    SHARED = "stays; what it links to ends with the last row that links to it"


class PersonalData:
    """Inherit from this inside a model. `subject` is the path to the child or adult the row is about; None: nobody.

    `narrative` names free text (sealed), `identifying` names what tells who it is, `plain` names the rest. Keys, and
    links to rows that are classified themselves, need no mention. `record` is the path to the record that the row ends
    with, where the way to its subject does not lead through it. `sealed_by` is the column with the key of the record
    whose key seals the narratives: a concern, a child, a person, or the row itself. A key of the row's own is wrapped
    for whom `sealed_for` names: the school, or the person whose words they are. `setting`: a row that a school edits.
    Who made it, and what each of its facts was before, is kept as it is for records. `links` rules each link to a
    record that has another period than the row itself; links to people end with nobody.
    """

    subject: str | None = None
    record: str | None = None
    sealed_by: str = ""
    sealed_for: str = "school"
    narrative: tuple[str, ...] = ()
    identifying: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    source: Source | None = None
    collection: str = ""
    retention: Retention | None = None
    setting: bool = False
    links: ClassVar[Mapping[str, Link]] = {}


def own_models() -> list[type[models.Model]]:
    """Harbour's own models, without those of the libraries it stands on."""
    return [model for model in apps.get_models() if is_own(model.__module__)]


def declared(model: type[models.Model]) -> type[PersonalData] | None:
    """The model's declaration, or None where nobody wrote one."""
    found = model.__dict__.get("PersonalData")
    return found if isinstance(found, type) and issubclass(found, PersonalData) else None


@cache
def record_path(model: type[models.Model]) -> tuple[str, ...]:
    """The names of the links from a row to the record that it ends with; none where that is the row itself.

    They follow the declared subject as far as it is one row at each step: `account__concern__children` ends at the
    concern, `members__child` does not begin. Such a row is shared, by brothers and sisters, and ends with the last of
    them.
    """
    mine = declared(model)
    # A setting is the school's own, also where it names who chose it.
    way = "" if mine is None or mine.setting else mine.record or mine.subject or ""
    path: list[str] = []
    here: type[models.Model] = model
    for name in way.split("__"):
        if (there := declared(here)) is None or there.retention == Retention.ROOT:
            break
        field = next((f for f in here._meta.concrete_fields if f.name == name and f.is_relation), None)
        if field is None:
            break
        path.append(name)
        here = field.related_model  # type: ignore[assignment]
    return tuple(path)


def root_of(model: type[models.Model]) -> type[models.Model]:
    """The model of the record with which a row ends; the model itself where it ends by itself."""
    here = model
    for name in record_path(model):
        here = here._meta.get_field(name).related_model  # type: ignore[assignment]
    return here


def links_to_rule(model: type[models.Model]) -> Iterator[str]:
    """The names of the links of a model to records of another period than its own, but for people."""
    for field in model._meta.concrete_fields:
        if not field.is_relation or declared(field.related_model) is None:  # type: ignore[arg-type]
            continue
        root = root_of(field.related_model)  # type: ignore[arg-type]
        ends = declared(root).retention is not Retention.KEPT  # type: ignore[union-attr]
        if ends and root not in (root_of(model), get_user_model()):
            yield field.name


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
        yield from _link_problems(model, mine)


def _link_problems(model: type[models.Model], mine: type[PersonalData]) -> Iterator[str]:
    wanted = set(links_to_rule(model))
    for name in sorted(wanted - mine.links.keys()):
        yield f"{model._meta.label}.{name} leads to a record of another period: `links` must rule it."
    for name in sorted(mine.links.keys() - wanted):
        yield f"{model._meta.label}.{name} needs no ruling: it ends with the row’s own record, or with nobody."


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
