"""What do concerns add to pages of access: what is given at the school today, and what a role opens."""

from functools import partial
from typing import Any

from django.utils import timezone

from children.models import ChildDetail
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services.looked import tell_about_child
from safeguarding.accounts.services.sight import opens
from safeguarding.audit.reading import visible
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.sight import in_force, keys_in_log
from safeguarding.http import Request
from safeguarding.panels import Panel

# More than this stands on the page of the review.
MOST = 10


def _in_force(request: Request, record: Any) -> dict[str, Any]:
    found = in_force(request.held.school_id, partial(visible, request), on=timezone.localdate())
    return {"given": found[:MOST], "number": len(found), "more": len(found) > MOST}


opens(ChildDetail, Capability.VIEW_CONCERNS, ConcernCapability.VIEW_RESTRICTED)
opens(Concern, Capability.VIEW_CONCERNS, ConcernCapability.VIEW_RESTRICTED)
tell_about_child(keys_in_log)
ENTRIES = (Panel("access", "given", "access/in_force_panel.html", data=_in_force, order=20),)
