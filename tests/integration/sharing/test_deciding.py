"""Who decides to share, what does a decision need, and what is refused without it?"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from children.models import Child
from children.services.access import declare_conflict
from safeguarding.audit.models import Event
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.agencies import Sent
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.parts import read_parts
from sharing.events.models import SharedItem, SharingEvent
from sharing.events.services.checking import consents_in_force, reasons_offered
from sharing.events.services.choosing import choose_items, name_of, offers
from sharing.events.services.deciding import (
    begin_share,
    decide_share,
    discard_share,
    save_share,
    take_back_share,
)
from sharing.events.services.law import confirm_law
from tests import factories
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import ANSWERS, begun, decided, reason, said, sent

pytestmark = pytest.mark.django_db


def asks(user: Any) -> Any:
    return SimpleNamespace(user=user)


def concern_of(place: Place, **facts: Any) -> Any:
    return factories.concern(place.room, children=[ChildEntry("worried_about", place.child)], **facts)


def test_whose_role_shares_decides_and_nobody_else(place: Place):
    room = place.room
    for by in (room.deputy, room.lead, room.headteacher):
        made = decided(place, by=by)
        assert (made.status, made.decided_by, made.made_by) == ("to_send", by, by)
    for by in (room.teacher, room.office, room.pastoral, place.alternate, place.chair):
        with pytest.raises(NotAllowed, match="Only the"):
            begun(place, by=by)
        with pytest.raises(NotAllowed, match="Only the"):
            decide_share(event=made, seen=made.revision, said=said(place), by=by)
    assert [one.reference for one in SharingEvent.objects.order_by("number")] == [
        f"S-{timezone.localdate().year}-000{number}" for number in (1, 2, 3)
    ]
    verbs = Event.objects.filter(object_type="sharing.sharingevent").values_list("verb", flat=True)
    assert sorted(verbs).count("decide") == 3


def test_the_same_form_again_begins_one_draft(place: Place):
    token = uuid7()
    made = [begun(place, token=token) for _ in range(2)]
    assert made[0] == made[1]
    assert SharingEvent.objects.count() == 1


def test_brothers_and_sisters_get_a_decision_each(place: Place):
    room = place.room
    other = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    factories.link_siblings(one=place.child, other=other, by=room.office)
    token = uuid7()
    for _ in range(2):
        first = begun(place, token=token, also=[other])
    assert first.child == place.child
    assert {one.child for one in SharingEvent.objects.all()} == {place.child, other}
    hidden = factories.child(room.school, "Hazel", "Reed", by=room.office)
    declare_conflict(user=room.lead, child=hidden, kind="relative", by=room.lead)
    with pytest.raises(NotAllowed):
        begun(place, also=[hidden])
    assert SharingEvent.objects.count() == 2, "nothing half saved"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"decision": ""}, "what is decided"),
        ({"reason": None}, "Without one nothing is shared"),
        ({"answers": {}}, "Which enquiry"),
        ({"answers": ANSWERS | {"no_consent": "because"}}, "Why is there no consent"),
        ({"consent_stands": ""}, "with consent"),
        ({"consent_why": " "}, "why there is no consent"),
        ({"content": ""}, "Choose records, or write"),
        ({"decision": "part"}, "left out"),
        ({"necessity": ""}, "why this much"),
        ({"harm": ""}, "harm"),
        ({"person": ""}, "Enter who there"),
        ({"child_told": ""}, "they are told"),
        ({"not_told_why": ""}, "not told"),
        ({"advice": ""}, "advised"),
        ({"advice": "dpo"}, "what was advised"),
        ({"decision": "none"}, "why it is not shared"),
        ({"decision": "none", "because": "other"}, "why it is not shared"),
    ],
)
def test_a_decision_that_lacks_something_is_refused_in_words_and_may_be_saved(
    place: Place, other: dict[str, Any], says: str
):
    event = begun(place)
    with pytest.raises(BadInput, match=says):
        decide_share(event=event, seen=event.revision, said=said(place, **other), by=place.room.lead)
    event.refresh_from_db()
    assert event.status == "draft"
    assert save_share(event=event, seen=event.revision, said=said(place, **other), by=place.room.lead).status == "draft"
    event.refresh_from_db()
    done = decide_share(event=event, seen=event.revision, said=said(place), by=place.room.lead)
    assert done.status == "to_send"


def test_what_is_to_be_confirmed_is_no_reason_and_asks_nobody_whether_it_harms(place: Place):
    today, lead = timezone.localdate(), place.room.lead
    offered = {one.row.code for one in reasons_offered(place.school.pk, today)}
    assert "ca2004_16la" not in offered and "ca1989_47" in offered
    assert "next_school_file" in offered, "a public task stands whatever is still to be confirmed"
    duty = {"reason": reason("ca2004_16la")}
    with pytest.raises(BadInput, match="Without one nothing is shared"):
        decided(place, **duty)
    refusal = {"decision": "none", "because": "detrimental", "because_why": "It would break her trust for good."}
    with pytest.raises(BadInput, match="more harm"):
        decided(place, **duty, **refusal)
    confirm_law(school=place.school, token=uuid7(), code="ca2004_16la", read_in="SI 2026/901", from_day=today, by=lead)
    assert decided(place, **duty).status == "to_send"
    assert decided(place, **duty, **refusal).status == "not_shared"
    court = {"recipient": place.recipient("court")}
    with pytest.raises(BadInput, match="more harm"):
        decided(place, **duty, **refusal, **court)
    with pytest.raises(BadInput, match="more harm"):
        decided(place, **refusal)


def test_a_refusal_has_its_own_reason_and_needs_no_law(place: Place):
    said_so = {"decision": "none", "because": "unverified", "because_why": "Nobody rang back."}
    made = decided(place, reason=None, answers={}, **said_so)
    assert (made.status, made.because, made.reason) == ("not_shared", "unverified", None)
    with pytest.raises(OutOfTurn):
        decide_share(event=made, seen=made.revision, said=said(place), by=place.room.lead)


def test_of_a_request_of_the_police_nothing_goes_before_the_officer_was_called_back(place: Place):
    police = {"recipient": place.recipient("police"), "reason": reason("police")}
    with pytest.raises(BadInput, match="Nothing is shared until this was done"):
        decided(place, **police, answers=ANSWERS | {"call_back": ""})
    part = decided(place, **police, decision="part", left_out="The names of others.")
    assert (part.status, part.decision, part.answers["officer"]) == ("to_send", "part", "DC Rowe, 4411")


def test_on_consent_only_what_was_agreed_for_this_recipient_goes(place: Place):
    given = place.consent(until=timezone.localdate() + timedelta(days=30))
    nurse, on_consent = given.recipient, {"reason": reason("consent"), "consent_stands": "given", "answers": {}}
    assert consents_in_force(place.child.pk, nurse, timezone.localdate()) == [given]
    for lacks in (
        {"recipient": nurse},
        {"recipient": nurse, "consent": place.consent(recipient=place.recipient("nhs"))},
        {"recipient": place.recipient("dfe"), "consent": given},
        {"recipient": nurse, "consent": place.consent(answer="refused", adult=None, by_whom="Jo", known_by="An order")},
        {"recipient": nurse, "consent": given, "consent_stands": "refused"},
    ):
        with pytest.raises(BadInput, match="consent"):
            decided(place, **{**on_consent, **lacks})
    made = decided(place, **on_consent, recipient=nurse, consent=given)
    assert (made.status, made.consent) == ("to_send", given)
    # A parent who refuses does not stop what a law requires.
    assert decided(place, consent_stands="refused", consent_why="Kerry said no.").status == "to_send"


def test_what_somebody_else_changed_is_not_written_over(place: Place):
    event = begun(place)
    save_share(event=event, seen=0, said=said(place, purpose="Another one"), by=place.room.deputy)
    for act in (save_share, decide_share):
        with pytest.raises(ChangedSince):
            act(event=event, seen=0, said=said(place), by=place.room.lead)
    with pytest.raises(ChangedSince):
        discard_share(event=event, seen=0, by=place.room.lead)
    assert discard_share(event=event, seen=1, by=place.room.lead).status == "discarded"
    waits = decided(place)
    taken = take_back_share(event=waits, seen=waits.revision, by=place.room.deputy)
    assert (taken.status, taken.decided_at) == ("draft", None)


def test_records_are_chosen_as_they_stand_and_taken_out_again(place: Place):
    concern_of(place, facts="She had a bruise on her arm.")
    room, event = place.room, begun(place, content="")
    there = {one.record.label: one for offer in offers(asks(room.lead), event) for one in offer.blocks}
    account, card = there["concerns.account"], there["children.child"]
    with pytest.raises(BadInput, match="changed or gone"):
        choose_items(event=event, seen=0, chosen=["concerns.account:x"], asks=asks(room.lead), by=room.lead)
    chosen = [name_of(account), name_of(card)]
    event = choose_items(event=event, seen=0, chosen=chosen, asks=asks(room.lead), by=room.lead)
    assert event.concerns == [account.right.key]
    item = SharedItem.objects.get(record_type="concerns.account")
    assert "She had a bruise on her arm." in [one.text for one in item.texts]
    assert len(item.digest) == 64
    event = choose_items(event=event, seen=event.revision, chosen=[name_of(card)], asks=asks(room.lead), by=room.lead)
    item.refresh_from_db()
    assert (item.taken_out_by, event.concerns) == (room.lead, [])
    done = decide_share(event=event, seen=event.revision, said=said(place, content=""), by=room.lead)
    with pytest.raises(OutOfTurn):
        choose_items(event=done, seen=done.revision, chosen=[], asks=asks(room.lead), by=room.lead)


def test_a_restricted_concern_shuts_the_decision_and_a_hidden_one_hides_it(place: Place):
    room = place.room
    concern = concern_of(place)
    event = sent(place, concern=concern)

    def sees() -> dict[str, bool]:
        return {
            name: all(
                rows.visible_to(getattr(room, name)).exists()
                for rows in (SharingEvent.objects.filter(pk=event.pk), event.steps.all())
            )
            for name in ("deputy", "lead", "headteacher", "teacher")
        }

    assert sees() == {"deputy": True, "lead": True, "headteacher": True, "teacher": False}
    restrict_concern(concern=concern, by=room.lead)
    assert sees() == {"deputy": False, "lead": True, "headteacher": True, "teacher": False}
    assert not [one for one in read_parts(asks(room.deputy), [place.child.pk]) if one.record.key == event.pk]
    assert [one for one in read_parts(asks(room.lead), [place.child.pk]) if one.record.key == event.pk]
    declare_conflict(user=room.headteacher, child=place.child, kind="relative", by=room.headteacher)
    assert sees() == {"deputy": False, "lead": True, "headteacher": False, "teacher": False}


def test_who_stands_in_shares_where_nobody_else_may_see_the_child(place: Place):
    room = place.room
    with pytest.raises(NotAllowed):
        decided(place, by=place.alternate)
    for keeper in (room.deputy, room.lead, room.headteacher):
        declare_conflict(user=keeper, child=place.child, kind="relative", by=keeper)
    assert decided(place, by=place.alternate).decided_by == place.alternate
    for by in (room.lead, place.chair):
        with pytest.raises(NotAllowed):
            decided(place, by=by)


def test_of_a_referral_there_is_one_decision_for_each_child(place: Place):
    room, now = place.room, timezone.now()
    concern = concern_of(place)
    when = {"sent_at": now, "answer_by": timezone.localdate() + timedelta(days=1)}
    referral = agencies.refer(
        concern=concern,
        token=uuid7(),
        sent=Sent(agency="social_care", method="telephone", told="All of it.", spoken_to="Sam Okafor", **when),
        by=room.lead,
    )
    made = begun(place, referral=referral)
    assert (made.concern, made.concerns) == (concern, [concern.pk])
    with pytest.raises(OutOfTurn, match="already"):
        begun(place, referral=referral)
    discard_share(event=made, seen=0, by=room.lead)
    assert begun(place, referral=referral).status == "draft"
    stranger: Child = factories.child(room.school, "Hazel", "Reed", by=room.office)
    with pytest.raises(BadInput, match="does not name"):
        begin_share(child=stranger, token=uuid7(), said=said(place), referral=referral, by=room.lead)


def test_a_decision_is_told_beyond_its_page_and_a_draft_is_not(place: Place):
    draft, made = begun(place), sent(place)
    blocks = {one.record.key: one for one in read_parts(asks(place.room.lead), [place.child.pk])}
    assert draft.pk not in blocks
    texts = {text.label: text.text for text in blocks[made.pk].texts}
    assert texts["Decision"] == "Share all of it"
    assert texts["Which enquiry or assessment, and who leads it?"] == ANSWERS["enquiry"]
    assert texts["Why is there no consent?"] == "Asking for it would prejudice the protection of the child"
    assert "Children Act 1989" in texts["Legal reason"]
