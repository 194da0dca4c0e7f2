"""Several children in one concern: who may see only Rowan reads nothing of Hazel, on any page, paper, list or notice.

Words that no language has are planted in all that is written; who may see one child alone opens everything there is.
"""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from children.services.access import grant_child, open_emergency_access
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import ConcernChild, FileStory, KeptText
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.agencies import Contacted, add_contact
from safeguarding.concerns.services.pointing import pointed_out, swapped
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.integration.concerns.chronicled import pinned
from tests.integration.concerns.leads_page import fresh, page_of
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
ASK = "Ask the safeguarding lead."
# Planted in the account, the title, a note, a decision and an action.
SECRET = ("zqfacts", "zqwords", "zqtitle", "zqnote", "zqwhy", "zqaction")
STORY = "He told what he had seen and was thanked. zqstory"


@pytest.fixture
def hazel(room):
    return factories.child(room.school, "Hazel", "Zqreed", by=room.office, year_group=4, class_name="4A")


@pytest.fixture
def shared(room, rowan, hazel):
    """Hazel is worried about, Rowan is a witness. Decided, with all that a lead writes."""
    concern = factories.concern(
        room,
        children=[ChildEntry("worried_about", hazel), ChildEntry("witness", rowan)],
        facts="zqfacts: Hazel Zqreed cried.",
        child_words="zqwords",
    )
    deciding.open_concern(concern=concern, by=room.lead)
    ruling = deciding.Ruling(
        level=2,
        kind="in_school",
        rationale="zqwhy",
        parents_told="yes",
        receipt="watching",
        title="Hazel Zqreed zqtitle",
    )
    deciding.decide(concern=concern, token=uuid4(), seen=fresh(concern).revision, ruling=ruling, by=room.lead)
    deciding.add_note(concern=concern, token=uuid4(), text="zqnote of Hazel", by=room.lead)
    action = deciding.add_action(
        concern=concern, token=uuid4(), text="zqaction", owner=room.lead, due_on=timezone.localdate(), by=room.lead
    )
    deciding.end_action(action=action, move="complete", result="zqaction done", by=room.lead)
    return fresh(concern)


def row_of(concern, child):
    return ConcernChild.objects.get(concern=concern, child=child)


def say(room, concern, child, says, story=""):
    named = row_of(concern, child)
    seen = fresh(concern).revision
    return deciding.say_in_file(named=named, seen=seen, token=uuid4(), says=says, story=story, by=room.lead)


@pytest.fixture(params=["given", "emergency"])
def reader(request, client, room, rowan):
    """Who may see Rowan alone: by access that was given, or in an emergency."""
    if request.param == "given":
        last_day = timezone.localdate() + timedelta(days=9)
        grant_child(child=rowan, user=room.pastoral, reason="Mentor of Rowan.", last_day=last_day, by=room.lead)
    else:
        open_emergency_access(child=rowan, reason="He has run out of the gate.", by=room.pastoral)
    client.force_login(room.pastoral)
    return client


def printed(response):
    return Printed(BytesIO(response.content).getvalue()).text


def everything(client, child, concern):
    """The text of every page and paper that somebody may ask for about a child and a concern, by its name.

    Dear, as each is read to its end: a name may be in any of them.
    """
    of_child = ("child_chronology", "child_concerns", "child", "child_changes", "child_access", "child_looked")
    of_concern = ("concern", "concern_changes", "concern_access", "concern_looked", "report", "report_paper")
    pages = {name: client.get(reverse(name, args=[child.pk])) for name in of_child}
    pages |= {name: client.get(reverse(name, args=[concern.pk])) for name in of_concern}
    action = concern.actions.get()
    pages |= {
        "action": client.get(reverse("action", args=[action.pk])),
        "my_actions": client.get(reverse("my_actions")),
    }
    pages |= {name: client.get(reverse(name)) for name in ("home", "inbox", "find", "concerns", "today", "event_log")}
    pages["words"] = client.post(reverse("find_words"), {"q": "zqfacts"})
    found = {name: page.content.decode() for name, page in pages.items()}
    paper = {
        "paper": client.get(reverse("chronology_paper", args=[child.pk])),
        "concern_paper": client.get(reverse("concern_paper", args=[concern.pk])),
    }
    return found | {name: printed(p) if p.status_code == 200 else "" for name, p in paper.items()}


