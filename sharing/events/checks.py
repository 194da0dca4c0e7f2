"""What of sharing does Harbour look at by itself, and when is it good?"""

from safeguarding.addresses import address_of
from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted, short_day

from .capabilities import SharingCapability as C
from .forms.register import WAITS
from .models import SharingEvent
from .services import waiting


def _unanswered(looker: Looker, tally: Tally) -> Found:
    address = f"{address_of('sharing')}?state={WAITS}"
    if not tally.number or tally.oldest_day is None:
        return Found(State.GOOD, "None.", 0, address)
    since = short_day(tally.oldest_day, as_day(looker.at))
    return Found(State.LOOK, f"{counted(tally.number, 'share')}, the first expected by {since}.", tally.number, address)


CHECKS = (
    Check(
        "share_receipts",
        "Shares that nobody has confirmed",
        "Who was sent something says that it came, by the day that was expected.",
        Counted(
            lambda looker: waiting.unanswered(visible(looker, SharingEvent), looker.school_id, as_day(looker.at)),
            _unanswered,
            day="follow_up_on",
        ),
        sees=C.SHARE,
        url_name="sharing",
        order=40,
    ),
)
