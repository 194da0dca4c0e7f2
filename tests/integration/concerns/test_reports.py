"""Does a reporter always see her own words and what became of them, and nothing that anybody else wrote?"""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Amendment, ConcernChild, Decision, Draft
from safeguarding.concerns.services.deciding import (
    Ruling,
    add_note,
    close_concern,
    decide,
    link_child,
    open_concern,
    reopen_concern,
)
from safeguarding.concerns.services.progress import Stage, own_report, progress_of
from safeguarding.concerns.services.raising import ChildEntry, call_lead
from tests.factories import SCHOOL_DAY, child, concern, staffroom
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
SECRETS = ("Refer: child protection", "Level 4", "The mother was told", "Ezra Stone", "Private to leads")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast():
    return staffroom()


@pytest.fixture(autouse=True)
def _school_day():
    with time_machine.travel(SCHOOL_DAY + timedelta(hours=2), tick=False):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def decided(cast, **report):
    """A concern that a lead has read, decided and written a note about, with a child linked to a description."""
    report.setdefault(
        "children",
        [
            ChildEntry(role="worried_about", child=child(cast.school, by=cast.office)),
            ChildEntry(role="witness", kind="unnamed", description="Boy in a red coat"),
        ],
    )
    it = concern(cast, facts="He was quiet at register.", child_words="“I fell.”", **report)
    it = open_concern(concern=it, by=cast.lead, at=SCHOOL_DAY + MINUTE)
    ezra = child(cast.school, "Ezra", "Stone", by=cast.office)
    link_child(named=ConcernChild.objects.get(concern=it, child=None), child=ezra, by=cast.lead)
    add_note(concern=it, token=uuid4(), text="Private to leads", by=cast.lead)
    it.refresh_from_db()
    decide(
        concern=it,
        token=uuid4(),
        seen=it.revision,
        by=cast.lead,
        at=SCHOOL_DAY + 2 * MINUTE,
        ruling=Ruling(
            level=4,
            kind=Decision.Kind.CHILD_PROTECTION,
            rationale="The mother was told",
            parents_told="yes",
            receipt="watching",
            recipient="Children’s social care",
            consent="not_needed",
            legal_reason="s47",
            new_referral=True,
        ),
    )
    it.refresh_from_db()
    return it


def test_the_reporter_sees_her_words_and_the_safe_phrase_and_nothing_else(cast):
    it = decided(cast)
    client = signed_in(cast.teacher)
    home, mine, page = (
        client.get(address).content.decode() for address in ("/staff/", "/my-reports/", reverse("report", args=[it.pk]))
    )
    for text in (home, mine, page):
        assert "We know about this and are keeping watch. Log anything new." in text
        assert "Read by Priya Raman, today, 10:01am" in text
        for secret in SECRETS:
            assert secret not in text
    for own in ("He was quiet at register.", "“I fell.”", "Rowan Ashdown", "Boy in a red coat"):
        assert own in page
    for text in (home, mine):
        assert "Rowan" not in text, "lists name nobody"
        assert "2 children" in text


def test_nothing_else_is_on_paper_either(cast):
    it = decided(cast)
    text = Printed(signed_in(cast.teacher).get(reverse("report_paper", args=[it.pk])).getvalue()).text
    assert "Boy in a red coat" in text
    for secret in SECRETS:
        assert secret not in text


def test_what_the_service_hands_out_holds_nothing_of_the_leads(cast):
    it = decided(cast)
    told = repr(own_report(it.account, by=cast.teacher))
    for secret in (*SECRETS, "child_protection", "level"):
        assert secret not in told


def test_a_report_goes_from_received_to_read_to_closed_and_back(cast):
    it = concern(cast)

    def stage():
        return progress_of([it.account], by=cast.teacher)[0].stage

    assert stage() == Stage.RECEIVED
    open_concern(concern=it, by=cast.lead)
    assert stage() == Stage.READ
    it = decided(cast)
    assert stage() == Stage.READ
    close_concern(
        concern=it, seen=it.revision, outcome="helped_in_school", reason="Settled", receipt="in_school", by=cast.lead
    )
    assert stage() == Stage.CLOSED
    it.refresh_from_db()
    reopen_concern(concern=it, token=uuid4(), reason="Something new", by=cast.lead)
    assert stage() == Stage.READ


def test_progress_is_told_to_the_author_alone(cast):
    with pytest.raises(ValueError, match="author"):
        progress_of([concern(cast).account], by=cast.lead)


@pytest.mark.parametrize("who", ["assistant", "lead", "headteacher"])
def test_the_report_of_somebody_else_is_not_found(cast, who):
    it = concern(cast)
    client = signed_in(getattr(cast, who))
    assert client.get(reverse("report", args=[it.pk])).status_code == 404
    assert it.reference not in client.get("/my-reports/").content.decode()
    assert signed_in(cast.teacher).get(reverse("report", args=[it.pk])).status_code == 200


def test_a_teacher_of_another_school_finds_nothing(cast):
    it = concern(cast)
    stranger = staffroom("Far Field School").teacher
    assert signed_in(stranger).get(reverse("report", args=[it.pk])).status_code == 404


