"""Where two people are needed, who is the second, and who if that person is the first, is away or does not exist?

A small school has no deputy to spare. Each rule lists the roles that are asked in turn; `somebody_else` finds who may at a
school, never the person who did the first half, in whichever role.
"""

from datetime import date
from uuid import UUID

from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live

# Rule: the roles that may be the second person, asked in this order.
SECOND_PERSON: dict[str, tuple[str, ...]] = {
    "confirm or lift a conflict of interest": ("lead", "headteacher", "trust_lead"),
    "review an emergency access": ("lead", "headteacher", "trust_lead"),
    "decide a concern that the lead may not see": (
        "deputy_lead",
        "alternate_lead",
        "headteacher",
        "trust_lead",
        "chair",
    ),
    "decide a concern about the Headteacher": ("lead", "trust_lead", "chair"),
    "give somebody a role": ("headteacher", "lead", "trust_lead"),
}


def somebody_else(rule: str, school_id: UUID, *, than: User, on: date) -> list[User]:
    """Who may be the second person at a school on a day, in the order of the table. Empty where the school has nobody."""
    order = SECOND_PERSON[rule]
    held = RoleAssignment.objects.filter(
        live(on), school_id=school_id, role_key__in=order, user__is_active=True
    ).select_related("user")
    found = sorted(held, key=lambda one: (order.index(one.role_key), one.call_order, one.user_id))
    return list({one.user_id: one.user for one in found if one.user_id != than.pk}.values())
