"""What do the governors of the demo school read? The report of the term before this one; the lead has begun the next.

What the worker does, counting, is done here as it does it: for nobody by name.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.governors.cells import Term
from safeguarding.governors.models import GovernorReport
from safeguarding.governors.services import counting, drafting, publishing
from safeguarding.governors.services.terms import reportable

_HEAD, _LEAD = "S01", "S02"
# No word of it has a capital inside a sentence: such a word may be somebody’s name.
_PUBLISHED = {
    "volume": "More was logged than in the term before. We asked staff to write down small things, and they do.",
    "timeliness": "Late readings were on days when both leads were on a course. A deputy is named for such days now.",
    "self-check": "Two lines have been put right since. The others have a day and an owner.",
}
_DRAFTED = {"volume": "We look at this again with the pastoral team before the term ends."}


def lay_governors(school: School, ground: Ground, keys: Keys) -> None:
    """One published report, and one draft, where the calendar has two terms that have begun."""
    head, lead = ground.users[_HEAD], ground.users[_LEAD]
    now = min(ground.now, timezone.now())
    terms = reportable(school.pk, timezone.localdate(now))
    if len(terms) < 2:
        return
    at = now - timedelta(days=3)
    done = _written(school, terms[1], _PUBLISHED, keys, by=lead, at=at)
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        publishing.approve(done, seen=done.revision, by=head, at=at)
        publishing.publish(done, by=head, at=at)
    _written(school, terms[0], _DRAFTED, keys, by=lead, at=now)


def _written(
    school: School, term: Term, words: dict[str, str], keys: Keys, *, by: User, at: datetime
) -> GovernorReport:
    """A draft with its numbers and these comments."""
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        report = drafting.begin(school=school, first=term.first, token=keys.token(), by=by, at=at)
        asked = counting.ask(report, by=by, at=at)
    counting.run(asked.pk, at=at)
    report.refresh_from_db()
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        return drafting.save_comments(report, seen=report.revision, words=words, by=by, at=at)
