"""What can be done with a case on its page, by whom, and when? Each deed is one form."""

from safeguarding.accounts.models import User
from safeguarding.plans.views.deeds import Deed
from sharing.requests.forms.case_deeds import (
    AskPlaceForm,
    BecauseForm,
    ElsewhereForm,
    FinishForm,
    GatherForm,
    LetterForm,
    OutcomeForm,
    PartForm,
    RecipientForm,
    RecipientsForm,
    RemindForm,
    StatementForm,
    StepForm,
    StepKeyForm,
)
from sharing.requests.forms.cases import ChecksForm, CorrectForm
from sharing.requests.models import Right, RightsRequest
from sharing.requests.services import (
    answering,
    correcting,
    gathering,
    intake,
    letters,
    places,
    recipients,
    roles,
    statements,
    steps,
    unfinished,
)

S = RightsRequest.Status
Case = RightsRequest


def _correct(case: Case, form: CorrectForm, by: User) -> object:
    return intake.correct(case, by=by, seen=form.cleaned_data["seen"], **form.changed())


def _check(case: Case, form: ChecksForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("note", "seen")}
    return intake.answer_checks(case, by=by, **given, **form.changed())


def _step(case: Case, form: StepForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("kind", "happened_on", "text", "token")}
    return steps.add(case, by=by, **given)


def _unstep(case: Case, form: StepKeyForm, by: User) -> object:
    return steps.withdraw(form.chosen, by=by)


def _gather(case: Case, form: GatherForm, by: User) -> object:
    return gathering.ask(case, by=by)


def _remind(case: Case, form: RemindForm, by: User) -> object:
    return unfinished.ask_to_remind(case, by=by)


def _letter(case: Case, form: LetterForm, by: User) -> object:
    return letters.begin(case, by=by, kind=form.cleaned_data["kind"], token=form.cleaned_data["token"])


def _name(case: Case, form: PartForm, by: User) -> object:
    part = form.cleaned_data["part"]
    if part in form.taken:
        return roles.replace(case, by=by, part=part, user=form.chosen)
    return roles.name(case, by=by, user=form.chosen, part=part)


def _ask(case: Case, form: AskPlaceForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("place", "searched_for", "token")}
    return places.ask(case, by=by, user=form.chosen, **given)


def _answer(case: Case, form: OutcomeForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("outcome", "reasons", "seen")}
    return answering.answer(case, by=by, **given)


def _finish(case: Case, form: FinishForm, by: User) -> object:
    outcome, reasons = case.outcome, case.outcome_reasons
    return answering.answer(case, by=by, outcome=outcome, reasons=reasons, seen=form.cleaned_data["seen"])


def _state(case: Case, form: StatementForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("text", "written_on", "token")}
    return statements.add(case, by=by, concern=form.chosen, **given)


def _elsewhere(case: Case, form: ElsewhereForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("words", "token")}
    return correcting.corrected_elsewhere(case, by=by, **given)


def _told(case: Case, form: RecipientForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("how", "told_on", "reasons")}
    return recipients.say(case, by=by, key=form.chosen, is_named=form.is_named, **given)


def _recipients(case: Case, form: RecipientsForm, by: User) -> object:
    return recipients.confirm(case, by=by, token=form.cleaned_data["token"])


def _withdraw(case: Case, form: BecauseForm, by: User) -> object:
    return answering.withdraw(case, by=by, because=form.cleaned_data["because"])


def _reopen(case: Case, form: BecauseForm, by: User) -> object:
    return answering.reopen(case, by=by, because=form.cleaned_data["because"])


def _is_worked_on(case: Case) -> bool:
    """Taken up, and not over."""
    return case.is_open and case.status != S.HANDED_IN


def _is_gathered(case: Case) -> bool:
    """Whether it can be gathered now: for the first time, or again."""
    at_work = (Case.Gathering.ASKED, Case.Gathering.AT_WORK)
    return _is_worked_on(case) and case.is_copy and case.child_id is not None and case.gathering not in at_work


def is_to_correct(case: Case) -> bool:
    """Whether the record of a child is to be corrected now, if what is asked is right."""
    return _is_worked_on(case) and case.right == Right.RECTIFY and case.child_id is not None


def _is_before_approval(case: Case) -> bool:
    return case.status == S.OPEN


