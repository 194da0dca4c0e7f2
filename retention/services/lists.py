"""Put records whose time is over on a list, decide each, and send them to be approved.

At most 25 a list, or 100 that are plain (`phrases.is_plain`) and decided together. Nothing is put on one that something
keeps; that is asked again when the list is approved, and when the destruction begins.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from children.models import Child
from retention.capabilities import RetentionCapability as C
from retention.lifecycles import list_life
from retention.models import (
    Approval,
    Decision,
    DestructionItem,
    DestructionList,
    Group,
    ItemReason,
    ItemRun,
    RetentionDate,
)
from retention.periods import CHILD_FILE
from retention.phrases import is_plain
from retention.subjects import whose
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import only_they
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.ending.reasons import told_to
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.sealing.services.keeping import make
from safeguarding.sealing.subjects import kind_of

from .adding import add
from .list_notices import tell_advised, tell_back, tell_sent, tell_stopped
from .manifests import manifest_of
from .progress import gone_of
from .reviewers import READERS, decided_by, ensure_reviews, ensure_reviews_list
from .scan import is_due
from .statements import LONGEST, keep_longer

MOST, MOST_PLAIN = 25, 100
_A, _K, _S = ItemReason.About, Decision.Kind, DestructionList.Status
ADVISERS = only_they(C.ADVISE_RETENTION)


@transaction.atomic
def begin_list(
    *, school: School, records: Collection[UUID], token: UUID, by: User, at: datetime | None = None
) -> DestructionList:
    """A list of records that are due, by their keys. The same form again is one list.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where one is on another list, or something has come in its way.
    """
    keys = list(dict.fromkeys(records))
    group = _group_of(keys, school, by)
    if not keys:
        raise BadInput("Choose at least one record.")
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    key = entry_token(token, *sorted(map(str, keys)))
    if there := DestructionList.objects.filter(token=key).first():
        return there
    due = _due(school, keys, by)
    now = at or timezone.now()
    made = DestructionList.objects.create(
        school=school, in_group=group, token=key, made_at=now, made_by=by, **_number(school, group, now)
    )
    record(RetentionVerb.PUT_ON_LIST, made, by=by, count=len(due))
    for place, row in enumerate(due, start=1):
        DestructionItem.objects.create(
            school=school,
            on_list=made,
            place=place,
            kind=row.kind,
            in_group=row.in_group,
            record_key=row.record_key,
            child_key=row.child_id,
            rule_id=row.rule_id,
            trigger_on=row.trigger_on,
            due_on=row.due_on,
        )
    return made


def _ensure_not_too_many(chosen: int, due: Sequence[RetentionDate]) -> None:
    plain = {is_plain(row.kind, row.rule) for row in due}
    if len(plain) > 1:
        raise BadInput(
            "Put records that are decided at once on a list of their own: they are marked “decided together”."
        )
    most = MOST_PLAIN if plain == {True} else MOST
    if chosen > most:
        raise BadInput(f"Choose at most {most} records for one list: you have chosen {chosen}.")


def _group_of(keys: Collection[UUID], school: School, by: User) -> str:
    """Of which group a list of these records is. Raises `NotAllowed` for who does not decide on them, `BadInput` where
    they are of two groups.
    """
    seen = RetentionDate.objects.filter(school=school, record_key__in=keys).visible_to(by)
    groups = dict(seen.values_list("record_key", "in_group"))
    adults = {key for key, group in groups.items() if group == Group.ADULTS}
    if not adults:
        ensure_reviews(by, school.pk)
        return Group.RECORDS
    if len(adults) < len(groups):
        raise BadInput("Put concerns about adults on a list of their own.")
    if adults - decided_by(by, adults):
        raise NotAllowed(READERS)
    return Group.ADULTS


def _number(school: School, group: str, now: datetime) -> dict[str, int | None]:
    """Counted up by year; not of concerns about adults, whose lists are known by their token."""
    year = timezone.localdate(now).year
    if group == Group.ADULTS:
        return {"year": year, "number": None}
    last = DestructionList.objects.filter(school=school, year=year).aggregate(last=Max("number"))["last"] or 0
    return {"year": year, "number": last + 1}


def _due(school: School, keys: list[UUID], by: User) -> list[RetentionDate]:
    """Their dates, each due, seen by the person, on no other list, with nothing in the way."""
    found = RetentionDate.objects.filter(is_due(), school=school, record_key__in=keys).select_related("rule")
    rows = {row.record_key: row for row in found}
    _ensure_not_too_many(len(keys), list(rows.values()))
    if any(key not in rows or not may_view(by, rows[key]) for key in keys):
        raise OutOfTurn("One of these records is not due any more. Open the list of what is due again.")
    if DestructionItem.objects.filter(record_key__in=keys, left_out_at=None).exists():
        raise OutOfTurn("One of these records is on another list already. Open the list of what is due again.")
    if in_the_way := told_to(by, keys):
        sentence = next(iter(in_the_way.values()))[0]
        raise OutOfTurn(f"One of these records cannot be destroyed now. {sentence}")
    return [rows[key] for key in keys]


@transaction.atomic
def decide(
    *,
    item: DestructionItem,
    seen: int,
    token: UUID,
    kind: str,
    reason: str,
    by: User,
    keep_until: date | None = None,
    has_paper: bool = False,
    paper: str = "",
    at: datetime | None = None,
) -> Decision:
    """Decide what becomes of one record on a list. The newest decision counts; the same form again decides once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`, `ChangedSince`.
    """
    now = at or timezone.now()
    on_list = _locked(item.on_list, by)
    key = entry_token(token, item.pk, kind, keep_until, reason, has_paper, paper)
    if there := Decision.objects.filter(token=key).first():
        return there
    if on_list.status != _S.REVIEW:
        raise OutOfTurn("This list has been sent already. Open it again to see how it stands.")
    if on_list.revision != seen:
        raise ChangedSince("Somebody changed this list since you opened it. See how it stands now.")
    for problem in decision_problems(kind, reason, keep_until, has_paper, paper, timezone.localdate(now)).values():
        raise BadInput(f"{problem}.")
    if not may_view(by, item):
        raise NotAllowed("You may not see this record.")
    for about, said in ((_A.DECISION, reason), (_A.PAPER, paper if has_paper else "")):
        if said.strip():
            say(item, about, said, by=by, at=now)
    # Of every other kind the scan reads it here (`rules.kept_until`).
    if kind == _K.KEEP and item.kind == CHILD_FILE:
        child = Child.objects.get(pk=item.child_key)
        keep_longer(child=child, token=key, until=keep_until, said=reason, by=by, at=now)
    new = Decision(
        school_id=item.school_id,
        item=item,
        in_group=item.in_group,
        record_key=item.record_key,
        child_key=item.child_key,
        kind=kind,
        keep_until=keep_until if kind == _K.KEEP else None,
        has_paper=has_paper,
        manifest=manifest_of(item),
        token=key,
        decided_by=by,
    )
    made = add(new)
    record(RetentionVerb.DECIDE_END, item, by=by, purpose=kind)
    on_list.revision += 1
    on_list.save(update_fields=["revision"])
    return made


@dataclass(frozen=True)
class Decided:
    """What is decided of one record of a list."""

    item: DestructionItem
    kind: str
    reason: str
    keep_until: date | None = None
    has_paper: bool = False
    paper: str = ""


@transaction.atomic
def decide_all(
    *,
    on_list: DestructionList,
    seen: int,
    token: UUID,
    decided: Sequence[Decided],
    by: User,
    at: datetime | None = None,
) -> list[Decision]:
    """Decide several records of a list, all of them or none. The same form again decides once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`, `ChangedSince`.
    """
    made = []
    for one in decided:
        if one.item.on_list_id != on_list.pk:
            raise BadInput("Choose records of this list.")
        facts = {name: getattr(one, name) for name in ("kind", "reason", "keep_until", "has_paper", "paper")}
        before = DestructionList.objects.values_list("revision", flat=True).get(pk=on_list.pk)
        made.append(decide(item=one.item, seen=seen, token=token, by=by, at=at, **facts))
        # Each decision is a revision of its own; one that was there already is none.
        seen += DestructionList.objects.values_list("revision", flat=True).get(pk=on_list.pk) - before
    return made


def decision_problems(
    kind: str, reason: str, keep_until: date | None, has_paper: bool, paper: str, today: date
) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when it can be decided so."""
    found = {}
    if kind not in _K:
        return {"kind": "Choose destroy, keep, or transfer first"}
    if not reason.strip():
        found["reason"] = "Say why"
    if kind == _K.KEEP and (keep_until is None or not today < keep_until <= today + LONGEST):
        found["keep_until"] = "Enter a day after today, at most five years ahead"
    if has_paper and not paper.strip():
        found["paper"] = "Say where the paper file is, and how it will be destroyed"
    return found


