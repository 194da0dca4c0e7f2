"""By which rules of the schedule do the records end that the privacy notice lists?"""

from children.models import Child, Photograph
from safeguarding.adults.models import StaffConcern
from safeguarding.concerns.models import Concern
from safeguarding.notice_items import ends
from safeguarding.plans.models import AttendanceDay
from sharing.events.models import Consent
from sharing.received.models import FileReceived
from sharing.requests.models import RightsRequest
from sharing.transfers.models import FileTransfer

_FILE = ("R01", "R02", "R03", "R05", "R07", "R09b")
ends(Child, *_FILE, kind="the child’s file")
ends(Concern, *_FILE, kind="the child’s file")
ends(Photograph, "R16", kind="a photograph")
ends(AttendanceDay, "R08", kind="attendance", is_done=False)
ends(Consent, "R15", kind="a consent", is_done=False)
ends(FileTransfer, "R18", kind="proof of a transfer", is_done=False)
ends(FileReceived, "R18", kind="proof of a transfer", is_done=False)
ends(RightsRequest, "R12", "R13", kind="a request", is_done=False)
ends(StaffConcern, "R10", "R10b", "R11", kind="a concern about an adult", is_done=False)
