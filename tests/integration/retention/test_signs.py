"""Is every sign of sexual abuse or exploitation asked about, and is nothing due while one is not answered? (R03)"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from children.services import access
from retention.models import Mark, RetentionDate, RetentionRule, Statement
from retention.services.lists import begin_list
from retention.services.scan import scan
from retention.services.schedule import load_defaults
from retention.services.signs import say_own_copy
from retention.services.statements import state
from safeguarding.accounts.models import User
from safeguarding.audit.models import LogEntry
from safeguarding.checks import State
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services.deciding.classifying import reclassify_concern
from safeguarding.ending.reasons import NOT_DUE, told_to
from safeguarding.ending.signs import known_codes
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.integration.plans.pages import Visitor
from tests.integration.test_rights_rows import is_refused, tried
from tests.looking import stands
from tests.sheets import number
from tests.walls import asking

from . import signing
from .conftest import BORN, Office, date_of, days_ago, later

pytestmark = pytest.mark.django_db
M = RetentionDate.Missing
TAB = "child_retention"


def leaver(place: Office, forename: str = "Ida", serial: int = 1) -> Child:
    """Somebody who left long ago, with a number, at what was her last school."""
    child = place.leaver(forename, details={"date_of_birth": BORN, "upn": number(serial)})
    place.last_school(child)
    return child


def scanned(child: Child) -> RetentionDate:
    scan()
    return date_of(child)


def test_the_rule_names_no_code_that_no_app_knows_and_every_one_that_one_knows():
    load_defaults()
    assert set(RetentionRule.objects.get(school=None, code="R03").signs) == known_codes() == set(signing.SIGNS)


@pytest.mark.parametrize("code", signing.SIGNS)
def test_each_sign_is_asked_about_and_kept_until_it_is_answered(place: Office, code: str):
    child, lead = leaver(place), place.room.lead
    assert scanned(child).missing == ""
    signing.SIGNS[code](place, child)
    [told] = signing.told_to(lead, child)
    assert told.codes == (code,) and told.is_open and told.answers and told.says
    kept = scanned(child)
    assert (kept.missing, kept.seen_due_on) == (M.ASKED, None)
    assert (
        "A safeguarding lead has still to say whether the long rule for abuse applies."
        in told_to(lead, [child.pk])[child.pk]
    )
    signing.answered(child, lead, applies=False)
    assert (scanned(child).rule.code, date_of(child).missing) == ("R02", "")
    signing.answered(child, lead, applies=True, sign=signing.told_to(lead, child)[0])
    assert (scanned(child).rule.code, date_of(child).missing) == ("R03", "")
    assert Mark.objects.filter(child=child).count() == 2


@pytest.mark.parametrize("code", ("PHY", "COC.bullying", "COC", "ONL.content"))
def test_what_is_no_sign_is_not_asked_about(place: Office, code: str):
    child = leaver(place)
    signing.concern(place, child, code)
    signing.plan(place, child, "NEG", "EMO")
    assert signing.told_to(place.room.lead, child) == []
    assert scanned(child).missing == ""


def test_a_later_sign_asks_again(place: Office):
    child, lead = leaver(place), place.room.lead
    episode = signing.plan(place, child, "SAB", "SAB")
    signing.answered(child, lead, applies=False)
    assert scanned(child).missing == ""
    # The same plan with another category, another concern, and more from the same system: each by itself.
    type(episode).objects.filter(pk=episode.pk).update(latest_category="MUL")
    [told] = signing.told_to(lead, child)
    assert told.codes == ("FIRST.SAB", "NOW.MUL") and told.is_open
    assert scanned(child).missing == M.ASKED
    signing.answered(child, lead, applies=False)
    signing.concern(place, child, "SEX")
    assert [one.is_open for one in signing.told_to(lead, child)] == [True, False]
    assert scanned(child).missing == M.ASKED
    signing.answered(child, lead, applies=True)
    assert (scanned(child).rule.code, date_of(child).missing) == ("R03", "")
    signing.earlier(place, child)
    assert scanned(child).missing == M.ASKED, "one that applies does not answer the next"


def test_a_proof_stays_while_the_long_rule_rests_on_it(place: Office):
    child, lead = leaver(place), place.room.lead
    proof = signing.received(place, child)
    for days in (70, 60):
        scan(at=days_ago(days))
    RetentionRule.objects.filter(school=place.school).update(from_day=timezone.localdate() - timedelta(days=90))
    assert RetentionDate.objects.get(record_key=proof.pk).seen_again_on, "its 25 years are over"
    assert told_to(lead, [proof.pk]), "nobody has answered"
    signing.answered(child, lead, applies=True)
    with pytest.raises(OutOfTurn, match="By it"):
        begin_list(school=place.school, records=[proof.pk], token=uuid7(), by=lead)
    signing.answered(child, lead, applies=False, sign=signing.told_to(lead, child)[0])
    assert begin_list(school=place.school, records=[proof.pk], token=uuid7(), by=lead).items.count() == 1


def test_an_answer_is_of_what_was_shown_has_a_reason_and_is_given_once(place: Office):
    child, lead = leaver(place), place.room.lead
    signing.concern(place, child, "SEX")
    [told] = signing.told_to(lead, child)
    for changed, error in (
        ({"reason": " "}, BadInput),
        ({"sign": told.__class__(uuid7(), told.kind, told.codes, told.day, "", True)}, OutOfTurn),
        ({"sign": told.__class__(told.key, told.kind, ("CSE",), told.day, "", True)}, OutOfTurn),
    ):
        with pytest.raises(error):
            signing.answered(child, lead, applies=False, **changed)
    assert not Mark.objects.exists()
    token = uuid7()
    one = signing.answered(child, lead, applies=False, sign=told, token=token)
    assert signing.answered(child, lead, applies=False, sign=told, token=token) == one
    assert Mark.objects.count() == 1


def test_the_long_rule_counts_from_the_last_entry_or_from_birth_as_the_school_chose(place: Office):
    child, lead = leaver(place), place.room.lead
    entry = signing.concern(place, child, "SEX")
    signing.answered(child, lead, applies=True)
    on = timezone.localdate(entry.logged_at)
    assert (scanned(child).trigger_on, date_of(child).due_on) == (on, on.replace(year=on.year + 75))
    RetentionRule.objects.filter(school=place.school, code="R03").update(trigger="birth")
    assert (scanned(child).trigger_on, date_of(child).due_on) == (BORN, date(2074, 3, 1))


def test_the_start_is_chosen_on_the_page_of_the_rule_and_of_no_other(client: Client, place: Office):
    head = Visitor(client, place.room.headteacher)
    rules = {rule.code: rule for rule in RetentionRule.objects.filter(school=place.school, code__in=("R02", "R03"))}
    assert "Counted from" in head.page("retention_rule", rules["R03"].pk)
    assert "Counted from" not in head.page("retention_rule", rules["R02"].pk)
    typed = {"years": "75", "basis": "As in our policy.", "source": "The governors, 1 December 2026."}
    assert head.send("retention_rule", rules["R03"].pk, "propose", trigger="left", **typed).status_code == 422
    assert head.send("retention_rule", rules["R03"].pk, "propose", trigger="birth", **typed).status_code == 302
    made = RetentionRule.objects.get(school=place.school, code="R03", version=2)
    assert (made.trigger, made.signs) == ("birth", rules["R03"].signs)


# --- R01 and R03


def moved(place: Office, *, applies: bool = True) -> Child:
    """The next school has the file, and a sign on it was answered."""
    child = place.leaver(details={"date_of_birth": BORN})
    signing.concern(place, child, "SEX")
    signing.answered(child, place.room.lead, applies=applies)
    said = {"said": "Whitmoor High, Mrs Orme.", "by": place.room.lead, "at": days_ago(90)}
    state(child=child, token=uuid7(), kind="receipt", on=timezone.localdate(days_ago(90)), **said)
    return child


def own_copy(child: Child, by: User, kind: str, **facts: Any) -> Statement:
    given = {"token": uuid7(), "reason": "She has the whole file, with our index; we rang.", **facts}
    return say_own_copy(child=child, kind=kind, by=by, **given)


def test_neither_rule_wins_until_a_lead_says_what_becomes_of_the_copy(client: Client, place: Office):
    child, lead = moved(place), place.room.lead
    kept = scanned(child)
    assert (kept.missing, kept.rule, kept.due_on) == (M.UNDECIDED, None, None)
    visitor = Visitor(client, lead)
    assert "To decide" in visitor.page(TAB, child.pk)
    home = client.get(reverse("retention")).content.decode()
    assert "Ida Thorne" in home and "ours" not in home
    assert stands(lead, "long_rule") == (State.LOOK, 1)
    assert visitor.send(TAB, child.pk, "own_copy", kind="ours_ends", reason="").status_code == 422
    assert visitor.send(TAB, child.pk, "own_copy", kind="ours_ends", reason="They have all of it.").status_code == 302
    # What was said is asked no more, before the next scan too.
    assert "Ida Thorne" not in client.get(reverse("retention")).content.decode()
    assert stands(lead, "long_rule") == (State.GOOD, 0)
    kept = scanned(child)
    assert (kept.missing, kept.rule.code) == ("", "R01")
    assert stands(lead, "long_rule") == (State.GOOD, 0)
    assert visitor.send(TAB, child.pk, "own_copy", kind="ours_stays", reason="We keep it.").status_code == 302
    kept = scanned(child)
    assert (kept.missing, kept.rule.code) == ("", "R03")
    assert Statement.objects.filter(child=child, kind__startswith="ours", withdrawn_at=None).count() == 1


def test_where_no_sign_applies_the_receipt_alone_counts(place: Office):
    child = moved(place, applies=False)
    assert (scanned(child).missing, date_of(child).rule.code) == ("", "R01")


def test_what_comes_after_it_was_said_is_to_decide_again(place: Office):
    child, lead = moved(place), place.room.lead
    own_copy(child, lead, "ours_ends", at=days_ago(3))
    signing.received(place, child)
    assert scanned(child).missing == M.ASKED
    signing.answered(child, lead, applies=True)
    assert scanned(child).missing == M.UNDECIDED
    own_copy(child, lead, "ours_ends")
    assert (scanned(child).missing, date_of(child).rule.code) == ("", "R01")


def test_what_became_a_sign_after_it_was_said_is_to_decide_again_however_old_its_row(place: Office):
    child, lead = moved(place), place.room.lead
    other = signing.concern(place, child, "PHY")
    Concern.objects.update(logged_at=days_ago(60))
    ConcernChild.objects.update(added_at=days_ago(60), linked_at=None)
    LogEntry.objects.update(at=days_ago(60))
    own_copy(child, lead, "ours_ends", at=days_ago(30))
    assert (scanned(child).missing, date_of(child).rule.code) == ("", "R01")
    said = {"category": "CSE", "subcategory": None, "reason": "She told more of it.", "by": lead}
    reclassify_concern(concern=other, seen=other.revision, **said)
    signing.answered(child, lead, applies=True)
    assert scanned(child).missing == M.UNDECIDED
    signing.assessment(place, child, "11A")
    assert max(one.day for one in signing.told_to(lead, child) if one.kind == "assessment") == timezone.localdate()


def test_the_headteacher_reads_why_before_approving_and_an_answer_after_that_keeps_it(client: Client, place: Office):
    child, lead = moved(place), place.room.lead
    own_copy(child, lead, "ours_ends", at=days_ago(85))
    Mark.objects.update(marked_at=days_ago(88))
    Statement.objects.filter(kind="ours_ends").update(on=timezone.localdate())
    assert child.pk in told_to(lead, [child.pk]), "an entry of the last twelve months"
    with later(days=400):
        for days in (50, 40):
            scan(at=timezone.now() - timedelta(days=days))
        concerns_closed(child)
        sent = place.sent(child)
        page = place.opens(client, place.room.headteacher, "destruction_list", sent.pk).content.decode()
        assert "She has the whole file, with our index; we rang." in page
        page = place.opens(client, place.chair, "destruction_list", sent.pk).content.decode()
        assert "She has the whole file, with our index; we rang." in page
        # Somebody changes their mind before the next scan.
        own_copy(child, lead, "ours_stays")
        assert "is newer than its date" in told_to(lead, [child.pk])[child.pk][0]


def concerns_closed(child: Child) -> None:
    Concern.objects.filter(children__child=child).update(status="closed")


# --- who may answer, and who may not know


def test_who_answers_and_who_does_not(client: Client, place: Office):
    child, room = leaver(place), place.room
    signing.concern(place, child, "SEX")
    [told] = signing.told_to(room.lead, child)
    for person in (room.deputy, room.headteacher, room.teacher, room.office, place.officer, place.chair):
        assert not any(one.answers for one in signing.told_to(person, child)), person.job
        with pytest.raises((NotAllowed, OutOfTurn)):
            signing.answered(child, person, applies=False, sign=told)
        assert is_refused(person, "web", *mark_of(child, told, person)), person.job
    sent = {"deed": "answer", "sign": told.key, "codes": "SEX", "applies": "no", "reason": "No.", "token": uuid7()}
    for person, status in ((room.deputy, 403), (room.headteacher, 403), (room.teacher, 403), (room.office, 403)):
        client.force_login(person)
        assert client.post(reverse(TAB, args=[child.pk]), sent).status_code == status, person.job
    assert not Mark.objects.exists()
    assert tried(room.lead, "web", *mark_of(child, told, room.lead)) == 1
    client.force_login(room.lead)
    assert client.post(reverse(TAB, args=[child.pk]), sent).status_code == 302
    assert Mark.objects.get().marked_by == room.lead


def mark_of(child: Child, told: signing.Told, by: User) -> tuple[str, list[Any]]:
    statement = (
        "INSERT INTO retention_mark "
        "(id, child_id, school_id, row_key, codes, applies, reason, token, marked_at, marked_by_id) VALUES "
        "(%s, %s, %s, %s, %s, false, %s, %s, now(), %s)"
    )
    return statement, [uuid7(), child.pk, child.school_id, told.key, list(told.codes), b"", uuid7(), by.pk]


def hidden_from_the_lead(place: Office) -> tuple[Child, Any, User]:
    """A concern about a child and one who is related to the lead: an alternate lead decides on it."""
    child, near = leaver(place), factories.child(place.school, "Nell", "Grange", by=place.room.office)
    alternate = factories.member(place.school, "alternate_lead", "Ngozi", "Eze")
    concern = signing.concern(place, child, "SEX", near)
    access.declare_conflict(user=place.room.lead, child=near, kind="relative", by=place.room.lead)
    return child, concern, alternate


def rows_seen(person: User, table: str) -> int:
    with asking(person), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  (named here)
        return int(cursor.fetchone()[0])


def test_of_a_hidden_sign_the_lead_finds_nothing_and_who_decides_in_the_leads_place_answers(
    client: Client, place: Office
):
    child, concern, alternate = hidden_from_the_lead(place)
    lead = place.room.lead
    assert scanned(child).missing == M.ASKED
    assert signing.told_to(lead, child) == []
    page = Visitor(client, lead).page(TAB, child.pk)
    assert "Kept, not due" in page and "Not marked" in page
    assert "oncern about sexual abuse" not in page
    assert concern.reference not in page
    home = client.get(reverse("retention")).content.decode()
    assert "Nothing for you to decide" in home
    assert stands(lead, "long_rule") == (State.GOOD, 0)
    assert rows_seen(lead, "retention_retentiondate WHERE missing IN ('asked', 'undecided')") == 0
    assert told_to(lead, [child.pk])[child.pk][-1] == NOT_DUE
    # Whoever answers in the lead's place.
    [told] = signing.told_to(alternate, child)
    assert told.answers and told.key == concern.pk
    page = Visitor(client, alternate).page(TAB, child.pk)
    assert "A concern about sexual abuse" in page
    assert (
        Visitor(client, alternate)
        .send(TAB, child.pk, "answer", applies="yes", reason="It happened at home.")
        .status_code
        == 302
    )
    assert scanned(child).rule.code == "R03"
    assert rows_seen(lead, "retention_mark") == 0
    assert rows_seen(lead, "retention_retentiondate WHERE rule_id IS NOT NULL") == 0
    page = Visitor(client, lead).page(TAB, child.pk)
    assert "Kept, not due" in page and "It happened at home." not in page
    assert rows_seen(alternate, "retention_mark") == 1


def test_one_for_whom_nobody_stands_in_opens_no_tab(client: Client, place: Office):
    hidden_from_the_lead(place)
    other, alternate = leaver(place, "Una", 2), User.objects.get(last_name="Eze")
    assert Visitor(client, alternate).get(TAB, other.pk).status_code == 404
    assert Visitor(client, place.chair).get(TAB, other.pk).status_code == 404


def test_while_a_lead_may_know_of_it_nobody_answers_in_their_place(place: Office):
    child, _, alternate = hidden_from_the_lead(place)
    assert signing.told_to(alternate, child)[0].answers
    second = factories.member(place.school, "lead", "Second", "Lead")
    assert signing.told_to(second, child)[0].answers
    assert not any(one.answers for one in signing.told_to(alternate, child))


def test_a_restricted_concern_is_told_to_no_deputy(client: Client, place: Office):
    child, room = leaver(place), place.room
    concern_access.restrict_concern(concern=signing.concern(place, child, "SEX"), by=room.lead)
    signing.answered(child, room.lead, applies=True)
    assert scanned(child).rule.code == "R03"
    page = Visitor(client, room.deputy).page(TAB, child.pk)
    assert "Kept, not due" in page and "2101" not in page and "Read in full" not in page
    assert signing.told_to(room.deputy, child) == []
    assert rows_seen(room.deputy, "retention_mark") == 0
    assert rows_seen(room.deputy, "retention_retentiondate") == 0
    assert "Kept until" in Visitor(client, room.lead).page(TAB, child.pk)


def test_what_a_lead_may_not_know_of_she_does_not_settle_as_the_file_went(place: Office):
    child, _, alternate = hidden_from_the_lead(place)
    signing.answered(child, alternate, applies=True)
    state(child=child, token=uuid7(), kind="receipt", on=timezone.localdate(), said="Mrs Orme.", by=place.room.lead)
    with pytest.raises(NotAllowed):
        own_copy(child, place.room.lead, "ours_ends")
    assert scanned(child).missing == M.UNDECIDED
    own_copy(child, alternate, "ours_ends")
    assert scanned(child).rule.code == "R01"
    assert rows_seen(place.room.lead, "retention_statement WHERE kind = 'ours_ends'") == 0


# --- four hundred days


def test_after_four_hundred_days_nothing_of_it_has_gone(place: Office):
    children = [leaver(place, name, serial) for serial, name in enumerate(("Ida", "Ola"), start=1)]
    signing.concern(place, children[0], "SEX")
    signing.earlier(place, children[1])
    away = moved(place)
    with later(days=400):
        for days in (20, 10, 0):
            scan(at=timezone.now() - timedelta(days=days))
        for child in (*children, away):
            kept = date_of(child)
            assert kept.missing in (M.ASKED, M.UNDECIDED) and kept.seen_due_on is None
            with pytest.raises(OutOfTurn):
                place.on_list(child)
    assert Child.objects.filter(pk__in=[child.pk for child in (*children, away)]).count() == 3
