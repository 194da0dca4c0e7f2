"""What is known about a child: the child, the family, who may see it, and imports that have not become either yet."""

from .access import ChildGrant, ChildTeamGrant, ConflictOfInterest, EmergencyAccess
from .child import (
    BY_NAME,
    CARD_BADGES,
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
    Household,
    HouseholdMember,
    Sibling,
)
from .files import ChildFile, Photograph
from .held import HeldFact
from .imports import ColumnMapping, ImportPart, ImportRow, ImportRun
from .keeping import ChildUpdate, HealthNote
from .merging import ChildMerge, MergedRow
from .safeguards import ConfidentialAddress, ContactRestriction, ParentalResponsibility, Safeguard
from .sources import ToldBy

__all__ = [
    "BY_NAME",
    "CARD_BADGES",
    "Child",
    "ChildDetail",
    "ChildFile",
    "ChildGrant",
    "ChildMerge",
    "ChildTeamGrant",
    "ChildUpdate",
    "ClassEpisode",
    "ColumnMapping",
    "ConfidentialAddress",
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
    "Safeguard",
    "Sibling",
    "ToldBy",
]
