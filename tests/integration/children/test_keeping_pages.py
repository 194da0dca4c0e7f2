"""Can the office add a child and correct a record in the browser, and does nobody learn of a child they may not see?"""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from children.facts import Adult, Home
from children.models import Child, ChildDetail, ChildUpdate, Contact, ContactLink, Household, Sibling
from children.services import keeping
from children.services.access import declare_conflict
from children.services.keeping.adults import PERSON
from children.services.merging import merge
from children.services.safeguards import AddressFacts, record_safeguard
from retention.models import LegalHold
from retention.services.holds import set_hold
from safeguarding.accounts.models import Notice
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.parts import gather
from tests import factories, sheets
from tests.factories import SCHOOL_DAY
from tests.walls import as_role, asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TYPED = {"told_by": "family", "note": "At the desk."}
NEW = {
    "deed": "add",
    "forename": "Zoe",
    "surname": "Marlow",
    "sex": "F",
    "date_of_birth_day": "14",
    "date_of_birth_month": "3",
    "date_of_birth_year": "2018",
    "entered_on_day": "24",
    "entered_on_month": "11",
    "entered_on_year": "2026",
    "year_group": "3",
    "class_name": "3A",
    **TYPED,
}


@pytest.fixture
def room() -> Any:
    return factories.staffroom()


def visit(client: Any, person: Any, name: str, *keys: Any, query: str = "", **data: Any) -> Any:
    client.force_login(person)
    place = reverse(name, args=keys) + query
    return client.post(place, {"token": str(uuid7()), **data}) if data else client.get(place)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def fields(answer: Any) -> dict[str, str]:
    """What is hidden in the only form with a stamp."""
    return dict(
        re.findall(r'<input type="hidden" name="(deed|seen|shown|token)" value="([^"]*)"', answer.content.decode())
    )


# --- add a child


def test_child_added_by_the_office_is_found_at_once(client: Any, room: Any):
    token = str(uuid7())
    first = visit(client, room.office, "add_child", **NEW, token=token)
    child = Child.objects.get(forename="Zoe")
    assert first.url == reverse("child_people", args=[child.pk])
    assert visit(client, room.office, "add_child", **NEW, token=token).url == first.url, "a double press adds one child"
    assert Child.objects.filter(forename="Zoe").count() == 1
    assert (child.class_name, child.year_group, child.detail.sex) == ("3A", 3, "F")
    assert ChildUpdate.objects.get(child=child).told_by == "family"
    assert visit(client, room.teacher, "add_child", **NEW).status_code == 403


def test_first_home_is_the_main_one_and_a_class_is_one_of_the_schools(client: Any, room: Any):
    child = factories.child(room.school, "Ada", by=room.office, class_name="Robins")
    home = {"deed": "home", "address": "9 Curlew Rise", "postcode": "SK98 9JZ", **TYPED}
    ticked = re.compile(r'name="is_main"[^>]* checked')
    assert ticked.search(text(visit(client, room.office, "keep_child", child.pk, query="?part=home")))
    visit(client, room.office, "keep_child", child.pk, **home)
    assert child.homes.get().is_main
    assert not ticked.search(text(visit(client, room.office, "keep_child", child.pk, query="?part=home")))
    assert '<option value="Robins">' in text(visit(client, room.office, "add_child"))
    for day, typed, there in (("14", "robins", "Robins"), ("15", "Wrens", "Wrens")):
        new = NEW | {"surname": typed, "date_of_birth_day": day, "class_name": "", "another_class": typed}
        assert visit(client, room.office, "add_child", **new).status_code == 302
        zoe = Child.objects.get(surname=typed)
        assert zoe.class_name == there
    alone = fields(visit(client, room.office, "keep_child", zoe.pk, query="?part=class"))
    alone |= {"class_name": "Wrens", "another_class": "WRENS", "year_group": "3", "how": "corrected", **TYPED}
    assert visit(client, room.office, "keep_child", zoe.pk, **alone).status_code == 302
    assert Child.objects.get(pk=zoe.pk).class_name == "WRENS", "a name is mended where nobody else is in the class"


