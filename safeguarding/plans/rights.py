"""Who may write the rows of plans that facts read, and which of them give rights or take some?"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER, both, ended_once
from safeguarding.rights_rows.kinds import Neither, change, takes

_KEEPS = "NEW.area = ANY (rules.areas_kept(me, NEW.school_id, NEW.child_id))"
_FOLLOWS = Neither("its changes are hidden with those of its episode, which says who may not see them")

keep(
    {
        # The concern it began with says who may not see it, and being entered in error hides it from all.
        "plans.episode": takes(
            both("NEW.author_id = me", _KEEPS, "NEW.status <> 'error'"),
            change(NEVER, "area", "began_with_id", "school_id"),
            change(_KEEPS, "status"),
            ended_once(_KEEPS, "NEW.status = 'error'", at="error_at", by="error_by_id"),
            change(both(_KEEPS, "NEW.status <> 'error'"), "error_at", "error_by_id"),
            closed=False,
        ),
        "children.childdetail": Neither("a day of birth sets when some steps are due, and opens or shuts no row"),
        "plans.step": _FOLLOWS,
        "plans.stepnote": _FOLLOWS,
        "plans.professional": _FOLLOWS,
        "plans.planfile": _FOLLOWS,
        "plans.designation": _FOLLOWS,
    }
)
