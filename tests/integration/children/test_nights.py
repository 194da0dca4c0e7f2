"""Nights of lists after a day of changes by hand: nothing is overwritten, doubled, lost, returned or asked twice."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from children.models import Child, Contact, HeldFact, ImportRow, ImportRun
from children.services import safeguards
from children.services.access import declare_conflict
from children.services.imports import TASK, decide, decide_later, start_import, take_up, waiting
from children.services.keeping import (
    Part,
    Told,
    ToldBy,
    add_adult,
    add_child,
    add_home,
    change_adult,
    change_stay,
    correct_address,
    end_adult,
    end_home,
    set_facts,
    set_roll,
    start_again,
)
from children.services.keeping.adults import PERSON
from children.services.merging import merge, undo
from safeguarding.accounts.models import Notice
from safeguarding.audit.context import Acting, acting, system_task
from safeguarding.audit.models import Event, LogEntry
from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7
from tests import factories
from tests.sheets import TODAY, bring_in, child, finish, look_at, number, row, sheet
from tests.walls import as_role, asking

pytestmark = pytest.mark.django_db
D = ImportRow.Decision


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def forty(cast):
    """Forty children on roll."""
    rows = [row(n, responsible="No" if n == 3 else "Yes") for n in range(40)]
    bring_in(cast.school, rows, by=cast.office)
    return rows


def night(cast, rows) -> ImportRun:
    """The list of a night, which the machine takes by itself."""
    return by_itself(cast, "a.csv", sheet(rows))


def by_itself(cast, name, content) -> ImportRun:
    with system_task(TASK):
        run = start_import(school=cast.school, file_name=name, chunks=[content], by=None, unattended=True)
    with as_role("worker"):
        take_up(run.pk)
    run.refresh_from_db()
    return run


def quiet(run: ImportRun) -> bool:
    """Whether a night changed nothing and asked nothing."""
    return not any(run.summary["done"].values()) and not waiting(run).exists()


TOLD = Told(by=ToldBy.FAMILY)


TYPED = {"forename": "Mohamed", "surname": "Hussein", "known_forename": "", "known_surname": "", "middle_names": ""}
TYPED |= {"date_of_birth": None, "sex": "M", "upn": "", "year_group": 3, "class_name": "3A", "entered_on": TODAY}


def test_what_was_changed_by_hand_stays_for_five_nights_until_the_list_says_the_same(cast, forty):
    named, numbered, mother, moved, left = child(0), child(1), child(2), child(4), child(5)
    how = {"told": TOLD, "by": cast.office}
    set_facts(child=named, part=Part.NAMES, values={"surname": "Marlow"}, is_correction=True, **how)
    set_facts(child=numbered, part=Part.NUMBERS, values={"upn": number(101)}, is_correction=True, **how)
    link = mother.contacts.get()
    person = {name: getattr(link.contact, name) for name in PERSON}
    change_adult(link=link, values=person | {"mobile": "07700 900777"}, for_all=None, **how)
    change_adult(link=link, values=person | {"mobile": "07700 900777", "surname": "Pickering"}, for_all=None, **how)
    end_adult(link=child(3).contacts.get(), is_correction=False, **how)
    address = {"address": "9 Curlew Rise", "town": "Hollowmoss", "county": "", "postcode": "SK98 9JZ"}
    add_home(child=moved, home=address | {"is_main": True, "pattern": ""}, **how)
    set_roll(child=left, values={"left_on": TODAY}, **how)
    assert HeldFact.objects.filter(school=cast.school).count() == 7
    made = add_child(school=cast.school, values=TYPED, **how).child
    merge(keep=child(6), other=child(7), reason="The same.", token=uuid7(), seen=None, by=cast.lead)

    run = night(cast, forty)
    [one, other] = waiting(run).order_by("number")
    assert {row.child_id for row in (one, other)} == {child(6).pk}
    decide_later(run=run, decisions={one.pk: D.TAKE, other.pk: D.LEAVE}, by=cast.lead, seen=run.revision)
    assert quiet(night(cast, forty))
    named.refresh_from_db()
    assert named.surname == "Marlow"
    assert Child.objects.get(pk=numbered.pk).detail.upn == number(101)
    assert Contact.objects.get(pk=link.contact_id).mobile == "07700 900777"
    assert child(4).homes.get(ends_on=None).household.address == "9 Curlew Rise"
    assert not child(3).contacts.filter(ends_on=None).exists()
    assert Contact.objects.filter(school=cast.school).count() == 40

    third = [row(0, surname="Vale"), row(1, upn=number(201)), row(2, mobile="07700 900666"), *forty[3:]]
    third.append(row(60, forename="Mohammed", surname="Hussain"))
    run = night(cast, third)
    [asked, renumbered, reached, like] = waiting(run).order_by("number")
    assert [(c["was"], c["now"], c["by_hand"]) for c in asked.changes] == [("Marlow", "Vale", True)]
    assert [(c["was"], c["now"], c["by_hand"]) for c in reached.changes] == [("07700 900777", "07700 900666", True)]
    assert (renumbered.child, like.child) == (numbered, made)
    assert [(c["was"], c["now"], c["by_hand"]) for c in renumbered.changes] == [(number(101), number(201), True)]
    keep = dict.fromkeys((asked.pk, renumbered.pk, reached.pk, like.pk), D.KEEP_HELD)
    assert decide_later(run=run, decisions=keep, by=cast.lead, seen=run.revision) == (4, 0)
    assert quiet(night(cast, third))
    # Once for each value: what else changes of the child goes in, and another number is asked about.
    for upn, changed, asks in ((201, 1, 0), (202, 0, 1)):
        run = night(cast, [third[0], row(1, upn=number(upn), room="3C"), *third[2:]])
        assert (run.summary["done"]["changed"], waiting(run).count()) == (changed, asks)
    assert Child.objects.get(pk=numbered.pk).detail.upn == number(101)
    assert (child(60).pk, child(60).forename, child(60).surname) == (made.pk, "Mohamed", "Hussein")

    lee = {"adult": "Mr Lee Hussein", "mobile": "07700 900999", "responsible": "No"}
    agrees = [
        row(0, surname="Marlow"),
        row(1, upn=number(101), room="3C"),
        row(2, adult="Mrs Ann Pickering", mobile="07700 900777"),
        row(3, adult="Mrs Other Person", mobile="07700 900888", responsible="No"),
        row(4, address="9 Curlew Rise, Hollowmoss", postcode="SK98 9JZ"),
        forty[6],
        *forty[8:],
        row(60, forename="Mohamed", surname="Hussein", since="20/11/2026", **lee),
    ]
    assert night(cast, agrees).summary["done"] == {"joined": 0, "changed": 2, "returned": 0, "left": 0}
    assert not HeldFact.objects.filter(school=cast.school).exists()
    assert Child.objects.filter(school=cast.school, merged_into=None).count() == 40
    assert (
        not Child.objects.filter(school=cast.school, merged_into=None)
        .exclude(pk=left.pk)
        .exclude(left_on=None)
        .exists()
    )


@pytest.mark.parametrize(
    ("decision", "name", "children"),
    [(D.TAKE, "Mohammed", 41), (D.KEEP_HELD, "Mohamed", 41), (D.TAKE_NEW, "Mohammed", 42)],
)
def test_a_child_added_here_is_the_one_that_a_list_names_otherwise(cast, forty, decision, name, children):
    made = add_child(school=cast.school, values=TYPED, told=TOLD, by=cast.office).child
    assert quiet(night(cast, forty))
    listed = [*forty, row(60, forename="Mohammed", surname="Hussain")]
    run = night(cast, listed)
    [asked] = waiting(run)
    assert (asked.child, [p["code"] for p in asked.problems]) == (made, ["added_here"])
    decide_later(run=run, decisions={asked.pk: decision}, by=cast.lead, seen=run.revision)
    assert child(60).forename == name
    assert quiet(night(cast, listed))
    assert Child.objects.filter(school=cast.school, left_on=None).count() == children


def test_what_was_kept_is_not_asked_about_again_and_stands_on_its_page(client, cast, forty):
    said = [row(0, born="28/03/2018"), row(1, adult="Mr Lee Vale", mobile="07700 900999"), *forty[2:]]
    run = night(cast, said)
    keep = dict.fromkeys(waiting(run).values_list("pk", flat=True), D.KEEP_HELD)
    assert decide_later(run=run, decisions=keep, by=cast.lead, seen=run.revision) == (2, 0)
    client.force_login(cast.office)
    page = client.get(reverse("import_run", args=[run.pk])).content.decode()
    assert "Kept as in Harbour" in page and "2 rows" in page and "Every row was taken" not in page
    assert quiet(night(cast, said))
    page = client.get(reverse("differs")).content.decode()
    for words in ("1 March 2018", "28 March 2018", "Mr Lee Vale", "Not on the record"):
        assert words in page
    assert "2 facts differ from your system" in client.get("/", follow=True).content.decode()
    client.force_login(cast.teacher)
    assert client.get(reverse("differs")).status_code == 403
    night(cast, forty)
    client.force_login(cast.office)
    assert "Nothing differs" in client.get(reverse("differs")).content.decode()


def test_differs_says_of_the_list_only_what_a_list_has_said(client, cast, forty):
    """Of nobody whom no list has named, and no address that is confidential for another child."""
    how = {"told": TOLD, "by": cast.office}
    forty[1] = row(1, address="0 Snipe Street, Hollowmoss")
    night(cast, [row(0, responsible=""), *forty[1:]])
    made = add_child(school=cast.school, values=TYPED, **how).child
    link = {"relationship": "Aunt", "order": 2, "is_emergency": True, "delegated_authority": ""}
    for one, surname in ((made, "Quarmby"), (child(2), "Tarn"), (child(3), "Swale")):
        person = dict.fromkeys(PERSON, "") | {"forename": "Jane", "surname": surname, "mobile": "07700 900555"}
        add_adult(child=one, person=person, link=link, **how)
        added = one.contacts.get(contact__surname=surname, ends_on=None)
        values = person | {"surname": f"{surname}e", "mobile": "07700 900556"}
        change_adult(link=added, values=values, for_all=None, **how)
        if surname != "Swale":
            end_adult(link=added, is_correction=False, **how)
    place = {"town": "Hollowmoss", "county": "", "postcode": "SK98 9JZ", "pattern": "", "is_main": True}
    for serial, street in ((1, "9 Curlew Rise"), (5, "7 Curlew Rise")):
        add_home(child=child(serial), home=place | {"address": street}, **how)
    facts = safeguards.AddressFacts(reason="A refuge.", starts_on=TODAY, told_by="family")
    safeguards.record_safeguard(child=child(0), token=uuid7(), facts=facts, by=cast.lead)
    safeguards.end(row=answer(4), last_day=TODAY, reason="A court took it away.", by=cast.lead)
    client.force_login(cast.office)
    page = client.get(reverse("differs")).content.decode()
    for words in ("Quarmby", "Tarn", "Swale", "900555", "900556", "0 Snipe Street", "9 Curlew Rise"):
        assert words not in page
    for words in ("Mohamed Hussein", "Add the child to your list", "7 Curlew Rise", "an address that is not shown"):
        assert words in page
    assert page.count("Harbour has nothing: enter it here, or take it out of your system") == 1

    tarn = [*forty[:2], row(2, adult="Jane Tarne", relation="Aunt", mobile="", responsible=""), *forty[3:]]
    [asked] = waiting(night(cast, tarn))
    assert [(one["field"], one["by_hand"]) for one in asked.changes] == [("adult", True)]


def test_the_page_of_a_night_says_who_and_what_changed_until_the_next(client, cast, forty):
    """To who may see the children: of a hidden one, and of a confidential address, nothing."""
    declare_conflict(user=cast.office, child=child(1), kind="relative", by=cast.lead)
    listed = [row(0, room="3C", address="9 Curlew Rise"), row(1, room="Heron"), *forty[2:39], row(50, forename="Wren")]
    run = night(cast, listed)
    facts = safeguards.AddressFacts(reason="A refuge.", starts_on=TODAY, told_by="family")
    safeguards.record_safeguard(child=child(0), token=uuid7(), facts=facts, by=cast.lead)
    seen = {}
    for reader in (cast.office, cast.lead):
        client.force_login(reader)
        seen[reader] = client.get(reverse("import_run", args=[run.pk])).content.decode()
        for words in ("Rowan0", "3C", "Wren", "Rowan39", "confidential, and not shown here"):
            assert words in seen[reader]
        assert "Curlew" not in seen[reader] and "Rowan5 " not in seen[reader]
    assert ("Heron" in seen[cast.office], "Heron" in seen[cast.lead]) == (False, True)
    assert not run.rows.filter(facts__has_key="adults").exists()
    assert quiet(night(cast, [*listed[:2], row(2, room="3C"), *listed[3:]])) is False
    assert not run.rows.exists()


ANNE = {"adult": "Mrs Anne Ashdown-Vale3", "mobile": "07700900003", "responsible": "No"}
CTF_ADULT = (
    f"<CTfile><CTFpupilData><Pupil><UPN>{number(3)}</UPN><Surname>AshdownD</Surname><Forename>Rowan3</Forename>"
    "<DOB>2018-03-04</DOB><Contacts><Contact><Surname>Ashdown3</Surname><Forename>Ann</Forename></Contact></Contacts>"
    "</Pupil></CTFpupilData></CTfile>"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", [ANNE]),
        ("a.csv", [ANNE | {"adult": "Mrs Ashdown3", "mobile": ""}]),
        ("a.csv", [ANNE | {"adult": "Ms Ann Ashdown Three", "mobile": ""}, {"mobile": "07700 900003"}]),
        ("a.xml", CTF_ADULT.encode()),
    ],
    ids=["other_name_same_mobile", "title_alone", "changed_before", "transfer_file"],
)
def test_an_adult_who_was_ended_comes_back_by_a_person_alone(cast, forty, name, content):
    """Under another spelling, or by a transfer file; kept off, nobody asks again."""
    link = child(3).contacts.get()
    if name == "a.csv" and len(content) > 1:
        person = {field: getattr(link.contact, field) for field in PERSON} | {"surname": "Ashdown Three"}
        change_adult(link=link, values=person, for_all=None, told=TOLD, by=cast.office)
    end_adult(link=link, is_correction=False, told=TOLD, by=cast.office)
    listed = [*forty[:3], row(3, responsible="No") | content[0], *forty[4:]] if name == "a.csv" else []
    run = by_itself(cast, name, sheet(listed) if listed else content)
    assert not child(3).contacts.filter(ends_on=None).exists()
    [asked] = waiting(run)
    assert [(one["field"], one["by_hand"]) for one in asked.changes if one["grave"]] == [("adult", True)]
    decide_later(run=run, decisions={asked.pk: D.KEEP_HELD}, by=cast.lead, seen=run.revision)
    assert quiet(night(cast, listed or forty))
    assert not child(3).contacts.filter(ends_on=None).exists()


@pytest.mark.parametrize("reached", ["07700900002", "07700 900999"], ids=["same_mobile", "same_place"])
@pytest.mark.parametrize(
    ("decision", "names"),
    [
        (D.TAKE, ["Mrs Ann Iqbal-Shah"]),
        (D.KEEP_HELD, ["Mrs Ann Ashdown2"]),
        (D.ADD_ADULT, ["Mrs Ann Ashdown2", "Mrs Ann Iqbal-Shah"]),
    ],
)
def test_an_adult_of_another_name_is_the_same_when_somebody_says_so(cast, forty, decision, names, reached):
    listed = [*forty[:2], row(2, adult="Mrs Ann Iqbal-Shah", mobile=reached), *forty[3:]]
    run = night(cast, listed)
    [asked] = waiting(run)
    said = [(one["was"], one["now"]) for one in asked.changes if one["grave"]]
    assert said == [("Mrs Ann Ashdown2", "Mrs Ann Iqbal-Shah")]
    decide_later(run=run, decisions={asked.pk: decision}, by=cast.lead, seen=run.revision)
    for _ in range(2):
        links = child(2).contacts.filter(ends_on=None).select_related("contact")
        assert sorted(link.contact.full_name for link in links) == names
        held = child(2).responsibilities.filter(ends_on=None, held=True).values("contact")
        assert held.distinct().count() == len(names)
        assert quiet(night(cast, listed))
    was = LogEntry.objects.filter(object_type="children.contact", changes__surname=["Ashdown2", "Iqbal-Shah"])
    assert was.exists() == (decision == D.TAKE)


def test_an_adult_who_was_kept_off_and_is_added_then_no_longer_differs(cast, forty):
    """How that adult is reached was typed here: another number of the list waits."""
    listed = [row(1, adult="Mr Lee Vale", mobile="07700 900999", responsible="Yes"), *forty[2:], forty[0]]
    run = night(cast, listed)
    decide_later(run=run, decisions={waiting(run).get().pk: D.KEEP_HELD}, by=cast.lead, seen=run.revision)
    assert HeldFact.objects.get().field == "adult"
    person = dict.fromkeys(PERSON, "") | {"title": "Mr", "forename": "Lee", "surname": "Vale", "mobile": "07700 900111"}
    link = {"relationship": "Father", "order": 2, "is_emergency": True, "delegated_authority": ""}
    add_adult(child=child(1), person=person, link=link, told=TOLD, by=cast.office)
    assert [(fact.field, fact.said) for fact in HeldFact.objects.all()] == [("mobile", "")]
    run = night(cast, [listed[0] | {"responsible": ""}, *listed[1:]])
    [asked] = waiting(run)
    assert [(one["field"], one["was"]) for one in asked.changes] == [("mobile", "07700 900111")]


def test_what_the_list_says_of_where_a_child_lives_is_of_the_main_home(cast, forty):
    """Another home, its pattern and its end change nothing of it; another main home does, and a brother's too."""
    how = {"told": TOLD, "by": cast.office}
    forty[1] = row(1, address="0 Snipe Street, Hollowmoss")
    night(cast, forty)
    place = {"town": "Hollowmoss", "county": "", "postcode": "SK98 9JZ", "pattern": ""}
    add_home(child=child(0), home=place | {"address": "9 Curlew Rise", "is_main": False}, **how)
    second = child(0).homes.get(is_main=False)
    end_home(home=second, is_correction=False, **how)
    assert not HeldFact.objects.exists()
    add_home(child=child(0), home=place | {"address": "8 Curlew Rise", "is_main": False}, **how)
    main, second = (child(0).homes.get(is_main=one, ends_on=None) for one in (True, False))
    mended = {"address": "1 Snipe Lane", "town": "Hollowmoss", "county": "", "postcode": "SK99 9RN"}
    correct_address(home=main, values=mended, for_all=True, **how)
    for serial in (0, 1):
        assert HeldFact.objects.get(child=child(serial)).said["address"] == "0 Snipe Street"
        assert child(serial).homes.get(is_main=True, ends_on=None).household.address == "1 Snipe Lane"
    change_stay(home=second, values={"pattern": "", "is_main": True}, **how)
    for _ in range(2):
        assert quiet(night(cast, forty))
    assert child(0).homes.get(is_main=True, ends_on=None).household.address == "8 Curlew Rise"
    assert HeldFact.objects.get(child=child(0)).said["address"] == "0 Snipe Street"


