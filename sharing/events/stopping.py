"""What waits to be sent on a consent? Decisions to share, for whoever withdraws it."""

from django.urls import reverse

from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible

from .models import Consent, SharingEvent
from .services.sending import stop_on
from .withdrawal import Sender, Waiting


def waiting(asks: Asks, consent: Consent) -> list[Waiting]:
    """The decisions that wait on it and that the reader may see."""
    rows = visible(asks, SharingEvent).filter(consent=consent, status=SharingEvent.Status.TO_SEND)
    return [Waiting(one.reference, reverse("share", args=[one.pk])) for one in rows.order_by("made_at", "pk")]


SENDER = Sender(waiting, stop_on)
