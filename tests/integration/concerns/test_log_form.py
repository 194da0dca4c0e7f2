"""Does the log form, as a browser without scripts posts it, lose nothing and make one concern?"""

import re
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import change_school, end_role, record_absence
from safeguarding.audit.models import Event
from safeguarding.concerns import tokens
from safeguarding.concerns.models import BodyMapMark, Concern, ConcernChild, ConcernNote, Draft
from safeguarding.concerns.services.deciding import link_child, open_concern
from safeguarding.concerns.services.escalation import chase_unread
from safeguarding.concerns.services.raising import call_lead
from tests.factories import SCHOOL_DAY, child, member, staffroom
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
LOG = "/log/"


@pytest.fixture
def cast():
    return staffroom()


@pytest.fixture(autouse=True)
def _school_day():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(client: Client) -> tuple[str, dict[str, str]]:
    """Address and key of a fresh form."""
    answer = client.get(LOG, follow=True)
    assert answer.status_code == 200
    return answer.redirect_chain[-1][0], {"key": answer.context["key"]}


def whole(form: dict[str, str], *children, **changes) -> dict[str, object]:
    """A form filled in as for a routine concern."""
    roles = {f"{c.pk}-role": "worried_about" for c in children}
    return {
        **form, "how_soon": "3", "who": [str(c.pk) for c in children], **roles, "observed_on_day": "24",
        "observed_on_month": "11", "observed_on_year": "2026", "observed_at": "8:50am", "place": "classroom",
        "how_known": "saw_or_heard", "facts": "He was quiet at register.", "category": "NEG", "marks_seen": "no",
        "told": "nobody", "send": "", **changes,
    }  # fmt: skip


def test_opening_the_form_writes_no_draft(cast):
    opened(signed_in(cast.teacher))
    assert not Draft.objects.exists()
    assert not Concern.objects.exists()


def test_a_class_teacher_finds_today_now_and_the_classroom_filled_in(cast):
    client = signed_in(cast.teacher)
    page = client.get(LOG, follow=True).content.decode()
    assert 'value="24"' in page
    assert 'value="10am"' in page
    assert '<option value="classroom" selected>' in page
    assert "Yes, Priya Raman" in page
    assert "Yes, Tom Aldous" in page


def test_out_of_hours_no_time_is_guessed(cast):
    with time_machine.travel(SCHOOL_DAY + timedelta(hours=11), tick=False):
        answer = signed_in(cast.teacher).get(LOG, follow=True)
    assert answer.context["form"]["observed_at"].value() == ""
    assert answer.context["form"]["place"].value() == ""


def test_a_whole_form_is_sent_and_its_reference_is_on_the_next_page(cast):
    rowan, skye = child(cast.school), child(cast.school, "Skye", "Marsh", class_name="3J", year_group=3)
    client = signed_in(cast.teacher)
    _, form = opened(client)
    answer = client.post(
        LOG,
        whole(
            form, rowan, skye, **{f"{skye.pk}-role": "sibling"}, marks_seen="yes", region=["9"],
            **{"region-9-note": "Round, 2 cm"}, child_words="“I fell.”", told=str(cast.lead.pk),
        ),
    )  # fmt: skip
    concern = Concern.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("report", args=[concern.pk]))
    page = client.get(answer["Location"]).content.decode()
    assert concern.reference in page
    assert dict(ConcernChild.objects.values_list("child_id", "role")) == {
        rowan.pk: "worried_about",
        skye.pk: "sibling",
    }
    assert (concern.account.told, concern.account.told_person) == ("lead", cast.lead)
    assert (concern.account.child_words, concern.account.marks_seen) == ("“I fell.”", True)
    assert BodyMapMark.objects.get().note == "Round, 2 cm"
    assert not Draft.objects.exists()


