"""Who may see that there is an entry, in a child's chronology?"""

from typing import Any

from django.db.models import Q

from children.permissions import out_of_sight as child_out_of_sight
from safeguarding.audit.protection import Rule, among, fact, rule
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import Chronicled

from .concern import out_of_sight, through_the_concern


@rule(Chronicled)
def chronicled_seen(me: Any) -> Rule:
    """That of a concern: as the concern. That of a child: as the child's concerns by a role; else as its record, and
    what is below the threshold for pastoral roles alone, and for who wrote it. Never what was withdrawn of an earlier
    system.

    The entry is read by its key (`entries/rows.py`), where only row security asks the rule of its own table: this one
    may not show less, nor more.
    """
    rule = through_the_concern(me, "concern_id")
    below = Q(author__isnull=False) & ~among("school_id", fact("schools_with", me, ConcernCapability.WRITE_PASTORAL))
    open_record = {"grant": "granted_children", "emergency": "emergency_children"}
    because = dict(rule.because) | {
        way: rule.because[way] | among("child_id", fact(name, me)) & ~below for way, name in open_record.items()
    }
    return Rule(
        because=because | {"author": Q(author=me) & among("school_id", fact("schools_of", me))},
        never=out_of_sight(me, "concern_id")
        | child_out_of_sight(me, "child_id")
        | among("batch_id", fact("withdrawn_batches", me)),
    )
