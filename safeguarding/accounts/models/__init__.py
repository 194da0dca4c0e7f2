"""Who works where, and what has each been told?

Six files: the school, its people, who acts for whom, what is asked of access, the inbox, editions of guidance.
"""

from .access import AccessReview, ConflictAnswer
from .acting import ActingPeriod
from .guidance import GuidanceEdition
from .people import Absence, ClassTaught, RoleAssignment, Team, TeamMember, User
from .school import Closure, School, Term
from .word import Notice, Reset

__all__ = [
    "Absence",
    "AccessReview",
    "ActingPeriod",
    "ClassTaught",
    "Closure",
    "ConflictAnswer",
    "GuidanceEdition",
    "Notice",
    "Reset",
    "RoleAssignment",
    "School",
    "Team",
    "TeamMember",
    "Term",
    "User",
]
