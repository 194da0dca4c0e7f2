"""Harbour: the safeguarding record of a school."""

from safeguarding.celery import app as celery_app

__all__ = ["celery_app"]
