"""What do keys and backups add to pages: their entries in School, and a word when something is wrong."""

from typing import Any

from django.utils import timezone

from safeguarding import checks
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.http import Request
from safeguarding.panels import SCHOOL, NavItem, Panel, register

from .checks import BACKUPS, SHARES
from .services.backups_standing import backups_standing
from .services.standing import standing


def _keeps_keys(request: Request) -> bool:
    return may(request.user, Capability.KEEP_KEYS, request.held.school_id)


def _keeps_only_keys(request: Request) -> bool:
    at = request.held.school_id
    return may(request.user, Capability.KEEP_KEYS, at) and not may(request.user, Capability.MANAGE_SCHOOL, at)


def _manages(request: Request) -> bool:
    return may(request.user, Capability.MANAGE_SCHOOL, request.held.school_id)


def _wrong(request: Request, record: Any) -> dict[str, Any] | None:
    """What is wrong with the keys; nothing where all is well."""
    now = standing(reader=request.user)
    return {"standing": now} if now.needs_a_hand else None


def _no_backup(request: Request, record: Any) -> dict[str, Any] | None:
    """What is wrong with the backups; nothing where all is well."""
    now = backups_standing(at=timezone.now())
    return {"standing": now} if now.needs_a_hand else None


register(
    NavItem(
        "backups",
        "Backups",
        "backups",
        may=_keeps_keys,
        order=60,
        place=SCHOOL,
        says="When the last backup was, and whether it was proved.",
        look=lambda r: "Something is wrong with the backups." if _no_backup(r, None) else "",
    ),
    Panel("own_role", "backups", "sealing/part_no_backup.html", _no_backup, _keeps_only_keys, order=6),
    Panel("today_above", "backups", "sealing/part_no_backup.html", _no_backup, _manages, order=5),
    NavItem(
        "keys",
        "Keys",
        "keys",
        may=_keeps_keys,
        order=70,
        place=SCHOOL,
        says="What staff write about children is encrypted. Two of three printed shares bring the key back if this "
        "machine is lost.",
        look=lambda r: "Something is wrong with the keys." if _wrong(r, None) else "",
    ),
    Panel("own_role", "keys", "sealing/part_wrong.html", _wrong, _keeps_only_keys, order=5),
)
checks.register(BACKUPS, SHARES)
