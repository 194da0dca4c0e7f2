"""Do the pages of decisions, of calls and of the register do what they say, and who opens them?"""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.agencies import Sent
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.references import address_of_reference
from sharing.events.models import SharedItem, SharingEvent
from sharing.events.services.calling import record_call
from sharing.events.services.receiving import chase_share
from tests import factories
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import ANSWERS, begun, checked, decided, happened, sent
from tests.integration.sharing.test_following import call, on_consent
from tests.integration.sharing.test_pages import answers, day, signed_in
from tests.signed_in import give_factor

pytestmark = pytest.mark.django_db
_BRUISE = "At register she held her arm and I saw a bruise as long as a finger on the inside of it, below the elbow."


def typed_first(place: Place, **other: Any) -> dict[str, Any]:
    given = {
        "token": str(uuid7()),
        "recipient": place.recipient("social_care").choice,
        "asked": "request",
        "purpose": "The enquiry about the bruise.",
        "reason": "ca1989_47",
    }
    return given | other


def typed(event: SharingEvent, **other: Any) -> dict[str, Any]:
    """The form of a decision, filled in by hand."""
    given = {
        "seen": event.revision,
        "send": "decide",
        "recipient": event.recipient.choice,
        "person": "Sam Okafor, social worker",
        "asked": "request",
        "purpose": "The enquiry about the bruise.",
        "reason": "ca1989_47",
        "answer_enquiry": ANSWERS["enquiry"],
        "answer_no_consent": "prejudice",
        "consent_stands": "not_asked",
        "consent_why": "It would warn who hurt her.",
        "content": "Attendance since September.",
        "necessity": "They decide today.",
        "harm": "She may be hurt again.",
        "child_told": "before",
        "parents_told": "after",
        "advice": "none",
        "decision": "all",
    }
    return given | other


def step(deed: str, **other: Any) -> dict[str, Any]:
    now = timezone.localtime()
    given = {"deed": deed, "token": str(uuid7()), "time": now.strftime("%H%M"), "method": "email"}
    return given | day("day", now.date()) | other


def test_a_decision_is_begun_written_decided_sent_and_received(place: Place):
    checked(place)
    lead = signed_in(place.room.lead)
    begin = reverse("begin_share", args=[place.child.pk])
    bad = lead.post(begin, typed_first(place, purpose=""))
    assert (bad.status_code, "Write what it is for" in bad.content.decode()) == (422, True)
    body = typed_first(place)
    for _ in range(2):
        assert lead.post(begin, body).status_code == 302
    event = SharingEvent.objects.get()
    page, form = (reverse(name, args=[event.pk]) for name in ("share", "decide_share"))
    shown = lead.get(form).content.decode()
    assert "Which enquiry or assessment, and who leads it?" in shown, "the questions of the law are asked"
    assert "Name, rank and number of the officer" not in shown
    bad = lead.post(form, typed(event, answer_enquiry="", harm=""))
    assert bad.status_code == 422
    for sentence in ("Answer “Which enquiry", "Write which harm was considered"):
        assert sentence in bad.content.decode()
    assert "They decide today." in bad.content.decode(), "what was typed is kept"
    other = lead.post(form, typed(event, reason="police", send="save"))
    assert other.status_code == 302
    assert "Name, rank and number of the officer" in lead.get(form).content.decode()
    event.refresh_from_db()
    assert lead.post(form, typed(event)).status_code == 302
    event.refresh_from_db()
    assert (event.status, event.answers["enquiry"]) == ("to_send", ANSWERS["enquiry"])
    assert lead.get(form).status_code == 302, "what was decided is not written any more"
    assert lead.post(form, typed(event)).status_code == 409
    assert lead.post(page, step("send", method="", seen=event.revision)).status_code == 422
    sending = step("send", seen=event.revision)
    for _ in range(2):
        assert lead.post(page, sending).status_code == 302
    assert lead.post(page, {"deed": "discard", "seen": 9}).status_code == 409
    assert lead.post(page, {"deed": "nothing"}).status_code == 422
    assert lead.post(page, step("receive", person="Sam Okafor")).status_code == 302
    event.refresh_from_db()
    assert event.status == "received"
    read = lead.get(page).content.decode()
    for words in ("Received", "Attendance since September.", "Sam Okafor, social worker", ANSWERS["enquiry"]):
        assert words in read
    again = day("follow_up_on", timezone.localdate() + timedelta(days=3))
    wrong = step("ask_back", text="The wrong team.") | again
    assert lead.post(page, wrong).status_code == 302
    assert lead.post(page, step("answer", person="Sam Okafor", text="Deleted.")).status_code == 302
    assert "Deleted." in lead.get(page).content.decode()