def leaks(pages, words):
    return {(name, word) for name, text in pages.items() for word in words if word.lower() in text.lower()}


def test_until_a_lead_decides_the_file_of_a_witness_has_one_line_and_nothing_else(reader, rowan, shared):
    pages = everything(reader, rowan, shared)
    assert leaks(pages, (*SECRET, "zqreed", "hazel")) == set()
    for name in ("child_chronology", "paper"):
        assert "Named as witness in a concern" in pages[name]
        assert ASK in pages[name]
        assert shared.reference in pages[name]
    assert reader.get(reverse("concern", args=[shared.pk])).status_code == 404
    assert reader.get(reverse("concern_paper", args=[shared.pk])).status_code == 404
    assert reverse("concern", args=[shared.pk]) not in pages["child_chronology"]


def test_a_story_of_its_own_is_what_the_file_says_and_nothing_more_takes_it_back_to_a_line(
    reader, room, rowan, hazel, shared
):
    say(room, shared, rowan, "story", STORY)
    pages = everything(reader, rowan, shared)
    assert leaks(pages, (*SECRET, "zqreed", "hazel")) == set()
    assert {name for name, text in pages.items() if "zqstory" in text} == {"child_chronology", "paper"}
    assert ASK not in pages["child_chronology"]
    say(room, shared, rowan, "line")
    pages = everything(reader, rowan, shared)
    assert leaks(pages, (*SECRET, "zqreed", "hazel", "zqstory", ASK)) == set()
    assert "Named as witness in a concern" in pages["child_chronology"]
    assert [one.says for one in FileStory.objects.order_by("said_at")] == ["story", "line"]
    # Somebody may be told of Hazel by her own file alone, and that of Rowan does not say so.
    say(room, shared, hazel, "whole")
    assert leaks(everything(reader, rowan, shared), (*SECRET, "zqreed", "hazel")) == set()


def test_the_whole_opens_the_concern_and_the_others_are_another_child(reader, room, rowan, shared):
    say(room, shared, rowan, "whole")
    page = reader.get(reverse("concern", args=[shared.pk]))
    assert page.status_code == 200
    content = page.content.decode()
    assert "Another child (Year 4)" in content
    assert "zqfacts" in content
    # By name only where somebody wrote it: no list, link or role of hers.
    assert [named.child for named in page.context["it"].children] == [rowan]
    paper = printed(reader.get(reverse("concern_paper", args=[shared.pk])))
    assert "Another child (Year 4)" in paper
    # A class of hers: the random keys of a form may hold two such characters.
    assert not re.search(r"\b4A\b", paper + content)
    assert "zqfacts" in reader.get(reverse("child_chronology", args=[rowan.pk])).content.decode()
    # On the two pages for a meeting nobody is named, whom the reader's own way does not show.
    pinned(room.lead, rowan, ("logged", shared.pk), "HZ and Zqreed, says ROWAN.")
    pages = printed(reader.get(reverse("brief_paper", args=[rowan.pk])))
    assert "[another child (Year 4)] cried." in pages
    assert "[another child (Year 4)] and [another child (Year 4)], says ROWAN." in pages
    assert leaks({"brief": pages}, ("hazel", "zqreed")) == set()


