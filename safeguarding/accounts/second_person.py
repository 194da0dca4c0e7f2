"""Who are the two people of each two-person rule, and who stands in where a school is too small to have both?

The usual people have their role at the school. Where fewer than two of them are there besides the person it is about,
the second may be one of the fallback: the chair of governors, the trust's lead, or a safeguarding lead of another
school. One person is never both, whatever roles they hold, and never decides about themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from safeguarding.exceptions import NotAllowed

from .models import Reset, RoleAssignment, School, User
from .permissions import live, rights
from .roles import LEAD_ROLES, ROLES, STANDING_IN

# A lead, deputy or Headteacher of another school: who comes where the fallback says so and the school has nobody.
LEAD_ELSEWHERE = (*LEAD_ROLES, "headteacher")
IT = "it_admin"
# Roles that read what who gives them may not: what is about the Headteacher or kept from a lead, what the Headteacher
# alone reads, another school. Nobody lets the holder of one in alone, nor gives one to somebody they let in alone.
TAKES_TWO = (*STANDING_IN, "headteacher", "trust_lead")


@dataclass(frozen=True)
class Rule:
    """What two people decide, in words. `usual` and `fallback` are roles at the school, in the order in which they are
    asked.

    `at_most_one`: of these only one of the two may come. `elsewhere`: at last a lead of another school may be the
    second.
    """

    what: str
    usual: tuple[str, ...]
    fallback: tuple[str, ...]
    at_most_one: tuple[str, ...] = ()
    elsewhere: bool = False


RULES: dict[str, Rule] = {
    "reset": Rule(
        "giving somebody a new start with password or second factor",
        usual=("headteacher", "lead", "deputy_lead", IT),
        fallback=("chair", "trust_lead"),
        at_most_one=(IT,),
        elsewhere=True,
    ),
    "conflict": Rule(
        "confirming or lifting a conflict of interest that somebody else has declared",
        usual=("lead", "acting_lead", "headteacher"),
        fallback=("trust_lead",),
    ),
    "emergency": Rule(
        "looking at an emergency access of somebody else",
        usual=("lead", "acting_lead", "headteacher"),
        fallback=("trust_lead",),
    ),
    # These two are what `rules.concerns_standing_in` and the roles that decide come to (concerns/facts.sql).
    "hidden_from_lead": Rule(
        "deciding a concern that the lead may not see",
        usual=("acting_lead", "deputy_lead", "alternate_lead", "headteacher"),
        fallback=("trust_lead", "chair"),
    ),
    "about_headteacher": Rule(
        "deciding a concern about the Headteacher", usual=("lead", "acting_lead"), fallback=("trust_lead", "chair")
    ),
    "removal": Rule(
        "taking a file out of a concern at once, because it may not be there",
        usual=("lead", "acting_lead", "deputy_lead", "headteacher"),
        fallback=("trust_lead", "chair"),
    ),
    "destruction": Rule(
        "approving the destruction of records that somebody else has reviewed",
        usual=("headteacher",),
        fallback=("trust_lead", "chair"),
    ),
    # Of those who may read it: the chair or the trust lead whom its reader has given access by name.
    "destruction_adults": Rule(
        "approving the destruction of concerns about adults that somebody else has reviewed",
        usual=("chair", "trust_lead"),
        fallback=(),
    ),
    "brake": Rule(
        "letting destruction go on that was stopped because something was not as it should be",
        usual=("lead", "headteacher"),
        fallback=("trust_lead", "chair"),
    ),
    "bar": Rule(
        "letting something go outside that a confidential address or an order stands in the way of",
        usual=("lead", "acting_lead", "deputy_lead", "headteacher"),
        fallback=("trust_lead",),
    ),
    "release": Rule(
        "approving what is given to somebody who asked for data",
        usual=("dpo", "headteacher"),
        fallback=("trust_lead", "chair"),
    ),
    "role": Rule("giving somebody else a role", usual=("headteacher", "lead"), fallback=("trust_lead",)),
}

# Roles that may be one of two. Where there is somebody else who could be the other, nobody lets the holder of one in
# alone: they would be both of the two.
ONE_OF_TWO = tuple(sorted({key for rule in RULES.values() for key in (*rule.usual, *rule.fallback)}))


def somebody_else(rule: str, school_id: UUID, *, than: User, on: date) -> list[User]:
    """Who may be the second person at a school on a day, in the order of the table.

    Empty where the school has nobody.
    """
    order = (*RULES[rule].usual, *RULES[rule].fallback)
    held = RoleAssignment.objects.filter(
        live(on), school_id=school_id, role_key__in=order, user__is_active=True
    ).select_related("user")
    found = sorted(held, key=lambda one: (order.index(one.role_key), one.call_order, one.user_id))
    return list({one.user_id: one.user for one in found if one.user_id != than.pk}.values())


def usual_people(rule: str, school_id: UUID, on: date, besides: Iterable[User] = ()) -> QuerySet[User]:
    """Active people of the school who may be one of the two."""
    held = RoleAssignment.objects.filter(live(on), school_id=school_id, role_key__in=RULES[rule].usual)
    return _people(held, besides)


def stand_ins(rule: str, school_id: UUID, on: date, besides: Iterable[User] = ()) -> QuerySet[User]:
    """Active people of the fallback."""
    found = Q(school_id=school_id, role_key__in=RULES[rule].fallback)
    if RULES[rule].elsewhere:
        found |= ~Q(school_id=school_id) & Q(role_key__in=LEAD_ELSEWHERE)
    return _people(RoleAssignment.objects.filter(live(on)).filter(found), besides)


def second_people(rule: str, school_id: UUID, on: date, *, first: User, about: User | None) -> list[User]:
    """Everybody who may be the second when `first` was the first. `about`: whose account it is, where it is one's."""
    of_whom = (about,) if about else ()
    usual = usual_people(rule, school_id, on, besides=of_whom)
    found = [user for user in usual if user.pk != first.pk]
    if _comes_as_one_of_a_kind(rule, first, school_id):
        found = [user for user in found if not _comes_as_one_of_a_kind(rule, user, school_id)]
    if len(usual) < 2 or not found:
        found += [
            u for u in stand_ins(rule, school_id, on, besides=(*of_whom, first)) if u.pk not in {f.pk for f in found}
        ]
    return found


