"""Read, decide, act, close: what safeguarding leads do with a concern."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.permissions import ensure, ensure_works_at
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import open_notices, tell
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import action_life, concern_life
from safeguarding.concerns.models import Action, Concern, ConcernChild, ConcernNote, Decision, Receipt
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token

_LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can do this."

# The furthest day for a review or an action. Whatever is looked at again in a school is within a year or two; a day beyond
# that is a slip of the hand, and would never come up on anybody's page.
FURTHEST = timedelta(days=2 * 366)

# What the reporter is told unless the lead chooses another phrase. Never more than the decision has made safe to say.
_USUAL_RECEIPTS = {
    Decision.Kind.MONITOR: Receipt.WATCHING,
    Decision.Kind.IN_SCHOOL: Receipt.IN_SCHOOL,
    Decision.Kind.CHILD_IN_NEED: Receipt.ACTION_TAKEN,
    Decision.Kind.CHILD_PROTECTION: Receipt.ACTION_TAKEN,
    Decision.Kind.POLICE: Receipt.ACTION_TAKEN,
    Decision.Kind.CHANNEL: Receipt.ACTION_TAKEN,
}

# What somebody did, as the other lead reads it. Each of these counts the concern's revision up by one.
_SAVED = {
    Verb.CREATE: "finished the account",
    Verb.ACKNOWLEDGE: "opened this concern",
    Verb.DECIDE: "saved a decision",
    Verb.CLOSE: "closed this concern",
    Verb.REOPEN: "opened this concern again",
    Verb.ADD: "added to this concern",
    Verb.ASSIGN: "gave somebody an action",
    Verb.COMPLETE: "marked an action done",
    Verb.CHANGE: "changed this concern",
    Verb.LINK: "said who a child is",
}


@dataclass(frozen=True)
class Ruling:
    """A decision as it comes from the form. Fields for going outside the school stay empty unless `kind` needs them."""

    level: int
    kind: str
    rationale: str
    parents_told: str
    receipt: str
    parents_reason: str = ""
    new_referral: bool | None = None
    recipient: str = ""
    consent: str = ""
    consent_reason: str = ""
    legal_reason: str = ""
    review_on: date | None = None
    title: str = ""


@dataclass(frozen=True)
class Change:
    """Something that somebody else saved meanwhile: who, what (the end of a sentence), when, and the decision if it was one."""

    by: User
    what: str
    at: datetime
    decision: Decision | None = None


def usual_receipt(kind: str) -> Receipt:
    """The safe phrase for the reporter that goes with a decision."""
    return _USUAL_RECEIPTS.get(Decision.Kind(kind), Receipt.READ_ACTED)


def open_concern(*, concern: Concern, by: User, at: datetime | None = None) -> Concern:
    """A lead has the concern on the screen: it is acknowledged, its notices are read, what is new in it is no longer new.

    The one write that a GET makes: opening is the acknowledgement, and a lead at 8:40 must not have to press a button.
    """
    at = at or timezone.now()
    open_notices(user=by, object_id=concern.pk, at=at)
    if concern.status == Concern.Status.NEW:
        concern = _acknowledge(concern, by=by, at=at)
    if concern.news_at is not None:
        Concern.objects.filter(pk=concern.pk, news_at__lte=at).update(news_at=None)
    return concern


@transaction.atomic
def _acknowledge(concern: Concern, *, by: User, at: datetime) -> Concern:
    try:
        with transaction.atomic():
            concern = concern_life.perform("acknowledge", concern, by=by, at=at)
    except OutOfTurn:
        # Two leads opened it in the same moment: the other one's acknowledgement stands.
        return Concern.objects.get(pk=concern.pk)
    _tell_reporter(concern, by=by, at=at)
    return concern


@transaction.atomic
def decide(
    *, concern: Concern, token: UUID, seen: int, ruling: Ruling, by: User, at: datetime | None = None
) -> Decision:
    """Record a decision with its reason (KCSIE 2025, Annex C: the rationale, including refer or not refer).

    `seen` is the revision on the lead's screen. Raises `ChangedSince` when somebody saved first: the caller shows both.
    The same token and ruling again return the decision that is there; the same token with another ruling is a further
    decision. Raises `BadInput` for a decision that lacks what it needs, `OutOfTurn` when the concern is closed.
    """
    at = at or timezone.now()
    _ensure_unchanged(concern, seen, by)
    token = entry_token(token, *vars(ruling).values())
    if there := Decision.objects.filter(token=token, decided_by=by).first():
        return there
    _check(ruling, today=timezone.localdate(at))
    facts = {"level": ruling.level, "receipt": ruling.receipt, "review_on": ruling.review_on}
    if ruling.title.strip():
        facts["title"] = ruling.title.strip()
    concern = concern_life.perform("decide", concern, by=by, at=at, **facts)
    own = {k: v for k, v in vars(ruling).items() if k not in ("receipt", "title")}
    decision = Decision.objects.create(
        concern=concern, school_id=concern.school_id, token=token, decided_at=at, decided_by=by, **own
    )
    _tell_reporter(concern, by=by, at=at)
    return decision


@transaction.atomic
def close_concern(
    *, concern: Concern, seen: int, outcome: str, reason: str, receipt: str, by: User, at: datetime | None = None
) -> Concern:
    """Close with an outcome, a reason and a safe phrase for the reporter.

    Raises `OutOfTurn` while an action is still to do, `ChangedSince` when somebody saved first. Closing again in the same
    words changes nothing, in other words raises `OutOfTurn`.
    """
    now, at = _ensure_unchanged(concern, seen, by), at or timezone.now()
    there = (now.closed_by_id, now.outcome, now.closing_reason, now.receipt)
    if there == (by.pk, outcome, reason.strip(), receipt):
        return now
    if Action.objects.filter(concern=concern, status=Action.Status.TO_DO).exists():
        raise OutOfTurn("An action on this concern is still to do. Mark it done or withdraw it, then close.")
    concern = concern_life.perform(
        "close", concern, by=by, at=at, outcome=outcome, closing_reason=reason.strip(), receipt=receipt
    )
    _tell_reporter(concern, by=by, at=at)
    return concern


@transaction.atomic
def reopen_concern(*, concern: Concern, token: UUID, reason: str, by: User, at: datetime | None = None) -> Concern:
    """Open a closed concern again, with the reason as a note.

    The same token and reason again change nothing. Raises `OutOfTurn` when the concern is open, also by the same page.
    """
    if not reason.strip():
        raise BadInput("Say why this is opened again.")
    concern = Concern.objects.select_for_update().get(pk=concern.pk)
    note = f"Opened again: {reason.strip()}"
    if ConcernNote.objects.filter(token=entry_token(token, note), author=by).exists():
        return concern
    concern = concern_life.perform("reopen", concern, by=by, at=at, closed_at=None, closed_by=None, outcome="")
    add_note(concern=concern, token=token, text=note, by=by, at=at)
    return concern


@transaction.atomic
def rename_concern(*, concern: Concern, title: str, by: User) -> Concern:
    """Give the concern a short title for lists, or take it away again: its kind stands there then."""
    ensure(by, Capability.DECIDE_CONCERNS, concern.school_id, _LEADS)
    concern = Concern.objects.select_for_update().get(pk=concern.pk)
    if concern.title != title.strip():
        concern.title, concern.revision = title.strip(), concern.revision + 1
        concern.save(update_fields=["title", "revision"])
        record(Verb.CHANGE, concern, by=by)
    return concern


@transaction.atomic
def add_note(*, concern: Concern, token: UUID, text: str, by: User, at: datetime | None = None) -> ConcernNote:
    """A lead's note. The same token and words again return the note that is there."""
    ensure(by, Capability.DECIDE_CONCERNS, concern.school_id, _LEADS)
    if not text.strip():
        raise BadInput("Write the note before you save it.")
    note, made = ConcernNote.objects.get_or_create(
        token=entry_token(token, text),
        author=by,
        defaults={"concern": concern, "school_id": concern.school_id, "text": text, "added_at": at or timezone.now()},
    )
    if made:
        _touch(concern)
        record(Verb.ADD, concern, by=by)
    return note


