"""The kinds of notices, each with the line that the inbox says. Those here are told by accounts; each app has its own.

Where a notice leads, and what it is about, is said for the type of its record (`notices.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models

from safeguarding.registers import Entry, Register


@dataclass(frozen=True)
class Kind(Entry):
    """What a notice says, whether somebody waits for an answer to it now, and whether somebody else sees when it was
    opened.
    """

    is_hot: bool = False
    is_followed: bool = False

    @property
    def opens_by_itself(self) -> bool:
        """Whether only its own page opens it, and no button for the whole inbox."""
        return self.is_hot or self.is_followed


KINDS: Register[Kind] = Register("kind of notice", length=20)
# Any app's, also as its row has it: `KINDS` knows which there are.
AnyNoticeKind = str


def register(
    kinds: type[models.TextChoices],
    *,
    hot: Collection[models.TextChoices] = (),
    followed: Collection[models.TextChoices] = (),
) -> None:
    """Let people be told of the kinds of an app. The label of each is what its notice says."""
    for kind in kinds:
        KINDS.add(kind, Kind(kind.label, is_hot=kind in hot, is_followed=kind in followed))


class NoticeKind(models.TextChoices):
    """What accounts tell, and what every app has to tell where nobody may read a record."""

    APPOINT = "appoint", "Nobody can stand in: somebody must be named"
    RESET_ASKED = "reset_asked", "A colleague cannot sign in: say whether it is them"
    RESET = "reset", "A new start with password or second factor"
    ACTING = "acting", "You are acting safeguarding lead"
    RETURN = "return", "While you were away: what was decided"
    BULK = "bulk", "Somebody has searched or taken out far more than work needs"


register(NoticeKind)
