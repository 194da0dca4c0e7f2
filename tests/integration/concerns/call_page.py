"""How does somebody call a lead, and what do the open pages of leads ask for?

The forms of the call, and a call that is made.
"""

from uuid import uuid4

from safeguarding.concerns import tokens
from safeguarding.concerns.services import raising
from tests.factories import SCHOOL_DAY


def send(client, room, user=None, **typed):
    user = user or room.teacher
    client.force_login(user)
    return client.post("/call/", {"key": tokens.issue(user, school_id=room.school.pk)} | typed)


def made(room, **facts):
    return raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY, **facts)


def strip(client, user, part=True):
    client.force_login(user)
    return client.get("/calls/", {"part": "1"} if part else {}).content.decode()


def opened_now(clock, user, school):
    """The key of a page that `user` opens at this moment of the clock, which a key carries in whole seconds."""
    key = tokens.issue(user, school_id=school.pk)
    clock.move_to(tokens.whose(key).issued_at)
    return key