def test_child_alike_is_shown_before_another_is_added(client: Any, room: Any):
    there = factories.child(room.school, "Zoë", "Marlow", by=room.office, details={"upn": sheets.number(1)})
    asked = visit(client, room.office, "add_child", **NEW)
    assert asked.status_code == 422 and f"Zoë Marlow, Year 5, 5B, record {there.number}" in text(asked)
    unseen = visit(client, room.office, "add_child", **NEW, same_as="nobody")
    assert unseen.status_code == 422, "nobody says “none of these” of children whom the page has not shown"
    same = visit(client, room.office, "add_child", **NEW, same_as=str(there.pk), shown=str(there.pk))
    assert same.url == reverse("child_people", args=[there.pk]) and Child.objects.count() == 1
    number = NEW | {"upn": sheets.number(1)}
    taken = visit(client, room.office, "add_child", **number, same_as="nobody", shown=str(there.pk))
    assert taken.status_code == 422 and "has this UPN already" in text(taken)
    visit(client, room.office, "add_child", **NEW, same_as="nobody", shown=str(there.pk))
    assert Child.objects.count() == 2


@pytest.mark.parametrize("typed", [{}, {"forename": "Anna", "surname": "Vale", "upn": sheets.number(1)}])
def test_parent_in_the_office_does_not_add_their_own_child(client: Any, room: Any, typed: dict[str, str]):
    own = factories.child(room.school, "Zoe", "Marlow", by=room.lead, details={"upn": sheets.number(1)})
    declare_conflict(user=room.office, child=own, kind="own_child", by=room.office)
    answer = visit(client, room.office, "add_child", **NEW | typed)
    assert answer.status_code == 409 and "Somebody else has to add this child" in text(answer)
    assert str(own.number) not in text(answer) and Child.objects.count() == 1
    told = Notice.objects.filter(kind="added_again", object_id=own.pk)
    assert {one.user_id for one in told} == {room.lead.pk, room.deputy.pk, room.headteacher.pk}


def test_entering_what_a_hidden_record_holds_confirms_nothing(client: Any, room: Any):
    """The answer is that for anything else that is typed; the leads are notified, and what is there twice is theirs."""
    home, mother = Home("9 Curlew Rise", postcode="SK98 9JZ"), Adult("Marlow", "Ann", mobile="07700 900001", home=0)
    own = factories.child(room.school, "Zoe", "Marlow", by=room.lead, homes=[home], adults=[mother])
    second = {
        "address": "2 Quarry Bank",
        "town": "",
        "county": "",
        "postcode": "SK98 9JA",
        "is_main": False,
        "pattern": "",
    }
    keeping.add_home(child=own, home=second, told=factories.told(), by=room.lead)
    declare_conflict(user=room.office, child=own, kind="own_child", by=room.office)
    friend = factories.child(room.school, "Wren", "Vale", by=room.lead)
    address = {"deed": "home", "address": "9 Curlew Rise", "postcode": "SK98 9JZ", **TYPED}
    adult = {"deed": "adult", "forename": "Ann", "surname": "Marlow", "mobile": "07700 900001", "order": "1", **TYPED}
    for typed in (address, adult):
        assert visit(client, room.office, "keep_child", friend.pk, **typed).status_code == 302
        assert entered_again(friend) == {room.lead.pk, room.deputy.pk, room.headteacher.pk}
    page = text(visit(client, room.office, "child_people", friend.pk))
    assert "9 Curlew Rise" in page and "Ann Marlow" in page
    assert (Household.objects.count(), Contact.objects.count()) == (3, 2)
    again = visit(client, room.office, "keep_child", friend.pk, **address)
    assert again.status_code == 422 and "lives at this address already" in text(again)
    # By correcting an address, too: nothing of it is on the page of what was corrected.
    other = factories.child(room.school, "Ivy", "Vale", by=room.lead, homes=[Home("1 Mill Lane")])
    stays = other.homes.get()
    stood = keeping.stamp({"address": "1 Mill Lane", "town": "", "county": "", "postcode": ""})
    mended = {**address, "deed": "address", "address": "2 Quarry Bank", "postcode": "SK98 9JA", "seen": stood}
    assert visit(client, room.office, "keep_row", other.pk, stays.pk, **mended).status_code == 302
    assert entered_again(other) and other.homes.get().pk == stays.pk
    visit(client, room.lead, "keep_child", factories.child(room.school, "Ada", by=room.lead).pk, **address)
    assert Household.objects.count() == 4


def entered_again(child: Child) -> set[Any]:
    found = {one.user_id for one in Notice.objects.filter(kind="entered_again", object_id=child.pk)}
    Notice.objects.all().delete()
    return found


