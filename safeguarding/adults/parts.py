"""Why concerns about adults are not told with a child's record.

They are the record of an adult, kept apart and read by few (domain reference 1.6). A file that follows a child to
another school, or an answer about a child, would tell its readers that there is one.
"""

from safeguarding.parts import left_out

from .models import (
    AdultNamed,
    PatternReview,
    Raised,
    StaffConcern,
    StaffConcernChild,
    StaffConcernGrant,
    StaffEntry,
)

left_out(
    AdultNamed,
    PatternReview,
    Raised,
    StaffConcern,
    StaffConcernChild,
    StaffConcernGrant,
    StaffEntry,
    called="Concerns about adults",
    because="A concern about an adult is the record of that adult. It is kept apart from the records of children.",
)
