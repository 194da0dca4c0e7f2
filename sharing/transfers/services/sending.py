"""Hand a file over to the next school: as one decision to share, by the legal reason of such a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.printing.gathering import For
from sharing.events.models import LegalReason, SharingEvent
from sharing.events.services.checking import (
    Problems,
    Said,
    moment_problems,
    raise_first,
    reasons_offered,
    test_problems,
)
from sharing.events.services.deciding import begin_share, decide_share
from sharing.events.services.following import Happened
from sharing.events.services.handing_over import WAYS
from sharing.events.services.sending import carry_out, sent_problems
from sharing.transfers.lifecycles import transfer_life
from sharing.transfers.models import FileSending, FileTransfer, FileVolume
from sharing.transfers.permissions import ensure_sends

from . import telling
from .additions import Seen, gone, lacking, mark, seen, told_already
from .confirming import hold

REASON = "next_school_file"
S, E = FileTransfer.Status, SharingEvent
_PURPOSE = "The child protection file follows the child to the next school, so that it can keep the child safe."
_NECESSITY = (
    "Keeping children safe in education: the whole file goes, as soon as possible, and its receipt is confirmed."
)
_HARM = "Without it nobody at the next school knows what has happened to the child."
_ONWARD = "It is the file of the child. The next school keeps it apart from the educational record, as this school did."
_OTHERS = (
    "Another file of this child was sent while this one was in hand. Ask for the addition: it has what that one lacks."
)
_ELSEWHERE = (
    "The last day or the next school was confirmed again after this file was built: its pages name what was known "
    "then. Build it again, and hand that one over."
)
NOT_READY = "There is no file to hand over. Ask for it first, or look whether it is built."


@dataclass(frozen=True)
class HandedOver:
    """A hand-over as it is typed: how and when it goes and to which person, the test of its legal reason, who is
    told.
    """

    happened: Happened
    answers: Mapping[str, str]
    child_told: str
    parents_told: str
    not_told_why: str = ""


def reason_at(school_id: UUID, at: datetime) -> LegalReason | None:
    """The legal reason of the file, where the school may give it."""
    offered = reasons_offered(school_id, timezone.localdate(at))
    return next((one.row for one in offered if one.row.code == REASON), None)


def hand_over_problems(transfer: FileTransfer, said: HandedOver, *, now: datetime) -> Problems:
    """Why it cannot be handed over like this. Empty when it can."""
    found = moment_problems("day", said.happened.at, now=now)
    if said.happened.method not in WAYS:
        found["method"] = "Choose how it goes"
    elif transfer.recipient is None:
        found["method"] = "The next school is not in the address book. Put it there, and confirm the destination again"
    elif transfer.recipient.ended_at is not None:
        found["method"] = "The school has ended this recipient. Confirm the destination again, with another one"
    elif not transfer.recipient.is_checked:
        found["method"] = (
            f"Nobody has checked how {transfer.recipient.called} is reached. Check it in the address book first"
        )
    if not said.happened.person.strip():
        found["person"] = "Enter who there, with their role"
    reason = reason_at(transfer.school_id, now)
    if reason is None:
        found["method"] = "No legal reason for the file is in force. Look at the law of sharing in the settings"
    else:
        found |= test_problems(reason, said.answers)
    for name, told in (("child_told", said.child_told), ("parents_told", said.parents_told)):
        if told not in E.Told:
            found[name] = "Say whether they are told"
    if E.Told.NO in (said.child_told, said.parents_told) and not said.not_told_why.strip():
        found["not_told_why"] = "Write why somebody is not told"
    return found


@transaction.atomic
def hand_over_file(
    *, sending: FileSending, token: UUID, said: HandedOver, by: User, at: datetime | None = None
) -> FileSending:
    """It goes, as it was built. The same form again sends it once.

    Raises `NotAllowed` for who has not asked for it; `BadInput`; `OutOfTurn` where it is not built, was built for
    another destination, another file went while it was in hand, or nothing waits to be sent.
    """
    at = at or timezone.now()
    ensure_sends(by, sending.transfer)
    transfer = hold(sending.transfer, None, by=by)
    held = FileSending.objects.select_for_update(of=("self",)).get(pk=sending.pk, asked_by=by)
    if held.event_id is not None:
        return held
    if not held.is_ready:
        raise OutOfTurn(NOT_READY)
    if held.is_addition != (transfer.status in (S.SENT, S.RECEIVED, S.SETTLED)):
        raise OutOfTurn(_OTHERS if not held.is_addition else transfer_life.moves["send"].out_of_turn)
    raise_first(hand_over_problems(transfer, said, now=at))
    if held.built_at and transfer.confirmed_at and held.built_at < transfer.confirmed_at:
        raise OutOfTurn(_ELSEWHERE)
    held.event = _share(transfer, held, token, said, by=by, at=at)
    held.save(update_fields=["event"])
    if not held.is_addition:
        transfer_life.perform("send", transfer, by=by, at=said.happened.at)
        telling.gone(transfer, by=by, at=at)
    return held


def _share(
    transfer: FileTransfer, sending: FileSending, token: UUID, said: HandedOver, *, by: User, at: datetime
) -> SharingEvent:
    """One decision to share, decided and sent at once."""
    assert transfer.child is not None  # noqa: S101  (asked by `hold`)
    decision = Said(
        recipient=transfer.recipient,
        person=said.happened.person,
        asked=E.Asked.OWN,
        purpose=_PURPOSE,
        reason=reason_at(transfer.school_id, at),
        answers=said.answers,
        consent_stands=E.Stands.NOT_ASKED,
        consent_why="The file follows the child by law and guidance, and rests on no consent.",
        content=_content(sending),
        necessity=_NECESSITY,
        harm=_HARM,
        child_told=said.child_told,
        parents_told=said.parents_told,
        not_told_why=said.not_told_why,
        advice=E.Advice.NONE,
        onward=_ONWARD,
        decision=E.Decision.ALL,
    )
    made = begin_share(child=transfer.child, token=token, said=decision, by=by, at=at)
    named = _named(transfer, sending, by)
    if named:
        made.concerns = named
        made.revision += 1
        made.save(update_fields=["concerns", "revision"])
        record(Verb.CHANGE, made, by=by, purpose="what it tells of")
    decided = decide_share(event=made, seen=made.revision, said=decision, by=by, at=at)
    # A minute goes by between the hour that is typed and the press that decides: it follows the building.
    for problem in sent_problems(decided, said.happened, now=at, is_handed=True, after=sending.built_at).values():
        raise BadInput(f"{problem}.")
    return carry_out(decided, token, said.happened, by=by, at=at)


def _content(sending: FileSending) -> str:
    """Not how many records: who reads the decision, and not all of them, would learn that there are more."""
    volumes = FileVolume.objects.filter(sending=sending).count()
    what = "What the file lacked" if sending.is_addition else "The whole child protection file"
    return (
        f"{what}, in {volumes} volume{'' if volumes == 1 else 's'}, signed. "
        f"Fingerprint of its list of contents: {sending.manifest_digest}."
    )


def _named(transfer: FileTransfer, sending: FileSending, by: User) -> list[UUID]:
    """The concerns that the decision names, so that nobody learns of it who may not see one of them.

    A first file names none, since every reader of the child's record knows that there is one; but where all that there
    is is restricted, it names that. An addition names what it adds.
    """
    assert transfer.child is not None  # noqa: S101  (asked by `hold`)
    entries = [one for one in seen(For(by), transfer.child) if mark(transfer.pk, one.key) in sending.told]
    if sending.is_addition:
        went = told_already(gone(FileSending.objects.filter(transfer=transfer)))
        return _concerns(lacking(transfer, entries, went))
    concerns = _concerns(entries)
    is_shut = concerns and not any(one.concern_id is None for one in entries)
    if is_shut and not Concern.objects.filter(pk__in=concerns, restricted_at=None).exists():
        return concerns
    return []


def _concerns(entries: list[Seen]) -> list[UUID]:
    return sorted({one.concern_id for one in entries if one.concern_id is not None})