def test_a_name_is_shown_on_asking_and_that_is_recorded(cast):
    it, other = concern(cast), concern(cast, by=cast.assistant)
    client = signed_in(cast.teacher)
    assert client.get("/my-reports/").content.decode().count("Show name<") == 1, "one child: one name"
    before = Event.objects.filter(purpose="name shown").count()
    page = client.post("/my-reports/", {"show": str(it.pk)}).content.decode()
    assert "Rowan Ashdown" in page
    assert Event.objects.filter(purpose="name shown", actor_id=cast.teacher.pk).count() == before + 1
    for show in (str(other.pk), "junk", ""):
        assert "Rowan Ashdown" not in client.post("/my-reports/", {"show": show}).content.decode()
    assert Event.objects.filter(purpose="name shown").count() == before + 1


def test_opening_ones_own_report_is_recorded(cast):
    it = concern(cast)
    signed_in(cast.teacher).get(reverse("report", args=[it.pk]))
    assert Event.objects.filter(verb="view", object_id=it.account.pk, actor_id=cast.teacher.pk).count() == 1


def test_reports_are_paged_and_cost_the_same_however_many(cast, django_assert_num_queries):
    client = signed_in(cast.teacher)
    rowan = child(cast.school, by=cast.office)
    made = [
        concern(cast, at=SCHOOL_DAY + n * MINUTE, children=[ChildEntry(role="worried_about", child=rowan)])
        for n in range(53)
    ]
    first = client.get("/my-reports/")
    assert [r.concern_id for r in first.context["reports"]] == [c.pk for c in reversed(made[3:])]
    older = client.get(f"/my-reports/{first.context['older']}")
    assert [r.concern_id for r in older.context["reports"]] == [c.pk for c in reversed(made[:3])]
    # Two of them are the door to what became of one's own reports; one says that no lead asks, which a page knows.
    with django_assert_num_queries(5):
        progress_of([c.account for c in made], by=cast.teacher)


# --- adding


def test_something_is_added_once_however_often_it_is_sent(cast):
    it = concern(cast)
    client = signed_in(cast.teacher)
    page = client.get(reverse("report", args=[it.pk]))
    sent = {"key": page.context["key"], "text": "He ate nothing at lunch.", "reason": "more", "send": ""}
    answers = [client.post(reverse("report_add", args=[it.pk]), sent) for _ in range(3)]
    assert [a.status_code for a in answers] == [303] * 3
    assert Amendment.objects.get().text == "He ate nothing at lunch."
    assert "He ate nothing at lunch." in client.get(reverse("report", args=[it.pk])).content.decode()
    it.account.refresh_from_db()
    assert it.account.facts == "He was quiet at register.", "the first version stays"


def test_an_addition_that_lacks_something_keeps_what_was_typed(cast):
    it = concern(cast)
    client = signed_in(cast.teacher)
    key = client.get(reverse("report", args=[it.pk])).context["key"]
    answer = client.post(reverse("report_add", args=[it.pk]), {"key": key, "text": "He ate nothing.", "send": ""})
    page = answer.content.decode()
    assert '<a href="#id_reason_0">Say why you add it</a>' in page
    assert "He ate nothing." in page
    assert "He ate nothing." in client.get(reverse("report", args=[it.pk])).content.decode(), "it is a draft"
    assert not Amendment.objects.exists()


def test_an_addition_that_arrives_after_the_session_ended_is_kept(cast):
    it = concern(cast)
    client = signed_in(cast.teacher)
    address = reverse("report", args=[it.pk])
    key = client.get(address).context["key"]
    client.logout()
    answer = client.post(
        reverse("report_add", args=[it.pk]), {"key": key, "text": "He ate", "reason": "more", "send": ""}
    )
    assert answer["Location"].startswith(f"{reverse('account_login')}?next={address}")
    assert Draft.objects.get().adds_to == it.account
    client.force_login(cast.teacher)
    page = client.get(address)
    assert page.context["form"]["text"].value() == "He ate"
    assert page.context["form"]["reason"].value() == "more"
    assert "Draft" in client.get("/my-reports/").content.decode()


def test_nobody_adds_to_the_report_of_somebody_else(cast):
    it, own = concern(cast), concern(cast, by=cast.assistant)
    client = signed_in(cast.assistant)
    key = client.get(reverse("report", args=[own.pk])).context["key"]
    sent = {"key": key, "text": "Not mine", "reason": "more"}
    assert client.post(reverse("report_add", args=[it.pk]), {**sent, "send": ""}).status_code == 404
    client.logout()
    assert client.post(reverse("report_add", args=[it.pk]), sent).status_code == 403
    assert not Amendment.objects.exists()
    assert not Draft.objects.exists()


def test_while_a_call_is_not_finished_one_goes_on_writing_instead(cast):
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, line="In the hall")
    client = signed_in(cast.teacher)
    page = client.get(reverse("report", args=[called.pk])).content.decode()
    assert "Go on writing" in page
    assert reverse("log_resume", args=[called.token]) in page
    assert "Why you add it" not in page


