"""What must the rest of Harbour know of concerns about adults?"""

from safeguarding.records import Kind, Refused, declare

from .models import (
    AdultNamed,
    PatternReview,
    Raised,
    ReadingChoice,
    StaffConcern,
    StaffConcernChild,
    StaffConcernGrant,
    StaffEntry,
)

declare(
    StaffConcern,
    Raised,
    AdultNamed,
    StaffConcernChild,
    StaffEntry,
    PatternReview,
    StaffConcernGrant,
    followed=Refused(
        "a concern about an adult: whoever reads changes of the children’s records must not find it; its entries are "
        "its history"
    ),
)
declare(ReadingChoice, kind=Kind.REFERENCE)
