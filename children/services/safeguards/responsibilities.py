"""Which adult has parental responsibility for a child, on what basis?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from children.lifecycles import responsibility_life
from children.models import Child, Contact, ContactLink, ParentalResponsibility
from children.services.held import hold
from safeguarding.accounts.models import User
from safeguarding.audit.context import with_errors
from safeguarding.moves import Lifecycle

from .doing import Problem, keep, source_problems

B = ParentalResponsibility.Basis
_AGAIN = ("contact_id", "held", "basis", "starts_on", "told_by", "evidence")


@dataclass(frozen=True)
class ResponsibilityFacts:
    """That an adult has it, or has not; on what basis, and since when where that was said."""

    model: ClassVar[type[Any]] = ParentalResponsibility
    life: ClassVar[Lifecycle[Any]] = responsibility_life

    contact: Contact | None
    held: bool | None
    basis: str
    told_by: str
    starts_on: date | None = None
    evidence: str = ""

    def problems(self, today: date) -> Iterator[Problem]:
        if self.contact is None:
            yield "contact", "Choose the adult"
        if self.held is None:
            yield "held", "Say whether the adult has parental responsibility"
        if self.basis not in B:
            yield "basis", "Choose on what basis"
        if self.held is False and self.basis not in ("", B.UNKNOWN):
            yield "basis", "Only somebody who has parental responsibility has a basis for it"
        if self.starts_on and self.starts_on > today:
            yield "starts_on", "Enter a day today or in the past, or leave it empty"
        yield from source_problems(self.told_by, self.evidence)

    def fields(self) -> dict[str, Any]:
        return {
            "contact": self.contact,
            "held": self.held,
            "basis": self.basis,
            "starts_on": self.starts_on,
            "told_by": self.told_by,
            "evidence": self.evidence.strip(),
        }

    def replaced(self, child: Child) -> ParentalResponsibility | None:
        """One answer stands for each adult: what was said before ends."""
        found: ParentalResponsibility | None = ParentalResponsibility.objects.filter(
            child=child, contact=self.contact, ends_on=None
        ).first()
        return found

    @classmethod
    def stood_before(cls, row: Any) -> ParentalResponsibility | None:
        """The answer about the same adult that ended in the moment in which `row`, or one of which it says what is
        right, was recorded; as long as the adult is on the record, and nobody has given another answer since.
        """
        about = {"child": row.child_id, "contact": row.contact_id}
        answers = ParentalResponsibility.objects.filter(**about)
        if answers.filter(ends_on=None).exists() or not ContactLink.objects.filter(ends_on=None, **about).exists():
            return None
        over = answers.filter(status=ParentalResponsibility.Status.ENDED)
        with with_errors("all"):
            one: Any = row
            while one is not None and one.recorded_by_id is not None:
                then = over.filter(ended_by=one.recorded_by_id, ended_at=one.recorded_at)
                was: ParentalResponsibility | None = then.order_by("-pk").first()
                if was is not None:
                    return was
                one = ParentalResponsibility.objects.filter(pk=one.instead_of_id).first()
        return None

    @classmethod
    def again(cls, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in _AGAIN}

    @classmethod
    def closes(cls, row: Any, on: date) -> dict[str, Any]:
        """It says nothing of today any more, so that another answer can stand."""
        return {"ends_on": row.ends_on or on}

    @classmethod
    def follow(cls, child: Child, at: datetime) -> None:
        """Lists of children and comparisons see that something has changed."""
        Child.objects.filter(pk=child.pk).update(changed_at=at)

    @classmethod
    def hold(cls, row: Any, *, stands: bool, by: User, at: datetime) -> None:
        """What stood before is what the list last said. Of an adult hidden from whoever asks nothing is remembered: a
        list that says it again asks a colleague.
        """
        contact = Contact.objects.filter(pk=row.contact_id).first()
        if contact is not None:
            said = (None, row.held) if stands else (row.held, None)
            hold(child=row.child, contact=contact, changes={"responsibility": said}, by=by, at=at)


keep(ResponsibilityFacts)