def test_a_lead_has_reports_of_her_own(cast):
    it = concern(cast, by=cast.lead)
    page = signed_in(cast.lead).get("/my-reports/").content.decode()
    assert it.reference in page


# --- drafts of colleagues, on the pages of leads


@pytest.fixture
def waiting(cast):
    from safeguarding.concerns.services.drafts import save_draft

    content = {
        "facts": ["Only with a reason."],
        "how_soon": ["3"],
        "who": ["unnamed-1"],
        "unnamed-1-description": ["Boy"],
    }
    return save_draft(
        token=uuid4(),
        school_id=cast.school.pk,
        content=content,
        author_id=cast.teacher.pk,
        at=SCHOOL_DAY - timedelta(days=5),
    )


def test_leads_see_that_a_draft_waits_and_read_it_only_with_a_reason(cast, waiting):
    client = signed_in(cast.lead)
    seen = client.get("/unsent/").content.decode()
    assert "Jon Beckett" in seen
    assert "Only with a reason." not in seen
    assert "Draft of Jon Beckett" in client.get("/today/").content.decode()
    address = reverse("unsent_draft", args=[waiting.pk])
    assert "Only with a reason." not in client.get(address).content.decode()
    refused = client.post(address, {"reason": " "}).content.decode()
    assert "Give your reason" in refused
    assert "Only with a reason." not in refused
    opened = client.post(address, {"reason": "The author is ill"}, follow=True).content.decode()
    for text in ("Only with a reason.", "Boy", "Today", "The author is ill"):
        assert text in opened
    assert "Only with a reason." not in signed_in(cast.deputy).get(address).content.decode()
    inbox = signed_in(cast.teacher).get("/inbox/").content.decode()
    assert "A safeguarding lead has read your unsent draft" in inbox


def test_a_lead_asks_about_a_draft(cast, waiting):
    client = signed_in(cast.lead)
    assert client.post(reverse("unsent_ask", args=[waiting.pk])).status_code == 302
    assert "Asked by Priya Raman" in client.get("/unsent/").content.decode()
    assert "asked you to finish it" in signed_in(cast.teacher).get("/drafts/").content.decode()


def test_that_a_list_of_drafts_was_seen_is_on_record(cast, waiting):
    def seen(person, address):
        signed_in(person).get(address)
        events = Event.objects.filter(actor_id=person.pk, verb=Verb.LIST, object_type="concerns.draft")
        return [(e.purpose, e.count, e.object_id) for e in events.order_by("at")]

    assert seen(cast.teacher, "/drafts/") == [("own drafts", 1, None)]
    assert seen(cast.assistant, "/drafts/") == [("own drafts", 0, None)]
    of_leads = [("unsent drafts", 1, None)]
    assert seen(cast.lead, "/unsent/") == of_leads
    address = reverse("unsent_draft", args=[waiting.pk])
    assert seen(cast.lead, address) == [*of_leads, ("unsent drafts", 1, waiting.pk)]
    assert seen(cast.pastoral, "/unsent/") == []


@pytest.mark.parametrize("who", ["teacher", "pastoral", "office"])
def test_only_leads_see_drafts_of_colleagues(cast, waiting, who):
    client = signed_in(getattr(cast, who))
    assert client.get("/unsent/").status_code == 403
    assert client.get(reverse("unsent_draft", args=[waiting.pk])).status_code == 403
    assert client.post(reverse("unsent_ask", args=[waiting.pk])).status_code == 403


def test_leads_of_another_school_find_nothing(cast, waiting):
    client = signed_in(staffroom("Far Field School").lead)
    assert "Jon Beckett" not in client.get("/unsent/").content.decode()
    assert client.get(reverse("unsent_draft", args=[waiting.pk])).status_code == 404
    assert client.post(reverse("unsent_ask", args=[waiting.pk])).status_code == 404


def test_a_draft_is_discarded_after_being_asked(cast, waiting):
    client = signed_in(cast.teacher)
    address = reverse("draft_discard", args=[waiting.pk])
    assert "Discard this draft?" in client.get(address).content.decode()
    assert Draft.objects.exists()
    assert signed_in(cast.assistant).post(address).status_code == 404
    client.post(address)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("how_soon", "told", "says"),
    [(4, "nobody", True), (4, "other", False), (3, "nobody", False)],
    ids=["nobody", "somebody", "today"],
)
def test_who_told_nobody_of_what_cannot_wait_is_asked_to_tell_a_lead(cast, how_soon: int, told: str, says: bool):
    it = concern(cast, how_soon=how_soon, told=told)
    reporter = signed_in(cast.teacher)

    def page() -> str:
        return reporter.get(reverse("report", args=[it.pk])).content.decode()

    assert ("Tell a safeguarding lead now" in page()) is says
    open_concern(concern=it, by=cast.lead, at=SCHOOL_DAY + 2 * MINUTE)
    assert "Tell a safeguarding lead now" not in page()
