"""Pastoral notes and support plans: who may read and write them, what they do in the chronology, and how one becomes a
concern.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from children.models import ChildGrant
from children.services import access as child_access
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import may_view
from safeguarding.concerns.models import Concern, Draft, PastoralNote, StepUp, SupportPlan
from safeguarding.concerns.services import access, pastoral
from safeguarding.concerns.services.drafts import discard_draft
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.walls import asking

pytestmark = pytest.mark.django_db
DAY = SCHOOL_DAY.date()
NEXT = DAY + timedelta(days=30)


@pytest.fixture(autouse=True)
def _day(clock):
    return clock


def give(room, rowan, person):
    return child_access.grant_child(
        child=rowan, user=person, reason="Works with the family", last_day=NEXT, by=room.lead, at=SCHOOL_DAY
    )


def note(rowan, by, text="Chatty at breakfast club.", token=None, **more):
    facts = {"kind": "check_in", "happened_on": DAY, **more}
    return pastoral.write_note(child=rowan, token=token or uuid7(), text=text, by=by, at=SCHOOL_DAY, **facts)


def plan(rowan, by, **more):
    facts = {"aims": "In class by nine every day.", "starts_on": DAY, "review_on": NEXT, **more}
    return pastoral.make_plan(child=rowan, token=uuid7(), by=by, at=SCHOOL_DAY, **facts)


def test_who_reads_and_who_writes(room, rowan):
    other = factories.member(room.school, "senco", "Noor", "Haddad")
    from safeguarding.accounts.services import set_roles_beyond_notice

    set_roles_beyond_notice(school=room.school, role_keys=["office", "teacher"], by=room.headteacher)
    grant = give(room, rowan, room.pastoral)
    for given_too in (room.office, room.teacher):
        give(room, rowan, given_too)
    written = note(rowan, room.pastoral)
    begun = plan(rowan, room.pastoral)
    readers = (room.pastoral, room.lead, room.deputy, room.headteacher)
    others = (room.office, room.teacher, room.assistant, other)
    for record in (written, begun):
        assert [may_view(person, record) for person in (*readers, *others)] == [True] * 4 + [False] * 4
        for person in (*readers, *others):
            with asking(person):
                assert type(record).objects.filter(pk=record.pk).exists() == (person in readers)
    for refused in others:
        with pytest.raises(NotAllowed):
            note(rowan, refused)
        with pytest.raises(NotAllowed):
            plan(rowan, refused)
    # A conflict stands above it; and when access ends the author still reads, and writes no more.
    child_access.declare_conflict(user=room.deputy, child=rowan, kind="close", by=room.deputy, at=SCHOOL_DAY)
    assert not may_view(room.deputy, written)
    child_access.withdraw(target=rowan, grant=grant, reason="Has left the group", by=room.lead, at=SCHOOL_DAY)
    assert may_view(room.pastoral, written)
    with pytest.raises(NotAllowed):
        note(rowan, room.pastoral)


def test_the_tab_the_note_and_the_chronology(client, room, rowan):
    give(room, rowan, room.pastoral)
    tab, chronology = (reverse(name, args=[rowan.pk]) for name in ("child_pastoral", "child_chronology"))
    sent = {
        "token": uuid7(),
        "kind": "check_in",
        "happened_on_day": DAY.day,
        "happened_on_month": DAY.month,
        "happened_on_year": DAY.year,
        "text": "Chatty at breakfast club.",
    }
    client.force_login(room.pastoral)
    assert "No notes yet" in client.get(tab).content.decode()
    for _ in range(2):
        assert client.post(tab, sent).status_code == 302
    [written] = PastoralNote.objects.all()
    for wrong in ({"text": " "}, {"kind": "review"}, {"happened_on_year": 2027}):
        answer = client.post(tab, {**sent, "token": uuid7(), **wrong})
        assert answer.status_code == 422
    assert "Chatty at breakfast club." in client.post(tab, {**sent, "kind": ""}).content.decode()
    for person, status in ((room.pastoral, 200), (room.lead, 200), (room.office, 403), (room.teacher, 403)):
        client.force_login(person)
        assert client.get(tab).status_code == status
        page = client.get(reverse("pastoral_note", args=[written.pk]))
        assert page.status_code == (200 if status == 200 else 404)
    client.force_login(room.lead)
    shown = client.get(chronology).content.decode()
    assert "Pastoral note: check-in" in shown and "Chatty at breakfast club." in shown
    assert "Chatty" not in client.get(chronology, {"type": "concerns"}).content.decode()
    assert Event.objects.filter(verb=Verb.CREATE, object_id=written.pk).count() == 1
    client.force_login(room.pastoral)
    assert "Check-in" in client.get(reverse("staff_home")).content.decode()
    assert "Rowan Ashdown" in client.get(reverse("my_pastoral")).content.decode()


def test_a_plan_is_followed_reviewed_and_ended_and_the_second_sees_what_the_first_changed(client, room, rowan):
    give(room, rowan, room.pastoral)
    made = plan(rowan, room.pastoral)
    page = reverse("support_plan", args=[made.pk])
    day = {"due_on_day": NEXT.day, "due_on_month": NEXT.month, "due_on_year": NEXT.year}
    client.force_login(room.pastoral)
    step = {"token": uuid7(), "what": "Meet him at the gate", "who": "Carla Mendes", **day}
    for _ in range(2):
        assert client.post(page, step).status_code == 302
    assert client.post(page, {**step, "token": uuid7(), "due_on_year": 2020}).status_code == 422
    [one] = made.steps.all()
    for _ in range(2):
        assert client.post(reverse("finish_step", args=[one.pk])).status_code == 302
    one.refresh_from_db()
    assert (one.done_by, one.done_at) == (room.pastoral, SCHOOL_DAY)
    made.refresh_from_db()
    assert made.revision == 2
    later = NEXT + timedelta(days=30)
    review = {
        "token": uuid7(),
        "seen": 0,
        "text": "In by nine on four days.",
        "review_on_day": later.day,
        "review_on_month": later.month,
        "review_on_year": later.year,
    }
    answer = client.post(reverse("review_plan", args=[made.pk]), review)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Somebody changed this plan" in text and "In by nine on four days." in text
    assert 'name="seen" value="2"' in text
    for _ in range(2):
        assert client.post(reverse("review_plan", args=[made.pk]), {**review, "seen": 2}).status_code == 302
    assert PastoralNote.objects.get().plan == made
    with pytest.raises(ChangedSince):
        pastoral.end_plan(plan=made, seen=2, outcome="It worked.", by=room.lead)
    assert client.post(reverse("end_plan", args=[made.pk]), {"seen": 3, "outcome": "It worked."}).status_code == 302
    refused = client.post(page, {**step, "token": uuid7(), "what": "One thing more"})
    assert refused.status_code == 409 and "One thing more" in refused.content.decode()
    with pytest.raises(OutOfTurn):
        pastoral.finish_step(step=one, by=room.lead)
    for wrong in ({"aims": " "}, {"review_on": DAY - timedelta(days=1)}):
        with pytest.raises(BadInput):
            plan(rowan, room.lead, **wrong)
    # Whose access has ended reads the plan that they wrote, and is not offered to write.
    SupportPlan.objects.update(ended_at=None, ended_by=None)
    child_access.withdraw(
        target=rowan, grant=ChildGrant.objects.get(), reason="Has left the group", by=room.lead, at=SCHOOL_DAY
    )
    shown = client.get(page)
    assert shown.status_code == 200 and "Add a step" not in shown.content.decode()
    assert client.post(page, {**step, "token": uuid7()}).status_code == 403


def test_this_is_a_concern(client, room, rowan):
    give(room, rowan, room.pastoral)
    written = note(rowan, room.pastoral, "He said that he sleeps in the car.")
    url = reverse("take_further", args=[written.pk])
    client.force_login(room.teacher)
    assert client.post(url).status_code == 404
    client.force_login(room.pastoral)
    first, again = client.post(url)["Location"], client.post(url)["Location"]
    assert first == again and StepUp.objects.count() == 1
    form = client.get(first).content.decode()
    assert "He said that he sleeps in the car." in form and "Rowan Ashdown" in form
    # Thrown away, it begins again.
    discard_draft(draft=Draft.objects.get(), by=room.pastoral)
    assert "sleeps in the car" in client.get(client.post(url)["Location"]).content.decode()
    assert "begun and not sent" in client.get(reverse("pastoral_note", args=[written.pk])).content.decode()

    from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, raise_concern

    concern = raise_concern(
        token=StepUp.objects.get().token,
        school=room.school,
        report=Report(
            how_soon=3,
            children=[ChildEntry(role="worried_about", child=rowan)],
            account=AccountFacts(facts=written.text),
        ),
        by=room.pastoral,
        at=SCHOOL_DAY,
    )
    note_page = reverse("pastoral_note", args=[written.pk])
    assert PastoralNote.objects.get() == written
    client.force_login(room.lead)
    assert concern.reference in client.get(note_page).content.decode()
    assert "Began as a pastoral note" in client.get(reverse("concern", args=[concern.pk])).content.decode()
    # Somebody else with access sees the link while the concern is theirs to see, and nothing of it after that.
    other = factories.member(room.school, "pastoral", "Ola", "Brandt")
    give(room, rowan, other)
    client.force_login(other)
    assert concern.reference in client.get(note_page).content.decode()
    access.restrict_concern(concern=Concern.objects.get(), by=room.lead, at=SCHOOL_DAY)
    shown = client.get(note_page).content.decode()
    assert concern.reference not in shown and "Taken further" not in shown
    client.force_login(room.pastoral)
    assert "Your report of this as a concern" in client.get(note_page).content.decode()
