"""Who may write the rows of plans that facts read, and which of them give rights or take some?

Who reads a row of a plan is decided by its child, its school, its area and its episode: none of them changes but with a
merge of two records. Whoever keeps the area, of who works with the child one of the areas, adds rows and changes the
rest; of a date that is a meeting about a concern, what it says is written by who decides on that concern too. What
hangs on a plan is of its child, and a meeting is of a concern that names the child. A reader changes nothing, and the
task of dates writes for which day it told, and a day that was missing, and no more.
"""

from django.db.models import Model

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER, SYSTEM, both, either, ended_once
from safeguarding.rights_rows.kinds import Neither, change, takes

from .models import Episode, Step

_KEEPS = "NEW.area = ANY (rules.areas_kept(me, NEW.school_id, NEW.child_id))"
_OF_PLAN = (
    "EXISTS (SELECT FROM public.plans_episode AS plan WHERE plan.id = NEW.episode_id AND plan.child_id = NEW.child_id "
    "AND plan.area = NEW.area)"
)
_WRITES = both("NEW.author_id = me", _KEEPS)
_ADDS = both(_WRITES, _OF_PLAN)
_KEPT = "rules.areas_kept(me, NEW.school_id, NEW.child_id)::varchar[]"
_KEEPS_ONE = f"NEW.areas && {_KEPT}"
# Entered with a plan of the child, in areas that are kept; in others too where it corrects a row with them.
_ENTERS = either(
    f"NEW.areas <@ {_KEPT} AND EXISTS (SELECT FROM public.plans_episode AS plan WHERE plan.id = NEW.episode_id "
    "AND plan.child_id = NEW.child_id)",
    f"EXISTS (SELECT FROM public.plans_professional AS wrong WHERE wrong.id = NEW.corrects_id AND wrong.child_id = "
    f"NEW.child_id AND wrong.episode_id = NEW.episode_id AND NEW.areas <@ ({_KEPT} || wrong.areas))",
)
_TOLD = ("told_for", "told_on", "told_late_for")
_STAYS = ("area", "child_id", "school_id")
_HANGS = (*_STAYS, "episode_id")
# What is counted anew when something else in the plan was corrected, or the plan has ended: by whoever keeps it.
_COUNTED = (
    "after_id", "aside_reason", "counted_from", "due_on", "duty", "follows", "missing", "not_counted", "number",
    "owner_id", "revision", "rule_id", "set_aside_at", "set_aside_by_id", "status", "token",
    "waits_for_review",
)  # fmt: skip
_FIXED = ("id", "kind", "author_id", "written_at", *_HANGS)


def _others(model: type[Model], *but: str) -> tuple[str, ...]:
    """The columns of a table that are not fixed, and not these."""
    columns = (str(field.column) for field in model._meta.local_concrete_fields)
    return tuple(column for column in columns if column not in (*_FIXED, *but))


def _decides_on(row: str) -> str:
    """The row is no meeting, or one about a concern that who asks sees and decides."""
    return (
        f"({row}.meeting_id IS NULL OR EXISTS (SELECT FROM public.concerns_meeting AS met WHERE met.id = "
        f"{row}.meeting_id AND met.school_id = {row}.school_id AND (met.school_id = ANY "
        "(rules.schools_with(me, 'decide_concerns')) OR met.concern_id = ANY (rules.concerns_standing_in(me)))))"
    )


_DECIDES = both(_KEEPS, _decides_on("NEW"), _decides_on("OLD"))
_NAMED = (
    "(NEW.meeting_id IS NULL OR EXISTS (SELECT FROM public.concerns_meeting AS met "
    "JOIN public.concerns_concernchild AS named ON named.concern_id = met.concern_id "
    "WHERE met.id = NEW.meeting_id AND named.child_id = NEW.child_id))"
)
keep(
    {
        # The concern it began with says who may not see it, and being entered in error hides it from all.
        "plans.episode": takes(
            both(_WRITES, "NEW.status <> 'error'"),
            change(NEVER, "began_with_id", *_STAYS),
            change(_KEEPS, *_others(Episode, "token", "begun_for", "began_with_id", "error_at", "error_by_id")),
            ended_once(_KEEPS, "NEW.status = 'error'", at="error_at", by="error_by_id"),
            change(both(_KEEPS, "NEW.status <> 'error'"), "error_at", "error_by_id"),
        ),
        "plans.attendanceday": Neither("the register keeps the record of its child from ending early, and opens none"),
        "plans.attendanceyear": Neither("it says since when days of a school year may end, and opens or shuts no row"),
        "plans.registerplace": Neither("where the register is says which files stay, and opens or shuts no row"),
        "children.formerupn": Neither("a number finds the child in a file of attendance, and opens or shuts no row"),
        "plans.step": takes(
            both(_ADDS, _decides_on("NEW"), _NAMED),
            change(either(SYSTEM, _KEEPS), *_TOLD),
            change(both(SYSTEM, "OLD.due_on IS NULL"), "due_on", "missing", "revision"),
            change(_KEEPS, *_COUNTED),
            change(_DECIDES, *_others(Step, "meeting_id", *_TOLD, *_COUNTED)),
            change(both(_DECIDES, _NAMED), "meeting_id"),
            # A meeting is free when its plan was an error, and taken back for the child of the row.
            change(both(_KEEPS, "(NEW.met_for IS NULL OR NEW.met_for = NEW.child_id)"), "met_for"),
            change(_DECIDES, "met_for"),
        ),
        "plans.stepnote": takes(_ADDS),
        "plans.professional": takes(
            both("NEW.author_id = me", _KEEPS_ONE, _ENTERS), change(_KEEPS_ONE, "ends_on", "ended_at", "ended_by_id")
        ),
        "plans.planfile": takes(_ADDS, change(NEVER, "step_id", *_HANGS), closed=False),
        "plans.designation": takes(_KEEPS, change(_KEEPS, "starts_on", "ends_on")),
    }
)
