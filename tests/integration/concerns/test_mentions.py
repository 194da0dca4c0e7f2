"""A mention inside text: who may be named reads the full name, everybody else "another child (Year 4)", and no paper
names her.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict, grant_child
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import (
    Account,
    Amendment,
    ChronologyEntry,
    Concern,
    ConcernNote,
    Draft,
    Meeting,
    Mention,
    PastoralNote,
    Pin,
)
from safeguarding.concerns.services import deciding, pastoral
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.rendering import Showing, finished
from tests import factories
from tests.integration.concerns.leads_page import fresh, hidden, page_of, send
from tests.integration.concerns.log_page import LOG, opened, signed_in, whole
from tests.integration.concerns.test_told_apart import printed, say

pytestmark = pytest.mark.django_db
ANOTHER = "another child (Year 4)"


@pytest.fixture
def hazel(room):
    return factories.child(room.school, "Hazel", "Zqreed", by=room.office, year_group=4, class_name="4A")


def mark(child):
    return f"@[{child.pseudonym}]"


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def mentioned(room, rowan, hazel):
    """A concern about Rowan, told whole in his file; Hazel is mentioned in everything that is written about it."""
    facts = f"{mark(hazel)} took the bag of {mark(rowan)}."
    about = [ChildEntry("worried_about", rowan)]
    concern = factories.concern(
        room, children=about, facts=facts, child_words=f"It was {mark(hazel)}", by=room.assistant
    )
    deciding.open_concern(concern=concern, by=room.lead)
    ruling = deciding.Ruling(
        level=2,
        kind="in_school",
        rationale=f"{mark(hazel)} is sorry",
        parents_told="yes",
        receipt="watching",
        title="Bag",
    )
    deciding.decide(concern=concern, token=uuid4(), seen=fresh(concern).revision, ruling=ruling, by=room.lead)
    deciding.add_note(concern=concern, token=uuid4(), text=f"Spoke to {mark(hazel)}", by=room.lead)
    due = timezone.localdate()
    deciding.add_action(
        concern=concern, token=uuid4(), text=f"Meet {mark(hazel)}", owner=room.assistant, due_on=due, by=room.lead
    )
    pastoral.write_note(
        child=rowan,
        by=room.lead,
        token=uuid4(),
        kind="check_in",
        happened_on=due,
        text=f"Met {mark(hazel)} and {mark(rowan)}",
    )
    return fresh(concern)


def pages(client, child, concern):
    """Every page and paper on which something of this concern stands, as text."""
    of_child = ("child_chronology", "child_concerns", "child_pastoral", "child_changes", "brief_page")
    of_concern = ("concern", "concern_changes", "report")
    found = {name: client.get(reverse(name, args=[child.pk])) for name in of_child}
    found |= {name: client.get(reverse(name, args=[concern.pk])) for name in of_concern}
    found |= {"action": client.get(reverse("action", args=[concern.actions.get().pk]))}
    found |= {name: client.get(reverse(name)) for name in ("my_actions", "home", "inbox", "today")}
    papers = {"chronology_paper": child.pk, "brief_paper": child.pk, "concern_paper": concern.pk}
    told = {name: text_of(page) for name, page in found.items()}
    for name, key in papers.items():
        page = client.get(reverse(name, args=[key]))
        told[name] = printed(page) if page.status_code == 200 else ""
    return told


def test_who_may_read_of_one_child_alone_is_told_of_another_child_and_of_nobody(client, room, rowan, hazel, mentioned):
    grant_child(
        child=rowan, user=room.pastoral, reason="Mentor.", last_day=timezone.localdate() + timedelta(9), by=room.lead
    )
    client.force_login(room.pastoral)
    told = pages(client, rowan, mentioned)
    for name, text in told.items():
        assert "zqreed" not in text.lower(), name
        assert hazel.pseudonym not in text, name
    for name in ("child_chronology", "child_pastoral", "concern", "chronology_paper", "concern_paper"):
        assert ANOTHER in told[name].lower().replace("year 4", "Year 4"), name
    assert "Another child (Year 4) took the bag of Rowan Ashdown" in told["concern"]


def test_a_lead_is_told_the_name_where_it_is_no_file_of_another_and_no_paper(client, room, rowan, hazel, mentioned):
    client.force_login(room.lead)
    told = pages(client, rowan, mentioned)
    assert "Hazel Zqreed took the bag of Rowan Ashdown." in told["concern"]
    assert "Meet Hazel Zqreed" in told["concern"]
    for name in ("child_chronology", "child_pastoral", "chronology_paper", "concern_paper", "brief_paper"):
        assert "Zqreed" not in told[name], name
        assert hazel.pseudonym not in told[name], name
    assert "bag of Rowan Ashdown" in told["child_chronology"]
    assert "bag of Rowan Ashdown" in " ".join(told["concern_paper"].split())
    [(_, hit)] = client.post(reverse("find_words"), {"q": "zqreed"}).context["hits"]
    assert "".join(part for part, _ in hit.passages[0].parts).startswith("Hazel Zqreed took the bag of Rowan")
    # Told to who reads, not kept: the table has no name.
    assert Account.objects.get(concern=mentioned).facts == f"{mark(hazel)} took the bag of {mark(rowan)}."
    # From her own parent among the staff the concern is hidden; where a lead has said that the words mean somebody
    # else, the parent may read nothing of her still, and not even her year.
    conflicts_with(room, hazel, room.deputy)
    client.force_login(room.deputy)
    assert client.get(reverse("concern", args=[mentioned.pk])).status_code == 404
    assert client.post(reverse("find_words"), {"q": '"another child took"'}).context["hits"] == []
    said = Mention.objects.filter(concern=mentioned, child_key=hazel.pk).first()
    deciding.take_off_mention(mention=said, reason="Somebody else.", by=room.lead)
    page = text_of(client.get(reverse("concern", args=[mentioned.pk])))
    assert "Another child took the bag of Rowan Ashdown" in page
    assert "Zqreed" not in page
    assert client.post(reverse("find_words"), {"q": "zqreed"}).context["hits"] == []
    # Found by what she is called there.
    assert len(client.post(reverse("find_words"), {"q": '"another child took"'}).context["hits"]) == 1


def conflicts_with(room, child, user):
    declare_conflict(child=child, user=user, kind="own_child", by=user)


def test_all_mentions_of_a_page_take_one_query(client, room, rowan, hazel):
    others = [factories.child(room.school, f"Ada{n}", "Lund", by=room.office) for n in range(5)]
    counts = []
    for text in (mark(hazel), " ".join(map(mark, [hazel, *others])) * 20):
        concern = factories.concern(room, children=[ChildEntry("worried_about", rowan)], facts=text)
        deciding.open_concern(concern=concern, by=room.lead)
        client.force_login(room.lead)
        page_of(client, concern)
        with CaptureQueriesContext(connection) as asked:
            assert "Hazel Zqreed" in text_of(page_of(client, concern))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_could_not_be_saved_is_given_back_as_it_was_typed_and_nobody_is_asked(rf, room, django_assert_num_queries):
    request = rf.get("/")
    request.user = room.lead
    typed = "<p>With @[Hazel Zqreed k7f3q2m9xd]</p>"
    with django_assert_num_queries(0):
        assert finished(typed, request, Showing(as_typed=True)) == typed
        assert finished("<p>Nobody @ home</p>", request) == "<p>Nobody @ home</p>"


# --- writing


def test_the_log_form_takes_a_mention_asks_of_names_once_and_sends_what_was_written(room, rowan, hazel):
    twins = [factories.child(room.school, "Rory", "Fallows", by=room.office, class_name=c) for c in ("3A", "3A")]
    client = signed_in(room.assistant)
    _, form = opened(client)
    typed = whole(form, rowan, facts="@Hazel Zqreed hit RA, then Hazel Zqreed’s friend @Rory Fallows ran. Mail a@b.org")
    asked = client.post(LOG, typed)
    assert not Concern.objects.exists()
    page = text_of(asked)
    assert "say who you mean by “RA”, “Hazel Zqreed”, “@Rory Fallows”, or press the button again" in page
    offered = [(one.words, [c.child for c in one.choices]) for one in asked.context["form"].pointed_in("facts")]
    assert offered == [("RA", [rowan]), ("Hazel Zqreed", [hazel]), ("@Rory Fallows", twins)]
    assert all(f"Mention Rory Fallows (3A, Year 5), record {twin.number}" in page for twin in twins)
    assert "Send it as I wrote it" in page
    assert Event.objects.filter(verb=Verb.SEARCH, purpose="mention", actor_id=room.assistant.pk).count() == 1
    # What was typed is a draft meanwhile, and nothing of it is lost.
    assert Draft.objects.get().content["facts"] == [typed["facts"]]
    # One button, one swap: with a mention of the right twin.
    buttons = [c.value for one in asked.context["form"].pointed_in("facts") for c in one.choices]
    del typed["send"]
    shown = [one.key for one in asked.context["form"].pointed_in("facts")]
    swapped = client.post(LOG, typed | {"swap": buttons[-1], "pointed": shown})
    kept = swapped.context["form"]["facts"].value()
    assert kept == typed["facts"].replace("@Rory Fallows", f"@[Rory Fallows {twins[1].pseudonym}]")
    assert f"@[Rory Fallows {twins[1].pseudonym}]" in text_of(swapped)
    # To swap one is not to keep the others: they are asked of still.
    left = [one.key for one in swapped.context["form"].pointed_in("facts")]
    assert left == shown[:-1]
    # Pressed once more it is sent as it was written, with the mentions kept as such.
    answer = client.post(LOG, typed | {"facts": kept, "pointed": left, "send": ""})
    assert answer.status_code == 303
    account = Account.objects.get()
    assert account.facts == (f"{mark(hazel)} hit RA, then Hazel Zqreed’s friend {mark(twins[1])} ran. Mail a@b.org")
    # Its author reads whom they mentioned; twice pressed is once.
    assert "Hazel Zqreed hit RA" in text_of(client.get(answer.url))
    client.post(LOG, typed | {"facts": kept, "pointed": left, "send": ""})
    assert (Concern.objects.count(), Draft.objects.count()) == (1, 0)


def test_nothing_is_asked_of_who_names_nobody_or_when_a_child_may_not_be_safe(room, rowan, hazel):
    client = signed_in(room.teacher)
    _, form = opened(client)
    assert client.post(LOG, whole(form, rowan, facts="He was quiet. PE was fine.")).status_code == 303
    _, form = opened(client)
    urgent = whole(form, rowan, facts="Hazel Zqreed and @Hazel Zqreed and @Hazel", how_soon="4")
    assert client.post(LOG, urgent).status_code == 303
    assert Account.objects.filter(facts__isnull=False).count() == 2
    facts = {account.facts for account in Account.objects.all()}
    assert f"Hazel Zqreed and {mark(hazel)} and @Hazel" in facts


def test_nobody_is_mentioned_whom_the_finder_does_not_find(room, rowan, hazel):
    there = factories.staffroom("Another School")
    elsewhere = factories.child(there.school, "Otto", "Zqfar", by=there.office)
    conflicts_with(room, hazel, room.teacher)
    client = signed_in(room.teacher)
    _, form = opened(client)
    text = f"@Hazel Zqreed, Hazel Zqreed, @Otto Zqfar, @[Otto Zqfar {elsewhere.pseudonym}]"
    asked = client.post(LOG, whole(form, rowan, facts=text))
    assert [(one.words, one.choices) for one in asked.context["form"].pointed_in("facts")] == [("Otto Zqfar", [])]
    again = [one.key for one in asked.context["form"].pointed_in("facts")]
    assert client.post(LOG, whole(form, rowan, facts=text, pointed=again)).status_code == 303
    assert Account.objects.get().facts == "@Hazel Zqreed, Hazel Zqreed, @Otto Zqfar, Otto Zqfar"


def test_an_addition_is_looked_over_as_the_account_is(room, rowan, hazel):
    concern = factories.concern(room, children=[ChildEntry("worried_about", rowan)])
    client = signed_in(room.teacher)
    page = client.get(reverse("report", args=[concern.pk]))
    typed = {
        "key": page.context["key"],
        "text": "Hazel Zqreed saw it, says @hazel zqreed",
        "reason": "more",
        "send": "",
    }
    here = reverse("report_add", args=[concern.pk])
    asked = client.post(here, typed)
    [pointed] = asked.context["form"].pointed_in("text")
    assert (pointed.words, Amendment.objects.count()) == ("Hazel Zqreed", 0)
    del typed["send"]
    swapped = client.post(here, typed | {"swap": pointed.choices[0].value})
    text = swapped.context["form"]["text"].value()
    assert client.post(here, typed | {"text": text, "send": ""}).status_code == 303
    assert Amendment.objects.get().text == f"{mark(hazel)} saw it, says {mark(hazel)}"
    assert "Hazel Zqreed saw it, says Hazel Zqreed" in text_of(client.get(reverse("report", args=[concern.pk])))
    # In what a lead asks, only whom the reporter mentioned is named to the reporter.
    other = factories.child(room.school, "Ivo", "Zqlane", by=room.office, year_group=3)
    deciding.open_concern(concern=concern, by=room.lead)
    question = f"Was {mark(other)} with {mark(hazel)}?"
    deciding.ask_reporter(concern=fresh(concern), token=uuid4(), text=question, by=room.lead)
    asked = text_of(client.get(reverse("report", args=[concern.pk])))
    assert "Was another child (Year 3) with Hazel Zqreed?" in asked


def test_a_note_an_action_and_minutes_are_looked_over_and_come_back_to_be_edited(lead, room, concern, hazel):
    note = hidden(page_of(lead, concern), "note_form") | {"text": "Rang about Hazel Zqreed and @Hazel Zqreed"}
    asked = send(lead, "add_note", concern, note)
    assert (asked.status_code, ConcernNote.objects.count()) == (422, 0)
    [pointed] = asked.context["note_form"].pointed_in("text")
    both = note | {"text": "Rang about Hazel Zqreed. RA was there."}
    names, initials = send(lead, "add_note", concern, both).context["note_form"].pointed_in("text")
    swapped = send(lead, "add_note", concern, both, swap=names.choices[0].value, pointed=[names.key, initials.key])
    assert [one.words for one in swapped.context["note_form"].pointed_in("text")] == ["RA"]
    swapped = send(lead, "add_note", concern, note, swap=pointed.choices[0].value, pointed=pointed.key)
    assert (swapped.status_code, ConcernNote.objects.count()) == (200, 0)
    assert send(lead, "add_note", concern, note, pointed=pointed.key).status_code == 302
    assert ConcernNote.objects.get().text == f"Rang about Hazel Zqreed and {mark(hazel)}"
    # Minutes are edited again: the form says the name, and gives back the same.
    made = meeting_of(lead, concern)
    here = reverse("meeting", args=[made.pk])
    form = lead.get(here).context["minutes_form"]
    minutes = {name: form[name].value() for name in ("revision", "page")} | {
        "minutes": "We spoke of @Hazel Zqreed 👩‍👧"
    }
    assert send(lead, "meeting_minutes", made, minutes).status_code == 302
    assert fresh(made).minutes == f"We spoke of {mark(hazel)} 👩‍👧"
    assert f"We spoke of @[Hazel Zqreed {hazel.pseudonym}] 👩‍👧</textarea>" in text_of(lead.get(here))
    form = lead.get(here).context["minutes_form"]
    again = {name: form[name].value() for name in ("revision", "page")}
    again["minutes"] = f"We spoke of @[Hazel Zqreed {hazel.pseudonym}] 👩‍👧 for long"
    assert send(lead, "meeting_minutes", made, again).status_code == 302
    assert fresh(made).minutes == f"We spoke of {mark(hazel)} 👩‍👧 for long"
    assert "Zqreed" not in printed(lead.get(reverse("meeting_paper", args=[made.pk])))


def meeting_of(client, concern):
    form = client.get(reverse("call_meeting", args=[concern.pk])).context["meeting_form"]
    typed = {
        "token": form["token"].value(),
        "kind": Meeting.Kind.values[0],
        "day_day": "24",
        "day_month": "11",
        "day_year": "2026",
        "time": "9:30am",
        "staff": [],
    }
    client.post(reverse("call_meeting", args=[concern.pk]), typed)
    return Meeting.objects.get()


def test_a_pastoral_note_and_a_story_name_nobody_else_in_the_file(client, room, rowan, hazel):
    client.force_login(room.lead)
    here = reverse("child_pastoral", args=[rowan.pk])
    form = client.get(here).context["form"]
    day = {"happened_on_day": "24", "happened_on_month": "11", "happened_on_year": "2025"}
    typed = {"token": form["token"].value(), "kind": "check_in", "text": "RA played with @Hazel Zqreed", **day}
    assert client.post(here, typed).status_code == 422
    [pointed] = client.post(here, typed).context["form"].pointed_in("text")
    assert client.post(here, typed | {"pointed": pointed.key}).status_code == 302
    note = PastoralNote.objects.get()
    assert note.text == f"RA played with {mark(hazel)}"
    assert "RA played with another child (Year 4)" in text_of(client.get(here))
    assert "RA played with Hazel Zqreed" in text_of(client.get(reverse("pastoral_note", args=[note.pk])))
    concern = factories.concern(room, children=[ChildEntry("worried_about", hazel), ChildEntry("witness", rowan)])
    deciding.open_concern(concern=concern, by=room.lead)
    say(room, concern, rowan, "story", f"{mark(rowan)} saw how {mark(hazel)} fell.")
    assert "Rowan Ashdown saw how another child (Year 4) fell." in text_of(
        client.get(reverse("child_chronology", args=[rowan.pk]))
    )


def test_an_entry_by_hand_and_why_one_matters_name_another_child_to_nobody_in_this_file(client, room, rowan, hazel):
    """Whom an @ means is found when the entry is saved; the name of another child is pointed out once; nothing typed is
    lost.
    """
    client.force_login(room.lead)
    address = reverse("add_entry", args=[rowan.pk])
    typed = {
        "token": str(uuid4()),
        "what": "call",
        "on_day": "20",
        "on_month": "11",
        "on_year": "2026",
        "at": "",
        "told_by": "",
        "text": "She rang about @Hazel Zqreed and him.",
    }
    asked = client.post(address, typed | {"text": "She rang about Hazel Zqreed and him.", "token": str(uuid4())})
    assert (asked.status_code, "She rang about Hazel Zqreed and him." in text_of(asked)) == (422, True)
    assert client.post(address, typed).status_code == 302
    [entry] = ChronologyEntry.objects.all()
    assert entry.text == f"She rang about {mark(hazel)} and him."
    significant = reverse("significant_entry", args=[rowan.pk, entry.pk])
    shown = client.get(f"{significant}?of=by_hand").context["form"]
    line = {
        "token": str(uuid4()),
        "of": "by_hand",
        "seen": shown["seen"].value() or "",
        "analysis": "Again with @Hazel Zqreed.",
    }
    assert client.post(significant, line).status_code == 302
    assert Pin.objects.get().analysis == f"Again with {mark(hazel)}."
    for page in (
        client.get(reverse("child_chronology", args=[rowan.pk])),
        client.get(reverse("chronology_entry", args=[entry.pk])),
    ):
        assert ("Zqreed" in text_of(page), ANOTHER in text_of(page)) == (False, True)
    chronology = printed(client.get(reverse("chronology_paper", args=[rowan.pk])))
    assert ("Zqreed" in chronology, chronology.count(ANOTHER)) == (False, 2)
    withdrawn = {"do": "withdraw", "reason": "It was about @Hazel Zqreed alone."}
    assert client.post(reverse("chronology_entry", args=[entry.pk]), withdrawn).status_code == 302
    entry.refresh_from_db()
    assert entry.withdrawn_reason == f"It was about {mark(hazel)} alone."
