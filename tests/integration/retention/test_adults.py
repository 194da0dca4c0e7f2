"""Who decides the end of a concern about an adult, who approves it, and does nobody else find anything of it?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retention.models import (
    Approval,
    Decision,
    DestructionItem,
    DestructionList,
    ItemReason,
    ItemRun,
    RetentionDate,
    RetentionRule,
    Tombstone,
)
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.going import living_keys
from retention.services.holds import set_hold
from retention.services.list_notices import close_lists
from retention.services.lists import begin_list
from retention.services.preview import is_uncounted, preview
from retention.services.scan import scan
from retention.services.schedule import propose_rule
from safeguarding.accounts.models import Notice, RoleAssignment, User
from safeguarding.accounts.services.looked import Asked, events_at, in_words
from safeguarding.accounts.services.people import end_role
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.services import naming, working
from safeguarding.adults.services.access import give_access
from safeguarding.audit.models import Event
from safeguarding.ending.removal import left_of
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.prepared import prepared
from safeguarding.sealing import ledger
from safeguarding.sealing.models import KEYS
from tests import factories
from tests.walls import asking

from .adults import PENSION_IN, K, add, end, lay_concern
from .conftest import Office, as_destroyer, later
from .kinds import kept
from .test_list_pages import Visitor, destroy, said

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]
EVERY = (RetentionDate, DestructionItem, Decision, Approval, ItemReason)
DUE = 45


@pytest.fixture
def trust_lead(place: Office) -> User:
    return factories.member(place.school, "trust_lead", "Asha", "Pell")


@contextmanager
def due() -> Iterator[None]:
    """Two scans, and the day on which what they found can be put on a list."""
    for days in (1, 9):
        with later(days=days):
            scan()
    with later(days=DUE):
        yield


def malicious(place: Office, by: User | None = None, **who: Any) -> StaffConcern:
    by = by or place.room.headteacher
    return end(lay_concern(place, by=by, **who), "malicious", K.REMOVED, by=by)


def let_in(concern: StaffConcern, user: User, by: User) -> None:
    last_day = timezone.localdate() + timedelta(days=60)
    give_access(concern=concern, user=user, reason="To approve its end.", last_day=last_day, by=by)


def listed(client: Client, person: User, *concerns: StaffConcern) -> DestructionList:
    Visitor(client, person)
    sent = client.post(reverse("retention"), {"token": uuid7(), "records": [one.pk for one in concerns]})
    assert sent.status_code == 302, sent.status_code
    return DestructionList.objects.latest("made_at")


def decided(client: Client, person: User, concern: StaffConcern) -> DestructionList:
    made, visitor = listed(client, person, concern), Visitor(client, person)
    assert visitor.send(made, "decide", **destroy(1)).status_code == 302
    assert visitor.send(made, "send").status_code == 302
    return made


def nothing_is_found(client: Client, person: User, concern: StaffConcern, made: DestructionList | None = None) -> None:
    """By page, by number, by notification, by SQL."""
    visitor = Visitor(client, person)
    for page in ("retention", "destruction_register"):
        if visitor.status(page) == 200:
            said = visitor.page(page)
            assert concern.reference not in said and "about an adult" not in said and "DL-" not in said, page
    for role in ("web", "worker"):
        with asking(person, role):
            for model in EVERY:
                assert not model.objects.filter(record_key=concern.pk).exists(), (model, role)
            for model in (DestructionList, ItemRun, Tombstone):
                assert not model.objects.filter(in_group="adults").exists(), (model, role)
    counted = prepared("SELECT kind FROM rules.due_at(%s)", [concern.school_id])
    assert ("staff_concern",) not in list(map(tuple, counted))
    if made is not None:
        assert visitor.status("destruction_list", made.pk) in (403, 404)
        assert visitor.status("destruction_certificate", made.pk) in (403, 404)
        for item in made.items.all():
            assert visitor.status("destruction_item", item.pk) in (403, 404)
        assert not Notice.objects.filter(user=person, object_id=made.pk).exists()


def test_about_the_headteacher_chair_and_trust_lead_decide_and_nobody_else_finds_it(
    place: Office, client: Client, trust_lead: User
):
    head, chair = place.room.headteacher, place.chair
    concern = malicious(place, by=chair, user=head)
    others = (head, place.room.lead, place.room.office, place.room.deputy)
    with due():
        for person in (*others, trust_lead, place.officer):
            nothing_is_found(client, person, concern)
        assert concern.reference in Visitor(client, chair).page("retention")
        let_in(concern, trust_lead, chair)
        made = decided(client, chair, concern)
        assert made.reference.startswith("DL-") and made.number is None
        assert [n.kind for n in Notice.objects.filter(object_id=made.pk, user=trust_lead)] == ["list_sent"]
        assert "Concerns about adults" in Visitor(client, place.officer).page("destruction_list", made.pk)
        nothing_on_items(place.officer, concern)
        assert Visitor(client, chair).approve(made, **{"i1-yes": "destroy"}).status_code in (403, 422)
        assert Visitor(client, trust_lead).approve(made, **{"i1-yes": "destroy"}).status_code == 302
        for person in others:
            nothing_is_found(client, person, concern, made)
    with later(days=DUE + 15):
        with as_destroyer():
            assert destroy_due() == 1
            assert finish() == 1
        assert close_lists() == 1
        [entry] = ledger.entries()
        assert left_of(entry.keys()) == [] and not living_keys(entry.keys())
        assert not StaffConcern._base_manager.exists() and not ItemReason.objects.exists()
        for person in (*others, place.officer):
            nothing_is_found(client, person, concern, made if person in others else None)
        log_of_school_says_nothing(place, made, chair, trust_lead)
        what_became_of_it(concern, chair, trust_lead)
        for person in (chair, trust_lead):
            assert "Concern about an adult" in Visitor(client, person).page("destruction_certificate", made.pk)
            assert made.reference in Visitor(client, person).page("destruction_register")
            assert Notice.objects.filter(user=person, object_id=made.pk, kind="list_done").exists()


def what_became_of_it(concern: StaffConcern, *they: User) -> None:
    """How far it is and what is left of it: for those who read the list as it was approved."""
    for role in ("web", "worker"):
        for person in they:
            with asking(person, role):
                assert ItemRun.objects.get().state == ItemRun.State.FILES_GONE
                left = Tombstone.objects.get()
                assert (left.record_key, left.kind) == (concern.pk, "staff_concern")
        with asking(None, role):
            assert not ItemRun.objects.exists() and not Tombstone.objects.exists()


def log_of_school_says_nothing(place: Office, made: DestructionList, *they: User) -> None:
    """Of what was decided, approved and destroyed, of the pages that showed it, and of how many there are."""
    there = events_at(place.school.pk, Asked(), today=timezone.localdate())
    about = [made.pk, *made.items.values_list("pk", flat=True)]
    assert Event.objects.filter(object_id__in=about).count() > 9
    assert not there.filter(object_id__in=about).exists()
    for line in in_words(there.filter(actor_id__in=[one.pk for one in they])):
        assert line.of not in ("destruction list", "retention date") or not line.count, line
    assert {one.count for one in there.filter(purpose="retention scan")} == {0}


def nothing_on_items(person: User, concern: StaffConcern) -> None:
    with asking(person):
        for model in EVERY:
            assert not model.objects.filter(record_key=concern.pk).exists(), model


def test_malicious_goes_from_its_outcome_and_kept_with_consent_does_not(place: Office):
    gone = malicious(place)
    by = place.room.headteacher
    stays = end(lay_concern(place), "false", K.KEPT, by=by)
    scan()
    assert (kept(gone).rule.code, kept(gone).due_on) == ("R10b", timezone.localdate())
    assert (kept(stays).missing, kept(stays).due_on) == ("open", None)
    with due():
        assert kept(gone).seen_again_on and not kept(stays).seen_again_on
        with pytest.raises(OutOfTurn):
            begin_list(school=place.school, records=[stays.pk], token=uuid7(), by=by)
    working.reopen_staff_concern(concern=gone, token=uuid7(), reason="More was said.", by=by)
    with due(), pytest.raises(OutOfTurn):
        begin_list(school=place.school, records=[gone.pk], token=uuid7(), by=by)


def test_without_the_day_of_pension_age_it_is_never_due(place: Office):
    by = place.room.headteacher
    concern = end(lay_concern(place), "substantiated", by=by)
    for years in (11, 60):
        with later(days=366 * years):
            scan()
            assert (kept(concern).missing, kept(concern).due_on) == ("open", None)
    add(concern, K.PENSION, by, timezone.localdate() - timedelta(days=400))
    scan()
    assert (kept(concern).trigger_on, kept(concern).rule.code) == (timezone.localdate(concern.raised_at), "R10")
    last = timezone.localdate() + timedelta(days=PENSION_IN)
    add(concern, K.PENSION, by, last)
    scan()
    assert last <= kept(concern).due_on <= last + timedelta(days=1)
    with pytest.raises(BadInput, match="at least 10 years"):
        propose_rule(school=place.school, token=uuid7(), code="R10", years=9, days=None, basis="x", source="x", by=by)


def test_low_level_counts_from_the_last_day_here(place: Office):
    by, today = place.room.headteacher, timezone.localdate()
    agency = {"name": "Kim Adeyemi", "standing": "supply", "employer": "Blue Teachers"}
    teacher = end(lay_concern(place, threshold="low_level"), "spoken", by=by)
    supply = end(lay_concern(place, threshold="low_level", **agency), "spoken", K.EMPLOYER, by=by)
    scan()
    assert {kept(one).missing for one in (teacher, supply)} == {"open"}
    for role in RoleAssignment.objects.filter(user=place.room.teacher, school=place.school):
        end_role(assignment=role, last_day=today, by=by)
    add(supply, K.LEFT, by)
    with later(days=1):
        scan()
        assert {(kept(one).rule.code, kept(one).due_on) for one in (teacher, supply)} == {("R11", today)}


def test_the_page_says_which_role_to_give_where_nobody_can_approve(place: Office, client: Client):
    head, concern = place.room.headteacher, malicious(place)
    with due():
        made = listed(client, head, concern)
        assert "Nobody can approve this list yet" in Visitor(client, head).page("destruction_list", made.pk)
        nothing_is_found(client, place.chair, concern, made)
        assert Visitor(client, head).send(made, "decide", **destroy(1)).status_code == 302
        # Also once it is decided: that somebody reads it changes nothing of what was approved.
        let_in(concern, place.chair, head)
        assert "Nobody can approve" not in Visitor(client, head).page("destruction_list", made.pk)
        assert Visitor(client, head).send(made, "send").status_code == 302
        assert Visitor(client, place.chair).approve(made, **{"i1-yes": "destroy"}).status_code == 302


def test_what_waits_for_the_chair_stands_on_the_first_page_and_in_the_menu(place: Office, client: Client):
    head, concern = place.room.headteacher, malicious(place)

    def first_page(person: User) -> tuple[str, str]:
        """Its panel “Waiting for you”, and what the menu says beside Retention."""
        client.force_login(person)
        page = said(client.get("/", follow=True))
        menu = re.search(rf'class="hb-nav__link" href="{reverse("retention")}"[^>]*>(.*?)</a>', page)
        panel = re.search(r'<section[^>]*aria-labelledby="waiting.*?</section>', page)
        return panel[0] if panel else "", re.sub(r"<[^>]*>", "", menu[1]) if menu else ""

    with due():
        let_in(concern, place.chair, head)
        panel, menu = first_page(place.chair)
        assert "No destruction list waits for your approval" in panel and "1" not in menu
        made = decided(client, head, concern)
        panel, menu = first_page(place.chair)
        assert (
            "A destruction list waits for your approval" in panel
            and reverse("destruction_list", args=[made.pk]) in panel
        )
        assert made.reference in panel and concern.reference not in panel and "1" in menu
        for person in (head, place.room.office, place.officer):
            assert made.reference not in first_page(person)[0]
        assert Visitor(client, place.chair).approve(made, **{"i1-yes": "destroy"}).status_code == 302
        panel, menu = first_page(place.chair)
        assert "No destruction list waits for your approval" in panel and "1" not in menu


def test_the_preview_names_what_a_concern_holds_to_who_reads_it(place: Office, client: Client):
    head, concern = place.room.headteacher, malicious(place)
    with due():
        let_in(concern, place.chair, head)
        made = decided(client, head, concern)
        item = made.items.get()
        assert "by the chair or trust lead, given access by name" in Visitor(client, head).page(
            "destruction_list", made.pk
        )
        for person in (head, place.chair):
            page = Visitor(client, person).page("destruction_item", item.pk)
            for words in (
                "1 concern about an adult, with its outcome",
                "1 account of what happened, as it was raised",
                "1 adult named in it",
                "entries on what was done and decided, such as with the LADO",
                "on how long it is kept, and on what was decided",
            ):
                assert words in page, (person, words)
        for person in (place.room.lead, place.room.deputy):
            assert Visitor(client, person).status("destruction_item", item.pk) in (403, 404)


def test_a_list_is_of_one_group_and_its_number_leaves_no_gap(place: Office, client: Client):
    head, concern, child = place.room.headteacher, malicious(place), place.leaver()
    place.due(child)
    with due():
        scan()
        with pytest.raises(BadInput, match="on a list of their own"):
            begin_list(school=place.school, records=[child.pk, concern.pk], token=uuid7(), by=head)
        with pytest.raises(NotAllowed):
            begin_list(school=place.school, records=[child.pk], token=uuid7(), by=head)
        with pytest.raises(OutOfTurn, match="not due any more"):
            begin_list(school=place.school, records=[concern.pk], token=uuid7(), by=place.room.lead)
        adults = listed(client, head, concern)
        records = place.on_list(child)
        assert (records.number, records.reference[-3:]) == (1, "-01")
        with asking(head), pytest.raises(DatabaseError), transaction.atomic():
            DestructionItem.objects.filter(pk=adults.items.get().pk).update(in_group="records")
        item = {"kind": "staff_concern", "record_key": concern.pk, "rule": adults.items.get().rule, "place": 2}
        day = adults.items.get().due_on
        with asking(place.room.lead), pytest.raises(DatabaseError), transaction.atomic():
            DestructionItem(school=place.school, on_list=records, trigger_on=day, due_on=day, **item).save(
                force_insert=True
            )


def test_who_is_named_or_involved_or_the_officer_named_finds_nothing(place: Office, client: Client, trust_lead: User):
    head, concern = place.room.headteacher, lay_concern(place)
    for person in (place.officer, trust_lead):
        naming.name_adult(concern=concern, part="involved", user=person, by=head)
    concern.refresh_from_db()
    end(concern, "malicious", K.REMOVED, by=head)
    with due():
        let_in(concern, place.chair, head)
        made = decided(client, head, concern)
        for person in (place.officer, trust_lead, place.room.teacher):
            nothing_is_found(client, person, concern, made)
        assert Visitor(client, place.chair).approve(made, **{"i1-yes": "destroy"}).status_code == 302
    with later(days=DUE + 15):
        with as_destroyer():
            assert destroy_due() == 1
        # Its record is gone, and who it named is not known any more.
        for person in (place.officer, trust_lead):
            nothing_is_found(client, person, concern, made)


def test_no_number_tells_of_one(place: Office, client: Client):
    malicious(place)
    rule = RetentionRule.objects.get(school=None, code="R10b")
    assert is_uncounted([rule]) and preview(place.school.pk, [rule]) is None
    with due():
        said = {"basis": "As we do.", "source": "local choice", "by": place.room.headteacher}
        new = propose_rule(school=place.school, token=uuid7(), code="R10b", years=None, days=5, **said)
        assert "a number would tell of one" in Visitor(client, place.room.lead).page("retention_rule", new.pk)
        for person in (place.room.office, place.officer, place.room.lead):
            assert "about an adult" not in Visitor(client, person).page("retention").lower()


def test_a_hold_on_a_child_it_touches_keeps_it(place: Office):
    head, concern = place.room.headteacher, lay_concern(place)
    child = factories.child(place.school, by=place.room.office)
    naming.link_child(concern=concern, child=child, by=head)
    concern.refresh_from_db()
    end(concern, "malicious", K.REMOVED, by=head)
    with due():
        until = timezone.localdate() + timedelta(days=100)
        held = {"scope": "child", "child": child, "kind": "police", "reason": "They asked.", "review_on": until}
        set_hold(school=place.school, token=uuid7(), by=place.room.lead, **held)
        with pytest.raises(OutOfTurn, match="A hold keeps this record"):
            begin_list(school=place.school, records=[concern.pk], token=uuid7(), by=head)


def test_its_page_asks_for_the_day_that_it_waits_for(place: Office, client: Client):
    head = place.room.headteacher
    harm = end(lay_concern(place), "unfounded", by=head)
    page = Visitor(client, head).page("staff_concern", harm.pk)
    assert "Record the day of pension age" in page and "Record the last day here" not in page
    day = {"on_day": 3, "on_month": 9, "on_year": 2051}
    form = {"form": "pension", "token": uuid7(), "text": "From her contract.", **day}
    for _ in range(2):
        assert client.post(reverse("staff_concern_write", args=[harm.pk]), form).status_code == 302
    page = Visitor(client, head).page("staff_concern", harm.pk)
    assert "At least until 3 September 2051, normal pension age (rule R10 of the retention schedule)." in page
    low = end(lay_concern(place, threshold="low_level"), "spoken", by=head)
    assert "Record the last day here" not in Visitor(client, head).page("staff_concern", low.pk)
    visitor = {"name": "Kim Adeyemi", "standing": "visitor"}
    other = end(lay_concern(place, threshold="low_level", **visitor), "spoken", by=head)
    assert "Record the last day here" in Visitor(client, head).page("staff_concern", other.pk)
