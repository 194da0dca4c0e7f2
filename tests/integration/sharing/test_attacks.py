"""Can something go outside that nobody let go? Stale forms, the back button, an hour that is typed, raw SQL, names that
are written otherwise than on the register.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from children.facts import Adult, Called, Home
from children.models import Child, ContactRestriction, HouseholdMember
from children.services.access import declare_conflict
from safeguarding.audit.context import Acting, tell_database
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.records import seen_by_tasks
from sharing.events.models import Consent, LawConfirmed, LegalReason, SharingEvent, SharingStep
from sharing.events.services.asking_back import ask_back
from sharing.events.services.consents import withdraw_consent
from sharing.events.services.deciding import begin_share, decide_share, take_back_share
from sharing.events.services.handing_over import hand_over
from sharing.events.services.law import confirm_law
from sharing.events.services.lifting import ask_to_lift, lift_bar
from sharing.events.services.packing import content_of, make_pack, put_together, say_names
from sharing.events.services.sending import record_sent
from tests import factories
from tests.integration.sharing.conftest import ASKED_ON, Place
from tests.integration.sharing.deciding import begun, checked, decided, happened, reason, said, sent
from tests.integration.sharing.packing import asks, chosen, family, packed, told, waiting
from tests.integration.sharing.test_handing_over import fetch, form_of, handed
from tests.integration.sharing.test_packs import everything
from tests.integration.sharing.test_pages import signed_in
from tests.integration.sharing.test_sharing_sql import change, refused, row_of

pytestmark = pytest.mark.django_db
ACCOUNT, FILE = "concerns.account", "concerns.attachment"
_HOUR = timedelta(hours=1)


# --- what was looked at goes, and nothing else


def test_a_pack_that_took_the_place_of_another_is_not_handed_over_by_the_form_of_that_one(place: Place):
    lead, deputy = place.room.lead, place.room.deputy
    made = packed(place)
    form = form_of(made, seen=made.revision)
    back = take_back_share(event=made, by=deputy)
    other = said(place, recipient=checked(place), content="Zqother: what nobody has looked at.")
    again = decide_share(event=back, seen=back.revision, said=other, by=deputy)
    again = make_pack(event=again, seen=again.revision, asks=asks(deputy), by=deputy)
    with pytest.raises(ChangedSince):
        hand_over(event=made, token=uuid7(), happened=happened(), asks=asks(lead), by=lead, seen=made.revision)
    with pytest.raises(ChangedSince):
        record_sent(event=made, token=uuid7(), happened=happened(), by=lead, seen=made.revision)
    shown = signed_in(lead).post(reverse("hand_over_share", args=[made.pk]), form)
    assert shown.status_code == 409 and not SharingStep.objects.filter(event=made).exists()
    given = {"token": uuid7(), "happened": happened(), "asks": asks(lead), "seen": again.revision}
    assert hand_over(event=made, by=lead, **given).status == "sent"


def test_what_was_asked_back_is_not_given_out_by_an_old_page(place: Place):
    made = packed(place)
    lead, page = signed_in(place.room.lead), reverse("hand_over_share", args=[made.pk])
    body = form_of(made)
    shown = lead.post(page, body)
    assert fetch(lead, made, shown).status_code == 200
    gone = SharingEvent.objects.get(pk=made.pk)
    wrong = {"happened": happened(), "follow_up_on": timezone.localdate() + timedelta(days=3)}
    ask_back(event=gone, token=uuid7(), by=place.room.lead, **wrong)
    assert fetch(lead, made, shown).status_code == 409
    for again in ({"deed": "again"}, body):
        answer = lead.post(page, again)
        assert answer.status_code == 409 and "words that open it" not in answer.content.decode()
    assert "Give me the file again" not in lead.get(reverse("share_pack", args=[made.pk])).content.decode()


def on_consent(place: Place, **of_consent: Any) -> SharingEvent:
    """A pack that rests on consent, made and not handed over."""
    recipient = checked(place, "school_nurse")
    given = place.consent(recipient=recipient, **of_consent)
    facts = {"recipient": recipient, "reason": reason("consent"), "consent_stands": "given", "consent": given}
    return packed(place, answers={}, **facts)


def test_a_pack_whose_consent_is_over_is_not_given_out_again(place: Place):
    made = on_consent(place)
    lead, page = signed_in(place.room.lead), reverse("hand_over_share", args=[made.pk])
    shown = lead.post(page, form_of(made))
    assert lead.post(page, {"deed": "again"}).status_code == 200
    on = {"on": timezone.localdate(), "how": "spoken", "said": "Kerry rang."}
    withdraw_consent(consent=Consent.objects.get(), by=place.room.lead, **on)
    assert lead.post(page, {"deed": "again"}).status_code == 409
    assert fetch(lead, made, shown).status_code == 409


def test_no_hour_that_is_typed_brings_a_consent_back_that_has_run_out(place: Place):
    made = on_consent(place, until=timezone.localdate())
    tomorrow = timezone.now() + timedelta(days=1)
    lead = place.room.lead
    with pytest.raises(BadInput, match="not in force"):
        hand_over(event=made, token=uuid7(), happened=happened(), asks=asks(lead), by=lead, at=tomorrow)
    assert handed(place, made).status == "sent"


def test_nothing_has_gone_before_it_was_decided(place: Place):
    before = timezone.now() - _HOUR
    with pytest.raises(BadInput, match="before what it follows"):
        record_sent(event=waiting(place), token=uuid7(), happened=happened(before), by=place.room.lead)
    with pytest.raises(BadInput, match="before what it follows"):
        handed(place, packed(place), at=before)


# --- raw SQL


def test_no_sql_makes_a_consent_of_a_refusal_or_of_one_that_was_withdrawn(place: Place):
    lead, recipient = place.room.lead, checked(place, "school_nurse")
    given = place.consent(recipient=recipient)
    no = place.consent(recipient=recipient, answer="refused", adult=None, by_whom="Jo", known_by="An order")
    gone = place.consent(recipient=recipient, adult=None, by_whom="Al", known_by="An order")
    withdraw_consent(consent=gone, on=timezone.localdate(), how="spoken", said="He rang.", by=lead)
    nothing = "withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawn_on = NULL, withdrawn_how = ''"
    other = factories.child(place.school, "Theodore", "Brandtner", by=place.room.office)
    for role in ("web", "worker"):
        for row, sets in (
            (no, "answer = 'given'"),
            (gone, nothing),
            (given, "until = '2099-01-01'"),
            (given, f"child_id = '{other.pk}'"),
            (given, f"recipient_id = '{checked(place).pk}'"),
            (given, f"answered_on = '{ASKED_ON - timedelta(days=400)}'"),
        ):
            assert refused(lead, change(row, sets), role=role), sets
    assert refused(place.room.deputy, *row_of(Consent, given)), "in the name of somebody else"
    assert refused(place.room.teacher, *row_of(Consent, given, recorded_by_id=place.room.teacher.pk))
    assert not refused(lead, *row_of(Consent, given))
    away = "withdrawn_at = now(), withdrawn_on = current_date, withdrawn_how = 'spoken', withdrawn_by_id = rules.me()"
    assert not refused(lead, change(given, away)) and refused(lead, change(no, away))


def test_no_sql_changes_what_the_law_is(place: Place):
    law = LegalReason.objects.get(code="consent")
    for role in ("web", "worker", "destroyer", "backup"):
        assert refused(place.room.lead, change(law, "kind = 'power'"), role=role)
        assert refused(place.room.lead, *row_of(LegalReason, law, code="mine", kind="power"), role=role)


def test_no_sql_says_in_the_name_of_the_school_that_a_law_was_read(place: Place):
    room = place.room
    head = room.headteacher
    read = {"read_in": "The order of this month", "from_day": timezone.localdate()}
    made = confirm_law(school=place.school, token=uuid7(), code="ca2004_16la", by=head, **read)
    assert not refused(head, *row_of(LawConfirmed, made, code="other"))
    for who in (room.teacher, room.office):
        assert refused(who, *row_of(LawConfirmed, made, code="other", made_by_id=who.pk))
    assert refused(head, change(made, "from_day = '2001-01-01'"))
    ends = "ended_at = now(), ended_by_id = rules.me()"
    assert not refused(head, change(made, ends)) and refused(room.teacher, change(made, ends))


def test_no_task_of_the_machine_sends_or_lets_go(place: Place):
    made, gone, draft = packed(place), sent(place), begun(place, reason=None)
    whole = "method = 'email', sent_at = now(), sent_by_id = made_by_id"
    lifted = "lift_of = '{a}', lift_asked_at = now(), lift_asked_by_id = made_by_id, lifted_at = now()"
    tries = [
        change(draft, "status = 'to_send', decision = 'all', decided_at = now(), decided_by_id = made_by_id"),
        change(made, f"status = 'sent', {whole}"),
        change(made, f"{lifted}, lifted_by_id = '{place.room.deputy.pk}'"),
        change(made, "stored = 'ab/cd'"),
        change(gone, "reason_id = NULL"),
    ]
    for task in ["", *sorted(seen_by_tasks())]:
        for statement in tries:
            assert done_by_task(task, statement) == 0, (task, statement)
    for role in ("destroyer", "backup"):
        assert all(refused(place.room.lead, statement, role=role) for statement in tries), role


def done_by_task(task: str, statement: str) -> int:
    """How many rows the worker changes while it does this work."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE worker")
            tell_database(Acting(task=task))
            cursor.execute(statement)
            done = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError:
        return 0
    return int(done)


