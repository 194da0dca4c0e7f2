"""Which queues are there beside Celery's own, and who works on them?"""

# What ends for good. The process `destroyer` works on it, one task at a time, and on no other.
DESTRUCTION = "destruction"
