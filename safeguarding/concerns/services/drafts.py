"""Keep what somebody has typed and not sent, for as long as it takes."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import DateTimeField, Exists, F, OuterRef, Subquery, UUIDField, Value
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import settle_notices, tell
from safeguarding.audit.context import as_author, door
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Account, Amendment, Concern, Draft, DraftOpening
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.draft_limits import SIGNED_IN, Use, ensure_fits, ensure_key_writes, ensure_may_begin
from safeguarding.concerns.services.form_content import Content, same_words, size_of, storable, turn_of
from safeguarding.concerns.services.form_tokens import goes_on_as
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.glance import glance, look_for
from safeguarding.keys import entry_token, record_of
from safeguarding.once import once
from safeguarding.turns import wait_for

look_for(unsent="has_unsent")
_LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can do this."
_NEVER_SEEN = -1  # what a page knows as the revision of a draft which it has never shown


@dataclass(frozen=True)
class Unsent:
    """That there is a draft, whose, and since when. Says nothing of what is in it.

    `concern_id` is set for the account of a call for a lead, `report_id` (of a concern) for an addition. A call of
    which nothing is written yet is one too, with `is_begun` False.
    """

    token: UUID
    author: str
    started_at: datetime
    saved_at: datetime
    concern_id: UUID | None
    report_id: UUID | None
    asked_at: datetime | None
    asked_by: str
    opened_at: datetime | None
    opened_by: str
    is_begun: bool


@transaction.atomic
@as_author
@door("reporting")
def save_draft(
    *,
    token: UUID,
    school_id: UUID,
    content: Content,
    author_id: UUID,
    about: UUID | None = None,
    page: str = "",
    revision: int = 0,
    turn: int | None = None,
    use: Use = SIGNED_IN,
    at: datetime | None = None,
) -> Draft | None:
    """Keep the form as it stands, whatever stands in it: field name to the texts typed there.

    Returns None when it has been sent meanwhile: see `afterwards`. What was begun is kept without a live role: somebody
    who leaves the school at noon does not lose what was typed at eleven. `about`: to whose account this will be added.
    `page` is the page on which it was typed, `revision` the last save that this page knew when it was made. Where
    another page has saved other words since, both are kept: this becomes a draft of its own, which is returned. With
    `turn`, the number of buttons pressed before, a draft whose page has had more of them stays as it is and is
    returned: what was saved in the background must not overtake what was pressed after it.

    `use` says whether its author was signed in. Raises `NotAllowed` when the token, or that account, is another
    person's, and what `draft_limits` raises.
    """
    at = at or timezone.now()
    if owner_of(token) not in (None, author_id):
        raise NotAllowed("This form was started by somebody else. Start a new one.")
    concern = Concern.objects.filter(token=goes_on_as(token)).first()
    if (concern is not None and concern.finished_at is not None) or Amendment.objects.filter(token=token).exists():
        return None
    draft = Draft.objects.filter(pk=token).first()
    ensure_key_writes(author_id, use, last_used=draft.used_at if draft else None, at=at)
    if is_new := draft is None:
        # Beside another, or to end or add to what is a concern already: that was begun before.
        if concern is None and about is None and revision != _NEVER_SEEN:
            ensure_may_begin(author_id, school_id, use, at=at)
        draft = _begin(token, school_id, author_id, concern, about, at)
    if turn is not None and page == draft.page and turn < turn_of(draft.content):
        return draft
    if _is_overtaken(draft, content, page=page, revision=revision):
        return save_draft(
            token=entry_token(token, page),
            school_id=school_id,
            content=content,
            author_id=author_id,
            about=about,
            page=page,
            revision=_NEVER_SEEN,
            turn=turn,
            use=use,
            at=at,
        )
    return _save(draft, content, page=page, use=use, is_new=is_new, at=at)


def _save(draft: Draft, content: Content, *, page: str, use: Use, is_new: bool, at: datetime) -> Draft:
    """Put what was typed into the draft, where there is room for it."""
    draft.content, draft.saved_at, draft.page = storable(content), at, page
    draft.size = size_of(draft.content)
    ensure_fits(draft.author_id, but=draft.pk, size=draft.size, is_new=is_new, at=at)
    if use.signed_in:
        draft.used_at = at
    draft.names = [key for written in content.get("who", ()) if (key := record_of(written))]
    draft.revision += 1
    changed = ["content", "saved_at", "page", "names", "revision", "size", "used_at"]
    draft.save(update_fields=None if draft._state.adding else changed)
    return draft


def _begin(
    token: UUID, school_id: UUID, author_id: UUID, concern: Concern | None, about: UUID | None, at: datetime
) -> Draft:
    """A draft that has not been saved yet, and the event that there is one."""
    record(ConcernVerb.DRAFT, object_type="concerns.draft", object_id=token, school_id=school_id)
    return Draft(
        pk=token,
        school_id=school_id,
        author_id=author_id,
        concern=concern,
        adds_to=_account_of(about, author_id) if about else None,
        started_at=at,
    )


def is_overtaken(token: UUID, *, content: Content, page: str, revision: int) -> bool:
    """Whether another page has saved other words under this token than `content`, and `page` cannot know of them.

    Nobody saves in between this answer and the end of the transaction.
    """
    wait_for(token)
    draft = Draft.objects.filter(pk=token).first()
    return draft is not None and _is_overtaken(draft, content, page=page, revision=revision)


def _is_overtaken(draft: Draft, content: Content, *, page: str, revision: int) -> bool:
    # What a service has begun was typed in no window.
    unknown = bool(draft.page) and draft.page != page and draft.revision != revision
    return unknown and not same_words(draft.content, content)


def _account_of(concern_id: UUID, author_id: UUID) -> Account:
    account = Account.objects.filter(concern_id=concern_id, author_id=author_id).first()
    if account is None:
        raise NotAllowed("Only the person who wrote an account can add to it. Log a concern of your own instead.")
    return account


def owner_of(token: UUID) -> UUID | None:
    """Who has begun the form with this token, None where nobody has; for whoever alone does something with it now.

    Asked of a fact, because nobody may see the form of somebody else; and after waiting, in a statement of its own, or
    it would not know of who held it before.
    """
    wait_for(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.owner_of_form(%s)", [token])
        [owner] = cursor.fetchone()
    return owner  # type: ignore[no-any-return]


def is_anothers(token: UUID, *, by: User) -> bool:
    """Whether somebody else has begun a form with this token."""
    return owner_of(token) not in (None, by.pk)


@transaction.atomic
@door("reporting")
def discard_draft(*, draft: Draft, by: User) -> None:
    """Throw one's own draft away, on purpose. Done twice, it is done once.

    Raises `NotAllowed` for anybody but the author; `OutOfTurn` for the account of a call, which must be finished, and
    for a draft that a lead has read: what somebody acts on stays written down.
    """
    if draft.author_id != by.pk:
        raise NotAllowed("Only the person who wrote a draft can discard it.")
    if draft.concern_id:
        raise OutOfTurn("A safeguarding lead has been called about this. Finish it, so that it is written down.")
    wait_for(draft.pk)
    if has_been_opened(draft):
        raise OutOfTurn("A safeguarding lead has read this draft. Send it, and write in it what has changed.")
    if Draft.objects.filter(pk=draft.pk).exists():
        record(Verb.DISCARD, draft, by=by)
        settle_notices(object_id=draft.pk, kinds=(ConcernNotice.DRAFT,), by=by, at=timezone.now())
        draft.delete()


@door("reporting")
def was_discarded(token: UUID, *, by: User) -> bool:
    """Whether `by` has thrown this draft away: the second press of a double click asks."""
    gone = not Draft.objects.filter(pk=token).exists()
    return gone and Event.objects.filter(verb=Verb.DISCARD, object_id=token, actor_id=by.pk).exists()


def unsent_of(author: User) -> list[Unsent]:
    """One's own drafts and calls nothing is written about, newest first.

    The frame of every page asks, and mostly there is nothing: `glance` says so first.
    """
    return list(once(("unsent", author.pk), lambda: _unsent_of(author)))


def _unsent_of(author: User) -> list[Unsent]:
    if not glance(author)["unsent"]:
        return []
    with door("reporting"):
        found = _listed(Draft.objects.filter(author=author), Concern.objects.filter(logged_by=author))
    return sorted(found, key=lambda each: each.saved_at, reverse=True)


@door("reporting")
def unsent_as(token: UUID, *, by: User) -> Unsent | None:
    """One's own draft with this token: whether somebody has asked about it, or read it."""
    return next(iter(_listed(Draft.objects.filter(pk=token, author=by), Concern.objects.none())), None)


