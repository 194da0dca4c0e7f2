"""The safeguarding lead is away: does everything reach somebody who can act on it, and come back with its reasons?"""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safeguarding.accounts.models import Absence, ActingPeriod, Notice, RoleAssignment
from safeguarding.accounts.permissions import Rights, may
from safeguarding.accounts.roles import ACTING_LEAD, ROLES, Capability
from safeguarding.accounts.services import acting, assign_role
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import who_sees
from safeguarding.concerns.models import Action, HandOver
from safeguarding.concerns.services import access, covering, deciding, escalation, raising
from safeguarding.concerns.services.telling import readers
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.decided import act, decide
from tests.signed_in import next_code
from tests.walls import asking

pytestmark = pytest.mark.django_db
DAY = SCHOOL_DAY.date()
NEXT_WEEK = DAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def _day(clock):
    return clock


def name(room, *away, acting_lead=None, ends_on=NEXT_WEEK, by=None, at=SCHOOL_DAY):
    return acting.name_acting(
        school=room.school, away=away or (room.lead,), acting=acting_lead or room.pastoral, ends_on=ends_on,
        by=by or room.headteacher, at=at,
    )  # fmt: skip


def inbox(person, *kinds):
    rows = Notice.objects.filter(user=person, opened_at=None, settled_at=None)
    return {(n.kind, n.object_id) for n in rows if not kinds or n.kind in kinds}


