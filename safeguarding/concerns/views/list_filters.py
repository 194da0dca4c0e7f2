"""What does the address of the list of concerns ask for? Read once for the list, the file, the paper and several at
once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.accounts.services import who_ever_worked_at
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import visible
from safeguarding.concerns.forms.finding import FilterForm
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.kinds import names_on
from safeguarding.concerns.services.list_filters import IN_ERROR, narrowed, order_of, titled
from safeguarding.http import Request

# In an address, and in no filter that is saved: the child it is about.
NOT_SAVED = ("child",)


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to: the form over the address, what of it was understood, the child, and the words."""

    form: FilterForm
    chosen: dict[str, Any]
    child: Child | None
    words: str
    staff: Sequence[User]
    in_error: bool

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.chosen.keys() - {"sort"})

    @property
    def order(self) -> str:
        return order_of(self.chosen)

    @property
    def codes(self) -> list[tuple[str, str]]:
        """As an address has them, less what was not understood."""
        return self.form.codes(self.chosen)

    def found(self, request: Request, today: date) -> QuerySet[Concern]:
        """Must be read `within`."""
        found = narrowed(visible(request, Concern), request.held.school_id, self.chosen, today=today)
        return titled(found, self.words) if self.words else found

    def within(self) -> Any:
        """What was entered in error is read where that is asked for, by who decides, and nowhere else."""
        return with_errors("all" if self.in_error else "")


def asked_of(request: Request, today: date, words: str = "") -> Asked:
    """What the address asks for. A child the reader may not see narrows nothing."""
    school_id = request.held.school_id
    staff = who_ever_worked_at(school_id)
    form = FilterForm(
        request.GET,
        categories=names_on(today, school_id, asks=request.user, retired=True),
        staff=[(person.pk, person.full_name) for person in staff],
    )
    chosen = form.chosen()
    child = None
    if key := chosen.get("child"):
        child = visible(request, Child).filter(pk=key, school=school_id).first()
    if child is None:
        chosen.pop("child", None)
    in_error = chosen.get("status") == IN_ERROR and may(request.user, "decide_concerns", school_id)
    return Asked(form, chosen, child, words, staff, in_error)
