"""Does a named holder get what they need when nothing works, encrypted or sealed, and do leads hear when it is true no
more?
"""

import html
import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.facts import Adult, Order
from children.models import ContactRestriction
from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import EmergencySheet
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import emergency
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import Staffroom
from tests.matrix.filling import forms_of
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db


@pytest.fixture
def rowan(room: Staffroom) -> Any:
    dad = Adult(
        surname="Ashdown",
        forename="Gary",
        relationship="Father",
        responsibility=True,
        orders=[Order(kind="no_contact", terms="Not within 100 metres of the school.", starts_on=date(2026, 1, 5))],
    )
    worker = Adult(surname="Rigby", forename="Sarah", relationship="Social worker", mobile="07700 900444")
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office, adults=[dad, worker])


def of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def make(client: Client, **changed: Any) -> Any:
    said = {"form": "file", "holder": "Helen Okafor", "place": "Safe", "envelope": "", "token": str(uuid7()), **changed}
    return client.post(reverse("make_sheet"), said)


def fetch(client: Client, made: Any) -> Any:
    proof = re.search(r'name="proof" value="([^"]+)"', made.content.decode())
    assert proof
    sheet = EmergencySheet.objects.order_by("-made_at", "-number")[0]
    return client.post(reverse("sheet_out", args=[sheet.pk]), {"proof": html.unescape(proof[1])})


def told(sheet: EmergencySheet) -> set[Any]:
    return {n.user for n in Notice.objects.filter(object_id=sheet.pk, kind=ConcernNotice.SHEET)}


