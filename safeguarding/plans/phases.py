"""By which day is a plan amended for a child who moves to the next phase of education? Pure.

By 15 February of the year in which the child moves, or 31 March where that is after Year 11 (Special Educational Needs
and Disability Regulations 2014 reg 18; domain reference 2.4 and 13). After which years children move on is a setting of
the school.
"""

from dataclasses import dataclass
from datetime import date

from safeguarding.clocks import Due
from safeguarding.dates import school_year

# The last year before what comes after school.
POST_16 = 11
# Where it is set; pages make a link of it (`templatetags/in_plans.py`).
TIMES = "Settings, Times of plans"
NO_GROUPS = f"The school has not set which year groups move on: {TIMES}."
NO_YEAR = "The child’s year group is not recorded."
NONE_AHEAD = "The child is past the year groups that move on from here."


@dataclass(frozen=True)
class Moving:
    """After which years children move on, and the year group that a child is in on a day."""

    after: tuple[int, ...]
    year_group: int | None
    today: date

    def due_after(self, trigger: date) -> Due:
        """The first day after `trigger` by which the plan has to be amended, or what is missing to say it; neither
        where the child is past those years. A year that the child has been through is not looked at.
        """
        if not self.after:
            return Due(missing=NO_GROUPS)
        if self.year_group is None:
            return Due(missing=NO_YEAR)
        days = sorted(self._day(group) for group in self.after if group >= self.year_group)
        return Due(next((day for day in days if day > trigger), None))

    def _day(self, group: int) -> date:
        """In the school year in which the child is in that group, if every year is followed by the next."""
        assert self.year_group is not None  # noqa: S101  (asked for by who calls it)
        year = school_year(self.today) + group - self.year_group + 1
        return date(year, 3, 31) if group >= POST_16 else date(year, 2, 15)


def shows_from(due: date) -> date:
    """From when on a date of a move is shown: the beginning of its school year."""
    return date(school_year(due), 9, 1)