def test_a_child_who_is_back_is_so_from_the_day_that_was_typed(cast, forty):
    how = {"told": TOLD, "by": cast.office}
    set_roll(child=child(5), values={"left_on": TODAY - timedelta(days=9)}, **how)
    start_again(child=child(5), entered_on=TODAY, values={"year_group": 3, "class_name": "3C"}, **how)
    said = {fact.field: fact.said for fact in HeldFact.objects.all()}
    assert said == {"entered_on": "2024-09-03", "class_name": "3A"}
    assert quiet(night(cast, forty))
    assert (child(5).entered_on, child(5).class_name) == (TODAY, "3C")


def test_a_confidential_address_is_shown_to_who_asks_for_it_alone(client, cast, forty):
    """One that is not confidential stands in the row that waits."""
    run = night(cast, [row(0, address="Address withheld"), *forty[1:]])
    decide_later(run=run, decisions={waiting(run).get().pk: D.TAKE}, by=cast.lead, seen=run.revision)
    home = {"address": "6 Tern Row", "town": "", "county": "", "postcode": "SK98 9JZ", "pattern": "", "is_main": True}
    add_home(child=child(1), home=home, told=TOLD, by=cast.office)
    elsewhere = [row(0, address="9 Curlew Rise, Hollowmoss"), row(1, address="4 Dunlin Way, Hollowmoss"), *forty[2:]]
    run = night(cast, elsewhere)
    hidden, plain = waiting(run).order_by("number")
    client.force_login(cast.office)
    page = client.get(reverse("import_run", args=[run.pk])).content.decode()
    assert "6 Tern Row" in page and "4 Dunlin Way" in page and "Curlew" not in page and "Snipe" not in page
    ask = {"seen": run.revision, "open": str(hidden.pk), f"row_{plain.pk}": "leave"}
    page = client.post(reverse("import_rows", args=[run.pk]), ask).content.decode()
    assert "0 Snipe Street" in page and "9 Curlew Rise" in page
    assert Event.objects.filter(object_id=child(0).pk, purpose="address", actor_id=cast.office.pk).count() == 1
    assert client.post(reverse("import_rows", args=[run.pk]), ask | {"open": str(run.pk)}).status_code == 404
    keep = dict.fromkeys((hidden.pk, plain.pk), D.KEEP_HELD)
    decide_later(run=run, decisions=keep, by=cast.lead, seen=run.revision)
    assert quiet(night(cast, elsewhere))
    page = client.get(reverse("differs")).content.decode()
    assert "an address that is not shown" in page and "Curlew" not in page and "Snipe" not in page


