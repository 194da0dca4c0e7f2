"""Why may nobody outside be told where a child lives?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from children.lifecycles import address_life
from children.models import Child, ChildDetail, ConfidentialAddress
from children.services.held import hold
from safeguarding.accounts.models import User
from safeguarding.audit.context import with_errors
from safeguarding.moves import Lifecycle

from .doing import Problem, S, keep, source_problems


@dataclass(frozen=True)
class AddressFacts:
    """That the address is confidential, why, and since when."""

    model: ClassVar[type[Any]] = ConfidentialAddress
    life: ClassVar[Lifecycle[Any]] = address_life

    reason: str
    starts_on: date | None
    told_by: str
    evidence: str = ""

    def problems(self, today: date) -> Iterator[Problem]:
        if not self.reason.strip():
            yield "reason", "Enter why the address is confidential"
        if self.starts_on is None or self.starts_on > today:
            yield "starts_on", "Enter since when, today or in the past"
        yield from source_problems(self.told_by, self.evidence)

    def fields(self) -> dict[str, Any]:
        return {
            "reason": self.reason.strip(),
            "starts_on": self.starts_on,
            "told_by": self.told_by,
            "evidence": self.evidence.strip(),
        }

    def replaced(self, child: Child) -> None:
        """There can be several reasons; the address is confidential until the last of them has ended."""

    @classmethod
    def stood_before(cls, row: Any) -> None:
        """None ends because another is recorded."""

    @classmethod
    def again(cls, row: Any) -> dict[str, Any]:
        return {}

    @classmethod
    def closes(cls, row: Any, on: date) -> dict[str, Any]:
        return {}

    @classmethod
    def follow(cls, child: Child, at: datetime) -> None:
        """What everybody asks is one column. Its guard holds it to what the rows say (`children/rights.py`)."""
        stands = ConfidentialAddress.objects.filter(child=child, status__in=(S.RECORDED, S.CONFIRMED)).exists()
        detail = ChildDetail.objects.select_for_update().get(pk=child.pk)
        if detail.address_confidential != stands:
            detail.address_confidential = stands
            detail.save(update_fields=["address_confidential"])
            Child.objects.filter(pk=child.pk).update(changed_at=at)

    @classmethod
    def hold(cls, row: Any, *, stands: bool, by: User, at: datetime) -> None:
        """A list that goes on withholding what is lifted here asks nobody; recorded again, both agree."""
        if ChildDetail.objects.values_list("address_confidential", flat=True).get(pk=row.child_id) is not stands:
            return
        with with_errors("all"):
            is_listed = ConfidentialAddress.objects.filter(child=row.child_id, recorded_by=None).exists()
        if stands or is_listed:
            hold(child=row.child, changes={"address_confidential": (True, stands)}, by=by, at=at)


keep(AddressFacts)
