"""What does the record of events say in the privacy notice? That every look is kept, while the seals hold."""

from datetime import datetime

from safeguarding.personal_data import Sensitive, categorised
from safeguarding.privacy_notice import secures

from .seals.findings import Verdict
from .seals.standing import standing


def _are_whole(at: datetime) -> bool:
    """The seals are on time and written outside the database, and the last verification found the record whole."""
    now = standing()
    return now.verdict is Verdict.WHOLE and now.is_anchored and not now.is_late


categorised("audit", "Who has seen and changed a record", Sensitive.SPECIAL, Sensitive.OFFENCES)
secures(
    "seals",
    lambda: (
        "Whenever somebody opens, changes or prints a record, it is recorded who did, when and in which role. Those "
        "entries are sealed, so that a change of them shows."
    ),
    passes=_are_whole,
)
