"""What do we keep of the training of staff: which courses there are, who had one and when, what somebody has read?"""

from .courses import Course
from .records import Certificate, GuidanceRead, TrainingRecord

__all__ = ["Certificate", "Course", "GuidanceRead", "TrainingRecord"]
