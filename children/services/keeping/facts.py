"""Change what is known of a child alone: names, birth, death, numbers, language, GP, needs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from children import names
from children.models import Child, ChildDetail, ChildUpdate, FormerUpn, OtherName
from children.permissions import WHOLE_LIST
from children.services.folding import fold_names
from children.services.unseen import numbered_at
from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.audit.history import recorded
from safeguarding.audit.protection import known_of
from safeguarding.exceptions import BadInput, OutOfTurn

from .for_leads import OfHidden
from .recording import (
    GONE,
    Changes,
    Part,
    Told,
    Way,
    day_of,
    differing,
    done_before,
    keep_update,
    lock,
    refuse,
    refuse_stale,
    tidy,
)
from .rules import FACTS, OF_CARD, facts_of, of_changed, problems

# The same where the other child is hidden from whoever asks.
TAKEN = (
    "A child of the school has this UPN already, or had it. Change what is wrong on that record. Where you do not find "
    "it, ask a safeguarding lead."
)


@transaction.atomic
def set_facts(
    *,
    child: Child,
    part: str,
    values: Mapping[str, Any],
    is_correction: bool,
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """Change the facts of one part (`rules.FACTS`). `values`: {field: value}; a field that is not named stays.

    What has changed (`is_correction` false) was true until the day before: a legal name stays as a former name, a UPN
    as a former UPN. What is corrected was never true, and stands in the history of fields alone. `seen` is the stamp of
    what stood on the person's page. Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, part, by=by)
    detail = ChildDetail.objects.select_for_update().get(pk=card.pk)
    was = facts_of(card, detail, part)
    refuse_stale(was, seen)
    now = {name: tidy(values.get(name, was[name])) for name in FACTS[part]}
    changes, day = differing(was, now), day_of(told, at)
    wrong = problems(part, now, card=card, detail=detail, today=timezone.localdate(at))
    refuse(of_changed(wrong, changes))
    if "upn" in changes:
        _refuse_number_of_another(card, now["upn"], by=by)
    if not is_correction:
        _keep_before(card, changes, day)
    _write(card, detail, changes)
    if part == Part.NAMES:
        fold_names(card, at)
    way = Way.CORRECTED if is_correction else Way.CHANGED
    return keep_update(card, part, way, changes, told=told, by=by, at=at, on=None if is_correction else day)


def _write(card: Child, detail: ChildDetail, changes: Changes) -> None:
    for row, fields in (
        (card, [name for name in changes if name in OF_CARD]),
        (detail, [name for name in changes if name not in OF_CARD]),
    ):
        if fields:
            for name in fields:
                setattr(row, name, changes[name][1])
            row.save(update_fields=fields)


def _refuse_number_of_another(card: Child, number: str, *, by: User) -> None:
    """A number belongs to one child, also to one hidden from whoever asks. The child's own former number may come back,
    and that of a record that has become part of this one, which gives it up.
    """
    if not number:
        return
    if others := set(numbered_at(card.school_id, [number])) - {card.pk}:
        is_seen = Child.objects.visible_to(by).filter(pk__in=others).exists()
        raise BadInput(TAKEN) if is_seen else OfHidden(TAKEN)
    if parts := known_of("merged_from", card.pk):
        with door(WHOLE_LIST):
            rows = ChildDetail.objects.filter(pk__in=parts, upn=number)
            with recorded(rows, "upn"):
                rows.update(upn="")


def _keep_before(card: Child, changes: Changes, day: date) -> None:
    """What was true until now stays beside what is."""
    of = {"school_id": card.school_id, "child": card}
    if {"forename", "surname"} & set(changes):
        now = [changes.get(name, (None, getattr(card, name)))[1] for name in ("forename", "surname")]
        if names.fold(card.full_name) != names.fold(" ".join(now)):
            former = {"kind": OtherName.Kind.FORMER, "forename": card.forename, "surname": card.surname}
            OtherName.objects.get_or_create(**of, **former, corrected_at=None)
    number = changes["upn"][0] if "upn" in changes else ""
    if number and not FormerUpn.objects.filter(school_id=card.school_id, upn=number).exists():
        FormerUpn(**of, upn=number, until=day).save(force_insert=True)


@transaction.atomic
def add_name(
    *, child: Child, kind: str, forename: str, surname: str, told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """Add a name that the child had or has beside the legal and the known one. Raises `NotAllowed`, `BadInput`."""
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.NAMES, by=by)
    forename, surname = tidy(forename), tidy(surname)
    if kind not in OtherName.Kind:
        raise BadInput("Choose what kind of name it is.")
    if not forename and not surname:
        raise BadInput("Enter the forename, the surname or both.")
    if max(len(forename), len(surname)) > 150:
        raise BadInput("A forename and a surname must be 150 characters or fewer each.")
    called = {"child": card, "kind": kind, "forename": forename, "surname": surname, "corrected_at": None}
    if OtherName.objects.filter(**called).exists():
        raise BadInput("This name is on the record already.")
    made = OtherName(school_id=card.school_id, **called)
    made.save(force_insert=True)
    fold_names(card, at)
    changes = {"forename": ("", forename), "surname": ("", surname)}
    return keep_update(card, Part.NAMES, Way.ADDED, changes, told=told, by=by, at=at, row=made)


@transaction.atomic
def correct_name(*, name: OtherName, told: Told, by: User, at: datetime | None = None) -> ChildUpdate:
    """The child never had this name: it stays on the record, marked, and finds nobody. Raises `OutOfTurn`."""
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(name.child, Part.NAMES, by=by)
    row = OtherName.objects.select_for_update().filter(pk=name.pk, child=card, corrected_at=None).first()
    if row is None:
        raise OutOfTurn(GONE)
    row.corrected_at = at
    row.save(update_fields=["corrected_at"])
    fold_names(card, at)
    return keep_update(card, Part.NAMES, Way.CORRECTED, {"corrected_at": (None, at)}, told=told, by=by, at=at, row=row)
