"""One report: as a draft with a box for each comment and what is asked about names; as it was published for readers.

Each form of the page is sent here, and says what is to be done.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from safeguarding.accounts import fresh
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_one, visible
from safeguarding.exceptions import HarbourError, NotAllowed, OutOfTurn
from safeguarding.governors.capabilities import GovernorCapability as C
from safeguarding.governors.cells import SECTIONS, Section
from safeguarding.governors.forms import (
    AnswerForm,
    CommentsForm,
    DeedForm,
    TakeForm,
    TokenForm,
    WithdrawForm,
    field_of,
    state_of,
)
from safeguarding.governors.lifecycles import MOVED_ON, WRITERS, may_approve, may_write, report_life
from safeguarding.governors.models import GovernorReport, ReportBuild, ReportCell
from safeguarding.governors.panels import nav_of
from safeguarding.governors.services import counting, drafting, publishing
from safeguarding.governors.services.names import Looked, Question
from safeguarding.governors.services.showing import ShownSection
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent

from .showing import context_of

S = GovernorReport.Status
Answer = Callable[[Request, GovernorReport], HttpResponseBase]


@dataclass
class Bound:
    """The forms of the page that were sent and not taken."""

    comments: CommentsForm | None = None
    answer: AnswerForm | None = None
    withdraw: WithdrawForm | None = None

    def told(self) -> list[DeedForm]:
        return [one for one in (self.comments, self.answer, self.withdraw) if one is not None]


@dataclass
class Asked:
    """A question of the page, with its form."""

    section: str
    title: str
    question: Question
    form: AnswerForm = field(init=False)

    @property
    def key(self) -> str:
        return hashlib.sha256("\0".join((self.section, *self.question.key)).encode()).hexdigest()


@waits_unsent(CommentsForm, WithdrawForm)
@requires_for_record(C.READ_REPORT)
def governor_report(request: Request, report_id: UUID) -> HttpResponseBase:
    """One report of the school."""
    report = _read(request, report_id)
    if request.method != "POST":
        open_notices(user=request.user, object_id=report.pk, object_type=publishing.OBJECT)
        return _page(request, report)
    if not may_write(request.user, report):
        raise NotAllowed(WRITERS)
    deed = _DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        return _page(request, report, status=422)
    request.again = partial(_refused, request, report_id, Bound())
    return deed(request, report)


def _read(request: Request, report_id: UUID) -> GovernorReport:
    rows = visible(request, GovernorReport).select_related(
        "made_by", "approved_by", "published_by", "replaced_by", "withdrawn_by", "replaces"
    )
    found = read_one(request, rows, pk=report_id)
    request.nav, request.of_school = nav_of(request), found.school_id
    return found


def _refused(request: Request, report_id: UUID, bound: Bound, refusal: HarbourError) -> HttpResponse | None:
    """The page as the report stands now, and what was typed."""
    try:
        report = _read(request, report_id)
    except Http404:
        return None
    return _page(request, report, bound, status=refusal.status, refusal=refusal)


# --- deeds


def _seen(request: Request) -> int:
    """Which revision the page showed; -1, which none has, where what was sent is no number."""
    form = DeedForm(request.POST)
    return form.cleaned_data["seen"] if form.is_valid() and form.cleaned_data["seen"] is not None else -1


def _comments(request: Request, report: GovernorReport) -> HttpResponseBase:
    form = CommentsForm(request.POST)
    bound = Bound(comments=form)
    if form.is_valid():
        form.blame(drafting.comment_problems(report, form.words(), by=request.user))
    if not form.is_valid():
        return _page(request, report, bound, status=422)
    request.again = partial(_refused, request, report.pk, bound)
    drafting.save_comments(report, seen=_seen(request), words=form.words(), by=request.user)
    messages.success(request, "Saved. Governors see it once the report is published.")
    return redirect("governor_report", report.pk)


def _answer(request: Request, report: GovernorReport) -> HttpResponseBase:
    form = AnswerForm(request.POST)
    asked = {one.key: one for one in _questions(drafting.looked(report, by=request.user))}
    if not form.is_valid():
        return _page(request, report, Bound(answer=form), status=422)
    found, token = asked.get(form.cleaned_data["question"]), form.cleaned_data["token"]
    if found is not None:
        drafting.answer(
            report,
            section=found.section,
            question=found.question,
            meaning=form.cleaned_data["meaning"],
            token=token,
            by=request.user,
        )
    elif token not in {one.token for one in drafting.answers_of(report)}:
        raise OutOfTurn("This is not asked any more. See below how the report stands.")
    messages.success(request, "Kept, with your name.")
    return redirect("governor_report", report.pk)


def _count(request: Request, report: GovernorReport) -> HttpResponseBase:
    counting.ask(report, by=request.user)
    messages.success(request, "Asked for. The numbers are counted in the background.")
    return redirect("governor_report_differs", report.pk)


def _take(request: Request, report: GovernorReport) -> HttpResponseBase:
    form = TakeForm(request.POST)
    if not form.is_valid():
        raise OutOfTurn(MOVED_ON)
    counting.take(report, build_id=form.cleaned_data["build"], seen=_seen(request), by=request.user)
    messages.success(request, "The draft has the new numbers.")
    return redirect("governor_report", report.pk)


def _approve(request: Request, report: GovernorReport) -> HttpResponseBase:
    if (page := fresh.asked(request)) is not None:
        return page
    publishing.approve(report, seen=_seen(request), by=request.user)
    messages.success(request, "Approved. Governors read it once you publish it.")
    return redirect("governor_report", report.pk)


def _open_again(request: Request, report: GovernorReport) -> HttpResponseBase:
    drafting.open_again(report, by=request.user)
    messages.success(request, "It is a draft again, and has to be approved again.")
    return redirect("governor_report", report.pk)


def _publish(request: Request, report: GovernorReport) -> HttpResponseBase:
    publishing.publish(report, by=request.user)
    messages.success(request, "Published. The governors have been told.")
    return redirect("governor_report", report.pk)


def _correct(request: Request, report: GovernorReport) -> HttpResponseBase:
    form = TokenForm(request.POST)
    if not form.is_valid():
        raise OutOfTurn(MOVED_ON)
    made = publishing.correct(report, token=form.cleaned_data["token"], by=request.user)
    messages.success(request, "Begun. It replaces the published report once you publish it.")
    return redirect("governor_report", made.pk)


def _withdraw(request: Request, report: GovernorReport) -> HttpResponseBase:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, report, Bound(withdraw=form), status=422)
    if report.published_at and (page := fresh.asked(request)) is not None:
        return page
    publishing.withdraw(report, because=form.cleaned_data["because"], by=request.user)
    messages.success(request, "Withdrawn.")
    return redirect("governor_reports")


_DEEDS: dict[str, Answer] = {
    "comments": _comments,
    "answer": _answer,
    "count": _count,
    "take": _take,
    "approve": _approve,
    "open_again": _open_again,
    "publish": _publish,
    "correct": _correct,
    "withdraw": _withdraw,
}


# --- the page


def _questions(looked: dict[str, Looked]) -> list[Asked]:
    return [
        Asked(section, SECTIONS[section].title, question)
        for section in SECTIONS
        if section in looked
        for question in looked[section].questions
    ]


def _page(
    request: Request,
    report: GovernorReport,
    bound: Bound | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound = bound or Bound()
    context = context_of(request, report) | {
        "may": report_life.open_to(report, request.user),
        "writes": may_write(request.user, report),
        "approves": may_approve(request.user, report),
        "corrected_by": _corrected_by(request, report),
        "bound": bound.told(),
        "has_errors": any(form.errors for form in bound.told()),
        "refusal": refusal,
        "here": request.path,
    }
    if context["writes"]:
        context |= _of_writers(request, report, bound, context["sections"])
    template = "governors/draft.html" if context["writes"] and not report.is_read else "governors/report.html"
    return render(request, template, context, status=status)


def _of_writers(
    request: Request, report: GovernorReport, bound: Bound, sections: Iterable[ShownSection]
) -> dict[str, Any]:
    """The forms that are open to who writes it, and what stands in the way."""
    newest = counting.newest_build(report)
    context: dict[str, Any] = {
        "newest": newest,
        "is_counting": newest is not None and newest.status == ReportBuild.Status.ASKED,
        "has_failed": newest is not None and newest.status == ReportBuild.Status.FAILED,
        "withdraw_form": bound.withdraw or WithdrawForm(initial={"deed": "withdraw"}, auto_id="withdraw_%s"),
        "token_form": TokenForm(),
    }
    if not report.is_open:
        return context
    looked = drafting.looked(report, by=request.user)
    questions = _questions(looked)
    for place, one in enumerate(questions):
        one.form = _answer_form(one, bound.answer, place)
    said = {key: one.words for key, one in drafting.comments_of(report).items()}
    form = bound.comments.over(said) if bound.comments else _comments_form(report, said)
    shown = {one.key: one for one in sections}
    return context | {
        "questions": questions,
        "problems": publishing.approving_problems(report, by=request.user, looked=looked),
        "answers": drafting.answers_of(report),
        "comments_form": form,
        "was": state_of(said),
        "boxes": [_box(section, form, shown.get(section.key), said) for section in SECTIONS.values()],
    }


def _box(section: Section, form: CommentsForm, shown: ShownSection | None, said: dict[str, str]) -> dict[str, Any]:
    """A section with its box. `stands` is what stands there, where something else was typed."""
    stands = said.get(section.key, "") if form.is_bound and section.key in form.touched else ""
    return {"section": section, "shown": shown, "field": form[field_of(section.key)], "stands": stands}


def _comments_form(report: GovernorReport, said: dict[str, str]) -> CommentsForm:
    words = {field_of(key): text for key, text in said.items()}
    return CommentsForm(initial=words | {"deed": "comments", "seen": report.revision})


def _answer_form(asked: Asked, sent: AnswerForm | None, place: int) -> AnswerForm:
    if sent is not None and sent.data.get("question") == asked.key:
        return sent
    initial = {"deed": "answer", "question": asked.key}
    return AnswerForm(initial=initial, auto_id=f"asked{place}_%s", of_staff=asked.question.of_staff)


def _corrected_by(request: Request, report: GovernorReport) -> GovernorReport | None:
    """The corrected report that took its place, or that is being written to."""
    return (
        visible(request, GovernorReport)
        .filter(replaces=report)
        .exclude(status=S.WITHDRAWN)
        .order_by("-version")
        .first()
    )


@require_GET
@requires_for_record(C.WRITE_REPORT)
def governor_report_differs(request: Request, report_id: UUID) -> HttpResponse:
    """What differs between the numbers of a report and those that were counted last."""
    report = _read(request, report_id)
    newest = counting.newest_build(report)
    rows = visible(request, ReportCell).order_by("order")
    is_other = newest is not None and newest.status == ReportBuild.Status.DONE and newest.pk != report.chosen_id
    before, after = (
        (list(rows.filter(build=report.chosen_id)), list(rows.filter(build=newest))) if is_other else ([], [])
    )
    context = {
        "report": report,
        "newest": newest,
        "is_counting": newest is not None and newest.status == ReportBuild.Status.ASKED,
        "has_failed": newest is not None and newest.status == ReportBuild.Status.FAILED,
        "is_other": is_other,
        "differs": counting.differences(before, after),
        "take_form": TakeForm(initial={"deed": "take", "build": newest and newest.pk, "seen": report.revision}),
        "token_form": TokenForm(),
    }
    return render(request, "governors/differs.html", context)
