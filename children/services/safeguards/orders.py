"""What does an order or agreement say, and what does the card of its child say of it?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone

from children.lifecycles import order_life
from children.models import Child, Contact, ContactRestriction
from safeguarding.accounts.models import User
from safeguarding.moves import Lifecycle

from .doing import Problem, keep, source_problems

S = ContactRestriction.Status


@dataclass(frozen=True)
class OrderFacts:
    """An order or agreement: the adult it binds (none: nobody on the child's record), its own words, from when, until
    when (both days count).
    """

    model: ClassVar[type[Any]] = ContactRestriction
    life: ClassVar[Lifecycle[Any]] = order_life

    kind: str
    terms: str
    starts_on: date | None
    told_by: str
    contact: Contact | None = None
    may_not_collect: bool = False
    may_not_be_told: bool = False
    ends_on: date | None = None
    evidence: str = ""

    def problems(self, today: date) -> Iterator[Problem]:
        if self.kind not in ContactRestriction.Kind:
            yield "kind", "Choose what it is"
        if not self.terms.strip():
            yield "terms", "Enter what it says"
        if self.contact is None and (self.may_not_collect or self.may_not_be_told):
            yield "contact", "Choose the adult who may not. Add the adult to the child’s record first if not listed"
        if self.starts_on is None or self.starts_on > today:
            yield "starts_on", "Enter the day on which it was made, today or in the past"
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            yield "ends_on", "It cannot end before it was made"
        yield from source_problems(self.told_by, self.evidence)

    def fields(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "contact": self.contact,
            "terms": self.terms.strip(),
            "may_not_collect": self.may_not_collect,
            "may_not_be_told": self.may_not_be_told,
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "told_by": self.told_by,
            "evidence": self.evidence.strip(),
        }

    def replaced(self, child: Child) -> None:
        """There can be several."""

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
        check_collection(child, at)

    @classmethod
    def hold(cls, row: Any, *, stands: bool, by: User, at: datetime) -> None:
        """No list speaks of orders."""


def check_collection(child: Child, at: datetime) -> None:
    """Say on the card from when until when whoever hands the child over looks first: an order that is in force, or will
    be, says who may not collect. The guard of the card holds it to what the orders say (`children/rights.py`).
    """
    binding = ContactRestriction.objects.filter(child=child, may_not_collect=True).exclude(status=S.CORRECTED)
    days = list(
        binding.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate())).values_list("starts_on", "ends_on")
    )
    ends = [last for _, last in days]
    Child.objects.filter(pk=child.pk).update(
        check_collection_from=min((first for first, _ in days), default=None),
        check_collection_until=None if None in ends else max(ends, default=None),
        changed_at=at,
    )


keep(OrderFacts)