def test_records_are_ticked_by_hand(place: Place):
    factories.concern(place.room, children=[ChildEntry("worried_about", place.child)], facts=_BRUISE)
    lead, event = signed_in(place.room.lead), begun(place)
    page = reverse("share_items", args=[event.pk])
    shown = lead.get(page)
    assert _BRUISE in shown.content.decode()
    assert not shown.context["offered"][0][2] and "checked>" not in shown.content.decode()
    [account] = [
        row.name
        for _, rows, _ in shown.context["offered"]
        for row in rows
        if row.block.record.label == "concerns.account"
    ]
    assert lead.post(page, {"seen": "x", "item": [account]}).status_code == 422
    assert lead.post(page, {"seen": 0, "item": ["concerns.account:1"]}).status_code in (400, 422)
    assert lead.post(page, {"seen": 0, "item": [account]}).status_code == 302
    assert _BRUISE in [one.text for one in SharedItem.objects.get().texts]
    assert "checked>" in lead.get(page).content.decode()


def test_not_to_share_is_a_decision_with_its_own_reason(place: Place):
    lead, event = signed_in(place.room.lead), begun(place)
    form = reverse("decide_share", args=[event.pk])
    refusal = typed(event, decision="none", reason="")
    bad = lead.post(form, refusal)
    assert (bad.status_code, "Choose why it is not shared" in bad.content.decode()) == (422, True)
    assert "Sharing would do the child more harm" not in bad.content.decode()
    whole = refusal | {"because": "no_law", "because_why": "A neighbour asked."}
    assert lead.post(form, whole).status_code == 302
    read = lead.get(reverse("share", args=[event.pk])).content.decode()
    assert "A neighbour asked." in read and "Not shared" in read


def test_a_call_is_recorded_with_the_reason_of_the_last_time(place: Place):
    sent(place)
    deputy, page = signed_in(place.room.deputy), reverse("call_outside", args=[place.child.pk])
    shown = deputy.get(page)
    form = shown.context["form"]
    assert (form.initial["recipient"], form.initial["reason"]) == ("social_care", "ca1989_47")
    offered = {code for code, _ in form.fields["reason"].choices}
    assert offered and offered.isdisjoint({"consent", "court_order", "ca2004_16la"})
    assert deputy.get(f"{page}?with=police").context["form"].initial["reason"] == ""
    body = {
        "token": str(uuid7()),
        "recipient": "social_care",
        "person": "Sam Okafor",
        "content": "She was in school.",
        "purpose": "The enquiry",
        "reason": "ca1989_47",
        "time": timezone.localtime().strftime("%H%M"),
        **day("day", timezone.localdate()),
    }
    bad = deputy.post(page, body | {"content": ""})
    assert (bad.status_code, "Write what was said" in bad.content.decode()) == (422, True)
    police = deputy.post(page, body | {"recipient": "police", "reason": "police"})
    assert (police.status_code, "before this was done" in police.content.decode()) == (422, True)
    for _ in range(2):
        assert deputy.post(page, body).status_code == 302
    made = SharingEvent.objects.get(is_call=True)
    assert "She was in school." in deputy.get(reverse("share", args=[made.pk])).content.decode()


def test_a_withdrawal_stops_what_names_a_hidden_concern_and_says_nothing_of_it(place: Place):
    room = place.room
    other = factories.child(room.school, "Theo", "Brandt", by=room.office)
    children = [ChildEntry("worried_about", place.child), ChildEntry("witness", other)]
    concern = factories.concern(room, children=children)
    plain, waits = on_consent(place), on_consent(place, concern=concern)
    declare_conflict(user=room.deputy, child=other, kind="relative", by=room.deputy)
    deputy, page = signed_in(room.deputy), reverse("sharing_consent", args=[waits.consent_id])
    assert deputy.get(reverse("share", args=[waits.pk])).status_code == 404
    assert waits.reference not in deputy.get(page).content.decode()
    said = day("withdrawn_on", timezone.localdate()) | {"withdrawn_how": "spoken", "withdrawn_said": "She rang."}
    assert deputy.post(page, said).status_code == 302
    waits.refresh_from_db()
    plain.refresh_from_db()
    assert (waits.status, plain.status) == ("draft", "to_send"), "each rests on a consent of its own"
    waits.consent.refresh_from_db()
    assert waits.consent.stopped == 0 and "1 thing" not in deputy.get(page).content.decode()
    assert deputy.get(reverse("share", args=[waits.pk])).status_code == 404


