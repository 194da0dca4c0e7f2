"""What of requests about data does Harbour look at by itself, and when is it good?"""

from safeguarding.addresses import address_of
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import counted, short_day

from .capabilities import RequestCapability as C
from .forms.cases import ALL_OPEN
from .views.standing import Standing, at_hand_of


def _open_requests(looker: Looker) -> Found:
    """Past the day of the law first, then past the school’s own aim, as the page of a request reckons both."""
    found = at_hand_of(looker, looker.school_id)
    address = f"{address_of('requests')}?state={ALL_OPEN}"
    late, missed = [one for one in found if one.is_late], [one for one in found if one.is_past_target]
    if late:
        number = len({one.case.pk for one in (*late, *missed)})
        says = f"{counted(len(late), 'request')} past the day of the law{_and_more(number - len(late))}."
        return Found(State.FIX, says, number, address)
    if missed:
        return Found(State.LOOK, f"{counted(len(missed), 'request')} past the school’s own aim.", len(missed), address)
    return Found(State.GOOD, _in_time(found), 0, address)


def _and_more(number: int) -> str:
    return f", {number} more past the school’s own aim" if number else ""


def _in_time(found: list[Standing]) -> str:
    if not found:
        return "None is open."
    due = next((one for one in found if one.due), None)
    first = f", the next due on {short_day(due.due, due.today)}" if due and due.due else ""
    return f"None; {len(found)} open{first}."


CHECKS = (
    Check(
        "request_dates",
        "Requests about data past their day",
        "Every request is answered by the school’s own aim, and no later than the law says.",
        _open_requests,
        sees=C.HANDLE_REQUESTS,
        url_name="requests",
        order=50,
    ),
)
