"""Who reads that a part of a request is not finished, who is reminded of it, and who alone learns whose it is?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.models import Notice, RoleAssignment, User
from safeguarding.audit.models import Event
from safeguarding.exceptions import NotAllowed, OutOfTurn
from sharing.requests.models import RightsRequest, SearchPlace
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.services import deciding, places, reminders, unfinished
from tests import factories
from tests.integration.requests.answers import School, now, school
from tests.integration.requests.desk import signed_in
from tests.integration.requests.test_hostile import split
from tests.integration.requests.test_walls import change, refused
from tests.walls import as_role, asking

pytestmark = pytest.mark.django_db
NOT_ALL = "Not all parts are finished"


@pytest.fixture
def at() -> School:
    return school()


@pytest.fixture
def case(at: School) -> RightsRequest:
    """Headteacher and chair are asked; the deputy, of whom the lead does not know, reviews a part. The lead’s own part
    is finished.
    """
    made, own, _ = split(at)
    places.ask_about_adults(made, by=at.cast.office, at=timezone.now())
    deciding.decide(own, by=at.lead, decided="full", revision=0)
    return now(made)


def finish(at: School, case: RightsRequest, *, but: str) -> None:
    """Everybody has finished but one of the three."""
    for who, place, user in (
        ("headteacher", "adults_headteacher", at.cast.headteacher),
        ("chair", "adults_chair", at.chair),
    ):
        if who != but:
            places.answer(SearchPlace._base_manager.get(case=case, place=place), by=user, found="none")
    if but != "deputy":
        item = case.items.get(reviewer=at.cast.deputy)
        deciding.decide(item, by=at.cast.deputy, decided="full", revision=item.revision)


def user_of(at: School, who: str) -> User:
    return {"headteacher": at.cast.headteacher, "chair": at.chair, "deputy": at.cast.deputy}[who]


def reminded(case: RightsRequest) -> set[User]:
    rows = Notice.objects.filter(object_id=case.pk, kind=RequestNotice.UNFINISHED)
    return {one.user for one in rows.select_related("user")}


def worker(case: RightsRequest) -> bool:
    with as_role("worker"):
        return unfinished.remind_of_parts(case.pk)


def by_itself(days: int) -> None:
    later = (timezone.localtime() + timedelta(days=days)).replace(hour=9)
    with as_role("worker"):
        reminders.remind(at=later)


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is as if it had never been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def page(user: User, name: str, *keys: Any) -> str:
    """A page without what differs each time it is asked for."""
    content = signed_in(user).get(reverse(name, args=keys), follow=True).content.decode()
    return re.sub(r'value="[^"]{30,}"|nonce="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|\d{1,2}:\d\d[ap]m', "", content)


def sight(at: School, case: RightsRequest) -> list[Any]:
    """All that handler and preparer have: their pages, notices and events, and the events of the case."""
    mine = (at.cast.office, at.lead)
    pages = [
        page(user, name, *keys)
        for user in mine
        for name, *keys in (("request", case.pk), ("requests",), ("inbox",), ("home",), ("child", case.child_id))
    ]
    pages.append(page(at.lead, "request_approval", case.pk))
    rows = Notice.objects.filter(user__in=mine)
    notices = sorted((one.user_id, one.kind, one.opened_at is None, one.settled_at is None) for one in rows)
    events = Event.objects.filter(actor_id__in=[one.pk for one in mine]) | Event.objects.filter(object_id=case.pk)
    told = events.order_by("pk").values_list("actor_id", "verb", "object_type", "purpose", "count")
    return [pages, notices, [row for row in told if row[1] != "view"]]


def test_who_is_still_asked_changes_nothing_that_handler_and_preparer_have(at: School, case: RightsRequest) -> None:
    """Headteacher, chair or somebody who reviews what the lead may not see: pages, notices and events are the same,
    also when they have that person reminded, and when Harbour does it.
    """
    found = {}
    for who in ("headteacher", "chair", "deputy"):
        with undone():
            finish(at, case, but=who)
            before = sight(at, case)
            assert all(NOT_ALL in one for one in (before[0][0], before[0][5], before[0][10]))
            for presser in (at.cast.office, at.lead):
                answer = signed_in(presser).post(reverse("request", args=[case.pk]), {"deed": "remind"}, follow=True)
                assert "Whoever has not finished their part is reminded." in answer.content.decode()
                assert worker(case)
                assert reminded(case) == {user_of(at, who)}
            pressed = sight(at, case)
            Notice.objects.filter(kind=RequestNotice.UNFINISHED).update(opened_at=timezone.now())
            by_itself(days=12)
            assert Notice.objects.filter(kind=RequestNotice.UNFINISHED).count() == 2
            assert reminded(case) == {user_of(at, who)}
            found[who] = [before, pressed, sight(at, case)]
    assert found["headteacher"] == found["chair"] == found["deputy"]


def test_handler_and_preparer_read_who_is_asked_in_every_case_by_role(at: School, case: RightsRequest) -> None:
    head, chair = at.cast.headteacher, at.chair
    named = f"Asked in every case: {head.full_name}, Headteacher; {chair.full_name}, chair of governors."
    for user in (at.cast.office, at.lead):
        shown = signed_in(user).get(reverse("request", args=[case.pk])).content.decode()
        assert named in shown and NOT_ALL in shown and "You alone read" not in shown
        assert at.cast.deputy.full_name not in shown.split('id="others"')[1].split("</section>")[0]
    finish(at, case, but="")
    for user in (at.cast.office, at.lead):
        shown = signed_in(user).get(reverse("request", args=[case.pk])).content.decode()
        assert named in shown and NOT_ALL not in shown and "All parts are finished." in shown


def test_approver_alone_reads_who_has_not_finished(at: School, case: RightsRequest) -> None:
    for who, what in (
        ("chair", "Concerns about adults, asked of the chair of governors"),
        ("deputy", "Reviews a part of what was found"),
    ):
        with undone():
            finish(at, case, but=who)
            shown = page(at.officer, "request", case.pk).split('id="others"')[1].split("</section>")[0]
            lines = re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)
            assert len(lines) == 1 and user_of(at, who).full_name in lines[0] and what in lines[0]
            assert "You alone read who has not finished." in shown


def test_only_who_handles_or_prepares_has_others_reminded(at: School, case: RightsRequest) -> None:
    for user in (at.cast.teacher, at.cast.deputy, at.chair):
        with pytest.raises(NotAllowed):
            unfinished.ask_to_remind(case, by=user)
    assert not worker(case), "nobody has asked for it"
    with asking(at.lead):
        unfinished.ask_to_remind(case, by=at.lead)
    assert worker(case) and reminded(case) == {at.cast.headteacher, at.chair, at.cast.deputy}
    assert not worker(case), "once"
    closed = RightsRequest._base_manager.filter(pk=case.pk)
    closed.update(status="withdrawn", withdrawn_at=timezone.now(), withdrawn_by=at.cast.office)
    with pytest.raises(OutOfTurn):
        unfinished.ask_to_remind(now(case), by=at.lead)


def test_nobody_asks_for_a_reminder_in_the_name_of_somebody_else(at: School, case: RightsRequest) -> None:
    asks = change(case, f"reminder_asked_by_id = '{at.lead.pk}'")
    assert refused(at.cast.office, asks) and not refused(at.lead, asks)


def test_harbour_reminds_after_three_working_days_and_not_before_the_last_was_opened(
    at: School, case: RightsRequest
) -> None:
    by_itself(days=1)
    assert reminded(case) == set()
    for _ in range(2):
        by_itself(days=12)
        assert Notice.objects.filter(kind=RequestNotice.UNFINISHED).count() == 3
    assert reminded(case) == {at.cast.headteacher, at.chair, at.cast.deputy}
    events = Event.objects.filter(purpose="reminder", object_type="requests.searchplace")
    assert events.count() == 2 and not events.exclude(school_id=None).exists()


def test_who_reads_those_concerns_by_now_is_asked_and_the_page_says_so(at: School, case: RightsRequest) -> None:
    """A chair who left is followed by another, whether they had answered or not: nobody reads which."""
    RoleAssignment.objects.filter(user=at.chair).update(ends_on=timezone.localdate() - timedelta(days=1))
    follows = factories.member(at.cast.school, "chair", "Nell", "Orr")
    by_itself(days=1)
    row = SearchPlace._base_manager.get(case=case, place="adults_chair")
    assert row.asked == follows and Notice.objects.filter(user=follows, kind=RequestNotice.ASKED).exists()
    shown = signed_in(at.lead).get(reverse("request", args=[case.pk])).content.decode()
    assert "Nell Orr, chair of governors" in shown and at.chair.full_name not in shown
