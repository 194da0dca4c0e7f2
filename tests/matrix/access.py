"""What opens and shuts records of the matrix beside the roles.

Given as rows: each has a page of its own.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from children.grants import viewing
from children.models import (
    Child,
    ChildGrant,
    ChildTeamGrant,
    ConflictOfInterest,
    EmergencyAccess,
)
from safeguarding.accounts.models import Team, TeamMember
from safeguarding.concerns.models import Concern, ConcernGrant
from tests import factories
from tests.matrix.ground import NOW, THEN, TODAY, given_row


def lay_access(world: Any) -> None:
    """Access by name and by team, an emergency, a conflict of interest: live, run out, over, lifted."""
    word, lead, one = world.word, world.people["lead"], world.people["pastoral_in"]
    given = {"granted_by": lead, "permission": viewing(Child), "school": world.here, "user": one}
    last_week, next_week = TODAY - timedelta(days=7), TODAY + timedelta(days=7)
    for record, until in (("granted", next_week), ("expired", last_week)):
        grant = given_row(ChildGrant, content_object=world.children[record], reason=word(), expires_on=until, **given)
        world.keys[record]["child_grant"] = grant.pk
    ended = {"ended_at": THEN, "ended_by": lead, "end_reason": word()}
    given_row(
        ChildGrant, content_object=world.children["closed"], reason=word(), expires_on=next_week, **given, **ended
    )
    given["permission"] = viewing(Concern)
    for record, until in (("named", next_week), ("restricted", last_week)):
        ended = {"ended_at": THEN, "ended_by": lead, "end_reason": word()} if record == "restricted" else {}
        grant = given_row(
            ConcernGrant, content_object=world.concerns[record], reason=word(), expires_on=until, **given, **ended
        )
        world.keys[record]["concern_grant"] = grant.pk
    for record, at in (("emergency", NOW - timedelta(minutes=20)), ("expired", NOW - timedelta(hours=3))):
        over = {"reviewed_at": NOW, "reviewed_by": lead, "finding": "justified"} if record == "expired" else {}
        access = given_row(
            EmergencyAccess,
            user=one,
            school=world.here,
            child=world.children[record],
            reason=word(),
            opened_at=at,
            ends_at=at + timedelta(hours=1),
            review_by=next_week,
            review_note=word() if over else "",
            **over,
        )
        world.keys[record]["emergency"] = access.pk
    given_row(
        ConflictOfInterest,
        user=world.people["deputy"],
        child=world.children["open"],
        kind="close",
        school=world.here,
        declared_by=lead,
        lifted_at=THEN,
        lifted_by=lead,
        lift_reason=word(),
    )
    for record in ("open", "other"):
        team = Team.objects.create(
            name=str(uuid4()), school=world.school_of(record), kind="pastoral", title="Pastoral team"
        )
        one = TeamMember.objects.create(team=team, user=world.reporter_of(record), starts_on=factories.LONG_AGO)
        world.keys[record] |= {"team": team.key, "member": one.pk}
    given_row(
        ChildTeamGrant,
        group=team,
        content_object=world.children["other"],
        reason=word(),
        expires_on=last_week,
        ended_at=NOW,
        ended_by=world.people["lead_there"],
        end_reason=word(),
        granted_by=world.people["lead_there"],
        permission=viewing(Child),
        school=world.there,
    )