def test_an_encrypted_file_opens_with_the_words_that_are_shown_once_and_with_nothing_else(clock, room, rowan):
    lead, token = of(room.lead), str(uuid7())
    made = make(lead, token=token)
    words = re.search(r"([a-z2-9]{5}-){4}[a-z2-9]{5}", made.content.decode())
    assert words
    assert make(lead, token=token).status_code == 200
    assert EmergencySheet.objects.count() == 1
    # The form that fetches the file brings the words back sealed, and comes back on no other page.
    [form] = [one for one in forms_of(made.content.decode()) if one.values("proof")]
    [proof] = form.values("proof")
    assert words[0].encode() not in signing.b64_decode(proof.split(":")[0].encode())
    assert proof not in Client().post(form.action, form.sent()).content.decode()
    file = fetch(lead, made)
    assert file.status_code == 200
    assert b"Ashdown" not in file.content
    for wrong in ("", "wrong"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.Pdf.open(BytesIO(file.content), password=wrong)
    with pikepdf.Pdf.open(BytesIO(file.content), password=words[0]) as opened:
        assert (opened.encryption.R, opened.encryption.bits) == (6, 256)
        plain = BytesIO()
        opened.save(plain)
    paper = Printed(plain.getvalue()).text
    for said in (
        "Rowan Ashdown",
        "Gary Ashdown",
        "Not within 100 metres",
        "Sarah Rigby",
        "07700 900444",
        "Priya Raman",
        "extension 214",
        "Helen Okafor",
        "E-2026-0001",
    ):
        assert said in paper, said
    sheet = EmergencySheet.objects.get()
    assert Event.objects.filter(object_id=sheet.pk, verb=Verb.EXPORT, actor_id=room.lead.pk).count() == 1
    assert Event.objects.filter(object_id=rowan.pk, verb=Verb.EXPORT, purpose="emergency sheet").count() == 1
    assert words[0] not in str(list(EmergencySheet._base_manager.values()))
    # Another's page, and one of yesterday, give nothing out; nor does the form that made it, sent once more.
    assert fetch(of(room.headteacher), made).status_code == 422
    clock.shift(timedelta(minutes=16))
    assert fetch(of(room.lead), made).status_code == 422
    assert make(of(room.lead), token=token).headers["Location"] == reverse("sheet", args=[sheet.pk])


def test_one_that_is_destroyed_is_given_out_no_more_and_stands_below_those_that_are_held(clock, room, rowan):
    lead = of(room.lead)
    tokens = [str(uuid7()), str(uuid7())]
    made = [make(lead, token=token) for token in tokens][1]
    newest, held = EmergencySheet.objects.order_by("-number")
    assert fetch(lead, made).status_code == 200
    lead.post(reverse("sheet", args=[newest.pk]), {"destroyed": "1"})
    gone = fetch(lead, made)
    assert gone.status_code == 422
    assert "written down as destroyed" in gone.content.decode()
    assert make(lead, token=tokens[1]).status_code == 303
    page = lead.get(reverse("sheets")).content.decode()
    rows = [page.index(reverse("sheet", args=[one.pk])) for one in (held, newest)]
    assert rows == sorted(rows)


def test_a_sealed_print_needs_its_seal_and_only_those_who_manage_the_school_make_one(clock, room, rowan):
    lead = of(room.lead)
    lacking = make(lead, form="print", place="Fire box")
    assert lacking.status_code == 422
    assert "Enter the number on the seal" in lacking.content.decode()
    assert "Fire box" in lacking.content.decode()
    printed = Printed(fetch(lead, make(lead, form="print", envelope="S-114")).content).text
    assert "Seal S-114" in printed
    for person, status in ((room.deputy, 403), (room.office, 403), (room.headteacher, 200)):
        assert of(person).get(reverse("sheets")).status_code == status
        assert make(of(person)).status_code == status
    sheet = EmergencySheet.objects.first()
    assert sheet
    assert of(factories.staffroom("Gorse Hill Academy").lead).get(reverse("sheet", args=[sheet.pk])).status_code == 404
    with pytest.raises(NotAllowed):
        emergency.destroy_sheet(sheet=sheet, by=room.deputy)


def test_when_a_fact_changes_those_who_make_sheets_are_told_once_until_it_is_destroyed(clock, room, rowan):
    lead = of(room.lead)
    make(lead)
    sheet = EmergencySheet.objects.get()
    assert emergency.check_sheets() == 0
    assert "E-2026-0001" not in lead.get(reverse("today")).content.decode()
    ContactRestriction._base_manager.update(ends_on=date(2026, 11, 24))
    clock.shift(timedelta(days=1))
    assert emergency.check_sheets() == 1
    assert emergency.check_sheets() == 0
    assert told(sheet) == {room.lead, room.headteacher}
    assert "Out of date" in of(room.headteacher).get(reverse("today")).content.decode()
    assert "E-2026-0001" not in of(room.deputy).get(reverse("today")).content.decode()
    page, lead = reverse("sheet", args=[sheet.pk]), of(room.lead)
    assert lead.post(page, {"destroyed": "1"}).status_code == 303
    assert lead.post(page, {"destroyed": "1"}).status_code == 409
    assert page not in lead.get(reverse("today")).content.decode()
    sheet.refresh_from_db()
    assert sheet.destroyed_by == room.lead
    assert not Notice.objects.filter(object_id=sheet.pk, opened_at=None, settled_at=None).exists()


def test_a_child_who_is_hidden_from_its_maker_is_not_on_it_and_only_colleagues_hear_that_it_lacks_something(
    clock, room, rowan
):
    declare_conflict(user=room.lead, child=rowan, kind="relative", by=room.lead)
    lead, head = of(room.lead), of(room.headteacher)
    printed = Printed(fetch(lead, make(lead, form="print", envelope="S-115")).content).text
    assert "Ashdown" not in printed
    assert "Sarah Rigby" not in printed
    assert emergency.check_sheets() == 0
    sheet = EmergencySheet.objects.get()
    page = reverse("sheet", args=[sheet.pk])
    log = reverse("event_log")
    for client, hears in ((lead, False), (head, True)):
        for address, words in (
            (reverse("today"), "Not whole"),
            (page, "This sheet is incomplete"),
            (reverse("sheets"), "Not whole"),
            (f"{log}?as=csv", "verify"),
        ):
            shown = client.get(address)
            assert shown.status_code == 200, address
            assert (words in shown.content.decode()) == (hears and address != f"{log}?as=csv"), address
    assert told(sheet) == set()
    assert Event.objects.filter(object_id=sheet.pk, verb=Verb.VERIFY).values_list("school_id", "purpose").get() == (
        None,
        "compared",
    )
    # The first page of a colleague is on record as that of whoever made it, sheet for sheet.
    sheets = "concerns.emergencysheet 1 emergency sheets"
    listed = Event.objects.filter(verb=Verb.LIST, shown__contains=sheets, school_id=room.school.pk)
    assert listed.filter(actor_id=room.lead.pk).count() == listed.filter(actor_id=room.headteacher.pk).count() == 2
    whole = Printed(fetch(head, make(head, form="print", envelope="S-116")).content).text
    assert "Rowan Ashdown" in whole


def test_the_facts_are_read_once_for_all_sheets_of_a_maker(clock, room, rowan, django_assert_num_queries):
    lead = of(room.lead)
    make(lead)
    with CaptureQueriesContext(connection) as one:
        emergency.check_sheets()
    asked = len(one)
    for _ in range(2):
        make(lead)
    with django_assert_num_queries(asked):
        emergency.check_sheets()
