"""What follows from a decision, on its page: done by one press, left, or waiting for an appeal."""

from typing import Any

from django.urls import reverse

from safeguarding.accounts.models import User
from safeguarding.plans.forms.outcomes import AppealForm, FollowForm, LeaveForm
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.models.bases import Follows
from safeguarding.plans.services import outcomes
from safeguarding.plans.services.follow_ups import follows_from

from .deeds import Deed

F = Follows
FORMS = (FollowForm, AppealForm, LeaveForm)


def _follow(decided: Any, form: FollowForm, by: User) -> object:
    seen = form.cleaned_data["seen"]
    return outcomes.carry_out(decided=decided, seen=seen, ends=form.ending(), begins=form.beginning(), by=by)


def _appeal(decided: Any, form: AppealForm, by: User) -> object:
    return outcomes.leave_it(decided=decided, seen=form.cleaned_data["seen"], is_appeal=True, by=by)


def _leave(decided: Any, form: LeaveForm, by: User) -> object:
    return outcomes.leave_it(decided=decided, seen=form.cleaned_data["seen"], is_appeal=False, by=by)


def _waits(decided: Step | Episode) -> bool:
    return decided.follows in (F.WAITS, F.APPEAL) and follows_from(decided) is not None


def _may_be_appealed(decided: Step | Episode) -> bool:
    found = follows_from(decided)
    return decided.follows == F.WAITS and found is not None and found.may_be_appealed


DEEDS: dict[str, Deed[Any]] = {
    deed.key: deed
    for deed in (
        Deed("follow", FollowForm, "What follows", "Save", "Done. It is on the record.", _follow, _waits),
        Deed(
            "appeal",
            AppealForm,
            "There is an appeal",
            "Keep the plan open",
            "Saved. The plan stays open until the appeal is decided.",
            _appeal,
            _may_be_appealed,
        ),
        Deed("leave", LeaveForm, "Nothing follows from it", "Save", "Saved.", _leave, _waits),
    )
}


def follow_context(decided: Step | Episode, there: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What `part_follows.html` shows beside the deeds: what was decided, and where all of what begins is asked."""
    if "follow" not in there:
        return {}
    found = follows_from(decided)
    whole = ""
    if found and found.begins and isinstance(decided, Step):
        whole = f"{reverse('record_change', args=[decided.child_id])}?kind={found.begins}&after={decided.pk}"
    said = decided.end_label if isinstance(decided, Episode) else decided.in_words("outcome")
    return {
        "said": said,
        "whole": whole,
        "begins": there["follow"]["form"].begins,
        "is_appealed": decided.follows == F.APPEAL,
    }
