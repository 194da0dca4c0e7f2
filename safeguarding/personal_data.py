"""What personal data does a model hold, whose, and how does it end?

Every model of Harbour has an inner class that inherits from `PersonalData`. It is read by the sealing, by the privacy
notice, by requests for access and by destruction, so that each field is classified once. `problems()` lists what nobody
classified; a test fails on it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.db import models

from safeguarding.packages import is_own


class Source(StrEnum):
    """Where a piece of information came from, in the words of the school's privacy notice."""

    ADMISSION_FORM = "admission form"
    LOCAL_AUTHORITY = "local authority"
    SAFEGUARDING_LEAD = "safeguarding lead"
    NOTE_OF_CONCERN = "note of concern"
    SCHOOL = "the school's own administration"
    FAMILY = "family"
    POLICE = "police"
    OTHER_SCHOOL = "other school"
    HEALTH = "health service"
    HARBOUR = "made by Harbour"


class Sensitive(StrEnum):
    """What the law asks more for than for other personal data (UK GDPR Articles 9 and 10)."""

    SPECIAL = "special category"
    OFFENCES = "criminal offences"


class Retention(StrEnum):
    """What happens to a row when the record it hangs on is destroyed (domain reference 4)."""

    ROOT = "is a record with a period of its own"
    GOES_WITH_IT = "goes with the record it belongs to"
    SHARED = "is of several records, and goes with the last row that links to it"
    WAITS = "stops that record from being destroyed until it is decided"
    KEPT = "is about the school, or evidence, and has its own schedule"


class Kept(StrEnum):
    """Why a row stays whatever record ends, and by what: a rule of the schedule is of domain reference 4."""

    SETTING = (
        "What a school decided or wrote down about its own work. It says nothing about a child, and a record is "
        "understood by what held on its day (UK GDPR Article 5(2))."
    )
    LAW = "What law and guidance say, dated, with its source in each row. It is about nobody (UK GDPR Article 4(1))."
    MACHINE = "What the machine notes of its own work. It is about nobody (UK GDPR Article 4(1))."
    KEYS = (
        "Keys, and that there was one. A key is destroyed with its record; the day and the rule stay as proof "
        "(UK GDPR Article 5(2))."
    )
    EVENTS = (
        "Who has seen and done what. By R20 at least six years, a local choice to be confirmed; nothing removes it yet."
    )
    DESTRUCTION = (
        "Proof that a destruction was lawful. It does not name whose record is gone. By R21 25 years, a local choice "
        "to be confirmed; nothing removes it yet."
    )
    REPORTS = "Reports to governors, without names. By R23 six years, to be confirmed; nothing removes it yet."
    ACCOUNT = (
        "Who wrote and who read a record must stay known (KCSIE 2025, part two). R27 empties the account; the name, "
        "the job, roles and conflicts of interest stay."
    )
    DONE = (
        "That the school did what security asks of it, who did it, and when. It says nothing about a child "
        "(UK GDPR Articles 5(2) and 32(1)(d))."
    )
    TOLD = "What families were told, word for word, and when (UK GDPR Articles 5(2), 13 and 14)."
    BROUGHT_IN = (
        "That a file was brought in, who did it, and what came of it, in numbers (UK GDPR Article 5(2)). What its rows "
        "said of a child ends with the child’s record. How long this stays is to be confirmed."
    )


class Link(StrEnum):
    """What becomes of a row when a record of another period ends, to which it links or whose key it holds (domain
    reference 4).
    """

    ENDS = "ends with that record too"
    EMPTIES = "stays, and the link and what it says of that record are emptied"
    WAITS = "stops that record from being destroyed while it is there"
    # Of columns of keys alone.
    FOLLOWS = "ends with that record, and where a row that stays is emptied of what it says of one"
    STAYS = "stays as it is: evidence, which names nobody"
    APART = "is the key of no record that ends: of a form, a request, a school, somebody’s account"


# What only a column of keys can be: a link would hold its record.
OF_KEYS = frozenset({Link.FOLLOWS, Link.STAYS, Link.APART})
# The column with the key of the form by which a row was made, in every model: of no record.
FORM_KEY = "token"
# In `emptied`: what an app writes down of a record before the link to it is emptied (`ending.removal.before`).
WRITTEN = object()