def test_number_of_a_hidden_child_is_refused_as_any_other_and_told(client: Any, room: Any):
    own, seen, friend = (factories.child(room.school, name, by=room.lead) for name in ("Zoe", "Ada", "Wren"))
    for n, child in enumerate((own, seen), start=1):
        number = {"values": {"upn": sheets.number(n)}, "is_correction": True, "told": factories.told(), "by": room.lead}
        keeping.set_facts(child=child, part="numbers", **number)
    declare_conflict(user=room.office, child=own, kind="own_child", by=room.office)
    said = []
    for n in (1, 2):
        typed = fields(visit(client, room.office, "keep_child", friend.pk, query="?part=numbers"))
        typed |= {"upn": sheets.number(n), "how": "corrected", **TYPED}
        answer = visit(client, room.office, "keep_child", friend.pk, **typed)
        assert answer.status_code == 422
        said.append(re.findall(r"A child of the school has this UPN[^<]*", text(answer)))
        assert bool(entered_again(friend)) == (n == 1)
    assert said[0] and said[0] == said[1]


def test_nobody_is_said_to_be_notified_who_is_not(client: Any, room: Any):
    own = factories.child(room.school, "Zoe", "Marlow", by=room.lead)
    declare_conflict(user=room.office, child=own, kind="own_child", by=room.office)
    for one in (room.lead, room.deputy, room.headteacher):
        declare_conflict(user=one, child=own, kind="own_child", by=one)
    page = text(visit(client, room.office, "add_child", **NEW))
    assert "has been notified" not in page and "tell a safeguarding lead or the Headteacher yourself" in page
    assert not Notice.objects.filter(kind="added_again").exists()


def test_record_takes_the_number_of_the_one_that_became_part_of_it(client: Any, room: Any):
    keep, other = (
        factories.child(room.school, "Zoe", by=room.office, details={"upn": number})
        for number in ("", sheets.number(1))
    )
    merge(keep=keep, other=other, token=uuid7(), reason="One child.", seen=None, by=room.lead)
    typed = fields(visit(client, room.office, "keep_child", keep.pk, query="?part=numbers"))
    typed |= {"upn": sheets.number(1), "how": "corrected", **TYPED}
    assert visit(client, room.office, "keep_child", keep.pk, **typed).status_code == 302
    assert ChildDetail.objects.get(upn=sheets.number(1)).pk == keep.pk


# --- change a record


def test_second_window_shows_what_stands_there_now(client: Any, room: Any):
    child = factories.child(room.school, by=room.office)
    page = visit(client, room.office, "keep_child", child.pk, query="?part=names")
    typed = {**fields(page), "forename": "Rowan", "surname": "Ashdowne", "how": "corrected", **TYPED}
    faster = {**typed, "surname": "Marlow", "token": str(uuid7())}
    assert visit(client, room.lead, "keep_child", child.pk, **faster).status_code == 302
    late = visit(client, room.office, "keep_child", child.pk, **typed)
    assert late.status_code == 409 and "Ashdowne" in text(late) and "Marlow" in text(late)
    assert visit(client, room.office, "keep_child", child.pk, **{**typed, **fields(late)}).status_code == 302
    assert Child.objects.get().surname == "Ashdowne"


def test_what_cannot_be_is_said_and_a_death_is_asked_about_once_more(client: Any, room: Any):
    child = factories.child(room.school, by=room.office, details={"date_of_birth": date(2016, 1, 2)})

    def send(part: str, **typed: str) -> Any:
        stands = {"deed": part, **fields(visit(client, room.office, "keep_child", child.pk, query=f"?part={part}"))}
        return visit(client, room.office, "keep_child", child.pk, **stands | typed | TYPED)

    year = send("birth", date_of_birth_day="2", date_of_birth_month="1", date_of_birth_year="22", sex="M")
    assert year.status_code == 422 and "a year of four figures, such as 14 3 2018" in text(year)
    died = {"date_of_death_day": "2", "date_of_death_month": "11", "date_of_death_year": "2026"}
    for part, typed, question in (
        ("death", died, "this child died on 2 November 2026"),
        ("birth", {"sex": "M"}, "2 January 2016, would be taken away"),
    ):
        asked = send(part, **typed)
        assert asked.status_code == 422 and question in text(asked) and not ChildUpdate.objects.filter(part=part)
        shown = re.findall(r'name="asked" value="(\w+)"', text(asked))[0]
        if part == "death":
            other = send(part, **died | {"date_of_death_day": "3"}, sure="on", asked=shown)
            assert other.status_code == 422, "the answer is about the day that the page has shown"
        assert send(part, **typed, sure="on", asked=shown).status_code == 302
        assert ChildUpdate.objects.filter(part=part).exists()


