"""What is a concern? A note that somebody is worried about a child, what was decided, and what was done.

The words of a reporter are an `Account` (and its amendments): its author sees them for ever. The `Concern` (level,
decision, links, notes) is for safeguarding leads. Every table carries the school, so that row rules need no joins.
Fields and reasons: domain reference 1.2.

`kinds` what can be chosen · `concern` where it stands · `account` what was seen, about whom · `lead` what leads wrote
and decided · `adult` which adults it names · `question` what they asked the reporter · `agencies` referrals · `contact`
with parents and agencies · `meeting` meetings · `own` what a lead keeps for herself · `attachment` files · `apart` what
each child’s file says, and wrong links · `error` what was entered in error · `access` who else may see it, and who may
not · `covering` who had an action before · `unsent` what is not sent yet.

Beside concerns: `earlier` what an earlier system of the school had · `outside` what somebody without an account has
left · `papers` the numbered forms for when Harbour cannot be reached · `emergency` who has the sheet for that day ·
`pastoral` notes and plans below the threshold · `significant` what matters in a child’s chronology, and what was added
to it by hand · `chronicled` where every entry of it stands · `brief` what somebody writes for a meeting · `patterns`
rules of a school, and what was said of what they found · `rules` who is told of what · `duties` what the law asks of
whoever logged a concern · `police` a police notice of domestic abuse · `choices` what a school has made of the lists of
kinds and of answer times.
"""

from .access import ConcernGrant, ConcernSubject
from .account import Account, Amendment, BodyMapMark, ConcernChild
from .adult import ConcernAdult
from .agencies import Agency, AnswerTime, EscalationLetter, How, Referral, ReferralStep
from .apart import FileStory, UndoneLink, WithheldName
from .attachment import Attachment
from .brief import Brief
from .choices import SchoolAnswerTime, SchoolKind
from .chronicled import Chronicled
from .concern import OUT_OF_THE_RECORD, Concern
from .contact import ContactMade
from .covering import HandOver
from .duties import Asked, Duty, DutyFact, DutyRule
from .earlier import EarlierBatch, EarlierFile, EarlierRecord
from .earlier_files import EarlierPdf, EarlierRow, EarlierUpload
from .emergency import EmergencySheet
from .error import EnteredInError
from .kinds import KCSIE, Category, ClosingOutcome, HowSoon, Level, Receipt, ReferenceCounter, Subcategory
from .lead import Action, Closing, ConcernNote, Decision
from .meeting import Meeting, MeetingAddition, MeetingAttendee, MeetingDecision
from .mention import Mention
from .outside import OutsideConflict, OutsideLink, OutsideNote
from .own import SavedFilter, SupervisionNote
from .papers import PaperForm
from .pastoral import PastoralNote, StepUp, SupportPlan, SupportStep
from .patterns import PatternRule, PatternRuling
from .police import PoliceNotice
from .question import Question
from .rules import NoticeRule
from .significant import ChronologyEntry, Pin
from .unsent import Draft, DraftOpening, KeptText

__all__ = [
    "KCSIE",
    "OUT_OF_THE_RECORD",
    "Account",
    "Action",
    "Agency",
    "Amendment",
    "AnswerTime",
    "Asked",
    "Attachment",
    "BodyMapMark",
    "Brief",
    "Category",
    "Chronicled",
    "ChronologyEntry",
    "Closing",
    "ClosingOutcome",
    "Concern",
    "ConcernAdult",
    "ConcernChild",
    "ConcernGrant",
    "ConcernNote",
    "ConcernSubject",
    "ContactMade",
    "Decision",
    "Draft",
    "DraftOpening",
    "Duty",
    "DutyFact",
    "DutyRule",
    "EarlierBatch",
    "EarlierFile",
    "EarlierPdf",
    "EarlierRecord",
    "EarlierRow",
    "EarlierUpload",
    "EmergencySheet",
    "EnteredInError",
    "EscalationLetter",
    "FileStory",
    "HandOver",
    "How",
    "HowSoon",
    "KeptText",
    "Level",
    "Meeting",
    "MeetingAddition",
    "MeetingAttendee",
    "MeetingDecision",
    "Mention",
    "NoticeRule",
    "OutsideConflict",
    "OutsideLink",
    "OutsideNote",
    "PaperForm",
    "PastoralNote",
    "PatternRule",
    "PatternRuling",
    "Pin",
    "PoliceNotice",
    "Question",
    "Receipt",
    "ReferenceCounter",
    "Referral",
    "ReferralStep",
    "SavedFilter",
    "SchoolAnswerTime",
    "SchoolKind",
    "StepUp",
    "Subcategory",
    "SupervisionNote",
    "SupportPlan",
    "SupportStep",
    "UndoneLink",
    "WithheldName",
]
