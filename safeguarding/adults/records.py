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

_UNFOLLOWED = Refused(
    "a concern about an adult: whoever reads changes of the children’s records must not find it; its entries are "
    "its history"
)
_UNSEARCHED = Refused("words of a concern about an adult, which no search of children’s records finds")
for _model, _called in (
    (StaffConcern, ("concern about an adult, with its outcome", "concerns about adults, with their outcomes")),
    (Raised, ("account of what happened, as it was raised", "accounts of what happened, as they were raised")),
    (AdultNamed, ("adult named in it", "adults named in it")),
    (
        StaffEntry,
        (
            "entry on what was done and decided, such as with the LADO",
            "entries on what was done and decided, such as with the LADO",
        ),
    ),
    (PatternReview, ("look at several concerns together", "looks at several concerns together")),
):
    declare(_model, called=_called, searched=_UNSEARCHED, followed=_UNFOLLOWED)
declare(StaffConcernChild, StaffConcernGrant, followed=_UNFOLLOWED)
declare(ReadingChoice, kind=Kind.REFERENCE)
