"""What does this app add to pages of others: the classes of a colleague on the page of what they can see."""

from typing import Any

from django.utils import timezone

from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.accounts.services.classes import classes_of
from safeguarding.http import Request
from safeguarding.panels import Panel, register
from safeguarding.staff.checking import Asking
from safeguarding.staff.forms import ClassForm


def _classes(request: Request, person: Any) -> dict[str, Any]:
    """Which classes the person teaches, and for who gives roles the forms to change that."""
    school, today = get_school(request.held.school_id), timezone.localdate()
    gives = may(request.user, Capability.GIVE_ROLES, school.pk)
    names = Asking(school, today).classes.values() if gives else ()
    return {
        "classes": classes_of(person, school.pk, on=today),
        "form": ClassForm(names=names) if gives else None,
    }


register(Panel("colleague", "classes", "staff/classes_panel.html", _classes, order=10))
