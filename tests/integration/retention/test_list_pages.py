"""Do the pages of lists show each person what is theirs, take what they type once, and lose none of it?"""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.services import access
from retention.models import Approval, Decision, DestructionItem, DestructionList, ItemReason, RetentionRule
from retention.services.holds import set_hold
from retention.services.lists import stop
from retention.services.statements import mark
from safeguarding.accounts.models import Notice, User
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.access import name_subject
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from tests import factories
from tests.integration.demo.test_queries import LISTS, RECORDS, asked

from . import signing
from .conftest import Office, later

pytestmark = pytest.mark.django_db
S = DestructionList.Status
WHY = "Read in full. No abuse is recorded."


class Visitor:
    """Somebody at a browser without scripts."""

    def __init__(self, client: Client, person: User) -> None:
        self.client = client
        client.force_login(person)

    def page(self, name: str, *keys: Any) -> str:
        answer = self.client.get(reverse(name, args=keys))
        assert answer.status_code == 200, answer.status_code
        return said(answer)

    def status(self, name: str, *keys: Any) -> int:
        return int(self.client.get(reverse(name, args=keys)).status_code)

    def send(self, on_list: DestructionList, deed: str, **typed: Any) -> Any:
        """Send a form of the page, as the page is now."""
        on_list.refresh_from_db()
        given = {"deed": deed, "seen": on_list.revision, "token": uuid7(), **typed}
        return self.client.post(reverse("destruction_list", args=[on_list.pk]), given)

    def approve(self, on_list: DestructionList, **typed: Any) -> Any:
        on_list.refresh_from_db()
        ticks = {"not_reviewer": "on", "officer_asked": "on", "has_read": "on"}
        given = {"seen": on_list.revision, **ticks, **typed}
        return self.client.post(reverse("approve_destruction", args=[on_list.pk]), given)


def conflict(person: User, child: Any) -> None:
    access.declare_conflict(user=person, child=child, kind="close", by=person)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def destroy(place: int, **typed: Any) -> dict[str, Any]:
    return {f"i{place}-{name}": value for name, value in {"kind": "destroy", "reason": WHY, **typed}.items()}


def test_leads_see_whose_records_are_due_others_numbers_and_the_rest_nothing(place: Office, client: Client):
    child = place.leaver()
    for person in (place.room.lead, place.room.deputy, place.room.headteacher):
        assert "Nothing is due" in Visitor(client, person).page("retention")
    place.due(child)
    for person in (place.room.lead, place.room.deputy, place.room.headteacher):
        page = Visitor(client, person).page("retention")
        assert (
            "Ida Thorne" in page
            and "Keep until 25 years after birth. Born 1 March 1999, so <b>1 March 2024</b>" in page
        )
    for person in (place.officer, place.chair, place.room.office):
        page = Visitor(client, person).page("retention")
        assert "Thorne" not in page and "Rule R02 version 1" in page
    assert Visitor(client, place.room.teacher).status("retention") == 403


def test_while_no_rule_is_in_force_the_page_says_that_nothing_becomes_due(place: Office, client: Client):
    people, link = (place.room.lead, place.room.headteacher, place.room.office), reverse("retention_schedule")
    for person in people:
        page = Visitor(client, person).page("retention")
        assert "Harbour looks every night" in page and "has not adopted its retention schedule" not in page
        assert "These files are kept until somebody has said it" not in page, "there is no file"
    RetentionRule.objects.filter(school=place.school).update(status=RetentionRule.Status.SUPERSEDED)
    for person in people:
        page = Visitor(client, person).page("retention")
        assert "Harbour looks every night" not in page
        said, _, after = page.partition("The school has not adopted its retention schedule, so no record becomes due.")
        assert said and f'href="{link}"' in after


def test_a_lead_puts_what_is_due_on_a_list_once_and_25_at_most(place: Office, client: Client):
    child = place.leaver()
    place.due(child)
    lead = Visitor(client, place.room.lead)
    form = {"token": uuid7(), "records": [child.pk]}
    for _ in range(2):
        assert client.post(reverse("retention"), form).status_code == 302
    made = DestructionList.objects.get()
    assert "Ida Thorne" in lead.page("destruction_list", made.pk)
    many = {"token": uuid7(), "records": [uuid7() for _ in range(26)]}
    answer = client.post(reverse("retention"), many)
    assert answer.status_code == 422 and "at most 25" in said(answer)
    assert client.post(reverse("retention"), {"token": uuid7()}).status_code == 422
    again = client.post(reverse("retention"), {"token": uuid7(), "records": [child.pk]})
    assert again.status_code == 409 and "on another list already" in said(again)
    Visitor(client, place.room.deputy)
    assert client.post(reverse("retention"), form | {"token": uuid7()}).status_code == 403