def test_office_does_not_change_needs_or_care(client: Any, room: Any):
    child = factories.child(room.school, by=room.office)
    stands = fields(visit(client, room.deputy, "keep_child", child.pk, query="?part=needs"))
    typed = {**stands, "in_care": "True", **TYPED, "note": "The social worker’s letter."}
    page = visit(client, room.office, "keep_child", child.pk)
    assert "part=needs" not in text(page) and "part=doctor" in text(page)
    assert visit(client, room.office, "keep_child", child.pk, **typed).status_code == 403
    assert visit(client, room.deputy, "keep_child", child.pk, **typed).status_code == 302
    child.detail.refresh_from_db()
    assert child.detail.in_care is True
    for person in (room.deputy, room.office):
        shown = "worker’s letter" in text(visit(client, person, "child_past", child.pk))
        assert shown is (person == room.deputy), "what was said of care is for those who write it"


def test_what_stood_there_before_is_read_by_who_may_see_it(client: Any, room: Any):
    """By the office too, and only as far as the adult and the address are not hidden from the reader."""
    mother = [Adult("Ashdown", "Kerry", "Ms", "Mother", mobile="07700 900001")]
    child = factories.child(room.school, "Rowan", by=room.office, adults=mother, homes=[Home("9 Curlew Row")])
    link, home = child.contacts.get(), child.homes.get()
    told = {"told": factories.told(), "by": room.office}
    person = {name: getattr(link.contact, name) for name in PERSON} | {"mobile": "07700 900002"}
    keeping.change_adult(link=link, values=person, for_all=None, **told)
    mended = {"address": "9 Curlew Rise", "town": "", "county": "", "postcode": ""}
    keeping.correct_address(home=home, values=mended, for_all=None, **told)
    page = text(visit(client, room.office, "child_past", child.pk))
    assert "Adult: Ms Kerry Ashdown" in page and "Mobile: 07700 900001" in page and "Address: 9 Curlew Row" in page
    assert "What has changed" not in page
    record_safeguard(
        child=child,
        token=uuid7(),
        facts=AddressFacts(reason="A refuge.", starts_on=SCHOOL_DAY.date(), told_by="family"),
        by=room.lead,
    )
    sister = factories.child(room.school, "Wren", by=room.lead)
    ContactLink(school=room.school, child=sister, contact=link.contact).save()
    declare_conflict(user=room.office, child=sister, kind="own_child", by=room.office)
    page = text(visit(client, room.office, "child_past", child.pk))
    assert "Kerry" not in page and "07700 900001" not in page and "Curlew" not in page


def test_shared_adult_is_changed_for_all_or_split_off(client: Any, room: Any):
    mother = [Adult("Ashdown", "Kerry", "Ms", "Mother", mobile="07700 900001", responsibility=True)]
    one, two, three = (
        factories.child(room.school, name, by=room.office, adults=mother) for name in ("Rowan", "Wren", "Ash")
    )
    links = {link.child_id: link for link in ContactLink.objects.all()}
    typed = {"deed": "adult", "forename": "Kerry", "surname": "Ashdown", "mobile": "07700 900002", **TYPED}

    def change(child: Child, **more: str) -> Any:
        page = visit(client, room.office, "keep_row", child.pk, links[child.pk].pk)
        seen = re.findall(r'name="seen" value="(\w+)"', page.content.decode())[0]
        return visit(client, room.office, "keep_row", child.pk, links[child.pk].pk, **typed, seen=seen, **more)

    asked = change(one)
    assert asked.status_code == 422 and "2 other children too" in text(asked)
    assert change(one, applies_to="all").status_code == 302
    assert {contact.mobile for contact in Contact.objects.all()} == {"07700 900002"}
    updates = ChildUpdate.objects.filter(part="adult").order_by("pk")
    assert [bool(one.note) for one in updates] == [True, False, False], "each record says it, and one why"
    typed["mobile"] = "07700 900003"
    assert change(two, applies_to="one").status_code == 302
    own = Contact.objects.get(mobile="07700 900003")
    assert Contact.objects.count() == 2 and two.responsibilities.get(ends_on=None).contact_id == own.pk
    assert three.contacts.get(ends_on=None).contact.mobile == "07700 900002"


