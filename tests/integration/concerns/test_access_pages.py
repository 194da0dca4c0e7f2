"""The pages about access to a concern, what a colleague can see, roles, teams and the review of the term."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from children.services import access as child_access
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import AccessReview, Notice, RoleAssignment, Team
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.page_lists import PageList, one_list_event, record_list
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernGrant, ConcernSubject
from safeguarding.concerns.services import access
from tests import factories
from tests.pages import on_one_line as text

pytestmark = pytest.mark.django_db
today = timezone.localdate
WHY = "Works with the family every week"


@pytest.fixture
def concern(room):
    return factories.concern(room)


def boxes(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def opened(client, user, name, *keys, data=None):
    client.force_login(user)
    address = reverse(name, args=keys)
    return client.get(address) if data is None else client.post(address, data)


@pytest.mark.parametrize(
    ("name", "data", "codes"),
    [
        ("concern_access", None, {"teacher": 403, "pastoral": 403, "deputy": 200, "lead": 200}),
        ("concern_looked", None, {"teacher": 403, "pastoral": 403, "deputy": 403, "lead": 200}),
        ("restrict_concern", None, {"teacher": 403, "pastoral": 403, "deputy": 403, "lead": 200}),
        ("concern_access_give", {"holder": ""}, {"teacher": 403, "pastoral": 403, "deputy": 403, "lead": 422}),
        ("name_subject", {"about-person": ""}, {"teacher": 403, "pastoral": 403, "deputy": 403, "lead": 422}),
    ],
)
def test_who_may_open_each(client, room, concern, name, data, codes):
    assert {r: opened(client, getattr(room, r), name, concern.pk, data=data).status_code for r in codes} == codes
    stranger = factories.member(factories.school(), "lead", "Olive", "Marsh")
    assert opened(client, stranger, name, concern.pk, data=data).status_code == 404


def test_why_each_sees_it_is_said(client, room, concern):
    access.grant_concern(
        concern=concern, user=room.pastoral, reason=WHY, last_day=today() + timedelta(days=9), by=room.lead
    )
    page = opened(client, room.lead, "concern_access", concern.pk)
    why = {seer.name: list(seer.why) for seer in page.context["sees"].seers}
    assert set(why) == {"Priya Raman", "Tom Aldous", "Helen Okafor", "Carla Mendes"}
    reads = "reads every concern of the school that is not restricted"
    assert why["Tom Aldous"] == [f"Deputy safeguarding lead: {reads}"]
    assert why["Priya Raman"] == [f"Designated safeguarding lead: {reads}; reads the restricted concerns too"]
    assert why["Carla Mendes"][0].startswith("Access given by Priya Raman until")
    assert WHY in why["Carla Mendes"][0]
    assert "Who gives access" not in text(page)
    # Whoever was given it reads it, sees who else does, and not the reasons of others.
    mine = opened(client, room.pastoral, "concern_access", concern.pk)
    assert mine.status_code == 200
    assert mine.context["form"] is None
    assert "Who gives access" in text(mine), "where the form stands for others, it is said whom to ask"
    assert opened(client, room.pastoral, "concern", concern.pk).status_code == 200
    assert Concern.objects.get(pk=concern.pk).acknowledged_by is None
    assert "C-" in text(opened(client, room.pastoral, "staff_home"))


def test_access_to_a_concern_is_given_and_withdrawn_in_two_steps(client, room, concern):
    sent = {"holder": f"user:{room.pastoral.pk}", "reason": WHY, **boxes("last_day", today() + timedelta(days=9))}
    assert "Carla Mendes" in text(opened(client, room.lead, "concern_access_give", concern.pk, data=sent))
    assert not ConcernGrant.objects.exists()
    opened(client, room.lead, "concern_access_give", concern.pk, data=sent | {"confirmed": "yes"})
    grant = ConcernGrant.objects.get()
    assert "Would no longer see it" in text(opened(client, room.lead, "concern_access_withdraw", concern.pk, grant.pk))
    opened(client, room.lead, "concern_access_withdraw", concern.pk, grant.pk, data={"reason": "Moved on"})
    assert ConcernGrant.objects.get().ended_by == room.lead
    assert opened(client, room.pastoral, "concern", concern.pk).status_code == 403


def test_a_concern_given_by_name_stands_on_the_first_page_while_the_role_allows_it(client, room, concern):
    access.grant_concern(
        concern=concern, user=room.pastoral, reason=WHY, last_day=today() + timedelta(days=9), by=room.lead
    )
    roles = RoleAssignment.objects.filter(user=room.pastoral)
    for role, is_there in (("pastoral", True), ("teacher", False)):
        roles.update(role_key=role)
        for page in (
            opened(client, room.pastoral, "staff_home"),
            opened(client, room.lead, "person_access", room.pastoral.pk),
        ):
            assert (concern.reference in text(page)) == is_there, role


def test_restricting_says_who_loses_sight_of_it(client, room, concern):
    page = text(opened(client, room.lead, "restrict_concern", concern.pk))
    assert "Would no longer see it" in page
    assert "Tom Aldous" in page
    assert Concern.objects.get(pk=concern.pk).restricted_at is None
    opened(client, room.lead, "restrict_concern", concern.pk, data={})
    assert opened(client, room.deputy, "concern", concern.pk).status_code == 404
    assert "Restricted" in text(opened(client, room.headteacher, "concern", concern.pk))


def test_from_a_notice_to_reading_the_chair_needs_nothing_else(client, room, concern):
    chair = factories.member(room.school, "chair", "Winston", "Dale")
    assert opened(client, chair, "concern", concern.pk).status_code == 403
    sent = {"about-person": str(room.headteacher.pk)}
    assert "Winston Dale" in text(opened(client, room.lead, "name_subject", concern.pk, data=sent))
    assert not ConcernSubject.objects.exists()
    opened(client, room.lead, "name_subject", concern.pk, data={**sent, "confirmed": "yes"})
    assert opened(client, room.headteacher, "concern", concern.pk).status_code == 404

    client.force_login(chair)
    home = client.get(reverse("home"), follow=True)
    assert concern.reference in text(home)
    notice = Notice.objects.get(user=chair)
    page = client.get(reverse("notice", args=[notice.pk]), follow=True)
    assert page.status_code == 200
    assert "He was quiet at register." in text(page)
    assert Concern.objects.get(pk=concern.pk).acknowledged_by == chair
    note = {"text": "Spoke to the trust.", "token": str(factories.uuid4())}
    assert client.post(reverse("add_note", args=[concern.pk]), note).status_code in (302, 422)
    for name in ("today", "concerns", "children", "access_home", "event_log"):
        assert client.get(reverse(name)).status_code == 403, name


def test_the_confirmation_that_hides_it_from_oneself_leads_home(client, room, concern):
    sent = {"about-person": str(room.lead.pk), "confirmed": "yes"}
    assert opened(client, room.lead, "name_subject", concern.pk, data=sent).url == reverse("home")
    assert opened(client, room.lead, "concern", concern.pk).status_code == 404


def test_everything_a_colleague_can_see(client, room, concern):
    team = accounts.make_team(school=room.school, title="Breakfast club", kind="pastoral", by=room.lead)
    accounts.add_member(team=team, user=room.pastoral, by=room.lead)
    rowan = factories.child(room.school, "Skye", "Lindqvist", by=room.office)
    give = {"child": rowan, "reason": WHY, "last_day": today() + timedelta(days=9), "by": room.lead}
    child_access.grant_child_to_team(team=team, **give)
    page = text(opened(client, room.lead, "person_access", room.pastoral.pk))
    for words in ("Carla Mendes", "Breakfast club", "Skye Lindqvist", "logs concerns"):
        assert words in page
    assert opened(client, room.pastoral, "person_access", room.pastoral.pk).status_code == 200
    assert opened(client, room.pastoral, "person_access", room.lead.pk).status_code == 404
    assert opened(client, room.deputy, "person_access", room.pastoral.pk).status_code == 404
    stranger = factories.member(factories.school(), "lead", "Olive", "Marsh")
    assert opened(client, stranger, "person_access", room.pastoral.pk).status_code == 404


def test_a_role_is_given_and_ended_after_saying_what_it_changes(client, room):
    sent = {"new_role": "deputy_lead", **boxes("starts_on", today())}
    first = text(opened(client, room.lead, "give_role", room.teacher.pk, data=sent))
    assert "reads every concern of the school that is not restricted" in first
    assert room.teacher.assignments.count() == 1
    assert opened(client, room.lead, "give_role", room.teacher.pk, data=sent | {"confirmed": "yes"}).status_code == 302
    assert room.teacher.assignments.count() == 2
    assert opened(client, room.lead, "give_role", room.lead.pk, data=sent | {"confirmed": "yes"}).status_code == 422
    assert opened(client, room.deputy, "give_role", room.teacher.pk, data=sent).status_code == 403

    ended = room.teacher.assignments.get(role_key="deputy_lead")
    assert "reads every concern" in text(opened(client, room.lead, "end_role", room.teacher.pk, ended.pk))
    opened(client, room.lead, "end_role", room.teacher.pk, ended.pk, data={})
    assert RoleAssignment.objects.get(pk=ended.pk).ends_on == today()


def test_the_last_lead_cannot_be_ended_in_the_browser(client, room):
    accounts.end_role(assignment=room.deputy.assignments.get(), last_day=today() - timedelta(days=1))
    last = room.lead.assignments.get()
    answer = opened(client, room.headteacher, "end_role", room.lead.pk, last.pk, data={})
    assert answer.status_code == 409
    assert "would have no safeguarding lead" in text(answer)
    assert RoleAssignment.objects.get(pk=last.pk).ends_on is None


def test_a_team_is_made_filled_and_ended(client, room):
    client.force_login(room.lead)
    assert client.post(reverse("teams"), {"title": "Breakfast club", "kind": "pastoral"}).status_code == 302
    team = Team.objects.get()
    add = {"person": str(room.pastoral.pk)}
    assert "Nothing is changed yet" in text(client.post(reverse("team", args=[team.key]), add))
    assert team.members.count() == 0
    client.post(reverse("team", args=[team.key]), add | {"confirmed": "yes"})
    member = team.members.get()
    assert "Carla Mendes" in text(client.get(reverse("team", args=[team.key])))
    for name, keys in (("remove_member", [team.key, member.pk]), ("end_team", [team.key])):
        page = text(client.get(reverse(name, args=keys)))
        assert "Carla Mendes" in page
        assert "Nothing is changed yet" in page
    assert client.get(reverse("team", args=[team.key])).context["team"].members_now == [member]
    assert client.post(reverse("remove_member", args=[team.key, member.pk])).status_code == 302
    assert client.post(reverse("remove_member", args=[team.key, member.pk])).status_code == 404
    assert "nobody loses anything" in text(client.get(reverse("end_team", args=[team.key])))
    assert client.post(reverse("end_team", args=[team.key])).status_code == 302
    assert client.get(reverse("team", args=[team.key])).status_code == 404
    assert client.post(reverse("teams"), {"title": "", "kind": "pastoral"}).status_code == 422


def test_the_roles_beyond_the_notice_are_shown_in_its_words(client, room):
    client.force_login(room.headteacher)
    senco = factories.member(room.school, "senco", "Ida", "Frost")
    sent = {"role_keys": ["senco"]}
    page = client.post(reverse("beyond_notice"), sent)
    assert ([one.user for one in page.context["gain"]], page.context["lose"]) == ([senco], [])
    assert accounts.get_school(room.school.pk).roles_beyond_notice == []
    assert client.post(reverse("beyond_notice"), sent | {"confirmed": "yes"}).status_code == 302
    page = text(client.get(reverse("beyond_notice")))
    assert "as this school has decided, also by: SENCO" in page
    assert client.post(reverse("beyond_notice"), {"role_keys": ["king"]}).status_code == 422
    # The last one taken out: an empty form is an answer too.
    page = client.post(reverse("beyond_notice"))
    assert (page.context["gain"], [one.user for one in page.context["lose"]]) == ([], [senco])
    assert accounts.get_school(room.school.pk).roles_beyond_notice == ["senco"]
    assert client.post(reverse("beyond_notice"), {"confirmed": "yes"}).status_code == 302
    assert accounts.get_school(room.school.pk).roles_beyond_notice == []


def test_the_review_of_the_term_is_due_signed_and_not_due_until_the_next_term(client, room, concern):
    accounts.add_term(school=room.school, name="Autumn", starts_on=today() - timedelta(days=30), ends_on=today())
    access.grant_concern(
        concern=concern, user=room.pastoral, reason=WHY, last_day=today() + timedelta(days=9), by=room.lead
    )
    assert "The review of access is due this term" in text(opened(client, room.lead, "today"))
    page = text(client.get(reverse("access_review")))
    assert "Carla Mendes" in page
    assert WHY in page
    assert client.post(reverse("access_review"), {}).status_code == 302
    assert AccessReview.objects.get().signed_by == room.lead
    assert Event.objects.filter(verb=Verb.REVIEW, actor_id=room.lead.pk).count() == 1
    assert "The review of access is due" not in text(client.get(reverse("today")))
    assert opened(client, room.deputy, "access_review", data={}).status_code == 403
    assert accounts.review_is_due(room.school.pk, on=today()) is False
    accounts.add_term(
        school=room.school, name="Spring", starts_on=today() + timedelta(days=20), ends_on=today() + timedelta(days=90)
    )
    assert accounts.review_is_due(room.school.pk, on=today() + timedelta(days=21)) is True


@pytest.mark.parametrize("role", ["it_admin", "auditor", "chair"])
def test_roles_without_a_record_have_a_first_page_of_their_own(client, room, role):
    person = factories.member(room.school, role, "Robin", "Hart")
    client.force_login(person)
    page = client.get(reverse("home"), follow=True)
    assert page.status_code == 200
    assert page.redirect_chain[-1][0] == reverse("own_role")
    assert "What you can do in Harbour" in text(page)
    never = "reads any other concern" if role == "chair" else "reads a concern that somebody else logged"
    assert never in text(page)
    assert "sees where children live" in text(page)
    log = client.get(reverse("event_log"))
    assert log.status_code == (200 if role == "auditor" else 403)
    for name in ("today", "children", "concerns"):
        assert client.get(reverse(name)).status_code == 403, name


def test_the_event_log_names_no_child(client, room, concern):
    auditor = factories.member(room.school, "auditor", "Robin", "Hart")
    opened(client, room.lead, "concern", concern.pk)
    page = text(opened(client, auditor, "event_log"))
    assert "Priya Raman" in page
    assert "Ashdown" not in page
    client.get(reverse("concern", args=[uuid4()]))
    page = text(opened(client, auditor, "event_log"))
    assert "not theirs to do" in page, "why somebody was turned away, in words"
    file = client.get(reverse("event_log"), {"as": "csv", "verb": "view"})
    assert b"Priya Raman" in file.content
    assert Event.objects.filter(verb=Verb.EXPORT, actor_id=auditor.pk).exists()


def test_the_log_narrows_by_child_for_who_may_open_the_record_and_by_dates(client, room, concern):
    child = Child.objects.get(concern_roles__concern=concern)
    other = factories.child(room.school, "Theo", "Lindqvist", by=room.office)
    opened(client, room.deputy, "concern", concern.pk)
    opened(client, room.deputy, "child_people", other.pk)

    def lines(**asked):
        page = client.get(reverse("event_log"), asked)
        return [(line.who, line.of) for line in page.context["lines"] if line.who == "Tom Aldous"]

    client.force_login(room.lead)
    assert {of for _, of in lines(child=str(child.pk))} >= {"concern"}
    assert {of for _, of in lines(child=str(other.pk))} == {"child"}
    assert "concern" not in {of for _, of in lines(child=str(other.pk))}
    looks = Event.objects.filter(actor_id=room.lead.pk, object_id=other.pk, purpose="event log")
    assert looks.count() == 2, "it stands on the child's record that the log was narrowed to it"
    today = timezone.localdate()
    day = {"since_day": today.day, "since_month": today.month, "since_year": today.year}
    tomorrow = today + timedelta(days=1)
    later = {"since_day": tomorrow.day, "since_month": tomorrow.month, "since_year": tomorrow.year}
    assert lines(**day)
    assert not lines(**later)
    # Who opens no record narrows by none, and is offered none.
    auditor = factories.member(room.school, "auditor", "Robin", "Hart")
    client.force_login(auditor)
    page = client.get(reverse("event_log"), {"child": str(other.pk)})
    assert "child" not in page.context["form"].fields
    assert len(lines(child=str(other.pk))) == len(lines())


def test_what_pages_fetch_by_themselves_stands_in_the_log_when_it_is_asked_for(client, room):
    with acting(Acting(user_id=room.deputy.pk, school_id=room.school.pk)):
        record(Verb.VIEW, object_type="children.photograph", object_id=uuid4(), school_id=room.school.pk)
        record(Verb.LIST, object_type="children.child", count=0, school_id=room.school.pk)
        record(Verb.LIST, object_type="children.child", count=3, school_id=room.school.pk)
        with one_list_event(lambda: "today"):
            record_list(PageList("children.child", 4, "child"))
            record_list(PageList("concerns.action", 0, "action"))
    client.force_login(room.lead)

    def seen(**asked):
        page = client.get(reverse("event_log"), asked | {"person": str(room.deputy.pk)})
        return sorted((line.of, line.count) for line in page.context["lines"])

    assert seen() == [("child", 3), ("child", 4)]
    assert sorted(set(seen(everything="on")) - set(seen())) == [("action", 0), ("child", 0), ("photograph", None)]


def test_that_nobody_stands_in_is_said_without_saying_for_what(client, room):
    assert "Nobody is named to stand in" in text(opened(client, room.headteacher, "access_home"))
    page = text(opened(client, room.headteacher, "stand_in", room.school.pk))
    assert "alternate safeguarding lead or chair of governors" in page
    assert "one of these may not read it either" not in page, "there is none of whom that could be said"
    chair = factories.member(room.school, "chair", "Winston", "Dale")
    assert "Nobody is named to stand in" not in text(opened(client, room.headteacher, "access_home"))
    assert "has to name somebody else besides" in text(opened(client, chair, "stand_in", room.school.pk))
    client.force_login(room.teacher)
    assert client.get(reverse("stand_in", args=[room.school.pk])).status_code == 403
