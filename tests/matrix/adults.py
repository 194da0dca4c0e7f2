"""The concerns about adults of the matrix: one for each way of being related to one, beside the concern of the same
name.

"subject" is about that deputy lead, "head" about the Headteacher, "own" was raised by the teacher, "named" was given to
the lead.
"""

from datetime import timedelta
from typing import Any

from children.grants import viewing
from safeguarding.adults.models import AdultNamed, StaffConcern, StaffConcernGrant
from safeguarding.adults.services import naming, patterns, raising, working
from safeguarding.adults.services.raising import Telling
from safeguarding.adults.services.working import Entry
from safeguarding.audit.context import Acting, acting
from safeguarding.keys import uuid7

RECORDS = ("subject", "head", "own", "named")


def lay_adults(world: Any, *, at: Any, today: Any) -> None:
    """Raised, read, assessed, written about, looked at together; with a child where its reader knows of any."""
    for record in RECORDS:
        concern = _raise(world, record, at)
        reader = world.people["chair" if record == "head" else "headteacher"]
        with acting(Acting(user_id=reader.pk, school_id=world.here.pk)):
            _write(world, record, concern, reader, at)
        named = AdultNamed._base_manager.get(staff_concern=concern)
        world.keys[record] |= {"staff_concern": concern.pk, "adult_named": named.pk}
    lead, head, word = world.people["lead"], world.people["headteacher"], world.word
    for record, user, until, over in (
        ("named", lead, today + timedelta(days=7), {}),
        (
            "named",
            world.people["deputy"],
            today + timedelta(days=7),
            {"ended_at": at, "ended_by": head, "end_reason": word()},
        ),
        ("own", lead, today - timedelta(days=7), {}),
    ):
        given = StaffConcernGrant._base_manager.create(
            content_object_id=world.keys[record]["staff_concern"],
            school=world.here,
            user=user,
            reason=word(),
            permission=viewing(StaffConcern),
            expires_on=until,
            granted_by=head,
            **over,
        )
        world.keys[record].setdefault("adult_grant", given.pk)


def _raise(world: Any, record: str, at: Any) -> StaffConcern:
    word = world.word
    about = {"subject": "subject", "head": "headteacher"}.get(record)
    who: dict[str, Any] = (
        {"user": world.people[about]}
        if about
        else {
            "name": word.name(),
            "standing": "supply",
            "employer": word.name(),
        }
    )
    telling = Telling(raised_as="harm", facts=word(), context=word(), children=word(), done_at_once=word(), **who)
    by = world.people["teacher" if record == "own" else "reporter"]
    words = raising.raise_staff_concern(token=uuid7(), school=world.here, telling=telling, by=by, at=at)
    raising.add_words(first=words, token=uuid7(), text=word(), by=by, at=at)
    world.keys[record]["adult_words"] = words.pk
    return StaffConcern._base_manager.get(pk=words.staff_concern_id)


def _write(world: Any, record: str, concern: StaffConcern, reader: Any, at: Any) -> None:
    word = world.word
    now = working.open_staff_concern(concern=concern, by=reader, at=at)
    now = working.assess(
        concern=now, token=uuid7(), seen=now.revision, threshold="harm", reason=word(), by=reader, at=at
    )
    entry = Entry("lado", word(), at.date(), who=word(), quoted=word())
    working.add_entry(concern=now, token=uuid7(), entry=entry, by=reader, at=at)
    seen = patterns.together(now, lambda model: model.objects.visible_to(reader))
    patterns.look_together(concern=now, token=uuid7(), seen=seen, found="watch", reason=word(), by=reader, at=at)
    if record != "head":
        naming.link_child(concern=now, child=world.children[record], by=reader, at=at)
