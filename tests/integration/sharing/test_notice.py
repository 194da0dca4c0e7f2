"""Is the privacy notice made of how things stand, and does it claim nothing that is not so?"""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from retention.services.progress import backups_live
from retention.services.schedule import adopt_all, agree_all, load_defaults, schedule_of
from safeguarding import privacy_notice
from safeguarding.accounts.services import set_roles_beyond_notice
from safeguarding.audit.models import Event
from safeguarding.ending.kinds import carried_out
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.notice_items import ITEMS, all_promises, holdings
from safeguarding.sealing.models import BackupRun
from sharing.events.services import law
from sharing.events.services.recipients import Facts, add_recipient, correct_recipient, end_recipient
from sharing.notice.held import NO, SOME, YES, categories, told
from sharing.notice.models import PrivacyNotice
from sharing.notice.services import papers
from sharing.notice.services.details import save_details
from sharing.notice.services.drafting import SECURITY, compared
from sharing.notice.services.publishing import publish_notice
from sharing.notice.verbs import NoticeVerb
from tests import factories
from tests.architecture.source import ROOT
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, decided
from tests.integration.sharing.noticing import DETAILS, draft_of, prepared, published, words, wrong
from tests.walls import as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(place: Place) -> Place:
    return prepared(place)


def added(place: Place, notice: PrivacyNotice) -> str:
    """What a version published now would say that this one does not."""
    new, _ = compared(notice.sections, draft_of(place).sections)
    return "\n".join(line for _, line in new)


def test_nothing_is_published_before_the_blanks_are_filled(place: Place):
    assert len(draft_of(place).blanks) >= 6
    with pytest.raises(BadInput, match="the e-mail of the school office"):
        published(place)
    assert "still to be" not in words(draft_of(place).sections)
    prepared(place)
    made = published(place)
    assert (made.version, made.added, made.removed) == (1, [], [])


def test_a_change_of_recipient_role_edition_or_period_changes_the_notice(ready: Place):
    head, lead = ready.room.headteacher, ready.room.lead
    first = published(ready)
    named = words(first.sections)
    assert "School nurse service" in named and "SENCO" not in named and "2026" not in named
    nurse = ready.recipient()
    facts = Facts(kind="health", name="Saltmarsh school nursing", office="Room 4")
    correct_recipient(recipient=nurse, school=ready.school, seen=0, facts=facts, by=lead)
    assert "Saltmarsh school nursing" in added(ready, first) and "Room 4" not in added(ready, first)
    set_roles_beyond_notice(school=ready.school, role_keys=["senco"], by=head)
    assert "SENCO" in added(ready, first)
    read = {"read_in": "The published text", "from_day": date(2026, 9, 1), "token": uuid7()}
    law.confirm_law(school=ready.school, code="kcsie_2026", by=head, **read)
    assert "Keeping children safe in education, 2026" in added(ready, first)
    assert "Recipients in use are named" not in wrong(ready)
    assert wrong(ready)["Guidance is the edition in force"] == [
        "The notice does not name Keeping children safe in education, 2026, which is in force."
    ]
    second = published(ready)
    assert [line for section, line in second.added if section == "How we collect it"] == ["SENCO"]
    assert ["Who we share it with", "School nurse service"] in second.removed
    assert wrong(ready) == {}


def test_a_law_that_nobody_has_read_is_claimed_nowhere(ready: Place):
    published(ready)
    assert "16LA" not in words(draft_of(ready).sections)

    def to_confirm() -> set[str]:
        said = wrong(ready, but=())["Legal reasons are confirmed"]
        return {found[1] for one in said if (found := re.fullmatch(r"To be confirmed: .+ \((.+?)\)\.", one))}

    before = to_confirm()
    assert "Children Act 2004 section 16LA" in before
    read = {"read_in": "The order", "from_day": date(2026, 9, 30), "token": uuid7()}
    law.confirm_law(school=ready.school, code="ca2004_16la", by=ready.room.lead, **read)
    assert "Children Act 2004 section 16LA" in words(draft_of(ready).sections)
    assert before - to_confirm() == {"Children Act 2004 section 16LA"}


