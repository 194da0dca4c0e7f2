"""A school that can publish its privacy notice: its own details filled in, its schedule in force."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from retention.services.schedule import load_defaults
from safeguarding.accounts.models import School
from safeguarding.accounts.services import change_school
from safeguarding.keys import uuid7
from safeguarding.plans.services.register_place import state_register
from safeguarding.privacy_notice import Asked
from sharing.events.services.recipients import Facts, correct_recipient
from sharing.notice.models import PrivacyNotice
from sharing.notice.services.details import Details, save_details
from sharing.notice.services.drafting import Draft, drafted, lines_of
from sharing.notice.services.health import health_of
from sharing.notice.services.publishing import publish_notice
from tests import factories
from tests.integration.retention.conftest import put_in_force
from tests.integration.sharing.conftest import Place

DETAILS = Details(
    office_email="office@saltmarsh.example",
    officer="Borough data protection service",
    officer_email="dpo@borough.example",
    server="Harbour runs on a server at the school. Nothing is sent abroad",
    paper="Paper is kept in a locked cabinet",
    guidance_page="https://saltmarsh.example/rights",
)


def prepared(place: Place) -> Place:
    """Everything is filled in that a notice needs."""
    change_school(school=place.school, by=place.room.headteacher, telephone="0161 496 0000")
    load_defaults()
    head, officer, now = place.room.headteacher, factories.member(place.school, "dpo", "Olive", "Penn"), timezone.now()
    put_in_force(place.school, head=head, officer=officer, adopted_at=now, agreed_at=now)
    save_details(school=place.school, seen=0, details=DETAILS, by=place.room.headteacher)
    name_authority(place)
    state_register(school=place.school, seen=0, place="elsewhere", system="Arbor", by=head)
    return place


def name_authority(place: Place) -> None:
    """The local authority has its name in the address book."""
    facts = Facts(kind="authority", name="Saltmarsh Borough Council")
    authority = place.recipient("authority")
    correct_recipient(recipient=authority, school=place.school, seen=0, facts=facts, by=place.room.lead)


def draft_of(place: Place) -> Draft:
    """What a version published now would say."""
    return drafted(Asked(School.objects.get(pk=place.school.pk), timezone.now(), place.room.headteacher))


def published(place: Place, by: Any = None) -> PrivacyNotice:
    """The draft as it is now, published."""
    seen = draft_of(place).digest
    return publish_notice(school=place.school, token=uuid7(), seen=seen, by=by or place.room.headteacher)


def words(sections: Any) -> str:
    """Everything that a version or a draft says, a line a line."""
    return "\n".join(f"{section}: {line}" for section, line in lines_of(sections))


# Wrong of every notice here that a test does not look at: nobody has read the laws, nothing is printed.
_ALWAYS = {"Legal reasons are confirmed", "It can be read on paper"}


def wrong(place: Place, *, but: Collection[str] = _ALWAYS) -> dict[str, list[str]]:
    """What the health of the notice says is wrong, by what was looked at."""
    school = School.objects.get(pk=place.school.pk)
    found = health_of(Asked(school, timezone.now(), place.room.headteacher))
    return {one.title: one.wrong for one in found if one.wrong and one.title not in but}
