"""Who is given a file that was made for later?

Who asked for it, unless a child whom it names is hidden from them by now.
"""

from typing import Any

from django.db.models import Q

from safeguarding.audit.protection import Rule, fact, overlapping, rule

from .models import Export


@rule(Export)
def exports_seen(me: Any) -> Rule:
    """A file: for who asked for it. Whether they still see each record in it is asked when it is given
    (`exports/services.py`).
    """
    return Rule(because={"asker": Q(asker=me)}, never=overlapping("names", fact("hidden_children", me)))