@transaction.atomic
def add_action(
    *, concern: Concern, token: UUID, text: str, owner: User, due_on: date, by: User, at: datetime | None = None
) -> Action:
    """Something that somebody must do by a day; they are told. The same again returns the action that is there.

    Raises `OutOfTurn` when the concern is closed, `BadInput` for a day that has passed or is too far off, and for somebody
    who has no role at the school today.
    """
    ensure(by, Capability.DECIDE_CONCERNS, concern.school_id, _LEADS)
    at = at or timezone.now()
    concern = Concern.objects.select_for_update().get(pk=concern.pk)
    token = entry_token(token, text, owner.pk, due_on)
    if there := Action.objects.filter(token=token, created_by=by).first():
        return there
    _check_action(text, owner, due_on, school_id=concern.school_id, today=timezone.localdate(at))
    if concern.status == Concern.Status.CLOSED:
        raise OutOfTurn("This concern is closed. Open it again to add an action.")
    action = Action.objects.create(
        concern=concern,
        school_id=concern.school_id,
        token=token,
        text=text,
        owner=owner,
        due_on=due_on,
        created_at=at,
        created_by=by,
    )
    _touch(concern)
    record(Verb.ASSIGN, action, by=by)
    if owner.pk != by.pk:
        tell(
            people=[owner],
            school_id=concern.school_id,
            kind=Notice.Kind.ACTION,
            object_type="action",
            object_id=action.pk,
            at=at,
        )
    return action