def test_the_whole_page_is_decided_at_once_and_nothing_typed_is_lost(place: Office, client: Client):
    one, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(one, other)
    made = place.on_list(one, other)
    lead = Visitor(client, place.room.lead)
    half = lead.send(made, "decide", **destroy(1), **{"i2-kind": "keep", "i2-reason": "Her family asks."})
    assert half.status_code == 422 and Decision.objects.count() == 0
    assert "Record 2: enter a day after today" in said(half) and WHY in said(half) and "Her family asks." in said(half)
    until = timezone.localdate() + timedelta(days=200)
    day = {f"i2-keep_until_{part}": getattr(until, part) for part in ("day", "month", "year")}
    form = {"seen": 0, "token": uuid7(), **destroy(1), "i2-kind": "keep", "i2-reason": "Her family asks.", **day}
    for _ in range(2):
        assert lead.send(made, "decide", **form).status_code == 302
    assert sorted(Decision.objects.values_list("kind", flat=True)) == ["destroy", "keep"]
    stale = lead.send(made, "decide", **form | {"token": uuid7(), "i1-reason": "Another reason."})
    assert stale.status_code == 409 and "Another reason." in said(stale)


def test_it_is_sent_advised_on_in_numbers_and_approved_by_a_second_person(place: Office, client: Client):
    child, kept = place.leaver(), place.leaver("Ola", "Brook")
    place.due(child, kept)
    made = place.on_list(child, kept)
    lead = Visitor(client, place.room.lead)
    assert lead.send(made, "send").status_code == 422
    lead.send(made, "decide", **destroy(1), **destroy(2))
    for _ in range(2):
        assert lead.send(made, "send").status_code == 302
    assert [n.kind for n in Notice.objects.filter(user=place.room.headteacher)] == ["list_sent"]
    assert [n.kind for n in Notice.objects.filter(user=place.officer)] == ["list_advice"]
    assert lead.approve(made, **{"i1-yes": "destroy", "i2-yes": "destroy"}).status_code in (403, 422)
    officer = Visitor(client, place.officer)
    page = officer.page("destruction_list", made.pk)
    assert "Thorne" not in page and WHY not in page and "Safeguarding files" in page
    assert officer.send(made, "advise", advice="objection").status_code == 422
    assert officer.send(made, "advise", advice="no_objection", advice_words="Nothing to add.").status_code == 302
    head = Visitor(client, place.room.headteacher)
    page = head.page("destruction_list", made.pk)
    assert WHY in page and "Dev Anand" in page and "no objection" in page
    assert head.send(made, "advise", advice="no_objection").status_code in (403, 422)
    unread = {"i1-yes": "destroy", "i2-yes": "out", "why_out": "Her brother asked for copies."}
    refused = head.approve(made, **unread, has_read="")
    assert refused.status_code == 422 and "Her brother asked for copies." in said(refused)
    assert head.approve(made, **unread | {"why_out": ""}).status_code == 422
    assert not Approval.objects.exists()
    for _ in range(2):
        assert head.approve(made, **unread).status_code == 302
    assert Approval.objects.get().item.child_key == child.pk
    assert ItemReason.objects.get(about="out").said == "Her brother asked for copies."
    page = head.page("destruction_list", made.pk)
    assert "14 days left" in page and "Stop this destruction" in page
    assert {n.kind for n in Notice.objects.filter(user=place.room.lead)} == {"list_advised", "list_approved"}


def test_a_list_goes_back_with_a_reason_and_is_stopped_by_either(place: Office, client: Client):
    child = place.leaver()
    place.due(child)
    made = place.sent(child)
    head = Visitor(client, place.room.headteacher)
    item = made.items.get()
    assert head.send(made, "back", about=item.pk, back_reason="").status_code == 422
    assert head.send(made, "back", about=item.pk, back_reason="Was the last review read?").status_code == 302
    lead = Visitor(client, place.room.lead)
    assert "Was the last review read?" in lead.page("destruction_list", made.pk)
    # Sent back, it is decided again without a change of words.
    assert lead.send(made, "decide", **destroy(1)).status_code == 302
    assert lead.send(made, "send").status_code == 302
    Visitor(client, place.officer)
    assert client.post(reverse("destruction_list", args=[made.pk]), {"deed": "stop"}).status_code == 403
    lead = Visitor(client, place.room.lead)
    for _ in range(2):
        assert lead.send(made, "stop").status_code == 302
    made.refresh_from_db()
    assert made.status == S.STOPPED and "Stopped" in lead.page("destruction_list", made.pk)


