"""What does the self-check say of training and guidance? Counted with the rights of who reads it."""

from collections.abc import Iterator

from django.utils import timezone

from safeguarding.checks import Found, Looker, State
from safeguarding.dates import counted
from safeguarding.training.models import Course, GuidanceRead, TrainingRecord

from .courses import courses_of
from .register import Person, Rows, counting, people


def training_and_guidance(looker: Looker) -> Found:
    """Red where a safeguarding lead or deputy lacks training; to look at where other staff do, or have not read."""
    today = timezone.localdate(looker.at)
    records = counting(TrainingRecord.objects.visible_to(looker.user).filter(school=looker.school_id))
    reads = GuidanceRead.objects.visible_to(looker.user).filter(school=looker.school_id)
    rows = Rows(list(records), list(reads))
    if not rows.records and not rows.reads:
        return Found(State.NOT_SET_UP, "The register is empty. Note who had which training, or bring in a file.")
    found = people(looker.school_id, rows, today)
    if lacking := sum(not (one.is_trained and one.has_read) for one in found):
        red = any(one.is_lead and not one.is_trained for one in found)
        return Found(State.FIX if red else State.LOOK, f"{'; '.join(_lacks(found))}.", lacking)
    if not any(course.for_whom == Course.ForWhom.ALL for course in courses_of(looker.school_id)):
        return Found(State.LOOK, "No course is asked of all staff yet. Who changes the settings says which.", 0)
    return Found(State.GOOD, f"All {_staff(len(found))} are trained and have read the guidance.", 0)


def _lacks(found: list[Person]) -> Iterator[str]:
    untrained = [one for one in found if not one.is_trained]
    if leads := sum(one.is_lead for one in untrained):
        yield counted(leads, "safeguarding lead or deputy is", "safeguarding leads and deputies are") + " not trained"
    if others := len(untrained) - leads:
        yield f"{_staff(others, 'other ')} {'is' if others == 1 else 'are'} not trained"
    if unread := sum(not one.has_read for one in found):
        yield f"{unread} of {_staff(len(found))} {'has' if unread == 1 else 'have'} not read the guidance"


def _staff(number: int, which: str = "") -> str:
    return counted(number, f"{which}member of staff", f"{which}members of staff")
