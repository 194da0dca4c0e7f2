"""Does a pack hold what was chosen and nothing else? Who is named in it, what is taken out, what stands in its way."""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.concerns.services.deciding import add_note
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.pdf import encrypted, passphrase
from safeguarding.printing.gathering import For
from safeguarding.sealing import files
from safeguarding.uploads.models import names_in_store
from sharing.events.models import SharingEvent
from sharing.events.notice_kinds import SharingNotice
from sharing.events.services import choosing
from sharing.events.services import packing as packs
from sharing.events.services.bars import ADDRESS, ORDER
from sharing.events.services.choosing import choose_items, name_of_item
from sharing.events.services.deciding import decide_share, take_back_share
from sharing.events.services.lifting import ask_to_lift, lift_bar
from sharing.events.services.packing import content_of, make_pack, put_together, say_names
from sharing.events.services.sending import record_sent
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked, happened, said
from tests.integration.sharing.packing import asks, chosen, family, packed, told, waiting
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
ACCOUNT, HOME = "concerns.account", "children.household"


def everything(pdf: bytes, password: str = "") -> str:
    """All that stands in a PDF: its text, metadata, outline, the names and contents of attachments, its streams."""
    found: list[str] = []
    with pypdfium2.PdfDocument(pdf, password=password or None) as document:
        found += [page.get_textpage().get_text_range() for page in document]
        found += [one.get_title() for one in document.get_toc()]
        found += map(str, document.get_metadata_dict().values())
    with pikepdf.open(io.BytesIO(pdf), password=password) as document:
        with document.open_metadata() as metadata:
            found.append(str(metadata))
        found += [str(document.docinfo), *document.attachments]
        found += [one.get_file().read_bytes().decode("latin-1") for one in document.attachments.values()]
        for thing in document.objects:
            if isinstance(thing, pikepdf.Stream):
                found.append(thing.read_bytes().decode("latin-1", "replace"))
            elif isinstance(thing, pikepdf.Dictionary):
                found += [str(value) for value in thing.as_dict().values() if isinstance(value, pikepdf.String)]
    return " ".join(" ".join(found).split())


def test_what_was_not_chosen_and_who_is_not_named_stands_nowhere_in_a_pack(place: Place):
    about = family(place, address_confidential=True, address_confidential_reason="zqreason")
    concern = told(place, about["rowan"], about["theo"])
    add_note(concern=concern, text="Zqnote: what we think of it.", token=uuid7(), by=place.room.lead)
    event = waiting(
        place,
        ACCOUNT,
        names={"take_out": "12 Mill Lane\nzqnothing"},
        content="Miranda Colefax and Theodore Brandtner were there.",
    )
    told(place, about["rowan"], facts="Zqunchosen was said on another day.")
    made = make_pack(event=event, seen=event.revision, asks=asks(place.room.lead), by=place.room.lead)
    words = passphrase()
    plain, locked = content_of(made), encrypted(content_of(made), words)
    for there in (everything(plain), everything(locked, words)):
        for canary in ("Miranda", "Theodore", "Brandtner", "Mill Lane", "SM1 4XY", "Zqnote", "zqreason", "Zqunchosen"):
            assert canary not in there, canary
        assert "Rowan said that [Child" in there and "[taken out]" in there
        assert "Kerry Colefax and Mrs Colefax came" in there
    pages = Printed(plain).pages()
    assert len(pages) > 1 and all("S-" in page and event.recipient.called in page for page in pages)
    assert "Receipt" in pages[-1]


def test_a_record_that_is_not_chosen_is_in_no_pack(place: Place):
    about = family(place)
    told(place, about["rowan"], facts="Zqfirst was said.")
    told(place, about["rowan"], facts="Zqsecond was said.")
    event = begun(place)
    lead = place.room.lead
    event = chosen(place, event, [ACCOUNT])
    [first, _] = sorted(event.items.filter(taken_out_at=None), key=lambda one: "Zqfirst" not in str(one.texts))
    event = choose_items(event=event, seen=event.revision, chosen=[name_of_item(first)], asks=asks(lead), by=lead)
    event = decide_share(event=event, seen=event.revision, said=said(place, recipient=checked(place)), by=lead)
    made = make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead)
    there = everything(content_of(made))
    assert "Zqfirst" in there and "Zqsecond" not in there