class PersonalData:
    """Inherit from this inside a model. `subject` is the path to the child or adult the row is about; None: nobody.

    `narrative` names free text (sealed), `identifying` names what tells who it is, `plain` names the rest. Keys, and
    links to rows that are classified themselves, need no mention. `record` is the path to the record that the row ends
    with, where the way to its subject does not lead through it. `sealed_by` is the column with the key of the record
    whose key seals the narratives: a concern, a child, a person, or the row itself. A key of the row's own is wrapped
    for whom `sealed_for` names: the school, or the person whose words they are. `setting`: a row that a school edits.
    Who made it, and what each of its facts was before, is kept as it is for records.

    A row that is kept says why (`kept`). A root has a period of its own, which `schedule` names ("child_file"), or is
    `about` others, by the path of links to them ("children__child"), and ends with the last of them. `links` rules each
    link to a record that has another period than the row itself, and each column of keys; links to people end with
    nobody. `emptied` says for a link that empties which fields get which value with it: {link: {field: value}}, or
    `WRITTEN`, and their app fills them before. A key that cannot be null becomes that of its own row.

    `source` is where most of it comes from, `also_from` names other places.
    """

    subject: str | None = None
    record: str | None = None
    sealed_by: str = ""
    sealed_for: str = "school"
    narrative: tuple[str, ...] = ()
    identifying: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    source: Source | None = None
    also_from: tuple[Source, ...] = ()
    collection: str = ""
    retention: Retention | None = None
    kept: Kept | None = None
    setting: bool = False
    schedule: str = ""
    about: str = ""
    # Whether its rows are part of what is approved before a record ends; not what is said of its end itself.
    in_manifest: bool = True
    # What the privacy notice calls it (`notice_category`); empty: as its app says (`categorised`).
    category: str = ""
    links: ClassVar[Mapping[str, Link]] = {}
    emptied: ClassVar[Mapping[str, Mapping[str, Any]]] = {}


def own_models() -> list[type[models.Model]]:
    """Harbour's own models, without those of the libraries it stands on."""
    return [model for model in apps.get_models() if is_own(model.__module__)]


def declared(model: type[models.Model]) -> type[PersonalData] | None:
    """The model's declaration, or None where nobody wrote one."""
    found = model.__dict__.get("PersonalData")
    return found if isinstance(found, type) and issubclass(found, PersonalData) else None


def all_sources(model: type[models.Model]) -> tuple[Source, ...]:
    """Where a model's information comes from; nothing where nobody said."""
    mine = declared(model)
    return () if mine is None or mine.source is None else (mine.source, *mine.also_from)


_categories: dict[str, str] = {}
_sensitive: dict[str, tuple[Sensitive, ...]] = {}


def notice_category(title: str, *sensitive: Sensitive) -> str:
    """Return `title`, a category of the privacy notice, and note what of it is sensitive: nothing where it is personal
    data alone.
    """
    _sensitive[title] = sensitive
    return title


def categorised(app_label: str, category: str, *sensitive: Sensitive) -> None:
    """Say what the privacy notice calls the information about children that an app holds, and what of it is sensitive.
    A model may say otherwise.
    """
    _categories[app_label] = notice_category(category, *sensitive)


def category_of(model: type[models.Model]) -> str:
    """The category of a model in the privacy notice: its own, else that of its app; empty where nobody said."""
    mine = declared(model)
    return (mine.category if mine else "") or _categories.get(model._meta.app_label, "")


def sensitive_in(category: str) -> tuple[Sensitive, ...]:
    """What of a category the law asks more for. Raises `KeyError` for one of which nobody said."""
    return _sensitive[category]


def about_children() -> list[type[models.Model]]:
    """Harbour's own models that hold something about a child, without those about people who work here."""
    return [model for model in own_models() if (mine := declared(model)) and mine.subject and not _of_staff(model)]


