"""What if a file may not be there: who takes it out of reach, who out of the record?"""

import pytest
import time_machine
from django.urls import reverse

from safeguarding.audit.models import Event, Verb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.uploads.services.giving import give_back, remove, withhold
from safeguarding.uploads.services.keeping import Upload
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.filed import attached, stored, text
from tests.integration.uploads.corpus import located_picture
from tests.pdfs import Printed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_store")]


def test_it_is_out_of_reach_at_once_and_a_second_person_takes_it_out(client, room, report):
    picture = attached(room, report, Upload("a.jpg", located_picture()))
    client.force_login(room.deputy)
    page = client.post(f"/files/{picture.pk}/withhold/", {"reason": "intimate"}, follow=True)
    assert "You are the first of the two" in text(page)
    for person in (room.deputy, room.lead, room.headteacher):
        client.force_login(person)
        for address in ("", "picture/"):
            assert client.get(f"/files/{picture.pk}/{address}").status_code == 409
    client.force_login(room.deputy)
    assert client.post(f"/files/{picture.pk}/remove/").status_code == 403
    client.force_login(room.lead)
    names = {picture.stored, *picture.pictures}
    assert names <= stored()
    assert client.post(f"/files/{picture.pk}/remove/").status_code == 302
    picture.refresh_from_db()
    assert (picture.stored, picture.pictures, picture.removed_by) == ("", [], room.lead)
    assert "A file was taken out" in text(client.get(f"/concerns/{report.pk}/"))
    assert client.post(f"/files/{picture.pk}/remove/").status_code == 409
    told = Event.objects.filter(object_id=picture.pk, verb__in=[Verb.RESTRICT, Verb.CONFIRM])
    assert set(told.values_list("verb", "actor_id")) == {("restrict", room.deputy.pk), ("confirm", room.lead.pk)}


def test_its_files_leave_the_store_when_it_is_taken_out(room, report):
    picture = attached(room, report, Upload("a.jpg", located_picture()))
    withhold(file=picture, reason="unlawful", by=room.lead)
    remove(file=picture, by=room.headteacher)
    assert not {picture.stored, *picture.pictures} & stored()


def test_it_can_be_given_back_by_the_second_person_only(room, report):
    note = attached(room, report)
    with pytest.raises(OutOfTurn):
        give_back(file=note, by=room.lead)
    withhold(file=note, reason="other_child", by=room.lead)
    assert withhold(file=note, reason="intimate", by=room.deputy).withheld_by == room.lead
    with pytest.raises(NotAllowed):
        give_back(file=note, by=room.lead)
    give_back(file=note, by=room.deputy)
    note.refresh_from_db()
    assert (note.is_withheld, note.removal, note.may_be_opened) == (False, "", True)


def test_a_reason_is_asked_for_and_only_those_who_decide_are(client, room, report):
    note = attached(room, report)
    client.force_login(room.lead)
    for given in ({}, {"reason": ""}, {"reason": "boring"}):
        assert client.post(f"/files/{note.pk}/withhold/", given).status_code == 422
    with pytest.raises(BadInput):
        withhold(file=note, reason="boring", by=room.lead)
    for person in (room.teacher, room.office):
        with pytest.raises(NotAllowed):
            withhold(file=note, reason="intimate", by=person)


def test_paper_names_the_files_that_may_be_opened_and_no_other(client, room, report):
    attached(room, report, Upload("Rowan’s drawing.txt", b"Words."))
    withheld = attached(room, report, Upload("Letter about Theo.txt", b"Theo."))
    withhold(file=withheld, reason="other_child", by=room.lead)
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(room.lead)
        paper = Printed(b"".join(client.get(f"/concerns/{report.pk}/paper/")))
    assert "Rowan’s drawing.txt" in paper.text and "Withheld: it is about another child" in paper.text
    assert "Letter about Theo" not in paper.text
    client.force_login(room.lead)
    shown = text(client.get(f"/concerns/{report.pk}/"))
    assert not client.post(reverse("find_words"), {"q": "letter"}).context["hits"]
    assert client.post(reverse("find_words"), {"q": "drawing"}).context["hits"]
    assert "A file is withheld" in shown and "Letter about Theo" not in shown