@door("unsent")
def unsent_for_a_day(school_id: UUID, *, at: datetime, by: User, token: UUID | None = None) -> list[Unsent]:
    """What colleagues of `by` began a school day ago or longer and have not sent, oldest first; only that of `token`,
    where given.

    Counted from when it was begun: who writes a little every day must not escape notice.
    """
    since = _a_school_day_before(SchoolCalendar.of(school_id), at)
    drafts = Draft.objects.not_hidden_from(by).filter(school_id=school_id, started_at__lte=since).exclude(author=by)
    calls = Concern.objects.not_hidden_from(by).filter(school_id=school_id, called_at__lte=since).exclude(logged_by=by)
    if token is not None:
        drafts, calls = drafts.filter(pk=token), calls.filter(token=token)
    return sorted(_listed(drafts, calls), key=lambda each: each.started_at)


def _a_school_day_before(calendar: SchoolCalendar, at: datetime) -> datetime:
    """The same time of day on the school day before; on a day that is none, as at the end of the last school day.

    It only ever goes on: what leads see on Saturday they see on Monday too.
    """
    here = timezone.localtime(at)
    day = _school_day_until(calendar, here.date())
    before = _school_day_until(calendar, day - timedelta(days=1))
    if day == here.date():
        return datetime.combine(before, here.time(), here.tzinfo)
    return datetime.combine(before + timedelta(days=1), time.min, here.tzinfo)