# Of who handles the request.
HANDLING: dict[str, Deed[Case]] = {
    deed.key: deed
    for deed in (
        Deed("step", StepForm, "Record a step", "Record it", "Recorded. The dates follow it.", _step, _is_worked_on),
        Deed("letter", LetterForm, "Begin a letter", "Begin it", "Begun from what is known. Read it, and change it.",
             _letter, lambda case: case.status != S.HANDED_IN),
        Deed("place", AskPlaceForm, "Ask somebody to search", "Ask", "Asked. They are told in their inbox.", _ask,
             _is_worked_on),
        Deed("name", PartForm, "Name who does what", "Name", "Named. They are told in their inbox.", _name,
             _is_worked_on),
        Deed("correct", CorrectForm, "Correct what was taken down", "Save", "Corrected. The dates follow it.", _correct,
             _is_worked_on),
        Deed("withdraw", BecauseForm, "They have withdrawn it", "Withdraw the request", "Withdrawn.", _withdraw,
             lambda case: case.is_open),
        Deed("reopen", BecauseForm, "Open it again", "Open it again", "Opened again.", _reopen,
             lambda case: case.status in (S.ANSWERED, S.WITHDRAWN)),
    )
}  # fmt: skip
CHECKS: Deed[Case] = Deed(
    "checks", ChecksForm, "Answer the checks", "Save the answers", "Saved.", _check, _is_worked_on
)
OUTCOME: Deed[Case] = Deed(
    "outcome", OutcomeForm, "Propose the outcome", "Save the outcome", "Saved. A second person approves it.", _answer,
    _is_before_approval,
)  # fmt: skip
GATHER: Deed[Case] = Deed(
    "gather", GatherForm, "Gather what is held", "Gather it", "Asked for. The copies are made in the background.",
    _gather, _is_gathered,
)  # fmt: skip
REMIND: Deed[Case] = Deed(
    "remind", RemindForm, "Remind who has not finished", "Remind them",
    "Whoever has not finished their part is reminded. Only the person who approves it reads who that is.", _remind,
    unfinished.waits_for_parts,
)  # fmt: skip
STATEMENT: Deed[Case] = Deed(
    "statement", StatementForm, "Add what they say to a concern", "Add the statement",
    "Added. It stands beside the concern, whatever becomes of this request.", _state,
    is_to_correct,
)  # fmt: skip
ELSEWHERE: Deed[Case] = Deed(
    "elsewhere", ElsewhereForm, "It was corrected elsewhere", "Save where", "Saved.", _elsewhere, is_to_correct
)
RECIPIENT: Deed[Case] = Deed(
    "recipient", RecipientForm, "Say who was told of the correction", "Save", "Saved.", _told, is_to_correct
)
RECIPIENTS: Deed[Case] = Deed(
    "recipients", RecipientsForm, "Confirm who had received the record", "Confirm the list",
    "Confirmed. A correction after this asks for it again.", _recipients, is_to_correct,
)  # fmt: skip
FINISH: Deed[Case] = Deed(
    "finish", FinishForm, "They have been told the outcome", "Close it as answered", "Answered.", _finish,
    lambda case: case.status == S.APPROVED and case.outcome in answering.outcomes_of(case),
)  # fmt: skip
UNSTEP: Deed[Case] = Deed("unstep", StepKeyForm, "", "Withdraw", "Withdrawn. The dates follow it.", _unstep,
                          _is_worked_on)  # fmt: skip
TAKEN = (
    StepForm,
    LetterForm,
    AskPlaceForm,
    PartForm,
    CorrectForm,
    BecauseForm,
    ChecksForm,
    OutcomeForm,
    StatementForm,
    ElsewhereForm,
    RecipientForm,
)


def theirs(case: Case, *, handles: bool, checks: bool, reviews: bool, prepares: bool) -> dict[str, Deed[Case]]:
    """The deeds that somebody may do with the case as it stands, in the order of the page.

    `checks`: whether their role reviews copies; `reviews`: whether they are named to review or approve in this case;
    `prepares`: to prepare it.
    """
    may: dict[str, Deed[Case]] = {}
    if checks:
        may |= {CHECKS.key: CHECKS, STATEMENT.key: STATEMENT}
    if handles or reviews:
        may |= {"step": HANDLING["step"], UNSTEP.key: UNSTEP}
    if handles or reviews:
        may[ELSEWHERE.key] = ELSEWHERE
    if prepares:
        may |= {RECIPIENT.key: RECIPIENT, RECIPIENTS.key: RECIPIENTS}
    if handles or prepares:
        may |= {GATHER.key: GATHER, REMIND.key: REMIND}
    if handles:
        may |= HANDLING
    if handles and (checks or not case.is_copy):
        may |= {OUTCOME.key: OUTCOME, FINISH.key: FINISH}
    return {key: deed for key, deed in may.items() if deed.is_open(case)}
