"""Who can see a child's record, what was given, and what waits to be looked at? Read only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery

from children.models import (
    BY_NAME,
    Child,
    ChildDetail,
    ChildFile,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ConflictOfInterest,
    EmergencyAccess,
    Photograph,
)
from children.permissions import children_open_to
from safeguarding.accounts.models import AccessReview, ConflictAnswer, RoleAssignment, School, Term, User
from safeguarding.accounts.permissions import live
from safeguarding.accounts.roles import Capability, with_capability
from safeguarding.accounts.services import is_due, staff_of
from safeguarding.accounts.services.sight import WhoSees, who_can_see
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known_of
from safeguarding.audit.reading import visible
from safeguarding.audit.services import record
from safeguarding.dates import clock, full_day, school_year, start_of

See = Callable[[type[Model]], QuerySet[Any]]


def record_behind(child: Child) -> ChildDetail:
    """What stands for everything behind the card: who sees it sees the record."""
    return ChildDetail(child_id=child.pk, school_id=child.school_id)


def about_child(child: Child, see: See) -> list[UUID]:
    """Keys of the record and of its files and photographs, as events name them; of records that have become part of it
    too.
    """
    parts = (see(model).filter(child=child).values_list("pk", flat=True) for model in (ChildFile, Photograph))
    return [child.pk, *known_of("merged_from", child.pk), *chain.from_iterable(parts)]


def children_of_log(request: Any) -> list[tuple[str, str]]:
    """The children whose records somebody may open at the school they work in, as choices for its log of events."""
    open_to_them = visible(request, ChildDetail).filter(school=request.held.school_id).values("child")
    cards = visible(request, Child).filter(pk__in=open_to_them).order_by(*BY_NAME)
    return [(str(card.pk), ", ".join(filter(None, (card.full_name, card.class_name)))) for card in cards]


def keys_in_log(request: Any, child_id: UUID) -> list[UUID]:
    """What events of a child are about, behind the card: nothing where its record is not theirs to open.

    That the log was narrowed to the child is on record, as a look at who has looked is.
    """
    child = visible(request, Child).filter(pk=child_id, pk__in=visible(request, ChildDetail).values("child")).first()
    if child is None:
        return []
    record(Verb.VIEW, child, purpose="event log")
    return about_child(child, partial(visible, request))


def who_sees_child(child: Child, see: See, *, on: date) -> WhoSees:
    """Who can open the child's record, with what was given where the reader may know it."""
    detail: dict[tuple[UUID, str], str] = {}
    for team_grant in live_grants(see(ChildTeamGrant).filter(content_object=child), on):
        words = f"{team_grant.group.title}: {given_in_words(team_grant)}"
        for member in team_grant.group.members.all():
            detail[member.user_id, "grant"] = words
    for grant in live_grants(see(ChildGrant).filter(content_object=child), on):
        detail[grant.user_id, "grant"] = given_in_words(grant)
    for opened in see(EmergencyAccess).filter(child=child, reviewed_at=None).order_by("opened_at"):
        detail[opened.user_id, "emergency"] = f"Emergency access until {clock(opened.ends_at)}: {opened.reason}"
    return who_can_see(record_behind(child), on=on, detail=detail)


def live_grants(grants: QuerySet[Any], on: date) -> QuerySet[Any]:
    """Those that open something on a day, with who gave them, the one that ends first at the top."""
    people = ("granted_by", "user") if hasattr(grants.model, "user") else ("granted_by", "group")
    return grants.filter(ended_at=None, expires_on__gte=on).select_related(*people).order_by("expires_on", "pk")


def given_in_words(grant: Any) -> str:
    """Access given by Priya Raman until 3 March 2027: helps with attendance."""
    return f"Access given by {grant.granted_by.full_name} until {full_day(grant.expires_on)}: {grant.reason}"


def conflicts_to_see(conflicts: QuerySet[ConflictOfInterest]) -> QuerySet[ConflictOfInterest]:
    """Conflicts that are not lifted, those nobody has confirmed first."""
    live = conflicts.filter(lifted_at=None).select_related("user", "child", "confirmed_by", "declared_by")
    return live.order_by("confirmed_at", "-declared_at")


def named_no_child(school_id: UUID, *, on: date) -> list[User]:
    """Who has said yes to the yearly question, and for whom no child is named."""
    yes = ConflictAnswer.objects.filter(school_id=school_id, year=school_year(on), has_connection=True)
    said = set(yes.values_list("user_id", flat=True))
    named = set(
        ConflictOfInterest.objects.filter(school_id=school_id, lifted_at=None).values_list("user_id", flat=True)
    )
    return [one.user for one in staff_of(school_id, on=on) if one.user.pk in said - named]


