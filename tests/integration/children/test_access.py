"""Access to a child: given and withdrawn, across no conflict, and in an emergency. Allowed and refused side by side."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from children.facts import Adult, Home
from children.models import (
    Child,
    ChildDetail,
    ChildGrant,
    ChildTeamGrant,
    ConflictOfInterest,
    Contact,
    EmergencyAccess,
    Household,
)
from children.notice_kinds import ChildNotice
from children.services import access, keeping
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import Notice
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.roles import ROLES
from safeguarding.accounts.second_person import RULES, somebody_else
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import may_view
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.walls import asking

pytestmark = pytest.mark.django_db
NEXT_MONTH = timezone.localdate() + timedelta(days=30)
WHY = "Runs the breakfast club he comes to"
OF_FAMILY = ((Contact, "forename"), (Household, "address"))
LONG_WHY = "He says he took tablets, no lead answers and the ambulance is here"


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def rowan(room):
    return factories.child(room.school, by=room.office)


def detail(child):
    return ChildDetail.objects.get(child=child)


def give(child, user, by, **changed):
    return access.grant_child(
        **{"child": child, "user": user, "reason": WHY, "last_day": NEXT_MONTH, "by": by} | changed
    )


def test_access_opens_the_record_until_it_ends_and_each_is_an_event(room, rowan):
    assert not may_view(room.pastoral, detail(rowan))
    grant = give(rowan, room.pastoral, room.lead)
    assert may_view(room.pastoral, detail(rowan))
    assert Notice.objects.filter(user=room.pastoral, kind=ChildNotice.ACCESS, object_id=rowan.pk).exists()

    access.withdraw_child_grant(grant=grant, reason="The club has ended", by=room.headteacher)
    assert not may_view(room.pastoral, detail(rowan))
    assert [e.verb for e in Event.objects.filter(object_id=rowan.pk, verb__in=(Verb.GRANT, Verb.WITHDRAW))] == [
        Verb.GRANT,
        Verb.WITHDRAW,
    ]
    with pytest.raises(OutOfTurn):
        access.withdraw_child_grant(grant=grant, reason="Twice", by=room.lead)


def test_access_opens_no_adult_who_was_never_on_the_record_and_no_home_that_has_ended(room):
    old, new = ({"address": f"{n} Snipe Street", "town": "", "county": "", "postcode": "SK99 9RN"} for n in (1, 2))
    adults = [Adult("Vale", forename) for forename in ("Ann", "Lee", "Tom")]
    child = factories.child(room.school, by=room.office, adults=adults, homes=[Home(**old)])
    give(child, room.pastoral, room.lead)
    how = {"told": factories.told(), "by": room.office}
    for forename, is_correction in (("Lee", False), ("Tom", True)):
        link = child.contacts.get(contact__forename=forename)
        keeping.end_adult(link=link, is_correction=is_correction, **how)
    keeping.add_home(child=child, home=new | {"is_main": True, "pattern": ""}, **how)
    with asking(room.pastoral):
        seen = [set(model.objects.visible_to(room.pastoral).values_list(name, flat=True)) for model, name in OF_FAMILY]
    assert seen == [{"Ann", "Lee"}, {"2 Snipe Street"}]


def test_what_has_run_out_opens_nothing_and_may_be_given_again(room, rowan):
    long_ago = timezone.now() - timedelta(days=40)
    give(rowan, room.pastoral, room.lead, at=long_ago, last_day=timezone.localdate(long_ago) + timedelta(days=3))
    assert not may_view(room.pastoral, detail(rowan))
    give(rowan, room.pastoral, room.lead)
    assert may_view(room.pastoral, detail(rowan))
    with pytest.raises(OutOfTurn, match="there already"):
        give(rowan, room.pastoral, room.lead)


@pytest.mark.parametrize("giver", ["teacher", "pastoral", "office", "deputy"])
def test_who_may_not_give_access(room, rowan, giver):
    with pytest.raises(NotAllowed):
        give(rowan, room.pastoral, getattr(room, giver))
    assert not ChildGrant.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": " "}, "Say why"),
        ({"last_day": date(2020, 1, 1)}, "today or later"),
        ({"last_day": timezone.localdate() + timedelta(days=400)}, "a year at most"),
    ],
)
def test_access_that_cannot_be_given_is_explained(room, rowan, changed, sentence):
    with pytest.raises(BadInput, match=sentence):
        give(rowan, room.pastoral, room.lead, **changed)


def test_nobody_gives_access_to_herself_nor_to_a_role_that_the_notice_does_not_name(room, rowan):
    with pytest.raises(BadInput, match="yourself"):
        give(rowan, room.lead, room.lead)
    senco = factories.member(room.school, "senco", "Nell", "Ford")
    with pytest.raises(BadInput, match="privacy notice"):
        give(rowan, senco, room.lead)
    accounts.set_roles_beyond_notice(school=room.school, role_keys=["senco"], by=room.lead)
    give(rowan, senco, room.lead)
    assert may_view(senco, detail(rowan))
    # Taken out of the setting again, what was given is closed at once.
    accounts.set_roles_beyond_notice(school=room.school, role_keys=[], by=room.headteacher)
    assert not may_view(senco, detail(rowan))
    with pytest.raises(BadInput):
        accounts.set_roles_beyond_notice(school=room.school, role_keys=["pastoral"], by=room.lead)
    with pytest.raises(NotAllowed):
        accounts.set_roles_beyond_notice(school=room.school, role_keys=["senco"], by=room.deputy)


def test_the_members_of_a_team_find_on_their_first_page_what_it_was_given(client, room, rowan):
    team = accounts.make_team(school=room.school, title="Breakfast club", kind="pastoral", by=room.lead)
    member = accounts.add_member(team=team, user=room.pastoral, by=room.lead)
    access.grant_child_to_team(child=rowan, team=team, reason=WHY, last_day=NEXT_MONTH, by=room.lead)

    def home(user):
        client.force_login(user)
        return client.get(reverse("staff_home")).content.decode()

    page = home(room.pastoral)
    assert rowan.full_name in page
    assert "Given to Breakfast club" in page
    assert reverse("child", args=[rowan.pk]) in page
    # A page that does not show it does not read it either (`tests/proof/reads.py`).
    assert client.get(reverse("emergency_find")).status_code == 200
    assert "Breakfast club" not in home(room.teacher)
    assert [g.group.pk for g in ChildTeamGrant.objects.visible_to(room.pastoral)] == [team.pk]
    assert not ChildTeamGrant.objects.visible_to(room.teacher).exists()
    # In another role, for which the notice does not allow it, it opens nothing and is not offered.
    role = room.pastoral.assignments.filter(role_key="pastoral")
    access.grant_child(child=rowan, user=room.pastoral, reason=WHY, last_day=NEXT_MONTH, by=room.lead)
    role.update(role_key="teacher")
    assert rowan.full_name not in home(room.pastoral)
    role.model.objects.filter(user=room.pastoral).update(role_key="pastoral")
    assert home(room.pastoral).count(rowan.full_name) == 2
    accounts.remove_member(member=member, by=room.lead)
    assert "Breakfast club" not in home(room.pastoral)


def test_a_team_sees_it_while_its_members_are_in_it(room, rowan):
    team = accounts.make_team(school=room.school, title="Pastoral team", kind="pastoral", by=room.lead)
    member = accounts.add_member(team=team, user=room.pastoral, by=room.lead)
    access.grant_child_to_team(child=rowan, team=team, reason=WHY, last_day=NEXT_MONTH, by=room.lead)
    assert may_view(room.pastoral, detail(rowan))
    accounts.remove_member(member=member, by=room.lead)
    assert not may_view(room.pastoral, detail(rowan))
    accounts.add_member(team=team, user=room.pastoral, by=room.lead)
    assert may_view(room.pastoral, detail(rowan))
    accounts.end_team(team=team, by=room.headteacher)
    assert not may_view(room.pastoral, detail(rowan))
    with pytest.raises(NotAllowed):
        accounts.make_team(school=room.school, title="Mine", kind="class", by=room.deputy)
    with pytest.raises(BadInput, match="yourself"):
        accounts.add_member(
            team=accounts.make_team(school=room.school, title="Leads", kind="year", by=room.lead),
            user=room.lead,
            by=room.lead,
        )


def test_a_conflict_holds_at_once_above_role_access_and_emergency(room, rowan):
    give(rowan, room.pastoral, room.lead)
    with asking(room.pastoral):
        access.open_emergency_access(child=rowan, reason=LONG_WHY, by=room.pastoral)
        access.declare_conflict(user=room.pastoral, child=rowan, kind="relative", by=room.pastoral)
        assert not Child.objects.filter(pk=rowan.pk).exists()
        # A second declaration, as from a page left open, changes nothing and breaks nothing.
        access.declare_conflict(user=room.pastoral, child=rowan, kind="relative", by=room.pastoral)
        with pytest.raises(NotAllowed):
            access.open_emergency_access(child=rowan, reason=LONG_WHY, by=room.pastoral)
    assert not may_view(room.pastoral, detail(rowan))
    assert ConflictOfInterest.objects.count() == 1
    told = Notice.objects.filter(kind=ChildNotice.CONFLICT).values_list("user", flat=True)
    assert {room.lead.pk, room.headteacher.pk} == set(told)
    with pytest.raises(BadInput, match="conflict of interest"):
        give(rowan, room.pastoral, room.lead)


def test_somebody_else_confirms_or_lifts_it(room, rowan):
    access.declare_conflict(user=room.lead, child=rowan, kind="own_child", by=room.lead)
    conflict = ConflictOfInterest.objects.get()
    for refused in (room.lead, room.deputy, room.teacher):
        with pytest.raises(NotAllowed):
            access.confirm_conflict(conflict=conflict, by=refused)
        with pytest.raises(NotAllowed):
            access.lift_conflict(conflict=conflict, reason="Not any more", by=refused)
    access.confirm_conflict(conflict=conflict, by=room.headteacher)
    assert not may_view(room.lead, detail(rowan))
    with pytest.raises(BadInput):
        access.lift_conflict(conflict=conflict, reason=" ", by=room.headteacher)
    access.lift_conflict(conflict=conflict, reason="The child of a namesake", by=room.headteacher)
    assert may_view(room.lead, detail(rowan))


def test_only_who_manages_access_says_it_of_a_colleague(room, rowan):
    with pytest.raises(NotAllowed):
        access.declare_conflict(user=room.lead, child=rowan, kind="relative", by=room.deputy)
    access.declare_conflict(user=room.deputy, child=rowan, kind="relative", by=room.lead)
    assert not may_view(room.deputy, detail(rowan))


def test_emergency_access_lasts_an_hour_is_told_at_once_and_reviewed_by_somebody_else(room, rowan, time_machine):
    friday = factories.SCHOOL_DAY + timedelta(days=3)
    with pytest.raises(BadInput, match="20 characters"):
        access.open_emergency_access(child=rowan, reason="Quick", by=room.pastoral, at=friday)
    opened = access.open_emergency_access(child=rowan, reason=LONG_WHY, by=room.pastoral, at=friday)
    assert opened.ends_at == friday + timedelta(hours=1)
    # Friday: the second school day after it is Tuesday.
    assert opened.review_by == date(2026, 12, 1)
    told = Notice.objects.filter(kind=ChildNotice.EMERGENCY, object_id=opened.pk).values_list("user", flat=True)
    assert set(told) == {room.lead.pk, room.headteacher.pk}
    assert access.open_emergency_access(child=rowan, reason=LONG_WHY, by=room.pastoral, at=friday) == opened
    for refused in (room.pastoral, room.deputy):
        with pytest.raises(NotAllowed):
            access.review_emergency_access(access=opened, finding="justified", note="", by=refused)
    access.review_emergency_access(access=opened, finding="justified", note="Right", by=room.lead)
    with pytest.raises(OutOfTurn):
        access.review_emergency_access(access=opened, finding="justified", note="", by=room.headteacher)


def test_emergency_access_opens_one_record_for_its_hour(room, rowan):
    other = factories.child(room.school, "Skye", "Lindqvist", by=room.office)
    access.open_emergency_access(child=rowan, reason=LONG_WHY, by=room.pastoral)
    assert may_view(room.pastoral, detail(rowan))
    assert not may_view(room.pastoral, detail(other))
    EmergencyAccess.objects.update(
        opened_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(hours=1)
    )
    assert not may_view(room.pastoral, detail(rowan))


@pytest.mark.parametrize("role", ["teacher", "office"])
def test_a_role_without_emergency_access_calls_a_lead_instead(room, rowan, role):
    with pytest.raises(NotAllowed, match="Call a safeguarding lead"):
        access.open_emergency_access(child=rowan, reason=LONG_WHY, by=getattr(room, role))


@pytest.fixture
def small():
    """A school of three: the Headteacher is the lead, the deputy teaches, and there is the office."""
    place = factories.school("Withy Fold Village School")
    head = factories.member(place, "headteacher", "Esther", "Hallam")
    factories.give_role(user=head, school=place, role_key="lead", starts_on=factories.LONG_AGO)
    deputy = factories.member(place, "deputy_lead", "Reece", "Tamworth")
    return place, head, deputy, factories.member(place, "office", "Moira", "Eccleshare")


def test_in_a_school_of_three_nobody_in_two_roles_is_her_own_second_person(small):
    place, head, deputy, office = small
    child = factories.child(place, by=office)
    access.declare_conflict(user=head, child=child, kind="own_child", by=head)
    conflict = ConflictOfInterest.objects.get()
    for refused in (head, deputy, office):
        with pytest.raises(NotAllowed):
            access.confirm_conflict(conflict=conflict, by=refused)
    # She is both lead and Headteacher: nobody is left to look at it, and that somebody must be named is said.
    assert somebody_else("conflict", place.pk, than=head, on=timezone.localdate()) == []
    assert list(Notice.objects.filter(kind=NoticeKind.APPOINT).values_list("user", flat=True)) == [head.pk]

    trust = factories.member(place, "trust_lead", "Ada", "Lowe")
    assert somebody_else("conflict", place.pk, than=head, on=timezone.localdate()) == [trust]
    access.confirm_conflict(conflict=conflict, by=trust)
    assert ConflictOfInterest.objects.get().confirmed_by == trust


def test_every_two_person_rule_of_the_table_names_roles_that_are_there():
    for rule in RULES.values():
        assert {*rule.usual, *rule.fallback, *rule.at_most_one} <= set(ROLES)


def test_in_a_school_of_three_somebody_else_gives_the_role(small):
    place, head, deputy, office = small
    today = timezone.localdate()
    for giver, user in ((head, head), (deputy, office), (office, office)):
        with pytest.raises((NotAllowed, BadInput)):
            accounts.assign_role(user=user, school=place, role_key="alternate_lead", starts_on=today, by=giver)
    accounts.assign_role(user=office, school=place, role_key="alternate_lead", starts_on=today, by=head)
    assert accounts.somebody_stands_in(place.pk, on=today)