def test_no_sql_widens_what_a_second_person_let_go_or_puts_another_pack_in_its_place(place: Place):
    lead, deputy = place.room.lead, place.room.deputy
    family(place)
    dan = place.child.contacts.get(contact__forename="Dan").contact
    barred = waiting(place, for_adult=dan)
    asked = ask_to_lift(event=barred, seen=barred.revision, why="An order of today.", asks=asks(lead), by=lead)
    lifted = lift_bar(event=asked, seen=asked.revision, by=deputy)
    assert refused(lead, change(lifted, "lift_of = lift_of || '{more}'"))
    assert refused(deputy, change(lifted, "lift_of = lift_of || '{more}'"))
    anew = "lift_of = '{more}', lifted_at = NULL, lifted_by_id = NULL"
    assert not refused(lead, change(lifted, anew)), "asked anew, it waits for a second person again"
    made = packed(place)
    goes = "status = 'sent', method = 'email', sent_at = now(), sent_by_id = rules.me()"
    assert not refused(lead, change(made, goes))
    assert refused(lead, change(made, f"{goes}, stored = 'ab/cd'"))
    assert refused(lead, change(made, goes.replace("rules.me()", f"'{deputy.pk}'"))), "in the name of somebody else"


# --- names


def pages_of(place: Place, event: SharingEvent) -> str:
    lead = place.room.lead
    made = make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead)
    return everything(content_of(made))


