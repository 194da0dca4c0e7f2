"""Who works where, and what has each been told? Four files: the school, its people, what is asked of access, the inbox."""

from .access import AccessReview, ConflictAnswer
from .people import Absence, RoleAssignment, Team, TeamMember, User
from .school import Closure, School, Term
from .word import Notice, Reset

__all__ = [
    "Absence",
    "AccessReview",
    "Closure",
    "ConflictAnswer",
    "Notice",
    "Reset",
    "RoleAssignment",
    "School",
    "Team",
    "TeamMember",
    "Term",
    "User",
]
