"""What did the school do: sharing, requests, retention, training, the self-check? Counted as it is, for it is no child.

Training and the self-check are asked of their apps.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q

from retention.models import DestructionList, Group, Tombstone
from safeguarding.checks import Found, State
from safeguarding.dates import start_of
from safeguarding.reports.figures.values import Viewer
from sharing.events.models import SHARED, SharingEvent
from sharing.requests.models import RightsRequest

from .sections import ends_at
from .tables import Line, Plain

_DAY = timedelta(days=1)
_OF_RECORDS = Q(in_group=Group.RECORDS)
_STATES = {
    State.GOOD: "Good",
    State.LOOK: "To be looked at",
    State.FIX: "To be put right",
    State.NOT_SET_UP: "Not set up",
}


def _times(viewer: Viewer) -> tuple[datetime, datetime]:
    return start_of(viewer.period.first), ends_at(viewer)


def shares(viewer: Viewer) -> Plain:
    """What left the school in the term, what it decided not to share, and what nobody has confirmed."""
    begins, ends = _times(viewer)
    sent = Q(sent_at__gte=begins, sent_at__lt=ends, status__in=SHARED)
    status = SharingEvent.Status
    found = viewer.see(SharingEvent).aggregate(
        sent=Count("pk", filter=sent),
        unconfirmed=Count("pk", filter=sent & Q(status=status.SENT, follow_up_on__lt=viewer.today)),
        kept=Count("pk", filter=Q(status=status.NOT_SHARED, decided_at__gte=begins, decided_at__lt=ends)),
    )
    words = {
        "sent": "Shared",
        "unconfirmed": "Shared, and receipt not confirmed by the day expected",
        "kept": "Decided not to share",
    }
    return Plain("sharing", "shares", tuple(Line(k, title, found[k], unit="decisions") for k, title in words.items()))


def requests(viewer: Viewer) -> Plain:
    begins, ends = _times(viewer)
    received = Q(received_on__gte=viewer.period.first, received_on__lte=viewer.period.last)
    over = Q(answered_at__lt=ends) | Q(withdrawn_at__lt=ends)
    found = viewer.see(RightsRequest).aggregate(
        received=Count("pk", filter=received),
        answered=Count("pk", filter=Q(answered_at__gte=begins, answered_at__lt=ends)),
        waiting=Count("pk", filter=Q(received_on__lte=viewer.period.last) & ~over),
        late=Count("pk", filter=received & Q(told_late_for__isnull=False)),
    )
    words = {
        "received": "Received",
        "answered": "Answered",
        "waiting": "Open at the end of the term",
        "late": "Received in the term, and past their day",
    }
    return Plain("sharing", "requests", tuple(Line(k, title, found[k], unit="requests") for k, title in words.items()))


def destroyed(viewer: Viewer) -> Plain:
    """Records that were destroyed because their time was over, and lists that were carried out: without concerns about
    adults, of which a number would tell.
    """
    begins, ends = _times(viewer)
    gone = viewer.see(Tombstone).filter(_OF_RECORDS, destroyed_at__gte=begins, destroyed_at__lt=ends).count()
    done = viewer.see(DestructionList).filter(_OF_RECORDS, done_at__gte=begins, done_at__lt=ends).count()
    lines = (Line("destroyed", "Destroyed", gone, unit="records"), Line("lists", "Carried out", done, unit="lists"))
    return Plain("retention", "done", lines)


def staff(viewer: Viewer) -> Plain:
    """Staff whose training is in date, and who have read the guidance, on the last day of the term or today."""
    from safeguarding.training.services.standing import standing

    found = standing(viewer.school_id, min(viewer.period.last, viewer.today))
    trained = Line("trained", "Training in date", found.trained, found.staff, unit="staff")
    read = Line("read", "Have read the guidance in force", found.guidance_read, found.staff, unit="staff")
    return Plain("training", "staff", (trained, read))


def checks(found: Iterable[Found]) -> Plain:
    """How many lines of the self-check are in which state."""
    number = Counter(one.state for one in found)
    of = sum(number.values())
    lines = (Line(str(state), title, number[state], of, unit="lines") for state, title in _STATES.items())
    return Plain("self-check", "checks", tuple(lines))
