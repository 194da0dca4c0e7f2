"""Scheduled job of the privacy notice. It calls one service and may run twice."""

from safeguarding.long_tasks import long_task

from .services.papers import lay_out_missing


@long_task(minutes=10, because="each school's notice waits for the printer")
def papers() -> int:
    """Every minute: lay out the newest version of a school that is not there on paper."""
    return lay_out_missing()
