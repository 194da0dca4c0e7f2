"""Do ordinary leavers end by the rule for a record on which nothing is, and does whatever is on one keep it?"""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from children.facts import Home, Leaving
from children.mentions import marker
from children.models import Child
from children.services import keeping, safeguards
from retention.models import DestructionItem, RetentionDate
from retention.periods import BARE
from retention.services.destroying import destroy_due
from retention.services.scan import scan
from retention.services.schedule import adopt_rule, agree_rule, to_adopt
from retention.services.statements import mark
from safeguarding.adults.models import StaffConcernChild
from safeguarding.adults.services import naming
from safeguarding.adults.services.raising import Telling, raise_staff_concern
from safeguarding.audit.models import Event
from safeguarding.concerns.models import Mention
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.ending import reasons
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS
from tests import factories
from tests.integration.plans.pages import Visitor

from .conftest import Office, as_destroyer, date_of, later, make_people
from .moved import BORN, DUE, SCHOOL, codes, leaver, leavers

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]
M = RetentionDate.Missing
HOME = [Home("7 Mill Lane", "Saltmarsh", postcode="SK1 1AA")]


def no_longer(place: Office, child: Child, **values: Any) -> None:
    """What was so until today."""
    told = factories.told(on=timezone.localdate())
    given = {"part": "needs", "values": values, "is_correction": False, "told": told, "by": place.room.lead}
    keeping.set_facts(child=child, **given)


def about_adult(place: Office, child: Child) -> None:
    """A concern about an adult touches the child: the Headteacher reads it."""
    telling = Telling(raised_as="low_level", facts="He shouted.", user=place.room.teacher)
    made = raise_staff_concern(token=uuid7(), school=place.school, telling=telling, by=place.room.assistant)
    naming.link_child(concern=made.staff_concern, child=child, by=place.room.headteacher)


def concern_about(place: Office, child: Child) -> None:
    children = [ChildEntry(role="witness", child=child)]
    factories.concern(place.room, children=children, at=timezone.now())


def test_it_counts_where_the_school_is_known_and_no_other_rule_applies(place: Office):
    said = {
        "Ola": leaver(place),
        "Una": leaver(place, "Una", leaving=Leaving(on=timezone.localdate(), destination="Whitmoor High School")),
        "Ida": leaver(
            place, "Ida", leaving=Leaving(on=timezone.localdate(), **SCHOOL | {"destination_confirmed": False})
        ),
        "Ava": leaver(place, "Ava", details={"date_of_birth": BORN, "date_of_death": timezone.localdate()}),
        "Eva": leaver(place, "Eva", details={}),
        "Mia": leaver(place, "Mia"),
        "Amy": leaver(place, "Amy"),
    }
    place.last_school(said["Mia"], on=timezone.localdate(), at=timezone.now())
    mark(child=said["Amy"], token=uuid7(), applies=True, reason="Read.", by=place.room.lead)
    found = codes(said.values())
    assert found == {
        "Ola": BARE, "Una": M.LAST_SCHOOL, "Ida": M.LAST_SCHOOL, "Ava": "R02", "Eva": BARE, "Mia": "R02",
        "Amy": M.LAST_SCHOOL,
    }  # fmt: skip
    # Entered ten days after the child left: a year from then.
    today = timezone.localdate()
    assert (date_of(said["Ola"]).trigger_on, date_of(said["Ola"]).due_on) == (today, today.replace(year=today.year + 1))


def test_what_is_on_it_or_on_that_of_a_brother_or_sister_keeps_it(place: Office):
    names = ("Ola", "Concern", "Sister", "Lodger", "Adult", "Care", "Address", "Needs", "Cared", "Plan", "Lifted")
    children = {name: leaver(place, name) for name in names[:5]}
    children["Lodger"] = leaver(place, "Lodger", homes=HOME)
    for name, detail in (("Care", "in_care"), ("Address", "address_confidential")):
        children[name] = leaver(place, name, details={"date_of_birth": BORN, detail: True})
    for name, then, now in (("Cared", {"in_care": True}, False), ("Plan", {"sen_provision": "E"}, "K")):
        children[name] = leaver(place, name, details={"date_of_birth": BORN} | then)
        no_longer(place, children[name], **dict.fromkeys(then, now))
    children["Lifted"] = leaver(place, "Lifted", withheld=True)
    [listed] = children["Lifted"].confidential_addresses.all()
    safeguards.end(row=listed, last_day=listed.starts_on, reason="A slip.", by=place.room.lead)
    children["Needs"] = leaver(place, "Needs", details={"date_of_birth": BORN, "sen_provision": "E"})
    assert set(codes([children["Ola"], children["Concern"]]).values()) == {BARE}
    sister, other = (factories.child(place.school, name, by=place.room.office, homes=HOME) for name in ("Ada", "Nia"))
    factories.link_siblings(one=children["Sister"], other=sister, by=place.room.office)
    for child in (children["Concern"], sister, other):
        concern_about(place, child)
    about_adult(place, children["Adult"])
    found = codes(children.values())
    assert found.pop("Ola") == BARE
    assert found == dict.fromkeys(names[1:], M.LAST_SCHOOL)


