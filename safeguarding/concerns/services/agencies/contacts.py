"""Record what was said or written with a parent, a carer, an agency or somebody else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Contact
from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Agency, Concern, ContactMade, Decision, How
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.deciding.changes import lock, touch
from safeguarding.exceptions import BadInput
from safeguarding.keys import entry_token

from .adults import adults_of
from .referring import moment_problem

W, Told = ContactMade.With, Decision.ParentsTold


@dataclass(frozen=True)
class Contacted:
    """A contact as it comes from the form. `adult` is one of the child's record; words say who it was otherwise."""

    kind: str
    how: str
    said: str
    made_at: datetime | None
    parents_told: str
    parents_reason: str = ""
    adult: Contact | None = None
    with_whom: str = ""
    agency: str = ""
    heeded_order: bool = False


def contact_problems(made: Contacted, *, at: datetime, bound: Collection[UUID] = ()) -> dict[str, str]:
    """Field name to sentence, for everything that this lacks.

    `bound` are the adults whom an order or agreement binds today.
    """
    found = {}
    if made.kind not in W:
        found["kind"] = "Say who with."
    if made.adult is None and not made.with_whom.strip():
        found["with_whom"] = "Give the name and the role of who it was."
    if made.kind == W.AGENCY and made.agency not in Agency:
        found["agency"] = "Choose the agency."
    if made.how not in How:
        found["how"] = "Choose how."
    if not made.said.strip():
        found["said"] = "Write what was said, and who said it."
    if problem := moment_problem("The day and time", made.made_at, at=at):
        found["made_at"] = problem
    if made.parents_told not in Told:
        found["parents_told"] = "Say whether parents know."
    if made.parents_told in (Told.NOT_YET, Told.NO_RISK) and not made.parents_reason.strip():
        found["parents_reason"] = "Say why parents have not been told."
    if made.adult is not None and made.adult.pk in bound and not made.heeded_order:
        found["heeded_order"] = "An order or agreement binds this adult. Read it, then say that you have."
    return found


@transaction.atomic
def add_contact(*, concern: Concern, token: UUID, made: Contacted, by: User, at: datetime | None = None) -> ContactMade:
    """Record a contact. The same form in the same words again returns what is there.

    Raises `BadInput` for what it lacks, for an adult who is on no record of a child whom the concern is about, and for
    one whom an order binds where nobody has said that it was read: as `adults_of` finds both, for the form too.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    concern, at = lock(concern.pk), at or timezone.now()
    token = entry_token(token, *(getattr(v, "pk", v) for v in vars(made).values()))
    if there := ContactMade.objects.filter(token=token, author=by).first():
        return there
    adults = adults_of(concern, lambda model: model._default_manager.all(), today=timezone.localdate(at))
    for problem in contact_problems(made, at=at, bound=adults.bound).values():
        raise BadInput(problem)
    own = {k: v.strip() if isinstance(v, str) else v for k, v in vars(made).items()}
    if made.adult is not None:
        person = adults.by_key.get(made.adult.pk)
        if person is None:
            raise BadInput(
                "That adult is on no record of a child this concern is about. Give the name and role in words."
            )
        own["with_whom"] = own["with_whom"] or person.named
    row = ContactMade.objects.create(
        concern=concern, school_id=concern.school_id, token=token, author=by, recorded_at=at, **own
    )
    record(Verb.CREATE, row, by=by)
    touch(concern)
    record(Verb.ADD, concern, by=by, purpose="contact")
    return row
