"""Which items of the privacy notice do plans hold, kind by kind? Each kind says its items and its law (`kinds`). And
attendance, which is no kind.
"""

from safeguarding.notice_items import holds

from .kinds import EPISODES, STEPS
from .models import AttendanceDay, Episode, PlanFile, Professional, Step

for _kind in EPISODES.values():
    holds(*_kind.notice, what=_kind.title, by=Episode, page="episode", law=_kind.law)
for _step in STEPS.values():
    holds(*_step.notice, what=_step.title, by=Step, page="plan_step", law=_step.law)
holds(what="Who works with the child from outside", by=Professional, page="child_plans")
holds(what="Files of plans", by=PlanFile, page="plan_step")
holds(12, what="Attendance, a mark for each morning and afternoon", by=AttendanceDay, page="child_attendance")