def test_the_list_that_waits_for_its_reader_stands_first(place: Office, client: Client):
    child, other, third = place.leaver(), place.leaver("Ola", "Brook"), place.leaver("Una", "Marsh")
    place.due(child, other, third)
    waits, reviewed = place.sent(child), place.on_list(other)
    head = Visitor(client, place.room.headteacher).page("retention")
    assert head.index('id="lists"') < head.index('id="due"')
    assert head.index(waits.reference) < head.index(reviewed.reference)
    lead = Visitor(client, place.room.lead).page("retention")
    assert lead.index('id="due"') < lead.index('id="lists"')


def test_its_life_says_who_approves_it(place: Office, client: Client):
    child = place.leaver()
    place.due(child)
    made = place.sent(child)
    assert "by the Headteacher" in Visitor(client, place.room.lead).page("destruction_list", made.pk)
    assert "by the Headteacher" not in Visitor(client, place.room.headteacher).page("destruction_list", made.pk)
    User.objects.filter(pk=place.room.headteacher.pk).update(is_active=False)
    page = Visitor(client, place.room.lead).page("destruction_list", made.pk)
    assert "by the chair or trust lead" in page and "by a second person" not in page


def test_it_says_whose_turn_it_is_and_what_has_come_in_the_way_since(place: Office, client: Client):
    child, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(child, other)
    made = place.sent(child, other)
    assert "Waiting for approval" in Visitor(client, place.room.lead).page("retention")
    assert "Waiting for your approval" in Visitor(client, place.room.headteacher).page("retention")
    assert "Waiting for your advice" in Visitor(client, place.officer).page("retention")
    place.approve(made)
    lead = Visitor(client, place.room.lead)
    assert "A hold keeps this record." not in lead.page("destruction_list", made.pk)
    set_hold(
        school=place.school,
        token=uuid7(),
        child=child,
        scope="child",
        kind="police",
        reason="The police asked.",
        review_on=timezone.localdate() + timedelta(days=90),
        by=place.room.deputy,
    )
    assert lead.page("destruction_list", made.pk).count("A hold keeps this record.") == 1


def test_what_a_conflict_hides_waits_for_another_person(place: Office, client: Client):
    mine, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(mine, other)
    made = place.sent(mine, other)
    conflict(place.room.headteacher, mine)
    head = Visitor(client, place.room.headteacher)
    page = head.page("destruction_list", made.pk)
    assert "1 record waits for another person" in page and "Thorne" not in page and "Ola Brook" in page
    assert head.approve(made, **{"i2-yes": "destroy"}).status_code == 302
    assert {n.kind for n in Notice.objects.filter(user=place.chair)} == {"list_sent"}
    chair = Visitor(client, place.chair)
    page = chair.page("destruction_list", made.pk)
    assert "Thorne" not in page and WHY.split(".")[0] in page
    assert chair.approve(made, **{"i1-yes": "destroy"}).status_code == 302
    assert Approval.objects.count() == 2


def test_the_page_of_a_record_says_what_goes_to_those_who_see_it(place: Office, client: Client):
    child = place.leaver()
    place.due(child)
    made = place.sent(child)
    item = made.items.get()
    for person in (place.room.lead, place.room.headteacher):
        page = Visitor(client, person).page("destruction_item", item.pk)
        assert "Ida Thorne" in page and "The child’s names, details, family" in page
        assert "Whatever else belongs to this record goes with it" in page
        assert "3 entries on how long it is kept" in page and "Read the record" in page
        assert "Approve or leave out on list" in page or person == place.room.lead
    for person in (place.officer, place.room.office):
        assert Visitor(client, person).status("destruction_item", item.pk) == 404
    conflict(place.room.headteacher, child)
    assert Visitor(client, place.room.headteacher).status("destruction_item", item.pk) == 404


def test_a_list_is_found_by_its_number_and_waits_on_today(place: Office, client: Client):
    from types import SimpleNamespace

    from safeguarding.references import address_of_reference

    child = place.leaver()
    place.due(child)
    made = place.on_list(child)
    asks = SimpleNamespace(user=place.room.lead, held=SimpleNamespace(school_id=place.school.pk))
    assert address_of_reference(asks, made.reference) == reverse("destruction_list", args=[made.pk])
    nobody = SimpleNamespace(user=place.room.teacher, held=SimpleNamespace(school_id=place.school.pk))
    assert address_of_reference(nobody, made.reference) == ""
    assert "1 destruction list waits for you" in re.sub(r"<[^>]+>", "", Visitor(client, place.room.lead).page("today"))
    stop(on_list=made, by=place.room.lead)
    assert "destruction list waits" not in Visitor(client, place.room.lead).page("today")


