"""Do words that were withheld stop an answer only where somebody typed them, and they stand on in another item?"""

from typing import Any

import pytest

from children.facts import Adult
from children.models import Contact
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import Redaction, RequestItem, RightsRequest
from sharing.requests.services import approving, building, composing, deciding, gathering, standing_again
from tests import factories
from tests.integration.requests.answers import (
    ANSWERS,
    School,
    decided,
    family,
    gathered,
    give,
    law,
    looked,
    note,
    now,
    prepared,
    school,
)
from tests.printers import Program, asked

pytestmark = pytest.mark.django_db
SENTENCE = "The neighbour keeps a grey parrot that repeats everything."
MOBILE = "07700 900112"


@pytest.fixture
def at() -> School:
    return school()


@pytest.fixture
def case(at: School) -> RightsRequest:
    """Rowan Sol Ashdown has an uncle Sol."""
    uncle = Adult("Ashdown", "Sol", title="Mr", relationship="Uncle", mobile=MOBILE, organisation="Testham Boats")
    rowan, _ = family(at, adults=[uncle], details={"middle_names": "Sol"})
    return gathered(at, rowan)


def withheld_contact(at: School, case: RightsRequest) -> None:
    item = RequestItem.objects.get(
        case=case, source="children.contact", source_key=Contact.objects.get(mobile=MOBILE).pk
    )
    give(item, by=at.lead, decided="withheld")


def two_notes(at: School, case: RightsRequest) -> tuple[RequestItem, RequestItem]:
    """One that is withheld, and another in which its sentence stands."""
    one = note(case, "From the paper file", SENTENCE, by=at.cast.office)
    other = note(case, "Of the meeting", f"He came late. {SENTENCE}", by=at.cast.office)
    assert gathering.settle(case.pk)
    give(one, by=at.lead, decided="withheld")
    return RequestItem.objects.get(pk=one.pk), RequestItem.objects.get(pk=other.pk)


def marked(at: School, item: RequestItem, deed: str) -> None:
    block = next(one for one in item.content["blocks"] if SENTENCE in one["text"])
    start = block["text"].index(SENTENCE)
    place = {"block": block["key"], "start": start, "end": start + len(SENTENCE)}
    why: dict[str, Any] = {"why": "He said it himself, in class."}
    if deed != Redaction.Deed.KEEP:
        why |= {"exemption": law(), "answers": ANSWERS}
    deciding.redact(item, by=at.lead, deed=deed, token=uuid7(), **place, **why)


def test_staff_are_kept_and_one_contact_is_withheld(at: School, case: RightsRequest, printer: Program) -> None:
    """The middle name of the child stands, though the uncle who is called so was taken out."""
    withheld_contact(at, case)
    case = prepared(at, decided(at, case))
    looked(at, case)
    case = approving.approve(case, by=at.officer)
    with asked(printer):
        bundle = building.ask(case, by=at.officer, kind="answer")
        assert building.run(bundle.pk)
    bundle.refresh_from_db()
    assert (bundle.building, bundle.finds) == ("built", [])
    composed = composing.compose(bundle)
    assert "Sol" in {text for item in composed.items for text in item.texts()}


@pytest.mark.parametrize("deed", [Redaction.Deed.KEEP, Redaction.Deed.OUT])
def test_a_typed_sentence_elsewhere_is_one_find_until_somebody_says(at: School, case: RightsRequest, deed: str) -> None:
    withheld_contact(at, case)
    one, other = two_notes(at, case)
    case = decided(at, now(case))
    [find] = standing_again.standing_again(case, at.lead)
    assert (find.out_of, find.item, find.words) == (one.number, other.number, SENTENCE)
    with pytest.raises(OutOfTurn, match=f"Item {other.number}: “The neighbour"):
        prepared(at, case)
    marked(at, other, deed)
    give(RequestItem.objects.get(pk=other.pk), by=at.lead)
    assert standing_again.standing_again(now(case), at.lead) == []
    assert approving.prepare(now(case), by=at.lead).status == "prepared"


def test_it_is_quoted_to_nobody_who_reads_one_item_alone(at: School, case: RightsRequest) -> None:
    one, _ = two_notes(at, case)
    case = decided(at, now(case))
    assert standing_again.standing_again(case, at.officer) == []
    RequestItem._base_manager.filter(pk=one.pk).update(reviewer=factories.member(at.cast.school, "lead", "Ana", "Vale"))
    assert standing_again.standing_again(now(case), at.lead) == []
    assert not any(SENTENCE in sentence for sentence in approving.preparing_problems(now(case), at.lead))


def test_days_lists_and_who_is_kept_are_no_words_of_what_was_withheld(at: School, case: RightsRequest) -> None:
    other = note(case, "Of the register", f"Mr {at.lead.full_name} rang him.", by=at.cast.office)
    assert gathering.settle(case.pk)
    give(other, by=at.lead, decided="withheld")
    for item in RequestItem.objects.filter(case=case, source__in=("children.child", "children.enrolment")):
        give(item, by=at.lead, decided="withheld")
    case = decided(at, now(case))
    assert standing_again.standing_again(case, at.lead) == []
    assert prepared(at, case).status == "prepared"
