"""Scheduled jobs of concerns about adults. Each calls one service and may run twice."""

from celery import shared_task

from .services.routing import ask_where_nobody_reads


@shared_task
def ask_for_readers() -> int:
    """Every hour, and each school once a day: where an open concern about an adult has nobody left to read it, somebody
    must be named.
    """
    return ask_where_nobody_reads()