def may_be_first(rule: str, user: User, school_id: UUID) -> bool:
    """Whether `user` may begin it at the school today."""
    return any(h.school_id == school_id and h.role.key in RULES[rule].usual for h in rights(user).held)


def ensure_of_another(user: User, about: User) -> None:
    """Raises `NotAllowed` where somebody begins it about themselves."""
    if user.pk == about.pk:
        raise NotAllowed("This is about yourself. Ask two colleagues to do it.")


def ensure_first(rule: str, user: User, school_id: UUID) -> None:
    """Raises `NotAllowed` with who may. Asked before an account is looked for: it never says that there is one."""
    if not may_be_first(rule, user, school_id):
        raise NotAllowed("Safeguarding leads, the Headteacher and the IT administrator of the school do this.")


def ensure_second(rule: str, user: User, school_id: UUID, on: date, *, first: User, about: User | None = None) -> None:
    """Raises `NotAllowed` unless `user` may be the second beside `first`, today."""
    if about is not None and user.pk == about.pk:
        raise NotAllowed("This is about yourself. Somebody else confirms it.")
    if user.pk == first.pk:
        raise NotAllowed("You are the first of the two. Somebody else confirms it, whatever roles you hold.")
    if user not in second_people(rule, school_id, on, first=first, about=about):
        raise NotAllowed("You are not one of those who may confirm this. Its page names who can.")


def reset_needs_two(about: User, *, first: User, school_id: UUID) -> bool:
    """Whether a new start for `about` needs a second person beside `first`.

    One is enough for the first start of an account that `first` has added, unless it holds one of `TAKES_TWO`, or one
    of `ONE_OF_TWO` where somebody else could be the second; and for an account that never held a role about people
    (a governor), unless `first` is of IT. Roles that have ended count: what somebody wrote in them is still there. So
    do those that have not begun.
    """
    held = list(RoleAssignment.objects.filter(user=about).values_list("role_key", flat=True))
    if about.is_new and about.added_by_id == first.pk:
        return any(_takes_two(key, school_id, besides=(about, first)) for key in held)
    return any(ROLES[key].is_about_people for key in held) or any(h.role.key == IT for h in rights(first).held)


def ensure_not_let_in_alone(user: User, role_key: str, school: School, *, by: User) -> None:
    """Raises `NotAllowed` where `by` alone let `user` in and now gives a role that reads what `by` may not, or that may
    be the second beside `by`.

    Otherwise an account made for nobody would be a way to read it, or to decide alone what takes two.
    """
    alone = Reset.objects.filter(user=user, asked_by=by, alone=True, withdrawn_at=None)
    if alone.exists() and _takes_two(role_key, school.pk, besides=(user, by)):
        raise NotAllowed(
            f"You alone let {user.full_name} in, and a {ROLES[role_key].title} may read or decide what you may not "
            "alone. Ask somebody else who gives roles to give this one."
        )


def _takes_two(role_key: str, school_id: UUID, *, besides: Iterable[User]) -> bool:
    """Whether nobody lets the holder of this role in alone at a school, where there is who may be the second today."""
    if role_key in TAKES_TWO or role_key not in ONE_OF_TWO:
        return role_key in TAKES_TWO
    order = (*RULES["reset"].usual, *RULES["reset"].fallback)
    there = RoleAssignment.objects.filter(live(timezone.localdate()), school_id=school_id, role_key__in=order)
    return any(not user.is_new for user in _people(there, besides))


def _comes_as_one_of_a_kind(rule: str, user: User, school_id: UUID) -> bool:
    """Whether only roles of `at_most_one` let `user` take part; a role that the rule does not name makes no
    difference.
    """
    named = {*RULES[rule].usual, *RULES[rule].fallback}
    held = {h.role.key for h in rights(user).held if h.school_id == school_id} & named
    return bool(held) and held <= set(RULES[rule].at_most_one)


def _people(held: QuerySet[RoleAssignment], besides: Iterable[User]) -> QuerySet[User]:
    found = User.objects.filter(is_active=True, assignments__in=held).exclude(pk__in=[user.pk for user in besides])
    return found.order_by("last_name", "first_name", "pk").distinct()