def test_about_that_child_alone_it_opens_and_shuts_when_another_is_linked(reader, room, rowan, hazel):
    boy = ChildEntry("witness", kind="unnamed", description="A girl, Year 4")
    alone = factories.concern(room, children=[ChildEntry("worried_about", rowan), boy], facts="zqfacts")
    assert reader.get(reverse("concern", args=[alone.pk])).status_code == 200
    linked = deciding.link_child(named=alone.children.get(child=None), child=hazel, by=room.lead)
    assert reader.get(reverse("concern", args=[alone.pk])).status_code == 404
    assert "Concern logged" in reader.get(reverse("child_chronology", args=[rowan.pk])).content.decode()
    deciding.unlink_child(named=linked, token=uuid4(), reason="Hazel Zqreed was away.", by=room.lead)
    page = reader.get(reverse("concern", args=[alone.pk]))
    assert page.status_code == 200
    assert "zqreed" not in page.content.decode().lower()


def test_nothing_of_a_wrong_link_is_left_with_the_wrong_child(reader, room, rowan, shared):
    say(room, shared, rowan, "whole")
    before = {name for name, text in everything(reader, rowan, shared).items() if shared.reference in text}
    assert {"child_chronology", "child_concerns", "paper", "concern", "concern_paper"} <= before
    deciding.unlink_child(named=row_of(shared, rowan), token=uuid4(), reason="zqreason", by=room.lead)
    words = (*SECRET, "zqreed", "hazel", "zqreason", shared.reference)
    assert leaks(everything(reader, rowan, shared), words) == set()
    # Nor for a lead from the file of that child.
    reader.force_login(room.lead)
    for name in ("child_chronology", "child_concerns", "child_changes", "child"):
        assert leaks({name: reader.get(reverse(name, args=[rowan.pk])).content.decode()}, words) == set()
    assert leaks({"paper": printed(reader.get(reverse("chronology_paper", args=[rowan.pk])))}, words) == set()
    assert "Rowan" not in page_of(reader, shared).content.decode()


def test_who_may_see_both_children_reads_what_is_about_both(client, room, rowan, hazel, shared):
    last_day = timezone.localdate() + timedelta(days=9)
    for child in (rowan, hazel):
        grant_child(child=child, user=room.pastoral, reason="Mentor of both.", last_day=last_day, by=room.lead)
    client.force_login(room.pastoral)
    page = client.get(reverse("concern", args=[shared.pk]))
    assert page.status_code == 200
    assert {named.child for named in page.context["it"].children} == {rowan, hazel}
    assert page.context["others"] == []


def test_a_lead_reads_what_the_file_will_say_before_it_is_saved(client, room, rowan, hazel, shared):
    made = Contacted(
        kind="agency",
        agency="health",
        with_whom="Dana Whitlock, school nurse",
        how="telephone",
        said="zqrang",
        made_at=timezone.now(),
        parents_told="yes",
    )
    add_contact(concern=shared, token=uuid4(), made=made, by=room.lead)
    client.force_login(room.lead)
    assert "Nobody has decided what this file says" in page_of(client, shared).content.decode()
    here = reverse("child_file", args=[row_of(shared, rowan).pk])
    page = client.get(here)
    assert "Named as witness in a concern" in page.content.decode()
    form = page.context["form"]
    typed = {"revision": form["revision"].value(), "token": form["token"].value(), "says": "story", "story": STORY}
    shown = client.post(here, typed | {"preview": ""})
    assert "zqstory" in shown.content.decode()
    assert not row_of(shared, rowan).file_says
    whole = client.post(here, typed | {"says": "whole", "preview": ""}).content.decode()
    assert all(word in whole for word in ("zqfacts", "zqnote", "zqwhy", "zqaction", "zqrang", "another child (Year 4)"))
    named = client.post(here, typed | {"story": "HZ pushed him. Then Hazel ran.", "save": ""})
    assert named.status_code == 422
    assert "This names another child: “HZ”, “Hazel”" in named.content.decode()
    swapped_page = client.post(here, typed | {"story": "HZ pushed him. Then Hazel ran.", "swap": ""})
    text = swapped_page.context["form"]["story"].value()
    assert text == "Another child (Year 4) pushed him. Then another child (Year 4) ran."
    assert client.post(here, typed | {"save": ""}).status_code == 302
    now = row_of(shared, rowan)
    assert (now.file_says, now.story, now.said_by) == ("story", STORY, room.lead)
    assert Event.objects.filter(object_id=now.pk, verb=Verb.CHANGE, purpose="what the file says").count() == 1
    # Twice is once; the second of two leads sees that somebody was quicker, and what they typed.
    assert client.post(here, typed | {"save": ""}).status_code == 302
    assert FileStory.objects.count() == 1
    client.force_login(room.deputy)
    late = client.post(here, typed | {"token": uuid4(), "story": "In other words.", "save": ""})
    assert (late.status_code, "In other words." in late.content.decode()) == (409, True)
    # And having seen it, they save on top.
    form = late.context["form"]
    again = {name: form[name].value() for name in ("revision", "token", "says", "story")}
    assert client.post(here, again | {"save": ""}).status_code == 302
    assert row_of(shared, rowan).story == "In other words."
    client.force_login(room.pastoral)
    assert client.get(here).status_code in (403, 404)


