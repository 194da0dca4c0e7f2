"""What does a reader find when Harbour looks at itself? Each line that is theirs, what is to be put right first.

Records are counted now, with the reader's rights; what the machine looks at was stored, with the time of that look.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from safeguarding import checks
from safeguarding.accounts.permissions import may
from safeguarding.addresses import address_of
from safeguarding.ages import has_passed
from safeguarding.check_counts import Counted, Tally, count_all
from safeguarding.checks import Check, Found, Looker, State

from .stored import StoredFound, latest

# The machine looks every night: what is older than this is no longer called good.
STALE = timedelta(hours=36)
COULD_NOT_LOOK = "Harbour could not look at this. Tell whoever keeps Harbour running."
NOT_YET = "Harbour has not looked at this yet. It looks every night."
# How each state is said, and the tone of that, the gravest first.
_SAID = {
    State.FIX: ("Fix now", "bad"),
    State.LOOK: ("Look", "warn"),
    State.NOT_SET_UP: ("Not set up", "off"),
    State.GOOD: ("Good", "ok"),
}
_ORDER = list(_SAID)
logger = logging.getLogger("harbour.checks")


@dataclass(frozen=True)
class Line:
    """One line: the check, what was found, and when; of what was counted for the page, when that is."""

    check: Check
    found: Found
    at: datetime | None

    @property
    def state(self) -> State:
        return self.found.state

    @property
    def words(self) -> str:
        return _SAID[self.state][0]

    @property
    def tone(self) -> str:
        return _SAID[self.state][1]

    @property
    def address(self) -> str:
        """Where it is put right: on its page, or by what the page “How it is put right” says of it."""
        if self.found.address or self.check.url_name:
            return self.found.address or address_of(self.check.url_name)
        return f"{address_of('put_right')}#{self.check.key}"

    @property
    def needs_a_look(self) -> bool:
        return self.state in (State.FIX, State.LOOK)


@dataclass(frozen=True)
class SelfCheck:
    """All lines of a reader. `stored_at`: when the machine looked, the line that was looked at longest ago."""

    lines: Sequence[Line]
    at: datetime
    stored_at: datetime | None

    def of(self, state: State) -> list[Line]:
        return [line for line in self.lines if line.state == state]

    @property
    def amiss(self) -> list[Line]:
        """What is to be put right, and what needs a look."""
        return [line for line in self.lines if line.needs_a_look]

    @property
    def has_machine(self) -> bool:
        """Whether some lines are of the machine, which looks again when it is asked to."""
        return any(line.check.of_machine for line in self.lines)

    @property
    def is_urgent(self) -> bool:
        return any(line.state == State.FIX for line in self.lines)


def look_for(user: Any, school_id: UUID, *, at: datetime, at_a_glance: bool = False) -> SelfCheck:
    """Every check that this person sees at a school, the gravest first. `at_a_glance`: without those of records that
    cannot be counted together with the others, for a page that asks the database enough.

    A check that raises is itself to be put right; the others are looked at all the same. As many queries for a thousand
    records as for ten.
    """
    looker = Looker(user, school_id, at)
    seen = [check for check in checks.every() if may(user, check.sees, school_id)]
    of_records = [c for c in seen if not c.of_machine and not (at_a_glance and not isinstance(c.look, Counted))]
    lines = [Line(check, found, at) for check, found in _look(of_records, looker)]
    lines += _stored([check for check in seen if check.of_machine], looker)
    lines.sort(key=lambda line: (_ORDER.index(line.state), line.check.order, line.check.key))
    times = [line.at for line in lines if line.check.of_machine and line.at]
    return SelfCheck(lines, at, min(times, default=None))


def _look(wanted: Sequence[Check], looker: Looker) -> list[tuple[Check, Found]]:
    """One savepoint for all, and another one after each that fails: the transaction of the page goes on.

    What can be counted together is. Where that fails, each is counted by itself, and the one that fails is found. One
    that fails after others is looked at once more, alone: an error that another one kept to itself is not its own.
    """
    left: list[Check] = list(wanted)
    found: list[tuple[Check, Found]] = []
    tallies: dict[str, Tally] | None = None
    while left:
        first = left[0]
        try:
            with transaction.atomic():
                if tallies is None:
                    tallies = count_all(_countable(wanted), looker)
                while left:
                    found.append((left[0], _found(left[0], looker, tallies)))
                    left.pop(0)
        except Exception as error:
            if tallies is None:
                tallies = {}
                _log("counted together", error)
                continue
            if not left:  # at the end of the savepoint, after the last of them
                left.append(found.pop()[0])
            if left[0] is first:
                _log(first.key, error)
                found.append((left.pop(0), Found(State.FIX, COULD_NOT_LOOK)))
    return found


def _countable(wanted: Sequence[Check]) -> dict[str, Counted]:
    return {check.key: check.look for check in wanted if isinstance(check.look, Counted)}


def _found(check: Check, looker: Looker, tallies: dict[str, Tally]) -> Found:
    if isinstance(check.look, Counted) and check.key in tallies:
        return check.look.says(looker, tallies[check.key])
    return check.look(looker)


def _stored(wanted: Sequence[Check], looker: Looker) -> list[Line]:
    if not wanted:
        return []
    try:
        with transaction.atomic():
            known = latest(looker.school_id)
    except Exception as error:
        _log("stored results", error)
        return [Line(check, Found(State.FIX, COULD_NOT_LOOK), None) for check in wanted]
    return [_line(check, known.get(check.key), looker.at) for check in wanted]


def _line(check: Check, stored: StoredFound | None, now: datetime) -> Line:
    """What was good is not called so any longer where the machine has stopped to look."""
    if stored is None:
        return Line(check, Found(State.NOT_SET_UP, NOT_YET), None)
    found = stored.found
    if found.state == State.GOOD and has_passed(STALE, stored.at, now):
        found = Found(State.LOOK, f"{found.says} Harbour has not looked since.", found.number, found.address)
    return Line(check, found, stored.at)


def _log(key: str, error: Exception) -> None:
    """By its kind alone: its words may hold what they should not."""
    logger.error("the check %s could not look: %s", key, type(error).__name__)
