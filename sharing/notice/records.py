"""What must the rest of Harbour know of the privacy notice and its versions?"""

from safeguarding.records import Kind, Refused, declare

from .models import NoticeDetails, NoticePaper, PrivacyNotice

_NEVER_CHANGED = Refused("a version is an event, and is never changed")

declare(NoticeDetails, kind=Kind.REFERENCE)
declare(PrivacyNotice, kind=Kind.REFERENCE, followed=_NEVER_CHANGED)
declare(NoticePaper, kind=Kind.REFERENCE, followed=_NEVER_CHANGED, needed_by=("privacy notices",))
