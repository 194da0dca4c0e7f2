"""Who is told of what by a school's rules, at once or in the digest; that no rule opens anything; and each person's
load.
"""

import re
from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from safeguarding.accounts.mail import deliver
from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.services import add_member, make_team, next_digest
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Category, HowSoon, NoticeRule
from safeguarding.concerns.services import access, deciding, escalation, notice_rules
from safeguarding.concerns.services.notice_rules import Facts
from safeguarding.concerns.services.reminding import remind
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY
from tests.integration.concerns.decided import REFER, WATCH, act, close, decide, fresh, left_from_outside

pytestmark = pytest.mark.django_db
DAY = SCHOOL_DAY.date()
HALF_PAST_THREE = datetime(2026, 11, 24, 15, 30, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def _day(clock, settings):
    settings.MAIL_IS_SET_UP = True
    return clock


@pytest.fixture
def room():
    made = factories.staffroom()
    for name in ("lead", "deputy", "headteacher", "pastoral"):
        User.objects.filter(pk=getattr(made, name).pk).update(email=f"{name}@example.org")
    return made


def rule(room, what="new_concern", when="at_once", **facts):
    return notice_rules.make_rule(
        school=room.school,
        token=uuid7(),
        facts=Facts(what=what, when=when, **facts),
        by=room.headteacher,
        at=SCHOOL_DAY,
    )


def told(concern, kind):
    """Who was told, and which of them in the digest."""
    return {
        n.user.first_name: n.in_digest
        for n in Notice.objects.filter(object_id=concern.pk, kind=kind).select_related("user")
    }


def mailed(at):
    mail.outbox.clear()
    deliver(at=at)
    return {m.to[0].split("@")[0]: m.subject for m in mail.outbox}


def test_without_rules_it_is_as_it_was_and_a_rule_tells_more_people_or_later(room):
    assert told(factories.concern(room), "new_concern") == {"Priya": False, "Tom": False}
    rule(room, when="digest")
    rule(room, role_key="headteacher", soon_from=HowSoon.THIS_WEEK)
    rule(room, role_key="headteacher", when="digest")
    assert told(factories.concern(room, how_soon=HowSoon.FOR_THE_RECORD), "new_concern") == {
        "Priya": True,
        "Tom": True,
        "Helen": True,
    }
    assert told(factories.concern(room, how_soon=HowSoon.THIS_WEEK), "new_concern") == {
        "Priya": True,
        "Tom": True,
        "Helen": False,
    }
    # A lead whom another rule names at once does not wait for the leads' digest; that rule's digest puts off no lead.
    rule(room, role_key="deputy_lead", category_id="NEG")
    rule(room, what="reopened", role_key="deputy_lead", when="digest")
    neglect = {"category": Category.objects.get(code="NEG"), "how_soon": HowSoon.THIS_WEEK}
    assert told(factories.concern(room, **neglect), "new_concern") == {"Priya": True, "Tom": False, "Helen": False}
    again = factories.concern(room)
    decide(again, room.lead)
    close(fresh(again), room.lead)
    deciding.reopen_concern(concern=fresh(again), token=uuid7(), reason="Again", by=room.headteacher, at=SCHOOL_DAY)
    assert told(again, "reopened") == {"Priya": False, "Tom": False}
    # What is needed today is never put off, whatever the rules say.
    assert told(factories.concern(room, how_soon=HowSoon.TODAY), "new_concern") == {
        "Priya": False,
        "Tom": False,
        "Helen": False,
    }


def test_the_digest_says_how_many_and_nothing_else_at_the_schools_time(room):
    rule(room, when="digest")
    concerns = [factories.concern(room, how_soon=HowSoon.THIS_WEEK) for _ in range(3)]
    assert mailed(SCHOOL_DAY + timedelta(hours=1)) == {}
    deciding.open_concern(concern=concerns[0], by=room.lead, at=SCHOOL_DAY)
    assert mailed(HALF_PAST_THREE) == {
        "lead": "You have 2 things to read in Harbour",
        "deputy": "You have 3 things to read in Harbour",
    }
    assert all(c.reference not in m.body and "Rowan" not in m.body for m in mail.outbox for c in concerns)
    assert mailed(HALF_PAST_THREE + timedelta(hours=1)) == {}
    # Friday evening's goes out on Monday; a time of one's own is kept.
    friday = datetime(2026, 11, 27, 16, 0, tzinfo=LONDON)
    notice_rules.set_digest_time(school=room.school, digest_at=time(9), by=room.headteacher)
    room.school.refresh_from_db()
    assert next_digest(room.school, friday) == datetime(2026, 11, 30, 9, 0, tzinfo=LONDON)
    # In the digest or not: what nobody reads for a school day is chased at once.
    assert escalation.chase_unread(at=SCHOOL_DAY + timedelta(days=2)) == 2
    assert set(told(concerns[1], "unread").values()) == {False}


def test_a_rule_never_tells_somebody_who_may_not_see_the_concern(room):
    team = make_team(school=room.school, title="Pastoral team", kind="pastoral", by=room.lead)
    add_member(team=team, user=room.pastoral, by=room.lead, on=DAY)
    for facts in (
        {"role_key": "teaching_assistant"},
        {"role_key": "trust_lead"},
        {"team": team},
        {"role_key": "headteacher"},
    ):
        for what in ("new_concern", "decided"):
            rule(room, what=what, **facts)
    trust = factories.member(room.school, "trust_lead", "Adaeze", "Lowther")
    concern = factories.concern(room)
    assert told(concern, "new_concern").keys() == {"Priya", "Tom", "Helen", "Adaeze"}
    # Given access to this one, the pastoral lead is told of what comes after; the subject is told no more.
    access.grant_concern(
        concern=concern,
        user=room.pastoral,
        reason="Works with him",
        last_day=DAY + timedelta(days=9),
        by=room.lead,
        at=SCHOOL_DAY,
    )
    access.name_subject(concern=concern, user=room.headteacher, by=room.lead, at=SCHOOL_DAY)
    decide(concern, room.lead)
    assert told(concern, "decided").keys() == {"Carla", "Adaeze"}
    assert trust.pk not in {n.user_id for n in Notice.objects.filter(kind="receipt")}


def test_a_level_narrows_decisions_and_a_concern_opened_again_is_told_to_readers(room):
    rule(room, what="decided", role_key="headteacher", level_from=4)
    low, high = factories.concern(room), factories.concern(room)
    decide(low, room.lead, WATCH)
    decide(high, room.lead, REFER)
    assert (told(low, "decided"), told(high, "decided")) == ({}, {"Helen": False})
    low.refresh_from_db()
    close(low, room.lead)
    access.name_subject(concern=low, user=room.deputy, by=room.lead, at=SCHOOL_DAY)
    Notice.objects.all().delete()
    deciding.reopen_concern(concern=low, token=uuid7(), reason="Again", by=room.headteacher, at=SCHOOL_DAY)
    assert told(low, "reopened").keys() == {"Priya"}


def test_rules_are_made_and_ended_and_never_changed(client, room):
    url = reverse("notice_rules")
    sent = {
        "token": uuid7(),
        "what": "new_concern",
        "whom": "role:headteacher",
        "category_id": "NEG",
        "soon_from": "2",
        "level_from": "",
        "when": "digest",
    }
    for refused in (room.deputy, room.teacher, room.office):
        client.force_login(refused)
        assert client.get(url).status_code == 403
        assert client.post(url, sent).status_code == 403
        with pytest.raises(NotAllowed):
            notice_rules.make_rule(school=room.school, token=uuid7(), facts=Facts("added", "digest"), by=refused)
    client.force_login(room.headteacher)
    assert "No rules of your own" in client.get(url).content.decode()
    for _ in range(2):
        assert client.post(url, sent).status_code == 302
    [made] = NoticeRule.objects.all()
    # Gone back to, and sent with other words, the page makes another rule; that has ended, and is not said to hold.
    assert client.post(url, {**sent, "category_id": ""}).status_code == 302
    other = NoticeRule.objects.get(category=None)
    notice_rules.end_rule(rule=other, by=room.headteacher)
    assert client.post(url, {**sent, "category_id": ""}).status_code == 409
    assert NoticeRule.objects.count() == 2
    shown = client.get(url).content.decode()
    assert "This week or sooner" in shown and "Headteacher" in shown
    wrong = [
        {"level_from": "3"},
        {"what": "decided", "whom": "leads"},
        {"whom": "leads", "when": "digest", "soon_from": "4"},
        {"whom": "role:nobody"},
    ]
    for change in wrong:
        answer = client.post(url, {**sent, "token": uuid7(), **change})
        assert answer.status_code == 422 and "There is a problem" in answer.content.decode()
    with pytest.raises(BadInput):
        notice_rules.make_rule(
            school=room.school, token=uuid7(), facts=Facts("new_concern", "digest", soon_from=4), by=room.headteacher
        )
    client.post(reverse("digest_time"), {"digest_at": "9am"})
    room.school.refresh_from_db()
    assert room.school.digest_at == time(9)
    assert client.post(reverse("digest_time"), {"digest_at": "soon"}).status_code == 422
    other = rule(factories.staffroom(), role_key="headteacher")
    assert client.post(reverse("end_notice_rule", args=[other.pk])).status_code == 404
    assert client.post(reverse("end_notice_rule", args=[made.pk])).status_code == 302
    with pytest.raises(OutOfTurn):
        notice_rules.end_rule(rule=made, by=room.headteacher)
    assert "Earlier rules" in client.get(url).content.decode()
    assert Event.objects.filter(object_id=made.pk, verb__in=(Verb.CREATE, Verb.WITHDRAW)).count() == 2


def test_the_load_says_what_others_were_told_as_of_others_and_not_to_its_reader(client, room, clock):
    concern = factories.concern(room, at=SCHOOL_DAY - timedelta(days=9))
    action = act(concern, room.lead, room.pastoral)
    mentor, next_month = factories.member(room.school, "pastoral", "Ines", "Vale"), DAY + timedelta(days=30)
    access.grant_concern(concern=concern, user=mentor, reason="She sits with him.", last_day=next_month, by=room.lead)
    for one in (room.lead, room.deputy):
        access.name_subject(concern=concern, user=one, by=room.headteacher)
    clock.shift(timedelta(days=9))
    remind()
    clock.shift(timedelta(days=5))
    client.force_login(room.headteacher)
    page = client.get(reverse("load"))
    said = {(name, one.kind) for one in page.context["loads"].unopened for name in one.names}
    assert {
        (room.pastoral.full_name, "An action to do"),
        (room.pastoral.full_name, "An action that is due"),
        (mentor.full_name, "Access to a record was given"),
        (room.headteacher.full_name, "A concern to read in somebody’s place"),
    } <= said
    # Nothing there speaks to who reads it of what somebody else has.
    never = page.content.decode().partition('id="never"')[2].partition("</section>")[0]
    assert action.reference in never
    assert not re.search(r"\byou", never, re.IGNORECASE)


def test_the_load_counts_what_its_reader_may_see_and_names_no_child(client, room):
    old = SCHOOL_DAY - timedelta(days=2)
    seen, hidden = factories.concern(room, at=old), factories.concern(room, at=old)
    act(seen, room.lead, room.pastoral, at=old)
    note = left_from_outside(room, at=old)
    access.name_subject(concern=hidden, user=room.deputy, by=room.lead, at=SCHOOL_DAY)
    url = reverse("load")
    for refused in (room.teacher, room.pastoral, room.office):
        client.force_login(refused)
        assert client.get(url).status_code == 403
    counts, told = {}, {}
    for reader in (room.lead, room.deputy):
        client.force_login(reader)
        answer = client.get(url)
        text = answer.content.decode()
        assert "Rowan" not in text and "Ashdown" not in text and seen.reference in text
        counts[reader] = {
            one.one.user.first_name: (one.unread, one.never, one.actions, len(one.concerns))
            for one in answer.context["loads"].people
        }
        told[reader] = [(one.kind, one.reference, one.names) for one in answer.context["loads"].unopened]
        assert (hidden.reference in text) == (reader == room.lead)
        assert note.reference in text and reverse("outside_note", args=[note.pk]) in text
    assert counts[room.lead] == {"Priya": (3, 3, 0, 2), "Tom": (3, 3, 0, 2), "Carla": (1, 1, 1, 0)}
    assert counts[room.deputy] == {"Priya": (2, 2, 0, 1), "Tom": (2, 2, 0, 1), "Carla": (1, 1, 1, 0)}
    # What was told to several is one line, and says of others what it said to them.
    assert ("A new concern", seen.reference, ["Priya Raman", "Tom Aldous"]) in [
        (k, r, sorted(n)) for k, r, n in told[room.lead]
    ]
    for reader, lines in told.items():
        assert len(lines) == len({(kind, reference) for kind, reference, _ in lines}), reader
        assert ("An action to do", ["Carla Mendes"]) in [(kind, names) for kind, _, names in lines]