def _check_action(text: str, owner: User, due_on: date, *, school_id: UUID, today: date) -> None:
    if not text.strip():
        raise BadInput("Write what needs doing.")
    if problem := day_problem("By", due_on, today=today):
        raise BadInput(problem)
    ensure_works_at(owner, school_id, today)


@transaction.atomic
def end_action(*, action: Action, move: str, result: str, by: User, at: datetime | None = None) -> Action:
    """Mark an action done, or withdraw it (`move` is "complete" or "withdraw"), saying what came of it.

    The same again by the same person changes nothing.
    """
    now = Action.objects.select_for_update().get(pk=action.pk)
    target = action_life.moves[move].target
    if (now.status, now.ended_by_id, now.result) == (target, by.pk, result.strip()):
        return now
    action = action_life.perform(move, action, by=by, at=at, result=result.strip())
    _touch(Concern.objects.get(pk=action.concern_id))
    open_notices(user=by, object_id=action.pk, at=at)
    return action


@transaction.atomic
def link_child(*, named: ConcernChild, child: Child, by: User, at: datetime | None = None) -> ConcernChild:
    """Say which record a child is that the reporter could only describe. The description stays.

    The same again by the same person changes nothing. Raises `OutOfTurn` for a child that has been linked otherwise.
    """
    ensure(by, Capability.DECIDE_CONCERNS, named.school_id, _LEADS)
    named = ConcernChild.objects.select_for_update().get(pk=named.pk)
    if (named.child_id, named.linked_by_id) == (child.pk, by.pk):
        return named
    if named.child_id is not None:
        raise OutOfTurn("This child has been linked to a record already. Open the concern to see to which.")
    if child.school_id != named.school_id:
        raise BadInput("That child is at another school.")
    if ConcernChild.objects.filter(concern_id=named.concern_id, child=child).exists():
        raise BadInput("That child is named in this concern already.")
    named.child, named.linked_at, named.linked_by = child, at or timezone.now(), by
    named.save(update_fields=["child", "linked_at", "linked_by"])
    _touch(Concern.objects.get(pk=named.concern_id))
    record(Verb.LINK, named, by=by)
    return named


