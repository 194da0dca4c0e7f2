"""What is a concern? A note that somebody is worried about a child, what was decided, and what was done.

The words of a reporter are an `Account` (and its amendments): its author sees them for ever. The `Concern` (level,
decision, links, notes) is for safeguarding leads. Every table carries the school, so that row rules need no joins.
Fields and reasons: domain reference 1.2.

`kinds` what can be chosen · `concern` where it stands · `account` what was seen, about whom · `lead` what leads wrote and
decided · `question` what they asked the reporter · `attachment` files · `apart` what each child’s file says, and wrong links · `access` who else may see it, and who may not · `unsent` what is not sent yet.
"""

from .access import ConcernGrant, ConcernSubject
from .account import Account, Amendment, BodyMapMark, ConcernChild
from .apart import FileStory, UndoneLink
from .attachment import Attachment
from .concern import Concern
from .kinds import KCSIE, Category, ClosingOutcome, HowSoon, Level, Receipt, ReferenceCounter, Subcategory
from .lead import Action, Closing, ConcernNote, Decision
from .question import Question
from .unsent import Draft, DraftOpening, KeptText

__all__ = [
    "KCSIE",
    "Account",
    "Action",
    "Amendment",
    "Attachment",
    "BodyMapMark",
    "Category",
    "Closing",
    "ClosingOutcome",
    "Concern",
    "ConcernChild",
    "ConcernGrant",
    "ConcernNote",
    "ConcernSubject",
    "Decision",
    "Draft",
    "DraftOpening",
    "FileStory",
    "HowSoon",
    "KeptText",
    "Level",
    "Question",
    "Receipt",
    "ReferenceCounter",
    "Subcategory",
    "UndoneLink",
]
