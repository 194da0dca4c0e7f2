"""What must the rest of Harbour know of courses, records of training, certificates and guidance that was read?"""

from safeguarding.records import Kind, Refused, declare

from .models import Certificate, Course, GuidanceRead, TrainingRecord

_OF_STAFF = Refused("it is about a member of staff: whoever reads changes of the children’s records must not find it")

declare(Course, kind=Kind.REFERENCE)
declare(
    TrainingRecord,
    called=("record of training", "records of training"),
    followed=_OF_STAFF,
    read_by=("training reminders",),
)
declare(
    GuidanceRead,
    called=("guidance that was read", "guidance that was read"),
    followed=_OF_STAFF,
    read_by=("training reminders",),
)
declare(
    Certificate,
    called=("certificate", "certificates"),
    followed=_OF_STAFF,
    searched=Refused("the name of a file about a member of staff, which no search of children’s records finds"),
    # It scans them, and drops from the store what it sees no row of.
    needed_by=("files",),
)
