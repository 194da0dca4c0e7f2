"""A request comes in: handed in by anybody of the staff, taken up by the office, a case for each child; and what has to
be known before its answer is prepared.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from children.models import Child, ChildDetail
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live, people_with
from safeguarding.accounts.services import leads_on_duty, settle_notices
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for
from sharing.requests.capabilities import RequestCapability
from sharing.requests.lifecycles import request_life
from sharing.requests.models import RequestRole, RequestStep, Right, RightsRequest
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.permissions import HANDING_IN, ensure_handles, ensure_reviews_at, may_hand_in
from sharing.requests.verbs import RequestVerb

from . import documents, finding
from .answering import unsaid
from .locking import OVER, ensure_at_work, ensure_day, lock, tell_some
from .numbering import as_asked, new_reference
from .places import ask_about_adults, begin_places
from .roles import give
from .worker import ask_to_settle

R, S, Who = RightsRequest, RightsRequest.Status, RightsRequest.Requester
# A child of this age is asked what they want (domain reference 5.6: a reasonable starting point).
ASKED_FROM = 12
_NO_ROLE = "You have no role at this school with which requests are handed in. Ask the school office."
_CORRECTED = (
    "received_on",
    "channel",
    "requester",
    "contact",
    "about",
    "words",
    "right",
    "requester_is",
    "authority",
    "identity_seen",
    "scope",
    "wants_record",
)
_MUST_SAY = {"requester": "who asks", "about": "who it is about", "words": "what they asked, in their words"}
_CHECKS = {
    "order_binds": "whether an order of a court binds the person who asks",
    "address_is_confidential": "whether there is an address that may not be given",
    "care_order": "whether the child is under a care order",
}


@transaction.atomic
def hand_in(
    *,
    by: User,
    school_id: UUID,
    token: UUID,
    received_on: date,
    channel: str,
    requester: str,
    contact: str = "",
    about: str,
    words: str,
    right: str = Right.ACCESS,
    at: datetime | None = None,
) -> RightsRequest:
    """Somebody asks, and a colleague writes it down: the time starts on the day on which it was received. The same form
    again hands it in once.

    Raises `NotAllowed` for who has no role at the school, `BadInput` for what is missing or is to come.
    """
    at = at or timezone.now()
    if not may_hand_in(by, school_id):
        raise NotAllowed(_NO_ROLE)
    typed = {"requester": requester, "contact": contact, "about": about, "words": words}
    key = entry_token(token, by.pk, received_on, channel, right, *typed.values())
    wait_for(key)
    with door(HANDING_IN):
        if there := R.objects.filter(token=key, handed_in_by=by).first():
            return there
    ensure_day(received_on, at, what="it")
    _ensure_said(typed)
    case = R(
        school_id=school_id,
        reference=new_reference(school_id, timezone.localdate(at).year, right),
        right=right,
        token=key,
        received_on=received_on,
        channel=channel,
        handed_in_at=at,
        handed_in_by=by,
        **{name: value.strip() for name, value in typed.items()},
    )
    _check_choices(case)
    case.save(force_insert=True)
    record(RequestVerb.HAND_IN, case, by=by)
    tell_some(case, RequestNotice.HANDED_IN, handlers(school_id, timezone.localdate(at)), at=at, but=by)
    return case


def handlers(school_id: UUID, on: date) -> list[User]:
    """Who takes requests up: the office; else the leads on duty; else whoever may."""
    people = list(people_with(RequestCapability.HANDLE_REQUESTS, school_id, on))
    of_office = people_in_office(school_id, on)
    return of_office or [one for one in leads_on_duty(school_id, on=on) if one in people] or people


def people_in_office(school_id: UUID, on: date) -> list[User]:
    """The office of a school on a day."""
    held = RoleAssignment.objects.filter(live(on), school_id=school_id, role_key="office", user__is_active=True)
    return [one.user for one in held.select_related("user").order_by("call_order", "pk")]


@transaction.atomic
def take_up(
    case: RightsRequest,
    *,
    by: User,
    children: Sequence[Child],
    right: str,
    requester_is: str,
    authority: str,
    wants_record: bool = False,
    scope: str = "",
    at: datetime | None = None,
) -> list[RightsRequest]:
    """It becomes the case of the first child, and one more case is opened for each other child; of nobody, where it is
    about somebody else. In each, both who read concerns about adults are asked.

    Raises `NotAllowed`; `OutOfTurn` where it was taken up; `BadInput` for a child that is not of this school, and for
    an authority that cannot be.
    """
    at = at or timezone.now()
    ensure_handles(by, case)
    for problem in take_up_problems(case, by, children, requester_is, authority):
        raise BadInput(f"{problem}.")
    facts = {
        "right": right,
        "requester_is": requester_is,
        "authority": authority,
        "wants_record": wants_record and right == Right.ACCESS,
        "scope": scope.strip(),
    }
    held = lock(case.pk)
    first = request_life.perform(
        "take_up",
        held,
        by=by,
        at=at,
        child=children[0] if children else None,
        reference=as_asked(held.reference, right),
        **facts,
    )
    cases = [first, *(_beside(first, child, by=by, at=at, **facts) for child in children[1:])]
    for one in cases:
        give(one, by, RequestRole.Part.HANDLER, by=by, at=at)
        begin_places(one, by=by, at=at)
        ask_about_adults(one, by=by, at=at)
    settle_notices(object_id=case.pk, kinds=(RequestNotice.HANDED_IN,), by=by, at=at)
    return cases


def take_up_problems(
    case: RightsRequest, by: User, children: Sequence[Child], requester_is: str, authority: str
) -> Iterator[str]:
    """Why it cannot be taken up like this: each a sentence without its full stop."""
    if len({child.pk for child in children}) != len(children):
        yield "A child is chosen twice. Choose each child once"
    if any(child.school_id != case.school_id or not may_view(by, child) for child in children):
        yield "Choose children of this school"
    if requester_is not in Who.values:
        yield "Choose who asks"
    if authority not in R.Authority.values:
        yield "Choose by what they ask"
    if requester_is == Who.CHILD and authority != R.Authority.OWN:
        yield "A child who asks asks for their own data. Choose that"
    if requester_is in (Who.PARENT, Who.SOLICITOR, Who.AUTHORITY) and authority == R.Authority.OWN:
        yield "Somebody who asks for a child does not ask for their own data. Choose by what they ask"
    if requester_is == Who.CHILD and len(children) > 1:
        yield "A child asks about themselves. Choose that child alone"


def _beside(first: RightsRequest, child: Child, *, by: User, at: datetime, **facts: Any) -> RightsRequest:
    """The case of one more child of the same request."""
    made = R(
        school_id=first.school_id,
        child=child,
        came_with=first,
        reference=new_reference(first.school_id, timezone.localdate(at).year, first.right),
        token=uuid5(first.token, str(child.pk)),
        status=S.OPEN,
        received_on=first.received_on,
        channel=first.channel,
        requester=first.requester,
        contact=first.contact,
        about=first.about,
        words=first.words,
        handed_in_at=first.handed_in_at,
        handed_in_by_id=first.handed_in_by_id,
        opened_at=at,
        opened_by=by,
        **facts,
    )
    made.save(force_insert=True)
    record(RequestVerb.TAKE_UP, made, by=by)
    return made


@transaction.atomic
def correct(
    case: RightsRequest, *, by: User, seen: int | None = None, at: datetime | None = None, **fields: Any
) -> RightsRequest:
    """What was taken down was wrong, or more is known. `fields` are columns of the case; a copy that was approved is
    open again.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, and `OutOfTurn` where the case is over.
    """
    if unknown := set(fields) - set(_CORRECTED):
        raise TypeError(f"no field that is corrected: {sorted(unknown)}")
    ensure_handles(by, case)
    held = lock(case.pk, seen)
    if not held.is_open:
        raise OutOfTurn(OVER)
    wanted: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in fields.items()
    }
    changed = {name: value for name, value in wanted.items() if getattr(held, name) != value}
    if not changed:
        return held
    if "received_on" in changed:
        ensure_day(changed["received_on"], at or timezone.now(), what="it")
    _ensure_said(changed)
    held = documents.changed(held, by=by)
    for name, value in changed.items():
        setattr(held, name, value)
    _check_choices(held)
    if "right" in changed:
        held.reference = as_asked(held.reference, held.right)
    if held.status != S.HANDED_IN and held.requester_is:
        children = [held.child] if held.child else []
        for problem in take_up_problems(held, by, children, held.requester_is, held.authority):
            raise BadInput(f"{problem}.")
    held.revision += 1
    held.save(update_fields=[*changed, "reference", "revision"])
    record(Verb.CHANGE, held, by=by, purpose="corrected")
    return held


@transaction.atomic
def answer_checks(
    case: RightsRequest,
    *,
    by: User,
    order_binds: str,
    address_is_confidential: str,
    care_order: str,
    competence: str = "",
    child_views: str = "",
    note: str = "",
    seen: int | None = None,
) -> RightsRequest:
    """What binds the answer, by who reviews copies (the office reads none of it). A changed answer opens again what was
    approved.

    Raises `NotAllowed`, `ChangedSince`, `OutOfTurn`; `BadInput` where something is found and not said how.
    """
    ensure_reviews_at(by, case)
    held = lock(case.pk, seen)
    ensure_at_work(held)
    said = {"order_binds": order_binds, "address_is_confidential": address_is_confidential, "care_order": care_order}
    for name, value in said.items():
        if value not in R.Answer.values:
            raise BadInput(f"Say {_CHECKS[name]}.")
    if competence not in R.Competence.values:
        raise BadInput("Choose whether the child understands the request.")
    if R.Answer.YES in said.values() and not note.strip():
        raise BadInput("Say what was found, and where: which order, which address, or which authority.")
    wanted = {**said, "competence": competence, "child_views": child_views.strip(), "checks_note": note.strip()}
    changed = [name for name, value in wanted.items() if getattr(held, name) != value]
    if not changed:
        return held
    held = documents.changed(held, by=by)
    was_secret = held.address_is_confidential == R.Answer.YES
    for name in changed:
        setattr(held, name, wanted[name])
    held.revision += 1
    held.save(update_fields=[*changed, "revision"])
    record(Verb.DECIDE, held, by=by, purpose="checks")
    if was_secret is not (held.address_is_confidential == R.Answer.YES):
        finding.mark(held)
        ask_to_settle(held.pk)
    return held


def unanswered(case: RightsRequest) -> list[str]:
    """What has to be known before the answer is prepared, each a sentence. Empty where all of it is."""
    if case.right == Right.COMPLAINT:
        return unsaid(case)
    found = [f"Say {words}." for name, words in _CHECKS.items() if not getattr(case, name)]
    if case.authority in ("", R.Authority.NONE):
        found.append("Say by what they ask: nobody has shown that they may.")
    asked = RequestStep.objects.filter(case=case, kind=RequestStep.Kind.AUTHORITY_CONSULTED, withdrawn_at=None)
    if case.care_order == R.Answer.YES and not asked.exists():
        found.append("The child is under a care order. Record what the local authority said.")
    if case.child_id and not case.competence and _may_be_asked(case):
        found.append(
            f"The child is {ASKED_FROM} or older, or asks. Say whether the child understands, and what they say."
        )
    if case.competence == R.Competence.UNDERSTANDS and not case.child_views and case.requester_is != Who.CHILD:
        found.append("The child understands the request. Write down what the child says: it is their right.")
    return found if case.is_copy else [*found, *unsaid(case)]


def _may_be_asked(case: RightsRequest) -> bool:
    """Whether the child is old enough to be asked, or asks; also where the date of birth is not known."""
    if case.requester_is == Who.CHILD:
        return True
    detail = ChildDetail.objects.filter(child=case.child_id).first()
    age = detail.age(case.received_on) if detail else None
    return age is None or age >= ASKED_FROM


def _ensure_said(typed: Mapping[str, Any]) -> None:
    for name, words in _MUST_SAY.items():
        if name in typed and not typed[name].strip():
            raise BadInput(f"Write {words}.")


def _check_choices(case: RightsRequest) -> None:
    for name, words in (("channel", "how it came"), ("right", "what is asked")):
        if getattr(case, name) not in dict(case._meta.get_field(name).choices or ()):  # type: ignore[union-attr]
            raise BadInput(f"Choose {words}.")