def test_children_have_one_name_throughout_and_are_named_with_a_reason_alone(place: Place):
    about = family(place)
    told(place, about["rowan"], about["theo"])
    lead = place.room.lead
    event = chosen(place, begun(place), [ACCOUNT])
    pack = put_together(asks(lead), event)
    called = {one.child.pk: one.called for one in pack.others}
    assert called[about["mia"].pk].endswith("(Year 3)") and called[about["theo"].pk].startswith("Child ")
    assert len(set(called.values())) == 2 and not any(one.is_named for one in pack.others)
    text = " ".join(words for one in pack.records for _, words in one.texts)
    assert text.count(f"[{called[about['theo'].pk]}]") == 2
    assert "Kerry Colefax and Mrs Colefax came" in text, "adults of the child stay"
    assert pack.pointed_out == ("Philippa Larchwood",), "another child whom the school knows"
    pseudonym = about["mia"].pseudonym
    given: dict[str, Any] = {"event": event, "seen": event.revision, "take_out": "", "asks": asks(lead), "by": lead}
    with pytest.raises(BadInput, match="Write why"):
        say_names(named=[pseudonym], named_why=" ", **given)
    with pytest.raises(BadInput, match="nothing to do"):
        say_names(named=[about["pip"].pseudonym], named_why="She saw it.", **given)
    with pytest.raises(BadInput, match="two letters"):
        say_names(named=[], named_why="", **given | {"take_out": "Larchwood\nx"})
    named = say_names(
        named=[pseudonym], named_why="Their plan is about both.", **given | {"take_out": "philippa  larchwood\n\n"}
    )
    with pytest.raises(ChangedSince):
        say_names(named=[], named_why="", **given)
    pack = put_together(asks(lead), named)
    text = " ".join(words for one in pack.records for _, words in one.texts)
    assert "Miranda Colefax" in text and "Theodore" not in text and "[taken out] was there" in text
    assert pack.pointed_out == ()
    with pytest.raises(NotAllowed):
        say_names(named=[], named_why="", **given | {"seen": named.revision, "by": place.room.teacher})


def test_a_record_that_changed_is_looked_at_and_chosen_again(place: Place, monkeypatch: pytest.MonkeyPatch):
    about = family(place)
    told(place, about["rowan"])
    lead = place.room.lead
    event = chosen(place, begun(place, recipient=checked(place)), [ACCOUNT])
    waits = waiting(place, ACCOUNT)
    made = make_pack(event=waits, seen=waits.revision, asks=asks(lead), by=lead)
    digest = choosing.digest_of
    monkeypatch.setattr(choosing, "digest_of", lambda block: digest(block)[::-1])
    with pytest.raises(BadInput, match="has changed since it was chosen"):
        decide_share(event=event, seen=event.revision, said=said(place, recipient=checked(place)), by=lead)
    with pytest.raises(BadInput, match="has changed since it was chosen"):
        record_sent(event=made, token=uuid7(), happened=happened(), by=lead)
    with pytest.raises(BadInput, match="has changed since it was chosen"):
        make_pack(event=made, seen=made.revision, asks=asks(lead), by=lead)
    again = chosen(place, event, [ACCOUNT])
    assert again.items.filter(taken_out_at=None).count() == again.items.exclude(taken_out_at=None).count()
    decide_share(event=again, seen=again.revision, said=said(place, recipient=checked(place)), by=lead)


def test_the_pack_is_kept_sealed_made_once_and_gone_when_it_is_taken_back(
    place: Place, django_capture_on_commit_callbacks: Any
):
    about = family(place)
    told(place, about["rowan"])
    made, lead = packed(place, ACCOUNT), place.room.lead
    assert made.stored in names_in_store(), "no stray"
    assert made.pack_digest and b"%PDF" not in b"".join(files.as_it_lies(made.stored))
    same = make_pack(event=made, seen=made.revision, asks=asks(lead), by=lead)
    assert (same.stored, same.revision) == (made.stored, made.revision)
    with pytest.raises(ChangedSince):
        make_pack(event=made, seen=made.revision - 1, asks=asks(lead), by=lead)
    with django_capture_on_commit_callbacks(execute=True):
        back = take_back_share(event=made, by=lead)
    assert (back.stored, back.packed_at, back.pack_digest) == ("", None, "")
    assert made.stored not in set(files.stored_names())
    with pytest.raises(OutOfTurn):
        make_pack(event=back, seen=back.revision, asks=asks(lead), by=lead)


