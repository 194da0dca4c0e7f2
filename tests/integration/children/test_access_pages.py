"""The pages about access to a child: who may open each, what they show, what they change, and the yearly question."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from children.facts import Adult
from children.models import ChildGrant, ConflictOfInterest, EmergencyAccess
from children.services import access
from children.verbs import ChildVerb
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import ConflictAnswer, Notice
from safeguarding.audit.models import Event, Verb
from tests import factories
from tests.matrix.asking import refusals_without_frame

pytestmark = pytest.mark.django_db
NEXT_MONTH = timezone.localdate() + timedelta(days=30)
WHY = "Runs the breakfast club he comes to"
LONG_WHY = "He says he took tablets, no lead answers and the ambulance is here"


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def rowan(room):
    return factories.child(room.school, by=room.office)


def boxes(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def opened(client, user, name, *keys, data=None):
    client.force_login(user)
    address = reverse(name, args=keys)
    return client.get(address) if data is None else client.post(address, data)


def text(answer):
    return answer.content.decode()


STAFF = ("teacher", "pastoral", "office", "deputy", "lead", "headteacher")
LEADS = {"lead", "headteacher"}


def test_who_may_open_the_page(client, room):
    pages = dict.fromkeys(
        (
            "conflicts",
            "declare_for_colleague",
            "emergencies",
            "access_home",
            "teams",
            "beyond_notice",
            "access_review",
            "event_log",
        ),
        LEADS,
    ) | {"emergency_find": {"pastoral"}, "conflict_question": set(STAFF), "declare_conflict": set(STAFF)}
    for role in STAFF:
        client.force_login(getattr(room, role))
        with refusals_without_frame():
            answers = {name: client.get(reverse(name)).status_code for name in pages}
        assert answers == {name: 200 if role in allowed else 403 for name, allowed in pages.items()}, role


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        (
            "child_access",
            {"teacher": 404, "pastoral": 404, "office": 200, "deputy": 200, "lead": 200, "headteacher": 200},
        ),
        (
            "child_looked",
            {"teacher": 403, "pastoral": 403, "office": 403, "deputy": 403, "lead": 200, "headteacher": 200},
        ),
        (
            "child_emergency",
            {"teacher": 403, "pastoral": 200, "office": 403, "deputy": 403, "lead": 403, "headteacher": 403},
        ),
    ],
)
def test_who_may_open_the_page_of_a_child(client, room, rowan, name, codes):
    assert {role: opened(client, getattr(room, role), name, rowan.pk).status_code for role in STAFF} == codes
    stranger = factories.member(factories.school(), "lead", "Olive", "Marsh")
    assert opened(client, stranger, name, rowan.pk).status_code in (403, 404)


def test_the_question_stands_before_every_page_but_the_log_form_and_a_call(client, room):
    ConflictAnswer.objects.filter(user=room.lead).delete()
    client.force_login(room.lead)
    for name in ("today", "inbox", "concerns", "my_reports", "access_home"):
        assert client.get(reverse(name)).url == reverse("conflict_question"), name
    for name in ("call_lead", "calls_strip"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get(reverse("log_concern"), follow=True).status_code == 200
    assert "log/" in client.get(reverse("log_concern")).url

    client.get(reverse("inbox"))
    assert opened_text(client, "conflict_question", {"answer": ""}).startswith("422")
    answer = client.post(reverse("conflict_question"), {"answer": "no"})
    assert answer.url == reverse("inbox"), "on to the page that was asked for"
    assert client.get(reverse("inbox")).status_code == 200
    assert Event.objects.filter(verb=Verb.DECLARE, actor_id=room.lead.pk, purpose="no").exists()


def opened_text(client, name, data):
    answer = client.post(reverse(name), data)
    return f"{answer.status_code} {answer.content.decode()}"


def test_a_yes_leads_to_the_child_who_is_gone_from_then_on(client, room, rowan):
    ConflictAnswer.objects.filter(user=room.deputy).delete()
    client.force_login(room.deputy)
    assert client.post(reverse("conflict_question"), {"answer": "yes"}).url == reverse("declare_conflict")
    assert "Type a name or a class" in opened_text(client, "declare_conflict", {"q": " "})
    found = opened_text(client, "declare_conflict", {"q": "Ashdown", "kind": "own_child"})
    assert "Rowan Ashdown" in found
    sent = {"q": "Ashdown", "kind": "own_child", "add": str(rowan.pk)}
    assert client.post(reverse("declare_conflict"), sent).url == reverse("declare_conflict")
    assert ConflictOfInterest.objects.get().user == room.deputy
    assert "Rowan Ashdown" not in opened_text(client, "declare_conflict", {"q": "Ashdown"})
    for name in ("child_access", "child_people", "child_concerns", "child_chronology"):
        assert client.get(reverse(name, args=[rowan.pk])).status_code == 404, name
    assert client.post(reverse("declare_conflict"), sent).status_code == 404


def test_a_conflict_names_the_family_for_which_none_is_declared(client, room):
    lee = [Adult("Ashdown", "Lee", "Mr", mobile="07700 900001")]
    one, sister, brother = (
        factories.child(room.school, name, by=room.office, adults=lee) for name in ("Archie", "Aria", "Abel")
    )
    hidden, _ = (factories.child(room.school, name, by=room.office) for name in ("Ada", "Zoe"))
    factories.link_siblings(one=one, other=hidden, by=room.office)
    found = access.declare_conflict(user=room.office, child=one, kind="relative", by=room.lead)
    access.declare_conflict(user=room.lead, child=hidden, kind="relative", by=room.lead)
    access.declare_conflict(user=room.office, child=brother, kind="relative", by=room.lead)
    family = opened(client, room.lead, "conflict", found.pk).context["family"]
    same = "Year 5: has an adult in common, lives elsewhere"
    assert family == [(f"Abel Ashdown, {same}", True), (f"Aria Ashdown, {same}", False)]
    assert "Nothing declared" in text(opened(client, room.lead, "conflict", found.pk))
    factories.link_siblings(one=one, other=sister, by=room.deputy)
    assert len(opened(client, room.lead, "conflict", found.pk).context["family"]) == 2


def test_a_declaration_without_a_connection_is_explained(client, room, rowan):
    answer = opened(client, room.teacher, "declare_conflict", data={"q": "Ashdown", "add": str(rowan.pk)})
    assert answer.status_code == 422
    assert "Choose an answer to “What is the connection?”" in text(answer)
    assert not ConflictOfInterest.objects.exists()


def test_access_is_given_in_two_steps_of_which_the_first_changes_nothing(client, room, rowan):
    sent = {"holder": f"user:{room.pastoral.pk}", "reason": WHY, **boxes("last_day", NEXT_MONTH)}
    first = opened(client, room.lead, "child_access_give", rowan.pk, data=sent)
    assert "Would see it from then on" in text(first)
    assert "Carla Mendes" in text(first)
    assert not ChildGrant.objects.exists()
    assert not Notice.objects.filter(user=room.pastoral).exists()
    assert client.post(reverse("child_access_give", args=[rowan.pk]), sent | {"confirmed": "yes"}).status_code == 302
    page = text(client.get(reverse("child_access", args=[rowan.pk])))
    assert "Access given by Priya Raman until" in page
    assert WHY in page

    # She finds it on her home page, and it opens.
    assert "Rowan Ashdown" in text(opened(client, room.pastoral, "staff_home"))
    assert client.get(reverse("child", args=[rowan.pk])).status_code == 302
    for name in ("child_people", "child_chronology", "child_concerns", "child_access"):
        assert client.get(reverse(name, args=[rowan.pk])).status_code == 200, name

    grant = ChildGrant.objects.get()
    ask = opened(client, room.headteacher, "child_access_withdraw", rowan.pk, grant.pk)
    assert "Would no longer see it" in text(ask)
    assert (
        opened(client, room.headteacher, "child_access_withdraw", rowan.pk, grant.pk, data={"reason": ""}).status_code
        == 422
    )
    done = opened(
        client, room.headteacher, "child_access_withdraw", rowan.pk, grant.pk, data={"reason": "The club ended"}
    )
    assert done.status_code == 302
    assert opened(client, room.pastoral, "child_people", rowan.pk).status_code == 403


def test_only_who_manages_access_gives_it_and_what_cannot_be_is_explained(client, room, rowan):
    sent = {"holder": f"user:{room.pastoral.pk}", "reason": WHY, **boxes("last_day", NEXT_MONTH), "confirmed": "yes"}
    for role in ("teacher", "pastoral", "office", "deputy"):
        assert opened(client, getattr(room, role), "child_access_give", rowan.pk, data=sent).status_code == 403
    wrong = opened(client, room.lead, "child_access_give", rowan.pk, data=sent | {"reason": ""})
    assert wrong.status_code == 422
    assert "Say why it is needed" in text(wrong)
    # A role that the notice does not name is not offered, nor taken.
    assert (
        opened(
            client, room.lead, "child_access_give", rowan.pk, data=sent | {"holder": f"user:{room.teacher.pk}"}
        ).status_code
        == 422
    )
    assert not ChildGrant.objects.exists()


def test_who_has_looked_is_narrowed_and_taken_out_as_a_file_that_runs_no_formula(client, room, rowan):
    opened(client, room.office, "child_people", rowan.pk)
    page = text(opened(client, room.lead, "child_looked", rowan.pk))
    assert "Sue Pickering" in page
    narrowed = client.get(reverse("child_looked", args=[rowan.pk]), {"person": str(room.lead.pk), "days": "7"})
    assert all(line.who == "Priya Raman" for line in narrowed.context["lines"])
    file = client.get(reverse("child_looked", args=[rowan.pk]), {"as": "csv"})
    assert file["Content-Type"].startswith("text/csv")
    assert b"Sue Pickering" in file.content
    assert b"Ashdown" not in file.content
    assert "Ashdown" not in file["Content-Disposition"]
    assert Event.objects.filter(verb=Verb.EXPORT, object_id=rowan.pk, actor_id=room.lead.pk).exists()


def test_in_an_emergency_one_record_opens_with_a_banner_and_is_reviewed(client, room, rowan):
    client.force_login(room.pastoral)
    assert "Rowan Ashdown" in opened_text(client, "emergency_find", {"q": "Ashdown"})
    address = reverse("child_emergency", args=[rowan.pk])
    assert client.post(reverse("emergency_find"), {"add": str(rowan.pk)}).url == address
    assert client.post(address, {"reason": "Now"}).status_code == 422
    assert client.post(address, {"reason": LONG_WHY}).url == reverse("child", args=[rowan.pk])
    page = text(client.get(reverse("child_people", args=[rowan.pk])))
    assert "in an emergency, until" in page
    assert Event.objects.filter(verb=ChildVerb.EMERGENCY, object_id=rowan.pk).exists()

    found = EmergencyAccess.objects.get()
    assert "Emergency access to review" in text(opened(client, room.headteacher, "today"))
    assert LONG_WHY in text(opened(client, room.headteacher, "emergency", found.pk))
    done = opened(client, room.headteacher, "emergency", found.pk, data={"finding": "justified", "note": "Right."})
    assert done.status_code == 302
    assert opened(client, room.pastoral, "child_people", rowan.pk).status_code == 403
    assert "It was needed" in text(opened(client, room.lead, "emergencies"))


def test_conflicts_are_confirmed_and_lifted_by_somebody_else(client, room, rowan):
    access.declare_conflict(user=room.lead, child=rowan, kind="own_child", by=room.lead)
    found = ConflictOfInterest.objects.get()
    assert "Rowan" not in text(opened(client, room.lead, "conflicts"))
    assert opened(client, room.lead, "conflict", found.pk).status_code == 404
    assert "Rowan Ashdown" in text(opened(client, room.headteacher, "conflicts"))
    assert opened(client, room.headteacher, "confirm_conflict", found.pk, data={}).status_code == 302
    assert opened(client, room.headteacher, "conflict", found.pk, data={}).status_code == 200
    assert opened(client, room.headteacher, "conflict", found.pk, data={"reason": "Another family"}).status_code == 302
    assert opened(client, room.lead, "child_people", rowan.pk).status_code == 200


def test_who_can_see_says_how_many_a_conflict_hides_it_from_and_never_whom(client, room, rowan):
    access.declare_conflict(user=room.deputy, child=rowan, kind="own_child", by=room.deputy)
    page = opened(client, room.lead, "child_access", rowan.pk)
    assert "hides this record from 1 person" in text(page)
    assert "Tom Aldous" not in {seer.name for seer in page.context["sees"].seers}
    assert "hides this record" not in text(opened(client, room.office, "child_access", rowan.pk))


def test_said_of_a_colleague(client, room, rowan):
    sent = {"person": str(room.teacher.pk), "kind": "close", "q": "Ashdown", "add": str(rowan.pk)}
    assert opened(client, room.lead, "declare_for_colleague", data=sent).status_code == 302
    assert ConflictOfInterest.objects.get().user == room.teacher
    assert accounts.unanswered(room.school.pk, on=timezone.localdate()) == []
