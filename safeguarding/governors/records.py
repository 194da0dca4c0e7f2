"""What does the report to governors read of the records of a school?"""

from children.models import Child, ChildDetail, ClassEpisode
from retention.models import DestructionList
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
from safeguarding.records import reads
from sharing.events.models import SharingEvent
from sharing.requests.models import RightsRequest

# The one task of the machine: it counts for the report, and writes nothing that it counts (`system.py`).
TASK = "governors report"
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
    Referral,
    ReferralStep,
    RightsRequest,
    SharingEvent,
    Step,
)
