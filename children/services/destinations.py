"""Record the last day of a child at this school, and where the child went: on the newest time on roll."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from children.models import Child, ClassEpisode, Enrolment
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed

# What is said of where a child goes.
_SAID = ("destination", "destination_authority", "destination_establishment", "destination_confirmed")


@dataclass(frozen=True)
class Destination:
    """The next school: its name, the number of its authority and its own, as the Department for Education has them."""

    name: str
    authority: str = ""
    establishment: str = ""


@transaction.atomic
def say_destination(
    *, child: Child, last_day: date, destination: Destination, by: User, at: datetime | None = None
) -> Enrolment | None:
    """Where the child goes, or went, is confirmed. The last day is written where the child has left: until then it is a
    plan. Returns the time on roll; None where the record has none.

    Raises `NotAllowed`; `BadInput` for a day before the child came, or one to come of a child who has left.
    """
    ensure(by, Capability.DECIDE_CONCERNS, child.school_id, LEADS)
    if not may_view(by, child):
        raise NotAllowed(LEADS)
    held = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    for problem in last_day_problems(held, last_day, timezone.localdate(at)):
        raise BadInput(f"{problem}.")
    times = Enrolment.objects.select_for_update(of=("self",)).filter(child=held)
    newest = times.order_by(F("entered_on").desc(nulls_last=True), "-pk").first()
    if newest is None:
        return None
    newest.destination = destination.name.strip()
    newest.destination_authority = destination.authority
    newest.destination_establishment = destination.establishment
    newest.destination_confirmed = True
    if held.left_on is not None and held.left_on != last_day:
        _correct(held, newest, last_day)
    newest.save(update_fields=[*_SAID, "left_on"])
    record(Verb.CHANGE, held, by=by, purpose="destination")
    return newest


def last_day_problems(child: Child, last_day: date, today: date) -> list[str]:
    """Why this cannot be the last day of a child here."""
    if child.entered_on is not None and last_day < child.entered_on:
        return ["The last day cannot be before the child came"]
    if child.left_on is not None and last_day > today:
        return ["The child has left already: enter the last day, today or in the past"]
    return []


def _correct(child: Child, newest: Enrolment, last_day: date) -> None:
    """Another last day, of the time on roll and of the class that ended with it."""
    ended = ClassEpisode.objects.filter(child=child, ends_on=child.left_on, starts_on__lte=last_day)
    for episode in ended:
        episode.ends_on = last_day
        episode.save(update_fields=["ends_on"])
    newest.left_on = child.left_on = last_day
    child.changed_at = timezone.now()
    child.save(update_fields=["left_on", "changed_at"])
