"""What must the rest of Harbour know of the tables of people, roles and schools?"""

from safeguarding.records import Kind, declare

from .models import (
    Absence,
    AccessReview,
    ActingPeriod,
    ClassTaught,
    Closure,
    ConflictAnswer,
    GuidanceEdition,
    Notice,
    Reset,
    RoleAssignment,
    School,
    Team,
    TeamMember,
    Term,
    User,
)

declare(School, User, RoleAssignment, ClassTaught, Team, TeamMember, kind=Kind.RULE_FACT)
declare(Absence, Notice, Reset, ConflictAnswer, ActingPeriod, kind=Kind.OWN_USER)
declare(Term, Closure, AccessReview, GuidanceEdition, kind=Kind.REFERENCE)
