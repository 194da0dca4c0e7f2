"""Do it: the only code that writes schools, people, their roles and absences, and the inbox.

`schools` the school, its hours and days · `people` accounts and roles · `cover` who takes calls, who is in, who is away ·
`telling` put word into an inbox and ring the bell.
"""

from .cover import (
    OutOfHours,
    SpeakTo,
    absences_from,
    leads_on_duty,
    on_duty,
    out_of_hours,
    readers_on_duty,
    record_absence,
    set_call_order,
    speak_to,
    withdraw_absence,
)
from .people import add_person, assign_role, deactivate_person, end_role, find_account
from .schools import add_closure, add_term, change_school, create_school, withdraw_day
from .telling import Told, inbox, open_notice, open_notices, ring, tell, told_of

__all__ = [
    "OutOfHours",
    "SpeakTo",
    "Told",
    "absences_from",
    "add_closure",
    "add_person",
    "add_term",
    "assign_role",
    "change_school",
    "create_school",
    "deactivate_person",
    "end_role",
    "find_account",
    "inbox",
    "leads_on_duty",
    "on_duty",
    "open_notice",
    "open_notices",
    "out_of_hours",
    "readers_on_duty",
    "record_absence",
    "ring",
    "set_call_order",
    "speak_to",
    "tell",
    "told_of",
    "withdraw_absence",
    "withdraw_day",
]
