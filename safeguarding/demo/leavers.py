"""Invented leavers of the demo school, none of whom was ever at the school of the data: they are registered, and it is
stated where the file is.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from children import upn
from children.facts import Adult, Leaving, NewChild
from children.models import Child
from children.services import register_children
from retention.services.signs import answer, signs_told
from retention.services.statements import state
from safeguarding.accounts.models import School, User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.demo.keys import Keys
from sharing.received.services.elsewhere import Came, record_received

_NO_OTHER = "The secondary school that took most of the year has no file and no record of being sent one."
_FOLDER = Came("Brindle Lane Infant School (fictional)", "paper", date(2008, 9, 12), "A brown folder, in the safe.")
# Before that year no child was given a UPN.
_UPNS_SINCE = 1997


def register_leaver(
    school: School,
    place: int,
    forename: str,
    surname: str,
    born: date | None,
    *,
    adults: Sequence[Adult] = (),
    by: User,
) -> Child:
    """On roll for seven years, until the summer after the eleventh birthday. `place` makes the UPN."""
    left = date((born or date(2000, 1, 1)).year + 11, 7, 21)
    number = f"3569999{(left.year - 7) % 100:02}{place:03}" if left.year - 7 >= _UPNS_SINCE else ""
    child = NewChild(
        forename=forename,
        surname=surname,
        entered_on=date(left.year - 7, 9, 4),
        leaving=Leaving(on=left),
        adults=list(adults),
        details={"upn": upn.check_letter(number) + number if number else "", "date_of_birth": born},
    )
    [key] = register_children(school=school, children=[child], today=timezone.localdate())
    record(Verb.IMPORT, object_type=Child._meta.label_lower, school_id=school.pk, count=1, purpose="demo school", by=by)
    made: Child = Child.objects.get(pk=key)
    return made


def state_leaver(child: Child, next_school: str, *, by: User, keys: Keys, at: datetime) -> None:
    """The next school confirmed that it has the file; where it is none, that this was the last school."""
    kind, said = ("receipt", next_school) if next_school else ("last_school", _NO_OTHER)
    day = timezone.localdate(at) if next_school else child.left_on
    state(child=child, token=keys.token(), kind=kind, on=day, said=said, by=by, at=at)


def lay_folder(child: Child, said: tuple[bool, str] | None, *, by: User, keys: Keys, at: datetime) -> None:
    """A file that had come on paper is written down; and what a lead has said of it as to the long rule."""
    record_received(child=child, token=keys.token(), came=_FOLDER, by=by, at=at)
    if said is not None:
        [told] = signs_told(by, child)
        applies, reason = said
        answer(
            child=child,
            sign=told.key,
            codes=told.codes,
            token=keys.token(),
            applies=applies,
            reason=reason,
            by=by,
            at=at + timedelta(days=4),
        )
