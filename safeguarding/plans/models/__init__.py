"""What is known of the plans that authorities make for a child: episodes, their steps, who and what goes with them, and
the rules by which their dates are due.
"""

from .around import Designation, PlanFile, Professional
from .episode import Episode
from .rules import DeadlineRule
from .step import Step, StepNote

__all__ = ["DeadlineRule", "Designation", "Episode", "PlanFile", "Professional", "Step", "StepNote"]
