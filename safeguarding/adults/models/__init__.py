"""What is a concern about an adult? A worry about somebody who works with children here, in tables of its own.

It is the record of an adult, not of a child: no child's record, no list, no search and no history of fields holds a
word of it. Its readers are few (`permissions.py`), and the adult is never one of them. Domain reference 1.6; retention
R10, R10b, R11.

`concern` where it stands, who raised it, whom it is about · `work` what its readers added and decided · `access` who
else may read it, and who receives low-level concerns at the school.
"""

from .access import ReadingChoice, StaffConcernGrant
from .concern import AdultNamed, Raised, StaffConcern, StaffConcernChild
from .kinds import KCSIE4, LowLevelEnd, Outcome, Threshold
from .work import PatternReview, StaffEntry

__all__ = [
    "KCSIE4",
    "AdultNamed",
    "LowLevelEnd",
    "Outcome",
    "PatternReview",
    "Raised",
    "ReadingChoice",
    "StaffConcern",
    "StaffConcernChild",
    "StaffConcernGrant",
    "StaffEntry",
    "Threshold",
]