def test_what_the_lead_had_moves_and_what_is_new_goes_to_who_acts(room, concern):
    held = act(concern, room.lead, room.lead)
    old = factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1))
    mine = act(old, room.headteacher, room.deputy)
    assert (Notice.Kind.NEW_CONCERN, old.pk) in inbox(room.lead)

    [period] = name(room)

    assert Action.objects.get(pk=held.pk).owner == room.pastoral
    assert Action.objects.get(pk=mine.pk).owner == room.deputy
    assert {(Notice.Kind.NEW_CONCERN, old.pk), (Notice.Kind.ACTION, held.pk), (Notice.Kind.ACTING, period.pk)} <= inbox(
        room.pastoral
    )
    assert (Notice.Kind.NEW_CONCERN, old.pk) in inbox(room.lead)
    [moved] = HandOver.objects.all()
    assert (moved.from_user, moved.to_user, moved.period, moved.by) == (room.lead, room.pastoral, period, None)
    assert Event.objects.filter(verb=Verb.ASSIGN, object_id=held.pk, purpose="cover").count() == 1
    # From now on the acting lead is called first, reads, decides and refers; the lead is called no more.
    new = raising.call_lead(token=uuid7(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    assert inbox(room.pastoral, Notice.Kind.CALL) == {(Notice.Kind.CALL, new.pk)}
    assert not inbox(room.lead, Notice.Kind.CALL)
    opened = deciding.open_concern(concern=new, by=factories.User.objects.get(pk=room.pastoral.pk))
    assert opened.acknowledged_by == room.pastoral
    assert may(factories.User.objects.get(pk=room.pastoral.pk), Capability.DECIDE_CONCERNS, room.school.pk)
    # The worker does not move again what somebody has given back by hand, and tells nobody twice.
    deciding.hand_over(
        action=Action.objects.get(pk=held.pk), owner=room.lead, due_on=DAY, by=room.headteacher, at=SCHOOL_DAY
    )
    before = Notice.objects.count()
    assert acting.keep_up(at=SCHOOL_DAY + timedelta(minutes=5)) == 0
    assert Action.objects.get(pk=held.pk).owner == room.lead
    assert Notice.objects.count() == before


def test_who_may_name_whom_and_until_when(room):
    for refused in (room.deputy, room.pastoral, room.teacher, room.office):
        with pytest.raises(NotAllowed):
            name(room, by=refused, acting_lead=room.assistant)
    chair = factories.member(room.school, "chair", "Winston", "Dale")
    wrong = [
        {"acting_lead": room.headteacher},
        {"acting_lead": room.lead},
        {"acting_lead": chair},
        {"acting_lead": factories.member(factories.school(), "pastoral", "Mo", "Adeyemi")},
        {"ends_on": DAY - timedelta(days=1)},
        {"ends_on": DAY + timedelta(days=367)},
    ]
    for given_ in wrong:
        with pytest.raises(BadInput):
            name(room, **given_)
    with pytest.raises(BadInput):
        name(room, room.teacher)
    with pytest.raises(BadInput, match="until a day"):
        assign_role(user=room.pastoral, school=room.school, role_key=ACTING_LEAD, starts_on=DAY, by=room.headteacher)
    assert not ActingPeriod.objects.exists()

    [period], [again] = name(room), name(room)
    assert period == again
    assert RoleAssignment.objects.get(role_key=ACTING_LEAD).ends_on == NEXT_WEEK
    longer = NEXT_WEEK + timedelta(days=3)
    name(room, ends_on=longer)
    held = RoleAssignment.objects.get(role_key=ACTING_LEAD)
    assert (held.ends_on, held.call_order, Absence.objects.get().ends_on) == (longer, 1, longer)
    with pytest.raises(OutOfTurn, match="Carla Mendes acts for Priya Raman"):
        name(room, acting_lead=room.assistant)
    # Somebody who acts gives nobody a role, and names nobody after them.
    stand_in = factories.User.objects.get(pk=room.pastoral.pk)
    for deed in (
        lambda: name(room, room.deputy, acting_lead=room.teacher, by=stand_in),
        lambda: assign_role(user=room.teacher, school=room.school, role_key="lead", starts_on=DAY, by=stand_in),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_nothing_moves_to_somebody_from_whom_it_is_hidden(room, concern):
    about_carla = factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1))
    held, other = act(about_carla, room.lead, room.lead), act(concern, room.lead, room.lead)
    access.name_subject(concern=about_carla, user=room.pastoral, by=room.lead, at=SCHOOL_DAY)
    Notice.objects.filter(user=room.deputy).delete()

    name(room)

    assert Action.objects.get(pk=held.pk).owner == room.deputy
    assert Action.objects.get(pk=other.pk).owner == room.pastoral
    assert about_carla.pk not in {key for _, key in inbox(room.pastoral)}
    assert held.pk not in {key for _, key in inbox(room.pastoral)}
    assert (Notice.Kind.NEW_CONCERN, about_carla.pk) in inbox(room.deputy)
    call = raising.call_lead(token=uuid7(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    access.name_subject(concern=call, user=room.pastoral, by=room.headteacher, at=SCHOOL_DAY)
    assert room.pastoral not in readers(call, on=DAY)


def test_what_is_hidden_from_the_headteacher_is_moved_by_the_worker(client, room, concern):
    secret = factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1))
    held, kept = act(concern, room.lead, room.lead), act(secret, room.lead, room.lead)
    access.name_subject(concern=secret, user=room.headteacher, by=room.lead, at=SCHOOL_DAY)
    client.force_login(room.headteacher)
    sent = {"away": [room.lead.pk], "acting": room.pastoral.pk, "ends_on_day": NEXT_WEEK.day, "confirmed": "yes",
            "ends_on_month": NEXT_WEEK.month, "ends_on_year": NEXT_WEEK.year}  # fmt: skip
    assert client.post(reverse("name_acting"), sent).status_code == 302
    owners = {a.pk: a.owner for a in Action.objects.all()}
    assert owners == {held.pk: room.pastoral, kept.pk: room.lead}
    with asking(None, "worker"):
        assert acting.keep_up(at=SCHOOL_DAY) == 1
    assert Action.objects.get(pk=kept.pk).owner == room.pastoral
    # What there was to read of it was told at once: a notice says nothing that a rule would have to hide.
    assert (Notice.Kind.NEW_CONCERN, secret.pk) in inbox(room.pastoral)


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
        assert inbox(room.lead, Notice.Kind.RETURN) == {(Notice.Kind.RETURN, period.pk)}
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
    assert covering.give_back(period=second, by=room.lead, at=SCHOOL_DAY) == 0


def test_the_page_asks_shows_what_is_gained_and_takes_the_code(client, room):
    room = factories.staffroom(password=factories.PASSWORD)
    url = reverse("name_acting")
    day, month, year = NEXT_WEEK.day, NEXT_WEEK.month, NEXT_WEEK.year
    sent = {"away": [room.lead.pk, room.deputy.pk], "acting": room.pastoral.pk, "ends_on_day": day,
            "ends_on_month": month, "ends_on_year": year}  # fmt: skip
    for refused in (room.teacher, room.deputy, room.office):
        client.force_login(refused)
        assert client.get(url).status_code == 403
    client.force_login(room.headteacher)
    assert client.post(url, {**sent, "acting": room.headteacher.pk}).status_code == 422
    assert client.post(url, {**sent, "away": [room.pastoral.pk]}).status_code == 422
    assert "must be somebody who is not away" in client.post(url, {**sent, "acting": room.deputy.pk}).content.decode()
    assert "must be today or later" in client.post(url, {**sent, "ends_on_year": 2025}).content.decode()
    shown = client.post(url, sent).content.decode()
    assert "decides what is done about a concern" in shown
    assert all(
        f'name="ends_on_{part}" value="{value}"' in shown
        for part, value in (("day", day), ("month", month), ("year", year))
    )
    assert not ActingPeriod.objects.exists()
    # Given too long ago, the code is asked for on the page that confirms, not on one of its own.
    assert shown.count('name="factor_code"') == 1  # that of the locked screen, in the frame of every page
    client.force_login(room.headteacher, factor=True)
    with time_machine.travel(SCHOOL_DAY + timedelta(minutes=10), tick=False):
        assert client.post(url, sent).content.decode().count('name="factor_code"') == 2
        confirmed = {**sent, "confirmed": "yes"}
        assert client.post(url, {**confirmed, "factor_code": "000000"}).status_code == 422
        assert not ActingPeriod.objects.exists()
        assert client.post(url, {**confirmed, "factor_code": next_code(room.headteacher)}).status_code == 302
    assert {p.away for p in ActingPeriod.objects.all()} == {room.lead, room.deputy}
    assert RoleAssignment.objects.get(role_key=ACTING_LEAD, user=room.pastoral).ends_on == NEXT_WEEK


PEOPLE = (
    "lead", "deputy_lead", "acting_lead", "headteacher", "trust_lead", "alternate_lead", "chair", "pastoral",
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    here=st.sets(st.sampled_from(PEOPLE)),
    away=st.sets(st.sampled_from(PEOPLE)),
    hidden=st.sets(st.sampled_from(PEOPLE)),
    read_only=st.sets(st.sampled_from(("alternate_lead", "chair", "pastoral"))),
    restricted=st.booleans(),
)
def test_escalation_never_ends_at_somebody_who_cannot_acknowledge_decide_and_refer(
    here, away, hidden, read_only, restricted
):
    """Over roles, absences, conflicts and access given: everybody who is told can act, and somebody is, where anybody can."""
    with transaction.atomic():
        school = factories.school(roles_beyond_notice=["chair"])
        teacher = factories.member(school, "teacher")
        boss = factories.member(school, "headteacher", "Helen", "Okafor")
        RoleAssignment.objects.filter(user=boss).update(starts_on=DAY - timedelta(days=9), ends_on=DAY)
        people = {}
        for key in sorted(here):
            ends = {"ends_on": NEXT_WEEK} if key == ACTING_LEAD else {}
            people[key] = factories.member(school, key, "Sam", key.title(), **ends)
        concern = raising.call_lead(token=uuid7(), school=school, by=teacher, at=SCHOOL_DAY)
        for key in sorted(hidden & set(people)):
            access.name_subject(concern=concern, user=people[key], by=boss, at=SCHOOL_DAY)
        for key in sorted(read_only & set(people) - hidden):
            access.grant_concern(
                concern=concern, user=people[key], reason="Needs to read it", last_day=NEXT_WEEK, by=boss, at=SCHOOL_DAY
            )
        if restricted:
            access.restrict_concern(concern=concern, by=boss, at=SCHOOL_DAY)
        RoleAssignment.objects.filter(user=boss).update(ends_on=DAY - timedelta(days=1))
        Notice.objects.all().delete()
        for key in sorted(away & set(people)):
            Absence.objects.create(user=people[key], starts_on=DAY, ends_on=DAY, recorded_by=boss)
        _escalate_and_judge(concern, people, away)
        transaction.set_rollback(True)


def _escalate_and_judge(concern, people, away):
    escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=4))
    escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=30))
    told = {n.user_id for n in Notice.objects.filter(object_id=concern.pk, kind=Notice.Kind.CALL)}
    reasons = who_sees(concern, [p.pk for p in people.values()])

    def can(key):
        seen = reasons.get(people[key].pk, [])
        return bool(seen) and (ROLES[key].may(Capability.DECIDE_CONCERNS) or "standing_in" in seen)

    able = {people[key].pk for key in people if can(key)}
    assert told <= able
    assert bool(told) == bool(able)
    # Who is in school comes before who is away.
    present = {
        people[key].pk for key in people if can(key) and key not in away and ROLES[key].may(Capability.DECIDE_CONCERNS)
    }
    assert not present or told & present
    assert {person.pk for person in readers(concern, on=DAY)} <= able
