"""What has changed in a record, in words: who, when, which fact, what it was before and what it is since.

A child's page takes in the adults around the child, who are shared with brothers and sisters, and not the addresses:
those are looked at on the page "People", where that is asked for and recorded.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.timezone import is_naive, make_aware

from children import codes
from children.models import Child, Contact, ContactLink, ContactRestriction, ParentalResponsibility
from safeguarding import dates
from safeguarding.accounts.models import Team, User
from safeguarding.accounts.roles import ROLES
from safeguarding.audit.history import is_protected, is_setting
from safeguarding.audit.models import LogEntry
from safeguarding.audit.protection import known_of
from safeguarding.concerns.models import Category, Concern, ConcernChild, Subcategory
from safeguarding.records import record_of

See = Callable[[type[Model]], QuerySet[Any]]
NOTHING, NOT_SHOWN = "Not recorded", "Not shown"
_EMPTY: tuple[Any, ...] = (None, "", [])
# Fields that keep the keys of roles, which are code and no choices of theirs.
_OF_ROLES = frozenset({"role_keys", "roles_beyond_notice"})
_WHAT = {
    "children.child": "Child",
    "children.childdetail": "Details",
    "children.enrolment": "Time on roll",
    "children.classepisode": "Time in a class",
    "children.householdmember": "Home",
    "children.household": "Address",
    "children.sibling": "Brother or sister",
    "children.contact": "Adult",
    "children.contactlink": "Adult",
    "children.parentalresponsibility": "Adult",
    "children.contactrestriction": "Order or agreement",
    "concerns.account": "Account",
    "concerns.concernchild": "Who was involved",
    "concerns.action": "Action",
    "concerns.question": "Question to the reporter",
}
# The models whose rows people know by a name, what it is, and whether only those have it who may see the row.
_NAMED: dict[type[Model], tuple[Callable[[Any], str], bool]] = {
    User: (lambda row: row.full_name, False),
    Team: (lambda row: row.title, False),
    Category: (lambda row: row.name, False),
    Subcategory: (lambda row: row.name, False),
    Child: (lambda row: row.full_name, True),
    Contact: (lambda row: row.full_name, True),
}
_ABOUT_ADULTS = (ContactLink, ParentalResponsibility, ContactRestriction)
Names = dict[type[Model], dict[str, str]]


@dataclass(frozen=True)
class Changed:
    """One fact that was changed.

    `about` is the adult or child it is a fact about, where the page does not say so itself.
    """

    at: datetime
    who: str
    what: str
    about: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class RowWords:
    """What a row is called among changes, and how it says the codes of its fields: `say(field, value)` gives the
    words, or nothing where the field itself says them.
    """

    called: str
    say: Callable[[str, Any], str]


Rows = dict[UUID, RowWords]
_rows_told: dict[type[Model], Callable[[Collection[UUID], See], Rows]] = {}


def tell_rows(model: type[Model], read: Callable[[Collection[UUID], See], Rows]) -> None:
    """Let an app say what rows of its model are called and what their codes mean: one query for all the keys."""
    _rows_told[model] = read


def of_child(entries: QuerySet[LogEntry], child: Child, see: See) -> QuerySet[LogEntry]:
    """What has changed about a child, and about the adults linked to it; also before the record of the same child that
    has become part of this one did so.
    """
    parts = known_of("merged_from", child.pk)
    adults = see(ContactLink).filter(child=child).values_list("contact_id", flat=True)
    return entries.filter(record_id__in=[child.pk, *parts, *adults])


def of_concern(entries: QuerySet[LogEntry], concern: Concern) -> QuerySet[LogEntry]:
    """What has changed about a concern, its account, its children, its actions."""
    return entries.filter(record_id=concern.pk)


def in_words(entries: Sequence[LogEntry], see: See) -> list[Changed]:
    """The facts of some entries, one by one, in their order.

    As many queries as there are kinds of names, not of rows.
    """
    names = _names(entries, see)
    rows = _rows(entries, see)
    about = _about(entries, names, see) | {key: row.called for key, row in rows.items()}
    return [
        Changed(
            at=entry.at,
            who=names[User].get(str(entry.actor_id), NOT_SHOWN) if entry.actor_id else "",
            what=_what(entry.object_type),
            about=about.get(entry.object_id, ""),
            field=str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:],
            before=said(field, before, names, rows.get(entry.object_id)),
            after=said(field, after, names, rows.get(entry.object_id)),
        )
        for entry in entries
        for field, before, after in _facts(entry)
    ]


def _what(label: str) -> str:
    """What a record is called: as it is declared, where this page has no shorter word."""
    model = apps.get_model(label)
    declared = record_of(model)
    called = declared.called[0] if declared and declared.called else str(model._meta.verbose_name)
    return _WHAT.get(label, called[:1].upper() + called[1:])


def said(field: Any, value: Any, names: Names, row: RowWords | None = None) -> str:
    """One value as it stands on the pages: its label, its day, the name of who it is."""
    if value in _EMPTY:
        return NOTHING
    if isinstance(value, list):
        return ", ".join(said(field, one, names, row) for one in value)
    if row is not None and (words := row.say(field.name, value)):
        return words
    if field.is_relation:
        return names.get(field.related_model, {}).get(str(value), NOT_SHOWN)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field.name in _OF_ROLES and value in ROLES:
        return ROLES[value].title
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if (kind := codes.OF_FIELD.get(field.name)) is not None:
        return codes.label(kind, value)
    if field.name == "year_group":
        return codes.year_label(value)
    return _time(field, value)


def _time(field: Any, value: Any) -> str:
    match field.get_internal_type():
        case "DateField":
            return dates.full_day(date.fromisoformat(value))
        case "DateTimeField":
            at = datetime.fromisoformat(value)
            # The library writes moments in UTC, without saying so.
            return dates.full_moment(make_aware(at, UTC) if is_naive(at) else at)
        case "TimeField":
            return dates.clock(time.fromisoformat(value))
        case _:
            return str(value)


def _facts(entry: LogEntry) -> Iterator[tuple[Any, Any, Any]]:
    """The fields of an entry in the order of the model, with before and after. A field that is no more is left out.

    So is the stamp of who did what and when, unless it has a word of its own: each line says both already. And so is
    what Harbour counts for itself.
    """
    meta = apps.get_model(entry.object_type)._meta
    for field in meta.concrete_fields:
        if field.name in entry.changes and not _is_stamp(field) and (field.editable or field.is_relation):
            before, after = entry.changes[field.name]
            # What was left empty in a new row is no change.
            if not (before in _EMPTY and after in _EMPTY):
                yield field, before, after


def _is_stamp(field: Any) -> bool:
    return field.name.endswith(("_at", "_by")) and field.verbose_name == field.name.replace("_", " ")


def _names(entries: Iterable[LogEntry], see: See) -> Names:
    """The names of everybody and everything that these entries link to: one query for each kind."""
    wanted: dict[type[Model], set[str]] = {model: set() for model in _NAMED}
    for entry in entries:
        if entry.actor_id:
            wanted[User].add(str(entry.actor_id))
        if entry.object_type == Contact._meta.label_lower:
            wanted[Contact].add(str(entry.object_id))
        for field, before, after in _facts(entry):
            if field.is_relation and field.related_model in wanted:
                wanted[field.related_model] |= {str(key) for key in (before, after) if key}
    found: Names = {}
    for model, keys in wanted.items():
        name, guarded = _NAMED[model]
        rows = see(model) if guarded else model._base_manager.all()
        found[model] = {str(row.pk): name(row) for row in rows.filter(pk__in=keys)} if keys else {}
    return found


def _rows(entries: Iterable[LogEntry], see: See) -> Rows:
    """What apps say of the rows that were changed: one query for each kind of row."""
    keys: dict[type[Model], set[UUID]] = {}
    for entry in entries:
        if (model := apps.get_model(entry.object_type)) in _rows_told:
            keys.setdefault(model, set()).add(entry.object_id)
    return {key: row for model, some in keys.items() for key, row in _rows_told[model](some, see).items()}


def _about(entries: Iterable[LogEntry], names: Names, see: See) -> dict[UUID, str]:
    """The adult or child whose fact was changed, or what a setting is called, by the key of the row: one query for each
    kind of row.
    """
    keys: dict[str, set[UUID]] = {}
    for entry in entries:
        keys.setdefault(entry.object_type, set()).add(entry.object_id)
    about = {UUID(key): name for key, name in names[Contact].items()}
    for model in _ABOUT_ADULTS:
        if some := keys.get(model._meta.label_lower):
            for row in see(model).filter(pk__in=some).select_related("contact"):
                about[row.pk] = row.contact.full_name if row.contact else ""
    for label, some in keys.items():
        if is_setting(model := apps.get_model(label)):
            rows = see(model) if is_protected(model) else model._base_manager.all()
            named = [f.name for f in model._meta.concrete_fields if f.related_model in _NAMED]
            rows = rows.select_related(*named) if named else rows
            about |= {row.pk: getattr(row, "called", "") for row in rows.filter(pk__in=some)}
    if some := keys.get(ConcernChild._meta.label_lower):
        for row in see(ConcernChild).filter(pk__in=some).select_related("child"):
            about[row.pk] = row.child.full_name if row.child else row.get_kind_display()
    return about
