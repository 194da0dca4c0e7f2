"""What of backups and keys does Harbour look at by itself? As their pages show it."""

from safeguarding.accounts.roles import Capability
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import counted, full_moment

from .services.backups_standing import backups_standing
from .services.shares import ENOUGH, newest_set


def backups(looker: Looker) -> Found:
    """A backup that was not read back to its end is none (`services/backing_up.py`)."""
    now = backups_standing(at=looker.at)
    if now.is_practice:
        return Found(State.NOT_SET_UP, "Practice is not backed up: it can be made again at any time.")
    if now.last is None:
        return Found(State.FIX, "Nothing here has ever been backed up.")
    if now.is_late:
        return Found(State.FIX, f"The last backup is of {full_moment(now.last.began_at)}.")
    if now.problem:
        return Found(State.LOOK, "The newest backup did not go through. The one before is less than a day old.")
    if now.last.same_disk:
        return Found(State.LOOK, "The backups lie on the disk of the records, and are lost with it.")
    return Found(State.GOOD, f"The last backup is of {full_moment(now.last.began_at)}, and was read back.")


def shares(looker: Looker) -> Found:
    """Two of three printed shares bring the root key back; a share that was shown counts as printed."""
    made = newest_set()
    if not made:
        return Found(State.NOT_SET_UP, "No shares of the root key have been made. Without them a lost machine is lost.")
    printed = sum(share.taken_at is not None for share in made)
    if printed < ENOUGH:
        return Found(State.FIX, f"{counted(printed, 'share is', 'shares are')} printed: two are needed.", printed)
    if printed < len(made):
        return Found(State.LOOK, f"{printed} of {len(made)} shares are printed.", len(made) - printed)
    return Found(State.GOOD, "All shares of the root key are printed.", 0)


BACKUPS = Check(
    "backups",
    "Backups",
    "A backup is made every night, and read back before it counts.",
    backups,
    sees=Capability.KEEP_KEYS.value,
    url_name="backups",
    of_machine=True,
    order=65,
)
SHARES = Check(
    "key_shares",
    "Printed shares of the root key",
    "Three people each hold a printed share.",
    shares,
    sees=Capability.KEEP_KEYS.value,
    url_name="keys",
    of_machine=True,
    order=67,
)
