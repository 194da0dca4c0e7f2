"""Of which terms can a school report? Those that have begun, as its calendar has them."""

from datetime import date, timedelta
from uuid import UUID

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.clocks import LONGEST_BREAK, terms_of
from safeguarding.dates import school_year
from safeguarding.governors.cells import Term
from safeguarding.governors.models import title_of

_SUMMER = (6, 7, 8)


def reportable(school_id: UUID, today: date) -> list[Term]:
    """The terms that have begun, the most recent first. None where the school has not entered its terms.

    Each is counted from the day after the term before it, so that what was logged in the holidays is in a report.
    """
    found = terms_of(SchoolCalendar.of(school_id))
    terms = []
    for place, one in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        is_last = school_year(after.first) != school_year(one.first) if after else one.last.month in _SUMMER
        before = found[place - 1].last if place else None
        follows = before is not None and one.first - before <= LONGEST_BREAK
        first = before + timedelta(days=1) if before and follows else one.first
        terms.append((one.first, Term(first, one.last, title_of(one.last), is_last)))
    return [term for begins, term in reversed(terms) if begins <= today]
