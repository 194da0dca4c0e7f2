"""What does a decision to share lack? Field to sentence, without its full stop; empty where it can be taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from children.models import Contact
from safeguarding.exceptions import BadInput
from sharing.events.models import Consent, LegalReason, Recipient, SharingEvent

from .law import Reason, reasons_at

E = SharingEvent
Problems = dict[str, str]


@dataclass(frozen=True)
class Said:
    """A decision as it is typed, whole or in part."""

    recipient: Recipient | None = None
    person: str = ""
    asked: str = ""
    purpose: str = ""
    for_adult: Contact | None = None
    due_on: date | None = None
    reason: LegalReason | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    consent_stands: str = ""
    consent: Consent | None = None
    consent_why: str = ""
    content: str = ""
    left_out: str = ""
    necessity: str = ""
    harm: str = ""
    child_told: str = ""
    parents_told: str = ""
    not_told_why: str = ""
    advice: str = ""
    advice_said: str = ""
    onward: str = ""
    return_by: date | None = None
    follow_up_on: date | None = None
    decision: str = ""
    because: str = ""
    because_why: str = ""


def raise_first(problems: Mapping[str, str]) -> None:
    """Raise `BadInput` with the first sentence, if there is any."""
    for sentence in problems.values():
        raise BadInput(f"{sentence}.")


def reasons_offered(school_id: UUID, on: date) -> list[Reason]:
    """The legal reasons that a school may give: one that would be a legal obligation only once it was confirmed."""
    return [one for one in reasons_at(school_id, on) if one.is_offered]


def as_offered(chosen: LegalReason | None, offered: Mapping[str, Reason]) -> Reason | None:
    """The legal reason that was chosen, where it is offered as it was chosen: its row may have ended since."""
    found = offered.get(chosen.code) if chosen else None
    return found if found and found.row == chosen else None


def consents_in_force(child_id: UUID, recipient: Recipient | None, on: date) -> list[Consent]:
    """What was agreed for this child and this recipient, and allows something on a day."""
    if recipient is None:
        return []
    given = Consent.objects.filter(child=child_id, recipient=recipient, answer="given", withdrawn_at=None)
    rows = given.select_related("wording").order_by("-answered_on", "-pk")
    return [one for one in rows if one.in_force(on)]


def begin_problems(said: Said) -> Problems:
    """Why no draft can be begun with this."""
    found = {}
    if said.recipient is None or said.recipient.ended_at is not None:
        found["recipient"] = "Choose who it goes to"
    if said.asked not in E.Asked:
        found["asked"] = "Say how it began"
    if not said.purpose.strip():
        found["purpose"] = "Write what it is for"
    return found


def decision_problems(
    said: Said, *, child_id: UUID, offered: Mapping[str, Reason], items: int, today: date
) -> Problems:
    """Why this cannot be decided. `offered` are legal reasons by their code, `items` how many records were chosen."""
    found = begin_problems(said)
    reason = as_offered(said.reason, offered)
    if said.decision not in E.Decision:
        found["decision"] = "Say what is decided"
    elif said.decision == E.Decision.NONE:
        found |= _refusal_problems(said, reason)
    else:
        found |= _reason_problems(said, reason)
        found |= _consent_problems(said, child_id, today)
        found |= _content_problems(said, items)
        found |= _told_problems(said)
    if said.advice not in E.Advice:
        found["advice"] = "Say who advised, or that no advice was needed"
    elif said.advice != E.Advice.NONE and not said.advice_said.strip():
        found["advice_said"] = "Write what was advised"
    return found


def _refusal_problems(said: Said, reason: Reason | None) -> Problems:
    found = {}
    if said.because not in E.Because:
        found["because"] = "Choose why it is not shared"
    elif said.because == E.Because.DETRIMENTAL and not asks_of_harm(reason, said.recipient):
        found["because"] = (
            "Whether sharing does more harm is asked of a duty that binds both alone. Choose another reason"
        )
    if not said.because_why.strip():
        found["because_why"] = "Write why it is not shared"
    return found


def asks_of_harm(reason: Reason | None, recipient: Recipient | None) -> bool:
    """Whether not sharing asks whether sharing would do the child more harm."""
    return reason is not None and recipient is not None and reason.asks_more_detrimental(recipient.kind)


def _reason_problems(said: Said, reason: Reason | None) -> Problems:
    if reason is None:
        return {"reason": "Choose the legal reason. Without one nothing is shared"}
    return test_problems(reason.row, said.answers)


def test_problems(reason: LegalReason, answers: Mapping[str, str]) -> Problems:
    """Which questions of its test are not answered, or not as they must be."""
    found = {}
    for question in reason.questions:
        name, said = f"answer_{question['key']}", str(answers.get(question["key"], "")).strip()
        if question["takes"] == "yes" and said != "yes":
            found[name] = "Nothing is shared until this was done"
        elif not said or (question["takes"] == "choice" and said not in dict(question["choices"])):
            found[name] = f"Answer “{question['asks']}”"
    return found


def _consent_problems(said: Said, child_id: UUID, today: date) -> Problems:
    rests_on_it = said.reason is not None and said.reason.kind == LegalReason.Kind.CONSENT
    if said.consent_stands not in E.Stands:
        return {"consent_stands": "Say how it stands with consent"}
    if not rests_on_it:
        lacks_why = said.consent_stands != E.Stands.GIVEN and not said.consent_why.strip()
        return {"consent_why": "Write why there is no consent"} if lacks_why else {}
    if said.consent is None or said.consent not in consents_in_force(child_id, said.recipient, today):
        return {"consent": "Choose a consent for this recipient that is in force today. Without one nothing is shared"}
    if said.consent_stands != E.Stands.GIVEN:
        return {"consent_stands": "It rests on consent: say that it was asked and given"}
    return {}


def _content_problems(said: Said, items: int) -> Problems:
    found = {}
    if not items and not said.content.strip():
        found["content"] = "Choose records, or write exactly what is shared"
    if said.decision == E.Decision.PART and not said.left_out.strip():
        found["left_out"] = "Write what is left out, and why"
    if not said.necessity.strip():
        found["necessity"] = "Write why this much, and why now"
    if not said.harm.strip():
        found["harm"] = "Write which harm was considered"
    if not said.person.strip():
        found["person"] = "Enter who there, with their role"
    return found


def _told_problems(said: Said) -> Problems:
    found = {
        name: "Say whether they are told"
        for name, told in (("child_told", said.child_told), ("parents_told", said.parents_told))
        if told not in E.Told
    }
    if E.Told.NO in (said.child_told, said.parents_told) and not said.not_told_why.strip():
        found["not_told_why"] = "Write why somebody is not told"
    return found


def moment_problems(name: str, at: datetime | None, *, now: datetime, after: datetime | None = None) -> Problems:
    """Why something cannot have happened then."""
    if at is None or at > now:
        return {name: "Enter when it was, now or in the past"}
    if after is not None and at < after:
        return {name: "This cannot have been before what it follows"}
    return {}


def facts(said: Said) -> dict[str, Any]:
    """What is typed, as fields of the model: texts without white space around them."""
    given = dict(vars(said))
    given["answers"] = {key: text.strip() for key, text in said.answers.items() if text.strip()}
    return {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
