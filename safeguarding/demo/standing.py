"""Who may see what in the demo school beside their roles?

One of each: given, run out, restricted, in an emergency, standing in.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from children.models import Child, ConflictOfInterest
from children.services import access as child_access
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import (
    add_member,
    answer_conflict_question,
    make_team,
    set_roles_beyond_notice,
    sign_access_review,
)
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import access
from safeguarding.demo import law
from safeguarding.demo.ground import Ground

_LEAD, _HEAD, _PASTORAL, _SENCO = "S02", "S01", "S07", "S05"
# Children of the data: the pastoral lead reads the first, did read the second, and opened the third in an emergency.
_GIVEN, _RUN_OUT, _OF_TEAM, _IN_EMERGENCY = "P0150", "P0110", "P0322", "P0200"
_WHY_IN_EMERGENCY = (
    "Her grandmother rang from the hospital and asked who we may hand her over to. No safeguarding lead "
    "answered, and the "
    "taxi was at the gate."
)


def answer_for(users: Iterable[User], ground: Ground) -> None:
    """Everybody has answered the question of this school year.

    Whoever has a child at the school said yes, and named it.
    """
    close = {
        user.pk: ground.staff[key]["own_children_at_school"]
        for key, user in ground.users.items()
        if key in ground.staff
    }
    for user in users:
        own = [ground.children[key] for key in close.get(user.pk, ()) if key in ground.children]
        answer_conflict_question(user=user, school_id=ground.school_id, has_connection=bool(own), at=ground.now)
        for child in Child.objects.filter(pk__in=own):
            child_access.declare_conflict(
                user=user, child=child, kind=ConflictOfInterest.Kind.OWN_CHILD, by=user, at=ground.now
            )


def lay_access(school: School, ground: Ground) -> None:
    """The access that the main school has given, and what waits to be looked at."""
    people, now = ground.users, ground.now
    lead, head, pastoral = people[_LEAD], people[_HEAD], people[_PASTORAL]
    own = ConflictOfInterest.objects.filter(school=school).exclude(user__in=(lead, head)).order_by("pk").first()
    if own is not None:
        with acting(Acting(user_id=lead.pk, school_id=school.pk)):
            child_access.confirm_conflict(conflict=own, by=lead, at=now)
    set_roles_beyond_notice(school=school, role_keys=["senco"], by=head)
    today = timezone.localdate(now)
    cards = Child.objects.in_bulk(ground.children[key] for key in (_GIVEN, _RUN_OUT, _OF_TEAM, _IN_EMERGENCY))
    given, run_out, of_team, in_emergency = (
        cards[ground.children[key]] for key in (_GIVEN, _RUN_OUT, _OF_TEAM, _IN_EMERGENCY)
    )
    child_access.grant_child(
        child=given,
        user=pastoral,
        reason="Meets him at the gate every morning.",
        last_day=today + timedelta(days=120),
        by=lead,
        at=now,
    )
    child_access.grant_child(
        child=run_out,
        user=pastoral,
        reason="Ran the lunch group he was in.",
        last_day=today - timedelta(days=20),
        by=lead,
        at=now - timedelta(days=90),
    )
    team = make_team(school=school, title="Pastoral team", kind="pastoral", by=lead)
    for key in (_PASTORAL, _SENCO):
        add_member(team=team, user=people[key], by=lead, on=today)
    child_access.grant_child_to_team(
        child=of_team,
        team=team,
        reason="Has a daily check-in with whoever is free.",
        last_day=today + timedelta(days=200),
        by=lead,
        at=now,
    )
    child_access.open_emergency_access(
        child=in_emergency, reason=_WHY_IN_EMERGENCY, by=pastoral, at=now - timedelta(days=1)
    )
    decided = Concern.objects.filter(school=school, status=Concern.Status.DECIDED).order_by("-logged_at", "pk")
    # Not of those that show what the law asks: they are to be looked at by every lead.
    kinds = {entry.fresh.category[0] for entry in (*law.BY_LAW, law.NOTICE)}
    about_the_head, restricted = decided.exclude(category__in=kinds)[:2]
    access.name_subject(concern=about_the_head, user=head, by=lead, at=now)
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        access.restrict_concern(concern=restricted, by=lead, at=now)
    sign_access_review(school=school, by=head, at=now - timedelta(days=100))
