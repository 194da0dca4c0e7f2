"""Show the words that open a file: to who built it, when it is handed over, for a quarter of an hour."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import NotAllowed, OutOfTurn
from sharing.transfers.models import FileSending

# As long as it takes to write them down and to fetch the volumes, and no longer.
SHOWN_FOR = timedelta(minutes=15)
_ITS_BUILDER = "Only who asked for this file opens it."
WORDS_GONE = (
    "The words were shown, and are kept nowhere any more. If nobody wrote them down, record that the file was asked "
    "back, and send it again."
)


def is_shown(sending: FileSending, at: datetime) -> bool:
    """Whether the page of its words may be shown: also where it never was, because the answer got lost on its way."""
    if sending.words_shown_at is None:
        return sending.event_id is not None
    return at < sending.words_shown_at + SHOWN_FOR


@transaction.atomic
def show_words(*, sending: FileSending, by: User, at: datetime | None = None) -> str:
    """The words of a file that is handed over. Raises `NotAllowed`, `OutOfTurn` once their time is over."""
    at = at or timezone.now()
    if sending.asked_by_id != by.pk:
        raise NotAllowed(_ITS_BUILDER)
    held = FileSending.objects.select_for_update(of=("self",)).get(pk=sending.pk)
    if held.event_id is None:
        raise OutOfTurn("This file has not been handed over yet.")
    if held.words_shown_at is None:
        held.words_shown_at = at
        held.save(update_fields=["words_shown_at"])
    elif not is_shown(held, at) or not held.words:
        raise OutOfTurn(WORDS_GONE)
    record(Verb.VIEW, held, by=by, purpose="words")
    return held.words
