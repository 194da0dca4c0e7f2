"""Documents of a child's record: who puts them there, who has them, and where else they are told of."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from children.models import ChildFile
from children.services import access
from children.services.filing import attach_to_child
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.sealing.exceptions import Destroyed
from safeguarding.sealing.services.destroying import destroy_key
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads.services.giving import give_out
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.concerns.filed import attached, send, stored, text
from tests.integration.uploads.corpus import located_picture
from tests.walls import asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_store")]
ORDER = Upload("Order of Rowan.txt", b"The court orders.")
READERS = ("lead", "deputy", "headteacher")
ROLES = ("teacher", "assistant", "pastoral", "office", *READERS)


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def rowan(room):
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office)


def filed(room, child, *uploads, by=None, **facts):
    facts = {"what": "order", "dated": date(2026, 5, 20), **facts}
    by = by or room.lead
    return attach_to_child(child=child, token=uuid4(), uploads=uploads or [ORDER], by=by, **facts).kept[0]


def page_of(child):
    return reverse("child_files", args=[child.pk])


def test_a_lead_puts_a_document_there_and_readers_have_it(client, room, rowan):
    client.force_login(room.deputy)
    given = {"what": "order", "dated_day": "20", "dated_month": "5", "dated_year": "2026"}
    page = send(client, page_of(rowan), ORDER, **given)
    assert "1 file attached." in text(page) and "Court order or other legal document, 20 May 2026" in text(page)
    order = ChildFile.objects.get()
    assert (order.author, order.school, order.dated) == (room.deputy, room.school, date(2026, 5, 20))
    for person in (room.lead, room.headteacher):
        client.force_login(person)
        assert b"".join(client.get(f"/files/{order.pk}/")) == ORDER.content
    assert Event.objects.filter(verb=Verb.CREATE, object_id=order.pk, actor_id=room.deputy.pk).exists()
    assert Event.objects.filter(verb=Verb.DOWNLOAD, object_id=order.pk).count() == 2


def test_who_has_looked_at_the_record_shows_who_took_a_file(client, room, rowan):
    order = filed(room, rowan)
    client.force_login(room.headteacher)
    assert client.get(f"/files/{order.pk}/").status_code == 200
    client.force_login(room.lead)
    looked = text(client.get(reverse("child_looked", args=[rowan.pk]), {"verb": "download"}))
    assert "Downloaded it" in looked and room.headteacher.full_name in looked


@pytest.mark.parametrize("role", ROLES)
def test_those_who_read_concerns_have_it_and_nobody_else(client, room, rowan, role):
    order, person = filed(room, rowan), getattr(room, role)
    client.force_login(person)
    assert client.get(page_of(rowan)).status_code == (200 if role in READERS else 403)
    assert client.get(f"/files/{order.pk}/").status_code == (200 if role in READERS else 404)
    assert client.post(f"/files/{order.pk}/withhold/").status_code == (422 if role in READERS else 403)
    if role not in READERS:
        with pytest.raises(NotAllowed):
            filed(room, rowan, by=person)


def test_somebody_to_whom_the_record_was_given_reads_and_puts_nothing_there(client, room, rowan):
    order = filed(room, rowan)
    access.grant_child(
        child=rowan,
        user=room.pastoral,
        reason="Runs the club",
        last_day=timezone.localdate() + timedelta(days=30),
        by=room.lead,
    )
    client.force_login(room.pastoral)
    assert "Order of Rowan.txt" in text(client.get(page_of(rowan)))
    assert client.get(f"/files/{order.pk}/").status_code == 200
    assert send(client, page_of(rowan), ORDER, what="order").status_code == 403
    assert client.post(f"/files/{order.pk}/withhold/", {"reason": "unlawful"}).status_code == 403


def test_a_lead_who_is_close_to_the_child_has_none_of_it(client, room, rowan):
    order = filed(room, rowan)
    access.declare_conflict(user=room.lead, child=rowan, kind="own_child", by=room.lead)
    client.force_login(room.lead)
    assert client.get(page_of(rowan)).status_code == 404
    assert client.get(f"/files/{order.pk}/").status_code == 404
    with asking(room.lead), pytest.raises(NotAllowed):
        filed(room, rowan)


def test_what_is_missing_is_said_and_the_form_stays(client, room, rowan):
    client.force_login(room.lead)
    page = send(client, page_of(rowan), ORDER)
    assert page.status_code == 422 and "This field is required" not in text(page)
    assert "Choose what it is" in text(page)
    assert not ChildFile.objects.exists()
    with pytest.raises(BadInput, match="kind of document"):
        filed(room, rowan, what="poem")


def test_the_chronology_tells_of_it_by_its_date_until_it_is_taken_out(client, room, rowan):
    order, letter = filed(room, rowan), filed(room, rowan, Upload("b.txt", b"b"), what="letter", dated=None)
    client.force_login(room.lead)
    page = text(client.get(reverse("child_chronology", args=[rowan.pk]), {"type": "files"}))
    assert "File: court order or other legal document" in page and "Order of Rowan.txt" in page
    assert page.index("File: letter or e-mail") < page.index("File: court order")
    assert page_of(rowan) in page and letter.dated is None
    client.post(f"/files/{order.pk}/withhold/", {"reason": "other_child"})
    page = text(client.get(reverse("child_chronology", args=[rowan.pk])))
    assert "Withheld: nobody opens it." in page and "Order of Rowan" not in page
    client.force_login(room.headteacher)
    assert client.post(f"/files/{order.pk}/remove/", follow=True).redirect_chain[-1][0] == f"{page_of(rowan)}#files"
    assert "Order of Rowan" not in text(client.get(reverse("child_chronology", args=[rowan.pk])))


def test_files_of_its_concerns_stand_below_and_those_of_others_do_not(client, room, rowan):
    about = factories.concern(room, children=[ChildEntry(role="worried_about", child=rowan)])
    attached(room, about, Upload("Drawing.txt", b"d"))
    attached(room, factories.concern(room), Upload("Another.txt", b"a"))
    client.force_login(room.lead)
    page = text(client.get(page_of(rowan)))
    assert "Drawing.txt" in page and about.reference in page
    assert "Another.txt" not in page


def test_the_same_form_twice_puts_it_there_once(room, rowan):
    token = uuid4()
    for _ in range(2):
        attach_to_child(child=rowan, token=token, uploads=[ORDER], what="order", by=room.lead)
    assert ChildFile.objects.count() == 1
    assert Event.objects.filter(verb=Verb.ADD, object_id=rowan.pk, purpose="files").count() == 1


def test_it_is_sealed_and_goes_with_the_child(room, rowan):
    order = filed(room, rowan, Upload("a.jpg", located_picture()))
    assert {order.stored, *order.pictures} == stored()
    destroy_key(subject=Subject.child(rowan.pk), under="R02")
    with pytest.raises(Destroyed):
        give_out(ChildFile.objects.get(), to=room.lead)


def test_the_copy_of_an_order_stands_on_its_page_for_who_opens_documents(client, room, rowan):
    order = factories.order(rowan, "Stays away.", by=room.office, starts_on=date(2026, 5, 20))
    page = reverse("safeguard", args=[order.pk])
    filed(room, rowan, Upload("A letter.txt", b"Dear all."), what="letter")
    client.force_login(room.deputy)
    assert "No copy that you may open" in text(client.get(page))
    [add] = re.findall(r'href="([^"]+)">Add the copy', text(client.get(page)))
    form = text(client.get(add))
    assert '<option value="order" selected' in form and '<details class="govuk-details" open' in form
    filed(room, rowan)
    shown = text(client.get(page))
    assert "Order of Rowan.txt" in shown and "A letter.txt" not in shown
    client.force_login(room.office)
    shown = text(client.get(page))
    assert "Order of Rowan.txt" not in shown and "Give the copy to a safeguarding lead" in shown
    assert "Add the copy" not in shown
