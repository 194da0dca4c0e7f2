"""What do files add to pages: to those who look after Harbour, a word when the virus scanner needs a hand."""

from typing import Any

from django.utils import timezone

from safeguarding import checks
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.http import Request
from safeguarding.panels import Panel, register

from .checks import SCANNER
from .services.scanning import scanner_standing


def _keeps_running(request: Request) -> bool:
    return may(request.user, Capability.KEEP_KEYS, request.held.school_id)


def _scanner(request: Request, record: Any) -> dict[str, Any] | None:
    """What is wrong with the scanner; nothing where all is well or there is none."""
    now = scanner_standing(at=timezone.now())
    return {"standing": now} if now.needs_a_hand else None


register(
    Panel("own_role", "scanner", "files/part_scanner.html", _scanner, _keeps_running, order=7),
    Panel("today_above", "scanner", "files/part_scanner.html", _scanner, _keeps_running, order=6),
)
checks.register(SCANNER)
