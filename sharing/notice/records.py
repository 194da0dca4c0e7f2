"""What must the rest of Harbour know of the privacy notice and its versions?"""

from safeguarding.records import Kind, declare

from .models import TASK, NoticeDetails, NoticePaper, PrivacyNotice

declare(NoticeDetails, kind=Kind.REFERENCE)
declare(PrivacyNotice, kind=Kind.REFERENCE)
declare(NoticePaper, kind=Kind.REFERENCE, needed_by=(TASK,))