def say(item: DestructionItem, about: str, said: str, *, by: User, at: datetime) -> None:
    """Keep what somebody says of a record on a list, sealed with a key of its own."""
    made = ItemReason(
        child_id=item.child_key,
        school_id=item.school_id,
        in_group=item.in_group,
        record_key=item.record_key,
        item=item,
        about=about,
        said=said.strip(),
        said_by=by,
        said_at=at,
    )
    make(kind_of(ItemReason), {made.pk: [whose(made.child_id, made.school_id)]})
    made.save(force_insert=True)


@transaction.atomic
def send(*, on_list: DestructionList, seen: int, by: User, at: datetime | None = None) -> DestructionList:
    """Send a list to be approved: every record decided. What is kept or transferred leaves it, and what is gone.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`, `ChangedSince`.
    """
    now = _locked(on_list, by)
    if now.status == _S.APPROVAL and now.sent_by_id == by.pk:
        return now
    if now.revision != seen:
        raise ChangedSince("Somebody changed this list since you opened it. See how it stands now.")
    decided, when = newest_decisions(now), at or timezone.now()
    standing = []
    gone = gone_of(now.items.filter(left_out_at=None))
    for item in now.items.filter(left_out_at=None):
        # It ended with another list, as a consent does with its child's file.
        if item.pk in gone:
            leave_out(item, by=by, at=when)
        else:
            standing.append(item)
    if missing := [item for item in standing if item.pk not in decided]:
        places = ", ".join(str(item.place) for item in missing)
        raise BadInput(f"Decide every record first. Not decided yet: {places}.")
    if back := _sent_back(standing, decided):
        raise BadInput(f"Decide again what was sent back: {', '.join(str(item.place) for item in back)}.")
    for item in standing:
        if decided[item.pk].kind != _K.DESTROY:
            leave_out(item, by=by, at=when)
    if not any(decided[item.pk].kind == _K.DESTROY for item in standing):
        raise BadInput("Nothing on this list is to be destroyed. Stop the list: the records stay.")
    sent = list_life.perform("send", now, by=by, at=when)
    tell_sent(sent, at=when)
    return sent