def test_who_opens_the_pages(place: Place):
    event, room = begun(place), place.room
    waits = decided(place)
    child = [place.child.pk]
    pages = [
        reverse("begin_share", args=child),
        reverse("call_outside", args=child),
        reverse("share", args=[waits.pk]),
        reverse("decide_share", args=[event.pk]),
        reverse("share_items", args=[event.pk]),
    ]
    lists = [reverse("sharing"), reverse("sharing_csv")]
    asked = {"deputy": 200, "lead": 200, "headteacher": 200, "teacher": 403, "office": 403, "pastoral": 403}
    for name, status in asked.items():
        assert answers(getattr(room, name), [*pages, *lists]) == [status] * 7, name
    assert answers(place.alternate, [*pages, *lists]) == [404] * 5 + [403] * 2
    for keeper in (room.deputy, room.lead, room.headteacher):
        declare_conflict(user=keeper, child=place.child, kind="relative", by=keeper)
    assert answers(room.lead, pages) == [404] * 5
    assert answers(place.alternate, [*pages, *lists]) == [200] * 7
    assert place.child.full_name not in signed_in(room.lead).get(lists[0]).content.decode()


def test_a_restricted_concern_shows_no_trace_of_what_was_shared_of_it(place: Place):
    room = place.room
    concern = factories.concern(room, children=[ChildEntry("worried_about", place.child)])
    event = sent(place, concern=concern)
    restrict_concern(concern=concern, by=room.lead)
    seen = {"deputy": False, "lead": True}
    for name, sees in seen.items():
        client = signed_in(getattr(room, name))
        assert (client.get(reverse("share", args=[event.pk])).status_code == 200) is sees
        for page in (
            reverse("sharing"),
            reverse("sharing_csv"),
            reverse("child_sharing", args=[place.child.pk]),
            reverse("child_chronology", args=[place.child.pk]),
        ):
            assert (event.reference in client.get(page).content.decode()) is sees, (name, page)


def test_the_register_is_narrowed_and_taken_out(place: Place):
    lead, page = signed_in(place.room.lead), reverse("sharing")
    assert "Nothing was shared yet" in lead.get(page).content.decode()
    gone, waits = sent(place), decided(place, recipient=place.recipient("police"))

    def shown(**asked: Any) -> set[str]:
        text = lead.get(page, asked).content.decode()
        return {one.reference for one in (gone, waits) if one.reference in text}

    both = {gone.reference, waits.reference}
    assert shown() == shown(state="nonsense", kind="x", year="abc", number="x") == both
    assert shown(state="waits") == shown(state="to_send") == shown(kind="police") == {waits.reference}
    assert shown(number=gone.reference.lower()) == {gone.reference}
    assert shown(year="2001") == both, "a year that is none of the choices narrows nothing"
    assert "No decision fits" in lead.get(page, {"state": "discarded"}).content.decode()
    file = lead.get(reverse("sharing_csv"), {"kind": "police"}).content.decode()
    assert waits.reference in file and gone.reference not in file
    assert "Attendance" not in file and "They decide today" not in file, "no words"
    give_factor(place.room.lead)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=True):
        assert lead.get(page).status_code == 200
        assert lead.get(reverse("sharing_csv")).url.startswith("/account/again/?next=")


