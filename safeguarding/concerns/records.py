"""What must the rest of Harbour know of concerns and of all that stands beside them?

The words of concerns are searched in the order of this file: that in which the page of a concern shows them.
"""

from children.models import (
    Child,
    ConfidentialAddress,
    ConflictOfInterest,
    Contact,
    ContactLink,
    ContactRestriction,
    EmergencyAccess,
)
from safeguarding.audit.models import LogEntry
from safeguarding.records import Kind, Refused, declare, needs, reads

from .models import (
    Account,
    Action,
    Amendment,
    AnswerTime,
    Attachment,
    BodyMapMark,
    Brief,
    Category,
    Chronicled,
    ChronologyEntry,
    Closing,
    Concern,
    ConcernAdult,
    ConcernChild,
    ConcernGrant,
    ConcernNote,
    ConcernSubject,
    ContactMade,
    Decision,
    Draft,
    DraftOpening,
    Duty,
    DutyFact,
    DutyRule,
    EarlierBatch,
    EarlierFile,
    EarlierPdf,
    EarlierRecord,
    EarlierRow,
    EarlierUpload,
    EmergencySheet,
    EnteredInError,
    EscalationLetter,
    FileStory,
    HandOver,
    KeptText,
    Meeting,
    MeetingAddition,
    MeetingAttendee,
    MeetingDecision,
    Mention,
    NoticeRule,
    OutsideConflict,
    OutsideLink,
    OutsideNote,
    PaperForm,
    PastoralNote,
    PatternRule,
    PatternRuling,
    Pin,
    PoliceNotice,
    Question,
    ReferenceCounter,
    Referral,
    ReferralStep,
    SavedFilter,
    SchoolAnswerTime,
    SchoolKind,
    StepUp,
    Subcategory,
    SupervisionNote,
    SupportPlan,
    SupportStep,
    UndoneLink,
    WithheldName,
)

_IN_ERROR = "safeguarding.concerns.services.error"

# --- a concern, in the order of its page

declare(Concern, searched="Concern", page="concern", needed_by=("escalation", "cover", "silence"), read_by=("keys",))
declare(Account, searched="Account")
declare(
    ConcernChild,
    called=("concern", "concerns"),
    name=lambda row: f"Concern {row.concern.reference}",
    searched="Who it is about",
    page="child_file",
    read_by=("keys",),
)
declare(BodyMapMark, searched="Body map")
declare(Amendment, searched="Added by the reporter")
declare(Question, searched="Asked of the reporter")
declare(
    OutsideNote,
    called=("note from outside", "notes from outside"),
    page="outside_note",
    searched="Note from outside",
    followed=Refused("as it was left, for ever; each of its moves is an event"),
    needed_by=("outside notes", "cover"),
    read_by=("keys",),
)
declare(
    PoliceNotice,
    called=("police notice", "police notices"),
    page="police_notice",
    when_in_error=f"{_IN_ERROR}.settle_police_notices",
)
declare(Attachment, called=("file of a concern", "files of concerns"), searched="Name of a file", needed_by=("files",))
declare(Decision, searched="Decision", keeps_concern=f"{_IN_ERROR}.decided_to_refer")
declare(
    Action,
    called=("action", "actions"),
    page="action",
    when_in_error=f"{_IN_ERROR}.withdraw_actions",
    needed_by=("cover", "reminders"),
)
declare(
    Duty,
    called=("duty in person", "duties in person"),
    page="duty",
    keeps_concern=f"{_IN_ERROR}.reported_in_person",
    when_in_error=f"{_IN_ERROR}.set_duties_aside",
    needed_by=("reminders",),
)
declare(
    Referral,
    called=("referral", "referrals"),
    page="referral",
    keeps_concern=f"{_IN_ERROR}.referred",
    needed_by=("cover", "silence"),
)
declare(ReferralStep, searched="Referral")
declare(EscalationLetter, page="letter", searched="Letter to an agency")
declare(ContactMade, called=("contact", "contacts"))
declare(
    Meeting,
    called=("meeting", "meetings"),
    page="meeting",
    keeps_concern=f"{_IN_ERROR}.met_about",
    needed_by=("reminders",),
)
declare(MeetingDecision, searched="Decided in a meeting")
declare(MeetingAddition, searched="Added to minutes")
declare(MeetingAttendee, read_by=("reminders",))
declare(ConcernNote, searched="Note")
declare(Closing, searched="Closing")
declare(HandOver, needed_by=("cover", "reminders"))

# --- who is named in it, who else may see it, and which child's file says what

_LEADS_ALONE = Refused(
    "why a name or a right was given: read on the page where it was decided, and by its readers alone"
)
declare(ConcernAdult, ConcernGrant, searched=_LEADS_ALONE)
declare(ConcernSubject)
declare(EnteredInError, searched=Refused("why a concern is no part of the record; it is read on the page about it"))
declare(
    FileStory, merged="child_key", searched=Refused("what one child’s file says in place of the concern’s own words")
)
declare(UndoneLink, merged="child_key", searched=Refused("that a child was linked by mistake is no part of its story"))
declare(
    WithheldName,
    merged="child_key",
    searched=Refused("that there is such a child is for those alone who may see it"),
    followed=Refused("that there is such a child is for those alone who may see it; each of its moves is an event"),
)

