"""How do the keys stand just now? What their page shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.dates import full_day
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.models import Epoch, KeyCheck, KeyShare

from .checking import newest_check
from .setting_up import ensure_keys
from .shares import ENOUGH, newest_set


@dataclass(frozen=True)
class Holder:
    """One share of the newest set: who took it, and when. `is_waiting`: it can be taken."""

    number: int
    taken_by: str
    taken_at: datetime | None
    is_waiting: bool


@dataclass(frozen=True)
class Standing:
    """`problem` is what is wrong with the keys, in a sentence; empty where they fit together."""

    problem: str
    epoch: Epoch | None
    check: KeyCheck | None
    made_at: datetime | None
    holders: list[Holder]
    holds_one: bool
    # The root key is a file of Harbour's own, not what a key service gives.
    is_file: bool

    @property
    def caption(self) -> str:
        """Over the table of the shares."""
        return f"Shares made on {full_day(self.made_at)}" if self.made_at else ""

    @property
    def may_take(self) -> bool:
        return not self.holds_one and any(holder.is_waiting for holder in self.holders)

    @property
    def printed(self) -> int:
        """How many of the newest set are on paper."""
        return sum(holder.taken_at is not None for holder in self.holders)

    @property
    def needs_a_hand(self) -> bool:
        """Whether something is wrong, or could not be put right if this machine were lost."""
        return bool(self.problem) or self.printed < ENOUGH or bool(self.check and self.check.without_key)


def standing(*, reader: User) -> Standing:
    """Five queries."""
    try:
        ensure_keys()
        problem = ""
    except KeyProblem as error:
        problem = error.sentence
    shares = newest_set()
    names = _names([share.taken_by for share in shares if share.taken_by])
    return Standing(
        problem=problem,
        epoch=Epoch.objects.filter(ended_at=None).first(),
        check=newest_check(at=timezone.now()),
        made_at=shares[0].made_at if shares else None,
        holders=[_holder(share, names) for share in shares],
        holds_one=any(share.taken_by == reader.pk for share in shares),
        is_file=not settings.ROOT_KEY_COMMAND,
    )


def _holder(share: KeyShare, names: dict[UUID, str]) -> Holder:
    by = names.get(share.taken_by, "Somebody who has left") if share.taken_by else ""
    return Holder(share.number, by, share.taken_at, share.words is not None)


def _names(people: list[UUID]) -> dict[UUID, str]:
    return {user.pk: user.full_name for user in User.objects.filter(pk__in=people)} if people else {}
