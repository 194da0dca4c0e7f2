"""What outlasts a child's record, or ends by school year: attendance, and proofs that a file went or came. How each is
laid and comes to its end, for the table of kinds.
"""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from children.facts import Leaving
from safeguarding.dates import school_year
from safeguarding.ending import removal
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.models import AttendanceYear
from safeguarding.plans.services.attendance import bring_in_attendance
from sharing.events.services.reference import load_law
from sharing.received.models import FileReceived
from sharing.received.services.elsewhere import Came, record_received
from sharing.transfers.models import FileTransfer
from sharing.transfers.services.confirming import Noted, stop_transfer
from sharing.transfers.services.opening import open_transfer
from tests import factories, sheets

from .attending import weekdays
from .conftest import Office


def _today() -> date:
    return timezone.localdate()


def lay_attendance(place: Office) -> AttendanceYear:
    upn = sheets.number(1)
    factories.child(place.school, by=place.room.office, details={"upn": upn})
    [on] = weekdays(_today() - timedelta(days=5), 1)
    line = Line(2, upn, on.isoformat(), "/", "/", "")
    bring_in_attendance(school=place.school, lines=[line], digest="0" * 64, token=uuid7(), by=place.room.lead)
    return AttendanceYear.objects.get()


def end_attendance(place: Office, year: AttendanceYear) -> None:
    """It ends as time goes on."""


def lay_sent(place: Office) -> FileTransfer:
    load_law()
    left = _today() - timedelta(days=30)
    child = place.leaver(details={"date_of_birth": date(_today().year - 24, 3, 1)}, leaving=Leaving(on=left))
    return open_transfer(child=child, last_day=left, by=place.room.lead)


def end_sent(place: Office, transfer: FileTransfer) -> None:
    """It is not to be sent; then the child’s record ends."""
    said = {"because": "home", "noted": Noted("She is taught at home.", _today()), "by": place.room.lead}
    stop_transfer(transfer=transfer, seen=transfer.revision, token=uuid7(), **said)
    removal.remove([transfer.child_id])


def lay_received(place: Office) -> FileReceived:
    """Of a child whose birth nobody knows: it counts from the end of the year in which the record ends."""
    came = Came("Hazel Bank Primary School", "paper", _today(), "A brown folder, in the lead’s cabinet.")
    return record_received(child=place.leaver(details={}), token=uuid7(), came=came, by=place.room.lead)


def end_received(place: Office, received: FileReceived) -> None:
    removal.remove([received.child_id])


def nobody(record: Any) -> None:
    """A school year is about nobody; of a proof the child is gone by then."""


def _days_until(last: date) -> int:
    return (last - _today()).days + 1


def days_of_attendance() -> int:
    """After how many days the six years of this school year are over."""
    return _days_until(date(school_year(_today()) + 7, 8, 31))


def days_of_sent() -> int:
    return _days_until(date(_today().year + 1, 12, 31))


def days_of_received() -> int:
    return _days_until(date(_today().year + 25, 12, 31))
