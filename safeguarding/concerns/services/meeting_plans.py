"""Which app keeps the plans of children in step with the meetings about a concern? The app of plans registers itself.

A strategy discussion, a conference, a core group and a child in need meeting are dates of a plan too, and this app
knows no plans.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern, Meeting


@dataclass(frozen=True)
class Result:
    """What is asked once a meeting was held: of which child, in which words, with which codes. `stands` is the code
    that is on record.
    """

    child_id: UUID
    label: str
    choices: Sequence[tuple[str, str]]
    required: bool = False
    stands: str = ""


@dataclass(frozen=True)
class Offered:
    """A child of a concern in whose plans its meeting may be a date. `part` is the child's part in the concern, in
    words, where it is not about them: such a child is ticked by nobody but the person who decides that.
    """

    child: Child
    part: str = ""

    @property
    def label(self) -> str:
        return f"{self.child.full_name} ({self.part.lower()})" if self.part else self.child.full_name


class Plans:
    """What the app of plans does. As long as none is registered, nothing."""

    def children(self, user: User, concern: Concern) -> list[Offered]:
        """The children of the concern whose plans the person may write by it: who decides on it, and keeps them. Of
        those whom it is not about, who have an open plan with such dates.
        """
        return []

    def question(self, user: User, meeting: Meeting, children: Collection[Child]) -> str:
        """What somebody is asked before the meeting goes into the plans of these children; mostly nothing."""
        return ""

    def results(self, user: User, meeting: Meeting) -> list[Result]:
        """What is asked of each child once it was held, of plans that the person may write."""
        return []

    def to_add(self, user: User, meeting: Meeting) -> list[Offered]:
        """The children of whose plans it is no date yet, and may become one by the person."""
        return []

    def follow(
        self,
        *,
        meeting: Meeting,
        by: User,
        children: Collection[Child] | None = None,
        results: Mapping[UUID, str] | None = None,
        more: Mapping[str, Any] | None = None,
        at: datetime,
    ) -> None:
        """Let the plans say what the meeting says, as far as `by` may write them: of these `children` too (None: nobody
        said which), with these `results` by the key of the child, and `more` that is so for all of them, by the name of
        what it is (`quorate`, `report_sent_on`).
        """


_registered: list[Plans] = []


def kept_in_step_by(app: Plans) -> None:
    """Register the app of plans. Called when the apps are ready."""
    _registered[:] = [app]


def of_plans() -> Plans:
    """What is registered."""
    return _registered[0] if _registered else Plans()