def test_a_list_tells_nothing_of_a_home_that_is_hidden_from_who_gives_it(client, cast, forty):
    """Who moves there and who joins there is for a colleague; of a home that is not hidden nobody has to ask."""
    declare_conflict(user=cast.office, child=child(0), kind="relative", by=cast.lead)
    there = {"address": "0 Snipe Street, Hollowmoss"}
    listed = [forty[0], row(1, **there), row(2, address="7 Tern Row, Hollowmoss"), *forty[3:], row(50, **there)]
    client.force_login(cast.office)
    client.post(reverse("imports"), {"file": SimpleUploadedFile("a.csv", sheet(listed))})
    run = ImportRun.objects.latest("uploaded_at")
    for show, other in (("changes", "7 Tern Row"), ("joins", "Nobody joins"), ("waiting", "Nothing waits for you")):
        page = client.get(reverse("import_run", args=[run.pk]), {"show": show}).content.decode()
        assert other in page and "Rowan1 " not in page and "Rowan50" not in page and "0 Snipe" not in page
    told = Notice.objects.filter(kind="entered_again", object_id=child(0).pk).values_list("user", flat=True)
    assert set(told) == {cast.lead.pk, cast.deputy.pk, cast.headteacher.pk}
    client.post(reverse("confirm_import", args=[run.pk]), {"seen": run.revision})
    run.refresh_from_db()
    assert child(2).homes.get(ends_on=None).household.address == "7 Tern Row"
    assert child(1).homes.get(ends_on=None).household.address == "1 Snipe Street"
    with working(cast.lead, cast.school):
        rows = waiting(run, by=cast.lead)
        taken = dict.fromkeys(rows.values_list("pk", flat=True), D.TAKE)
        assert decide_later(run=run, decisions=taken, by=cast.lead, seen=run.revision) == (2, 0)
    home = child(0).homes.get(ends_on=None).household
    assert [child(n).homes.get(ends_on=None).household for n in (1, 50)] == [home, home]
    assert not Notice.objects.filter(kind="entered_again", user=cast.office).exists()


