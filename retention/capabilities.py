"""Which roles see until when records are kept, decide what ends, approve it, hold it, and advise?

Domain reference 7, "Retention review" and "Holds". The chair of governors and the trust lead come in as second people
(`accounts/second_person.py`).
"""

from django.db import models

from safeguarding.accounts.roles import register


class RetentionCapability(models.TextChoices):
    """What people do with the time of records."""

    VIEW_RETENTION = "view_retention", "sees until when each record is kept, and why"
    COUNT_RETENTION = "count_retention", "sees how many records are kept and due, without names"
    KEEP_RETENTION = "keep_retention", "decides which records whose time is over are destroyed"
    PROPOSE_DESTRUCTION = (
        "propose_destruction",
        "puts records whose time is over on a list, where lead and Headteacher are one person",
    )
    APPROVE_DESTRUCTION = "approve_destruction", "approves what somebody else has decided to destroy"
    SECOND_DESTRUCTION = (
        "second_destruction",
        "approves what somebody else has decided to destroy where the Headteacher may not, and sees the reasons",
    )
    VIEW_HOLDS = "view_holds", "sees which records are held, and why"
    SET_HOLDS = "set_holds", "sets and lifts holds on the records of a child or a family"
    HOLD_SCHOOL = "hold_school", "sets and lifts holds on every record of the school"
    ADVISE_RETENTION = "advise_retention", "advises on what is destroyed and agrees the retention schedule"
    PROPOSE_SCHEDULE = "propose_schedule", "proposes and adopts the rules of the retention schedule"


C = RetentionCapability
_LEADS = ("trust_lead", "lead")
register(
    RetentionCapability,
    held_by={
        C.VIEW_RETENTION: ("deputy_lead", *_LEADS, "headteacher"),
        C.COUNT_RETENTION: ("office", "dpo", "chair", "deputy_lead", *_LEADS, "headteacher"),
        C.KEEP_RETENTION: _LEADS,
        C.PROPOSE_DESTRUCTION: ("deputy_lead",),
        C.APPROVE_DESTRUCTION: ("headteacher",),
        C.SECOND_DESTRUCTION: ("chair", "trust_lead"),
        C.VIEW_HOLDS: ("dpo", "deputy_lead", *_LEADS, "headteacher"),
        C.SET_HOLDS: ("deputy_lead", *_LEADS, "headteacher"),
        C.HOLD_SCHOOL: ("dpo", *_LEADS, "headteacher"),
        C.ADVISE_RETENTION: ("dpo",),
        C.PROPOSE_SCHEDULE: (*_LEADS, "headteacher"),
    },
    unnamed={
        C.COUNT_RETENTION: "it shows numbers, without names",
        C.PROPOSE_SCHEDULE: "it opens no record",
    },
)