def test_a_family_is_not_told_of_by_the_name_of_an_organisation(ready: Place):
    lead = ready.room.lead
    for kind, name in (
        ("other", "Harbour Lights refuge"),
        ("school", "Alder Brook Academy"),
        ("authority", "Farshire County Council"),
        ("social_care", "Farshire children’s social care"),
        ("police", "Farshire Police"),
    ):
        add_recipient(school=ready.school, token=uuid7(), facts=Facts(kind=kind, name=name), by=lead)
    facts = Facts(kind="authority", name="Farshire placements")
    correct_recipient(recipient=ready.recipient("placing"), school=ready.school, seen=0, facts=facts, by=lead)
    said = words(draft_of(ready).sections)
    assert "Saltmarsh Borough Council" in said, "the school’s own is named"
    for kind in ("Other organisations that help a child or a family", "Other local authorities", "Other police forces"):
        assert kind in said
    assert not re.search("refuge|Alder Brook|Farshire", said)


def test_what_is_shared_with_and_not_named_is_flagged(ready: Place):
    published(ready)
    facts = Facts(kind="health", name="Speech and language service")
    new = add_recipient(school=ready.school, token=uuid7(), facts=facts, by=ready.room.lead)
    assert "Recipients in use are named" not in wrong(ready), "nothing goes there"
    ready.consent(recipient=new)
    assert wrong(ready)["Recipients in use are named"] == [
        "Speech and language service is shared with, and the notice does not name it."
    ]
    published(ready)
    assert "Recipients in use are named" not in wrong(ready)
    another = add_recipient(
        school=ready.school, token=uuid7(), facts=Facts(kind="health", name="Dental service"), by=ready.room.lead
    )
    begun(ready, recipient=another)
    assert "Recipients in use are named" not in wrong(ready), "nobody has decided on it"
    decided(ready, recipient=another)
    assert wrong(ready)["Recipients in use are named"] == [
        "Dental service is shared with, and the notice does not name it."
    ]
    published(ready)
    new.refresh_from_db()
    end_recipient(recipient=new, school=ready.school, seen=new.revision, by=ready.room.lead)
    published(ready)
    assert "Recipients in use are named" in wrong(ready), "it has left the address book, and consent to it stands"


def test_a_sentence_about_security_is_said_while_its_check_passes(ready: Place, monkeypatch: pytest.MonkeyPatch):
    passes = {"keys": True, "backups": False}
    found = {
        key: privacy_notice.Claim(key, lambda key=key: f"A sentence about {key}.", lambda at, key=key: passes[key])
        for key in passes
    }
    monkeypatch.setattr(privacy_notice, "_claims", found)
    first = published(ready)
    assert "A sentence about keys." in words(first.sections)
    assert "A sentence about backups." not in words(first.sections)
    assert first.facts[SECURITY] == ["keys"]
    assert [claim.key for claim in draft_of(ready).withheld] == ["backups"]
    assert "Sentences about security are true" not in wrong(ready)
    passes["keys"] = False
    [said] = wrong(ready)["Sentences about security are true"]
    assert "A sentence about keys." in said
    second = published(ready)
    assert "A sentence about keys." not in words(second.sections)
    assert "A sentence about keys." in words(PrivacyNotice.objects.get(pk=first.pk).sections), "it stays as it was"


def test_the_checks_of_the_machine_have_their_sentences(ready: Place):
    claims = {claim.key for claim in privacy_notice.claims()}
    assert claims == {"second_factor", "seals", "keys", "backups", "scanner", "destroyed"}
    kept_out = {claim.key for claim in draft_of(ready).withheld}
    assert kept_out == {"seals", "backups", "scanner", "destroyed"}, "nothing was verified, backed up or scanned here"


def test_the_second_factor_is_named_while_nobody_signs_in_without_one(ready: Place):
    sentence = "signs in with a second factor beside the password"
    assert sentence in words(draft_of(ready).sections)
    teacher, lead = ready.room.teacher, ready.room.lead
    type(teacher).objects.filter(pk=teacher.pk).update(last_login=timezone.now())
    assert sentence in words(draft_of(ready).sections), "who opens no record needs none"
    type(lead).objects.filter(pk=lead.pk).update(last_login=timezone.now())
    assert sentence not in words(draft_of(ready).sections)


