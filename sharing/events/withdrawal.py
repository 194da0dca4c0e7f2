"""What waits to be sent on a consent, and is stopped when the consent is withdrawn? Whatever sends on consents
registers here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from safeguarding.audit.by_keys import Asks

from .models import Consent


@dataclass(frozen=True)
class Waiting:
    """One thing that waits to be sent: what the page calls it, and where it is shown."""

    what: str
    url: str


@dataclass(frozen=True)
class Sender:
    """A kind of thing that is sent on a consent.

    `waiting(asks, consent)` lists those that the reader may see. `stop(consent=, by=, at=)` stops all of them, whoever
    sees them, and returns how many.
    """

    waiting: Callable[[Asks, Consent], list[Waiting]]
    stop: Callable[..., int]


_senders: list[Sender] = []


def register(sender: Sender) -> None:
    """Let withdrawal list and stop what is sent on consents."""
    _senders.append(sender)


def waiting_on(asks: Asks, consent: Consent) -> list[Waiting]:
    """Everything that waits on a consent, as far as the reader may see it."""
    return [one for sender in _senders for one in sender.waiting(asks, consent)]


def stop_all(consent: Consent, **done: object) -> int:
    """Stop everything that waits on a consent. Returns how many."""
    return sum(sender.stop(consent=consent, **done) for sender in _senders)