def test_a_pack_that_is_too_large_or_empty_is_refused_in_words(place: Place, monkeypatch: pytest.MonkeyPatch):
    lead = place.room.lead
    event = waiting(place)
    monkeypatch.setattr(packs, "LARGEST", 1000)
    with pytest.raises(BadInput, match="larger than 50 MB"):
        make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead)
    event.refresh_from_db()
    assert not event.stored


def test_an_address_that_nobody_may_be_told_stands_in_the_way(place: Place):
    about = family(place, address_confidential=True)
    told(place, about["rowan"], facts="They moved to 12, Mill Lane.")
    lead, other = place.room.lead, place.room.deputy
    event = waiting(place, ACCOUNT)
    with pytest.raises(BadInput) as refusal:
        make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead)
    assert refusal.value.sentence == f"{ADDRESS}." and "Mill" not in ADDRESS
    with pytest.raises(BadInput, match="nobody outside may be told"):
        record_sent(event=event, token=uuid7(), happened=happened(), by=lead)
    homes = waiting(place, HOME)
    with pytest.raises(BadInput, match="nobody outside may be told"):
        make_pack(event=homes, seen=homes.revision, asks=asks(lead), by=lead)
    with pytest.raises(BadInput, match="Write why"):
        ask_to_lift(event=event, seen=event.revision, why=" ", asks=asks(lead), by=lead)
    asked = ask_to_lift(event=event, seen=event.revision, why="The court has it.", asks=asks(lead), by=lead)
    with pytest.raises(NotAllowed, match="first of the two"):
        lift_bar(event=asked, seen=asked.revision, by=lead)
    with pytest.raises(BadInput):
        make_pack(event=asked, seen=asked.revision, asks=asks(lead), by=lead)
    lifted = lift_bar(event=asked, seen=asked.revision, by=other)
    with pytest.raises(OutOfTurn):
        lift_bar(event=lifted, seen=lifted.revision, by=place.room.headteacher)
    told_of = Notice.objects.filter(kind=SharingNotice.LIFT_ASKED, object_id=event.pk)
    assert set(told_of.values_list("user", flat=True)) == {other.pk, place.room.headteacher.pk}
    assert not told_of.filter(settled_at=None).exists()
    made = make_pack(event=lifted, seen=lifted.revision, asks=asks(lead), by=lead)
    assert "12, Mill Lane" in Printed(content_of(made)).text
    back = take_back_share(event=made, by=lead)
    assert (back.lift_asked_at, back.lifted_at, back.lift_of) == (None, None, [])


def test_the_address_is_no_bar_where_it_is_not_confidential_or_is_taken_out(place: Place):
    about = family(place)
    told(place, about["rowan"])
    assert packed(place, ACCOUNT).stored
    with pytest.raises(OutOfTurn, match="Nothing stands"):
        event = waiting(place, ACCOUNT)
        ask_to_lift(event=event, seen=event.revision, why="So.", asks=asks(place.room.lead), by=place.room.lead)


def test_a_request_for_an_adult_bound_by_an_order_takes_a_second_person(place: Place):
    family(place)
    lead = place.room.lead
    dan = place.child.contacts.get(contact__forename="Dan").contact
    kerry = place.child.contacts.get(contact__forename="Kerry").contact
    barred = waiting(place, for_adult=dan)
    with pytest.raises(BadInput) as refusal:
        make_pack(event=barred, seen=barred.revision, asks=asks(lead), by=lead)
    assert refusal.value.sentence == f"{ORDER}." and "Dan" not in ORDER
    with pytest.raises(BadInput, match="binds the adult"):
        record_sent(event=barred, token=uuid7(), happened=happened(), by=lead)
    named = waiting(place, person="Mr Dan Ashdown")
    with pytest.raises(BadInput, match="binds the adult"):
        make_pack(event=named, seen=named.revision, asks=asks(lead), by=lead)
    free = waiting(place, for_adult=kerry)
    assert make_pack(event=free, seen=free.revision, asks=asks(lead), by=lead).stored
    asked = ask_to_lift(event=barred, seen=barred.revision, why="An order of today.", asks=asks(lead), by=lead)
    lifted = lift_bar(event=asked, seen=asked.revision, by=place.room.headteacher)
    assert make_pack(event=lifted, seen=lifted.revision, asks=asks(lead), by=lead).stored
    # What came later was let go by nobody.
    later = put_together(For(lead), SharingEvent.objects.get(pk=lifted.pk), on=timezone.localdate() + timedelta(days=1))
    assert {one.key for one in later.bars} == set(lifted.lift_of)
