"""Who may write what everybody reads of how a school uses information about children?

No fact reads these rows and nobody sees more by one. They are guarded all the same: who could write them past the
services would speak for the school to every family. Versions are only added, in one's own name, one after the other;
their paper is made by who publishes them or by the worker.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import both, either, may
from safeguarding.rights_rows.kinds import change, gives

from .models import NoticeDetails

_MANAGES = may("manage_school")
_NEXT = (
    "NEW.version = 1 + coalesce((SELECT max(last.version) FROM public.notice_privacynotice AS last "
    "WHERE last.school_id = NEW.school_id), 0)"
)
_OF_OWN_SCHOOL = (
    "EXISTS (SELECT FROM public.notice_privacynotice AS one WHERE one.id = NEW.notice_id "
    "AND one.school_id = ANY (rules.schools_with(me, 'manage_school')))"
)
_SAID = tuple(
    str(field.column) for field in NoticeDetails._meta.local_concrete_fields if field.column not in ("id", "school_id")
)

keep(
    {
        "notice.noticedetails": gives(_MANAGES, change(_MANAGES, *_SAID)),
        "notice.privacynotice": gives(both("NEW.published_by_id = me", _MANAGES, _NEXT)),
        "notice.noticepaper": gives(either("rules.task() = 'privacy notices'", _OF_OWN_SCHOOL)),
    }
)