def _of_staff(model: type[models.Model]) -> bool:
    """Whether the way to its subject leads to somebody's account, or to nobody."""
    mine, here = declared(model), model
    for name in ((mine and mine.subject) or "").split("__"):
        if name == "self":
            break
        found = next((field for field in here._meta.get_fields() if field.name == name), None)
        if found is None or not found.is_relation:
            # A column of keys, of evidence: whose it is, its own app says.
            return not name.startswith("child")
        here = found.related_model  # type: ignore[assignment]
    there = declared(here)
    return here is get_user_model() or there is None or not there.subject


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
    """The names of the links of a model to records of another period than its own, but for people.

    What several records share ends with its last link by itself. A link from a root to another of its kind may say that
    it has become part of that one, or only that the two belong together: it is ruled too.
    """
    for field in model._meta.concrete_fields:
        if not field.is_relation or declared(field.related_model) is None:  # type: ignore[arg-type]
            continue
        root = root_of(field.related_model)  # type: ignore[arg-type]
        ruled = declared(root)
        ends = ruled is not None and ruled.retention not in {Retention.KEPT, Retention.SHARED}
        apart = root is not root_of(model) or (root is model and field.related_model is model)
        if ends and apart and root is not get_user_model():
            yield field.name


def key_columns(model: type[models.Model]) -> Iterator[str]:
    """The names of the columns of keys, one or several in each row, that are no link and not the row's own."""
    for field in model._meta.concrete_fields:
        kind = field.base_field if isinstance(field, ArrayField) else field
        if isinstance(kind, models.UUIDField) and not field.primary_key and field.name != FORM_KEY:
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
        if mine.subject and not _of_staff(model) and not category_of(model):
            yield f"{name} is about a child: its `category`, or notice.py of its app, says what the notice calls it."
        if mine.category and mine.category not in _sensitive:
            yield f"{name}.PersonalData: `notice_category` says what of its category is sensitive."
        yield from _field_problems(model, mine)
        yield from _link_problems(model, mine)


def _link_problems(model: type[models.Model], mine: type[PersonalData]) -> Iterator[str]:
    label, keys = model._meta.label, set(key_columns(model))
    wanted = keys | set(links_to_rule(model))
    for name in sorted(wanted - mine.links.keys()):
        what = "holds keys" if name in keys else "leads to a record of another period"
        yield f"{label}.{name} {what}: `links` must rule it."
    for name in sorted(mine.links.keys() - wanted):
        yield f"{label}.{name} needs no ruling: it ends with the row’s own record, or with nobody."
    for name in sorted(mine.links.keys() & wanted):
        ruling = mine.links[name]
        if name not in keys and ruling in OF_KEYS:
            yield f"{label}.{name} is a link: `links` cannot say that it {ruling}."
        if name not in keys and ruling is Link.EMPTIES and not model._meta.get_field(name).null:
            yield f"{label}.{name} cannot be emptied: it takes no null."
    for name in sorted(mine.emptied.keys() - {n for n, ruling in mine.links.items() if ruling is Link.EMPTIES}):
        yield f"{label}.{name} is in `emptied`, and no link that empties."
    there = {field.name for field in model._meta.concrete_fields}
    for name in sorted({name for values in mine.emptied.values() for name in values} - there):
        yield f"{label}.PersonalData empties {name}, which is no field."
    yield from _root_problems(model, mine)
    is_kept = mine.retention is Retention.KEPT
    if is_kept and mine.kept is None:
        yield f"{label} is kept whatever ends: say why (`kept`)."
    if mine.kept is not None and not is_kept:
        yield f"{label} is not kept: `kept` is of kept rows alone."


def _root_problems(model: type[models.Model], mine: type[PersonalData]) -> Iterator[str]:
    is_root = mine.retention is Retention.ROOT
    # Of a link to another of its kind it says that it has become part of that one.
    ends = any(ruling is Link.ENDS and not _is_own(model, name) for name, ruling in mine.links.items())
    if is_root and not (mine.schedule or mine.about or ends):
        yield f"{model._meta.label} is a root: say its `schedule`, or with which records it ends (`about`, `links`)."
    if not is_root and (mine.schedule or mine.about):
        yield f"{model._meta.label} is no root: `schedule` and `about` are of roots alone."


def _is_own(model: type[models.Model], name: str) -> bool:
    return model._meta.get_field(name).related_model is model


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
