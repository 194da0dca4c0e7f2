"""What may a role do with the record of a child, and with the list of children? And which roles?"""

from django.db import models

from safeguarding.accounts.roles import ACTING_LEAD, DECIDING, LEADING, SUPPORTING, register


class ChildCapability(models.TextChoices):
    VIEW_CHILD_DETAILS = "view_child_details", "opens the record of every child: people, dates, numbers"
    VIEW_ADDRESSES = "view_addresses", "sees where children live"
    KEEP_CHILDREN = (
        "keep_children",
        "adds children, corrects what is known of them, and imports the list of children",
    )
    # What an earlier system of the school had on its children.
    IMPORT_EARLIER_RECORDS = (
        "import_earlier_records",
        "brings in what an earlier system had on the children, and takes it out again",
    )
    KEEP_PHOTOGRAPHS = (
        "keep_photographs",
        "puts photographs of children on their records, with consent where it is needed",
    )
    EMERGENCY_ACCESS = "emergency_access", "may open one child’s record in an emergency, with a reason, for an hour"


C = ChildCapability
# Who acts for a lead keeps no list of children and no photographs: they last longer than the lead is away.
_LASTING = tuple(key for key in LEADING if key != ACTING_LEAD)
register(
    ChildCapability,
    held_by={
        C.VIEW_CHILD_DETAILS: ("office", *DECIDING),
        C.VIEW_ADDRESSES: ("office", *DECIDING),
        C.KEEP_CHILDREN: ("office", "deputy_lead", "lead", "headteacher"),
        C.IMPORT_EARLIER_RECORDS: ("lead", "headteacher"),
        C.KEEP_PHOTOGRAPHS: ("office", "deputy_lead", *_LASTING),
        C.EMERGENCY_ACCESS: SUPPORTING,
    },
    unnamed={C.EMERGENCY_ACCESS: "the notice says that others may in an emergency"},
    never={
        C.VIEW_CHILD_DETAILS: "opens the record of a child",
        C.VIEW_ADDRESSES: C.VIEW_ADDRESSES.label,
    },
)
