"""Does each service that changes who may do what ask by itself whether its actor may? Whatever page, task or shell
called it.

Each is asked for by somebody whose role does not include it, which changes nothing, and then by somebody whose role
does.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from children.services import access, imports
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import RoleAssignment, Term
from safeguarding.audit.models import Event
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.services import deciding, raising
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, HowSoon, Report
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from tests import factories, sheets

pytestmark = pytest.mark.django_db
Call = Callable[[Any], Any]
today = timezone.localdate
WHY = "She runs the nurture group"


def accounts_calls(room: factories.Staffroom) -> dict[str, Call]:
    """Name to the service, called by `by`. Each begins from a state of its own."""
    school = room.school
    team = accounts.make_team(school=school, title="Nurture group", kind="pastoral", by=room.lead)
    other = accounts.make_team(school=school, title="Breakfast club", kind="pastoral", by=room.lead)
    member = accounts.add_member(team=team, user=room.pastoral, by=room.lead)
    term = Term.objects.filter(school=school).first() or accounts.add_term(
        school=school, name="Long ago", starts_on=date(2001, 1, 8), ends_on=date(2001, 3, 30), by=room.lead
    )
    held = RoleAssignment.objects.get(user=room.teacher)
    return {
        "set_roles_beyond_notice": lambda by: accounts.set_roles_beyond_notice(
            school=school, role_keys=["senco"], by=by
        ),
        "make_team": lambda by: accounts.make_team(school=school, title="Year 6", kind="year", by=by),
        "add_member": lambda by: accounts.add_member(team=other, user=room.pastoral, by=by),
        "remove_member": lambda by: accounts.remove_member(member=member, by=by),
        "end_team": lambda by: accounts.end_team(team=other, by=by),
        "sign_access_review": lambda by: accounts.sign_access_review(school=school, by=by),
        "assign_role": lambda by: accounts.assign_role(
            user=room.teacher, school=school, role_key="pastoral", starts_on=today(), by=by
        ),
        "end_role": lambda by: accounts.end_role(assignment=held, last_day=today(), by=by),
        "set_call_order": lambda by: accounts.set_call_order(
            school=school, user_ids=[room.deputy.pk, room.lead.pk], by=by
        ),
        "change_school": lambda by: accounts.change_school(school=school, telephone="0161 496 0111", by=by),
        "add_term": lambda by: accounts.add_term(
            school=school, name="Much later", starts_on=date(2031, 1, 6), ends_on=date(2031, 3, 28), by=by
        ),
        "add_closure": lambda by: accounts.add_closure(school=school, on=date(2031, 1, 8), reason="Training", by=by),
        "withdraw_day": lambda by: accounts.withdraw_day(entry=term, by=by),
    }


def children_calls(room: factories.Staffroom) -> dict[str, Call]:
    rowan = factories.child(room.school, by=room.office)
    grant = access.grant_child(
        child=rowan, user=room.pastoral, reason=WHY, last_day=today() + timedelta(days=30), by=room.lead
    )
    declared = access.declare_conflict(user=room.pastoral, child=rowan, kind="relative", by=room.pastoral)
    also = access.declare_conflict(user=room.teacher, child=rowan, kind="relative", by=room.teacher)
    run = sheets.look_at(room.school, [sheets.row(1)], by=room.office)
    return {
        "agree": lambda by: imports.agree(run=run, keys=sheets.asked(run), by=by),
        "confirm_import": lambda by: imports.confirm_import(run=run, by=by),
        "withdraw_child_grant": lambda by: access.withdraw_child_grant(grant=grant, reason="Over", by=by),
        "confirm_conflict": lambda by: access.confirm_conflict(conflict=declared, by=by),
        "lift_conflict": lambda by: access.lift_conflict(conflict=also, reason="Another family", by=by),
        "start_import": lambda by: imports.start_import(
            school=room.school, file_name="children.csv", chunks=[b"Surname,Forename\n"], by=by
        ),
    }


def concerns_calls(room: factories.Staffroom) -> dict[str, Call]:
    described = ChildEntry("worried_about", kind="unnamed", description="Boy, red coat")
    concern, rowan = factories.concern(room, children=[described]), factories.child(room.school, by=room.office)
    named = ConcernChild.objects.get(concern=concern)
    called = raising.call_lead(token=uuid7(), school=room.school, by=room.teacher)
    return {
        "answer_call": lambda by: deciding.answer_call(concern=called, answer="coming", by=by),
        "link_child": lambda by: deciding.link_child(named=named, child=rowan, by=by),
        "add_note": lambda by: deciding.add_note(concern=concern, token=uuid7(), text="Rang home.", by=by),
        "add_action": lambda by: deciding.add_action(
            concern=concern, token=uuid7(), text="Ring home", owner=room.pastoral, due_on=today(), by=by
        ),
        "rename_concern": lambda by: deciding.rename_concern(
            concern=concern, seen=concern.revision, title="Lunch", by=by
        ),
    }


@pytest.mark.parametrize("calls", [accounts_calls, children_calls, concerns_calls], ids=lambda one: one.__name__)
def test_a_service_asks_who_asks_it(calls: Callable[[Any], dict[str, Call]]):
    room = factories.staffroom()
    for name, call in calls(room).items():
        for refused in (room.teacher, room.pastoral, factories.staffroom("Gorse Hill Academy").lead):
            with pytest.raises(NotAllowed):
                call(refused)
        events = Event.objects.count()
        call(room.lead if name not in ("assign_role", "end_role") else room.headteacher)
        assert Event.objects.count() > events, name


def test_who_has_no_role_at_a_school_reports_nothing_there():
    """Whoever has one may: a report is for everybody, so that no role is refused that is held at the school."""
    room, elsewhere = factories.staffroom(), factories.staffroom("Gorse Hill Academy")
    who = [ChildEntry("worried_about", kind="unnamed", description="Boy, red coat")]
    report = Report(how_soon=HowSoon.TODAY, children=who, account=AccountFacts(facts="He was quiet."))
    for service in (partial(raising.raise_concern, report=report), raising.call_lead):
        with pytest.raises(NotAllowed):
            service(token=uuid7(), school=room.school, by=elsewhere.lead)
        assert service(token=uuid7(), school=room.school, by=room.assistant).school_id == room.school.pk
