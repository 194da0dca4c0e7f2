"""What is a concern? A note that somebody is worried about a child, what was decided, and what was done.

The words of a reporter are an `Account` (and its amendments): its author sees them for ever. The `Concern` (level,
decision, links, notes) is for safeguarding leads. Every table carries the school, so that row rules need no joins.
Fields and reasons: domain reference 1.2.

`kinds` what can be chosen · `concern` where it stands · `account` what was seen, about whom · `lead` what leads wrote and
decided · `attachment` files · `access` who else may see it, and who may not · `unsent` what is not sent yet ·
`significant` what matters in a child's chronology, and what was added to it by hand ·
`brief` what somebody writes for a meeting · `patterns` rules of a school, and what was said of what they found.
"""

from .access import ConcernGrant, ConcernSubject
from .account import Account, Amendment, BodyMapMark, ConcernChild
from .attachment import Attachment
from .brief import Brief
from .concern import Concern
from .kinds import KCSIE, Category, ClosingOutcome, HowSoon, Level, Receipt, ReferenceCounter, Subcategory
from .lead import Action, Closing, ConcernNote, Decision
from .patterns import PatternRule, PatternRuling
from .significant import ChronologyEntry, Pin
from .unsent import Draft, DraftOpening, KeptText

__all__ = [
    "KCSIE",
    "Account",
    "Action",
    "Amendment",
    "Attachment",
    "BodyMapMark",
    "Brief",
    "Category",
    "ChronologyEntry",
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
    "HowSoon",
    "KeptText",
    "Level",
    "PatternRule",
    "PatternRuling",
    "Pin",
    "Receipt",
    "ReferenceCounter",
    "Subcategory",
]