def _sent_back(items: list[DestructionItem], decided: dict[UUID, Decision]) -> list[DestructionItem]:
    """Those of these that were sent back since they were decided."""
    said = ItemReason.objects.filter(item__in=items, about=_A.BACK).values_list("item_id", "said_at")
    again = {item for item, at in said if at > decided[item].decided_at}
    return [item for item in items if item.pk in again]


def newest_decisions(on_list: DestructionList) -> dict[UUID, Decision]:
    """The decision that counts, by the key of its item."""
    rows = Decision.objects.filter(item__on_list=on_list).select_related("decided_by").order_by("decided_at", "pk")
    return {row.item_id: row for row in rows}


def leave_out(item: DestructionItem, *, by: User, at: datetime) -> None:
    """Take a record off a list: it may come on another one."""
    item.left_out_at, item.left_out_by = at, by
    item.save(update_fields=["left_out_at", "left_out_by"])
    record(RetentionVerb.STOP_END, item, by=by)


@transaction.atomic
def advise(
    *, on_list: DestructionList, seen: int, advice: str, words: str, by: User, at: datetime | None = None
) -> DestructionList:
    """The data protection officer says what there is to say of a list. It names nobody, and neither should the words.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`, `ChangedSince`.
    """
    ensure(by, C.ADVISE_RETENTION, on_list.school_id, ADVISERS)
    now = DestructionList.objects.select_for_update(of=("self",)).get(pk=on_list.pk)
    if now.status not in (_S.APPROVAL, _S.WAITING):
        raise OutOfTurn("This list is not waiting for advice.")
    if (now.advice, now.advice_words, now.advised_by_id) == (advice, words.strip(), by.pk):
        return now
    if now.revision != seen:
        raise ChangedSince("Somebody changed this list since you opened it. See how it stands now.")
    if advice not in (DestructionList.Advice.NO_OBJECTION, DestructionList.Advice.OBJECTION):
        raise BadInput("Choose whether you object.")
    if advice == DestructionList.Advice.OBJECTION and not words.strip():
        raise BadInput("Say what you object to, without naming a child.")
    now.advice, now.advice_words, now.advised_at, now.advised_by = advice, words.strip(), at or timezone.now(), by
    now.revision += 1
    now.save(update_fields=["advice", "advice_words", "advised_at", "advised_by", "revision"])
    record(RetentionVerb.ADVISE_END, now, by=by, purpose=advice)
    tell_advised(now, at=now.advised_at)
    return now