def test_a_name_is_found_in_the_name_of_a_file_and_in_who_it_goes_to(place: Place):
    about = family(place)
    told(place, about["rowan"], facts="Open Miranda_Colefax_2.pdf, MirandaColefax.docx and scan-Miranda.jpg.")
    event = waiting(place, ACCOUNT, person="Sam Okafor, who visits Miranda Colefax")
    there = pages_of(place, event)
    assert "Miranda" not in there and "Sam Okafor" in there


def sister(place: Place, forename: str, surname: str = "Colefax", **facts: Any) -> Child:
    """A sister of the child, by the mother they have in common."""
    kerry = Adult(
        surname="Colefax", forename="Kerry", title="Mrs", relationship="Mother", mobile="07700 900111", home=0
    )
    kerry.responsibility = True
    home = Home(address="12 Mill Lane", town="Saltmarsh", postcode="SM1 4XY")
    about = {"by": place.room.office, "homes": [home], "adults": [kerry], "year_group": 2, "class_name": "2A"}
    return factories.child(place.school, forename, surname, **about | facts)


@pytest.mark.parametrize(
    ("forename", "surname", "written"),
    [
        ("Sinéad", "O’Brien-Lux", "Sine\u0301ad said so. Sinéad O'Brien–Lux came, then O'Brien-Lux."),
        ("Zoë", "D'Arcy", "Zoe\u0308 D’Arcy left. D`Arcy it was."),
        ("شاميخة", "النور", "قالت شاميخة النور إنها سمعت. شاميخة"),
        ("Mo🙂", "Vanterpool", "Mo🙂 Vanterpool was there. Vanterpool again."),
    ],
)
def test_a_name_is_found_however_it_is_written(place: Place, forename: str, surname: str, written: str):
    about = family(place)
    sister(place, forename, surname)
    told(place, about["rowan"], facts=written)
    there = put_together(asks(place.room.lead), waiting(place, ACCOUNT))
    text = " ".join(text for one in there.records for _, text in one.texts)
    assert "[Child" in text
    for part in (forename, surname, "Sine\u0301ad", "Zoe\u0308", "O'Brien", "Arcy"):
        assert part not in text, text


def test_a_former_name_of_a_sister_is_found_and_a_name_that_is_a_word_is_pointed_out(place: Place):
    about = family(place)
    sister(place, "Hope", called=[Called("Wilhelmina", "Quist", "former")])
    told(place, about["rowan"], facts="Hope cried; once she was Wilhelmina Quist. We hope it ends. ask HOPE.")
    there = put_together(asks(place.room.lead), waiting(place, ACCOUNT))
    text = " ".join(text for one in there.records for _, text in one.texts)
    assert "Wilhelmina" not in text and "Quist" not in text and "Hope" not in text and "HOPE" not in text
    assert "We hope it ends" in text and "hope" in there.pointed_out


