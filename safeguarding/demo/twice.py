"""Which children of the demo school are on the list twice?

One pair waits for a lead, another was made one last week.
"""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from children import upn
from children.facts import NewChild
from children.models import Child
from children.services import keeping, merging, register_children
from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.services import significant
from safeguarding.demo.ground import Ground

_LEAD, _OFFICE = "S02", "S09"
# Children of the data, and how the nursery had written them: the forename, and a serial number of its own.
_WAITS, _MERGED = ("P0042", "90A"), ("P0250", "91B")
_RANG = (
    "The key person of the nursery rang: until last summer he was collected by his aunt on Fridays, and "
    "went quiet on those days. "
    "She had written it down and did not know that the school has him under another number."
)
_ECZEMA = "Eczema on both arms, with a cream in the bag."
_WHY = "Same date of birth and the same mother. The nursery confirmed on the telephone that it is the same child."


def lay_twice(school: School, ground: Ground) -> None:
    """Each stood on the nursery’s list before it came to school, and was brought in once more under a temporary UPN."""
    lead, office, now = ground.users[_LEAD], ground.users[_OFFICE], ground.now
    cards = Child.objects.select_related("detail").in_bulk(ground.children[key] for key, _ in (_WAITS, _MERGED))
    waits, merged = (
        (cards[ground.children[key]], _again(school, cards[ground.children[key]], serial, ground))
        for key, serial in (_WAITS, _MERGED)
    )
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        for _, other in (waits, merged):
            happened = significant.Happened(
                what="call", on=timezone.localdate(now - timedelta(days=40)), text=_RANG, told_by="the key person"
            )
            significant.add_entry(child=other, token=uuid4(), happened=happened, by=lead, at=now - timedelta(days=40))
        keep, other = merged
        merging.merge(
            keep=keep, other=other, reason=_WHY, token=uuid4(), seen=None, by=lead, at=now - timedelta(days=6)
        )
    with acting(Acting(user_id=office.pk, school_id=school.pk)):
        keep, other = waits
        merging.ask(keep=keep, other=other, reason=_WHY, token=uuid4(), by=office, at=now - timedelta(hours=3))


def _again(school: School, child: Child, serial: str, ground: Ground) -> Child:
    """The record that the nursery had begun: no class, no home, a forename as it is spoken."""
    body = f"3569999{timezone.localdate(ground.now).year % 100 - 3:02}{serial}"
    detail = child.detail
    again = NewChild(
        forename=child.forename.replace("ie", "y") if "ie" in child.forename else f"{child.forename}-Lee",
        surname=child.surname,
        entered_on=child.entered_on,
        details={"upn": upn.check_letter(body) + body, "date_of_birth": detail.date_of_birth, "sex": detail.sex},
    )
    office, today = ground.users[_OFFICE], timezone.localdate(ground.now)
    [key] = register_children(school=school, children=[again], by=office, today=today)
    made: Child = Child.objects.get(pk=key)
    told = keeping.Told(by=keeping.ToldBy.SCHOOL, note="The key person of the nursery.", on=child.entered_on)
    keeping.add_health(child=made, words=_ECZEMA, told=told, by=office)
    record(Verb.IMPORT, object_type=Child._meta.label_lower, school_id=school.pk, count=1, purpose="nursery", by=office)
    return made
