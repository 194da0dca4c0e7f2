"""What can go wrong, in the words of the domain. `middleware.py` turns each into one HTTP answer."""

from django.core.exceptions import ValidationError
from django.db import models


class HarbourError(Exception):
    """A refusal that its reader can act on: `sentence` is what the page says."""

    status = 400
    title = "That did not work"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(HarbourError):
    """This person may not do this (403). Names who can."""

    status = 403
    title = "This is not yours to do"


class OutOfTurn(HarbourError):
    """The record is not in a state that this can follow from (409)."""

    status = 409
    title = "This has already moved on"


class ChangedSince(HarbourError):
    """Somebody saved first (409). The form that raised it shows both versions."""

    status = 409
    title = "Someone changed this first"


class BadInput(HarbourError):
    """What was given cannot be used (422). Says what, where and what to do."""

    status = 422
    title = "There is a problem with what was sent"


class TooMany(HarbourError):
    """More was sent than anybody's work needs (429). Says what to do instead."""

    status = 429
    title = "Too many at once"


class Busy(HarbourError):
    """Somebody else was in the way, or it took too long (503). Said while what was typed is still on the page."""

    status = 503
    title = "Harbour is busy"


class NotSavedNow(Busy):
    """The same of something that was to be saved."""

    title = "Not saved"


class SavedAlready(Busy):
    """Another request with the same token is being saved."""

    title = "Already being saved"


def check(record: models.Model) -> None:
    """Ask a record's own validation. Raises `BadInput` with its first complaint and the field it is about."""
    try:
        record.full_clean()
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        about = "" if field == "__all__" else f"{record._meta.get_field(field).verbose_name}: "  # type: ignore[union-attr]
        raise BadInput(f"{about}{sentences[0]}"[:1].upper() + f"{about}{sentences[0]}"[1:]) from None
