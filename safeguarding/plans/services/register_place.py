"""Where does a school keep its attendance register, and who stated that?"""

from uuid import UUID

from django.db import transaction

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince
from safeguarding.once import once
from safeguarding.plans.models import RegisterPlace


def register_of(school_id: UUID) -> RegisterPlace:
    """What the school has stated; an empty row, not saved, where it has stated nothing. One query for a page."""
    held = once(("register place", school_id), RegisterPlace.objects.filter(school=school_id).first)
    return held or RegisterPlace(school_id=school_id)


def register_problems(*, place: str, system: str) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when it can be stated."""
    found = {}
    if place not in RegisterPlace.Place:
        found["place"] = "Choose where the register is kept"
    if place == RegisterPlace.Place.ELSEWHERE and not system.strip():
        found["system"] = "Enter the name of the other system, like SIMS or Arbor"
    return found


@transaction.atomic
def state_register(*, school: School, seen: int, place: str, system: str, by: User) -> RegisterPlace:
    """State where the register is kept. Raises `NotAllowed`, `BadInput`, `ChangedSince`."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for problem in register_problems(place=place, system=system).values():
        raise BadInput(f"{problem}.")
    named = system.strip() if place == RegisterPlace.Place.ELSEWHERE else ""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    held = register_of(school.pk)
    if (held.place, held.system) == (place, named):
        return held
    if held.revision != seen:
        raise ChangedSince("This was saved somewhere else while you were writing.")
    is_new = held._state.adding
    held.place, held.system = place, named
    held.revision += 1
    held.save(update_fields=None if is_new else ["place", "system", "revision"], force_insert=is_new)
    record(Verb.CREATE if is_new else Verb.CHANGE, held, by=by)
    return held