def test_mother_entered_twice_is_offered_the_one_there(client: Any, room: Any):
    mother = [Adult("Ashdown", "Kerry", "Ms", "Mother", mobile="07700 900001")]
    rowan = factories.child(room.school, "Rowan", by=room.office, adults=mother)
    wren = factories.child(room.school, "Wren", by=room.office)
    typed = {
        "deed": "adult",
        "forename": "kerry",
        "surname": "Ashdown",
        "order": "1",
        "relationship": "Mother",
        **TYPED,
    }
    asked = visit(client, room.office, "keep_child", wren.pk, **typed)
    there = Contact.objects.get()
    assert asked.status_code == 422 and "07700 900001, Mother of Rowan Ashdown" in text(asked)
    ivy = factories.child(room.school, "Ivy", by=room.office, adults=mother)
    again = typed | fields(asked) | {"same_as": str(there.pk)}
    offered = visit(client, room.office, "keep_child", wren.pk, **again)
    assert offered.url == reverse("keep_sibling", args=[wren.pk])
    page = text(visit(client, room.office, "keep_sibling", wren.pk))
    assert "Rowan Ashdown: Ms Kerry Ashdown, Mother" in page and "Ivy Ashdown" in page
    linking = {"deed": "sibling", "link": "link", **TYPED}
    none = visit(client, room.office, "keep_sibling", wren.pk, **linking)
    assert none.status_code == 422 and "Tick the children" in text(none)
    both = linking | {"these": [str(ivy.pk), str(rowan.pk)]}
    assert visit(client, room.office, "keep_sibling", wren.pk, **both).status_code == 302
    assert Sibling.objects.count() == 2 and "Rowan" not in text(visit(client, room.office, "keep_sibling", wren.pk))
    assert Contact.objects.count() == 1 and wren.contacts.get().contact_id == there.pk


def test_what_was_typed_of_an_adult_who_is_there_is_asked_about(client: Any, room: Any):
    mother = [Adult("Ashdown", "Kerry", "Ms", "Mother", mobile="07700 900001")]
    rowan = factories.child(room.school, "Rowan", by=room.office, adults=mother)
    there, typed = Contact.objects.get(), {"deed": "adult", "surname": "Ashdown", "order": "1", **TYPED}
    for name, right, mobile in (("Wren", "record", "07700 900001"), ("Ash", "typed", "07700 900002")):
        child = factories.child(room.school, name, by=room.office)
        new = typed | {"forename": "Kerry", "mobile": "07700 900002"}
        same = new | fields(visit(client, room.office, "keep_child", child.pk, **new)) | {"same_as": str(there.pk)}
        asked = visit(client, room.office, "keep_child", child.pk, **same)
        assert asked.status_code == 422 and not child.contacts.exists()
        assert "Mobile: 07700 900001" in text(asked) and "Mobile: 07700 900002" in text(asked)
        assert "hb-opt" not in re.findall(r"Is it one of these\?.*?</legend>", text(asked))[0]
        answered = same | {"right": right, "compared": compared(asked)}
        later = visit(client, room.office, "keep_child", child.pk, **answered | {"email": "k@example.org"})
        assert later.status_code == 422, "an answer is about what the page has shown"
        assert visit(client, room.office, "keep_child", child.pk, **answered).status_code == 302
        assert (child.contacts.get().contact_id, Contact.objects.get().mobile) == (there.pk, mobile)
    assert ChildUpdate.objects.get(child=rowan, way="changed").fields == ["mobile"], "the brother's record says it too"


def compared(answer: Any) -> str:
    return str(re.findall(r'name="compared" value="(\w+)"', answer.content.decode())[0])


def test_adult_is_given_a_home_and_put_back_on_the_record(client: Any, room: Any):
    child = factories.child(room.school, by=room.office)
    none = text(visit(client, room.office, "record_responsibility", child.pk))
    assert "No adult is on this record yet" in none and "part=adult" in none
    visit(client, room.office, "keep_child", child.pk, deed="adult", surname="Vale", forename="Jo", order="1", **TYPED)
    link = child.contacts.get()
    visit(client, room.office, "keep_child", child.pk, deed="home", address="9 Curlew Rise", **TYPED)
    home = child.homes.get()
    stood = {"deed": "lives", "seen": keeping.stamp({"household": ""}), "home": str(home.pk)}
    assert visit(client, room.office, "keep_row", child.pk, link.pk, **stood, **TYPED).status_code == 302
    assert Contact.objects.get().household_id == home.household_id
    assert "Lives with the child" in text(visit(client, room.office, "child_people", child.pk))
    late = visit(client, room.office, "keep_row", child.pk, link.pk, **stood | {"home": ""}, **TYPED)
    assert late.status_code == 409, "a second window puts nothing on top unseen"
    visit(client, room.office, "keep_row", child.pk, home.pk, deed="end", how="ended", **TYPED)
    as_it_is = {"deed": "lives", "seen": keeping.stamp({"household": str(home.household_id)}), "home": "elsewhere"}
    kept = visit(client, room.office, "keep_row", child.pk, link.pk, **as_it_is, **TYPED)
    assert kept.status_code == 422 and "lives at another address already" in text(kept)
    visit(client, room.office, "keep_row", child.pk, link.pk, deed="end", how="ended", **TYPED)
    back = reverse("keep_row", args=[child.pk, link.pk])
    assert back in text(visit(client, room.office, "child_past", child.pk))
    assert (
        visit(client, room.office, "keep_row", child.pk, link.pk, deed="end", how="ended", **TYPED).status_code == 422
    )
    assert visit(client, room.teacher, "keep_row", child.pk, link.pk, deed="back", **TYPED).status_code in (403, 404)
    assert visit(client, room.office, "keep_row", child.pk, link.pk, deed="back", **TYPED).status_code == 302
    again = child.contacts.get(ends_on=None)
    assert (again.contact_id, again.starts_on) == (link.contact_id, SCHOOL_DAY.date())
    assert back not in text(visit(client, room.office, "child_past", child.pk))
    assert visit(client, room.office, "keep_row", child.pk, link.pk, deed="back", **TYPED).status_code == 409


