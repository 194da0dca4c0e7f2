"""When is it in the matrix, which records are there, and how is a row given that has a page of its own?"""

from datetime import timedelta
from typing import Any

from django.db import models

from tests import factories

NOW = factories.SCHOOL_DAY
TODAY = NOW.date()
THEN = NOW - timedelta(days=6)
RECORDS = (
    "open",
    "closed",
    "restricted",
    "hidden",
    "two",
    "subject",
    "head",
    "own",
    "action",
    "granted",
    "expired",
    "emergency",
    "named",
    "other",
)


def given_row(model: type[models.Model], **values: Any) -> Any:
    return model._base_manager.create(**values)
