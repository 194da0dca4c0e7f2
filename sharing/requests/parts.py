"""How are requests about data told beyond a page? Not at all: they hold copies of what the records themselves tell. A
statement of disagreement goes where its concern goes.

The reasons are printed with what is told, so that whoever reads it learns that there may be more, and where.
"""

from safeguarding.parts import as_declared, left_out, tell

from .models import (
    Bundle,
    BundleVolume,
    Redaction,
    RequestCorrection,
    RequestFile,
    RequestItem,
    RequestLetter,
    RequestPerson,
    RequestRecipient,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
    Statement,
)

left_out(
    RightsRequest,
    RequestRole,
    RequestStep,
    RequestLetter,
    RequestCorrection,
    RequestRecipient,
    SearchPlace,
    called="How requests about data were handled",
    because="How requests about data were handled exists elsewhere: the school keeps the list of them by itself.",
)
left_out(
    RequestItem,
    RequestFile,
    RequestPerson,
    Redaction,
    Bundle,
    BundleVolume,
    called="Answers to earlier requests",
    because="It is a copy of what the records tell, made to answer an earlier request, and exists elsewhere.",
)
tell(Statement, title="Statement of disagreement", blocks=as_declared("made_at", but=("token",)))
