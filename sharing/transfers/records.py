"""What must the rest of Harbour know of files to the next school?"""

from children.models import Child
from safeguarding.audit.models import LogEntry
from safeguarding.concerns.models import Chronicled, ConcernChild
from safeguarding.records import Refused, declare, needs, reads

from .models import FileSending, FileTransfer, FileVolume, TransferNote

# The task of the machine that sees that a child has left, and opens its file.
_TASK = "transfers"
_NOT_SEARCHED = Refused("what went outside is found by its number, and in the list of files to the next school")

declare(
    FileTransfer,
    called=("file to the next school", "files to the next school"),
    page="transfer",
    searched=_NOT_SEARCHED,
    needed_by=(_TASK,),
)
declare(
    TransferNote,
    called=("note on a file to the next school", "notes on files to the next school"),
    searched=_NOT_SEARCHED,
    part_of="transfer",
)
declare(
    FileSending,
    called=("file built for the next school", "files built for the next school"),
    searched=_NOT_SEARCHED,
    part_of="transfer",
    needed_by=(_TASK,),
)
declare(
    FileVolume,
    called=("volume of a file to the next school", "volumes of files to the next school"),
    searched=Refused("its name says nothing, and what is in it is told by the records"),
    part_of="sending",
    read_by=("files",),
)
reads(_TASK, Child, Chronicled, ConcernChild)
# That its day changed with the calendar is a change of the record.
needs(_TASK, LogEntry)
