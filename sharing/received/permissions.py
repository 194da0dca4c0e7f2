"""Who may see which files came from other schools, and who opens one?

Read aloud: *whoever brings in what an earlier system had, the leads and the Headteacher, opens a file of another
school, and sees which came; never of a child hidden from them.* What such a file says is on the record of the child,
for those who read that.
"""

from typing import Any

from children.capabilities import ChildCapability
from children.models import Child
from children.permissions import out_of_sight
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import only_they
from safeguarding.audit.protection import Rule, among, fact, may_view, rule
from safeguarding.exceptions import NotAllowed

from .models import FileReceived

OPENS = ChildCapability.IMPORT_EARLIER_RECORDS
OPENERS = only_they(OPENS)


@rule(FileReceived)
def files_received_seen(me: Any) -> Rule:
    """Files from other schools: by role; never of a hidden child."""
    return Rule(
        because={"role": among("school_id", fact("schools_with", me, OPENS))}, never=out_of_sight(me, "child_id")
    )


def may_open_files(user: Any, school_id: Any) -> bool:
    return may(user, OPENS, school_id)


def ensure_opens(by: Any, school_id: Any) -> None:
    """Raise `NotAllowed` unless `by` opens files of other schools for this one."""
    if not may_open_files(by, school_id):
        raise NotAllowed(OPENERS)


def ensure_records(by: Any, child: Child) -> None:
    """Raise `NotAllowed` unless `by` records a file that has come for this child, and sees the child."""
    ensure_opens(by, child.school_id)
    if not may_view(by, child):
        raise NotAllowed(OPENERS)
