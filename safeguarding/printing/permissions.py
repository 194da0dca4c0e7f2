"""Who is given a print that was made for later?

Who asked for it, unless a child of whom it tells is hidden from them by now.
"""

from typing import Any

from django.db.models import Q

from safeguarding.audit.protection import Rule, fact, overlapping, rule

from .models import PrintJob


@rule(PrintJob)
def prints_seen(me: Any) -> Rule:
    """A print: for who asked for it. Whether they may still print that page, the page itself asks (`paper.py`)."""
    return Rule(because={"asker": Q(asker=me)}, never=overlapping("names", fact("hidden_children", me)))
