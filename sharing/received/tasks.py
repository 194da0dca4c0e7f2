"""What does the worker do about files from other schools?"""

from celery import shared_task

from .services.receipts import sign_receipts


@shared_task
def sign_all_receipts() -> int:
    """Every minute: files that are on the record and whose receipt nobody has signed yet."""
    return sign_receipts()
