"""Which roles handle requests about data, review what is given, and approve it?

Domain reference 7, "SAR/rights intake". All staff hand one in. Who approves is the table of second people
(`accounts/second_person.py`, "release"); a stand-in for a lead reviews what the others may not see.
"""

from django.db import models

from safeguarding.accounts.roles import ACTING_LEAD, register


class RequestCapability(models.TextChoices):
    """What people do with requests about data."""

    HANDLE_REQUESTS = "handle_requests", "takes up requests about data, keeps their dates and sends the answers"
    REVIEW_REQUESTS = "review_requests", "decides what is given of a record for which somebody has asked"
    APPROVE_REQUESTS = "approve_requests", "approves, where named, what somebody else has decided to give"


C = RequestCapability
_LEADS = ("trust_lead", ACTING_LEAD, "lead", "headteacher")
register(
    RequestCapability,
    held_by={
        C.HANDLE_REQUESTS: ("office", "dpo", *_LEADS),
        C.REVIEW_REQUESTS: ("deputy_lead", *_LEADS),
        C.APPROVE_REQUESTS: ("dpo", "headteacher", "trust_lead", "chair"),
    },
)
