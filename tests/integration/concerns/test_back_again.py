"""The safeguarding lead is back, or another is to act: what ends, what comes back, and what was decided meanwhile?"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from safeguarding.accounts.models import Absence, RoleAssignment
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.permissions import Rights
from safeguarding.accounts.roles import ACTING_LEAD, Capability
from safeguarding.accounts.services import acting, record_absence
from safeguarding.concerns.models import Action, HandOver
from safeguarding.concerns.services import access, covering, deciding
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.decided import act, decide
from tests.integration.concerns.test_acting_lead import DAY, NEXT_WEEK, inbox, name

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_back_the_lead_reads_what_was_decided_and_takes_the_actions_back(client, room, concern):
    held, done = (
        act(concern, room.lead, room.lead),
        act(concern, room.lead, room.lead, text="Write to the school nurse"),
    )
    hidden = factories.concern(room)
    [period] = name(room)
    stand_in = factories.User.objects.get(pk=room.pastoral.pk)
    with time_machine.travel(SCHOOL_DAY + timedelta(days=1), tick=False):
        now = SCHOOL_DAY + timedelta(days=1)
        for each in (concern, hidden):
            each.refresh_from_db()
            decide(each, stand_in, at=now)
        deciding.end_action(action=Action.objects.get(pk=done.pk), move="complete", result="Written.", by=stand_in)
        access.name_subject(concern=hidden, user=room.lead, by=room.headteacher, at=now)

    after = SCHOOL_DAY + timedelta(days=8)
    with time_machine.travel(after, tick=False):
        assert acting.keep_up(at=after) == 0
        assert acting.keep_up(at=after) == 0
        assert inbox(room.lead, NoticeKind.RETURN) == {(NoticeKind.RETURN, period.pk)}
        assert not Rights(stand_in).may(Capability.VIEW_CONCERNS)
        page = reverse("acting_period", args=[period.pk])
        for person, status in ((room.teacher, 404), (room.deputy, 404), (room.headteacher, 200), (room.lead, 200)):
            client.force_login(person)
            assert client.get(page).status_code == status
        text = client.get(page).content.decode()
        assert concern.reference in text and "Settled by lunch." in text
        assert hidden.reference not in text
        assert "Take my actions back" in text
        client.force_login(room.headteacher)
        assert client.post(reverse("give_back", args=[period.pk])).status_code == 403
        client.force_login(room.lead)
        for told in ("1 action is yours again.", "Nothing to take back."):
            assert told in client.post(reverse("give_back", args=[period.pk]), follow=True).content.decode()
        assert "While you were away" in client.get(reverse("today")).content.decode()
        client.post(reverse("acting_read", args=[period.pk]))
        assert "While you were away" not in client.get(reverse("today")).content.decode()
    assert Action.objects.get(pk=held.pk).owner == room.lead
    assert Action.objects.get(pk=done.pk).owner == room.pastoral
    given_back = HandOver.objects.get(action=held)
    assert (given_back.given_back_by, given_back.given_back_at) == (room.lead, after)


def test_back_sooner_the_role_the_calls_and_the_absence_end(client, room, concern):
    [period] = name(room)
    later = SCHOOL_DAY + timedelta(days=2)
    with time_machine.travel(later, tick=False):
        client.force_login(room.teacher)
        assert client.post(reverse("end_acting", args=[period.pk])).status_code == 404
        client.force_login(room.lead)
        assert client.post(reverse("end_acting", args=[period.pk])).status_code == 302
        assert client.post(reverse("end_acting", args=[period.pk])).status_code == 409
    period.refresh_from_db()
    assert (period.ended_at, period.ended_by) == (later, room.lead)
    assert RoleAssignment.objects.get(role_key=ACTING_LEAD).ends_on == later.date()
    assert Absence.objects.get().ends_on == DAY + timedelta(days=1)
    # Somebody else acts from then on: what the first still has goes to the second.
    held = act(concern, room.headteacher, room.lead)
    [first] = name(room, acting_lead=room.deputy)
    acting.end_acting(period=first, by=room.headteacher, at=SCHOOL_DAY)
    [second] = name(room, acting_lead=room.assistant)
    assert Action.objects.get(pk=held.pk).owner == room.assistant
    acting.end_acting(period=second, by=room.headteacher, at=SCHOOL_DAY)
    # What came from somebody else's hands is not the lead's to take: it is handed over.
    assert covering.give_back(period=second, by=room.lead, at=SCHOOL_DAY) == 0
    assert Action.objects.get(pk=held.pk).owner == room.assistant


def test_the_role_lasts_as_long_as_somebody_else_is_acted_for_and_no_longer(client, room):
    sooner = DAY + timedelta(days=2)
    [for_lead] = name(room)
    [for_deputy] = name(room, room.deputy, ends_on=sooner)
    held = RoleAssignment.objects.get(role_key=ACTING_LEAD)
    assert held.ends_on == NEXT_WEEK
    for person, period, last_day in ((room.lead, for_lead, sooner), (room.deputy, for_deputy, DAY)):
        client.force_login(person)
        assert client.post(reverse("end_acting", args=[period.pk])).status_code == 302
        held.refresh_from_db()
        assert held.ends_on == last_day


def test_who_is_ill_does_not_count_as_in_because_another_is_to_act(client, room):
    """Days away of the page "Cover" end when the lead says so; those that came with the acting lead end with that."""
    ill = record_absence(user=room.lead, starts_on=DAY, ends_on=NEXT_WEEK, by=room.headteacher, at=SCHOOL_DAY)
    [first], [other] = name(room), name(room, room.deputy, acting_lead=room.assistant)
    client.force_login(room.headteacher)
    page = client.post(reverse("end_acting", args=[first.pk]), follow=True).content.decode()
    assert "Priya Raman is still recorded as away" in page
    page = client.post(reverse("end_acting", args=[other.pk]), follow=True).content.decode()
    assert "still recorded as away" not in page
    assert acting.away_today(room.school.pk, on=DAY) == {room.lead.pk}
    [second] = name(room, acting_lead=room.assistant)
    with time_machine.travel(SCHOOL_DAY + timedelta(days=2), tick=False):
        client.force_login(room.lead)
        client.post(reverse("end_acting", args=[second.pk]))
    ill.refresh_from_db()
    assert ill.ends_on == DAY + timedelta(days=1)
