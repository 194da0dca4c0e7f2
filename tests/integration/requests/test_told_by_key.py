"""Does what is about somebody by key go or stay with them, and is it searched for nobody else?"""

from typing import Any

import pytest

from children.facts import Adult
from children.models import Child, Contact
from children.services import keeping
from safeguarding.audit.context import system_task
from safeguarding.keys import uuid7
from safeguarding.parts import Kind
from sharing.requests import redacting
from sharing.requests.models import Redaction, RequestItem, RequestPerson, RightsRequest
from sharing.requests.services import adding, documents, finding
from sharing.requests.services.copying import Known, told
from tests import factories
from tests.integration.requests.answers import ANSWERS, School, decide_person, gathered, law, now, school

pytestmark = pytest.mark.django_db
MOBILE, EMAIL = "07700 900112", "dan@example.org"


@pytest.fixture
def at() -> School:
    return school()


@pytest.fixture
def case(at: School) -> RightsRequest:
    """Rowan’s brother Dan is called as their father is, who has a telephone; an uncle has his name too."""
    office = at.cast.office
    dan = Adult("Ashdown", "Dan", relationship="Father", mobile=MOBILE, email=EMAIL, responsibility=True)
    uncle = Adult("Ashdown", "Dan", relationship="Uncle", telephone="01632 960111", order=2)
    dana = Adult("Ashdown", "Dana", relationship="Mother", order=3)
    rowan = factories.child(at.cast.school, "Rowan", "Ashdown", by=office, adults=[dan, uncle, dana])
    brother = factories.child(at.cast.school, "Dan", "Ashdown", year_group=2, by=office)
    keeping.link_siblings(one=rowan, other=brother, relationship="Brother", told=factories.told(), by=office)
    return gathered(at, rowan)


def father() -> Contact:
    return Contact.objects.get(mobile=MOBILE)


def person(case: RightsRequest, row: Child | Contact) -> RequestPerson:
    return RequestPerson.objects.get(case=case, key=row.pk)


def items(case: RightsRequest, source: str, key: Any = None) -> list[RequestItem]:
    rows = RequestItem.objects.filter(case=case, source=source).order_by("number")
    return list(rows.filter(source_key=key) if key else rows)


def out(at: School, who: RequestPerson, deed: str = Redaction.Deed.OUT) -> None:
    decide_person(
        who, by=at.lead, deed=deed, token=uuid7(), exemption=law(), answers=ANSWERS, why="Not theirs to give."
    )


def said(item: RequestItem) -> str:
    runs = documents.released(item, lambda pseudonym: pseudonym).blocks
    return " ".join(run.text for block in runs for run in block.runs if not run.is_cut)


def test_his_telephone_and_e_mail_go_with_him_and_stay_with_him(at: School, case: RightsRequest) -> None:
    [own] = items(case, "children.contact", father().pk)
    assert all(one in said(own) for one in (MOBILE, EMAIL, "Dan", "Ashdown"))
    out(at, person(case, father()))
    assert MOBILE not in said(own) and EMAIL not in said(own) and "Ashdown" not in said(own)
    for link in items(case, "children.parentalresponsibility"):
        assert "Dan Ashdown" not in said(link)


def test_a_text_that_is_his_is_marked_for_nobody_else(at: School, case: RightsRequest) -> None:
    own, uncle = person(case, father()), person(case, Contact.objects.get(telephone="01632 960111"))
    brother = person(case, Child.objects.get(forename="Dan"))
    assert own.pk != uncle.pk, "two adults of the record who share a name are two"
    [item] = items(case, "children.contact", father().pk)
    assert {one.person for one in documents.found_in(item)} == {str(own.pk)}
    [sibling] = items(case, "children.sibling")
    assert {one.person for one in documents.found_in(sibling)} >= {str(brother.pk)}
    [child] = items(case, "children.child")
    assert documents.found_in(child) == [], "the child’s own names are the child’s"


def test_days_name_nobody(at: School, case: RightsRequest) -> None:
    may = factories.child(at.cast.school, "May", "Reed", by=at.cast.office)
    adding.add_item(case, title="Letter", blocks=[{"label": "Letter", "text": "May Reed came."}], by=at.lead)
    assert adding.settle(case.pk)
    found = person(case, may)
    for item in RequestItem.objects.filter(case=case):
        days = {block.key for block in documents.document_of(item).blocks if block.kind == Kind.DAY}
        assert not any(one.person == str(found.pk) and one.block in days for one in documents.found_in(item))


def test_a_name_that_was_taken_out_of_a_list_is_no_passage_but_what_was_typed_is(
    at: School, case: RightsRequest
) -> None:
    out(at, person(case, father()))
    [item] = items(case, "children.contact", father().pk)
    document, marks = documents.document_of(item), documents.marks_of(item)
    passages = redacting.withheld(document, marks)
    assert MOBILE in passages and "Ashdown" not in passages


def test_a_copy_laid_before_counts_as_typed_and_is_no_new_one(at: School, case: RightsRequest) -> None:
    with system_task("requests"):
        assert not any(Known(case).is_new(block) for block in told(case))
    for item in RequestItem.objects.filter(case=case):
        for block in item.content.get("blocks", ()):
            block.pop("kind", None)
            block.pop("of", None)
        item.save(update_fields=["content"])
    with system_task("requests"):
        assert not any(Known(case).is_new(block) for block in told(case))
        finding.mark(now(case))
    assert finding.find(case.pk)
    [own] = items(case, "children.contact", father().pk)
    out(at, person(case, father()))
    assert MOBILE in said(own) and "Ashdown" in said(own), "a telephone without a key is found as nobody’s"
