"""Access to one concern; whom it is about; and that somebody who may read it is always told, never somebody who may
not.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from children.services import access as child_access
from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.services import record_absence
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import known, may_view, sight, who_sees
from safeguarding.concerns.models import Concern, ConcernChild, HowSoon
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import access, deciding
from safeguarding.concerns.services.escalation import escalate_calls
from safeguarding.concerns.services.raising import ChildEntry, call_lead
from safeguarding.concerns.services.telling import readers, seers
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.matrix.asking import taken_back

pytestmark = pytest.mark.django_db
NEXT_MONTH = timezone.localdate() + timedelta(days=30)
WHY = "Works with the family every week"


def told(concern, kind):
    return {n.user for n in Notice.objects.filter(object_id=concern.pk, kind=kind).select_related("user")}


def chair_of(room):
    return factories.member(room.school, "chair", "Winston", "Dale")


def test_a_restricted_concern_is_for_those_whose_role_opens_it_and_who_is_given_access(room):
    concern = factories.concern(room)
    access.restrict_concern(concern=concern, by=room.lead)
    assert {p for p in (room.lead, room.headteacher, room.deputy) if may_view(p, concern)} == {
        room.lead,
        room.headteacher,
    }
    access.grant_concern(concern=concern, user=room.deputy, reason=WHY, last_day=NEXT_MONTH, by=room.lead)
    assert may_view(room.deputy, concern)
    for refused in (room.deputy, room.teacher):
        with pytest.raises(NotAllowed):
            access.lift_restriction(concern=concern, by=refused)
    with pytest.raises(OutOfTurn):
        access.restrict_concern(concern=concern, by=room.lead)
    access.lift_restriction(concern=concern, by=room.headteacher)
    assert list(Event.objects.filter(verb=Verb.RESTRICT).values_list("purpose", flat=True)) == ["restricted", "lifted"]


def test_access_to_a_child_does_not_open_what_is_restricted_and_access_by_name_does(room):
    rowan = factories.child(room.school, by=room.office)
    concern = factories.concern(room, children=[ChildEntry(role="worried_about", child=rowan)])
    child_access.grant_child(child=rowan, user=room.pastoral, reason=WHY, last_day=NEXT_MONTH, by=room.lead)
    assert may_view(room.pastoral, concern)
    access.restrict_concern(concern=concern, by=room.lead)
    assert not may_view(room.pastoral, concern)
    grant = access.grant_concern(concern=concern, user=room.pastoral, reason=WHY, last_day=NEXT_MONTH, by=room.lead)
    assert may_view(room.pastoral, concern)
    access.withdraw_concern_grant(grant=grant, reason="Not needed any more", by=room.lead)
    assert not may_view(room.pastoral, concern)


def test_who_reads_by_access_given_is_not_the_lead_it_waits_for(room):
    concern = factories.concern(room)
    access.grant_concern(concern=concern, user=room.pastoral, reason=WHY, last_day=NEXT_MONTH, by=room.lead)
    assert deciding.open_concern(concern=concern, by=room.pastoral).status == Concern.Status.NEW
    assert deciding.open_concern(concern=concern, by=room.deputy).acknowledged_by == room.deputy


def test_a_concern_about_the_headteacher_is_hidden_from_her_and_the_chair_is_told(room):
    chair, concern = chair_of(room), factories.concern(room)
    assert not may_view(chair, concern)
    with pytest.raises(NotAllowed):
        access.name_subject(concern=concern, user=room.headteacher, by=room.deputy)
    subject = access.name_subject(concern=concern, user=room.headteacher, by=room.lead)
    assert not may_view(room.headteacher, concern)
    assert may_view(chair, concern)
    assert told(concern, ConcernNotice.STAND_IN) == {chair}
    with pytest.raises(NotAllowed):
        access.withdraw_subject(subject=subject, by=room.headteacher)
    access.withdraw_subject(subject=subject, by=room.lead)
    assert may_view(room.headteacher, concern)
    assert not may_view(chair, concern)


def test_whoever_stands_in_decides_what_becomes_of_it_and_of_nothing_else(room):
    chair, concern, other = chair_of(room), factories.concern(room), factories.concern(room)
    access.name_subject(concern=concern, user=room.headteacher, by=room.lead)
    opened = deciding.open_concern(concern=concern, by=chair)
    assert opened.acknowledged_by == chair
    ruling = deciding.Ruling(
        level=2, kind="in_school", rationale="Looked into.", parents_told="yes", receipt="in_school"
    )
    deciding.decide(concern=opened, token=uuid7(), seen=opened.revision, ruling=ruling, by=chair)
    assert Concern.objects.get(pk=concern.pk).decided_by == chair
    with pytest.raises(NotAllowed):
        deciding.add_note(concern=other, token=uuid7(), text="Not mine.", by=chair)


def test_the_alternate_lead_is_told_where_the_leads_are_in_conflict(room):
    alternate = factories.member(room.school, "alternate_lead", "Ngozi", "Eze")
    rowan = factories.child(room.school, by=room.office)
    for lead in (room.lead, room.deputy):
        child_access.declare_conflict(user=lead, child=rowan, kind="relative", by=lead)
    concern = factories.concern(room, children=[ChildEntry(role="worried_about", child=rowan)])
    assert told(concern, ConcernNotice.NEW_CONCERN) == {alternate}
    other = factories.concern(room)
    assert told(other, ConcernNotice.NEW_CONCERN) == {room.lead, room.deputy}


def test_a_conflict_declared_later_hands_what_waits_to_who_reads_it_now(room):
    rowan = factories.child(room.school, by=room.office)
    concern = factories.concern(room, children=[ChildEntry(role="worried_about", child=rowan)])
    child_access.declare_conflict(user=room.lead, child=rowan, kind="relative", by=room.lead)
    assert told(concern, ConcernNotice.STAND_IN) == set(), "the deputy reads it still"
    child_access.declare_conflict(user=room.deputy, child=rowan, kind="relative", by=room.deputy)
    assert told(concern, ConcernNotice.STAND_IN) == {room.headteacher}


def test_where_nobody_may_read_it_those_who_can_name_somebody_are_told_without_saying_what(room):
    chair = chair_of(room)
    rowan = factories.child(room.school, by=room.office)
    concern = factories.concern(room, children=[ChildEntry(role="worried_about", child=rowan)])
    for person in (room.lead, room.deputy, room.headteacher):
        child_access.declare_conflict(user=person, child=rowan, kind="close", by=person)
    assert told(concern, ConcernNotice.STAND_IN) >= {chair}
    child_access.declare_conflict(user=chair, child=rowan, kind="close", by=chair)
    assert seers(concern, on=timezone.localdate()) == {}
    asked = Notice.objects.filter(kind=NoticeKind.APPOINT)
    assert {n.user for n in asked} == {room.lead, room.headteacher, chair}
    assert {n.object_id for n in asked} == {room.school.pk}
    # Somebody is named, and reads it.
    alternate = factories.member(room.school, "alternate_lead", "Ngozi", "Eze")
    assert readers(concern, on=timezone.localdate()) == [alternate]


def test_a_call_goes_to_who_may_see_it(room, time_machine):
    time_machine.move_to(factories.SCHOOL_DAY)
    rowan = factories.child(room.school, by=room.office)
    child_access.declare_conflict(user=room.lead, child=rowan, kind="own_child", by=room.lead)
    concern = call_lead(token=uuid7(), school=room.school, by=room.teacher, child=rowan)
    assert told(concern, ConcernNotice.CALL) == {room.deputy}
    escalate_calls(at=factories.SCHOOL_DAY + timedelta(minutes=30))
    assert told(concern, ConcernNotice.CALL) == {room.deputy, room.headteacher}


def test_linking_a_child_whom_the_leads_may_not_see_hands_it_on(room):
    alternate = factories.member(room.school, "alternate_lead", "Ngozi", "Eze")
    rowan = factories.child(room.school, by=room.office)
    child_access.declare_conflict(user=room.lead, child=rowan, kind="relative", by=room.lead)
    unnamed = ChildEntry(role="worried_about", kind=ConcernChild.Kind.UNNAMED, description="Boy, red coat")
    concern = factories.concern(room, children=[unnamed], how_soon=HowSoon.TODAY)
    assert may_view(room.lead, concern)
    today = timezone.localdate()
    record_absence(user=room.deputy, starts_on=today, ends_on=today, by=room.lead)
    deciding.link_child(named=concern.children.get(), child=rowan, by=room.deputy)
    assert not may_view(room.lead, concern)
    assert told(concern, ConcernNotice.STAND_IN) == {alternate}


def test_nobody_is_given_access_across_a_conflict_or_without_a_reason(room):
    concern = factories.concern(room)
    child_access.declare_conflict(
        user=room.pastoral, child=concern.children.get().child, kind="relative", by=room.pastoral
    )
    for user, reason in ((room.pastoral, WHY), (room.deputy, " "), (room.lead, WHY)):
        with pytest.raises(BadInput):
            access.grant_concern(concern=concern, user=user, reason=reason, last_day=NEXT_MONTH, by=room.lead)


def test_nobody_from_whom_it_is_hidden_is_given_something_to_do_for_it(room):
    concern = factories.concern(room)
    child = concern.children.get().child
    child_access.declare_conflict(user=room.pastoral, child=child, kind="relative", by=room.pastoral)
    do = {"concern": concern, "text": "Ring home", "due_on": timezone.localdate(), "by": room.lead}
    with pytest.raises(BadInput, match="cannot be given this"):
        deciding.add_action(token=uuid7(), owner=room.pastoral, **do)
    action = deciding.add_action(token=uuid7(), owner=room.teacher, **do)
    with pytest.raises(BadInput, match="cannot be given this"):
        deciding.hand_over(action=action, owner=room.pastoral, due_on=action.due_on, by=room.lead)


PEOPLE = ("lead", "deputy", "headteacher", "chair", "alternate", "trust")


@pytest.fixture
def people(room):
    """Everyone who can be told of a concern, by name."""
    return {name: getattr(room, name) for name in ("lead", "deputy", "headteacher")} | {
        "chair": chair_of(room),
        "alternate": factories.member(room.school, "alternate_lead", "Ngozi", "Eze"),
        "trust": factories.member(room.school, "trust_lead", "Ada", "Lowe"),
    }


@given(
    close=st.lists(st.sampled_from(PEOPLE), unique=True),
    about=st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3),
    restricted=st.booleans(),
)
@settings(max_examples=60)
def test_whoever_is_told_sees_it_and_somebody_is_told_while_anybody_sees_it(
    room, people, report, close, about, restricted
):
    """Whatever conflicts there are, and whomever it is about. Each example begins with the same rows, read again."""
    with taken_back():
        found = User.objects.in_bulk([person.pk for person in people.values()])
        cast = {name: found[person.pk] for name, person in people.items()}
        concern = Concern.objects.get(pk=report.pk)
        rowan = concern.children.get().child
        if restricted:
            access.restrict_concern(concern=concern, by=cast["lead"])
        Notice.objects.all().delete()
        for name in about:
            named = {"concern": concern, "school_id": concern.school_id, "user": cast[name], "named_by": room.teacher}
            concern.subjects.create(**named)
        for name in close:
            child_access.declare_conflict(user=cast[name], child=rowan, kind="relative", by=cast[name])
        on, everybody = timezone.localdate(), [p.pk for p in cast.values()]
        seen, line = set(who_sees(concern, everybody)), readers(concern, on=on)
        assert {p.pk for p in line} <= seen
        assert bool(line) == bool(seen)
        assert {n.user_id for n in Notice.objects.filter(object_id=concern.pk)} - seen <= {cast[n].pk for n in close}
        hidden = {person for person, found in sight(concern, everybody).items() if found.hidden}
        assert not hidden & seen
        for name, person in cast.items():
            assert (concern.pk in known("hidden_concerns", person.pk)) == (name in {*close, *about})
        if close and not seen:
            assert Notice.objects.filter(kind=NoticeKind.APPOINT, school_id=room.school.pk).exists()
