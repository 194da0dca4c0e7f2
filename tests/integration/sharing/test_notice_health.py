"""Does the health of the notice say what it promises and is not done, and are people told of it?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from retention import notice
from retention.models import RetentionRule
from retention.services.schedule import load_defaults
from safeguarding import notice_items
from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.services import change_school
from safeguarding.ending.by_child import what_ends
from safeguarding.ending.kinds import kinds
from safeguarding.exceptions import BadInput
from safeguarding.personal_data import Retention, about_children
from sharing.events.services.recipients import Facts, correct_recipient
from sharing.notice.models import PrivacyNotice
from sharing.notice.notice_kinds import PromiseNotice
from sharing.notice.services.details import save_details
from sharing.notice.services.telling import tell_of_promises
from tests import factories
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.noticing import DETAILS, draft_of, prepared, published, words, wrong

pytestmark = pytest.mark.django_db
# Of these the notice says that they end with the file, or that nothing removes them yet.
BY_NO_RULE = {"R04", "R06", "R19", "R20", "R25"}
# Not about families, not held in Harbour, or part of a record that has its row.
NO_ROW = {"R09", "R14", "R17", "R21", "R22", "R23", "R24", "R26", "R27"}
DESTROYED = "What it says is destroyed is destroyed"


@pytest.fixture
def ready(place: Place) -> Place:
    return prepared(place)


def published_before(place: Place, monkeypatch: pytest.MonkeyPatch) -> PrivacyNotice:
    """A version from when the notice said of the record of events (R20) that it is destroyed."""
    with monkeypatch.context() as before:
        done = notice._told_of()
        before.setattr(notice, "_told_of", lambda: done | {"R20"})
        return published(place)


def told() -> set[User]:
    return {one.user for one in Notice.objects.filter(kind=PromiseNotice.BROKEN).select_related("user")}


def test_of_what_ends_by_a_rule_in_force_the_notice_says_when_and_what_then(ready: Place):
    said = words(draft_of(ready).sections)
    done = {code for kind in kinds().values() if what_ends(kind) in about_children() for code in kind.rules}
    for rule in RetentionRule.objects.filter(school=ready.school, status="in_force").exclude(code__in=BY_NO_RULE):
        lines = [line for line in said.splitlines() if f"How long we keep it: {rule.record_class}: " in line]
        assert bool(lines) == (rule.code in done), rule.code
        assert all(capfirst(rule.get_outcome_display()) in line for line in lines)
    assert "two of them decide" in said
    [photographs] = [line for line in said.splitlines() if "How long we keep it: Photographs: " in line]
    assert "consent was withdrawn" in photographs


def test_of_the_registers_days_of_attendance_alone_end_by_their_rule(ready: Place):
    said = words(draft_of(ready).sections)
    [days] = [line for line in said.splitlines() if "How long we keep it: Attendance register" in line]
    assert "6 years from the end of the school year" in days and "estroyed" in days
    [admission] = [line for line in said.splitlines() if "admission register: names" in line]
    assert admission.endswith("As long as the child’s safeguarding file: Ends with that file")


def test_what_ends_by_no_rule_of_its_own_has_a_row_that_says_so(ready: Place):
    said = words(draft_of(ready).sections).splitlines()
    for named, how in (
        ("Pastoral notes below the threshold", "Ends with that file"),
        ("Copies of the authority’s documents", "Ends with that file"),
        ("Police notices (Operation Encompass)", "Ends with that file"),
        ("Record of sharing", "stays in the record of who has seen and done what"),
        ("Record of who has seen and done what: At least 6 years", "nothing removes it yet"),
    ):
        [line] = [line for line in said if f"How long we keep it: {named}" in line]
        assert line.endswith(how) and "estroyed" not in line
    for rule in RetentionRule.objects.filter(school=None):
        has_row = any(f"How long we keep it: {rule.record_class}: " in line for line in said)
        assert has_row == (rule.code not in NO_ROW), rule.code


def test_everything_about_families_has_its_period(ready: Place):
    said = words(draft_of(ready).sections)
    for named in ("Request about data", "Complaint about data", "Attendance"):
        assert f"How long we keep it: {named}" in said
    for model in about_children():
        assert model.PersonalData.retention is not Retention.ROOT or notice_items.ending_of(model), model
    for one in notice_items.all_holdings():
        assert one.model is not None and notice_items.ending_of(one.model), one.what


def test_a_version_that_promises_more_is_red_until_the_next(ready: Place, monkeypatch: pytest.MonkeyPatch):
    published_before(ready, monkeypatch)
    found = wrong(ready)[DESTROYED]
    assert any("(rule R20)" in one and "Record of who has seen" in one for one in found)
    assert not any("(rule R02)" in one or "(rule R16)" in one for one in found)
    change_school(school=ready.school, by=ready.room.headteacher, telephone="0161 496 0999")
    second = published(ready)
    assert "R16" in second.facts["destroyed"] and "R20" not in second.facts["destroyed"]
    assert DESTROYED not in wrong(ready)


def test_leads_and_the_officer_are_told_once_for_each_version(ready: Place, monkeypatch: pytest.MonkeyPatch):
    published(ready)
    assert (tell_of_promises(), told()) == (0, set())
    change_school(school=ready.school, by=ready.room.headteacher, telephone="0161 496 0999")
    second = published_before(ready, monkeypatch)
    assert [tell_of_promises() for _ in range(2)] == [1, 0]
    officer = User.objects.get(assignments__role_key="dpo")
    assert told() == {ready.room.lead, ready.room.headteacher, officer}
    Notice.objects.update(opened_at=timezone.now())
    assert tell_of_promises(at=timezone.now() + timedelta(days=1)) == 0, "it was told of this version"
    change_school(school=ready.school, by=ready.room.headteacher, telephone="0161 496 0777")
    third = published_before(ready, monkeypatch)
    assert tell_of_promises() == 1
    assert {one.object_id for one in Notice.objects.filter(opened_at=None)} == {third.pk} != {second.pk}


def test_word_of_it_leads_to_what_is_promised(ready: Place, monkeypatch: pytest.MonkeyPatch):
    made = published_before(ready, monkeypatch)
    tell_of_promises()
    officer, deputy = User.objects.get(assignments__role_key="dpo"), ready.room.deputy
    page = reverse("notice_version", args=[made.pk])
    for person, status in ((officer, 200), (ready.room.lead, 200), (deputy, 403), (ready.room.teacher, 403)):
        client = Client()
        client.force_login(person)
        answer = client.get(page)
        assert answer.status_code == status, person
        if status == 200:
            shown = answer.content.decode()
            assert "Promises more than is done" in shown and "(rule R20)" in shown
            assert (reverse("notice_draft") in shown) == (person == ready.room.lead)
    assert set(Notice.objects.filter(opened_at=None).values_list("user", flat=True)) == {ready.room.headteacher.pk}
    stranger = Client()
    stranger.force_login(factories.member(factories.school("Another"), "dpo", "Una", "Pool"))
    assert stranger.get(page).status_code == 404
    change_school(school=ready.school, by=ready.room.headteacher, telephone="0161 496 0999")
    published(ready)
    client = Client()
    client.force_login(ready.room.lead)
    assert "Promises more than is done" not in client.get(page).content.decode(), "another version stands in its place"


def test_the_authority_is_asked_for_by_name(place: Place):
    name = "the name of the school’s local authority"
    assert name in [blank.says for blank in draft_of(place).blanks]
    prepared(place)
    assert name not in [blank.says for blank in draft_of(place).blanks]
    assert "Who we share it with: Saltmarsh Borough Council" in words(draft_of(place).sections)


def test_where_the_register_is_kept_is_asked_for_with_its_page_and_may_wait(place: Place):
    load_defaults()
    missing = "Missing: where the attendance register is kept."
    client = Client()
    client.force_login(place.room.headteacher)
    shown = client.get(reverse("notice_settings")).content.decode()
    assert f'<a href="{reverse("register_place")}">{missing}</a>' in shown
    schedule = f'<a href="{reverse("retention_schedule")}">Missing: how long records are kept, by the schedule: '
    assert f"{schedule}Safeguarding file, child moved and the next school has it (R01); " in shown
    assert "where the attendance register is kept" not in [blank.says for blank in draft_of(place).missing]
    prepared(place)
    assert missing not in client.get(reverse("notice_settings")).content.decode()
    assert "Nothing is left to fill in" not in wrong(place)


def test_nothing_is_published_while_the_authority_has_no_name(place: Place):
    prepared(place)
    [row] = place.recipient("authority").__class__.objects.filter(school=place.school, code="authority")
    facts = Facts(kind="authority", name=place.recipient("authority").name)
    correct_recipient(recipient=row, school=place.school, seen=row.revision, facts=facts, by=place.room.lead)
    with pytest.raises(BadInput, match="local authority"):
        published(place)


def test_the_page_about_rights_is_asked_for_and_nothing_waits_for_it(ready: Place):
    filled_in = "Nothing is left to fill in"
    assert "More about your rights: https://saltmarsh.example/rights" in words(draft_of(ready).sections)
    published(ready)
    assert filled_in not in wrong(ready)
    save_details(school=ready.school, seen=1, details=replace(DETAILS, guidance_page=""), by=ready.room.lead)
    assert wrong(ready)[filled_in] == ["Missing: the page about rights on the school’s website."]
    assert published(ready).version == 2
