"""What must the rest of Harbour know of requests about data?"""

from safeguarding.audit.models import LogEntry
from safeguarding.records import Kind, Refused, declare, needs, reads_all_told

from .models import (
    Bundle,
    BundleVolume,
    Exemption,
    Redaction,
    ReplyTime,
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

# The one task of the machine: it gathers, reminds, and makes the answer.
TASK = "requests"
_NOT_SEARCHED = Refused("a request is found by its number, and in the list of requests")
_COPIES = Refused("it is a copy of what the records tell, for its one reviewer")
# Whoever reads the changes of records would learn what was found, and for whom.
_NOT_FOLLOWED = Refused("read by who is named in the case alone; each of its moves is an event")
_WORK = {"followed": _NOT_FOLLOWED, "needed_by": (TASK,)}

declare(ReplyTime, Exemption, kind=Kind.REFERENCE)
declare(
    RightsRequest,
    called=("request about data", "requests about data"),
    name=lambda row: row.reference,
    page="request",
    searched=_NOT_SEARCHED,
    **_WORK,
)
declare(RequestRole, searched=_NOT_SEARCHED, **_WORK)
declare(RequestStep, RequestLetter, RequestCorrection, RequestRecipient, SearchPlace, searched=_NOT_SEARCHED, **_WORK)
declare(RequestItem, page="request_item", searched=_COPIES, **_WORK)
declare(
    RequestFile,
    searched=_COPIES,
    followed=_NOT_FOLLOWED,
    needed_by=("files", TASK),
)
declare(RequestPerson, Redaction, searched=_COPIES, **_WORK)
declare(Bundle, searched=_COPIES, **_WORK)
declare(
    BundleVolume,
    searched=_COPIES,
    followed=_NOT_FOLLOWED,
    needed_by=(TASK,),
    read_by=("files",),
)
reads_all_told(TASK)
needs(TASK, LogEntry)
declare(Statement, searched="Statement of disagreement")