def test_a_referral_without_a_decision_is_listed_and_fills_one_in(place: Place):
    room = place.room
    concern = factories.concern(room, children=[ChildEntry("worried_about", place.child)])
    when = {"sent_at": timezone.now(), "answer_by": timezone.localdate() + timedelta(days=1)}
    referral = agencies.refer(
        concern=concern,
        token=uuid7(),
        sent=Sent(agency="social_care", method="form", told="All of it.", spoken_to="Sam Okafor", **when),
        by=room.lead,
    )
    lead = signed_in(room.lead)
    link = f"{reverse('begin_share', args=[place.child.pk])}?referral={referral.pk}"
    assert concern.reference in lead.get(reverse("sharing")).content.decode()
    assert link in lead.get(reverse("referral", args=[referral.pk])).content.decode()
    assert (
        reverse("begin_share", args=[place.child.pk])
        in lead.get(reverse("concern", args=[concern.pk])).content.decode()
    )
    form = lead.get(link).context["form"]
    said = {name: form.initial[name] for name in ("recipient", "person", "purpose", "asked")}
    assert said == {"recipient": "social_care", "person": "Sam Okafor", "purpose": "All of it.", "asked": "own"}
    assert lead.post(link, typed_first(place, referral=str(referral.pk))).status_code == 302
    event = SharingEvent.objects.get()
    assert (event.referral, event.concern) == (referral, concern)
    assert event.reference in lead.get(reverse("referral", args=[referral.pk])).content.decode()
    assert concern.reference not in lead.get(reverse("sharing")).content.decode()
    lead.post(reverse("decide_share", args=[event.pk]), typed(event))
    sending = lead.get(reverse("share", args=[event.pk])).context["deeds"]["send"]["form"]
    assert (sending.initial["method"], sending.initial["person"]) == ("email", "Sam Okafor")
    assert sending.initial["day"] == timezone.localdate(referral.sent_at)
    # Somebody else's concern fills in nothing.
    other = factories.child(room.school, "Hazel", "Reed", by=room.office)
    foreign = f"{reverse('begin_share', args=[other.pk])}?referral={referral.pk}"
    assert "purpose" not in lead.get(foreign).context["form"].initial


def test_what_waits_stands_beside_today(place: Place, rf: Any):
    lead = signed_in(place.room.lead)
    yesterday = timezone.localdate() - timedelta(days=1)
    late = begun(place, due_on=yesterday)
    waits = decided(place, recipient=place.recipient("police"))
    gone = sent(place)
    chase_share(event=gone, token=uuid7(), happened=happened(), follow_up_on=timezone.localdate(), by=place.room.lead)
    today = lead.get(reverse("today")).content.decode()
    for one in (late, waits, gone):
        assert one.reference in today
    for says in ("1 day late", "To be sent", "Not confirmed"):
        assert says in today


def test_a_consent_that_is_withdrawn_says_so_on_what_waited(place: Place):
    waits = on_consent(place)
    lead = signed_in(place.room.lead)
    page = reverse("sharing_consent", args=[waits.consent_id])
    assert waits.reference in lead.get(page).content.decode()
    whole = day("withdrawn_on", timezone.localdate()) | {"withdrawn_how": "spoken", "withdrawn_said": "She rang."}
    assert lead.post(page, whole).status_code == 302
    assert "1 thing that waited to be sent" in lead.get(page).content.decode()
    read = lead.get(reverse("share", args=[waits.pk])).content.decode()
    assert "The consent that it rested on is not in force" in read and "Record that it was sent" not in read


def test_the_chronology_tells_what_went_and_what_did_not(place: Place):
    gone, lead = sent(place), signed_in(place.room.lead)
    made = record_call(child=place.child, token=uuid7(), said=call(place), by=place.room.lead)
    no = decided(place, decision="none", because="not_needed", because_why="They have it.")
    begun(place)
    text = lead.get(reverse("child_chronology", args=[place.child.pk])).content.decode()
    for one in (gone, made, no):
        assert one.reference in text
    for says in ("Shared: Children’s social care", "Told by telephone: Children’s social care", "Not shared"):
        assert says in text
    assert text.count("S-20") == 3


def test_a_number_that_somebody_quotes_leads_to_its_page(place: Place, rf: Any):
    event = begun(place)
    asks = rf.get("/")
    for user, address in ((place.room.lead, reverse("share", args=[event.pk])), (place.room.teacher, "")):
        asks.user = user
        assert address_of_reference(asks, event.reference) == address


def test_lists_ask_as_many_queries_of_ten_as_of_one(place: Place, django_assert_max_num_queries: Any):
    event = sent(place)
    lead = signed_in(place.room.lead)
    pages = {
        reverse("sharing"): 12,
        reverse("child_sharing", args=[place.child.pk]): 40,
        reverse("share", args=[event.pk]): 40,
        reverse("child_chronology", args=[place.child.pk]): 40,
    }
    counted = {}
    for page, most in pages.items():
        lead.get(page)
        with django_assert_max_num_queries(most) as one:
            lead.get(page)
        counted[page] = len(one)
    for _ in range(9):
        sent(place)
    for page, most in pages.items():
        lead.get(page)
        with django_assert_max_num_queries(most) as many:
            lead.get(page)
        assert len(many) == counted[page], page