@transaction.atomic
def stop(*, on_list: DestructionList, by: User, at: datetime | None = None) -> DestructionList:
    """Stop a list, whatever it waits for: one person is enough. Records whose destruction has begun are not stopped.

    Raises `NotAllowed`, `OutOfTurn`.
    """
    there = DestructionList.objects.select_for_update(of=("self",)).get(pk=on_list.pk)
    if there.status == _S.STOPPED and there.stopped_by_id == by.pk:
        return there
    now = list_life.perform("stop", there, by=by, at=at)
    when = at or timezone.now()
    # One that is beginning at this moment is waited for: who begins holds the item until it has begun.
    standing = list(now.items.select_for_update(of=("self",)).filter(left_out_at=None))
    begun = set(ItemRun.objects.filter(item__in=standing).values_list("item_id", flat=True))
    for item in standing:
        if item.pk not in begun:
            leave_out(item, by=by, at=when)
    tell_stopped(now, by=by, at=when)
    return now


@transaction.atomic
def send_back(
    *, on_list: DestructionList, item: DestructionItem, reason: str, by: User, at: datetime | None = None
) -> DestructionList:
    """Send a list back to its reviewer, because of one record. Raises `NotAllowed`, `BadInput`, `OutOfTurn`."""
    if not reason.strip():
        raise BadInput("Say what is to be looked at again.")
    if not may_view(by, item) or item.on_list_id != on_list.pk:
        raise NotAllowed("You may not see this record.")
    now = list_life.perform("send_back", on_list, by=by, at=at)
    if Approval.objects.filter(item__on_list=now).exists():
        raise OutOfTurn("Part of this list has been approved. Stop it instead: the records can go on another list.")
    when = at or timezone.now()
    say(item, _A.BACK, reason, by=by, at=when)
    tell_back(now, by=by, at=when)
    return now


def _locked(on_list: DestructionList, by: User) -> DestructionList:
    ensure_reviews_list(by, on_list)
    return DestructionList.objects.select_for_update(of=("self",)).get(pk=on_list.pk)
