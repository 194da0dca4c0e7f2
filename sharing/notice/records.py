"""What must the rest of Harbour know of the privacy notice and its versions?"""

from safeguarding.records import Kind, Refused, declare

from .models import NoticeDetails, NoticePaper, PrivacyNotice

declare(NoticeDetails, kind=Kind.REFERENCE)
declare(
    PrivacyNotice,
    NoticePaper,
    kind=Kind.REFERENCE,
    followed=Refused("a version is an event, and is never changed"),
)
