"""Which rows of a list of training can be noted, and what is wrong with the others? Nothing is written here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from children.importing.values import Notes, dates
from children.names import fold
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import staff_of
from safeguarding.training.models import Course
from safeguarding.training.services.courses import courses_of
from safeguarding.training.services.noting import Had, day_problem, noted_already, until_problem

_MEND = "Mend it in the file and bring it in again."


@dataclass(frozen=True)
class Checked:
    """A row: what would be noted, or what is wrong with it. `number` is where it stands in the file.

    `is_there`: the register has it already, and it stays as it is.
    """

    number: int
    name: str
    course: str
    had: Had | None
    problems: tuple[str, ...] = ()
    is_there: bool = False


@dataclass(frozen=True)
class Asking:
    """What rows are held against: who works at the school today, and its courses."""

    school: School
    today: date

    @cached_property
    def people(self) -> dict[str, list[User]]:
        """Who works there, by folded first and last name, and by user name."""
        found: defaultdict[str, list[User]] = defaultdict(list)
        for one in staff_of(self.school.pk, on=self.today):
            found[f"{fold(one.user.first_name)} {fold(one.user.last_name)}"].append(one.user)
            found[f"@{one.user.username.casefold()}"].append(one.user)
        return found

    @cached_property
    def courses(self) -> dict[str, Course]:
        return {fold(course.name): course for course in courses_of(self.school.pk)}

    def check(self, rows: Sequence[Mapping[str, str]]) -> list[Checked]:
        """Every row with what is wrong with it. One that says the same as another before it is there already."""
        there = noted_already(self.school.pk)
        return [self._row(row, there) for row in rows]

    def _row(self, row: Mapping[str, str], there: set[tuple[UUID, str, date]]) -> Checked:
        problems: list[str] = []
        user, course = self._person(row, problems), self._course(row, problems)
        done_on = _day(row, "done_on", "Day", problems)
        valid_until = _day(row, "valid_until", "Holds until", problems)
        if row.get("done_on") and done_on and (problem := day_problem(done_on, self.today)):
            problems.append(f"{problem}.")
        if problem := until_problem(done_on, valid_until):
            problems.append(f"{problem}.")
        name = user.full_name if user else _named(row)
        number = int(row.get("number") or 0)
        if problems or user is None or course is None or done_on is None:
            return Checked(number, name, row.get("course", ""), None, tuple(problems))
        what = (user.pk, course.code, done_on)
        is_there = what in there
        there.add(what)
        return Checked(number, name, course.name, Had(user, course, done_on, valid_until), is_there=is_there)

    def _person(self, row: Mapping[str, str], problems: list[str]) -> User | None:
        username, named = row.get("username", ""), _named(row)
        if username:
            found = self.people.get(f"@{username.casefold()}", [])
            if not found:
                problems.append(f"Nobody with the user name {username} works here today.")
            return found[0] if found else None
        if not (row.get("first_name") and row.get("last_name")):
            problems.append("The name is missing: first and last name, or the user name.")
            return None
        found = self.people.get(f"{fold(row['first_name'])} {fold(row['last_name'])}", [])
        if not found:
            problems.append(f"Nobody called {named} works here today. Write the name as Harbour has it.")
        elif len(found) > 1:
            problems.append(f"{len(found)} people called {named} work here. Give the user name too.")
        return found[0] if len(found) == 1 else None

    def _course(self, row: Mapping[str, str], problems: list[str]) -> Course | None:
        said = row.get("course", "")
        if not said:
            problems.append("Course is missing.")
            return None
        found = self.courses.get(fold(said))
        if found is None:
            problems.append(
                f"There is no course “{said[:60]}”. Write it as in the list of courses, or add it there first."
            )
        return found


def _named(row: Mapping[str, str]) -> str:
    return " ".join(filter(None, (row.get("first_name", ""), row.get("last_name", "")))) or row.get("username", "")


def _day(row: Mapping[str, str], field: str, label: str, problems: list[str]) -> date | None:
    """The day of a cell. Only one that can be read in one way is taken."""
    text, notes = row.get(field, ""), Notes()
    if not text:
        if field == "done_on":
            problems.append(f"{label} is missing.")
        return None
    read = dates()(text, notes)
    if not isinstance(read, str) or any(one.code == "serial_date" for one in notes.problems):
        problems.append(f"{label}: {notes.problems[0].message if notes.problems else _MEND}")
        return None
    return date.fromisoformat(read)
