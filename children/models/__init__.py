"""What is known about a child, in three files: the child, the family, and imports that have not become either yet."""

from .child import (
    BY_NAME,
    Child,
    ChildDetail,
    ClassEpisode,
    EarlierSchool,
    Enrolment,
    FormerUpn,
    OtherName,
    Sibling,
)
from .family import (
    Contact,
    ContactLink,
    ContactRestriction,
    Household,
    HouseholdMember,
    ParentalResponsibility,
)
from .imports import ColumnMapping, ImportPart, ImportRow, ImportRun

__all__ = [
    "BY_NAME",
    "Child",
    "ChildDetail",
    "ClassEpisode",
    "ColumnMapping",
    "Contact",
    "ContactLink",
    "ContactRestriction",
    "EarlierSchool",
    "Enrolment",
    "FormerUpn",
    "Household",
    "HouseholdMember",
    "ImportPart",
    "ImportRow",
    "ImportRun",
    "OtherName",
    "ParentalResponsibility",
    "Sibling",
]
