"""What of the keys does Harbour look at by itself while somebody reads, and when is it good?"""

from safeguarding.accounts.roles import Capability
from safeguarding.checks import Check, Found, Looker, State

from .services.shares import ENOUGH, OF, newest_set


def _shares(looker: Looker) -> Found:
    """How many of the newest set are on paper. Who took one says so by taking it: it is shown once."""
    found = newest_set()
    printed = sum(share.taken_at is not None for share in found)
    if not found:
        return Found(State.NOT_SET_UP, "No shares have been made yet.")
    if printed < ENOUGH:
        return Found(State.FIX, f"{printed} of {OF} printed: a lost machine could not be put back.", OF - printed)
    if printed < OF:
        return Found(State.LOOK, f"{printed} of {OF} printed. With another one lost, there are too few.", OF - printed)
    return Found(State.GOOD, f"All {OF} are printed, each by another person.", 0)


CHECKS = (
    Check(
        "key_shares",
        "Printed shares of the key",
        f"Three people have each printed a share. Any {ENOUGH} bring the key back if this machine is lost.",
        _shares,
        sees=Capability.KEEP_KEYS,
        url_name="keys",
        order=70,
    ),
)
