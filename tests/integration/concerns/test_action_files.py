"""Files of an action: what shows that it was done, for whoever does it and for leads, and no other file of the
concern.
"""

from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Account, Attachment
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.attaching import attach_to_action, attach_to_report
from safeguarding.concerns.services.deciding import add_action, end_action, hand_over, open_concern
from safeguarding.exceptions import NotAllowed
from safeguarding.uploads.services.keeping import Upload
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.filed import NOTE, attached, send, text
from tests.walls import asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_store", "clock")]
LETTER = Upload("Letter home.txt", b"We rang today.")


@pytest.fixture
def action(room, report):
    """The assistant has to ring home."""
    concern = open_concern(concern=report, by=room.lead)
    facts = {"text": "Ring home.", "owner": room.assistant, "due_on": SCHOOL_DAY.date()}
    return add_action(concern=concern, token=uuid4(), by=room.lead, **facts)


def test_who_has_to_do_it_attaches_what_shows_that_it_was_done(client, room, report, action):
    other = attached(room, report)
    client.force_login(room.assistant)
    page = send(client, f"/actions/{action.pk}/files/", LETTER)
    assert page.redirect_chain[-1][0] == f"/actions/{action.pk}/#files"
    assert "1 file attached." in text(page) and "Letter home.txt" in text(page) and NOTE.name not in text(page)
    letter = Attachment.objects.get(action=action)
    assert (letter.author, letter.concern) == (room.assistant, report)
    assert b"".join(client.get(f"/files/{letter.pk}/")) == LETTER.content
    assert client.get(f"/files/{other.pk}/").status_code == 404
    client.force_login(room.lead)
    page = text(client.get(f"/concerns/{report.pk}/"))
    assert "Letter home.txt" in page and f'<a href="/actions/{action.pk}/">Of an action</a>' in page
    assert Event.objects.filter(
        verb=Verb.ADD, object_id=report.pk, actor_id=room.assistant.pk, purpose="files"
    ).exists()


@pytest.mark.parametrize(("role", "status"), [("teacher", 404), ("pastoral", 404), ("office", 404), ("deputy", 200)])
def test_others_attach_nothing_to_it_but_leads_do(client, room, action, role, status):
    person = getattr(room, role)
    client.force_login(person)
    assert send(client, f"/actions/{action.pk}/files/", LETTER).status_code == status
    assert Attachment.objects.count() == (status == 200)
    if status == 404:
        with asking(person), pytest.raises(NotAllowed):
            attach_to_action(action=action, token=uuid4(), uploads=[LETTER], by=person)


def test_what_a_lead_attached_is_seen_by_whoever_does_it_until_somebody_else_does(client, room, action):
    [letter] = attach_to_action(action=action, token=uuid4(), uploads=[LETTER], by=room.lead).kept
    client.force_login(room.assistant)
    assert client.get(f"/files/{letter.pk}/").status_code == 200
    assert client.post(f"/files/{letter.pk}/withhold/", {"reason": "unlawful"}).status_code == 403
    hand_over(action=action, owner=room.teacher, due_on=SCHOOL_DAY.date(), by=room.lead)
    assert client.get(f"/files/{letter.pk}/").status_code == 404
    client.force_login(room.teacher)
    assert client.get(f"/files/{letter.pk}/").status_code == 200


def test_whoever_logged_the_concern_too_has_files_of_an_action_while_it_is_theirs_and_no_longer(client, room, report):
    """Beside those of their report, which stay."""
    account = Account.objects.get(concern=report)
    [own] = attach_to_report(account=account, token=uuid4(), uploads=[NOTE], by=room.teacher).kept
    facts = {"text": "Ring home.", "owner": room.teacher, "due_on": SCHOOL_DAY.date()}
    action = add_action(concern=open_concern(concern=report, by=room.lead), token=uuid4(), by=room.lead, **facts)
    [letter] = attach_to_action(action=action, token=uuid4(), uploads=[LETTER], by=room.teacher).kept
    client.force_login(room.teacher)
    for owner, status in ((room.teacher, 200), (room.assistant, 404)):
        if owner != room.teacher:
            hand_over(action=action, owner=owner, due_on=SCHOOL_DAY.date(), by=room.lead)
        assert [client.get(f"/files/{one.pk}/").status_code for one in (own, letter)] == [200, status]
        page = text(client.get(reverse("report", args=[report.pk])))
        assert (own.name in page, LETTER.name in page) == (True, False)


def test_what_is_done_takes_no_more_and_leads_are_told_of_what_came(client, room, action):
    attach_to_action(action=action, token=uuid4(), uploads=[LETTER], by=room.assistant)
    assert Notice.objects.filter(kind=ConcernNotice.ADDED, user=room.lead).count() == 1
    end_action(action=action, move="complete", result="Rang.", by=room.assistant)
    for person in (room.assistant, room.lead):
        client.force_login(person)
        assert send(client, f"/actions/{action.pk}/files/", NOTE).status_code == 409
    hand = add_action(
        concern=action.concern,
        token=uuid4(),
        text="Again.",
        owner=room.assistant,
        due_on=SCHOOL_DAY.date(),
        by=room.lead,
    )
    hand_over(action=hand, owner=room.teacher, due_on=SCHOOL_DAY.date(), by=room.lead)
    with asking(room.assistant), pytest.raises(NotAllowed):
        attach_to_action(action=hand, token=uuid4(), uploads=[LETTER], by=room.assistant)
    assert Attachment.objects.count() == 1


def test_the_same_form_twice_and_one_without_a_file(client, room, report, action):
    token = uuid4()
    for _ in range(2):
        attach_to_action(action=action, token=token, uploads=[LETTER], by=room.assistant)
    report.refresh_from_db()
    assert (Attachment.objects.count(), Event.objects.filter(purpose="files", verb=Verb.ADD).count()) == (1, 1)
    client.force_login(room.assistant)
    page = client.post(reverse("action_attach", args=[action.pk]), {"token": str(uuid4())}, follow=True)
    assert "Choose a file to attach." in text(page)
    assert client.get(reverse("action_attach", args=[action.pk])).status_code == 302
