"""Does somebody search, or take out, far more than work needs? They are told to stop for a while, and a colleague to
look.

Counted are the pages that somebody asked for, by their events, and not what was found on them: a limit says nothing of
what is hidden. Lists, records, calls and reports of concerns have no limit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.permissions import people_with, rights
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.http import Request

from .telling import tell

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Where a child is named on the way to a report, a call or an emergency, and the list while a name is typed.
_NAMING = Q(purpose__in=("find_child", "log a concern", "call", "emergency"))


@dataclass(frozen=True)
class Limit:
    """What is counted, what it is called with its number, and which setting says how many are enough."""

    key: str
    title: str
    events: Q
    setting: str


SEARCHES = Limit("searches", "searches", Q(verb=Verb.SEARCH) & ~_NAMING, "MOST_SEARCHES")
NAMES = Limit("names", "names looked up", Q(verb=Verb.SEARCH) & _NAMING, "MOST_NAMES")
FILES = Limit("files", "files taken out", Q(verb__in=(Verb.DOWNLOAD, Verb.EXPORT)), "MOST_FILES_OUT")
STOP = (
    "Nothing was searched. You have searched far more than work usually needs, and those who manage access "
    "are told of it. Wait "
    "a while, then search again: what you typed is still there. Lists of children and of concerns, and "
    "records, open as always."
)
STOP_NAMES = "Very many names were looked up. Wait a while, or press Find."
# Who looks at it: the first of these whom the school has. With the page that it leads to, as `panels` knows it.
_LOOK = (
    (Capability.MANAGE_ACCESS, "colleague"),
    (Capability.VIEW_AUDIT, "colleague_log"),
    (Capability.MANAGE_ACCOUNTS, "colleague_account"),
)
_BY_KEY = {limit.key: limit for limit in (SEARCHES, NAMES, FILES)}


def had_enough(limit: Limit, *, by: User, school_id: UUID, at: datetime | None = None) -> bool:
    """Whether somebody has done it so often, in an hour or a day, that it should stop for a while. One query.

    Who manages access at the school is told by the first of `limit` that is over it, once a day for each person.
    """
    at = at or timezone.now()
    in_hour, in_day = getattr(settings, limit.setting)
    found = Event.objects.filter(limit.events | Q(verb=AccountVerb.ALARM), actor_id=by.pk, at__gt=at - DAY).aggregate(
        hour=Count("request_id", filter=limit.events & Q(at__gt=at - HOUR), distinct=True),
        day=Count("request_id", filter=limit.events, distinct=True),
        told=Count("pk", filter=Q(verb=AccountVerb.ALARM, school_id=school_id)),
    )
    if found["hour"] < in_hour and found["day"] < in_day:
        return False
    if not found["told"]:
        _raise_alarm(limit, found["day"], by=by, school_id=school_id, at=at)
    return True


@transaction.atomic
def _raise_alarm(limit: Limit, number: int, *, by: User, school_id: UUID, at: datetime) -> None:
    """Whoever manages access, the Headteacher among them, and never the person: nobody looks at themselves.

    Who manages access alone is looked at by those who see what was done; where there are none, by those who keep the
    accounts.
    """
    record(AccountVerb.ALARM, by, by=by, school_id=school_id, count=number, purpose=limit.key)
    for capability, leads_to in _LOOK:
        if others := list(people_with(capability, school_id, timezone.localdate(at)).exclude(pk=by.pk)):
            tell(
                people=others,
                school_id=school_id,
                kind=NoticeKind.BULK,
                object_type=leads_to,
                object_id=by.pk,
                at=at,
            )
            return


def names_of_alarms(request: Request, people: Collection[UUID]) -> dict[UUID, str]:
    """Who it was and how many, for the inbox of those who look at it where it was: two queries."""
    schools = {school for capability, _ in _LOOK for school in rights(request.user).schools(capability)}
    alarms = Event.objects.filter(verb=AccountVerb.ALARM, object_id__in=people, school_id__in=schools).order_by("at")
    newest: Mapping[UUID | None, Event] = {alarm.object_id: alarm for alarm in alarms}
    named = User.objects.in_bulk([key for key in newest if key])
    return {key: _line(person, newest[key]) for key, person in named.items()}


def _line(person: User, alarm: Event) -> str:
    return f"{person.full_name}, {alarm.count} {_BY_KEY[alarm.purpose].title} in a day"