def test_adult_on_the_record_or_with_the_same_number_is_offered(client: Any, room: Any):
    mother = [Adult("Ashdown", "Kerry", "Ms", "Mother", mobile="07700 900001")]
    child = factories.child(room.school, "Rowan", by=room.office, adults=mother)
    there, typed = Contact.objects.get(), {"deed": "adult", "order": "1", **TYPED}
    for more in ({"forename": "Kerry", "surname": "Ashdown"}, {"surname": "Ashdwon", "mobile": "+44 7700 900001"}):
        asked = visit(client, room.office, "keep_child", child.pk, **typed, **more)
        assert asked.status_code == 422 and f'value="{there.pk}"' in text(asked)
        again = typed | more | fields(asked)
        same = visit(client, room.office, "keep_child", child.pk, **again, same_as=str(there.pk))
        assert same.status_code == 422 and "on this child’s record already" in text(same)
    again |= {"forename": "Kerry", "surname": "Ashdown", "same_as": "nobody"}
    assert visit(client, room.office, "keep_child", child.pk, **again).status_code == 302
    assert child.contacts.filter(ends_on=None).count() == 2, "two of one name and number are possible"
    page = text(visit(client, room.office, "keep_child", child.pk, query="?part=adult"))
    assert re.search(r'name="order" value="2"', page), "nobody is pushed down the order of call by who comes new"


def test_who_does_not_see_all_of_a_record_adds_no_adult_and_no_home(client: Any, room: Any):
    """The sister of a child from whom a conflict keeps the clerk shares adults with that child."""
    home, father = Home("9 Curlew Rise", postcode="SK98 9JZ"), Adult("Redfern", "Scott", mobile="07700 900001")
    own, sister = (
        factories.child(room.school, name, by=room.lead, homes=[home], adults=[father]) for name in ("Ari", "Aria")
    )
    declare_conflict(user=room.office, child=own, kind="own_child", by=room.office)
    page = text(visit(client, room.office, "child_people", sister.pk))
    assert page.count("Some details are not shown to you") == 2
    assert "No adults recorded" not in page and "No address is held" not in page
    whole = text(visit(client, room.lead, "child_people", sister.pk))
    assert "Some details are not shown to you" not in whole and "Redfern" in whole
    adult = {"deed": "adult", "forename": "Any", "surname": "Body", "order": "1", **TYPED}
    address = {"deed": "home", "address": "1 Mill Lane", "postcode": "SK98 9JA", **TYPED}
    before = Contact.objects.count(), Household.objects.count()
    for typed in (adult, adult | {"forename": "Scott", "surname": "Redfern"}, address):
        answer = visit(client, room.office, "keep_child", sister.pk, **typed)
        assert answer.status_code == 409 and "Somebody else has to enter this" in text(answer)
        told = {one.user_id for one in Notice.objects.filter(kind="asked_to_enter", object_id=sister.pk)}
        assert told == {room.lead.pk, room.deputy.pk, room.headteacher.pk}
    assert (Contact.objects.count(), Household.objects.count()) == before
    assert visit(client, room.lead, "keep_child", sister.pk, **adult).status_code == 302
    friend = factories.child(room.school, "Wren", "Vale", by=room.lead)
    again = adult | {"forename": "scott", "surname": "Redfern"}
    assert visit(client, room.office, "keep_child", friend.pk, **again).status_code == 302
    assert entered_again(friend) == told, "by the name alone, too"


