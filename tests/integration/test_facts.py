"""What does each fact of the rules say, and of whom? Those of which no page tells by itself (`*/facts.sql`).

Each is asked about somebody to whom it applies and, beside it, about somebody to whom it does not.
"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from children.models import ChildTeamGrant
from children.services import merging
from children.services.access import declare_conflict, grant_child_to_team, lift_conflict
from safeguarding.accounts.models import RoleAssignment, TeamMember, User
from safeguarding.accounts.permissions import Rights
from safeguarding.accounts.services import add_member, end_role, make_team, tell
from safeguarding.accounts.services.sessions import session_of
from safeguarding.audit.protection import known
from safeguarding.concerns.models import ConcernChild, ConcernSubject, Draft, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.calling import what_waits
from safeguarding.concerns.services.deciding import add_action, open_concern
from safeguarding.concerns.services.drafts import discard_draft, open_draft, save_draft
from safeguarding.concerns.services.outside import conflicts, links, settling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.raising import call_lead
from safeguarding.glance import glance
from tests import factories, signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def child_of(concern: Any) -> Any:
    return ConcernChild._base_manager.get(concern=concern).child


def test_who_has_left_holds_no_role():
    room = factories.staffroom()
    facts = (("schools_of",), ("schools_with", "log_concern"), ("schools_that_may_grant",))
    for active in (True, False):
        User.objects.filter(pk=room.lead.pk).update(is_active=active)
        for name, *more in facts:
            assert known(name, room.lead.pk, *more) == ([room.school.pk] if active else []), name


def test_a_role_is_held_by_its_person_from_its_first_day_to_its_last():
    room, today = factories.staffroom(), timezone.localdate()
    RoleAssignment.objects.filter(user=room.lead).update(starts_on=today, ends_on=today + DAY)
    for days, held in ((-1, []), (0, ["lead"]), (1, ["lead"]), (2, [])):
        assert [h.role.key for h in Rights(room.lead, today + days * DAY).held] == held, days
    assert [h.role.key for h in Rights(room.teacher, today).held] == ["teacher"]


def test_a_request_finds_its_own_session_with_the_roles_of_its_person():
    room = factories.staffroom()
    for key, person, role in (("a" * 32, room.lead, "lead"), ("b" * 32, room.teacher, "teacher")):
        signed_in.begin(person, key)
        found = session_of(SimpleNamespace(session=SimpleNamespace(session_key=key)))
        assert (found.key, found.user_id, [held["role_key"] for held in found.roles]) == (key, person.pk, [role])
    assert session_of(SimpleNamespace(session=SimpleNamespace(session_key="c" * 32))) is None


def test_a_call_that_waits_is_looked_for_by_whoever_may_be_shown_it():
    room, stranger = factories.staffroom(), factories.member(factories.school(), "lead", "Olive", "Marsh")
    everybody = (room.lead, room.headteacher, stranger)
    assert [what_waits(person).calls for person in everybody] == [False, False, False]
    call = call_lead(token=uuid4(), school=room.school, by=room.teacher, at=timezone.now())
    assert [what_waits(person).calls for person in everybody] == [True, True, False]
    tell(
        people=[stranger],
        school_id=room.school.pk,
        kind=ConcernNotice.CALL,
        object_type="concern",
        object_id=call.pk,
        at=timezone.now(),
    )
    assert what_waits(stranger).calls
    open_concern(concern=call, by=room.lead)
    assert [what_waits(person).calls for person in everybody] == [False, False, False]


def test_who_does_not_work_here_today_keeps_nobody_from_standing_in():
    """A concern that the one lead may not see reaches the chair: a second lead counts while at work, and not before or
    after.
    """
    room = factories.staffroom()
    concern, today = factories.concern(room), timezone.localdate()
    chair = factories.member(room.school, "chair", "Ada", "Moss")
    for reader in (room.lead, room.deputy, room.headteacher):
        declare_conflict(user=reader, child=child_of(concern), kind="own_child", by=reader)
    assert known("concerns_standing_in", chair.pk) == [concern.pk]

    second = factories.member(room.school, "lead", "Noor", "Haddad")
    held = RoleAssignment.objects.filter(user=second)
    assert known("concerns_standing_in", chair.pk) == [], "somebody reads it"
    for change in ({"starts_on": today + DAY}, {"ends_on": today - DAY}):
        before = held.values("starts_on", "ends_on").get()
        held.update(**change)
        assert known("concerns_standing_in", chair.pk) == [concern.pk], change
        held.update(**before)
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert known("concerns_standing_in", chair.pk) == [concern.pk], "no longer here"


def test_the_chair_stands_in_for_a_headteacher_while_it_is_about_them():
    room = factories.staffroom()
    concern = factories.concern(room)
    chair = factories.member(room.school, "chair", "Ada", "Moss")
    declare_conflict(user=room.headteacher, child=child_of(concern), kind="own_child", by=room.headteacher)
    assert known("concerns_standing_in", chair.pk) == [], (
        "hidden from the Headteacher for another reason: leads read it"
    )
    named = ConcernSubject._base_manager.create(
        concern=concern, school=room.school, user=room.headteacher, named_by=room.lead
    )
    assert known("concerns_standing_in", chair.pk) == [concern.pk]
    ConcernSubject._base_manager.filter(pk=named.pk).update(withdrawn_at=timezone.now(), withdrawn_by=room.lead)
    assert known("concerns_standing_in", chair.pk) == []


def test_a_team_is_ones_own_until_one_is_taken_out_or_the_last_day_is_over():
    room = factories.staffroom()
    team = make_team(school=room.school, title="Nurture group", kind="pastoral", by=room.lead)
    member = add_member(team=team, user=room.pastoral, by=room.lead)
    rows, yesterday = TeamMember.objects.filter(pk=member.pk), timezone.localdate() - DAY
    rows.update(starts_on=factories.LONG_AGO)
    assert known("teams_of", room.teacher.pk) == []
    for field, over in (("ended_at", timezone.now()), ("ends_on", yesterday)):
        assert known("teams_of", room.pastoral.pk) == [team.pk]
        rows.update(**{field: over})
        assert known("teams_of", room.pastoral.pk) == [], field
        rows.update(**{field: None})


def test_what_a_team_was_given_is_ones_own_while_it_opens_something():
    room = factories.staffroom()
    rowan = factories.child(room.school, by=room.office)
    team = make_team(school=room.school, title="Nurture group", kind="pastoral", by=room.lead)
    add_member(team=team, user=room.pastoral, by=room.lead)
    last_day = timezone.localdate() + DAY
    given = grant_child_to_team(child=rowan, team=team, reason="Breakfast every day.", last_day=last_day, by=room.lead)
    rows, roles = ChildTeamGrant._base_manager.filter(pk=given.pk), RoleAssignment.objects.filter(user=room.pastoral)
    ended = {"ended_at": timezone.now(), "ended_by": room.lead}
    for found, changed, back in (
        (rows, ended, {"ended_at": None, "ended_by": None}),
        (rows, {"expires_on": timezone.localdate() - DAY}, {"expires_on": last_day}),
        # The notice names pastoral staff, and no class teacher.
        (roles, {"role_key": "teacher"}, {"role_key": "pastoral"}),
    ):
        assert known("grants_of_teams", room.pastoral.pk) == [given.pk]
        assert known("grants_of_teams", room.teacher.pk) == []
        found.update(**changed)
        assert known("grants_of_teams", room.pastoral.pk) == [], changed
        found.update(**back)


def test_one_acts_on_a_concern_in_which_one_has_something_to_do_at_a_school_where_one_works():
    room = factories.staffroom()
    concern = factories.concern(room)
    add_action(
        concern=concern, token=uuid4(), text="Ring home", owner=room.pastoral, due_on=timezone.localdate(), by=room.lead
    )
    assert known("concerns_to_act_on", room.pastoral.pk) == [concern.pk]
    assert known("concerns_to_act_on", room.teacher.pk) == []
    # The action rang in the inbox of whoever has it to do.
    assert glance(room.pastoral) == {
        "unopened": 1,
        "ever_told": True,
        "unsent": False,
        "given_actions": True,
        "errors_wait": False,
        "kinds_decided": False,
        "filters": False,
        "supervision": False,
        "asked": False,
        "reads_adults": False,
        "duties": False,
        "school_duties": False,
        "children_open": [],
        "concerns_open": [],
        "merges": False,
        "withheld": False,
        "mentions": False,
        "requests_named": [],
        "requests_asked": [],
    }
    assert glance(room.teacher) == {
        "unopened": 0,
        "ever_told": False,
        "unsent": False,
        "given_actions": False,
        "errors_wait": False,
        "kinds_decided": False,
        "filters": False,
        "supervision": False,
        "asked": False,
        "reads_adults": False,
        "duties": False,
        "school_duties": False,
        "children_open": [],
        "concerns_open": [],
        "merges": False,
        "withheld": False,
        "mentions": False,
        "requests_named": [],
        "requests_asked": [],
    }
    end_role(assignment=RoleAssignment.objects.get(user=room.pastoral), last_day=timezone.localdate() - DAY)
    assert known("concerns_to_act_on", room.pastoral.pk) == []


def test_a_draft_is_its_authors_and_of_the_lead_who_opened_it():
    room = factories.staffroom()
    token = uuid4()
    save_draft(token=token, school_id=room.school.pk, content={"facts": ["Quiet."]}, author_id=room.teacher.pk)
    open_draft(token=token, reason="She is away today.", by=room.lead)
    for person, own, opened in ((room.teacher, [token], []), (room.lead, [], [token]), (room.deputy, [], [])):
        assert known("own_drafts", person.pk) == own
        assert known("opened_drafts", person.pk) == opened
        assert (glance(person)["unsent"], glance(person)["given_actions"]) == (bool(own), False)


def test_a_conflict_holds_on_another_record_while_a_lead_is_asked_whether_it_is_of_the_same_child():
    room = factories.staffroom()
    one, other, far = (factories.child(room.school, name, by=room.office) for name in ("Rowan", "Rowen", "Iris"))
    declared = declare_conflict(user=room.lead, child=one, kind="relative", by=room.lead)
    asked = merging.ask(keep=other, other=one, reason="One birth certificate.", token=uuid4(), by=room.office)
    assert set(known("hidden_with", one.pk)) == set(known("hidden_children", room.lead.pk)) == {one.pk, other.pk}
    assert [known("child_hidden_from", child.pk) for child in (one, other, far)] == [[room.lead.pk], [room.lead.pk], []]
    merging.decline(asked=asked, refusal="Cousins.", by=room.headteacher)
    assert known("hidden_with", one.pk) == known("hidden_children", room.lead.pk) == [one.pk]
    lift_conflict(conflict=declared, reason="No relative after all.", by=room.headteacher)
    assert known("child_hidden_from", one.pk) == known("hidden_children", room.lead.pk) == []


def test_a_note_from_outside_is_hidden_from_whom_it_is_not_for_and_read_by_who_stands_in_for_them():
    room = factories.staffroom()
    alternate, chair = (factories.member(room.school, role, "Ada", "Moss") for role in ("alternate_lead", "chair"))
    link = links.make_link(school=room.school, by=room.lead)
    left = Left(how_soon=3, name="Sam", agency="Supply", contact="0161 4960000", about_child="Rowan", facts="Quiet.")
    note = OutsideNote.objects.get(token=leave_note(link=link, token=uuid4(), left=left).token)

    def stand_in():
        people = {"alternate": alternate, "chair": chair, "teacher": room.teacher, "lead": room.lead}
        return {name for name, person in people.items() if known("notes_standing_in", person.pk) == [note.pk]}

    def not_for(*people):
        said = [conflicts.say_not_for(note=note, user=one, by=room.deputy) for one in people]
        assert all(known("hidden_notes", one.pk) == [note.pk] for one in people)
        return said

    assert stand_in() == set() and known("hidden_notes", room.lead.pk) == []
    [of_lead] = not_for(room.lead)
    assert stand_in() == {"alternate"} and known("hidden_notes", room.deputy.pk) == []
    conflicts.withdraw_not_for(conflict=of_lead, by=room.headteacher)
    assert stand_in() == set() and known("hidden_notes", room.lead.pk) == []
    [of_head] = not_for(room.headteacher)
    assert stand_in() == {"chair"}
    conflicts.withdraw_not_for(conflict=of_head, by=room.deputy)
    # Hidden because a form names a child, it is not about the Headteacher.
    rowan = factories.child(room.school, by=room.office)
    declare_conflict(user=room.headteacher, child=rowan, kind="relative", by=room.headteacher)
    token = settling.take_up(note=note, content={"who": [str(rowan.pk)]}, by=room.deputy)
    assert known("hidden_notes", room.headteacher.pk) == [note.pk] and stand_in() == set()
    discard_draft(draft=Draft.objects.get(pk=token), by=room.deputy)
    assert known("hidden_notes", room.headteacher.pk) == []
    RoleAssignment.objects.filter(user=room.lead).update(ends_on=timezone.localdate() - DAY)
    not_for(room.headteacher, room.deputy)
    assert stand_in() == {"alternate", "chair"}, "nobody whose role reads it is left"
