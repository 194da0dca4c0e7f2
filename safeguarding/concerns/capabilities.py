"""What may a role do with concerns beyond reading and deciding them, and which roles? Where do they begin?"""

from django.db import models

from safeguarding.accounts.capabilities import Capability
from safeguarding.accounts.roles import DECIDING, LEADING, STANDING_IN, SUPPORTING, opens_at, register


class ConcernCapability(models.TextChoices):
    VIEW_RESTRICTED = "view_restricted", "reads the restricted concerns too"
    # What the police tell the school of domestic abuse at a child's home (Operation Encompass).
    TAKE_POLICE_NOTICES = "take_police_notices", "takes down what the police tell the school about a child’s home"
    # Any member of staff may be given an action. These have the page of their actions in the navigation from the start.
    OWN_ACTIONS = "own_actions", "has a page of the actions given to them"
    # Below the threshold of a concern.
    WRITE_PASTORAL = "write_pastoral", "writes pastoral notes and support plans for children they have access to"


C = ConcernCapability
register(
    ConcernCapability,
    held_by={
        C.VIEW_RESTRICTED: LEADING,
        C.TAKE_POLICE_NOTICES: ("office", *DECIDING),
        C.OWN_ACTIONS: (*SUPPORTING, *STANDING_IN, *DECIDING),
        C.WRITE_PASTORAL: (*SUPPORTING, *DECIDING),
    },
    unnamed={
        C.OWN_ACTIONS: "each action was given to them",
        C.WRITE_PASTORAL: "each child was given to them",
    },
)
opens_at("today", Capability.DECIDE_CONCERNS)
opens_at("staff_home", Capability.LOG_CONCERN)
