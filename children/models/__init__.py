"""What is known about a child: the child, the family, who may see it, and imports that have not become either yet."""

from .access import ChildGrant, ChildTeamGrant, ConflictOfInterest, EmergencyAccess
from .child import (
    BY_NAME,
    Child,
    ChildDetail,
    ClassEpisode,
    EarlierSchool,
    Enrolment,
    FormerUpn,
    OfChild,
    OtherName,
)
from .family import (
    Contact,
    ContactLink,
    ContactRestriction,
    Household,
    HouseholdMember,
    ParentalResponsibility,
    Sibling,
)
from .files import ChildFile, Photograph
from .held import HeldFact
from .imports import ColumnMapping, ImportPart, ImportRow, ImportRun
from .keeping import ChildUpdate, HealthNote
from .merging import ChildMerge, MergedRow

__all__ = [
    "BY_NAME",
    "Child",
    "ChildDetail",
    "ChildFile",
    "ChildGrant",
    "ChildMerge",
    "ChildTeamGrant",
    "ChildUpdate",
    "ClassEpisode",
    "ColumnMapping",
    "ConflictOfInterest",
    "Contact",
    "ContactLink",
    "ContactRestriction",
    "EarlierSchool",
    "EmergencyAccess",
    "Enrolment",
    "FormerUpn",
    "HealthNote",
    "HeldFact",
    "Household",
    "HouseholdMember",
    "ImportPart",
    "ImportRow",
    "ImportRun",
    "MergedRow",
    "OfChild",
    "OtherName",
    "ParentalResponsibility",
    "Photograph",
    "Sibling",
]
