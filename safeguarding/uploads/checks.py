"""What of files does Harbour look at by itself? Whether the virus scanner answers, and what it knows."""

from safeguarding.accounts.roles import Capability
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import full_moment

from .services.scanning import scanner_standing


def scanner(looker: Looker) -> Found:
    """As the worker found it when it last asked: every half minute."""
    now = scanner_standing(at=looker.at)
    if not now.is_set_up:
        return Found(State.NOT_SET_UP, "There is no virus scanner. Files that are attached are not scanned.")
    if now.check is None:
        return Found(State.LOOK, "The virus scanner has not been asked yet.")
    if now.check.away_since:
        since = full_moment(now.check.away_since)
        return Found(State.FIX, f"The virus scanner has not answered since {since}. New files wait.")
    if now.is_old and now.check.made_at:
        return Found(State.FIX, f"The virus scanner works with signatures of {full_moment(now.check.made_at)}.")
    return Found(State.GOOD, "The virus scanner answers, and its signatures are new.")


SCANNER = Check(
    "scanner",
    "Virus scanner",
    "Every file is scanned with signatures of the last three days.",
    scanner,
    sees=Capability.KEEP_KEYS.value,
    url_name="",
    of_machine=True,
    order=72,
)