def test_a_social_worker_or_an_adult_of_before_withholds_no_record(client: Any, room: Any):
    """Whom a hidden child had, or has from an organisation, keeps nobody from adding to another record."""
    worker = Adult("Idris", "Jo", organisation="Social care", mobile="07700 900001")
    home = Home("9 Curlew Rise", postcode="SK98 9JZ")
    had = Adult("Redfern", "Scott", mobile="07700 900002", home=0)
    own, friend = (
        factories.child(room.school, name, by=room.lead, homes=[home], adults=[worker, had]) for name in ("Ari", "Wren")
    )
    declare_conflict(user=room.office, child=own, kind="own_child", by=room.office)
    told, here = factories.told(), own.contacts.select_related("child", "contact")
    adult = {"deed": "adult", "forename": "Any", "surname": "Body", "order": "1", **TYPED}
    assert visit(client, room.office, "keep_child", friend.pk, **adult).status_code == 409
    keeping.end_adult(link=here.get(contact__forename="Scott"), is_correction=False, told=told, by=room.lead)
    assert visit(client, room.office, "keep_child", friend.pk, **adult).status_code == 409, "they live together"
    keeping.end_home(home=own.homes.get(), is_correction=False, told=told, by=room.lead)
    assert visit(client, room.office, "keep_child", friend.pk, **adult).status_code == 302
    hidden = Contact.objects.exclude(pk__in=Contact.objects.visible_to(room.office))
    assert {one.forename for one in hidden} == {"Jo", "Scott"}, "they are hidden as before"


def test_adult_with_responsibility_is_not_ended_by_the_way(room: Any):
    child = factories.child(room.school, by=room.office, adults=[Adult("Ashdown", "Kerry", responsibility=True)])
    link = child.contacts.select_related("child", "contact").get()
    for is_correction in (False, True):
        with pytest.raises(OutOfTurn, match="has parental responsibility"):
            keeping.end_adult(link=link, is_correction=is_correction, told=factories.told(), by=room.office)
    assert child.contacts.get().ends_on is None


# --- what was never true is passed on to nobody; what a hold rests on cannot end


def test_corrected_row_is_told_to_who_asks_and_in_no_pack(client: Any, room: Any):
    child = factories.child(room.school, by=room.office, adults=[Adult("Vale", "Jo", "Mr", "Uncle")])
    link = child.contacts.select_related("child", "contact").get()
    keeping.end_adult(link=link, is_correction=True, told=factories.told(note="Another family."), by=room.office)
    with asking(room.lead):

        def see(model: Any) -> Any:
            return model._default_manager.all().visible_to(room.lead)

        pack, asked = (
            " ".join(text.text for block in gather(see, [child.pk], with_errors=errors) for text in block.texts)
            for errors in (False, True)
        )
    assert "Vale" not in pack and "Another family." not in pack
    assert "Vale" in asked and "Another family." in asked
    page = text(visit(client, room.lead, "child_past", child.pk))
    assert "Mr Jo Vale" in page and "Entered wrongly" in page and "Another family." in page
    assert "Jo Vale" not in text(visit(client, room.lead, "child_people", child.pk))


HOLD = {"scope": "family", "kind": "court", "reason": "A claim.", "review_on": date(2027, 1, 11)}


def test_office_reads_the_same_of_a_link_under_a_hold_and_of_any_other(client: Any, room: Any):
    one, other, free = (factories.child(room.school, name, by=room.office) for name in ("Rowan", "Wren", "Ada"))
    for sister in (other, free):
        factories.link_siblings(one=one if sister == other else free, other=other, by=room.office)
    set_hold(school=room.school, token=uuid7(), child=one, by=room.lead, at=SCHOOL_DAY, **HOLD)
    pages = []
    for link, child in ((Sibling.objects.get(first=one), one), (Sibling.objects.exclude(first=one).get(), free)):
        answer = visit(client, room.office, "keep_row", child.pk, link.pk, deed="end", how="corrected", **TYPED)
        assert answer.status_code == 409
        pages.append(re.findall(r'<p class="hb-p">([^<]*)', text(answer)))
        assert Notice.objects.filter(kind="asked_to_end", object_id=child.pk).count() == 3
    assert (
        pages[0] == pages[1]
        and "A safeguarding lead has to end this. A safeguarding lead has been notified." in pages[0]
    )
    assert not Sibling.objects.exclude(ends_on=None).exists()