def test_a_backup_of_last_night_says_when_what_was_destroyed_is_gone(ready: Place, settings: Any):
    settings.DEMO = False
    now = timezone.now()
    BackupRun.objects.create(id=uuid7(), began_at=now - timedelta(hours=2), ended_at=now, people=1)
    said = words(draft_of(ready).sections)
    assert "Every night an encrypted backup is made" in said
    assert f"has left every backup that Harbour makes after {backups_live().days} days" in said
    BackupRun.objects.create(id=uuid7(), began_at=now, ended_at=now + timedelta(hours=1), problem="The disk is full.")
    assert "backup" not in words(draft_of(ready).sections)


def test_periods_are_those_in_force_and_each_that_ends_a_record_is_asked_for(place: Place):
    load_defaults()
    adopt_all(school=place.school, by=place.room.headteacher)
    [blank] = [one for one in draft_of(place).blanks if one.page == "retention_schedule"]
    asked_for = re.findall(r"\((R\d+b?)\)", blank.says)
    assert asked_for == sorted(carried_out() - {"R22"}), "nobody has agreed yet"
    assert "Photographs (R16); Proof that a file was transferred and received (R18)" in blank.says
    assert "How long we keep it: Photographs" not in words(draft_of(place).sections)
    agree_all(school=place.school, by=factories.member(place.school, "dpo", "Olive", "Penn"))
    said, rules = draft_of(place), [held for held, _ in schedule_of(place.school.pk) if held is not None]
    assert all(one.page != "retention_schedule" for one in said.blanks)
    # Of those R22 is about staff alone.
    promised = carried_out() - {"R22"}
    assert {rule.code for rule in rules} - promised >= {"R04", "R09", "R14", "R20"}, "nothing of these ends by its rule"
    for rule in rules:
        lines = [line for line in words(said.sections).splitlines() if f"it: {rule.record_class}: " in line]
        promises = [line for line in lines if "estroyed" in line]
        assert bool(promises) == (rule.code in promised), rule.code


def test_only_who_manages_the_school_publishes_and_once(ready: Place):
    seen, token = draft_of(ready).digest, uuid7()
    for person in (ready.room.deputy, ready.room.teacher, ready.room.office):
        with pytest.raises(NotAllowed):
            publish_notice(school=ready.school, token=token, seen=seen, by=person)
    with pytest.raises(ChangedSince):
        publish_notice(school=ready.school, token=token, seen="0" * 64, by=ready.room.lead)
    made = publish_notice(school=ready.school, token=token, seen=seen, by=ready.room.lead)
    assert publish_notice(school=ready.school, token=token, seen=seen, by=ready.room.lead) == made
    with pytest.raises(OutOfTurn):
        publish_notice(school=ready.school, token=uuid7(), seen=seen, by=ready.room.lead)
    assert PrivacyNotice.objects.count() == 1
    [event] = Event.objects.filter(verb=NoticeVerb.PUBLISH_NOTICE)
    assert (event.object_id, event.actor_id) == (made.pk, ready.room.lead.pk)


@pytest.mark.parametrize(
    "does",
    [
        "UPDATE notice_privacynotice SET version = 9",
        "DELETE FROM notice_privacynotice",
        "UPDATE notice_noticepaper SET content = ''",
        "DELETE FROM notice_noticepaper",
    ],
)
def test_no_role_changes_a_version_or_its_paper(ready: Place, does: str):
    papers.lay_out(published(ready))
    for role in ("web", "worker", "owner"):
        with as_role(role), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(does)


def test_every_item_that_is_held_has_its_category_and_no_other_is_claimed(place: Place):
    found = {category.title: category for category in categories()}
    whats = {what for category in found.values() for what in category.whats}
    for item in ITEMS:
        assert all(one.what in whats for one in holdings(item)), item
    assert found["Photographs"].sources == ["the school’s own administration", "children and their families"]
    assert found["Adoption"].whats and "local authorities" in found["Adoption"].sources
    assert found["Attendance"].row[2:4] == ("Yes", "The attendance register (SI 2024/208)")
    assert all(category.musts and category.sources for category in found.values())


