"""Who may write the targets of a school? Who changes its settings, in their own name; a target only ends."""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import both, ended_once, may
from safeguarding.rights_rows.kinds import gives

_MANAGES = may("manage_school")

keep({"reports.target": gives(both("NEW.made_by_id = me", "NEW.ended_at IS NULL", _MANAGES), ended_once(_MANAGES))})
