"""The safeguarding lead is away: does everything reach somebody who can act on it, and come back with its reasons?"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguarding.accounts.models import Absence, ActingPeriod, Notice, RoleAssignment
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import ACTING_LEAD, ROLES, Capability
from safeguarding.accounts.services import acting, assign_role, tell
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import who_sees
from safeguarding.concerns.models import Action, HandOver
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import access, agencies, covering, deciding, escalation, raising
from safeguarding.concerns.services.agencies import Sent
from safeguarding.concerns.services.telling import readers
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.decided import REFER, act, decide, fresh, left_from_outside
from tests.matrix.asking import taken_back
from tests.signed_in import next_code

pytestmark = pytest.mark.django_db
DAY = SCHOOL_DAY.date()
NEXT_WEEK = DAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def _day(clock):
    return clock


def name(room, *away, acting_lead=None, ends_on=NEXT_WEEK, by=None, at=SCHOOL_DAY):
    return acting.name_acting(
        school=room.school,
        away=away or (room.lead,),
        acting=acting_lead or room.pastoral,
        ends_on=ends_on,
        by=by or room.headteacher,
        at=at,
    )


def inbox(person, *kinds):
    rows = Notice.objects.filter(user=person, opened_at=None, settled_at=None)
    return {(n.kind, n.object_id) for n in rows if not kinds or n.kind in kinds}


def test_what_the_lead_had_moves_and_what_is_new_goes_to_who_acts(room, concern):
    held = act(concern, room.lead, room.lead)
    old = factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1))
    mine = act(old, room.headteacher, room.deputy)
    assert (ConcernNotice.NEW_CONCERN, old.pk) in inbox(room.lead)

    [period] = name(room)

    assert Action.objects.get(pk=held.pk).owner == room.pastoral
    assert Action.objects.get(pk=mine.pk).owner == room.deputy
    assert {
        (ConcernNotice.NEW_CONCERN, old.pk),
        (ConcernNotice.ACTION, held.pk),
        (NoticeKind.ACTING, period.pk),
    } <= inbox(room.pastoral)
    assert (ConcernNotice.NEW_CONCERN, old.pk) in inbox(room.lead)
    [moved] = HandOver.objects.all()
    assert (moved.from_user, moved.to_user, moved.period, moved.by) == (room.lead, room.pastoral, period, None)
    assert Event.objects.filter(verb=Verb.ASSIGN, object_id=held.pk, purpose="cover").count() == 1
    # From now on the acting lead is called first, reads, decides and refers; the lead is called no more.
    new = raising.call_lead(token=uuid7(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    assert inbox(room.pastoral, ConcernNotice.CALL) == {(ConcernNotice.CALL, new.pk)}
    assert not inbox(room.lead, ConcernNotice.CALL)
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
    assert (ConcernNotice.NEW_CONCERN, about_carla.pk) in inbox(room.deputy)
    call = raising.call_lead(token=uuid7(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    access.name_subject(concern=call, user=room.pastoral, by=room.headteacher, at=SCHOOL_DAY)
    assert room.pastoral not in readers(call, on=DAY)


def test_what_is_hidden_from_the_headteacher_is_moved_by_the_worker(client, room, concern):
    secret = factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1))
    held, kept = act(concern, room.lead, room.lead), act(secret, room.lead, room.lead)
    access.name_subject(concern=secret, user=room.headteacher, by=room.lead, at=SCHOOL_DAY)
    client.force_login(room.headteacher)
    assert client.post(reverse("name_acting"), naming(room)).status_code == 302
    owners = {a.pk: a.owner for a in Action.objects.all()}
    assert owners == {held.pk: room.pastoral, kept.pk: room.lead}
    assert acting.keep_up(at=SCHOOL_DAY) == 1
    assert Action.objects.get(pk=kept.pk).owner == room.pastoral
    # What there was to read of it was told at once: a notice says nothing that a rule would have to hide.
    assert (ConcernNotice.NEW_CONCERN, secret.pk) in inbox(room.pastoral)


def test_word_of_a_note_from_outside_and_of_a_silent_agency_moves_and_that_of_a_sheet_does_not(client, room, concern):
    note = left_from_outside(room)
    opened = deciding.open_concern(concern=concern, by=room.lead, at=SCHOOL_DAY)
    decide(opened, room.lead, REFER)
    sent = Sent(
        agency="social_care",
        method="telephone",
        told="That he is hit.",
        sent_at=SCHOOL_DAY,
        spoken_to="Dana Whitlock, duty",
    )
    referral = agencies.refer(concern=fresh(concern), token=uuid7(), sent=sent, by=room.lead, at=SCHOOL_DAY)
    told = {
        (ConcernNotice.OUTSIDE, "outside_note", note.pk),
        (ConcernNotice.REFERRAL_LATE, "referral", referral.pk),
        (ConcernNotice.SHEET, "emergency_sheet", uuid7()),
    }
    before = SCHOOL_DAY - timedelta(minutes=10)
    Notice.objects.all().delete()
    for kind, what, key in told:
        tell(people=[room.lead], school_id=room.school.pk, kind=kind, object_type=what, object_id=key, at=before)
    client.force_login(room.headteacher)
    assert client.post(reverse("name_acting"), naming(room)).status_code == 302
    assert inbox(room.pastoral, *(kind for kind, _, _ in told)) == {
        (ConcernNotice.OUTSIDE, note.pk),
        (ConcernNotice.REFERRAL_LATE, referral.pk),
    }
    client.force_login(room.pastoral)
    for page, key in (("outside_note", note.pk), ("referral", referral.pk)):
        assert client.get(reverse(page, args=[key])).status_code == 200


def naming(room):
    """What the page that confirms sends: Carla acts for Priya until next week."""
    return {
        "away": [room.lead.pk],
        "acting": room.pastoral.pk,
        "ends_on_day": NEXT_WEEK.day,
        "confirmed": "yes",
        "ends_on_month": NEXT_WEEK.month,
        "ends_on_year": NEXT_WEEK.year,
    }


def test_the_concern_is_locked_before_its_action_as_everywhere(room, concern):
    act(concern, room.lead, room.lead)
    with CaptureQueriesContext(connection) as moving:
        [period] = name(room)
    acting.end_acting(period=period, by=room.lead, at=SCHOOL_DAY)
    with CaptureQueriesContext(connection) as back:
        assert covering.give_back(period=period, by=room.lead, at=SCHOOL_DAY) == 1
    for queries in (moving, back):
        locked = [one["sql"].split('FROM "')[1].split('"')[0] for one in queries if "FOR UPDATE" in one["sql"]]
        mine = [table for table in locked if table in ("concerns_concern", "concerns_action", "concerns_handover")]
        assert mine[0] == "concerns_concern" and len(set(mine)) == 2


def test_the_page_asks_shows_what_is_gained_and_takes_the_code(client, room):
    room = factories.staffroom(password=factories.PASSWORD)
    url = reverse("name_acting")
    day, month, year = NEXT_WEEK.day, NEXT_WEEK.month, NEXT_WEEK.year
    sent = {
        "away": [room.lead.pk, room.deputy.pk],
        "acting": room.pastoral.pk,
        "ends_on_day": day,
        "ends_on_month": month,
        "ends_on_year": year,
    }
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
    "lead",
    "deputy_lead",
    "acting_lead",
    "headteacher",
    "trust_lead",
    "alternate_lead",
    "chair",
    "pastoral",
)


@pytest.fixture
def everybody():
    """A teacher, a headteacher whose last day this is, and one person for each role of `PEOPLE`."""
    school = factories.school(roles_beyond_notice=["chair"])
    found = {"teacher": factories.member(school, "teacher")}
    found["boss"] = factories.member(school, "headteacher", "Helen", "Okafor")
    RoleAssignment.objects.filter(user=found["boss"]).update(starts_on=DAY - timedelta(days=9), ends_on=DAY)
    for key in PEOPLE:
        ends = {"ends_on": NEXT_WEEK} if key == ACTING_LEAD else {}
        found[key] = factories.member(school, key, "Sam", key.title(), **ends)
    return SimpleNamespace(school=school, **found)


@settings(max_examples=25)
@given(
    here=st.sets(st.sampled_from(PEOPLE)),
    away=st.sets(st.sampled_from(PEOPLE)),
    hidden=st.sets(st.sampled_from(PEOPLE)),
    read_only=st.sets(st.sampled_from(("alternate_lead", "chair", "pastoral"))),
    restricted=st.booleans(),
)
def test_escalation_never_ends_at_somebody_who_cannot_acknowledge_decide_and_refer(
    everybody, here, away, hidden, read_only, restricted
):
    """Over roles, absences, conflicts and access given: everybody who is told can act, and somebody is, where anybody
    can.
    """
    with taken_back():
        read = factories.User.objects.in_bulk([getattr(everybody, key).pk for key in ("teacher", "boss", *PEOPLE)])
        boss, people = read[everybody.boss.pk], {key: read[getattr(everybody, key).pk] for key in sorted(here)}
        # The others have left.
        left = [getattr(everybody, key) for key in PEOPLE if key not in here]
        RoleAssignment.objects.filter(user__in=left).update(ends_on=DAY - timedelta(days=1))
        teacher = read[everybody.teacher.pk]
        concern = raising.call_lead(token=uuid7(), school=everybody.school, by=teacher, at=SCHOOL_DAY)
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


def _escalate_and_judge(concern, people, away):
    escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=4))
    escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=30))
    told = {n.user_id for n in Notice.objects.filter(object_id=concern.pk, kind=ConcernNotice.CALL)}
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
