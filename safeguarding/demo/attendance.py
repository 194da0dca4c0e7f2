"""The attendance of the demo school: where its register is, and a term up to today, as its officer imports it."""

import hashlib
import io
from datetime import date

from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting
from safeguarding.demo import source
from safeguarding.demo.days import Days
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.plans.attendance.reading import Line, read_attendance
from safeguarding.plans.services.attendance import bring_in_attendance
from safeguarding.plans.services.register_place import state_register

_HEAD, _OFFICER = "S01", "S08"


def lay_attendance(school: School, ground: Ground, keys: Keys) -> None:
    """What the register has of the days that have passed. Days move by whole weeks, as terms do."""
    file = source.attendance()
    lines = moved(read_attendance(io.BytesIO(file)), ground.days)
    head, by = ground.users[_HEAD], ground.users[_OFFICER]
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        state_register(school=school, seen=0, place="elsewhere", system="Arbor", by=head)
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        bring_in_attendance(
            school=school,
            lines=lines,
            digest=hashlib.sha256(file).hexdigest(),
            token=keys.token(),
            by=by,
            leave_out=True,
            at=ground.now,
        )


def moved(lines: list[Line], days: Days) -> list[Line]:
    """The rows in the present school year, as far as their day has passed."""
    there: dict[str, date] = {line.on: days.in_weeks(line.on) for line in lines}
    return [line._replace(on=there[line.on].isoformat()) for line in lines if there[line.on] <= days.today]