def test_words_to_take_out_are_found_with_either_apostrophe_and_in_ten_thousand_letters(place: Place):
    about = family(place)
    told(place, about["rowan"], facts=f"{'She said nothing. ' * 500}At Nan’s_house, then at nan's HOUSE. 🙂")
    event = chosen(place, begun(place, recipient=checked(place)), [ACCOUNT])
    given = {"named": [], "named_why": "", "take_out": "Nan's"}
    lead = place.room.lead
    event = say_names(event=event, seen=event.revision, asks=asks(lead), by=lead, **given)
    there = put_together(asks(lead), event)
    text = " ".join(text for one in there.records for _, text in one.texts)
    assert "an’s" not in text and "an's" not in text and text.count("[taken out]") == 2


# --- what stands in the way, whoever makes the pages


def test_an_address_stands_in_the_way_of_who_may_not_see_it(place: Place):
    about = family(place, address_confidential=True)
    for keeper in (place.room.deputy, place.room.lead, place.room.headteacher):
        declare_conflict(user=keeper, child=about["rowan"], kind="relative", by=keeper)
    by = place.alternate
    facts = {"recipient": checked(place), "content": "They live at 12 Mill Lane."}
    event = decided(place, by=by, **facts)
    assert not HouseholdMember.objects.visible_to(by).filter(child=about["rowan"]).exists()
    with pytest.raises(BadInput, match="nobody outside may be told"):
        make_pack(event=event, seen=event.revision, asks=asks(by), by=by)
    with pytest.raises(BadInput, match="nobody outside may be told"):
        record_sent(event=event, token=uuid7(), happened=happened(), by=by)


def test_an_order_stands_in_the_way_of_who_may_not_see_it_and_by_other_spellings(place: Place):
    family(place)
    dan = place.child.contacts.get(contact__forename="Dan").contact
    for keeper in (place.room.deputy, place.room.lead, place.room.headteacher):
        declare_conflict(user=keeper, child=place.child, kind="relative", by=keeper)
    by = place.alternate
    assert not ContactRestriction.objects.visible_to(by).filter(child=place.child).exists()
    recipient = checked(place)
    for other in ({"for_adult": dan}, {"person": "Ashdown, Dan"}, {"person": "DAN ASHDOWN"}):
        event = decided(place, by=by, recipient=recipient, **other)
        with pytest.raises(BadInput, match="binds the adult"):
            make_pack(event=event, seen=event.revision, asks=asks(by), by=by)
    free = decided(place, by=by, recipient=recipient, person="Mrs Kerry Colefax")
    assert make_pack(event=free, seen=free.revision, asks=asks(by), by=by).stored


def test_part_of_a_confidential_address_on_one_line_stands_in_the_way(place: Place):
    home = Home(address="Flat 9, 31 Harrow Close", town="Saltmarsh", postcode="SM9 9ZZ")
    adults = [Adult(surname="Ashdown", forename="Dan")]
    confidential = {"address_confidential": True}
    about = {"by": place.room.office, "homes": [home], "adults": adults, "details": confidential}
    place.child = factories.child(place.school, "Rowan", "Ashdown", **about)
    factories.order(place.child, "None.", by=place.room.lead, binds="Dan")
    for words in ("Seen at 31, Harrow Close.", "It is sm99zz."):
        event = waiting(place, content=words)
        assert put_together(asks(place.room.lead), event).bars, words
    assert not put_together(asks(place.room.lead), waiting(place, content="Near Harrow.")).bars


# --- a concern that names one of two


def test_a_sister_whom_the_concern_does_not_name_gets_a_draft_without_it(place: Place):
    about = family(place)
    concern = told(place, about["rowan"])
    lead = place.room.lead
    begin_share(child=about["rowan"], also=[about["mia"]], concern=concern, token=uuid7(), said=said(place), by=lead)
    made = {one.child: one.concern for one in SharingEvent.objects.select_related("child", "concern")}
    assert made == {about["rowan"]: concern, about["mia"]: None}
    with pytest.raises(BadInput, match="does not name"):
        begin_share(child=about["mia"], concern=concern, token=uuid7(), said=said(place), by=lead)
    with pytest.raises(OutOfTurn):
        hand_over(event=begun(place), token=uuid7(), happened=happened(), asks=asks(lead), by=lead)
