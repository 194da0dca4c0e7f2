"""What of plans keeps a child's record from ending?"""

from children.models import MergedRow
from safeguarding.audit.models import LogEntry
from safeguarding.ending.by_child import ByChild, ends_by_child
from safeguarding.ending.dates import since
from safeguarding.ending.kinds import period
from safeguarding.ending.reasons import fills, keeps
from safeguarding.ending.signs import sign

from . import codes
from .models import ATTENDANCE, AttendanceDay, AttendanceYear, Episode, Step

period(
    ATTENDANCE,
    AttendanceYear,
    rules={"R08": "attendance_over"},
    called=("School year of attendance", "School years of attendance"),
    plain=True,
)
ends_by_child(
    ByChild(ATTENDANCE, AttendanceYear, "last_on", AttendanceDay, "child_id", "on", beside=(LogEntry, MergedRow))
)

keeps("keeps_open_plan", says="A plan or a status is open.", model=Episode, of=("child_file",))
keeps(
    "keeps_register",
    says="The attendance register must be kept for six years from its last entry (SI 2024/208), and the school has not "
    "stated that its register is kept in another system.",
    model=AttendanceDay,
    of=("child_file",),
)
keeps(
    "keeps_register_year",
    says="The attendance register must be kept for six years (SI 2024/208), and the school has not stated that its "
    "register is kept in another system.",
    model=AttendanceYear,
    of=(ATTENDANCE,),
    is_open=True,
)
fills("fills_plan", says="There is or was a plan or a status, of the child or a brother or sister.", model=Episode)
fills("fills_attendance", says="The register has entries of the last six years.", model=AttendanceDay)

since("looked_after", "since_looked_after", rests="rests_on_care", model=Episode)
since("plan_for_needs", "since_plan_for_needs", rests="rests_on_needs", model=Episode)

_PLANS = ("FIRST.SAB", "FIRST.MUL", "NOW.SAB", "NOW.MUL")
_FACTORS = ("FACTOR.11A", "FACTOR.19A", "FACTOR.19B", "FACTOR.19C")


def _of_plan(code: str) -> str:
    """A child protection plan, first category of abuse: sexual abuse."""
    when, category = code.split(".")
    which = "first category of abuse" if when == "FIRST" else "category of abuse now"
    return f"a child protection plan, {which}: {codes.label('cp_category', category).lower()}"


def _of_assessment(code: str) -> str:
    """An assessment with the factor: sexual abuse, child on child."""
    return f"an assessment with the factor: {codes.label('factor', code.split('.')[1]).lower()}"


_SHUT = "signs_shut_in_plans"
sign("plan", model=Episode, codes=_PLANS, says=_of_plan, page="episode", shut=_SHUT)
sign("assessment", model=Step, codes=_FACTORS, says=_of_assessment, page="plan_step", shut=_SHUT)
