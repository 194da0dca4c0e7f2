"""A duty in person whose owner may not see its concern any more: written down as theirs without telling them, and leads
read that.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event
from safeguarding.concerns.services import access, deciding, duties
from safeguarding.concerns.services.duties import Words
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.test_duties import WEDNESDAY, fgm, kind

pytestmark = pytest.mark.django_db
NOT_TOLD = "Harbour does not tell Jon Beckett of this duty: the concern is hidden from them. Speak to them yourself"


def told_of(user):
    """What somebody has in the inbox, by kind."""
    return set(Notice.objects.filter(user=user).values_list("kind", flat=True))


def test_a_lead_reads_that_a_reporter_from_whom_it_is_hidden_is_not_told_of_their_duty(client, room, clock):
    told, hidden = (factories.concern(room, **kind("PHY")) for _ in range(2))
    access.name_subject(concern=hidden, user=room.teacher, by=room.lead)
    client.force_login(room.lead)
    for concern in (told, hidden):
        deciding.open_concern(concern=concern, by=room.lead)
        page = client.get(reverse("concern", args=[concern.pk]))
        given = {"revision": page.context["kind_form"]["revision"].value(), "key": page.context["key"]}
        given |= {"kind": "HBA", "reason": "The nurse."}
        page = client.post(reverse("reclassify_concern", args=[concern.pk]), given, follow=True).content.decode()
        # In the answer, and on the concern.
        assert page.count(NOT_TOLD) == (2 if concern == hidden else 0)
        assert ("has been told what the law asks" in page) == (concern == told)
    [duty] = hidden.duties.all()
    address = reverse("duty", args=[duty.pk])
    assert NOT_TOLD in client.get(address).content.decode()
    assert NOT_TOLD not in client.get(reverse("duty", args=[told.duties.get().pk])).content.decode()
    assigned = Event.objects.filter(verb="assign", object_type="concerns.duty").values_list("object_id", "purpose")
    assert set(assigned) == {(duty.pk, "not told"), (told.duties.get().pk, "")}
    assert not Event.objects.filter(verb="ask", object_id=hidden.pk).exists()
    # Whoever was only given it to read is not told from whom a conflict hides it.
    access.grant_concern(
        concern=hidden, user=room.pastoral, reason="She sits with him.", last_day=WEDNESDAY, by=room.lead
    )
    client.force_login(room.pastoral)
    for page in (address, reverse("concern", args=[hidden.pk])):
        text = client.get(page).content.decode()
        assert hidden.reference in text and "hidden from them" not in text
    client.force_login(room.teacher)
    assert client.get(address).status_code == 404
    for page in ("staff_home", "my_reports", "inbox"):
        text = client.get(reverse(page)).content.decode()
        assert address not in text and hidden.reference not in text
    assert list(Notice.objects.filter(user=room.teacher, kind="duty").values_list("object_id", flat=True)) == [
        told.duties.get().pk
    ]
    # It ends as any that somebody cannot say themselves.
    client.force_login(room.lead)
    aside = {"why": "I spoke to him; the police have it as INC 2411-0093."}
    assert client.post(reverse("duty_aside", args=[duty.pk]), aside, follow=True).status_code == 200
    assert NOT_TOLD not in client.get(address).content.decode()


def test_a_duty_that_was_told_says_so_once_its_concern_is_hidden_from_who_has_it(client, room, clock):
    concern = fgm(room)
    client.force_login(room.lead)
    pages = [reverse("concern", args=[concern.pk]), reverse("duty", args=[concern.duties.get().pk])]
    for page in pages:
        assert NOT_TOLD not in client.get(page).content.decode()
    subject = access.name_subject(concern=concern, user=room.teacher, by=room.lead)
    for page in pages:
        assert NOT_TOLD in client.get(page).content.decode()
    access.withdraw_subject(subject=subject, by=room.lead)
    for page in pages:
        assert NOT_TOLD not in client.get(page).content.decode()
    room.teacher.assignments.update(ends_on=SCHOOL_DAY.date() - timedelta(days=1))
    for page in pages:
        assert "they have left the school, or cannot sign in" in client.get(page).content.decode()


def test_a_duty_that_the_school_adds_afterwards_is_written_down_where_its_owner_may_not_be_told(client, room, clock):
    concern = factories.concern(room, by=room.assistant, **kind("HBA"))
    [prompt] = [one for one in duties.prompts_of(room.school.pk, SCHOOL_DAY.date()) if one.in_person]
    now = prompt.now
    words = Words(now.title, now.asks, now.category, now.subcategory, ["teaching_assistant"], now.days)
    duties.save_rule(school=room.school, prompt=prompt, token=uuid7(), seen=None, words=words, by=room.lead)
    deciding.open_concern(concern=concern, by=room.lead)
    access.name_subject(concern=concern, user=room.assistant, by=room.lead)
    client.force_login(room.lead)
    there = client.get(reverse("concern", args=[concern.pk])).content.decode()
    assert "Write it down as theirs" in there and "Tell the reporter" not in there
    concern.refresh_from_db()
    seen = concern.revision
    page = client.post(reverse("ask_duty", args=[concern.pk]), follow=True).content.decode()
    assert page.count("Harbour does not tell Amy Lister of this duty") == 2 and "Write it down as theirs" not in page
    assert "duty" not in told_of(room.assistant)
    (change,) = deciding.changed_since(concern=concern, seen=seen, by=room.deputy)
    assert (change.by, change.what) == (room.lead, "added to this concern")