def test_a_story_sent_after_the_session_ended_stands_in_its_form_again_until_it_is_saved(client, room, rowan, shared):
    client.force_login(room.lead)
    here = reverse("child_file", args=[row_of(shared, rowan).pk])
    page = client.get(here)
    typed = {name: page.context["form"][name].value() for name in ("revision", "token")} | {"key": page.context["key"]}
    client.logout()
    answer = client.post(here, typed | {"says": "story", "story": "Typed too late.", "save": ""})
    assert (answer.status_code, answer["Location"].startswith(reverse("account_login"))) == (303, True)
    client.force_login(room.deputy)
    assert "Typed too late." not in client.get(here).content.decode()
    client.force_login(room.lead)
    page = client.get(here)
    assert "your choice of what the file says has not been saved" in page.content.decode()
    form = page.context["form"]
    again = {name: form[name].value() for name in ("revision", "token", "says", "story")} | {"kept": form.kept}
    assert client.post(here, again | {"save": ""}).status_code == 302
    assert row_of(shared, rowan).story == "Typed too late."
    assert not KeptText.objects.exists()


def test_what_a_file_says_takes_a_lead_words_and_a_record(room, rowan, shared):
    named, given = row_of(shared, rowan), {"seen": shared.revision, "token": uuid4()}
    with pytest.raises(NotAllowed):
        deciding.say_in_file(named=named, says="line", story="", by=room.pastoral, **given)
    for says, story in (("story", " "), ("", "")):
        with pytest.raises(BadInput):
            deciding.say_in_file(named=named, says=says, story=story, by=room.lead, **given)
    with pytest.raises(ChangedSince):
        deciding.say_in_file(named=named, says="line", story="", seen=0, token=uuid4(), by=room.deputy)
    deciding.unlink_child(named=named, token=uuid4(), reason="Another.", by=room.lead)
    with pytest.raises(OutOfTurn):
        deciding.say_in_file(named=named, says="line", story="", seen=99, token=uuid4(), by=room.lead)
    assert not Notice.objects.filter(user=room.pastoral).exists()


def test_names_and_initials_are_pointed_out_and_other_words_are_not(room):
    rose = factories.child(room.school, "Rose", "Ash", by=room.office, known_forename="Rosie", year_group=None)
    others = {rose: "another child"}
    text = "rose ash rose. R.A. said Rosie did. ROSE went. Ashes rose; the RA office."
    assert [one.words for one in pointed_out(text, others)] == ["rose ash", "R.A.", "Rosie", "ROSE", "RA"]
    assert swapped(text, others) == (
        "Another child rose. Another child said another child did. Another child went. Ashes rose; the "
        "another child office."
    )
