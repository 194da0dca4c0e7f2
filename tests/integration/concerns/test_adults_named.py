"""Which adults of the children's records a concern names: who says it, who sees it, and what a pattern finds."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from children.facts import Adult
from children.models import Contact
from children.services.access import declare_conflict, grant_child
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import may_view
from safeguarding.concerns import patterns
from safeguarding.concerns.models import ConcernAdult, PatternRuling
from safeguarding.concerns.services import deciding, naming_adults
from safeguarding.concerns.services import patterns as rules
from safeguarding.concerns.services.naming import ChildEntry, name_children
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.chronicled import about
from tests.integration.concerns.decided import close
from tests.integration.concerns.leads_page import decided, opened
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
LAST_DAY = SCHOOL_DAY.date() + timedelta(days=30)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


@pytest.fixture
def rowan(cast):
    mother = Adult(surname="O’Dowd-Ashdown", forename="Kate", relationship="Mother", mobile="07700 900111")
    uncle = Adult(surname="Ashdown", forename="Darren", relationship="Uncle", mobile="07700 900112")
    return factories.child(cast.school, "Rowan", "Ashdown", by=cast.office, adults=[mother, uncle])


@pytest.fixture
def skye(cast):
    father = Adult(surname="Hart", forename="Lee", relationship="Father", mobile="07700 900113")
    return factories.child(cast.school, "Skye", "Hart", by=cast.office, adults=[father])


def adult(forename):
    return Contact.objects.get(forename=forename)


def named_in(concern):
    return [one.adult.forename for one in ConcernAdult.objects.filter(concern=concern, taken_back_at=None)]


def test_a_lead_names_an_adult_of_the_childs_record_and_takes_it_back_with_a_reason(cast, rowan):
    concern = about(cast, rowan)
    kate = naming_adults.name_adult(concern=concern, adult=adult("Kate"), by=cast.lead)
    assert naming_adults.name_adult(concern=concern, adult=adult("Kate"), by=cast.deputy) == kate
    assert named_in(concern) == ["Kate"]
    with pytest.raises(BadInput, match="Say why"):
        naming_adults.take_adult_back(named=kate, reason=" ", by=cast.lead)
    for _ in range(2):
        naming_adults.take_adult_back(named=kate, reason="It was her sister.", by=cast.lead)
    with pytest.raises(OutOfTurn):
        naming_adults.take_adult_back(named=kate, reason="It was her sister.", by=cast.deputy)
    assert named_in(concern) == []
    naming_adults.name_adult(concern=concern, adult=adult("Kate"), by=cast.deputy)
    assert ConcernAdult.objects.count() == 2
    done = Event.objects.filter(object_type="concerns.concernadult", verb=Verb.LINK).order_by("at", "pk")
    assert [event.purpose for event in done] == ["", "taken back", ""]


def test_nobody_else_says_it_and_of_nobody_else(cast, rowan, skye):
    concern = about(cast, rowan)
    name_children(concern, [ChildEntry("witness", skye)], by=cast.lead, at=SCHOOL_DAY)
    for person in (cast.teacher, cast.pastoral):
        with pytest.raises(NotAllowed):
            naming_adults.name_adult(concern=concern, adult=adult("Kate"), by=person)
    # The father of a witness is not an adult of a child whom the concern is about.
    with pytest.raises(BadInput, match="on no record of a child this concern is about"):
        naming_adults.name_adult(concern=concern, adult=adult("Lee"), by=cast.lead)


def test_who_sees_who_is_named(cast, rowan, skye):
    """Whoever reads the concern; through one child's record, that child's adults alone; nobody, of a hidden child."""
    children = [ChildEntry("worried_about", rowan), ChildEntry("may_have_caused_harm", skye)]
    concern = factories.concern(cast, children=children)
    kate, lee = (naming_adults.name_adult(concern=concern, adult=adult(name), by=cast.lead) for name in ("Kate", "Lee"))

    def seen_by(person):
        return [may_view(person, row) for row in (kate, lee)]

    assert [seen_by(person) for person in (cast.deputy, cast.teacher)] == [[True, True], [False, False]]
    grant_child(child=rowan, user=cast.pastoral, reason="Supports him.", last_day=LAST_DAY, by=cast.lead)
    assert seen_by(cast.pastoral) == [False, False]
    grant_child(child=skye, user=cast.pastoral, reason="Supports both.", last_day=LAST_DAY, by=cast.lead)
    assert seen_by(cast.pastoral) == [True, True]
    alone = about(cast, rowan)
    of_rowan = naming_adults.name_adult(concern=alone, adult=adult("Kate"), by=cast.lead)
    assert may_view(cast.pastoral, of_rowan)
    declare_conflict(user=cast.deputy, child=rowan, kind="relative", by=cast.deputy)
    assert seen_by(cast.deputy) == [False, False]
    assert not may_view(cast.deputy, of_rowan)


def test_the_page_names_takes_back_and_keeps_what_was_typed(client, cast, rowan):
    concern = about(cast, rowan)
    client.force_login(cast.lead)
    of_concern = reverse("concern", args=[concern.pk])
    page, back = (reverse(name, args=[concern.pk]) for name in ("name_adult", "take_adult_back"))
    assertContains(client.get(of_concern), "Name an adult")
    assertContains(client.get(page), "No adult is named")
    assert client.post(page, {"adult": str(uuid4())}).status_code == 422
    assertContains(client.post(page, {"adult": ""}), "Choose the adult", status_code=422)
    assert client.post(page, {"adult": str(adult("Kate").pk)})["Location"] == page
    shown = client.get(page)
    assertContains(shown, "O’Dowd-Ashdown")
    assertContains(shown, "Mother")
    assert [key for key, _ in shown.context["adult_form"].fields["adult"].choices[1][1]] == [adult("Darren").pk]
    assertContains(client.get(of_concern), "Adult of a child’s record, named in it")
    assert "Kate O’Dowd-Ashdown" in Printed(client.get(reverse("concern_paper", args=[concern.pk])).content).text
    [row] = ConcernAdult.objects.all()
    refused = client.post(back, {"named": str(row.pk), "reason": ""})
    assertContains(refused, "Say why the concern does not name them", status_code=422)
    naming_adults.take_adult_back(named=row, reason="Another Kate.", by=cast.deputy)
    late = client.post(back, {"named": str(row.pk), "reason": "<b>It was her sister</b> 🙂"})
    assertContains(late, "&lt;b&gt;It was her sister&lt;/b&gt; 🙂", status_code=422)
    assertContains(late, "This adult is not named in the concern any more", status_code=422)
    assertNotContains(client.get(of_concern), "Adult of a child’s record, named in it")
    client.force_login(cast.teacher)
    assert client.get(page).status_code == 403


def test_with_a_child_linked_by_mistake_the_adults_of_that_child_leave_the_concern(client, cast, rowan, skye):
    """Its page, its paper and its patterns name them no more; those of the child who is in it stay."""
    children = [ChildEntry("worried_about", rowan), ChildEntry("may_have_caused_harm", skye)]
    concern = factories.concern(cast, children=children)
    for name in ("Kate", "Lee"):
        naming_adults.name_adult(concern=concern, adult=adult(name), by=cast.lead)
    one = rules.add_rule(
        school=cast.school, token=uuid4(), kind="adult", number=2, days=30, category=None, by=cast.lead
    )
    for child, name in ((skye, "Lee"), (rowan, "Kate")):
        naming_adults.name_adult(concern=about(cast, child), adult=adult(name), by=cast.lead)

    def told():
        client.force_login(cast.lead)
        pages = [client.get(reverse(page, args=[concern.pk])) for page in ("concern", "name_adult", "concern_paper")]
        text = [page.content.decode() for page in pages[:2]] + [Printed(pages[2].content).text]
        found = patterns.look(SimpleNamespace(user=cast.lead), [one], today=SCHOOL_DAY.date()).hits
        return [["Kate" in page, "Lee" in page] for page in text], {hit.what for hit in found}

    assert told() == ([[True, True]] * 3, {"Kate O’Dowd-Ashdown", "Lee Hart"})
    wrong = concern.children.get(child=skye)
    deciding.unlink_child(named=wrong, token=uuid4(), reason="Another girl.", by=cast.lead)
    assert told() == ([[True, False]] * 3, {"Kate O’Dowd-Ashdown"})


def test_a_rule_finds_concerns_about_a_child_that_name_the_same_adult(cast, rowan, skye):
    def rule(number, days):
        return rules.add_rule(
            school=cast.school, token=uuid4(), kind="adult", number=number, days=days, category=None, by=cast.lead
        )

    def found(person, *asked, child=None):
        look = patterns.look(SimpleNamespace(user=person), asked, today=SCHOOL_DAY.date(), child=child)
        return [(hit.child, hit.what, {concern.pk for concern in hit.concerns}) for hit in look.hits]

    concerns = [about(cast, rowan, at=SCHOOL_DAY - timedelta(days=days)) for days in (40, 20, 10, 5)]
    with_kate, with_both = concerns[:3], concerns[2]
    for concern in with_kate:
        naming_adults.name_adult(concern=concern, adult=adult("Kate"), by=cast.lead)
    naming_adults.name_adult(concern=with_both, adult=adult("Darren"), by=cast.lead)
    naming_adults.name_adult(concern=about(cast, skye), adult=adult("Lee"), by=cast.lead)
    three = rule(3, 60)
    kates = (rowan, "Kate O’Dowd-Ashdown", {concern.pk for concern in with_kate})
    assert found(cast.lead, three) == found(cast.lead, three, child=rowan) == [kates]
    assert found(cast.lead, three, child=skye) == found(cast.lead, rule(4, 60)) == found(cast.lead, rule(3, 30)) == []
    close(decided(opened(with_kate[0], cast.lead), cast.lead), cast.lead)
    assert found(cast.lead, three) == [kates]
    # What is said of it holds, until another joins; and who is taken back joins none.
    rules.rule_on(
        rule=three,
        child=rowan,
        concerns=with_kate,
        verdict=PatternRuling.Verdict.NOT_A_PATTERN,
        reason="She collects him every day.",
        token=uuid4(),
        by=cast.lead,
    )
    assert found(cast.lead, three) == []
    fourth = naming_adults.name_adult(concern=concerns[3], adult=adult("Kate"), by=cast.lead)
    assert len(found(cast.lead, three)[0][2]) == 4
    naming_adults.take_adult_back(named=fourth, reason="Her sister.", by=cast.lead)
    assert found(cast.lead, three) == []
    declare_conflict(user=cast.deputy, child=rowan, kind="relative", by=cast.deputy)
    assert found(cast.deputy, three) == []
