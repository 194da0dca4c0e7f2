"""How are requests about data told beyond a page? Not at all: they hold copies of what the records themselves tell.

The reasons are printed with what is told, so that whoever reads it learns that there may be more, and where.
"""

from safeguarding.parts import left_out

from .models import (
    Bundle,
    BundleVolume,
    Redaction,
    RequestFile,
    RequestItem,
    RequestLetter,
    RequestPerson,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
)

left_out(
    RightsRequest,
    RequestRole,
    RequestStep,
    RequestLetter,
    SearchPlace,
    because="How requests about data were handled exists elsewhere: the school keeps the list of them by itself.",
)
left_out(
    RequestItem,
    RequestFile,
    RequestPerson,
    Redaction,
    Bundle,
    BundleVolume,
    because="It is a copy of what the records tell, made to answer an earlier request, and exists elsewhere.",
)