declare(
    Mention,
    merged="child_key",
    searched=Refused("the words that mention the child are searched themselves"),
)

# --- the child's own pages

_ON_ITS_PAGE = Refused("it hangs on no concern: it is read on the child’s own pages and in the chronology")
declare(
    PastoralNote,
    called=("pastoral note", "pastoral notes"),
    name=lambda row: f"Note of {row.happened_on:%d.%m.%Y}",
    page="pastoral_note",
    searched=_ON_ITS_PAGE,
)
declare(
    SupportPlan,
    called=("plan of support", "plans of support"),
    name=lambda row: f"Plan from {row.starts_on:%d.%m.%Y}",
    page="support_plan",
    searched=_ON_ITS_PAGE,
)
declare(SupportStep, searched=_ON_ITS_PAGE)
declare(StepUp)
declare(
    ChronologyEntry,
    called=("entry added to the chronology", "entries added to the chronology"),
    page="chronology_entry",
    searched=_ON_ITS_PAGE,
)
declare(Pin, PatternRuling, searched=_ON_ITS_PAGE)
declare(
    Chronicled,
    merged=Refused("the index of chronologies moves with the rows it tells of, by triggers of its own"),
    followed=Refused("kept by the database beside the row that it tells of, whose own entry says what changed"),
)
declare(
    Brief,
    searched=Refused("its author’s alone until it is printed"),
    followed=Refused("what somebody prepares for a meeting: its author’s alone until it is printed, which is an event"),
)

# --- what an earlier system had

_BESIDE = Refused("the search of earlier records looks through it (`services/searching_earlier.py`)")
_EARLIER = {"searched": _BESIDE, "needed_by": ("earlier",)}
declare(
    EarlierRecord,
    called=("record of an earlier system", "records of an earlier system"),
    page="earlier_record",
    **_EARLIER,
)
declare(
    EarlierFile,
    called=("file of an earlier system", "files of an earlier system"),
    searched=_BESIDE,
    needed_by=("files", "earlier"),
)
declare(
    EarlierBatch,
    followed=Refused("files on their way in; each of its moves is an event"),
    read_by=("keys",),
    **_EARLIER,
)
declare(EarlierUpload, followed=Refused("one of those files"), read_by=("files",), **_EARLIER)
_ON_ITS_WAY = Refused("what a file says on its way in: searched when it is a record")
declare(
    EarlierRow,
    searched=_ON_ITS_WAY,
    followed=Refused("what such a file says, until it is a record"),
    needed_by=("earlier",),
)
declare(
    EarlierPdf,
    searched=_ON_ITS_WAY,
    followed=Refused("the same of a PDF"),
    needed_by=("earlier",),
    read_by=("files",),
)

# --- what is not sent, and what is somebody's own

_UNSENT = Refused("words that nobody has sent are their author’s alone")
declare(
    Draft,
    searched=_UNSENT,
    followed=Refused("words that nobody has sent: their author’s alone, and gone when they are sent"),
    read_by=("keys",),
)
declare(DraftOpening, searched=_UNSENT, followed=Refused("ends with its draft; written once"), read_by=("keys",))
declare(
    KeptText,
    searched=_UNSENT,
    followed=Refused("words that could not be saved yet; gone when they are"),
    read_by=("keys",),
)
declare(
    SavedFilter,
    searched=Refused("what somebody calls a list of their own"),
    followed=Refused("how somebody arranges their own list; written once"),
)
declare(
    SupervisionNote,
    searched=Refused("for two people alone, who have a page of them"),
    followed=Refused("written once, for two people alone"),
)

# --- forms and sheets of paper

declare(
    EmergencySheet,
    page="sheet",
    searched=Refused("who holds a sheet of paper; no words about a child"),
    followed=Refused("that a sheet was made; each of its moves is an event"),
    needed_by=("sheets",),
    read_by=("keys",),
)
declare(
    PaperForm,
    searched=Refused("who wrote on a sheet of paper; what it said is the account"),
    followed=Refused("a sheet of paper; each of its moves is an event"),
    read_by=("keys",),
)
declare(OutsideConflict)

# --- lists

declare(
    Category,
    Subcategory,
    OutsideLink,
    NoticeRule,
    PatternRule,
    AnswerTime,
    DutyFact,
    DutyRule,
    SchoolKind,
    SchoolAnswerTime,
    kind=Kind.REFERENCE,
)
declare(ReferenceCounter, kind=Kind.INFRASTRUCTURE)

# --- the work of the machine, on tables of apps below

needs("earlier", LogEntry)
needs("cover", ConflictOfInterest, EmergencyAccess, LogEntry)
reads("sheets", Child, ConfidentialAddress, Contact, ContactLink, ContactRestriction)
reads("keys", Child)
