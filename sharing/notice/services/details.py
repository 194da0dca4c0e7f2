"""What does a school say of itself in the notice, and what has it still to say?"""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import ChangedSince, check
from safeguarding.once import once
from sharing.notice.models import NoticeDetails

# What a school says of itself in a notice, and what it is called where it is missing.
BLANKS = {
    "office_email": "the e-mail of the school office",
    "officer": "who is data protection officer",
    "officer_email": "the e-mail of the data protection officer",
    "server": "where Harbour runs, who runs it, and whether anything leaves the United Kingdom",
    "paper": "where paper is kept",
    "guidance_page": "the page about rights on the school’s website",
}
# Asked for all the same: a school may have no such page yet.
MAY_WAIT = frozenset({"guidance_page"})


@dataclass(frozen=True)
class Details:
    """What somebody has typed."""

    office_email: str = ""
    office_address: str = ""
    officer: str = ""
    officer_email: str = ""
    officer_telephone: str = ""
    server: str = ""
    paper: str = ""
    guidance_page: str = ""


def details_of(school_id: UUID) -> NoticeDetails:
    """What the school has said; an empty row, not saved, where it has said nothing. One query, once a page."""

    def read() -> NoticeDetails:
        return NoticeDetails.objects.filter(school=school_id).first() or NoticeDetails(school_id=school_id)

    return once(("notice details", school_id), read)


@transaction.atomic
def save_details(*, school: School, seen: int, details: Details, by: User) -> NoticeDetails:
    """Save what the school says of itself. Raises `NotAllowed`, `BadInput`, `ChangedSince`."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    held = NoticeDetails.objects.filter(school=school).first() or NoticeDetails(school=school)
    said = {name: value.strip() for name, value in asdict(details).items()}
    if all(getattr(held, name) == value for name, value in said.items()):
        return held
    if held.revision != seen:
        raise ChangedSince("This was saved somewhere else while you were writing.")
    is_new = held._state.adding
    for name, value in said.items():
        setattr(held, name, value)
    held.revision += 1
    check(held)
    held.save(update_fields=None if is_new else [*said, "revision"])
    record(Verb.CREATE if is_new else Verb.CHANGE, held, by=by)
    return held
