"""What is on record of concerns that `waiting` asks for, and which concerns have word to send outside the school?"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    Expression,
    F,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from safeguarding.concerns.models import Action, Concern, ContactMade, Decision, Meeting, Referral

from .waiting import ASKS, Facts, Sent, waits_for
from .whole import See, Whole
from .work import Work

S, R = Concern.Status, Referral.Status


def facts_of(concerns: Collection[Concern], see: See) -> dict[UUID, Facts]:
    """The facts of those that are decided, by key: one query, however many there are."""
    decided = {one.pk: one for one in concerns if one.status == S.DECIDED}
    if not decided:
        return {}
    found: dict[UUID, dict[str, list[Any]]] = {pk: {name: [] for name in _PARTS} for pk in decided}
    first, *others = (rows(see, list(decided)) for rows in _PARTS.values())
    for pk, part, *row in first.union(*others, all=True):
        found[pk][part].append(row)
    return {pk: facts for pk, parts in found.items() if (facts := _facts(decided[pk], parts))}


def give_waits(concerns: Iterable[Concern], see: See, *, at: datetime) -> None:
    """Give each decided concern of a list what it waits for, as `waits`."""
    concerns = list(concerns)
    found = facts_of(concerns, see)
    for concern in concerns:
        if concern.pk in found:
            concern.waits = waits_for(found[concern.pk], at=at)


def facts_on_page(it: Whole, work: Work) -> Facts | None:
    """The facts of a concern of which the page has read everything; None before a decision."""
    decision = it.decision
    if decision is None or it.concern.status != S.DECIDED:
        return None
    return Facts(
        kind=decision.kind,
        is_new=bool(decision.new_referral),
        decided_at=decision.decided_at,
        opened_at=it.concern.reopened_at or it.concern.logged_at,
        review_on=it.concern.review_on,
        referrals=[_sent(row.referral) for row in work.referrals],
        contacts=[(one.agency, one.recorded_at) for one in work.contacts if one.agency],
        meetings=[(one.held_at, one.kind) for one in work.meetings if one.state == Meeting.State.PLANNED],
        actions=[one.due_on for one in it.to_do],
    )


def asking_outside(concerns: QuerySet[Concern], school_id: UUID) -> QuerySet[Concern]:
    """Decided concerns whose decision asks for word to an agency that is not on record (`waiting.asked_outside`), with
    the `kind` of decision; the one that was decided first at the head. As far as whoever asks sees
    referrals and contacts.
    """
    decided = concerns.filter(school_id=school_id, status=S.DECIDED).annotate(
        kind=F("decisions__kind"), is_new=F("decisions__new_referral"), ruled_at=F("decisions__decided_at")
    )
    found = decided.filter(kind__in=list(ASKS), ruled_at=F("decided_at")).annotate(
        agency=Case(*(When(kind=kind, then=Value(ask.agency)) for kind, ask in ASKS.items()), output_field=CharField()),
        since=Case(When(is_new=True, then=F("ruled_at")), default=Coalesce("reopened_at", "logged_at")),
    )
    made = {"concern": OuterRef("pk"), "agency": OuterRef("agency"), "recorded_at__gte": OuterRef("since")}
    found = found.exclude(Exists(Referral.objects.filter(**made).exclude(status=R.WITHDRAWN)))
    settled = [kind for kind, ask in ASKS.items() if ask.by_contact]
    found = found.exclude(Exists(ContactMade.objects.filter(**made)), kind__in=settled)
    return found.order_by("decided_at", "pk")


def _sent(referral: Referral) -> Sent:
    return Sent(referral.agency, referral.status, referral.recorded_at, referral.answer_by)


def _facts(concern: Concern, parts: dict[str, list[Any]]) -> Facts | None:
    """None where the reader sees no decision of it."""
    ruled = max(parts["decisions"], key=lambda row: row[2], default=None)
    if ruled is None:
        return None
    kind, is_new, decided_at, _ = ruled
    return Facts(
        kind=kind,
        is_new=is_new == "True",
        decided_at=decided_at,
        opened_at=concern.reopened_at or concern.logged_at,
        review_on=concern.review_on,
        referrals=[Sent(*row) for row in parts["referrals"]],
        contacts=[(agency, recorded_at) for agency, _, recorded_at, _ in parts["contacts"]],
        meetings=[(held_at, kind) for kind, _, held_at, _ in parts["meetings"]],
        actions=[due_on for _, _, _, due_on in parts["actions"]],
    )


def _no(field: Any) -> Cast:
    return Cast(Value(None), field)


def _row(rows: QuerySet[Any], part: str, *columns: str | Expression) -> QuerySet[Any]:
    """Concern, which part it is, two words, a moment, a day: alike for every part, so that one query has them all."""
    two, moment, day = columns[:2], columns[2], columns[3]
    return rows.order_by().values_list("concern_id", Value(part, CharField()), *two, moment, day)


_NOTHING, _NEVER, _NO_DAY = Value("", CharField()), _no(DateTimeField()), _no(DateField())
_NEW = Case(When(new_referral=True, then=Value("True")), default=Value(""), output_field=CharField())
_PARTS = {
    "decisions": lambda see, pks: _row(
        see(Decision).filter(concern__in=pks), "decisions", "kind", _NEW, "decided_at", _NO_DAY
    ),
    "referrals": lambda see, pks: _row(
        see(Referral).filter(concern__in=pks), "referrals", "agency", "status", "recorded_at", "answer_by"
    ),
    "contacts": lambda see, pks: _row(
        see(ContactMade).filter(concern__in=pks).exclude(agency=""),
        "contacts",
        "agency",
        _NOTHING,
        "recorded_at",
        _NO_DAY,
    ),
    "meetings": lambda see, pks: _row(
        see(Meeting).filter(concern__in=pks, state=Meeting.State.PLANNED),
        "meetings",
        "kind",
        _NOTHING,
        "held_at",
        _NO_DAY,
    ),
    "actions": lambda see, pks: _row(
        see(Action).filter(concern__in=pks, status=Action.Status.TO_DO),
        "actions",
        _NOTHING,
        _NOTHING,
        _NEVER,
        "due_on",
    ),
}
