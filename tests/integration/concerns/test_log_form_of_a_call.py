"""The log form that finishes a call for a lead, and what form and receipt say when no lead is there."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import change_school, end_role, record_absence
from safeguarding.audit.models import Event
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Concern, ConcernChild, ConcernNote, UndoneLink
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.deciding import link_child, open_concern
from safeguarding.concerns.services.escalation import chase_unread
from safeguarding.concerns.services.raising import call_lead
from tests.factories import SCHOOL_DAY, child, staffroom
from tests.pdfs import Printed

from .log_page import LOG, opened, signed_in, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def cast():
    return staffroom()


# --- when nobody is there


def test_out_of_hours_form_and_receipt_lead_with_who_can_act_now(cast):
    change_school(school=cast.school, by=cast.headteacher, social_care_day="0161 217 6028")
    rowan = child(cast.school)
    friday_evening = SCHOOL_DAY + timedelta(days=3, hours=9)
    with time_machine.travel(friday_evening, tick=False):
        client = signed_in(cast.teacher)
        form_page = client.get(LOG, follow=True)
        answer = client.post(LOG, whole({"key": form_page.context["key"]}, rowan))
        receipt = client.get(answer["Location"])
    for page in (form_page.content.decode(), receipt.content.decode()):
        head = page[: page.index("<h1")]
        assert "999" in head
        assert "nyone can make a referral" in head
        assert "0161 217 6028" in head
        assert "has not set a number" in head, "the night number"
        assert "from 8am Monday" in head


def test_with_every_lead_away_it_is_the_same(cast):
    today = SCHOOL_DAY.date()
    for lead in (cast.lead, cast.deputy):
        record_absence(user=lead, starts_on=today, ends_on=today, by=cast.headteacher, at=SCHOOL_DAY)
    page = signed_in(cast.teacher).get(LOG, follow=True).content.decode()
    assert "No safeguarding lead is in now" in page
    assert "Yes, Priya Raman" not in page


def test_a_lead_is_not_told_to_tell_herself(cast):
    client, rowan = signed_in(cast.lead), child(cast.school)
    page = client.get(LOG, follow=True)
    text = page.content.decode()
    assert "Then tell Tom Aldous" in text
    assert "Yes, Tom Aldous" in text
    assert "Yes, Priya Raman" not in text
    client.post(LOG, whole({"key": page.context["key"]}, rowan))
    told = Notice.objects.filter(object_id=Concern.objects.get().pk).values_list("user", flat=True)
    assert list(told) == [cast.deputy.pk]
    chase_unread(at=SCHOOL_DAY + timedelta(days=3))
    chased = Notice.objects.filter(kind=ConcernNotice.UNREAD).values_list("user", flat=True)
    assert set(chased) == {cast.deputy.pk, cast.headteacher.pk}


def test_a_lead_who_is_alone_is_told_and_reminded_all_the_same(cast):
    for role in (cast.deputy.assignments.get(), cast.headteacher.assignments.get()):
        end_role(assignment=role, last_day=SCHOOL_DAY.date() - timedelta(days=1))
    client, rowan = signed_in(cast.lead), child(cast.school)
    page = client.get(LOG, follow=True)
    assert "Then tell" not in page.content.decode()
    client.post(LOG, whole({"key": page.context["key"]}, rowan))
    chase_unread(at=SCHOOL_DAY + timedelta(days=3))
    told = Notice.objects.filter(user=cast.lead).values_list("kind", flat=True)
    assert sorted(told) == sorted([ConcernNotice.NEW_CONCERN, ConcernNotice.UNREAD])


def test_practice_says_that_nobody_will_read_it(cast, settings):
    settings.DEMO = True
    client, rowan = signed_in(cast.teacher), child(cast.school)
    page = client.get(LOG, follow=True)
    answer = client.post(LOG, whole({"key": page.context["key"]}, rowan))
    for shown in (page, client.get(answer["Location"])):
        main = shown.content.decode().split("<main")[1]
        assert "Practice: nobody will read this" in main


# --- a call for a lead


def test_a_call_is_finished_on_the_same_form(cast):
    rowan = child(cast.school)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, child=rowan, line="In the hall")
    client = signed_in(cast.teacher)
    page = client.get(f"/log/{called.token}/")
    text = page.content.decode()
    form = page.context["form"]
    assert (form["facts"].value(), form["how_soon"].value()) == ("In the hall", "4")
    assert [(row.name, row["role"].value()) for row in form.children] == [("Rowan Ashdown", "worried_about")]
    assert ">Finish</button>" in text
    assert "You called a safeguarding lead" in text
    answer = client.post(LOG, whole({"key": page.context["key"]}, rowan, facts="In the hall he said he was afraid."))
    assert answer["Location"] == reverse("report", args=[called.pk])
    called.refresh_from_db()
    assert called.finished_at is not None
    assert Concern.objects.count() == 1
    assert called.account.facts == "In the hall he said he was afraid."


def test_a_child_described_in_the_call_is_described_on_the_form(cast):
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, described="Boy in a red coat")
    client = signed_in(cast.teacher)
    page = client.get(f"/log/{called.token}/")
    (row,) = page.context["form"].children
    assert row["description"].value() == "Boy in a red coat"
    sent = {"who": row.key, f"{row.key}-role": "witness", f"{row.key}-description": "Boy in a red coat"}
    client.post(LOG, {**whole({"key": page.context["key"]}), **sent})
    assert ConcernChild.objects.get().role == "witness"


def finished(client, called, *children, **changes):
    """The account of a call, sent as the form has it."""
    page = client.get(f"/log/{called.token}/")
    draft = page.context["draft"]
    form = {"key": page.context["key"], "knows": str(draft.revision if draft else 0)}
    return client.post(LOG, {**whole(form, *children), **changes})


def test_a_child_called_about_by_mistake_is_taken_out_at_once_and_leads_are_told(cast):
    rowan = child(cast.school, by=cast.office)
    skye = child(cast.school, "Skye", "Marsh", by=cast.office)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, child=rowan)
    client, lead = signed_in(cast.teacher), signed_in(cast.lead)
    its_page, its_file = reverse("concern", args=[called.pk]), reverse("child_concerns", args=[rowan.pk])
    assert called.reference in lead.get(its_file).content.decode()

    key = client.get(f"/log/{called.token}/").context["key"]
    answer = client.post(LOG, {"key": key, "who": str(rowan.pk), "remove": str(rowan.pk)}, follow=True)
    assert "The child is not named in your call any more" in answer.content.decode()
    assert answer.context["form"].children == []
    assert called.reference not in lead.get(its_file).content.decode()
    assert Event.objects.filter(verb="change", object_id=called.pk, actor_id=cast.teacher.pk).count() == 1
    assert Notice.objects.filter(user=cast.lead, kind=ConcernNotice.ADDED, object_id=called.pk).exists()
    page = lead.get(its_page).content.decode()
    assert "A child was named when the call was made" in page
    assert "Rowan Ashdown" not in page
    assert "Rowan" not in client.get(reverse("report", args=[called.pk])).content.decode()

    finished(client, called, skye)
    assert [(row.child, row.kind) for row in ConcernChild.objects.filter(concern=called)] == [(skye, "on_record")]
    client.post(
        LOG, {"key": tokens.issue(cast.teacher, called.token, school_id=cast.school.pk), "remove": str(skye.pk)}
    )
    assert ConcernChild.objects.get(concern=called).child == skye, "what is finished is not changed"


def test_only_the_caller_takes_a_child_out_of_a_call(cast):
    rowan = child(cast.school, by=cast.office)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, child=rowan)
    for key in (
        tokens.issue(cast.assistant, called.token, school_id=cast.school.pk),
        tokens.issue(cast.teacher, called.token, school_id=cast.school.pk),
    ):
        signed_in(cast.assistant).post(LOG, {"key": key, "who": str(rowan.pk), "remove": str(rowan.pk)})
    assert ConcernChild.objects.get(concern=called).child == rowan


def test_another_child_on_the_finished_form_takes_the_place_of_the_one_called_about(cast):
    rowan = child(cast.school, by=cast.office)
    skye = child(cast.school, "Skye", "Marsh", by=cast.office)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, child=rowan)
    finished(signed_in(cast.teacher), called, skye)
    assert ConcernChild.objects.get(concern=called).child == skye
    assert UndoneLink.objects.get(concern=called).child_key == rowan.pk
    assert "Rowan" not in ConcernNote.objects.get(concern=called).text


def test_other_words_for_a_child_described_in_the_call_change_the_one_row(cast):
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, described="Boy in a red coat")
    words = {"unnamed-1-role": "witness", "unnamed-1-description": "Boy in a blue coat, Year 4"}
    finished(signed_in(cast.teacher), called, who="unnamed-1", **words)
    row = ConcernChild.objects.get(concern=called)
    assert (row.child, row.kind, row.role, row.description) == (
        None,
        "unnamed",
        "witness",
        "Boy in a blue coat, Year 4",
    )
    assert not ConcernNote.objects.exists()


def test_other_words_leave_the_record_that_a_lead_has_linked(cast):
    rowan = child(cast.school, by=cast.office)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, described="Boy in a red coat")
    link_child(named=called.children.get(), child=rowan, by=cast.lead)
    words = {"unnamed-1-role": "witness", "unnamed-1-description": "Boy in a blue coat"}
    finished(signed_in(cast.teacher), called, who="unnamed-1", **words)
    row = ConcernChild.objects.get(concern=called)
    assert (row.child, row.linked_by, row.description) == (rowan, cast.lead, "Boy in a blue coat")


@pytest.mark.parametrize(
    ("acknowledged", "facts", "kept"),
    [
        (True, "He fell.", ["Said with the call: He says his father hit him."]),
        (True, "At nine. He says his\r\nfather hit him. I stayed.", []),
        (False, "He fell.", []),
    ],
)
def test_the_line_that_a_lead_has_read_and_acted_on_stays(cast, acknowledged, facts, kept):
    rowan = child(cast.school, by=cast.office)
    line = "He says his father hit him."
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, child=rowan, line=line)
    if acknowledged:
        open_concern(concern=called, by=cast.lead)
    finished(signed_in(cast.teacher), called, rowan, facts=facts)
    assert [note.text for note in ConcernNote.objects.filter(concern=called)] == kept


def test_a_description_that_a_lead_has_linked_and_the_record_may_both_stand_on_the_form(cast):
    rowan = child(cast.school, by=cast.office)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, described="Boy in a red coat")
    link_child(named=called.children.get(), child=rowan, by=cast.lead)
    client = signed_in(cast.teacher)
    boy = {"unnamed-1-role": "worried_about", "unnamed-1-description": "Boy in a red coat"}
    answer = finished(client, called, who=["unnamed-1", str(rowan.pk)], **boy, **{f"{rowan.pk}-role": "witness"})
    assert answer.status_code == 303
    rows = ConcernChild.objects.filter(concern=called).values_list("child", "role")
    assert set(rows) == {(rowan.pk, "witness"), (None, "worried_about")}
    page = client.get(answer["Location"]).content.decode()
    for report in (page, Printed(client.get(reverse("report_paper", args=[called.pk])).content).text):
        assert "Rowan Ashdown" in report
        assert "Boy in a red coat" in report


def test_two_children_described_alike_are_two(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    twins = {
        f"unborn-{n}-{part}": text for n in (1, 2) for part, text in (("role", "mentioned"), ("description", "Due"))
    }
    client.post(LOG, {**whole(form), "who": ["unborn-1", "unborn-2"], **twins})
    assert ConcernChild.objects.count() == 2


def test_a_child_who_is_known_by_now_takes_the_place_of_the_description_which_stays(cast):
    rowan = child(cast.school, by=cast.office)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, described="Boy in a red coat")
    finished(signed_in(cast.teacher), called, rowan)
    row = ConcernChild.objects.get(concern=called)
    assert (row.child, row.kind, row.description) == (rowan, "on_record", "Boy in a red coat")


def test_somebody_elses_call_is_not_found(cast):
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher)
    assert signed_in(cast.assistant).get(f"/log/{called.token}/").status_code == 404