# What the former notice said, by the number of its item, and how it is said now.
SAID = {
    1: "support them and follow their progress",
    2: "give them pastoral care",
    3: "check the quality of what we do",
    4: "evaluate and improve our policies on children’s social care",
    5: "follow the welfare and progress of looked-after children",
    6: "keep them safe",
    28: "UK GDPR Article 6(1)(c)",
    31: "Education Act 2002 section 175",
    33: "we say whether you must give it or may choose",
    42: "Ask the school office for the whole schedule",
    53: "get the right services and support",
    56: "Children Act 1989 section 83; Children and Young Persons Act 2008 section 7",
    57: "allocate funding",
    59: "National Pupil Database",
    60: "who asks, what for, how much and how sensitive it is",
    61: "https://www.gov.uk/contact-dfe",
    62: "How the Government uses your data: What the Department for Education has from schools",
    63: "It is free, unless a request is manifestly unfounded or excessive",
    64: "educational record, and sees it within 15 school days",
    66: "look again at a use to which you object",
    67: "direct marketing: we do none",
    68: "No decision about a child is made by a computer alone",
    69: "delete something, where no law makes us keep it",
    70: "claim compensation",
    72: "Tell us first",
    73: "https://ico.org.uk/make-a-complaint/",
}


def test_each_item_of_the_former_notice_is_said(ready: Place):
    said = words(draft_of(ready).sections)
    assert {item for item, phrase in SAID.items() if phrase not in said} == set()
    here = "::test_each_item_of_the_former_notice_is_said"
    assert {one.item for one in all_promises() if one.test.endswith(here)} < set(SAID)


def test_what_only_the_school_can_say_stands_there(ready: Place):
    details = replace(DETAILS, office_address="Saltmarsh Lane")
    save_details(school=ready.school, seen=1, details=details, by=ready.room.lead)
    said = words(draft_of(ready).sections)
    for one in ("Paper is kept in a locked cabinet", "office@saltmarsh.example, Saltmarsh Lane", "dpo@borough.example"):
        assert one in said
    with pytest.raises(NotAllowed):
        save_details(school=ready.school, seen=2, details=DETAILS, by=ready.room.deputy)
    with pytest.raises(ChangedSince):
        save_details(school=ready.school, seen=1, details=DETAILS, by=ready.room.lead)


# These look whether the notice says something, and prove nothing of what it says.
LOOKS_FOR_WORDS = {
    "test_each_item_of_the_former_notice_is_said",
    "test_what_only_the_school_can_say_stands_there",
    "test_what_the_former_notice_lacked_is_said",
    "test_whether_it_must_be_given_is_said_in_words",
    "test_it_comes_from_where_it_comes_from",
}


def test_every_item_names_a_test_that_there_is_and_whether_it_is_of_the_thing_itself():
    """In the document itself, as somebody reads it."""
    _, _, said = (ROOT / "docs" / "notice-coverage.md").read_text().partition("## Every item, and what proves it")
    rows = re.findall(r"^\| (\d+) \| .+ \| (proved|said) \| (.+) \|$", said, re.MULTILINE)
    assert [int(item) for item, _, _ in rows] == list(range(1, 79))
    for item, shown, test in rows:
        named = re.fullmatch(r"\[[\w.]+::(test_\w+)\]\(\.\./(tests/[\w/.]+)\)", test)
        assert named is not None, item
        assert f"def {named[1]}(" in (ROOT / named[2]).read_text(), item
        assert shown == "said" or named[1] not in LOOKS_FOR_WORDS, item


# What the former notice lacked (item 77).
ADDED = (
    "Article 9(2)(g)",
    "paragraph 18 of Schedule 1",
    "Within 30 days we say that we have your complaint",
    "made by a computer alone",
    "25 years from",
    "local authorities",
    "Nothing is sent abroad",
)


def test_what_the_former_notice_lacked_is_said(ready: Place):
    said = words(draft_of(ready).sections)
    assert {phrase for phrase in ADDED if phrase not in said} == set()
    # What is held of nobody is not claimed.
    assert not re.search("religio|biometric|political|trade union", said)


@pytest.mark.parametrize(
    ("collection", "says"),
    [
        ("mandatory: the register (SI 2024/208)", (YES, "the register (SI 2024/208)")),
        ("mandatory for the authority", (YES, "for the authority")),
        ("mandatory: parents; others voluntary", (SOME, "parents; others voluntary")),
        ("voluntary", (NO, "")),
        ("voluntary: by consent", (NO, "by consent")),
        ("voluntary for the family", (NO, "voluntary for the family")),
        ("mandatory: so (KCSIE 2025, Annex C)", (YES, "so (Keeping children safe in education, Annex C)")),
        ("to know the child by: public task", (SOME, "to know the child by: public task")),
    ],
)
def test_whether_it_must_be_given_is_said_in_words(collection: str, says: tuple[str, str]):
    assert told(collection) == says