def _school_day_until(calendar: SchoolCalendar, day: date) -> date:
    """The last school day up to `day`; a hundred days back where the calendar knows none."""
    back = (day - timedelta(days=days) for days in range(100))
    return next((each for each in back if calendar.is_school_day(each)), day - timedelta(days=100))


def _listed(drafts: Any, calls: Any) -> list[Unsent]:
    """Only the columns that are shown: the frame of every page asks for one's own."""
    begun = drafts.annotate(is_begun=Value(True), **_newest_opening()).values_list(*_LISTED)
    rows = begun.union(_nothing_written(calls), all=True)
    return [
        Unsent(
            token=row["pk"],
            author=_name(row, "author"),
            started_at=row["started_at"],
            saved_at=row["saved_at"],
            concern_id=row["concern_id"],
            report_id=row["adds_to__concern_id"],
            asked_at=row["asked_at"],
            asked_by=_name(row, "asked_by"),
            opened_at=row["opened_at"],
            opened_by=_name(row, "opened_by"),
            is_begun=row["is_begun"],
        )
        for row in (dict(zip(_LISTED, values, strict=True)) for values in rows)
    ]


def _nothing_written(calls: Any) -> Any:
    """Of these concerns the calls about which nothing has been written, with the columns of a draft."""
    nobody = {f"no_{part}_{who}": Value("") for who in ("asked", "opened") for part in _NAME}
    return (
        calls.filter(~Exists(Draft.objects.filter(pk=OuterRef("token"))), called_at__isnull=False, finished_at=None)
        .annotate(
            is_begun=Value(False),
            saved_at=F("called_at"),
            adds_to=Value(None, UUIDField()),
            asked_at=Value(None, DateTimeField()),
            opened_at=Value(None, DateTimeField()),
            **nobody,
        )
        .values_list(
            "token",
            "called_at",
            "saved_at",
            "pk",
            "adds_to",
            "asked_at",
            "opened_at",
            "is_begun",
            "logged_by__first_name",
            "logged_by__last_name",
            *nobody,
        )
    )


