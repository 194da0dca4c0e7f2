"""Scheduled jobs of children: large imports are read and written by the worker. Each may run twice."""

from uuid import UUID

from django.conf import settings

from safeguarding.long_tasks import long_task

from .services.imports import take_lists, take_up, take_up_all


@long_task(minutes=10, because="a list has thousands of rows")
def work_on_import(run_id: str) -> bool:
    """Do what this import waits for: to be read, or to be put into the list."""
    return take_up(UUID(run_id))


@long_task(minutes=10, because="a list has thousands of rows")
def work_on_imports() -> int:
    """Every minute: imports that wait and that nobody works on, because a worker was stopped or the queue was away."""
    return take_up_all()


@long_task(minutes=10, because="a list has thousands of rows")
def take_pupil_lists() -> int:
    """Every five minutes: lists that the schools' own systems have left in their folders."""
    return take_lists(settings.PUPIL_LIST_FOLDER) if settings.PUPIL_LIST_FOLDER else 0
