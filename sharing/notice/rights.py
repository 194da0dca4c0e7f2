"""Who may write what everybody reads? Whoever keeps the settings of the school, in their own name."""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import both, may
from safeguarding.rights_rows.kinds import change, gives

from .models import NoticeDetails

_MANAGES = may("manage_school")
_SAID = tuple(
    column
    for field in NoticeDetails._meta.local_concrete_fields
    if (column := str(field.column)) not in ("id", "school_id")
)

keep(
    {
        "notice.privacynotice": gives(both("NEW.published_by_id = me", _MANAGES)),
        "notice.noticedetails": gives(_MANAGES, change(_MANAGES, *_SAID)),
    }
)