def undeclared(see: See, school_id: UUID, *, on: date) -> QuerySet[User]:
    """Staff who have not answered the yearly question, or who said yes and named no child: the people of `unanswered`
    and of `named_no_child`.

    With `is_past_review`: somebody has signed the review of access this school year since they have a role there.
    """
    here = RoleAssignment.objects.filter(live(on), school=school_id)
    answers = ConflictAnswer.objects.filter(school=school_id, year=school_year(on), user=OuterRef("pk"))
    said_yes = Exists(answers.filter(has_connection=True))
    named = see(ConflictOfInterest).filter(school=school_id, lifted_at=None, user=OuterRef("pk"))
    this_year = start_of(date(school_year(on), 9, 1))
    signed = AccessReview.objects.filter(
        school=school_id, signed_at__gte=this_year, signed_at__date__gt=OuterRef("starts_on")
    )
    people = User.objects.filter(is_active=True, pk__in=here.values("user"))
    return people.filter(~Exists(answers) | said_yes & ~Exists(named)).annotate(
        is_past_review=Exists(here.filter(Exists(signed), user=OuterRef("pk")))
    )


def emergencies_to_see(accesses: QuerySet[EmergencyAccess], *, reviewed: bool) -> QuerySet[EmergencyAccess]:
    """Those that wait to be reviewed, the first due at the top; or those that were, newest first."""
    found = accesses.filter(reviewed_at__isnull=not reviewed).select_related("user", "child", "reviewed_by")
    return found.order_by("-reviewed_at" if reviewed else "review_by", "pk")


def given_to(user: User, see: See, *, on: date) -> dict[str, list[Any]]:
    """What is open to somebody beside their roles: access given to them and to their teams."""
    # Access given stays given while somebody's role does not allow it, and opens nothing then.
    opens = children_open_to(user)
    mine = live_grants(see(ChildGrant).filter(user=user, content_object__in=opens), on).select_related(
        "content_object", "granted_by", "user"
    )
    teams = [member.team_id for member in user.teams.filter(ended_at=None, team__ended_at=None) if _is_live(member, on)]
    theirs = live_grants(see(ChildTeamGrant).filter(group_id__in=teams, content_object__in=opens), on)
    return {
        "grants": list(mine),
        "team_grants": list(theirs.select_related("content_object", "granted_by", "group")),
    }


def emergencies_of(user: User, see: See, *, at: datetime) -> list[EmergencyAccess]:
    """The records that somebody has open in an emergency."""
    return list(see(EmergencyAccess).filter(user=user, ends_at__gt=at, reviewed_at=None).select_related("child"))


def _is_live(member: Any, on: date) -> bool:
    return member.starts_on <= on and (member.ends_on is None or member.ends_on >= on)


@dataclass(frozen=True)
class ToLookAt:
    """What waits for those who manage access at a school: whether there is any, of each kind."""

    emergencies: bool
    conflicts: bool
    review_due: bool
    nobody_stands_in: bool
    same_child: bool

    @property
    def anything(self) -> bool:
        return self.emergencies or self.conflicts or self.review_due or self.nobody_stands_in or self.same_child


def to_look_at(school_id: UUID, see: See, *, on: date) -> ToLookAt:
    """All of it in one query: a lead's first page asks each time."""
    stands_in = RoleAssignment.objects.filter(
        live(on), school=school_id, role_key__in=with_capability(Capability.STAND_IN), user__is_active=True
    )
    signed = AccessReview.objects.filter(school=school_id).order_by("-signed_at").values("signed_at")[:1]
    terms = Term.objects.filter(school=school_id, withdrawn_at=None, starts_on__lte=on).order_by("-starts_on")
    found = (
        School.objects.filter(pk=school_id)
        .annotate(
            emergencies=Exists(see(EmergencyAccess).filter(school=school_id, reviewed_at=None)),
            conflicts=Exists(see(ConflictOfInterest).filter(school=school_id, lifted_at=None, confirmed_at=None)),
            same_child=Exists(see(ChildMerge).filter(school=school_id, status=ChildMerge.Status.ASKED)),
            signed=Subquery(signed),
            began=Subquery(terms.values("starts_on")[:1]),
            stands_in=Exists(stands_in),
        )
        .values("emergencies", "conflicts", "same_child", "signed", "began", "stands_in")
        .get()
    )
    return ToLookAt(
        emergencies=found["emergencies"],
        conflicts=found["conflicts"],
        review_due=is_due(found["signed"], found["began"], on=on),
        nobody_stands_in=not found["stands_in"],
        same_child=found["same_child"],
    )