def test_differs_shows_no_address_to_whom_a_home_is_hidden(client, cast, forty):
    """Which of them was left out would tell of it."""
    home = {
        "address": "9 Curlew Rise",
        "town": "",
        "county": "",
        "postcode": "SK98 9JZ",
        "pattern": "",
        "is_main": True,
    }
    add_home(child=child(1), home=home, told=TOLD, by=cast.lead)
    client.force_login(cast.office)
    for hidden in (False, True):
        if hidden:
            declare_conflict(user=cast.office, child=child(0), kind="relative", by=cast.lead)
        page = client.get(reverse("differs")).content.decode()
        assert ("9 Curlew Rise" in page, "1 Snipe Street" in page) == (not hidden, not hidden)
        assert ("an address that is not shown" in page) == hidden


SIBLINGS = {"adult": "Mrs Ann Marlow", "mobile": "07700 900900"}


@pytest.mark.parametrize(
    ("names", "decisions", "refused"),
    [
        (("Iqbal", "Iqbal"), (D.TAKE, D.ADD_ADULT), "same answer"),
        (("Iqbal", "Iqbal"), (D.TAKE, D.KEEP_HELD), "same answer"),
        (("Iqbal", "Shah"), (D.TAKE, D.TAKE), "different names"),
        (("Iqbal", "Iqbal"), (D.TAKE, D.TAKE), ""),
        (("Iqbal", "Shah"), (D.TAKE, D.ADD_ADULT), ""),
    ],
)
def test_brothers_and_sisters_say_one_thing_of_the_adult_they_share(cast, names, decisions, refused):
    bring_in(cast.school, [row(1, **SIBLINGS), row(2, **SIBLINGS)], by=cast.office)
    renamed = [row(n, **SIBLINGS | {"adult": f"Mrs Ann {name}"}) for n, name in enumerate(names, start=1)]
    run = look_at(cast.school, renamed, by=cast.office)
    said = dict(zip(run.rows.order_by("number").values_list("pk", flat=True), decisions, strict=True))
    if refused:
        with pytest.raises(BadInput, match=f"Rows 2 and 3 .*{refused}"):
            decide(run=run, decisions=said, by=cast.office)
        return
    decide(run=run, decisions=said, by=cast.office)
    finish(run, by=cast.office)
    adults = Contact.objects.filter(school=cast.school, children__ends_on=None).distinct()
    assert {adult.surname for adult in adults} == set(names)