def test_double_click_retry_and_back_button_are_one_concern(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, form = opened(client)
    answers = [client.post(LOG, whole(form, rowan, facts=facts)) for facts in ("He was quiet.", "He was quiet.", "")]
    assert {a.status_code for a in answers} == {303}
    assert len({a["Location"] for a in answers}) == 1
    assert Concern.objects.count() == 1
    assert client.get(address)["Location"] == answers[0]["Location"], "going back leads to what was sent"


def test_every_problem_is_listed_with_a_link_and_everything_typed_is_there(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, form = opened(client)
    answer = client.post(
        LOG,
        whole(
            form, rowan, **{f"{rowan.pk}-role": ""}, observed_on_year="2031", observed_at="25:99", facts="",
            told="other", how_soon="", others_present="Sam Oyelaran, the lunch supervisor",
        ),
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<title>Error: Log a concern" in re.sub(r"\s+", " ", page)
    for sentence, href in {
        "Say how soon someone needs to act": "#id_how_soon_0",
        "Choose the role of Rowan Ashdown": f"#id_{rowan.pk}-role",
        "Date must be today or in the past": "#id_observed_on_0",
        "Time must be a real time, such as 8:50am or 2:15pm": "#id_observed_at",
        "Write what you saw or heard, or what the child said": "#id_facts",
        "Say who else you told, with their full name": "#id_told_other",
    }.items():
        assert f'<a href="{href}">{sentence}</a>' in page
        assert f'id="{href[1:]}"' in page, "the link leads somewhere"
    for typed in ("2031", "25:99", "Sam Oyelaran, the lunch supervisor"):
        assert typed in page
    again = client.get(address).content.decode()
    for typed in ("2031", "25:99", "Sam Oyelaran, the lunch supervisor"):
        assert typed in again, "and it is a draft"
    assert "There is a problem" not in again, "a draft that is taken up again is not scolded"


@pytest.mark.parametrize(
    ("typed", "href", "sentence"),
    [
        ({"observed_on_year": "1026"}, "observed_on_0", "Date must be within the last 100 years"),
        ({"observed_at": "11:30pm"}, "observed_at", "Time must not be later than now"),
        ({"told_other": "Sam Oyelaran at 9"}, "told_0", "You wrote whom you told: choose “Yes, someone else”"),
    ],
)
def test_what_cannot_be_so_is_asked_about(cast, typed, href, sentence):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    assert f'<a href="#id_{href}">{sentence}' in client.post(LOG, whole(form, rowan, **typed)).content.decode()
    assert not Concern.objects.exists()
    mended = {"observed_on_year": "2025", "observed_at": "11:30pm", "told": "other", "told_other": "Sam Oyelaran"}
    assert client.post(LOG, whole(form, rowan, **mended)).status_code == 303


def test_a_first_save_without_its_number_breaks_no_later_one(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    for turn, facts in (("", "a"), ("0", "b")):
        assert client.post("/log/keep/", {**form, "turn": turn, "facts": facts}).status_code == 200
    assert Draft.objects.get().content["facts"] == ["b"]


def test_nobody_named_is_a_problem(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    page = client.post(LOG, whole(form)).content.decode()
    assert '<a href="#id_q">Name or describe at least one child</a>' in page


def test_a_child_who_is_typed_and_not_chosen_is_asked_about(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    skye = child(cast.school, "Skye", "Marsh", class_name="3J", year_group=3)
    _, form = opened(client)
    for children in ([], [rowan]):
        page = client.post(LOG, whole(form, *children, q="Skye Marsh")).content.decode()
        assert '<a href="#id_q">Choose the child from the list, describe the child, or clear this box</a>' in page
        assert 'value="Skye Marsh"' in page
        assert f'name="add" value="{skye.pk}"' in page, "and here is the list"
        assert not Concern.objects.exists()
    assert client.post(LOG, whole(form, rowan, q=" ")).status_code == 303


def test_no_field_for_words_is_filled_in_from_what_the_browser_remembers(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    page = client.post(LOG, {**form, "add": "unnamed"}, follow=True).content.decode()
    typed = [tag for tag in re.findall(r"<(?:input|form)[^>]*>", page.split("<main")[1]) if 'type="text"' in tag]
    assert len(typed) > 10
    assert [tag for tag in typed if 'autocomplete="off"' not in tag] == []
    assert 'autocomplete="username"' in Client().get(reverse("account_login")).content.decode()


# --- children without a script


def test_finding_and_adding_keeps_what_is_typed(cast):
    client = signed_in(cast.teacher)
    rowan = child(cast.school, known_forename="Ro")
    address, form = opened(client)
    typed = {**form, "facts": "He was quiet.", "q": "rowan", "observed_at": "nonsense"}
    found = client.post(LOG, {**typed, "find": ""}, follow=True)
    page = found.content.decode()
    assert f'name="add" value="{rowan.pk}"' in page
    assert "known as Ro" in page
    assert "5B, Year 5" in page
    added = client.post(LOG, {**typed, "add": str(rowan.pk)}, follow=True)
    assert added.redirect_chain[-1][0].startswith(address)
    form = added.context["form"]
    assert [row.name for row in form.children] == ["Rowan Ashdown"]
    assert form.children[0]["role"].value() == "worried_about", "the first child is the one who is worried about"
    assert (form["facts"].value(), form["observed_at"].value(), form["q"].value()) == ("He was quiet.", "nonsense", "")
    assert Event.objects.filter(verb="search", actor_id=cast.teacher.pk, count=1).exists()


def test_a_list_that_is_cut_says_so(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    said = "Type more of the name."
    for number in range(21):
        child(cast.school, f"Child{number}", f"Name{chr(97 + number)}", by=cast.office)
        if number in (3, 20):
            page = client.post(LOG, {**form, "q": "5B", "find": ""}, follow=True).content.decode()
            assert (said in page) is (number == 20)


def test_enter_in_a_field_never_sends_or_removes(cast):
    """The browser presses the first button of the form: it finds or saves."""
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, _ = opened(client)
    page = client.get(address).content.decode()
    form = page[page.index('<form class="hb-form"') :]
    assert re.search(r"<button[^>]*>", form)[0] == '<button class="hb-vh" name="find" tabindex="-1" aria-hidden="true">'
    assert rowan is not None


def test_a_child_is_removed_with_its_role_and_nothing_else(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    sent = whole(form, rowan, facts="He was quiet.")
    del sent["send"]
    answer = client.post(LOG, {**sent, "remove": str(rowan.pk)}, follow=True)
    assert answer.context["form"].children == []
    assert answer.context["form"]["facts"].value() == "He was quiet."
    assert f"{rowan.pk}-role" not in Draft.objects.get().content


@pytest.mark.parametrize(
    ("kind", "description"),
    [("unnamed", "Boy, Year 3, red coat"), ("not_on_roll", "Cousin of Rowan Ashdown, 14"), ("unborn", "Due in May")],
)
def test_a_child_without_a_record_is_described(cast, kind, description):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    added = client.post(LOG, {**form, "add": kind}, follow=True).context["form"]
    (row,) = added.children
    missing = client.post(LOG, {**whole(form), "who": row.key, f"{row.key}-role": "witness"})
    assert b"Enter" not in missing.content
    assert f'href="#id_{row.key}-description"' in missing.content.decode()
    client.post(
        LOG, {**whole(form), "who": row.key, f"{row.key}-role": "witness", f"{row.key}-description": description}
    )
    named = ConcernChild.objects.get()
    assert (named.child, named.kind, named.role, named.description) == (None, kind, "witness", description)


def test_a_child_gone_for_less_than_a_year_is_found_and_one_gone_longer_is_not(cast):
    today = SCHOOL_DAY.date()
    for name, days in (("Ivo", 200), ("Ida", 400)):
        gone = child(cast.school, name, "Lately")
        # Children leave by an import; what it writes on the card is all that counts here.
        type(gone).objects.filter(pk=gone.pk).update(left_on=today - timedelta(days=days))
    answer = signed_in(cast.teacher).post("/log/find/", {"q": "lately"})
    assert "Ivo Lately" in answer.content.decode()
    assert "Ida Lately" not in answer.content.decode()
    assert "left on" in answer.content.decode()


def test_children_alike_must_be_confirmed(cast):
    client = signed_in(cast.teacher)
    one = child(cast.school, "Rory", "Fallows", class_name="3A", year_group=3)
    child(cast.school, "Rorie", "Fallows", class_name="3B", year_group=3, known_forename="Roro")
    _, form = opened(client)
    page = client.post(LOG, whole(form, one)).content.decode()
    assert "Tick that Rory Fallows, 3A, Year 3, is the child you mean" in page
    assert "Rorie Fallows (known as Roro), 3B, Year 3" in page
    assert not Concern.objects.exists()
    assert client.post(LOG, {**whole(form, one), f"{one.pk}-sure": "on"}).status_code == 303


def test_only_a_child_of_the_school_gone_for_less_than_a_year_is_named_whatever_is_posted(cast):
    """The finder offers nobody else; a forged key, or a form left open for long, might."""
    elsewhere = staffroom("Far Field School")
    stranger = child(elsewhere.school, "Ezra", "Stone", by=elsewhere.office)
    gone, lately = (child(cast.school, name, "Lately", by=cast.office) for name in ("Ida", "Ivo"))
    for left, days in ((gone, 366), (lately, 200)):
        # Children leave by an import; what it writes on the card is all that counts here.
        type(left).objects.filter(pk=left.pk).update(left_on=SCHOOL_DAY.date() - timedelta(days=days))
    client = signed_in(cast.teacher)
    for forged, sentence in (
        (stranger, "A child on this form is not on this school’s list: press Remove"),
        (gone, "Ida Lately left more than twelve months ago: press Remove"),
    ):
        address, form = opened(client)
        page = client.post(LOG, whole(form, forged, facts="He was quiet all day.")).content.decode()
        assert f'<a href="#id_{forged.pk}-role">{sentence}' in page
        assert "Ezra" not in page
        assert "He was quiet all day." in page
        assert "He was quiet all day." in client.get(address).content.decode()
        assert not Concern.objects.exists()
        removed = client.post(LOG, {**whole(form, forged), "send": [], "remove": str(forged.pk)}, follow=True)
        assert removed.context["form"].children == []
    _, form = opened(client)
    assert client.post(LOG, whole(form, lately)).status_code == 303
    assert ConcernChild.objects.get().child == lately


# --- sessions, keys, other people


def test_text_that_arrives_after_the_session_ended_is_kept_and_shown_after_signing_in(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, form = opened(client)
    client.logout()
    answer = client.post(LOG, whole(form, rowan, facts="He was quiet all day."))
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{reverse('account_login')}?next={address}")
    assert "kept" in answer["Location"]
    assert Draft.objects.get().author == cast.teacher
    assert not Concern.objects.exists(), "nobody who is not signed in sends"
    client.force_login(cast.teacher)
    page = client.get(f"{address}?kept=1").content.decode()
    assert "He was quiet all day." in page
    assert "Everything you typed is here" in page


def test_autosave_keeps_text_of_somebody_whose_session_ended(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    assert "Only you can see it" in client.post("/log/keep/", {**form, "facts": "He"}).json()["saved"]
    client.logout()
    said = client.post("/log/keep/", {**form, "facts": "He was quiet"}).json()["saved"]
    assert "sign in again" in said
    assert Draft.objects.get().content["facts"] == ["He was quiet"]


def test_the_browsers_own_token_is_not_needed_because_it_changes_with_a_new_sign_in(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.teacher)
    _, form = opened(client)
    rowan = child(cast.school)
    assert client.post(LOG, whole(form, rowan, csrfmiddlewaretoken="stale")).status_code == 303
    assert Concern.objects.count() == 1


def test_on_a_shared_laptop_the_text_is_kept_for_its_author_and_the_other_sees_none_of_it(cast):
    author, other = signed_in(cast.teacher), signed_in(cast.assistant)
    address, form = opened(author)
    answer = other.post(LOG, whole(form, child(cast.school), facts="Only for its author."))
    page = answer.content.decode()
    assert "kept" in page
    assert "Only for its author." not in page
    assert "Jon Beckett" not in page
    assert "Rowan" not in page
    assert Draft.objects.get().author == cast.teacher
    assert not Concern.objects.exists()
    assert other.get(address).status_code == 404
    assert "Only for its author." in author.get(address).content.decode()


@pytest.mark.parametrize("key", ["", "junk", "a.b.c:sig"])
def test_a_damaged_key_keeps_the_text_as_a_draft_of_who_is_signed_in_and_sends_nothing(cast, key):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    answer = client.post(LOG, whole({"key": key}, rowan))
    assert answer.status_code == 303
    assert not Concern.objects.exists()
    assert "He was quiet at register." in client.get(answer["Location"]).content.decode()


def test_a_damaged_key_of_nobody_is_refused_with_a_sentence(cast):
    answer = Client().post(LOG, whole({"key": "junk"}))
    assert answer.status_code == 422
    assert "copy your text" in answer.content.decode()
    assert Client().post("/log/keep/", {"key": "junk"}).status_code == 422


def test_a_key_made_up_for_somebody_else_does_not_hold(cast):
    key = tokens.issue(cast.teacher, uuid4(), school_id=cast.school.pk)
    forged = key.replace(str(cast.teacher.pk), str(cast.assistant.pk))
    Client().post("/log/keep/", {"key": forged, "facts": "x"})
    assert not Draft.objects.exists()


def test_without_a_sign_in_the_form_is_not_shown(cast):
    for address in (LOG, f"/log/{uuid4()}/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"] == f"{reverse('account_login')}?next={address}"


def test_who_left_the_school_meanwhile_is_told_and_loses_nothing(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    with time_machine.travel(SCHOOL_DAY + timedelta(days=2), tick=False):
        end_role(assignment=cast.teacher.assignments.get(), last_day=SCHOOL_DAY.date())
        client.force_login(cast.teacher)
        answer = client.post(LOG, whole(form, rowan, facts="Seen at noon."))
    assert "What you have written is kept" in answer.content.decode()
    assert Draft.objects.get().content["facts"] == ["Seen at noon."]
    assert not Concern.objects.exists()


def test_when_sending_breaks_the_text_is_a_draft(cast, monkeypatch):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    client.raise_request_exception = False
    address, form = opened(client)

    def broken(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("safeguarding.concerns.views.reporting.raise_concern", broken)
    answer = client.post(LOG, whole(form, rowan, facts="He was quiet all day."))
    assert answer.status_code == 500
    assert "What you typed is kept as a draft".lower() in answer.content.decode().lower()
    assert not Concern.objects.exists()
    assert "He was quiet all day." in client.get(address).content.decode()


def test_when_the_database_is_away_too_nothing_is_promised(cast, monkeypatch):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    client.raise_request_exception = False
    _, form = opened(client)

    def broken(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("safeguarding.concerns.views.reporting.raise_concern", broken)
    monkeypatch.setattr("safeguarding.concerns.views.reporting.keep_typed", broken)
    answer = client.post(LOG, whole(form, rowan))
    assert answer.status_code == 500
    assert "is kept" not in answer.content.decode()


# --- whatever people type


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "😟 " * 50,
        "قال إنه لا يريد العودة إلى المنزل",
        "zero\u200bwidth \u202eright-to-left\u202c",
        "O’Brien-Şahin said \"no\" & <script>alert('x')</script>",
        "x" * 20_000,
        "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
)
def test_whatever_is_typed_is_kept_and_shown_as_it_is(cast, text):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    answer = client.post(LOG, whole(form, rowan, facts=text))
    assert answer.status_code == 303
    assert Concern.objects.get().account.facts == text.replace("\x00", "").strip()
    assert "<script>alert" not in client.get(answer["Location"]).content.decode()


def test_what_is_too_long_is_said_and_kept_whole(cast):
    client = signed_in(cast.teacher)
    address, form = opened(client)
    added = client.post(LOG, {**form, "add": "unnamed"}, follow=True).context["form"].children[0]
    long = {"facts": "y" * 20_001, f"{added.key}-description": "z" * 10_000, "region-3-note": "w" * 501}
    page = client.post(LOG, {**whole(form), "who": added.key, "marks_seen": "yes", **long}).content.decode()
    assert "What you saw or heard must be 20,000 characters or fewer" in page.replace("20000", "20,000")
    assert "What you saw at chest must be 500 characters or fewer" in page
    assert "Who it is, as far as you know must be 300 characters or fewer" in page
    again = client.get(address).content.decode()
    for text in long.values():
        assert text in again


def test_a_body_of_six_megabytes_is_kept_and_gets_a_sentence(cast):
    client = signed_in(cast.teacher)
    address, form = opened(client)
    body = urlencode({**whole(form), "facts": "ü" * 1_000_000}, doseq=True)
    assert len(body) > 5 * 1024 * 1024
    answer = client.post(LOG, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert "characters or fewer" in answer.content.decode()
    assert Draft.objects.get().content["facts"] == ["ü" * 1_000_000]
    assert address


def test_a_body_beyond_all_measure_is_refused_with_a_sentence(cast):
    client = signed_in(cast.teacher)
    body = "facts=" + "x" * (33 * 1024 * 1024)
    answer = client.post(LOG, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "shorten it" in answer.content.decode()


def test_a_mark_described_but_denied_is_asked_about(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    page = client.post(LOG, {**whole(form, rowan), "region-9-note": "Round"}).content.decode()
    assert "You ticked a place on the body" in page


def test_a_subcategory_of_another_category_is_asked_about(cast):
    from safeguarding.concerns.models import Subcategory

    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    other = Subcategory.objects.filter(category_id="PHY").first()
    page = client.post(LOG, whole(form, rowan, subcategory=str(other.pk))).content.decode()
    assert "belongs to another category" in page
    own = Subcategory.objects.filter(category_id="NEG").first()
    assert client.post(LOG, whole(form, rowan, subcategory=str(own.pk))).status_code == 303
    assert Concern.objects.get().subcategory == own


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
        assert "30 November, 8am" in head


def test_with_every_lead_away_it_is_the_same(cast):
    today = SCHOOL_DAY.date()
    for lead in (cast.lead, cast.deputy):
        record_absence(user=lead, starts_on=today, ends_on=today, by=cast.headteacher, at=SCHOOL_DAY)
    page = signed_in(cast.teacher).get(LOG, follow=True).content.decode()
    assert "No safeguarding lead is in school now" in page
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
    chased = Notice.objects.filter(kind=Notice.Kind.UNREAD).values_list("user", flat=True)
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
    assert sorted(told) == sorted([Notice.Kind.NEW_CONCERN, Notice.Kind.UNREAD])


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
    return client.post(LOG, {**whole({"key": page.context["key"]}, *children), **changes})


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
    assert Notice.objects.filter(user=cast.lead, kind=Notice.Kind.ADDED, object_id=called.pk).exists()
    assert "Rowan Ashdown, 5B: named when the call was made" in lead.get(its_page).content.decode()
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
    assert "Rowan Ashdown" in ConcernNote.objects.get(concern=called).text


def test_other_words_for_a_child_described_in_the_call_change_the_one_row(cast):
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, described="Boy in a red coat")
    words = {"unnamed-1-role": "witness", "unnamed-1-description": "Boy in a blue coat, Year 4"}
    finished(signed_in(cast.teacher), called, who="unnamed-1", **words)
    row = ConcernChild.objects.get(concern=called)
    assert (row.child, row.kind, row.role, row.description) == (
        None, "unnamed", "witness", "Boy in a blue coat, Year 4",
    )  # fmt: skip
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
    assert list(ConcernNote.objects.filter(concern=called).values_list("text", flat=True)) == kept


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


# --- on every page


def test_an_unsent_draft_is_on_every_page_of_its_author_and_nobody_elses(cast):
    client = signed_in(cast.teacher)
    address, form = opened(client)
    client.post(LOG, {**form, "facts": "He was quiet.", "draft": ""})
    strip = "You have a draft that is not sent"
    assert strip in client.get("/staff/").content.decode()
    assert strip in client.get("/my-reports/").content.decode()
    assert strip not in client.get(address).content.decode(), "it is that page"
    assert strip not in signed_in(cast.assistant).get("/staff/").content.decode()
    assert strip not in signed_in(cast.lead).get("/my-reports/").content.decode()


def test_addresses_and_titles_name_nobody(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, form = opened(client)
    page = client.post(LOG, {**form, "q": "rowan", "find": ""}, follow=True)
    assert "rowan" not in page.redirect_chain[-1][0].lower()
    added = client.post(LOG, {**form, "add": str(rowan.pk)}, follow=True)
    title = re.search(r"<title>(.*?)</title>", added.content.decode(), re.S)[1]
    assert "Rowan" not in title
    assert UUID(address.strip("/").split("/")[-1])


def test_the_form_needs_no_query_for_each_child(cast, django_assert_max_num_queries):
    client = signed_in(cast.teacher)
    few = [child(cast.school, f"Child{n}", f"Name{n}", by=cast.office) for n in range(2)]
    many = few + [child(cast.school, f"Other{n}", f"Surname{n}", by=cast.office) for n in range(8)]
    counts = []
    for children in (few, many):
        address, form = opened(client)
        client.post(LOG, {**whole(form, *children), "send": "", "facts": "", "child_words": ""})
        with django_assert_max_num_queries(60) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_who_may_not_log_is_told_so(cast):
    stranger = member(cast.school, "teacher", "Ida", "Left", ends_on=SCHOOL_DAY.date() - timedelta(days=1))
    assert signed_in(stranger).get(LOG).status_code == 403


def test_a_late_autosave_does_not_overtake_the_button_pressed_after_it(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, form = opened(client)
    typed = {**form, "turn": "0", "facts": "He was quiet."}
    added = client.post(LOG, {**typed, "add": str(rowan.pk)}, follow=True)
    late = client.post("/log/keep/", {**typed, "facts": "He was"})
    assert late.status_code == 409
    assert "another window" in late.json()["problem"]
    page = client.get(address)
    assert [row.name for row in page.context["form"].children] == ["Rowan Ashdown"]
    assert page.context["form"]["facts"].value() == "He was quiet."
    going_on = {
        **typed,
        "turn": str(added.context["form"].typed.turn),
        "who": str(rowan.pk),
        "facts": "He was quiet. He",
    }
    assert client.post("/log/keep/", going_on).status_code == 200
    assert Draft.objects.get().content["facts"] == ["He was quiet. He"]
