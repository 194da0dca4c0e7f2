"""Somebody says that they have read an edition of guidance: once, for themselves."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import GuidanceEdition, School, User
from safeguarding.accounts.permissions import ensure_works_at
from safeguarding.accounts.services import open_notices
from safeguarding.accounts.services.guidance import in_force
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn
from safeguarding.training.models import GuidanceRead

# What all staff read (domain reference 1.3: part one or annex A of it; to be confirmed). Other guidance is for who
# works with it: whoever has read it says so, and nobody is asked.
READ_BY_ALL = frozenset({"kcsie"})


def to_read(school_id: UUID, on: date) -> list[GuidanceEdition]:
    """The editions that hold at a school on a day and that all staff read."""
    return [one for one in in_force(school_id, on) if one.guidance in READ_BY_ALL]


def find_edition(edition_id: UUID, school_id: UUID, on: date) -> GuidanceEdition | None:
    """The edition with this key, where it holds at the school."""
    return next((one for one in in_force(school_id, on) if one.pk == edition_id), None)


@transaction.atomic
def confirm_read(*, school: School, edition: GuidanceEdition, by: User, at: datetime | None = None) -> GuidanceRead:
    """`by` has read it. Said twice, the first time stands.

    Raises `BadInput` for who does not work there, `OutOfTurn` for an edition that does not hold.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    ensure_works_at(by, school.pk, today)
    if find_edition(edition.pk, school.pk, today) is None:
        raise OutOfTurn("This edition is not in force at your school. Open “My training” to see which is.")
    found, is_new = GuidanceRead.objects.get_or_create(
        school=school, user=by, edition=edition, defaults={"read_at": at}
    )
    if is_new:
        record(Verb.CONFIRM, found, by=by)
    open_notices(user=by, object_id=edition.pk, at=at)
    return found
