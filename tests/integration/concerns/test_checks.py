"""Does the self-check turn red for what waits in concerns, green once it is put right, and tell of no hidden one?"""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from children.services.access import declare_conflict
from safeguarding.accounts.models import RoleAssignment
from safeguarding.accounts.services import end_role
from safeguarding.checks import State
from safeguarding.concerns.services import access, agencies, deciding
from safeguarding.concerns.services.agencies import Sent, Step
from safeguarding.concerns.services.deciding import Ruling
from safeguarding.concerns.services.drafts import discard_draft, save_draft
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.decided import WATCH, act, decide, fresh
from tests.looking import lines, stands

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = SCHOOL_DAY.date()
NO_REVIEW = Ruling(**vars(WATCH) | {"kind": "in_school", "review_on": None})


def opened(room: Any, at: Any = SCHOOL_DAY, **report: Any) -> Any:
    return deciding.open_concern(concern=factories.concern(room, at=at, **report), by=room.lead, at=at)


def test_unread_for_more_than_seven_school_hours(room: Any):
    assert lines(room.lead)["unread"].found.says == "Every concern has been read."
    late = factories.concern(room, at=SCHOOL_DAY - 25 * HOUR)
    factories.concern(room, at=SCHOOL_DAY - 20 * HOUR)
    line = lines(room.lead)["unread"]
    assert (line.state, line.found.number) == (State.FIX, 1)
    assert "23 November 2026 at 9am" in line.found.says
    deciding.open_concern(concern=late, by=room.lead, at=SCHOOL_DAY)
    line = lines(room.lead)["unread"]
    assert (line.state, line.found.says) == (State.GOOD, "None; 1 unread that has time.")


def test_decided_without_a_review_and_quiet_for_thirty_school_days(room: Any, clock: Any, client: Client):
    concern = opened(room)
    decide(concern, room.lead, NO_REVIEW)
    watched = opened(room)
    decide(watched, room.lead, Ruling(**vars(WATCH) | {"review_on": date(2027, 2, 1)}))
    clock.move_to(SCHOOL_DAY + 41 * DAY)
    assert stands(room.lead, "quiet") == (State.GOOD, 0)
    clock.move_to(SCHOOL_DAY + 42 * DAY)
    line = lines(room.lead)["quiet"]
    assert (line.state, line.found.number) == (State.LOOK, 1)
    client.force_login(room.lead)
    page = client.get(line.address)
    assert [row.concern.pk for row in page.context["rows"]] == [concern.pk], "the list behind it has that one"
    deciding.add_note(concern=fresh(concern), token=uuid4(), text="Still well.", by=room.lead)
    assert stands(room.lead, "quiet") == (State.GOOD, 0)


def test_actions_late_or_with_nobody_who_does_them(room: Any):
    concern = opened(room, SCHOOL_DAY - 3 * DAY)
    late = act(concern, room.lead, room.assistant, due_on=TODAY - DAY, at=SCHOOL_DAY - 2 * DAY)
    left = act(concern, room.lead, room.pastoral, due_on=TODAY + 9 * DAY)
    assert stands(room.lead, "actions") == (State.LOOK, 1)
    end_role(assignment=RoleAssignment.objects.get(user=room.pastoral), last_day=timezone.localdate() - DAY)
    line = lines(room.lead)["actions"]
    assert (line.state, line.found.says) == (State.FIX, "2 actions, 1 with nobody who does it.")
    for action in (late, left):
        deciding.end_action(action=action, move="complete", result="Rang.", by=room.lead, at=SCHOOL_DAY)
    assert stands(room.lead, "actions") == (State.GOOD, 0)
    act(concern, room.lead, room.lead, due_on=TODAY - DAY, at=SCHOOL_DAY - 2 * DAY)
    own, theirs = lines(room.lead)["actions"], lines(room.deputy)["actions"]
    assert own.found.says == "1 action, 1 of your own." and own.address.endswith("/actions/")
    assert theirs.found.says == "1 action." and theirs.address.endswith("/actions/adrift/")


def test_referrals_without_an_answer(room: Any):
    concern = opened(room, SCHOOL_DAY - 5 * DAY)
    sent_at = SCHOOL_DAY - 5 * DAY
    sent = Sent(
        agency="health", method="telephone", told="Two missed visits.", sent_at=sent_at, answer_by=TODAY - 2 * DAY
    )
    silent = agencies.refer(concern=concern, token=uuid4(), sent=sent, by=room.lead, at=sent_at)
    line = lines(room.lead)["referrals"]
    assert (line.state, line.found.says) == (State.LOOK, "1 referral, the oldest 2 days late.")
    again = Step(text="They will ring.", happened_at=SCHOOL_DAY, method="telephone", answer_by=TODAY + 7 * DAY)
    agencies.step(referral=silent, move="chase", token=uuid4(), said=again, by=room.lead, at=SCHOOL_DAY)
    assert stands(room.lead, "referrals") == (State.GOOD, 0)


def drafted(room: Any, **content: Any) -> Any:
    given = {"facts": ["He was quiet."]} | content
    return save_draft(token=uuid4(), school_id=room.school.pk, content=given, author_id=room.teacher.pk, at=SCHOOL_DAY)


def test_drafts_are_counted_after_a_school_day_and_never_told(room: Any, clock: Any):
    draft = drafted(room)
    assert stands(room.lead, "drafts") == (State.GOOD, 0)
    clock.move_to(SCHOOL_DAY + DAY)
    line = lines(room.lead)["drafts"]
    assert (line.state, line.found.says) == (State.LOOK, "1 draft, the oldest of 24 November.")
    other = factories.staffroom("Quay School")
    assert stands(other.lead, "drafts") == (State.GOOD, 0)
    discard_draft(draft=draft, by=room.teacher)
    assert stands(room.lead, "drafts") == (State.GOOD, 0)


def test_who_is_close_to_a_child_and_who_reads_nothing_restricted_learn_of_neither(room: Any, clock: Any):
    hidden, other = (factories.child(room.school, name, by=room.office) for name in ("Lark", "Wren"))
    parent = factories.member(room.school, "lead", "Pat", "Quill")
    declare_conflict(user=parent, child=hidden, kind="own_child", by=parent)
    for child in (hidden, other):
        at = SCHOOL_DAY - 4 * DAY
        about = {"children": [ChildEntry("worried_about", child)]}
        unread, concern = factories.concern(room, at=at, **about), opened(room, at, **about)
        act(concern, room.lead, room.assistant, due_on=TODAY - DAY, at=SCHOOL_DAY - 2 * DAY)
        sent = Sent(agency="health", method="telephone", told="A visit.", sent_at=at, answer_by=TODAY - DAY)
        agencies.refer(concern=concern, token=uuid4(), sent=sent, by=room.lead, at=at)
        drafted(room, who=[str(child.pk)])
    for one in (unread, concern):
        access.restrict_concern(concern=fresh(one), by=room.lead)
    clock.move_to(SCHOOL_DAY + DAY)
    keys = ("unread", "actions", "referrals", "drafts")
    for person, numbers in ((room.lead, (2, 2, 2, 2)), (parent, (1, 1, 1, 1)), (room.deputy, (1, 1, 1, 2))):
        found = lines(person)
        assert tuple(found[key].found.number for key in keys) == numbers, person.first_name
