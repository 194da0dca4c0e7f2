"""What must the rest of Harbour know of reports to governors, and which records does the task read that counts them?"""

from children.models import Child, ChildDetail, ClassEpisode
from retention.models import DestructionList, Tombstone
from safeguarding.concerns.models import (
    Action,
    Closing,
    Concern,
    ConcernChild,
    Decision,
    Referral,
    ReferralStep,
)
from safeguarding.plans.models import AttendanceDay, Designation, Episode, Step
from safeguarding.records import Kind, Refused, declare, reads
from safeguarding.training.models import GuidanceRead, TrainingRecord
from sharing.events.models import SharingEvent
from sharing.requests.models import RightsRequest

from .models import GovernorReport, NameAnswer, ReportBuild, ReportCell, ReportComment, ReportSetting

# The one task of the machine: it counts records, of which it writes none, and writes the numbers of reports
# (`system.py`).
TASK = "governors report"
_NOT_SEARCHED = Refused("a report is found in the list of reports, and names nobody")
# It is of no record that a history hangs on.
_NOT_FOLLOWED = Refused("each of its moves is an event, and its page says who did what and when")
_OF_REPORTS = {"searched": _NOT_SEARCHED, "followed": _NOT_FOLLOWED}

reads(
    TASK,
    Action,
    AttendanceDay,
    Child,
    ChildDetail,
    ClassEpisode,
    Closing,
    Concern,
    ConcernChild,
    Decision,
    Designation,
    DestructionList,
    Episode,
    GuidanceRead,
    Referral,
    ReferralStep,
    RightsRequest,
    SharingEvent,
    Step,
    Tombstone,
    TrainingRecord,
)
declare(
    GovernorReport,
    called=("report to governors", "reports to governors"),
    name=lambda row: row.name,
    page="governor_report",
    needed_by=(TASK,),
    **_OF_REPORTS,
)
declare(ReportBuild, ReportCell, needed_by=(TASK,), **_OF_REPORTS)
declare(ReportComment, NameAnswer, **_OF_REPORTS)
declare(ReportSetting, kind=Kind.REFERENCE)
