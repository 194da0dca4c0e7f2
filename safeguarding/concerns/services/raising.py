"""Log a concern, call a safeguarding lead, add to one's own account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import settle_notices, tell
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import (
    Account,
    Amendment,
    BodyMapMark,
    Category,
    Concern,
    ConcernChild,
    ConcernNote,
    Draft,
    HowSoon,
    Question,
    Subcategory,
)
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.draft_limits import ensure_not_too_long
from safeguarding.concerns.services.drafts import owner_of
from safeguarding.concerns.services.duties import arise
from safeguarding.concerns.services.escalation import first_to_call
from safeguarding.concerns.services.form_tokens import goes_on_as
from safeguarding.concerns.services.mentioned import keep_and_hand_on, keep_mentions
from safeguarding.concerns.services.naming import ChildEntry, add_child, name_children
from safeguarding.concerns.services.notes import write_note
from safeguarding.concerns.services.numbering import next_number
from safeguarding.concerns.services.outside.settling import became
from safeguarding.concerns.services.papers import entered, paper_of
from safeguarding.concerns.services.telling import may_be_told, tell_readers
from safeguarding.concerns.services.withholding import tell_of_withheld
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.dates import clock, full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token, token_for, uuid7
from safeguarding.turns import wait_for


@dataclass(frozen=True)
class AccountFacts:
    """What the reporter wrote, field by field (domain reference 1.2)."""

    facts: str = ""
    child_words: str = ""
    observed_on: date | None = None
    observed_at: time | None = None
    place: str = ""
    place_detail: str = ""
    how_known: str = ""
    others_present: str = ""
    presentation: str = ""
    marks_seen: bool | None = None
    done_at_once: str = ""
    told: str = ""
    told_person: User | None = None
    told_other: str = ""


@dataclass(frozen=True)
class Report:
    """A concern as it comes from the form."""

    how_soon: int
    children: Sequence[ChildEntry]
    account: AccountFacts
    category: Category | None = None
    subcategory: Subcategory | None = None
    marks: dict[int, str] = field(default_factory=dict)


@transaction.atomic
@door("reporting")
def raise_concern(*, token: UUID, school: School, report: Report, by: User, at: datetime | None = None) -> Concern:
    """Log a concern, or finish the account of one that began as a call for a lead.

    `token` came with the empty form: the same token again, by whatever accident, returns the concern that is there.
    Leads on duty are told after commit. Where a numbered paper form is typed in, the words and the concern are those of
    who wrote it. Raises `NotAllowed` for somebody without a role at the school or a token that belongs to somebody
    else, `BadInput` when nobody is named or nothing is written.
    """
    at = at or timezone.now()
    ensure(by, Capability.LOG_CONCERN, school.pk, "You have no role at this school, so you cannot log a concern there.")
    concern = _concern_of(token, by)
    if concern is not None and concern.finished_at is not None:
        return concern
    if not report.children:
        raise BadInput("Name or describe at least one child.")
    if not (report.account.facts.strip() or report.account.child_words.strip()):
        raise BadInput("Write what you saw or heard, or what the child said.")
    paper = paper_of(token)
    author = (paper and paper.written_by) or by
    if concern is None:
        concern = _begin(token=goes_on_as(token), school=school, how_soon=report.how_soon, by=author, at=at)
        account = Account(concern=concern, school=school, author=author, recorded_at=at)
    else:
        account = Account.objects.get(concern=concern)
        _keep_line(concern, account.facts, report.account.facts, by=by, at=at)
    _write(concern, account, report, by=author, at=at)
    keep_mentions(account, by=by, at=at)
    if paper is not None:
        entered(paper, concern, by=by, at=at)
    _end_draft(token, concern, by=by, at=at)
    became(concern, token=token, by=by, at=at)
    record(Verb.CREATE, concern, by=by)
    arise(concern, author=author, by=by, at=at)
    tell_readers(concern, ConcernNotice.ADDED if concern.called_at else ConcernNotice.NEW_CONCERN, by=by, at=at)
    tell_of_withheld(concern, [entry.key for entry in report.children if entry.key], by=by, at=at)
    return concern


@transaction.atomic
@door("reporting")
def call_lead(
    *,
    token: UUID,
    school: School,
    by: User,
    child: Child | None = None,
    described: str = "",
    key: UUID | None = None,
    line: str = "",
    signed_in: bool = True,
    at: datetime | None = None,
) -> Concern:
    """ "I need a safeguarding lead now": begins a concern and calls the first lead on duty; every signed-in lead sees
    it.

    `described` is a child in the caller's words, where no record was chosen, or `key` of one that the caller may not
    name. The same token again returns the same call while nobody has opened it; after that the button calls again,
    whenever it is pressed. With other words it is another call: a page gone back to must not lose what is typed there.
    What the sender writes until "Finish" is the account itself.

    `signed_in` is False for a page whose session has ended. Such a page has one call that nobody has opened, and no
    more: other words pressed on it stand in the account of that one, and leads are told.
    """
    at = at or timezone.now()
    ensure(by, Capability.LOG_CONCERN, school.pk, "You have no role at this school, so you cannot call a lead there.")
    while (there := _concern_of(token, by)) is not None:
        if there.acknowledged_at is not None:
            token = entry_token(token, there.pk)
        elif _says(there, child, described, line):
            return there
        elif signed_in or there.finished_at is not None:
            token = entry_token(token, there.pk, child and child.pk, described, line)
        else:
            _say_more(there, child, described, line, key, by=by, at=at)
            tell_of_withheld(there, [key] if key else [], by=by, at=at)
            return there
    concern = _begin(token=goes_on_as(token), school=school, how_soon=HowSoon.RIGHT_NOW, by=by, at=at, called_at=at)
    role = ConcernChild.Role.WORRIED_ABOUT
    if child is not None:
        name_children(concern, [ChildEntry(role=role, child=child)], by=by, at=at)
    elif described.strip():
        unnamed = ChildEntry(role=role, kind=ConcernChild.Kind.UNNAMED, description=described.strip(), key=key)
        name_children(concern, [unnamed], by=by, at=at)
    account = Account.objects.create(concern=concern, school=school, author=by, facts=line.strip(), recorded_at=at)
    keep_mentions(account, by=by, at=at)
    record(ConcernVerb.CALL, concern, by=by, purpose="" if signed_in else "session ended")
    first = first_to_call(concern, caller=by, at=at)
    tell(people=first, school_id=school.pk, kind=ConcernNotice.CALL, object_type="concern", object_id=concern.pk, at=at)
    tell_of_withheld(concern, [key] if key else [], by=by, at=at)
    return concern


def _says(concern: Concern, child: Child | None, described: str, line: str) -> bool:
    """Whether the concern holds what this call would say."""
    named = ConcernChild.objects.filter(concern=concern, added_by=concern.logged_by_id)
    return (
        line.strip() in concern.account.facts
        and (child is None or child.pk in {each.child_id for each in named})
        and (not described.strip() or described.strip() in {each.description for each in named})
    )


def _say_more(
    concern: Concern, child: Child | None, described: str, line: str, key: UUID | None, *, by: User, at: datetime
) -> None:
    """Add what is said with a call pressed again to its account, which nobody has finished; leads on duty are told."""
    account = Account.objects.select_for_update().get(concern=concern)
    who = child.full_name if child else described.strip()
    said = (line.strip(), f"Which child, as said when the call was made again: {who}" if who else "")
    if not (new := [words for words in said if words and words not in account.facts]):
        return
    account.facts = "\n\n".join(filter(None, (account.facts, *new)))
    ensure_not_too_long(account.facts)
    account.save(update_fields=["facts"])
    keep_and_hand_on(account, concern, by=by, at=at)
    if key is not None:
        role, kind = ConcernChild.Role.WORRIED_ABOUT, ConcernChild.Kind.UNNAMED
        add_child(concern, ChildEntry(role=role, kind=kind, description=who, key=key), by=by, at=at)
    record(Verb.ADD, concern, by=by, purpose="call made again, session ended")
    tell_readers(concern, ConcernNotice.ADDED, by=by, at=at)


@transaction.atomic
@door("reporting")
def amend(
    *,
    account: Account,
    token: UUID,
    text: str,
    reason: str,
    question: UUID | None = None,
    by: User,
    at: datetime | None = None,
) -> Amendment:
    """Add to one's own account. The first version stays as it was; the leads are told, and whoever asked the
    `question`.

    Raises `NotAllowed` for anybody but the author, `OutOfTurn` while the account is still being written, `BadInput` for
    a question that was not asked about this account.
    """
    if account.author_id != by.pk:
        raise NotAllowed("Only the person who wrote an account can add to it. Log a concern of your own instead.")
    wait_for(token)
    concern = Concern.objects.select_for_update().get(pk=account.concern_id)
    if concern.finished_at is None:
        raise OutOfTurn("You have not finished this account yet. Go on writing it instead.")
    if not text.strip():
        raise BadInput("Write what you want to add.")
    mine = Amendment.objects.filter(author=by)
    first = mine.filter(token=token).first()
    key = token_for(token, first.text if first else None, text)
    if there := mine.filter(token=key).first():
        return there
    at = at or timezone.now()
    asked = _asked(question, concern, by) if question else None
    added = Amendment.objects.create(
        account=account,
        concern=concern,
        school_id=account.school_id,
        author=by,
        token=key,
        text=text,
        reason=Amendment.Reason.ASKED if asked else reason,
        question=asked,
        added_at=at,
    )
    if asked:
        _end_question(asked, concern, by=by, at=at)
    concern.news_at = at
    concern.revision += 1
    concern.save(update_fields=["news_at", "revision"])
    _end_draft(token, concern, by=by, at=at)
    record(Verb.ADD, concern, by=by)
    keep_and_hand_on(added, concern, by=by, at=at)
    tell_readers(concern, ConcernNotice.ADDED, by=by, at=at)
    return added


def _asked(question: UUID, concern: Concern, by: User) -> Question:
    found = Question.objects.filter(pk=question, concern=concern, reporter=by).select_related("asked_by").first()
    if found is None:
        raise BadInput("That question was not asked about this report. Choose why you add this.")
    return found


def _end_question(asked: Question, concern: Concern, *, by: User, at: datetime) -> None:
    """The first answer counts as the answer; a later one is one more addition.

    Whoever asked is told, on duty or not.
    """
    if asked.answered_at is None:
        asked.answered_at = at
        asked.save(update_fields=["answered_at"])
    settle_notices(object_id=concern.pk, kinds=(ConcernNotice.ASKED,), by=by, at=at)
    about = {"object_type": "concern", "object_id": concern.pk}
    people = may_be_told(concern, [asked.asked_by])
    tell(people=people, school_id=concern.school_id, kind=ConcernNotice.ADDED, at=at, **about)  # type: ignore[arg-type]


@door("reporting")
def sent_as(token: UUID, *, by: User) -> UUID | None:
    """The concern that one's own form, or one typed in from paper, has become already; None while it has not been
    sent.
    """
    mine = Q(logged_by=by) | Q(paper_form__typed_by=by)
    sent = Concern.objects.filter(mine, token=goes_on_as(token), finished_at__isnull=False)
    return sent.values_list("pk", flat=True).first()


def _concern_of(token: UUID, by: User) -> Concern | None:
    """The concern that this form has become already, locked.

    Parallel requests with one token wait for each other here.
    """
    if owner_of(token) not in (None, by.pk):
        raise NotAllowed("This form was started by somebody else. Start a new one: log a concern of your own.")
    # Leads do not know the token: the row itself is held against what they do meanwhile.
    concerns = Concern.objects.select_for_update(of=("self",)).select_related("school")
    return concerns.filter(token=goes_on_as(token)).first()


def _end_draft(token: UUID, concern: Concern, *, by: User, at: datetime) -> None:
    """What was a draft is sent. That leads had read it before, and why, stays with the concern as a note of each."""
    draft = Draft.objects.filter(pk=token, author=by).first()
    if draft is None:
        return
    notes = ConcernNote.objects.bulk_create(
        ConcernNote(
            concern=concern,
            school_id=concern.school_id,
            author_id=opening.lead_id,
            token=uuid7(),
            text=f"Read as an unsent draft on {full_day(opening.opened_at)}, {clock(opening.opened_at)}. "
            f"{opening.reason}",
            added_at=at,
        )
        for opening in draft.openings.order_by("opened_at", "pk")
    )
    for note in notes:
        keep_mentions(note, by=by, at=at)
    # What a lead asked about it is answered by this.
    settle_notices(object_id=draft.pk, kinds=(ConcernNotice.DRAFT,), by=by, at=at)
    draft.delete()


def _keep_line(concern: Concern, line: str, facts: str, *, by: User, at: datetime) -> None:
    """The line of a call that a lead has read, and may have acted on, stays where the account says something else."""
    if concern.acknowledged_at is None or " ".join(line.split()) in " ".join(facts.split()):
        return
    write_note(concern, f"Said with the call: {line}", by=by, at=at)


def _begin(
    *, token: UUID, school: School, how_soon: int, by: User, at: datetime, called_at: datetime | None = None
) -> Concern:
    year = timezone.localdate(at).year
    return Concern.objects.create(
        token=token,
        school=school,
        year=year,
        number=next_number(school.pk, year),
        how_soon=how_soon,
        logged_at=at,
        logged_by=by,
        called_at=called_at,
    )


def _write(concern: Concern, account: Account, report: Report, *, by: User, at: datetime) -> None:
    for name, value in vars(report.account).items():
        setattr(account, name, value)
    # First, so that the concern's key is wrapped for whom it is about before anything is written under it.
    name_children(concern, report.children, by=by, at=at)
    account.save(update_fields=None if account._state.adding else list(vars(report.account)))
    BodyMapMark.objects.bulk_create(
        BodyMapMark(account=account, concern=concern, school_id=concern.school_id, author=by, region=region, note=note)
        for region, note in sorted(report.marks.items())
    )
    # Only a call is never made less urgent by what is written afterwards.
    concern.how_soon = max(concern.how_soon, report.how_soon) if concern.called_at else report.how_soon
    concern.category, concern.subcategory = report.category, report.subcategory
    concern.finished_at = at
    concern.news_at = at if concern.called_at else None
    concern.revision += 1
    concern.save(update_fields=["how_soon", "category", "subcategory", "finished_at", "news_at", "revision"])
