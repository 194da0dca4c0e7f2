"""Which roles keep, and which read, the plans that authorities make for children, area by area?

A role that the privacy notice does not name holds none of these before the school names it there
(`rules.schools_named_with`).
"""

from django.db import models

from safeguarding.accounts.roles import ACTING_LEAD, DECIDING, SUPPORTING, register


class PlanCapability(models.TextChoices):
    """`view_<area>` and `keep_<area>` are read by the rules by that name, and so are the others."""

    VIEW_PLAN_BADGES = "view_plan_badges", "sees which children have a social worker, a plan, or are looked after"
    VIEW_PROTECTION = "view_protection", "reads plans and dates of child protection and social care"
    KEEP_PROTECTION = "keep_protection", "keeps plans and dates of child protection and social care"
    VIEW_CARE = "view_care", "reads plans and dates of children who are or were looked after"
    KEEP_CARE = "keep_care", "keeps plans and dates of children who are or were looked after"
    VIEW_NEEDS = "view_needs", "reads education, health and care plans and their dates"
    KEEP_NEEDS = "keep_needs", "keeps education, health and care plans and their dates"
    KEEP_NEEDS_WITHOUT_SENCO = (
        "keep_needs_without_senco",
        "keeps education, health and care plans while the privacy notice names no SENCO",
    )
    VIEW_ADOPTION = "view_adoption", "reads adoption decisions and orders"
    KEEP_ADOPTION = "keep_adoption", "keeps adoption decisions and orders"
    VIEW_ATTENDANCE = "view_attendance", "reads the attendance of every child"
    KEEP_ATTENDANCE = "keep_attendance", "brings in and keeps the attendance of children"
    # Of children they were given access to.
    READ_PLANS_GIVEN = (
        "read_plans_given",
        "reads plans of children they have been given access to, and of child protection who works with the family",
    )
    READ_PROTECTION_GIVEN = (
        "read_protection_given",
        "reads child protection plans of children they have been given access to",
    )
    STAND_IN_PLANS = "stand_in_plans", "keeps the plans of a child where no keeper of plans may see the child"


C = PlanCapability
_LEADS = ("trust_lead", ACTING_LEAD, "lead")
_KEEPERS = ("deputy_lead", *_LEADS)
register(
    PlanCapability,
    held_by={
        C.VIEW_PLAN_BADGES: (*SUPPORTING, *DECIDING),
        C.VIEW_PROTECTION: DECIDING,
        C.KEEP_PROTECTION: _KEEPERS,
        C.VIEW_CARE: ("designated_teacher", *DECIDING),
        C.KEEP_CARE: ("designated_teacher", *_KEEPERS),
        C.VIEW_NEEDS: ("senco", *DECIDING),
        C.KEEP_NEEDS: ("senco",),
        C.KEEP_NEEDS_WITHOUT_SENCO: _KEEPERS,
        C.VIEW_ADOPTION: (*_LEADS, "headteacher"),
        C.KEEP_ADOPTION: _LEADS,
        C.VIEW_ATTENDANCE: ("attendance", *DECIDING),
        C.KEEP_ATTENDANCE: ("attendance", *_KEEPERS),
        C.READ_PLANS_GIVEN: ("pastoral", "designated_teacher", "senco"),
        C.READ_PROTECTION_GIVEN: ("designated_teacher", "senco"),
        C.STAND_IN_PLANS: ("chair", "alternate_lead", "headteacher"),
    },
    unnamed=dict.fromkeys(set(C) - {C.STAND_IN_PLANS}, "a role holds it once the notice names it"),
)