def test_what_was_said_here_of_an_address_and_of_who_decides_stays(cast, forty):
    """By the office, before anybody confirms it; and by the lead of the trust, who keeps no list."""
    withheld = [row(0, address="Address withheld"), *forty[1:]]
    run = night(cast, withheld)
    decide_later(run=run, decisions={waiting(run).get().pk: D.TAKE}, by=cast.lead, seen=run.revision)
    trust_lead = factories.member(cast.school, "trust_lead", "Ida", "Marsh")
    with working(trust_lead, cast.school):
        safeguards.end(row=child(0).confidential_addresses.get(), last_day=TODAY, reason="Safe now.", by=trust_lead)
        safeguards.end(row=answer(2), last_day=TODAY, reason="A court took it away.", by=trust_lead)
    for held, by in ((True, cast.office), (False, cast.office)):
        with working(by, cast.school):
            adult = child(1).contacts.get().contact
            facts = safeguards.ResponsibilityFacts(contact=adult, held=held, basis="unknown", told_by="family")
            safeguards.record_safeguard(child=child(1), token=uuid7(), facts=facts, by=by)
    for _ in range(2):
        assert quiet(night(cast, withheld))
    assert (child(0).detail.address_confidential, answer(1).held, answer(2)) == (False, False, None)
    assert HeldFact.objects.count() == 3

    other = [*withheld[:1], row(1, responsible="No"), row(2, responsible="No"), *forty[3:]]
    run = night(cast, other)
    assert [row.child for row in waiting(run)] == [child(2)]
    assert set(HeldFact.objects.values_list("child", flat=True)) == {child(0).pk, child(2).pk}


