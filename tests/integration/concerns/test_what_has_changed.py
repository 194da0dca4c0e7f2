"""Does "What has changed" say who changed which fact of a record, from what to what, to those who read it and nobody
else?
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import Child, ChildDetail
from children.services import bulk
from safeguarding.accounts.services import make_team
from safeguarding.accounts.services.access import set_roles_beyond_notice
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.services import notice_rules
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.paging import PAGE
from tests import factories, sheets
from tests.integration.audit.test_history import decide_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def child(cast):
    """A child whom the office has brought in by a file, and corrected by another."""
    sheets.finish(sheets.look_at(cast.school, [sheets.row(1)], by=cast.office), by=cast.office)
    corrected = sheets.row(1, born="05/03/2018", mobile="07700 900999", responsible="No")
    run = sheets.look_at(cast.school, [corrected], by=cast.office)
    decide_all(run, cast.office)
    with acting(Acting(user_id=cast.office.pk)):
        sheets.finish(run, by=cast.office, yes=True)
    return Child.objects.get(school=cast.school)


def page(client, person, name, record):
    client.force_login(person)
    return client.get(reverse(name, args=[record.pk]))


def facts(answer):
    return [(c.what, c.about, c.field, c.before, c.after) for c in answer.context["changes"]]


def test_a_childs_record_says_what_an_import_changed_in_words(client, cast, child):
    answer = page(client, cast.lead, "child_changes", child)
    assert set(facts(answer)) == {
        ("Details", "", "Date of birth", "2 March 2018", "5 March 2018"),
        ("Adult", "Mrs Ann Ashdown1", "Mobile", "07700 900001", "07700 900999"),
        ("Adult", "Mrs Ann Ashdown1", "Has parental responsibility", "Yes", "No"),
        ("Adult", "Mrs Ann Ashdown1", "Status", "Not confirmed", "Ended"),
        ("Adult", "Mrs Ann Ashdown1", "Last day", "Not recorded", "20 November 2026"),
    }
    assert {c.who for c in answer.context["changes"]} == {cast.office.full_name}
    said = answer.content.decode()
    assert "5 March 2018" in said and cast.office.full_name in said


def test_codes_lists_and_links_are_said_by_their_names(client, cast, child):
    new = {"ethnicity": "WBRI", "sen_needs": ["SPLD", "ASD"], "sex": "F", "interpreter_needed": True}
    bulk.update(ChildDetail, tuple(new), [{"child_id": child.pk, **new}])
    bulk.update(Child, ("year_group",), [{"id": child.pk, "year_group": 0}])
    found = {
        field: (before, after) for _, _, field, before, after in facts(page(client, cast.lead, "child_changes", child))
    }
    assert found["Year group"] == ("Year 3", "Reception")
    assert found["Sex"][1] == "Female"
    assert found["Interpreter needed"] == ("Not recorded", "Yes")
    assert found["Sen needs"][0] == "Not recorded" and "," in found["Sen needs"][1]
    assert found["Ethnicity"][1] not in ("", "WBRI")


def test_a_concern_says_who_moved_it_and_whom_it_was_linked_to(client, cast):
    concern = factories.concern(cast, children=[ChildEntry(role="worried_about", kind="unnamed", description="A boy")])
    rowan = factories.child(cast.school, by=cast.office)
    client.force_login(cast.lead)
    client.get(reverse("concern", args=[concern.pk]))
    named = concern.children.get()
    client.post(reverse("link_child", args=[named.pk]), {"child": str(rowan.pk)})

    answer = page(client, cast.headteacher, "concern_changes", concern)
    found = facts(answer)
    assert ("Concern", "", "Status", "Unread", "Read") in found
    # Who read it and when stands beside that it was read.
    assert not [field for _, _, field, _, _ in found if field in ("Acknowledged by", "Linked at")]
    assert ("Who was involved", "Rowan Ashdown", "Child", "Not recorded", "Rowan Ashdown") in found
    assert {c.who for c in answer.context["changes"]} == {cast.lead.full_name}
    moments = [c.at for c in answer.context["changes"]]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("role", ["lead", "deputy", "headteacher"])
def test_those_who_read_concerns_open_it_and_it_is_on_record(client, cast, child, role):
    person = getattr(cast, role)
    concern = factories.concern(cast)
    for name, record in (("child_changes", child), ("concern_changes", concern)):
        assert page(client, person, name, record).status_code == 200
        seen = Event.objects.filter(actor_id=person.pk, object_id=record.pk, purpose="changes")
        assert sorted(e.verb for e in seen) == [Verb.LIST, Verb.VIEW]


@pytest.mark.parametrize("role", ["teacher", "assistant", "pastoral", "office"])
def test_others_do_not_and_a_lead_of_another_school_finds_nothing_there(client, cast, child, role):
    concern = factories.concern(cast, by=cast.teacher)
    elsewhere = factories.staffroom("Gorse Hill Academy").lead
    for name, record in (("child_changes", child), ("concern_changes", concern)):
        assert page(client, getattr(cast, role), name, record).status_code == 403
        assert page(client, elsewhere, name, record).status_code == 404
    assert not Event.objects.filter(purpose="changes").exists()


def test_nothing_changed_is_said_and_the_pages_are_linked_from_the_record(client, cast):
    concern = factories.concern(cast)
    child = concern.children.get().child
    assert "Nothing has changed" in page(client, cast.lead, "concern_changes", concern).content.decode()
    assert "Nothing has changed" in page(client, cast.lead, "child_changes", child).content.decode()
    shown = page(client, cast.lead, "concern", concern).content.decode()
    assert f'href="{reverse("concern_changes", args=[concern.pk])}"' in shown
    record = client.get(reverse("child_people", args=[child.pk])).content.decode()
    assert f'href="{reverse("child_changes", args=[child.pk])}"' in record


def test_a_page_costs_the_same_for_one_change_and_for_many_and_goes_on_where_it_ended(client, cast, child):
    def changed(times):
        for number in range(times):
            bulk.update(Child, ("class_name",), [{"id": child.pk, "class_name": f"{number}X"}])

    client.force_login(cast.lead)
    address = reverse("child_changes", args=[child.pk])
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    changed(PAGE)
    with CaptureQueriesContext(connection) as many:
        first = client.get(address)
    assert len(many) <= len(few)
    assert len(first.context["changes"]) == PAGE
    rest = client.get(address + first.context["older"])
    # What the second file changed: the test above has it fact by fact.
    assert len(rest.context["changes"]) == 5
    assert rest.context["newest"] == address and not rest.context["older"]


def test_a_rule_says_its_team_by_name_and_many_rules_cost_as_much_as_one(client, cast):
    team = make_team(school=cast.school, title="Pastoral team", kind="pastoral", by=cast.lead)
    with acting(Acting(user_id=cast.headteacher.pk)):
        for what in ("new_concern", "added", "reopened"):
            facts = notice_rules.Facts(what=what, when="digest", team=team)
            notice_rules.make_rule(school=cast.school, token=uuid7(), facts=facts, by=cast.headteacher)
    client.force_login(cast.headteacher)
    answer = client.get(reverse("setting_changes"), {"of": "notices"})
    said = [(c.about, c.after) for c in answer.context["changes"] if c.field == "Team"]
    assert said == [
        (f"{what}, Team: Pastoral team", "Pastoral team")
        for what in ("A concern opened again", "Something added to a concern", "A new concern")
    ]
    with CaptureQueriesContext(connection) as read:
        client.get(reverse("setting_changes"), {"of": "notices"})
    rules = [
        one["sql"] for one in read if '"concerns_noticerule"' in one["sql"] or 'FROM "accounts_team"' in one["sql"]
    ]
    assert len(rules) == 3  # which rules there are, what they are called, what their teams are called


def test_a_role_is_said_by_its_title_and_never_by_its_key(client, cast):
    set_roles_beyond_notice(school=cast.school, role_keys=["senco"], by=cast.headteacher)
    client.force_login(cast.headteacher)
    said = [
        c.after for c in client.get(reverse("setting_changes")).context["changes"] if c.field == "Roles beyond notice"
    ]
    assert said == ["SENCO"]


def test_markup_in_a_fact_is_shown_and_not_obeyed(client, cast, child):
    bulk.update(ChildDetail, ("gp",), [{"child_id": child.pk, "gp": "<script>alert(1)</script>"}])
    said = page(client, cast.lead, "child_changes", child).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said
    assert "<script>alert(1)" not in said
