"""Which documents go along in a pack, under which names, and what keeps them from going?"""

import io
from typing import Any

import pikepdf
import pytest
from django.urls import reverse

from safeguarding.concerns.models import Attachment
from safeguarding.concerns.services.attaching import attach
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from safeguarding.pdf import encrypted, passphrase
from safeguarding.uploads.services import giving
from safeguarding.uploads.services.keeping import Upload
from sharing.events.models import SharedItem, SharingEvent
from sharing.events.services import enclosing
from sharing.events.services.choosing import choose_items, name_of, offers
from sharing.events.services.deciding import decide_share
from sharing.events.services.lifting import ask_to_lift, lift_bar
from sharing.events.services.packing import content_of, make_pack
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked, said
from tests.integration.sharing.packing import asks, family, told
from tests.integration.sharing.test_attacks import fetch, form_of
from tests.integration.sharing.test_handing_over import handed
from tests.integration.sharing.test_packs import everything
from tests.integration.sharing.test_pages import signed_in
from tests.integration.uploads.corpus import located_picture, pdf
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
FILE = "concerns.attachment"


def with_files(place: Place, *uploads: Upload, **details: Any) -> tuple[SharingEvent, list[str]]:
    """A draft about a child in whose concern these files lie, and what a form calls them."""
    about = family(place, **details)
    concern = told(place, about["rowan"])
    attach(concern=concern, token=uuid7(), uploads=uploads, by=place.room.lead)
    event = begun(place, recipient=checked(place))
    return event, names_of(place, event)


def names_of(place: Place, event: SharingEvent, *, by: Any = None) -> list[str]:
    there = offers(asks(by or place.room.lead), event)
    return sorted(name_of(one) for offer in there for one in offer.blocks if one.record.label == FILE)


def choose(place: Place, event: SharingEvent, *chosen: str, enclosed: Any = (), by: Any = None) -> SharingEvent:
    by = by or place.room.lead
    return choose_items(event=event, seen=event.revision, chosen=chosen, enclosed=enclosed, asks=asks(by), by=by)


def to_send(place: Place, event: SharingEvent) -> SharingEvent:
    return decide_share(
        event=event, seen=event.revision, said=said(place, recipient=checked(place)), by=place.room.lead
    )


def made_of(place: Place, event: SharingEvent) -> SharingEvent:
    lead = place.room.lead
    return make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead)


LETTER = Upload("Miranda_Colefax letter.txt", b"Zqletter: Miranda wrote this.")
NOTE = Upload("note.txt", b"Zqnote stays here.")


def test_documents_that_are_ticked_lie_inside_under_names_that_say_nothing(place: Place):
    event, names = with_files(place, LETTER, NOTE, Upload("scan.pdf", pdf()))
    event = choose(place, event, *names)
    assert not SharedItem.objects.filter(is_enclosed=True).exists(), "nothing is ticked beforehand"
    letter = next(one for one in names if is_called(one, "letter"))
    event = choose(place, event, *names, enclosed=[letter])
    assert SharedItem.objects.filter(event=event, taken_out_at=None, is_enclosed=True).count() == 1
    made = made_of(place, to_send(place, event))
    words = passphrase()
    with pikepdf.open(io.BytesIO(encrypted(content_of(made), words)), password=words) as document:
        assert list(document.attachments) == [f"{made.reference} document 1.txt"]
        inside = document.attachments[f"{made.reference} document 1.txt"].get_file().read_bytes()
    assert inside == LETTER.content
    # Its own words are the document's; nothing around it names her.
    around = everything(content_of(made)).replace(LETTER.content.decode(), "")
    assert "Miranda" not in around and "Zqnote stays" not in around
    first = Printed(content_of(made)).pages()[0]
    assert "Document 1: Plain text" in first and "to be enclosed" in first


def is_called(name: str, part: str) -> bool:
    return part in Attachment.objects.get(pk=name.rpartition(":")[2]).name


def test_a_tick_for_a_document_chooses_its_record_and_no_other_record_has_one(place: Place):
    event, names = with_files(place, NOTE)
    chosen = choose(place, event, enclosed=names)
    item = SharedItem.objects.get(event=chosen, taken_out_at=None)
    assert (item.record_type, item.is_enclosed) == (FILE, True)
    assert choose(place, chosen, *names, enclosed=names).revision == chosen.revision, (
        "the same once more changes nothing"
    )
    without = choose(place, chosen, *names)
    assert not SharedItem.objects.get(event=without, taken_out_at=None).is_enclosed
    account = next(
        name_of(one)
        for offer in offers(asks(place.room.lead), without)
        for one in offer.blocks
        if one.record.label == "concerns.account"
    )
    with pytest.raises(BadInput, match="cannot be opened any more"):
        choose(place, without, account, enclosed=[account])
    with pytest.raises(NotAllowed):
        choose(place, without, *names, enclosed=names, by=place.room.teacher)