def _check(ruling: Ruling, *, today: date) -> None:
    """What a decision needs, in one place; the form asks the same function."""
    for problem in ruling_problems(ruling, today=today).values():
        raise BadInput(problem)


def ruling_problems(ruling: Ruling, *, today: date) -> dict[str, str]:
    """Field name to sentence, for everything that this decision lacks. Empty when it is whole."""
    found = {}
    if not ruling.rationale.strip():
        found["rationale"] = "Write why. It must make sense to somebody who reads it in 20 years."
    if ruling.parents_told == Decision.ParentsTold.NO_RISK and not ruling.parents_reason.strip():
        found["parents_reason"] = "Say why parents have not been told."
    if ruling.kind in Decision.OUTSIDE:
        if ruling.new_referral is None:
            found["new_referral"] = "Say whether this is a new referral."
        if not ruling.recipient.strip():
            found["recipient"] = "Say who is told: the team or the person."
        if not ruling.consent:
            found["consent"] = "Say whether there is consent."
        if (
            ruling.consent in (Decision.Consent.REFUSED, Decision.Consent.NOT_SOUGHT)
            and not ruling.consent_reason.strip()
        ):
            found["consent_reason"] = "Say why this goes ahead without consent."
        if not ruling.legal_reason:
            found["legal_reason"] = "Choose the legal reason for telling somebody outside the school."
    if ruling.review_on is not None and (problem := day_problem("Review on", ruling.review_on, today=today)):
        found["review_on"] = problem
    return found


def day_problem(label: str, day: date, *, today: date) -> str:
    """What is wrong with a day on which something is to be done, as a sentence that begins with `label`; empty when nothing."""
    if day < today:
        return f"{label} must be today or later."
    return f"{label} must be within two years." if day > today + FURTHEST else ""


@transaction.atomic
def changed_since(*, concern: Concern, seen: int, by: User) -> list[Change]:
    """What others saved after the page with revision `seen` was shown, newest first.

    Locks the concern until the transaction ends: nobody comes in between this answer and what `by` saves next. What
    `by` saved in another window is no surprise, and a double click is not a second lead. Read from the events, of which
    every revision wrote one.
    """
    now = Concern.objects.select_for_update().get(pk=concern.pk)
    if now.revision <= seen:
        return []
    about = [now.pk, *now.actions.values_list("pk", flat=True), *now.children.values_list("pk", flat=True)]
    events = Event.objects.filter(object_id__in=about, verb__in=_SAVED).order_by("-at")[: now.revision - seen]
    others = [event for event in events if event.actor_id != by.pk]
    people = User.objects.in_bulk({event.actor_id for event in others})
    decisions = iter(now.decisions.order_by("-decided_at").select_related("decided_by"))
    return [
        Change(
            by=people[event.actor_id],
            what=_SAVED[Verb(event.verb)],
            at=event.at,
            decision=next((d for d in decisions if d.decided_by_id == event.actor_id), None)
            if event.verb == Verb.DECIDE
            else None,
        )
        for event in others
    ]


def _ensure_unchanged(concern: Concern, seen: int, by: User) -> Concern:
    """The concern as it stands, locked. Raises `ChangedSince` when somebody else saved after the page was shown."""
    if changes := changed_since(concern=concern, seen=seen, by=by):
        last = changes[0]
        raise ChangedSince(
            f"{last.by.full_name} {last.what} while you were writing. Open it again to see what changed."
        )
    return Concern.objects.get(pk=concern.pk)


def _touch(concern: Concern) -> None:
    concern = Concern.objects.select_for_update().get(pk=concern.pk)
    concern.revision += 1
    concern.save(update_fields=["revision"])


def _tell_reporter(concern: Concern, *, by: User, at: datetime) -> None:
    """There is news for who logged it: read, decided or closed. What it says is the safe phrase, nothing else."""
    if concern.logged_by_id != by.pk:
        tell(
            people=[concern.logged_by],
            school_id=concern.school_id,
            kind=Notice.Kind.RECEIPT,
            object_type="report",
            object_id=concern.pk,
            at=at,
        )
