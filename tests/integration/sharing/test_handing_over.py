"""Is a pack handed over once, with a fresh factor, to who is checked, and does its file open with its words alone?"""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.events.models import SharingEvent, SharingStep
from sharing.events.services.deciding import decide_share
from sharing.events.services.handing_over import hand_over
from sharing.events.services.recipients import end_recipient
from sharing.events.views import packs
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked, decided, happened, said
from tests.integration.sharing.packing import asks, chosen, family, packed, told, waiting
from tests.integration.sharing.test_pages import answers, signed_in
from tests.integration.sharing.test_share_pages import step
from tests.matrix.filling import forms_of

pytestmark = pytest.mark.django_db
ACCOUNT = "concerns.account"


def handed(place: Place, event: SharingEvent, *, token: Any = None, by: Any = None, **other: Any) -> SharingEvent:
    by = by or place.room.lead
    given = {"token": token or uuid7(), "happened": happened(**other)}
    return hand_over(event=event, asks=asks(by), by=by, **given)


def test_it_is_handed_over_once(place: Place):
    about = family(place)
    told(place, about["rowan"])
    made, token = packed(place, ACCOUNT), uuid7()
    for _ in range(2):
        assert handed(place, made, token=token).status == "sent"
    assert SharingStep.objects.filter(event=made, kind="sent").count() == 1
    with pytest.raises(OutOfTurn):
        handed(place, made)
    sent = SharingEvent.objects.get(pk=made.pk)
    assert (sent.method, sent.stored, bool(sent.follow_up_on)) == ("email", made.stored, True)


def test_nothing_is_handed_over_without_a_pack_by_no_way_or_by_whose_role_does_not_share(place: Place):
    event = waiting(place)
    with pytest.raises(OutOfTurn, match="There is no pack yet"):
        handed(place, event)
    made = packed(place)
    with pytest.raises(BadInput, match="Choose how it goes"):
        handed(place, made, method="telephone")
    with pytest.raises(NotAllowed):
        handed(place, made, by=place.room.teacher)
    with pytest.raises(BadInput, match="now or in the past"):
        handed(place, made, at=timezone.now() + timedelta(hours=2))


def test_an_unchecked_or_ended_recipient_gets_nothing(place: Place):
    unchecked = decided(place, recipient=place.recipient("police"))
    with pytest.raises(BadInput, match="Nobody has checked"):
        handed(place, unchecked)
    made = packed(place)
    row = checked(place)
    end_recipient(recipient=row, school=place.school, seen=row.revision, by=place.room.lead)
    with pytest.raises(BadInput, match="has ended this recipient"):
        handed(place, SharingEvent.objects.get(pk=made.pk))


def form_of(event: SharingEvent, **other: Any) -> dict[str, Any]:
    return step("hand_over", seen=event.revision) | {"person": "Sam Okafor, social worker"} | other


def fetch(client: Client, event: SharingEvent, shown: Any) -> Any:
    return client.post(reverse("hand_over_share", args=[event.pk]), {"proof": shown.context["proof"]})


def test_the_file_opens_with_the_words_of_its_page_alone(place: Place):
    about = family(place)
    told(place, about["rowan"])
    made = packed(place, ACCOUNT)
    lead, page = signed_in(place.room.lead), reverse("hand_over_share", args=[made.pk])
    body = form_of(made)
    shown = lead.post(page, body)
    assert shown.status_code == 200
    again = lead.post(page, body)
    assert (again.status_code, SharingStep.objects.filter(event=made, kind="sent").count()) == (200, 1)
    words = shown.context["words"]
    assert words in shown.content.decode() and words != again.context["words"]
    # The form that fetches the file brings the words back sealed, and comes back on no other page.
    proof = shown.context["proof"]
    assert words.encode() not in signing.b64_decode(proof.split(":")[0].encode())
    [form] = [one for one in forms_of(shown.content.decode()) if one.values("proof")]
    assert proof not in Client().post(page, form.sent()).content.decode()
    got = fetch(lead, made, shown)
    assert got["Content-Disposition"] == f'attachment; filename="{made.reference}.pdf"'
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(got.content)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(got.content), password=again.context["words"])
    with pypdfium2.PdfDocument(got.content, password=words) as document:
        assert made.reference in document[0].get_textpage().get_text_range()
    assert Event.objects.filter(verb=Verb.EXPORT, object_id=made.pk).exists()
    other = signed_in(place.room.deputy)
    assert fetch(other, made, shown).status_code == 422, "the page of somebody else"
    assert lead.post(page, {"proof": "x"}).status_code == 422
    more = lead.post(page, {"deed": "again"})
    assert more.context["words"] not in (words, "") and fetch(lead, made, more).status_code == 200


