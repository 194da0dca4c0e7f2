"""Which version of its privacy notice has each school of the matrix published?

Given as a row: the schools have no schedule in force, without which a service publishes nothing.
"""

from typing import Any

from safeguarding.keys import uuid7
from safeguarding.privacy_notice import Asked
from sharing.notice.models import NoticePaper, PrivacyNotice
from sharing.notice.services.drafting import drafted
from tests.integration.uploads.corpus import pdf
from tests.matrix.ground import THEN, given_row


def lay_notice(world: Any) -> None:
    """Version 1 of both, and its paper. The page for everybody is asked for that of one school."""
    for record in ("open", "other"):
        school, by = world.school_of(record), world.lead_of(record)
        draft = drafted(Asked(school, THEN, by))
        given = {"token": uuid7(), "sections": draft.sections, "facts": draft.facts, "published_at": THEN}
        row = given_row(PrivacyNotice, school=school, version=1, published_by=by, **given)
        given_row(NoticePaper, notice=row, content=pdf(), made_at=THEN)
        world.keys[record]["published"] = row.pk
    world.keys["open"]["school"] = world.here.pk
