"""The page of one destruction list: its rows, its life, and the forms that whoever reads it may send."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.forms.lists import AdviceForm, ApproveForm, BackForm, DecisionForm, OnceForm
from retention.lifecycles import list_life, may_review
from retention.models import DestructionItem, DestructionList
from retention.phrases import is_plain, kinds_of, rule_of
from retention.services.list_notices import RULE, approvers, could_approve
from retention.services.progress import Progress, Stand, lines_of, progress_of
from retention.services.reviewers import reviews_list
from safeguarding import dates
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.accounts.second_person import usual_people
from safeguarding.audit.reading import visible
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.refused_forms import as_typed, on_top

from .rows import Row, names_records, rows_of

_S = DestructionList.Status
_A = DestructionList.Advice


@dataclass
class Bound:
    """The forms of the page that were sent and not taken."""

    # By the key of their item: those that were to be saved.
    decisions: dict[UUID, DecisionForm] = field(default_factory=dict)
    # Of a plain list: the one for all of them.
    once: OnceForm | None = None
    token: UUID | None = None
    advice: AdviceForm | None = None
    back: BackForm | None = None
    approve: ApproveForm | None = None

    def on_top(self, revision: int) -> None:
        """Let what was refused be sent again on top of what stands there now."""
        for form in (self.advice, self.approve):
            if form is not None:
                on_top(form, revision)

    def told(self) -> list[Any]:
        """The forms of which the page says what is wrong."""
        of_list = (self.once, self.advice, self.back, self.approve)
        return [form for form in (*self.decisions.values(), *of_list) if form is not None]


@dataclass
class Shown:
    """A list as one person sees it."""

    on_list: DestructionList
    reader: User
    rows: list[Row]
    far: Progress
    named: bool

    @property
    def stand(self) -> Stand:
        return self.far.stand(self.on_list)

    @property
    def is_plain(self) -> bool:
        """Whether its records are decided together."""
        return any(is_plain(row.item.kind, row.item.rule) for row in self.rows)

    @cached_property
    def reviews(self) -> bool:
        """Whether the person decides on its records now."""
        return self.named and self.on_list.status == _S.REVIEW and reviews_list(self.reader, self.on_list)

    @cached_property
    def lacks_approver(self) -> bool:
        """Whether nobody could approve it, of concerns about adults, beside who decides on it."""
        one = self.on_list
        if not one.is_about_adults or one.status not in (_S.REVIEW, _S.APPROVAL) or not may_review(self.reader, one):
            return False
        return not could_approve(one, first=one.sent_by or self.reader)

    @cached_property
    def approves(self) -> bool:
        """Whether the person may be the second for what is to be destroyed."""
        waits = self.on_list.status in (_S.APPROVAL, _S.WAITING) and not self.far.begun
        return waits and self.named and self.reader in approvers(self.on_list)

    @cached_property
    def advises(self) -> bool:
        waits = self.on_list.status in (_S.APPROVAL, _S.WAITING) and not self.far.begun
        return waits and may(self.reader, C.ADVISE_RETENTION, self.on_list.school_id)

    @property
    def open_rows(self) -> list[Row]:
        """What the person decides on."""
        return [row for row in self.rows if not row.is_out] if self.reviews else []

    @property
    def to_approve(self) -> list[DestructionItem]:
        """What the person may approve, or leave out."""
        return [row.item for row in self.rows if row.is_to_end] if self.approves else []

    @property
    def hidden(self) -> int:
        """How many records wait for another person, because this one may not see them."""
        if not self.approves:
            return 0
        return max(self.far.not_approved - sum(row.is_to_end for row in self.rows), 0)

    @property
    def choices(self) -> list[tuple[DestructionItem, str]]:
        return [(row.item, row.label) for row in self.rows if not row.is_out]

    @property
    def officer(self) -> str:
        """What the data protection officer has said, in a line."""
        one = self.on_list
        if one.advised_by is None or one.advised_at is None:
            asked = f" on {dates.short_day(one.sent_at)}" if one.sent_at else ""
            return f"Asked{asked}. No answer yet"
        said = str(_A(one.advice).label).lower()
        return f"{one.advised_by.full_name}, {dates.short_day(one.advised_at)}: {said}"

    def initial(self, row: Row) -> dict[str, Any]:
        """What stands in the form of a record: what was decided last."""
        if row.decision is None:
            return {"kind": "", "reason": "", "paper": "", "has_paper": False, "keep_until": None}
        said = {about: one.said for about, one in row.said.items()}
        return {
            "kind": row.decision.kind,
            "keep_until": row.decision.keep_until,
            "reason": said.get("decision", ""),
            "has_paper": row.decision.has_paper,
            "paper": said.get("paper", ""),
        }


def shown_of(request: Request, found: DestructionList) -> Shown:
    """The list with its rows and how far it is. Of whoever sees numbers alone, no row is read."""
    named = names_records(request.user, found)
    items = visible(request, DestructionItem).filter(on_list=found).select_related("rule").order_by("place")
    rows = rows_of(request, found, items) if named else []
    return Shown(found, request.user, rows, progress_of([found.pk])[found.pk], named)


def page_of(
    request: Request,
    shown: Shown,
    bound: Bound | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    """The page, with the forms that are open to its reader; those that were not taken, as they were typed."""
    bound, found, today = bound or Bound(), shown.on_list, timezone.localdate()
    _put_forms(shown, bound)
    told = bound.told()
    context = {
        "list": found,
        "shown": shown,
        "far": shown.far,
        "stand": shown.stand,
        "steps": _steps(shown),
        "rows": shown.rows,
        "lines": [] if shown.named else _lines(found),
        "token": bound.token or uuid7(),
        "once": bound.once if shown.reviews else None,
        "advice_form": _form(shown.advises, bound.advice, AdviceForm, initial=_advised(found)),
        "back_form": _back_form(shown, bound, request.user),
        "approve_form": bound.approve if shown.approves else None,
        "may": list_life.open_to(found, request.user),
        "left": shown.far.days_left(today),
        "gone_days": 14 - shown.far.days_left(today),
        "bound": told,
        "has_errors": any(form.errors for form in told if form.is_bound),
        "refusal": refusal,
        "lost": [line for form in _lost(shown, bound) for line in as_typed(form)] if refusal else [],
    }
    return render(request, "retention/list.html", context, status=status)


def _put_forms(shown: Shown, bound: Bound) -> None:
    """The form of each record that the reader decides on or approves."""
    if shown.is_plain and shown.open_rows:
        bound.once = bound.once or OnceForm(initial=shown.initial(shown.open_rows[0]))
    for row in [] if shown.is_plain else shown.open_rows:
        row.form = bound.decisions.get(row.item.pk) or DecisionForm(item=row.item, initial=shown.initial(row))
    if shown.approves and shown.to_approve:
        if bound.approve is None:
            bound.approve = ApproveForm(
                items=shown.to_approve, officer=shown.officer, initial={"seen": shown.on_list.revision}
            )
        for row in shown.rows:
            row.yes = bound.approve.of(row.item)


def _form(is_open: bool, bound: Any, form: type[AdviceForm], **kwargs: Any) -> Any:
    return (bound or form(**kwargs)) if is_open else None


def _advised(found: DestructionList) -> dict[str, Any]:
    return {"seen": found.revision, "advice": found.advice, "advice_words": found.advice_words}


def _back_form(shown: Shown, bound: Bound, reader: User) -> BackForm | None:
    if not shown.named or not list_life.open_to(shown.on_list, reader)["send_back"] or not shown.choices:
        return None
    return bound.back or BackForm(items=shown.choices)


def _lost(shown: Shown, bound: Bound) -> list[Any]:
    """The forms that the page does not offer any more."""
    gone: list[Any] = [] if shown.reviews else [*bound.decisions.values(), *([bound.once] if bound.once else [])]
    gone += [bound.advice] if bound.advice and not shown.advises else []
    gone += [bound.approve] if bound.approve and not shown.approves else []
    gone += [bound.back] if bound.back and shown.on_list.status != _S.APPROVAL else []
    return gone


def _lines(found: DestructionList) -> list[dict[str, Any]]:
    """What stands on it, in numbers."""
    return [
        {
            "kind": kinds_of(one.kind),
            "rule": rule_of(one.rule),
            "decision": _DECIDED[one.decision],
            "records": one.records,
            "paper": one.paper,
        }
        for one in lines_of([found.pk])
    ]


_DECIDED = {
    "destroy": "To be destroyed",
    "keep": "Kept",
    "transfer": "Transferred first",
    "out": "Left out",
    "": "Not decided yet",
}


def _steps(shown: Shown) -> list[dict[str, str]]:
    """The life of the list for the page: what is done, by whom and when; what is now; what is still to come."""
    found, far, stand = shown.on_list, shown.far, shown.stand
    gone = dates.short_day(far.gone_at) if far.gone_at else ""
    steps = [
        ("Listed", _by(shown, found.made_at, found.made_by), True),
        ("Reviewed", _by(shown, found.sent_at, found.sent_by) or "each record decided", stand != Stand.REVIEW),
        ("Approval", _approval(shown), stand not in (Stand.REVIEW, Stand.APPROVAL)),
        ("Fourteen days", _wait(far), far.begun > 0),
        ("Destroyed", gone or ("begun" if far.begun else "certificate made"), stand == Stand.DONE),
    ]
    if stand == Stand.STOPPED:
        steps = (
            [step for step in steps if step[2] and step[0] in ("Listed", "Reviewed")] if found.sent_at else steps[:1]
        )
        steps.append(("Stopped", _by(shown, found.stopped_at, found.stopped_by), True))
    now = next((label for label, _, done in steps if not done), "")
    return [
        {"label": label, "sub": sub, "state": "done" if done else "now" if label == now else "todo"}
        for label, sub, done in steps
    ]


def _approval(shown: Shown) -> str:
    far = shown.far
    if far.approved_at:
        return f"{dates.short_day(far.approved_at)}, {dates.counted(far.approved, 'record')}"
    if shown.stand not in (Stand.REVIEW, Stand.APPROVAL):
        return ""
    return "you" if shown.approves else _by_whom(shown.on_list)


def _by_whom(on_list: DestructionList) -> str:
    """Who approves a list that is not approved yet, by their role."""
    if on_list.is_about_adults:
        return "by the chair or trust lead, given access by name"
    first = on_list.sent_by or on_list.made_by
    is_usual = usual_people(RULE, on_list.school_id, timezone.localdate(), besides=[first]).exists()
    return "by the Headteacher" if is_usual else "by the chair or trust lead"


def _wait(far: Progress) -> str:
    until = f"until {dates.short_day(far.waits_until)}" if far.waits_until else ""
    return until if far.begun else f"{until}, can be stopped".removeprefix(", ")


def _by(shown: Shown, moment: Any, who: User | None) -> str:
    if moment is None:
        return ""
    name = "" if who is None else "you" if who.pk == shown.reader.pk else who.full_name
    return f"{dates.short_day(moment)}, {name}".removesuffix(", ")
