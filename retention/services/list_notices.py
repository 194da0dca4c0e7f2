"""Who is told of a destruction list? Who approves and who advises when it is sent; who reviewed it, of what came of it.

No notice says whose records they are.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.models import DestructionList
from retention.notice_kinds import ListNotice
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.second_person import second_people, stand_ins, usual_people
from safeguarding.accounts.services import tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known
from safeguarding.audit.services import record

from .progress import progress_of
from .reviewers import rule_of

OBJECT_TYPE = "destruction_list"
RULE = "destruction"


def approvers(on_list: DestructionList) -> list[User]:
    """Who may approve a list that somebody has sent, today."""
    if on_list.sent_by is None:
        return []
    found = second_people(rule_of(on_list), on_list.school_id, timezone.localdate(), first=on_list.sent_by, about=None)
    return _who_read(on_list, found)


def could_approve(on_list: DestructionList, *, first: User) -> bool:
    """Whether anybody could approve it today beside `first`, who decides on it."""
    today = timezone.localdate()
    return bool(_who_read(on_list, second_people(rule_of(on_list), on_list.school_id, today, first=first, about=None)))


def _who_read(on_list: DestructionList, people: Iterable[User]) -> list[User]:
    """Of these people those who may: of concerns about adults, who reads every one on the list to approve it."""
    return [one for one in people if not on_list.is_about_adults or on_list.pk in known("adult_lists_approved", one.pk)]


def tell_sent(on_list: DestructionList, *, at: datetime) -> None:
    """The Headteacher, or who may stand in where that is who sent it; and the data protection officer."""
    today, sender = timezone.localdate(at), [on_list.sent_by] if on_list.sent_by else []
    if on_list.is_about_adults:
        _tell(on_list, approvers(on_list), ListNotice.SENT, at)
        officers = people_with(C.ADVISE_RETENTION, on_list.school_id, today)
        advise = [one for one in officers if on_list.pk in known("adult_lists_advised", one.pk)]
        _tell(on_list, advise, ListNotice.ADVICE, at)
        return
    usual = list(usual_people(RULE, on_list.school_id, today, besides=sender))
    _tell(on_list, usual or stand_ins(RULE, on_list.school_id, today, besides=sender), ListNotice.SENT, at)
    _tell(on_list, people_with(C.ADVISE_RETENTION, on_list.school_id, today), ListNotice.ADVICE, at)


def tell_advised(on_list: DestructionList, *, at: datetime) -> None:
    """Who reviewed it."""
    _tell(on_list, _reviewers(on_list, at), ListNotice.ADVISED, at)


def tell_approved(on_list: DestructionList, *, by: User, at: datetime) -> None:
    """Who reviewed it; and where something on it waits for another person, those who may be that person."""
    _tell(on_list, _reviewers(on_list, at, but=by), ListNotice.APPROVED, at)
    if progress_of([on_list.pk])[on_list.pk].not_approved:
        others = [user for user in approvers(on_list) if user.pk != by.pk]
        _tell(on_list, others, ListNotice.SENT, at)


def tell_back(on_list: DestructionList, *, by: User, at: datetime) -> None:
    """Who reviewed it."""
    _tell(on_list, _reviewers(on_list, at, but=by), ListNotice.BACK, at)


def tell_stopped(on_list: DestructionList, *, by: User, at: datetime) -> None:
    """Who reviewed it, and where it had been sent who approves."""
    today = timezone.localdate(at)
    also = list(usual_people(RULE, on_list.school_id, today, besides=[by])) if on_list.sent_at else []
    if on_list.is_about_adults:
        also = [one for one in approvers(on_list) if one.pk != by.pk]
    _tell(on_list, [*_reviewers(on_list, at, but=by), *also], ListNotice.STOPPED, at)


@system_task("destruction lists")
def close_lists(*, at: datetime | None = None) -> int:
    """Note which lists have been carried out, and tell who reviewed and who approves. Returns how many.

    Those are the lists that `destroyer` has looked at (`finishing.py`): one on which something still waits for another
    person stays open. Work of the worker, which may run twice.
    """
    now, S = at or timezone.now(), DestructionList.Status
    rows = DestructionList.objects.select_for_update(skip_locked=True, of=("self",))
    checked = list(rows.filter(status=S.WAITING, checked_at__isnull=False).order_by("pk"))
    found = progress_of([one.pk for one in checked])
    for one in checked:
        rows.filter(pk=one.pk).update(status=S.DONE, done_at=found[one.pk].gone_at, revision=F("revision") + 1)
        record(Verb.DESTROY, one, purpose="list carried out", count=found[one.pk].gone)
        _tell(one, _told_when_done(one, now), ListNotice.DONE, now)
    return len(checked)


def _told_when_done(on_list: DestructionList, at: datetime) -> list[User]:
    """Who reviewed it and who approves; of concerns about adults those who read them as they were approved."""
    if on_list.is_about_adults:
        readers = User.objects.filter(pk__in=on_list.readers, is_active=True)
        return [one for one in readers if on_list.pk in known("adult_lists_kept", one.pk)]
    return [*_reviewers(on_list, at), *usual_people(RULE, on_list.school_id, timezone.localdate(at))]


def _reviewers(on_list: DestructionList, at: datetime, *, but: User | None = None) -> list[User]:
    """Who made and who sent it, and the leads; of concerns about adults who of these still decides on it."""
    own = [user for user in (on_list.made_by, on_list.sent_by) if user is not None and user.is_active]
    if on_list.is_about_adults:
        own = [user for user in own if on_list.pk in known("adult_lists_decided", user.pk)]
        return [user for user in own if but is None or user.pk != but.pk]
    leads = people_with(C.KEEP_RETENTION, on_list.school_id, timezone.localdate(at))
    return [user for user in (*own, *leads) if but is None or user.pk != but.pk]


def _tell(on_list: DestructionList, people: Iterable[User], kind: ListNotice, at: datetime) -> None:
    tell(people=people, school_id=on_list.school_id, kind=kind, object_type=OBJECT_TYPE, object_id=on_list.pk, at=at)
