"""Which items of the privacy notice do plans hold, kind by kind? Each kind says its items and its law (`kinds`). And
attendance, which is no kind.
"""

from safeguarding.notice_items import holds
from safeguarding.personal_data import Sensitive, Source, notice_category

from .kinds import EPISODES, STEPS, Area, Duty, EpisodeKind
from .models import AttendanceDay, Episode, PlanFile, Professional, Step


def _called(kind: EpisodeKind) -> str:
    """What the privacy notice calls a status, and the steps that hang on it: the area that keeps it."""
    return str(kind.area.label)


# What the law asks more for: health, and what was done to a child, which may be an offence.
for _area in (Area.PROTECTION, Area.CARE):
    notice_category(str(_area.label), Sensitive.SPECIAL, Sensitive.OFFENCES)
notice_category(str(Area.NEEDS.label), Sensitive.SPECIAL)
notice_category(str(Area.ADOPTION.label), Sensitive.SPECIAL)
# Whose duty a step is tells of it.
_TELLS = {Duty.SCHOOL: Source.SCHOOL, Duty.AUTHORITY: Source.LOCAL_AUTHORITY, Duty.HEALTH: Source.HEALTH}
_OF_STEP = {key: _called(kind) for kind in reversed(EPISODES.values()) for key in kind.steps}
for _kind in EPISODES.values():
    holds(
        *_kind.notice,
        what=_kind.title,
        by=Episode,
        page="episode",
        law=_kind.law,
        category=_called(_kind),
        choice=_kind.choice,
        sources=(Source.LOCAL_AUTHORITY, Source.FAMILY) if _kind.by_family else (Source.LOCAL_AUTHORITY,),
    )
for _key, _step in STEPS.items():
    holds(
        *_step.notice,
        what=_step.title,
        by=Step,
        page="plan_step",
        law=_step.law,
        category=_OF_STEP[_key],
        sources=(_TELLS[_step.duty],),
    )
holds(what="Who works with the child from outside", by=Professional, page="child_plans")
holds(what="Files of plans", by=PlanFile, page="plan_step")
holds(12, what="Attendance, a mark for each morning and afternoon", by=AttendanceDay, page="child_attendance")
