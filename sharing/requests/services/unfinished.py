"""Who has not finished their part of an answer, and who learns of it?

In every case Headteacher and chair are asked about adults, which is no secret; whether one of them, or somebody who
reviews what the preparer may not see, is still to finish is one. So whoever handles or prepares the case reads whether
all parts are finished and no more, and may have those reminded who have not: the worker does it, by nobody else's
sight. It reminds by itself three working days after somebody was asked. The approver alone reads who it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.services import tell
from safeguarding.adults.services.routing import chairs, heads
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.prepared import prepared
from safeguarding.working_days import add_working_days
from sharing.requests.models import RequestItem, RequestRole, RightsRequest, SearchPlace
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.permissions import NAMED, may_handle, may_prepare

from .locking import OBJECT, lock
from .places import ask_who_reads_now
from .worker import ask_to_remind as ring

S, P = RightsRequest.Status, SearchPlace.Place
# So many working days after somebody was asked, or reminded, they are reminded by themselves.
PATIENCE = 3
NOT_PREPARING = "Nobody is reminded now: the answer is prepared, or no copies go out. Open the request again."
_FINISHED = (
    "SELECT %s = ANY (rules.requests_decided(%s)) AND NOT EXISTS "
    "(SELECT FROM rules.places_of_requests(%s) WHERE place = ANY (%s) AND NOT is_answered)"
)
_REVIEWS, _PREPARES = "Reviews a part of what was found", "Prepares the copies"


@dataclass(frozen=True)
class Part:
    """Somebody's part that is not finished: what it is, since when they have it, and the row that names them for it.
    Nobody has it where nobody is asked yet.
    """

    user: User | None
    what: str
    since: datetime
    row: SearchPlace | RequestRole

    @property
    def is_preparers(self) -> bool:
        return isinstance(self.row, RequestRole) and self.row.part == RequestRole.Part.PREPARER


def waits_for_parts(case: RightsRequest) -> bool:
    """Whether others may still have something to finish: copies go out, and nobody has said that they are prepared."""
    return case.status == S.OPEN and case.is_handed_over


def always_asked(school_id: UUID, on: date) -> str:
    """Who is asked about adults in every case, by their roles: Ruth Hart, Headteacher; Ivor Cole, chair of governors.

    By their roles alone: whom a case has asked says, once somebody follows them, whether they had answered.
    """
    return "; ".join(
        f"{' or '.join(one.full_name for one in people) or 'nobody'}, {title}"
        for people, title in ((heads(school_id, on), "Headteacher"), (chairs(school_id, on), "chair of governors"))
    )


def are_finished(case: RightsRequest) -> bool:
    """Whether who reads concerns about adults has answered, and every item is decided, whoever reviews it: two facts
    that show neither.
    """
    [(finished,)] = prepared(_FINISHED, [case.pk, [case.pk], [case.pk], sorted(SearchPlace.APART)])
    return bool(finished)


def open_parts(places: QuerySet[SearchPlace], items: QuerySet[RequestItem], roles: QuerySet[RequestRole]) -> list[Part]:
    """The parts of one case that are not finished, from its rows as far as whoever asks sees them: places first."""
    waiting = places.filter(answered_at=None).exclude(place=P.HARBOUR).select_related("asked")
    found = [Part(one.asked, one.get_place_display(), one.made_at, one) for one in waiting.order_by("made_at", "pk")]
    undecided = items.filter(decided="", reviewer__isnull=False).order_by().values("reviewer")
    since = dict(undecided.annotate(since=Min("made_at")).values_list("reviewer", "since"))
    named = roles.filter(ended_at=None, part__in=("preparer", "reviewer"), user__in=list(since)).select_related("user")
    for role in named.order_by("named_at", "pk"):
        what = _PREPARES if role.part == RequestRole.Part.PREPARER else _REVIEWS
        found.append(Part(role.user, what, max(since[role.user_id], role.named_at), role))
    return found


@transaction.atomic
def ask_to_remind(case: RightsRequest, *, by: User) -> RightsRequest:
    """Have everybody reminded who has not finished, but `by`. Nobody is told who that is, or whether there is anybody.

    Raises `NotAllowed` for who neither handles nor prepares it, `OutOfTurn` where nobody has a part to finish.
    """
    if not (may_handle(by, case) or may_prepare(by, case)) or not may_view(by, case):
        raise NotAllowed(NAMED)
    held = lock(case.pk)
    if not waits_for_parts(held):
        raise OutOfTurn(NOT_PREPARING)
    held.reminder_asked_by = by
    held.save(update_fields=["reminder_asked_by"])
    record(Verb.ASK, held, by=by, purpose="reminder of parts")
    ring(held.pk)
    return held


@system_task("requests")
def remind_of_parts(case_id: UUID, *, at: datetime | None = None) -> bool:
    """Remind those of one case who have not finished, where somebody has asked for that. Work of the worker, which may
    run twice. Returns whether somebody had asked.
    """
    rows = RightsRequest.objects.select_for_update(of=("self",)).filter(pk=case_id, reminder_asked_by__isnull=False)
    case = rows.first()
    if case is None:
        return False
    if waits_for_parts(case):
        parts = [one for one in _parts(case) if one.user and one.user.pk != case.reminder_asked_by_id]
        _remind(case, parts, at=at or timezone.now())
    case.reminder_asked_by = None
    case.save(update_fields=["reminder_asked_by"])
    return True


def remind_by_itself(case: RightsRequest, *, at: datetime) -> int:
    """Ask who reads concerns about adults now, and remind who was asked, or given something to review, three working
    days ago or more and not reminded since. The preparer is told of the last day instead. Returns how many.
    """
    if not waits_for_parts(case):
        return 0
    ask_who_reads_now(case, at=at)
    parts = [one for one in _parts(case) if one.user and not one.is_preparers]
    told = _reminded(case, [one.user for one in parts if one.user])
    return _remind(case, [one for one in parts if _is_late(one, told, timezone.localdate(at))], at=at)


def _is_late(part: Part, told: Mapping[UUID, Notice], today: date) -> bool:
    """Whether three working days are over since somebody was asked or reminded; not while they have not opened that."""
    last = told.get(part.user.pk) if part.user else None
    if last is not None and last.opened_at is None and last.settled_at is None:
        return False
    since = max(part.since, last.created_at) if last else part.since
    return add_working_days(timezone.localdate(since), PATIENCE) < today


def _parts(case: RightsRequest) -> list[Part]:
    """All that there are: for the worker alone."""
    places, items, roles = (model.objects.filter(case=case) for model in (SearchPlace, RequestItem, RequestRole))
    return open_parts(places, items, roles)


def _reminded(case: RightsRequest, users: Iterable[User]) -> dict[UUID, Notice]:
    """By which notice each of these was reminded last."""
    rows = Notice.objects.filter(object_id=case.pk, kind=RequestNotice.UNFINISHED, user__in=[one.pk for one in users])
    return {one.user_id: one for one in rows.order_by("created_at")}


def _remind(case: RightsRequest, parts: Iterable[Part], *, at: datetime) -> int:
    """Tell each of them once, whatever they have open. Its events name the parts: those of the case are read by who is
    not to know.
    """
    told = {one.user.pk: one.user for one in _recorded(parts) if one.user}
    tell(
        people=told.values(),
        school_id=case.school_id,
        kind=RequestNotice.UNFINISHED,
        object_type=OBJECT,
        object_id=case.pk,
        at=at,
    )
    return len(told)


def _recorded(parts: Iterable[Part]) -> Iterator[Part]:
    for one in parts:
        # Of no school: who reads the log of the school would know who has not finished.
        record(Verb.ASK, object_type=one.row._meta.label_lower, object_id=one.row.pk, purpose="reminder")
        yield one
