"""What does the practice school tell everybody? Version 1 of its privacy notice, as Harbour makes it."""

from datetime import timedelta

from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.privacy_notice import Asked
from sharing.notice.services.details import Details, save_details
from sharing.notice.services.drafting import drafted
from sharing.notice.services.publishing import publish_notice

_HEAD = "S01"
_DETAILS = Details(
    office_email="office@saltmarshlane.example",
    office_address="Saltmarsh Lane, Stockport SK99 9ZZ",
    officer="Stockport schools’ data protection service",
    officer_email="dpo@council.example",
    officer_telephone="0161 496 0100",
    server="Harbour runs on a server of the school, in the United Kingdom. Nothing is sent abroad by it.",
    paper="Paper is kept in a locked cabinet in the safeguarding lead’s office.",
    guidance_page="https://saltmarshlane.example/your-rights",
)


def lay_published(school: School, ground: Ground, keys: Keys) -> None:
    """What the school says of itself, and the first version."""
    head, at = ground.users[_HEAD], ground.now - timedelta(days=2)
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        save_details(school=school, seen=0, details=_DETAILS, by=head)
        seen = drafted(Asked(School.objects.get(pk=school.pk), at, head)).digest
        publish_notice(school=school, token=keys.token(), seen=seen, by=head, at=at)
