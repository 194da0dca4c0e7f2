"""The part "Abuse or exploitation" of the tab "Retention": each sign with its answer, the mark of the file itself, and
what becomes of the own copy. Everything is sent to the tab.
"""

from typing import Any

from children.models import Child
from retention import wording
from retention.capabilities import RetentionCapability as C
from retention.forms.statements import AnswerForm, MarkForm, OwnCopyForm
from retention.models import OWN_COPY, Mark, RetentionDate, RetentionRule, Statement
from retention.periods import ABUSE
from retention.services import kept, signs, statements
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, rights
from safeguarding.accounts.roles import Capability
from safeguarding.http import Request
from safeguarding.plans.views.deeds import Deed, offered

_ANSWERED = "On the record. Until when the file is kept stands above."


def _answers(child: Child, form: AnswerForm, by: User) -> object:
    given = form.cleaned_data
    return signs.answer(
        child=child,
        sign=given["sign"],
        codes=given["codes"].split(),
        token=given["token"],
        applies=given["applies"] == "yes",
        reason=given["reason"],
        by=by,
    )


def _says_own_copy(child: Child, form: OwnCopyForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("token", "kind", "reason")}
    return signs.say_own_copy(child=child, by=by, **given)


def _marks(applies: bool) -> Any:
    def mark(child: Child, form: MarkForm, by: User) -> object:
        given = form.cleaned_data
        return statements.mark(child=child, token=given["token"], applies=applies, reason=given["reason"], by=by)

    return mark


def _always(child: Child) -> bool:
    return True


ANSWER = Deed("answer", AnswerForm, "Answer", "Save the answer", _ANSWERED, _answers, _always)
COPY = Deed("own_copy", OwnCopyForm, "What becomes of our own copy", "Save", _ANSWERED, _says_own_copy, _always)
MARK = Deed("mark", MarkForm, "Keep the file itself under the long rule", "Save", _ANSWERED, _marks(True), _always)
UNMARK = Deed("unmark", MarkForm, "The mark does not hold any more", "Save", _ANSWERED, _marks(False), _always)
# What whoever decides in a lead's place may send too: the services say who answers.
IN_PLACE = (ANSWER.key, COPY.key)


def decides_in_place(user: User) -> bool:
    """Whether the person's role may have to decide in place of a lead from whom something is hidden."""
    return bool(rights(user).schools(Capability.STAND_IN))


def shown(
    request: Request,
    child: Child,
    known: kept.Known,
    rules: list[RetentionRule],
    *,
    marks: list[Mark],
    said: list[Statement],
    bound: dict[str, Any],
) -> dict[str, Any]:
    """What the part shows, as far as its reader may know of it, with the forms that they may send."""
    rule = next((rule for rule in rules if rule.code == ABUSE), None)
    standing = [one for one in marks if one.ended_at is None]
    by_sign = {one.row_key: one for one in standing}
    mark = by_sign.get(None)
    told = signs.signs_told(request.user, child)
    mine = bound.get(ANSWER.key)
    copy = next((one for one in said if one.kind in OWN_COPY and one.withdrawn_at is None), None)
    return {
        "long_rule": rule,
        "long_rule_says": wording.in_words(rule) if rule else "",
        "signs": [(one, by_sign.get(one.key), _form(child, one, mine)) for one in told],
        "asked": sum(one.is_open for one in told),
        "mark": mark if mark and mark.applies else None,
        "own_copy": copy,
        "mark_deeds": _deeds_of_mark(request, child, mark, bound),
        "copy_deed": _deed_of_copy(request, child, known, copy, bound),
    }


def _form(child: Child, told: signs.Told, bound: Any) -> dict[str, Any] | None:
    """The form for whoever answers a sign: that which was sent and not taken, or an empty one."""
    if not told.answers:
        return None
    is_this = bound is not None and bound.data.get("sign") == str(told.key)
    form = (
        bound
        if is_this
        else AnswerForm(auto_id=f"answer_{told.key}_%s", initial={"deed": ANSWER.key}, child=child, told=told)
    )
    summary = "Answer" if told.is_open else "Answer it again"
    return {"deed": f"answer-{told.key}", "summary": summary, "send": ANSWER.send, "form": form}


def _deeds_of_mark(request: Request, child: Child, mark: Mark | None, bound: dict[str, Any]) -> list[Any]:
    if not may(request.user, C.KEEP_RETENTION, child.school_id):
        return []
    deed = UNMARK if mark is not None and mark.applies else MARK
    return list(offered(child, [deed], bound, child=child).values())


def _deed_of_copy(
    request: Request, child: Child, known: kept.Known, copy: Statement | None, bound: dict[str, Any]
) -> Any:
    waits = known.kept.missing == RetentionDate.Missing.UNDECIDED and not known.is_hidden
    if (waits or copy is not None) and signs.answers(request.user, child):
        return offered(child, [COPY], bound, child=child)[COPY.key]
    return None