def test_who_sees_nothing_of_what_keeps_it_reads_that_it_is_not_due(place: Office, client: Client):
    child = leaver(place)
    about_adult(place, child)
    lead = Visitor(client, place.room.lead).page("child_retention", child.pk)
    assert "Kept, not due" in lead and "R09b" not in lead and "The next school is confirmed" not in lead
    head = Visitor(client, place.room.headteacher).page("child_retention", child.pk)
    assert "The next school is confirmed" in head and "Kept, not due" not in head


def test_what_only_mentions_the_child_keeps_it_until_it_is_taken_off(place: Office):
    child, concern = leaver(place), factories.concern(place.room)
    assert codes([child]) == {"Ola": BARE}
    words = f"{marker(child.pseudonym)} was there."
    deciding.add_note(concern=concern, token=uuid7(), text=words, by=place.room.lead)
    assert codes([child]) == {"Ola": M.LAST_SCHOOL}
    row = Mention.objects.get(child_key=child.pk)
    deciding.take_off_mention(mention=row, reason="Her cousin.", by=place.room.lead)
    assert codes([child]) == {"Ola": BARE}


def test_a_school_adopts_it_and_until_then_nothing_is_due_by_it():
    place = make_people()
    child = leaver(place)
    assert codes([child]) == {"Ola": M.RULE}
    [proposed] = [rule for rule in to_adopt(place.school.pk) if rule.code == BARE]
    rule = adopt_rule(school=place.school, rule=proposed, by=place.room.headteacher)
    assert codes([child]) == {"Ola": M.RULE}
    agree_rule(school=place.school, rule=rule, by=place.officer)
    assert codes([child]) == {"Ola": BARE}


def due(place: Office, number: int) -> list[Child]:
    """Leavers whose year is over on day 390, as two scans have seen."""
    keys = leavers(place, number)
    scan()
    for days in (380, 388):
        with later(days=days):
            scan()
    return list(Child.objects.filter(pk__in=keys).order_by("number"))


def test_what_comes_after_the_approval_keeps_it_and_the_rest_is_destroyed(place: Office):
    free, sister_of, touched = due(place, 3)
    with later(days=DUE):
        sister = factories.child(place.school, "Ada", by=place.room.office)
        factories.link_siblings(one=sister_of, other=sister, by=place.room.office)
        place.approve(place.sent(free, sister_of, touched))
    with later(days=DUE + 1):
        concern_about(place, sister)
        about_adult(place, touched)
        # What was linked by mistake was somebody's worry too.
        naming.unlink_child(linked=StaffConcernChild.objects.get(child=touched), by=place.room.headteacher)
        assert reasons.told_to(place.room.lead, [touched.pk])[touched.pk] == [reasons.NOT_DUE]
        assert (
            "A concern names the child, or a brother or sister."
            in reasons.told_to(place.room.lead, [sister_of.pk])[sister_of.pk]
        )
    with later(days=DUE + 15), as_destroyer():
        assert destroy_due() == 1
    assert set(Child.objects.filter(left_on__isnull=False)) == {sister_of, touched}
    items = {item.pk: item.record_key for item in DestructionItem.objects.all()}
    said = {
        items[event.object_id]: event.purpose
        for event in Event.objects.filter(verb="destroy", outcome="refused", object_id__in=items)
    }
    # What is the sister's is no row of the record that was approved: the fact alone finds it.
    assert said == {sister_of.pk: "keeps_filled", touched.pk: "changed"}


def test_what_comes_before_the_approval_is_said_to_who_approves(place: Office):
    [child] = due(place, 1)
    with later(days=DUE):
        sent = place.sent(child)
        sister = factories.child(place.school, "Ada", by=place.room.office)
        factories.link_siblings(one=child, other=sister, by=place.room.office)
        concern_about(place, sister)
        with pytest.raises(OutOfTurn, match="an entry about the child, or about a brother"):
            place.approve(sent)


@pytest.mark.soak(part="data")
def test_sixty_leavers_of_four_hundred_and_twenty_are_destroyed_in_three_days(place: Office):
    leavers(place, 360, "Ada", leaving=None)
    left = Child.objects.filter(pk__in=[child.pk for child in due(place, 60)]).order_by("number")
    assert RetentionDate.objects.filter(seen_again_on__isnull=False, rule__code=BARE).count() == 60
    for day, first in enumerate((0, 25, 50)):
        with later(days=DUE + day):
            place.approve(place.sent(*left[first : first + 25]))
    done = []
    for day in range(4):
        with later(days=DUE + 15 + day), as_destroyer():
            done.append(destroy_due())
    assert done == [25, 25, 10, 0]
    assert (left.count(), Child.objects.count()) == (0, 360)