def test_family_hold_for_the_headteacher_alone_is_told_by_no_link(room: Any):
    """A lead who may not know of the hold ends the links, and both records stay under it."""
    one, ended, corrected, before = (
        factories.child(room.school, name, by=room.office) for name in ("Rowan", "Wren", "Ada", "Ivy")
    )
    for other in (ended, corrected, before):
        factories.link_siblings(one=one, other=other, by=room.office)

    def link_to(other: Child) -> Sibling:
        return Sibling.objects.get(Q(first=other) | Q(second=other))

    def end(other: Child, at: Any, *, is_correction: bool) -> None:
        told = factories.told(on=at.date())
        keeping.end_siblings(
            child=other, link=link_to(other), is_correction=is_correction, told=told, by=room.lead, at=at
        )

    end(before, SCHOOL_DAY - timedelta(days=9), is_correction=True)
    given = HOLD | {"for_headteacher": True}
    hold = set_hold(school=room.school, token=uuid7(), child=one, by=room.headteacher, at=SCHOOL_DAY, **given)
    assert not LegalHold.objects.visible_to(room.lead).filter(pk=hold.pk).exists()
    end(ended, SCHOOL_DAY + timedelta(hours=1), is_correction=False)
    end(corrected, SCHOOL_DAY + timedelta(hours=1), is_correction=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT record FROM rules.keeps_hold(%s)", [[ended.pk, corrected.pk, before.pk]])
        assert {key for (key,) in cursor.fetchall()} == {ended.pk, corrected.pk}
    assert set(known_family(one)) == {one.pk}


def test_link_is_ended_by_a_lead_alone_and_corrected_as_of_now_even_by_sql(room: Any):
    one, other = factories.child(room.school, by=room.office), factories.child(room.school, "Wren", by=room.office)
    factories.link_siblings(one=one, other=other, by=room.office)

    def by_sql(by: Any, **values: Any) -> int:
        with transaction.atomic():
            with as_role("web"), asking(by):
                done = int(Sibling.objects.update(ends_on=SCHOOL_DAY.date(), **values))
            transaction.set_rollback(True)
        return done

    now = timezone.now()
    for by, values in ((room.office, {}), (room.lead, {"corrected_at": now - timedelta(days=1)})):
        with pytest.raises(DatabaseError):
            by_sql(by, **values)
    assert by_sql(room.lead) == by_sql(room.lead, corrected_at=now) == 1


def test_family_hold_outlasts_what_is_corrected_about_home_and_parents(room: Any):
    """A lead sees it, and the office could be the parent whom the court asks about."""
    mother = [Adult("Ashdown", "Kerry", "Ms", "Mother", mobile="07700 900001", responsibility=True)]
    home = [Home("9 Curlew Rise", "Saltmarsh", postcode="SK98 9JZ")]
    child, housed, rehoused, born, split = (
        factories.child(room.school, name, by=room.office, **facts)
        for name, facts in (
            ("Rowan", {"homes": home, "adults": mother}),
            ("Ada", {"homes": home}),
            ("Ola", {"homes": home}),
            ("Wren", {"adults": mother}),
            ("Ivy", {"adults": mother}),
        )
    )
    family = [housed, rehoused, born, split]
    hold = set_hold(school=room.school, token=uuid7(), child=child, by=room.lead, at=SCHOOL_DAY, **HOLD)
    later = {"told": factories.told(), "by": room.office, "at": SCHOOL_DAY + timedelta(hours=1)}

    def adult_of(one: Child) -> dict[str, Any]:
        link = one.contacts.select_related("contact", "child").get(ends_on=None)
        return {"link": link, "values": {name: getattr(link.contact, name) for name in PERSON}}

    keeping.end_home(home=housed.homes.get(), is_correction=True, **later)
    moved = {"values": {"address": "1 Mill Lane", "town": "", "county": "", "postcode": ""}, "for_all": False}
    keeping.correct_address(home=rehoused.homes.get(), **moved, **later)
    for one in (split, child):
        said = adult_of(one)
        keeping.change_adult(link=said["link"], values=said["values"] | {"title": "Mrs"}, for_all=False, **later)
    said = adult_of(born)
    keeping.change_adult(link=said["link"], values=said["values"] | {"organisation": "Care"}, for_all=None, **later)
    with connection.cursor() as cursor:
        cursor.execute("SELECT record, row_key FROM rules.keeps_hold(%s)", [[one.pk for one in family]])
        kept = set(cursor.fetchall())
    assert kept == {(one.pk, hold.pk) for one in family}
    assert set(known_family(child)) == {child.pk}, "what was corrected makes no family from now on"


def known_family(child: Child) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT member FROM rules.family_of(%s)", [[child.pk]])
        return [key for (key,) in cursor.fetchall()]