@contextmanager
def working(person, school):
    """Whatever is done inside this person does at the school, as on a page."""
    with asking(person), acting(Acting(user_id=person.pk, school_id=school.pk)):
        yield


def answer(serial):
    """What stands of the adult of a child: whether they have parental responsibility."""
    return child(serial).responsibilities.filter(ends_on=None).first()


def test_whoever_is_said_to_be_gone_or_here_stays_so(cast, forty):
    run = night(cast, forty[:30])
    here = dict.fromkeys(waiting(run).values_list("pk", flat=True), D.LEAVE)
    assert decide_later(run=run, decisions=here, by=cast.lead, seen=run.revision) == (10, 0)
    run.refresh_from_db()
    assert run.summary["decided"] == {"kept": 0, "left_out": 10}
    assert quiet(night(cast, forty[:30]))
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 40

    night(cast, forty)
    assert not HeldFact.objects.exists()
    set_roll(child=child(0), values={"left_on": TODAY}, told=TOLD, by=cast.office)
    assert waiting(night(cast, forty[20:])).count() == 19
    assert quiet(night(cast, forty))
    night(cast, forty[1:])
    assert not HeldFact.objects.exists()
    forty = forty[1:]
    bring_in(cast.school, forty[:38], by=cast.office)
    run = night(cast, forty)
    not_back = waiting(run).get()
    assert not_back.kind == "returns"
    decide_later(run=run, decisions={not_back.pk: D.LEAVE}, by=cast.lead, seen=run.revision)
    assert quiet(night(cast, [*forty[:38], row(39, room="3C")]))
    assert not child(39).is_on_roll