def _newest_opening() -> dict[str, Subquery]:
    """Which lead has read a draft last, and when."""
    openings = DraftOpening.objects.filter(draft=OuterRef("pk")).order_by("-opened_at", "-pk")
    columns = {"opened_at": "opened_at", **{f"opened_by__{part}": f"lead__{part}" for part in _NAME}}
    return {name: Subquery(openings.values(column)[:1]) for name, column in columns.items()}


# The columns of a row, read along the line.
_NAME = ("first_name", "last_name")
_LISTED = (
    "pk", "started_at", "saved_at", "concern_id", "adds_to__concern_id", "asked_at", "opened_at", "is_begun",
    *(f"{who}__{part}" for who in ("author", "asked_by", "opened_by") for part in _NAME),
)  # fmt: skip


def _name(row: dict[str, Any], who: str) -> str:
    return f"{row[f'{who}__first_name'] or ''} {row[f'{who}__last_name'] or ''}".strip()


@transaction.atomic
@door("unsent")
def ask_about_draft(*, token: UUID, by: User, at: datetime | None = None) -> Draft:
    """A lead asks the author to finish: a notice in their inbox, once until it is opened.

    Raises `NotAllowed` for anybody but a lead and for the author, `OutOfTurn` when the draft is sent or discarded.
    """
    draft, at = _of_colleague(token, by), at or timezone.now()
    draft.asked_at, draft.asked_by = at, by
    draft.save(update_fields=["asked_at", "asked_by"])
    record(Verb.ASK, draft, by=by)
    _tell_author(draft, ConcernNotice.DRAFT, at=at)
    return draft


@transaction.atomic
@door("unsent")
def open_draft(*, token: UUID, reason: str, by: User, at: datetime | None = None) -> DraftOpening:
    """A lead reads somebody else's unsent draft, with a reason that stays on it; its author is told.

    Whoever gave a reason reads it from then on; another lead gives a reason too. Raises `BadInput` without one,
    `NotAllowed` for anybody but a lead, `OutOfTurn` when the draft has been sent or discarded since.
    """
    draft, at = _of_colleague(token, by), at or timezone.now()
    if not reason.strip():
        raise BadInput("Give your reason for opening this draft before its author has sent it.")
    opening = DraftOpening.objects.create(
        draft=draft, school_id=draft.school_id, lead=by, reason=reason.strip(), opened_at=at
    )
    record(Verb.VIEW, draft, by=by, purpose="unsent draft opened")
    _tell_author(draft, ConcernNotice.DRAFT_READ, at=at)
    return opening


def has_been_opened(draft: Draft) -> bool:
    """Whether a lead has read it before it was sent."""
    return draft.openings.exists()


def _of_colleague(token: UUID, by: User) -> Draft:
    wait_for(token)
    drafts = Draft.objects.not_hidden_from(by).select_for_update(of=("self",)).select_related("author")
    draft = drafts.filter(pk=token).first()
    if draft is None:
        raise OutOfTurn("This draft has been sent or discarded since. If it was sent, it is among the concerns.")
    ensure(by, Capability.DECIDE_CONCERNS, draft.school_id, _LEADS)
    if draft.author_id == by.pk:
        raise NotAllowed("This draft is your own. Go on with it, or discard it.")
    return draft


def _tell_author(draft: Draft, kind: ConcernNotice, *, at: datetime) -> None:
    people, school = [draft.author], draft.school_id
    tell(people=people, school_id=school, kind=kind, object_type="draft", object_id=draft.pk, at=at)