def test_paper_has_no_words_and_a_receipt_slip(place: Place):
    made = packed(place)
    lead, page = signed_in(place.room.lead), reverse("hand_over_share", args=[made.pk])
    shown = lead.post(page, form_of(made, method="paper"))
    assert shown.context["words"] == ""
    got = fetch(lead, made, shown)
    with pypdfium2.PdfDocument(got.content) as document:
        assert "Receipt" in document[len(document) - 1].get_textpage().get_text_range()
    assert lead.get(page).status_code == 405


def test_the_hand_over_asks_for_a_fresh_factor(place: Place):
    assert packs.hand_over_share.needs_fresh_factor  # type: ignore[attr-defined]


def test_the_page_of_a_pack_leads_through_it(place: Place):
    about = family(place, address_confidential=True)
    told(place, about["rowan"], about["theo"])
    event = chosen(place, begun(place, recipient=checked(place)), [ACCOUNT])
    lead, page = signed_in(place.room.lead), reverse("share_pack", args=[event.pk])
    shown = lead.get(page).content.decode()
    for words in ("Miranda Colefax: Child", "Philippa Larchwood", "Preview the pages", "Something stands in the way"):
        assert words in shown
    assert "checked>" not in shown and "Make the pack" not in shown
    bad = lead.post(page, {"deed": "names", "seen": event.revision, "named": [about["mia"].pseudonym]})
    assert (bad.status_code, "Write why these children are named" in bad.content.decode()) == (422, True)
    names = {"deed": "names", "seen": event.revision, "take_out": "12 Mill Lane\nPhilippa Larchwood"}
    assert lead.post(page, names).status_code == 302
    shown = lead.get(page).content.decode()
    assert "Something stands in the way" not in shown and "These names stand in it too" not in shown
    preview = lead.get(reverse("share_pages", args=[event.pk]))
    with pypdfium2.PdfDocument(preview.content) as document:
        assert "Preview: not to be handed over" in document[0].get_textpage().get_text_range()
    event.refresh_from_db()
    event = decide_share(
        event=event, seen=event.revision, said=said(place, recipient=checked(place)), by=place.room.lead
    )
    assert lead.post(page, {"deed": "make", "seen": event.revision}).status_code == 302
    shown = lead.get(page).content.decode()
    assert "Hand it over" in shown and "Names and words" in shown
    assert lead.post(page, {"deed": "nothing"}).status_code == 422
    event.refresh_from_db()
    bad = lead.post(reverse("hand_over_share", args=[event.pk]), form_of(event, method=""))
    assert bad.status_code == 422
    assert lead.post(reverse("hand_over_share", args=[event.pk]), form_of(event)).status_code == 200
    assert "Give me the file again" in lead.get(page).content.decode()


def test_the_second_person_lets_it_go_on_the_page(place: Place):
    family(place)
    dan = place.child.contacts.get(contact__forename="Dan").contact
    event = waiting(place, for_adult=dan)
    lead, deputy = signed_in(place.room.lead), signed_in(place.room.deputy)
    page, over = reverse("share_pack", args=[event.pk]), reverse("hand_over_share", args=[event.pk])
    assert "Ask a second person" in lead.get(page).content.decode()
    asked = {"deed": "ask", "seen": event.revision, "why": "An order of this morning lets him."}
    assert lead.post(page, asked).status_code == 302
    event.refresh_from_db()
    shown = lead.get(page).content.decode()
    assert place.room.deputy.full_name in shown and "as the second person" not in shown
    assert "Let it go, as the second person" in deputy.get(page).content.decode()
    lift = {"deed": "lift", "seen": event.revision}
    assert lead.post(over, lift).status_code == 403
    assert deputy.post(over, lift).status_code == 302
    assert "Make the pack" in lead.get(page).content.decode()


def test_who_opens_a_pack(place: Place):
    about = family(place)
    concern = told(place, about["rowan"])
    made, room = packed(place, ACCOUNT), place.room
    pages = [reverse(name, args=[made.pk]) for name in ("share_pack", "share_pages")]
    asked = {"deputy": 200, "lead": 200, "headteacher": 200, "teacher": 403, "office": 403, "pastoral": 403}
    for name, status in asked.items():
        assert answers(getattr(room, name), pages) == [status] * 2, name
    restrict_concern(concern=concern, by=room.lead)
    assert answers(room.deputy, pages) == [404] * 2
    declare_conflict(user=room.headteacher, child=place.child, kind="relative", by=room.headteacher)
    assert answers(room.headteacher, pages) == [404] * 2


def test_more_records_ask_the_database_no_more_often(place: Place):
    about = family(place)
    told(place, about["rowan"], about["theo"])
    few = packed(place, ACCOUNT)
    for number in range(6):
        told(place, about["rowan"], facts=f"On day {number} she said no more.")
    many = packed(place, ACCOUNT)
    lead = signed_in(place.room.lead)
    counted = []
    for event in (few, many):
        page = reverse("share_pack", args=[event.pk])
        lead.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert lead.get(page).status_code == 200
        counted.append(len(asked))
    # Six more records would ask six times more. A difference of one was seen once on a busy machine, unexplained.
    assert abs(counted[0] - counted[1]) < 2
