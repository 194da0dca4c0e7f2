"""Do it: the only code that writes schools, people, their roles and absences, and the inbox.

`schools` the school, its hours and days · `people` accounts and roles · `cover` who takes calls and who is in · `rota` who
is called and who is away · `telling` put word into an inbox and ring the bell.
"""

from .cover import (
    OutOfHours,
    Place,
    SpeakTo,
    call_order,
    cover_line,
    leads_on_duty,
    on_duty,
    out_of_hours,
    readers_on_duty,
    speak_to,
)
from .people import add_person, assign_role, deactivate_person, end_role, find_account, find_role, get_person
from .rota import (
    absences_from,
    call_sooner,
    find_absence,
    find_caller,
    record_absence,
    set_call_order,
    withdraw_absence,
)
from .schools import (
    add_closure,
    add_term,
    change_school,
    closure_problem,
    coming_days,
    create_school,
    find_day,
    find_school,
    get_school,
    schools,
    term_problem,
    withdraw_day,
)
from .telling import Told, inbox, open_notice, open_notices, ring, tell, told_of

__all__ = [
    "OutOfHours",
    "Place",
    "SpeakTo",
    "Told",
    "absences_from",
    "add_closure",
    "add_person",
    "add_term",
    "assign_role",
    "call_order",
    "call_sooner",
    "change_school",
    "closure_problem",
    "coming_days",
    "cover_line",
    "create_school",
    "deactivate_person",
    "end_role",
    "find_absence",
    "find_account",
    "find_caller",
    "find_day",
    "find_role",
    "find_school",
    "get_person",
    "get_school",
    "inbox",
    "leads_on_duty",
    "on_duty",
    "open_notice",
    "open_notices",
    "out_of_hours",
    "readers_on_duty",
    "record_absence",
    "ring",
    "schools",
    "set_call_order",
    "speak_to",
    "tell",
    "term_problem",
    "told_of",
    "withdraw_absence",
    "withdraw_day",
]
