"""Does the log form, as a browser without scripts posts it, lose nothing and make one concern?"""

import re
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.audit.models import Event
from safeguarding.concerns.models import BodyMapMark, Concern, ConcernChild, Draft
from tests.factories import SCHOOL_DAY, child, member, staffroom
from tests.pages import on_one_line

from .log_page import LOG, opened, signed_in, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def cast():
    return staffroom()


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
            form,
            rowan,
            skye,
            **{f"{skye.pk}-role": "sibling"},
            marks_seen="yes",
            region=["9"],
            **{"region-9-note": "Round, 2 cm"},
            child_words="“I fell.”",
            told=str(cast.lead.pk),
        ),
    )
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
            form,
            rowan,
            **{f"{rowan.pk}-role": ""},
            observed_on_year="2031",
            observed_at="25:99",
            facts="",
            told="other",
            how_soon="",
            others_present="Sam Oyelaran, the lunch supervisor",
        ),
    )
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
        ({"told_other": "Sam Oyelaran at 9"}, "told_0", "You wrote who you told: choose “Yes, someone else”"),
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
    page = on_one_line(found)
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
    page = on_one_line(client.post(LOG, whole(form, one)))
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
    address, form = opened(client)
    page = client.post(LOG, whole(form, gone, facts="He was quiet all day.")).content.decode()
    assert f'<a href="#id_{gone.pk}-role">Ida Lately left more than twelve months ago: press Remove' in page
    assert "He was quiet all day." in page
    assert "He was quiet all day." in client.get(address).content.decode()
    assert not Concern.objects.exists()
    removed = client.post(LOG, {**whole(form, gone), "send": [], "remove": str(gone.pk)}, follow=True)
    assert removed.context["form"].children == []
    # A key that is of no child of this school is sent without a name (test_form_naming_a_hidden_child.py), and told to
    # nobody.
    for named, child_of_it in ((stranger, None), (lately, lately)):
        _, form = opened(client)
        sent = client.post(LOG, whole(form, named), follow=True)
        assert Concern.objects.latest("number").children.get().child == child_of_it
        lead = signed_in(cast.lead).get(f"/concerns/{Concern.objects.latest('number').pk}/").content.decode()
        assert "Ezra" not in sent.content.decode() + lead


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