def test_after_a_merge_the_values_of_the_record_that_stays_count(cast, forty):
    keep, other = child(0), child(1)
    done = merge(keep=keep, other=other, reason="The same.", token=uuid7(), seen=None, by=cast.lead)
    assert quiet(night(cast, [row(1), *forty[2:]]))
    keep.refresh_from_db()
    assert (keep.forename, keep.detail.date_of_birth.day) == ("Rowan0", 1)
    undo(merge=done, reason="They are two.", by=cast.lead)
    assert not HeldFact.objects.filter(child=keep).exists()
    assert quiet(night(cast, forty))


def test_a_transfer_file_waits_where_it_differs(cast, forty):
    """It is no list: what is kept against it is not remembered."""
    xml = (
        f"<CTfile><CTFpupilData><Pupil><UPN>{number(0)}</UPN><Surname>Marlow</Surname><Forename>Rowan0</Forename>"
        "<DOB>2018-03-01</DOB></Pupil></CTFpupilData></CTfile>"
    )
    run = by_itself(cast, "a.xml", xml.encode())
    [asked] = waiting(run)
    assert [c["field"] for c in asked.changes if c["grave"]] == ["surname"]
    assert quiet(night(cast, forty))
    assert waiting(run).exists()
    decide_later(run=run, decisions={asked.pk: D.KEEP_HELD}, by=cast.lead, seen=run.revision)
    assert not HeldFact.objects.exists()
