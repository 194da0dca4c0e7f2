"""What must the rest of Harbour know of targets, and of a file that was taken out?"""

from safeguarding.audit.models import LogEntry
from safeguarding.records import Kind, Refused, declare, needs

from .models import Export, Target

declare(Target, kind=Kind.REFERENCE)
declare(
    Export,
    page="export",
    searched=Refused("it has the codes of a list that was asked for, and no words"),
    needed_by=("exports",),
    read_by=("files",),
)
needs("exports", LogEntry)