def test_pages_ask_as_often_about_twenty_records_as_about_two(place: Office, client: Client):
    some = [place.leaver(f"Ida{n}") for n in range(2)]
    place.due(*some)
    stop(on_list=place.on_list(*some), by=place.room.lead)
    client.force_login(place.room.lead)
    few = asked(lambda: client.get(reverse("retention")))
    made = place.on_list(*some)
    few_on_list = asked(lambda: client.get(reverse("destruction_list", args=[made.pk])))
    stop(on_list=made, by=place.room.lead)
    many = [*some, *(place.leaver(f"Ola{n}") for n in range(18))]
    place.due(*many[2:])
    assert asked(lambda: client.get(reverse("retention"))) == few <= LISTS
    made = place.on_list(*many)
    assert asked(lambda: client.get(reverse("destruction_list", args=[made.pk]))) == few_on_list <= RECORDS


@pytest.mark.parametrize("seen", ["", "x", "²", "9" * 5_000])
@pytest.mark.parametrize("deed", ["send", "decide"])
def test_a_form_that_says_of_no_revision_changes_nothing(place: Office, client: Client, deed: str, seen: str):
    child = place.leaver()
    place.due(child)
    made = place.on_list(child)
    place.decide(made.items.get())
    answer = Visitor(client, place.room.lead).send(made, deed, seen=seen)
    assert answer.status_code in (409, 422)
    made.refresh_from_db()
    assert made.status == S.REVIEW and Decision.objects.count() == 1


def test_the_page_of_a_record_does_not_say_that_something_is_kept_from_its_reader(place: Office, client: Client):
    one, other = place.leaver(), place.leaver("Ola", "Brook")
    about, _ = (
        factories.concern(place.room, children=[ChildEntry(role="worried_about", child=child)])
        for child in (one, other)
    )
    name_subject(concern=about, user=place.room.headteacher, by=place.room.lead)
    Concern.objects.update(status="closed")
    with later(days=800):
        place.due(one, other)
        place.sent(one, other)
    pages = {}
    for person in (place.room.lead, place.room.headteacher):
        visitor = Visitor(client, person)
        for child in (one, other):
            page = visitor.page("destruction_item", DestructionItem.objects.get(record_key=child.pk).pk)
            pages[person, child] = re.sub(r"<[^>]+>", " ", page[page.index('"goes"') : page.index("With it go")])
    seen, hidden = pages[place.room.headteacher, other], pages[place.room.headteacher, one]
    assert "1 concern" in seen and "1 concern" in pages[place.room.lead, one] and "1 concern" not in hidden
    assert sorted(hidden.split()) == sorted(seen.replace("1 concern ", "").split())


def test_a_rule_that_rests_on_what_is_kept_from_its_reader_is_not_named(place: Office, client: Client):
    child = place.leaver()
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=child)])
    Concern.objects.filter(pk=concern.pk).update(status="closed")
    # The long rule counts from the last entry, which is that concern.
    mark(child=child, token=uuid7(), applies=True, reason="A trial in 2009.", by=place.room.lead)
    RetentionRule.objects.filter(school=place.school, code="R03").update(years=1)
    with later(days=800):
        place.due(child)
    lead, heard = Visitor(client, place.room.lead), "Its rule rests on something that is"
    assert "Rule R03" in lead.page("retention")
    name_subject(concern=concern, user=place.room.lead, by=place.room.headteacher)
    lead = Visitor(client, place.room.lead)
    page = lead.page("retention")
    assert "Ida Thorne" in page and "R03" not in page and "1 year" not in page and heard in page
    with later(days=800):
        made = place.on_list(child)
    for name, key in (("destruction_list", made.pk), ("destruction_item", made.items.get().pk)):
        page = lead.page(name, key)
        assert "Ida Thorne" in page and "R03" not in page and heard in page
        assert "R03" in Visitor(client, place.room.deputy).page(name, key)
        client.force_login(place.room.lead)


def test_a_file_that_goes_by_a_sign_kept_from_its_reader_is_on_no_list_of_theirs(place: Office, client: Client):
    child, lead = place.leaver(), place.room.lead
    concern = signing.concern(place, child, "SEX")
    Concern.objects.filter(pk=concern.pk).update(status="closed")
    signing.answered(child, lead, applies=True)
    RetentionRule.objects.filter(school=place.school, code="R03").update(years=1)
    with later(days=800):
        place.due(child)
        made = place.on_list(child)
    assert "Ida Thorne" in Visitor(client, lead).page("destruction_list", made.pk)
    name_subject(concern=concern, user=lead, by=place.room.headteacher)
    visitor = Visitor(client, lead)
    assert "Ida Thorne" not in visitor.page("retention") + visitor.page("destruction_list", made.pk)
    assert client.get(reverse("destruction_item", args=[made.items.get().pk])).status_code == 404
    assert "Ida Thorne" in Visitor(client, place.room.deputy).page("destruction_list", made.pk)
