"""Which children of the matrix are on the list twice?

Those of four records; a lead has been asked, and an earlier merge was undone.
"""

from datetime import date
from typing import Any

from children.facts import NewChild
from children.models import ChildMerge
from children.services import keeping, merging
from safeguarding.keys import uuid7
from tests import factories
from tests.matrix.ground import THEN, TODAY, given_row

TWICE = ("open", "hidden", "granted", "other")


def lay_twice(world: Any) -> None:
    """The same child once more, with words of its own, and why somebody thinks so."""
    for record in TWICE:
        word, school, child = world.word, world.school_of(record), world.children[record]
        by = world.people["office_there" if record == "other" else "office"]
        again = NewChild(
            forename=word.name(),
            surname=word.name(),
            entered_on=date(2021, 9, 1),
            details={"upn": word().upper(), "date_of_birth": word.birthday()},
        )
        other = factories.register_child(school=school, child=again, by=by, today=TODAY)
        known = factories.told(note=word(), on=factories.LONG_AGO)
        keeping.add_health(child=other, words=word(), told=known, by=by)
        asked = merging.ask(keep=child, other=other, reason=word(), token=uuid7(), by=by, at=THEN)
        lead = world.lead_of(record)
        stamps = {
            f"{fact}_{what}": given for fact in ("decided", "undone") for what, given in (("at", THEN), ("by", lead))
        }
        given_row(
            ChildMerge,
            school=school,
            keep=child,
            other=other,
            other_number=other.number,
            token=uuid7(),
            status="undone",
            reason=word(),
            refusal=word(),
            undo_reason=word(),
            undo_until=TODAY,
            asked_at=THEN,
            asked_by=by,
            **stamps,
        )
        world.keys[record] |= {"again": other.pk, "merge": asked.pk}
