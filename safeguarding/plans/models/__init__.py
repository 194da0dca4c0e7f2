"""What is known of the plans that authorities make for a child: episodes, their steps, who and what goes with them, and
the rules by which their dates are due. And of the child's attendance.
"""

from .around import Designation, PlanFile, Professional
from .attendance import ATTENDANCE, AttendanceDay, AttendanceFile, AttendanceYear, RegisterPlace
from .episode import Episode
from .rules import DeadlineRule
from .step import Step, StepNote

__all__ = [
    "ATTENDANCE",
    "AttendanceDay",
    "AttendanceFile",
    "AttendanceYear",
    "DeadlineRule",
    "Designation",
    "Episode",
    "PlanFile",
    "Professional",
    "RegisterPlace",
    "Step",
    "StepNote",
]