def test_documents_are_too_large_together(place: Place, monkeypatch: pytest.MonkeyPatch):
    event, names = with_files(place, NOTE, LETTER)
    monkeypatch.setattr(enclosing, "LARGEST", len(NOTE.content) + 1)
    with pytest.raises(BadInput, match="larger than 50 MB together"):
        choose(place, event, enclosed=names)
    assert not SharedItem.objects.exists()
    note = next(one for one in names if is_called(one, "note"))
    assert choose(place, event, *names, enclosed=[note]).revision == 1


def test_a_document_that_is_withheld_goes_nowhere_any_more(place: Place):
    event, names = with_files(place, NOTE)
    made = made_of(place, to_send(place, choose(place, event, enclosed=names)))
    lead, page = signed_in(place.room.lead), reverse("hand_over_share", args=[made.pk])
    shown = lead.post(page, form_of(made))
    assert fetch(lead, made, shown).status_code == 200
    waits = made_of(place, to_send(place, choose(place, begun(place, recipient=checked(place)), enclosed=names)))
    giving.withhold(file=Attachment.objects.get(), reason="other_child", by=place.room.lead)
    with pytest.raises(BadInput):
        handed(place, waits)
    assert lead.post(page, {"deed": "again"}).status_code == 409
    assert fetch(lead, made, shown).status_code == 409


def test_documents_of_a_child_whose_address_is_confidential_take_a_second_person(place: Place):
    event, names = with_files(place, NOTE, address_confidential=True)
    waits = to_send(place, choose(place, event, *names))
    assert made_of(place, waits).stored, "without the document nothing is in the way"
    barred = to_send(place, choose(place, begun(place, recipient=checked(place)), enclosed=names))
    with pytest.raises(BadInput, match="does not read what is in them"):
        made_of(place, barred)
    lead = place.room.lead
    asked = ask_to_lift(event=barred, seen=barred.revision, why="I read it.", asks=asks(lead), by=lead)
    lifted = lift_bar(event=asked, seen=asked.revision, by=place.room.deputy)
    assert made_of(place, lifted).stored


def test_a_picture_goes_along_without_where_it_was_taken(place: Place):
    event, names = with_files(place, Upload("Miranda.jpg", located_picture()))
    made = made_of(place, to_send(place, choose(place, event, enclosed=names)))
    with pikepdf.open(io.BytesIO(content_of(made))) as document:
        [(name, spec)] = document.attachments.items()
        assert name == f"{made.reference} document 1.jpg"
        assert b"Exif" not in spec.get_file().read_bytes()


def test_the_pages_lead_through_it(place: Place):
    event, names = with_files(place, NOTE, LETTER)
    lead, page = signed_in(place.room.lead), reverse("share_items", args=[event.pk])
    shown = lead.get(page).content.decode()
    assert shown.count("The document itself goes along") == 2 and "checked" not in shown
    assert lead.post(page, {"seen": event.revision, "item": names, "enclose": names[:1]}).status_code == 302
    shown = lead.get(page).content.decode()
    assert shown.count("checked") == 3
    event.refresh_from_db()
    waits = to_send(place, event)
    shown = lead.get(reverse("share_pack", args=[event.pk])).content.decode()
    assert "Look into these documents" in shown and "The document goes along" in shown
    made = made_of(place, waits)
    over = lead.post(reverse("hand_over_share", args=[event.pk]), form_of(made, method="paper")).content.decode()
    assert "To be enclosed" in over and "Document 1" in over


def test_all_records_are_chosen_by_a_button_without_script(place: Place):
    event, _ = with_files(place, NOTE, LETTER)
    lead, page = signed_in(place.room.lead), reverse("share_items", args=[event.pk])
    there = {offer.key: offer for offer in offers(asks(place.room.lead), event)}
    of_concern = next(key for key, offer in there.items() if any(one.record.label == FILE for one in offer.blocks))
    answer = lead.post(page, {"seen": event.revision, "all": of_concern})
    assert (answer.status_code, answer.url) == (302, page)
    standing = SharedItem.objects.filter(event=event, taken_out_at=None)
    assert standing.count() == len(there[of_concern].blocks) and not standing.filter(is_enclosed=True).exists()
    event.refresh_from_db()
    assert lead.post(page, {"seen": event.revision, "all": "nothing"}).status_code == 302
    assert standing.count() == 0, "a button that the page does not have chooses nothing"
    event.refresh_from_db()
    assert lead.post(page, {"seen": event.revision, "all": "all"}).status_code == 302
    assert standing.count() == sum(len(offer.blocks) for offer in there.values())
    assert lead.post(page, {"seen": event.revision, "all": "all"}).status_code == 409, "the page before"
