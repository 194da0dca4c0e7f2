"""What does the report to governors read of the records of a school?"""

from safeguarding.records import reads

from .system import READ, TASK

reads(TASK, *READ)
