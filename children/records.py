"""What must the rest of Harbour know of the records of a child, of the people around it, and of imports?"""

from safeguarding.audit.models import LogEntry
from safeguarding.records import Kind, Refused, declare, needs

from .models import (
    Child,
    ChildDetail,
    ChildFile,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ChildUpdate,
    ClassEpisode,
    ColumnMapping,
    ConfidentialAddress,
    ConflictOfInterest,
    Contact,
    ContactLink,
    ContactRestriction,
    EarlierSchool,
    EmergencyAccess,
    Enrolment,
    FormerUpn,
    HealthNote,
    HeldFact,
    Household,
    HouseholdMember,
    ImportPart,
    ImportRow,
    ImportRun,
    MergedRow,
    OtherName,
    ParentalResponsibility,
    Photograph,
    Sibling,
)

_STAYS = Refused("there is one for each record, and it stays with its own")

declare(Child, merged=Refused("two records of one child are what is merged"), needed_by=("imports",))
declare(ChildDetail, merged=_STAYS, needed_by=("imports",))
declare(ChildMerge, merged=Refused("it says that two records are one"))
declare(MergedRow, kind=Kind.INFRASTRUCTURE)
declare(
    OtherName,
    FormerUpn,
    Enrolment,
    ClassEpisode,
    Contact,
    Household,
    HouseholdMember,
    needed_by=("imports",),
)
declare(Sibling, merged=Refused("two children in one row: the merge moves such pairs itself"), needed_by=("imports",))
declare(EarlierSchool, called=("earlier school", "earlier schools"), needed_by=("imports",))
declare(HealthNote, called=("note about health", "notes about health"))
declare(ChildUpdate, called=("change by hand", "changes by hand"))
declare(ContactLink, called=("adult", "adults"), needed_by=("imports",))
declare(ConfidentialAddress, called=("confidential address", "confidential addresses"), needed_by=("imports",))
declare(
    ParentalResponsibility,
    called=("answer about parental responsibility", "answers about parental responsibility"),
    needed_by=("imports",),
)
declare(
    ContactRestriction,
    called=("order or agreement", "orders and agreements"),
    name=lambda row: row.get_kind_display(),
)
declare(ChildFile, called=("file", "files"), name=lambda row: row.name, needed_by=("files",))
declare(Photograph, called=("photograph", "photographs"), name=lambda row: row.get_use_display(), needed_by=("files",))
declare(ChildGrant, called=("access given to a person", "accesses given to people"))
declare(ChildTeamGrant, called=("access given to a team", "accesses given to teams"))
declare(EmergencyAccess, called=("emergency access", "emergency accesses"))
declare(ConflictOfInterest)
declare(ImportRun, followed=Refused("a file on its way in; each of its moves is an event"), needed_by=("imports",))
declare(ImportPart, followed=Refused("a piece of that file"), needed_by=("imports",))
declare(
    ImportRow,
    followed=Refused("what that file says, until it is a child’s record; there it is followed"),
    needed_by=("imports",),
)
declare(
    HeldFact,
    followed=Refused("what a list said last, while it says something else; the change by hand is followed"),
    needed_by=("imports",),
)
declare(ColumnMapping, followed=Refused("what headings mean; about nobody"), needed_by=("imports",))
needs("imports", LogEntry)
