"""How does an answer leave the school? Who reads every item opens and locks it; who handles the request sends it.

Once its words are shown, each of its files lies in the store as an encrypted PDF that opens with them alone, and who
sends it cannot read it. The words are told by another way than the files, and are kept nowhere.
"""

from datetime import date, datetime
from functools import partial

from django.db import models, transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import settle_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.pdf import encrypted, passphrase
from safeguarding.sealing import files
from sharing.requests.lifecycles import request_life
from sharing.requests.models import Bundle, BundleVolume, RequestStep, RightsRequest
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.permissions import may_handle, reads_whole
from sharing.requests.verbs import RequestVerb

from .building import STALE, content_of, facts_of, kept

B, S = Bundle.Building, RightsRequest.Status
READERS = "Only who reads every item of this request opens and locks its files."
SENDERS = "Only who handles this request, or reads every item of it, records that its files went."
NOT_BUILT = "There are no files to hand over. Ask for them first, or look whether they are made."
SHOWN = (
    "The words were shown once, and are kept nowhere. If nobody wrote them down, have the files made again: they get "
    "new words then."
)
RECORD_FIRST = "The educational record was asked for too. Hand it over first: this answers the request."


class How(models.TextChoices):
    """How the files of an answer go."""

    EMAIL = "email", "By e-mail, locked"
    COLLECTED = "collected", "Collected, on paper"
    POST = "post", "By tracked post, on paper"


def is_stale(bundle: Bundle) -> bool:
    """Whether anything of the case was changed since these files were approved."""
    return bundle.case.status != S.APPROVED or bundle.state != bundle.case.approved_state


def went_before(bundle: Bundle, case: RightsRequest) -> bool:
    """Whether these files were handed over before the case was opened and approved again: they are no answer to it."""
    if bundle.released_at is None or case.approved_at is None:
        return False
    return bundle.released_at < case.approved_at


def _held(bundle: Bundle) -> Bundle:
    """The files and their case, locked. Raises `OutOfTurn` unless they are made, and are of what was approved."""
    case = RightsRequest.objects.select_for_update(of=("self",)).filter(pk=bundle.case_id).first()
    held: Bundle | None = Bundle.objects.select_for_update(of=("self",)).filter(pk=bundle.pk).first()
    if case is None or held is None:
        raise NotAllowed(READERS)
    held.case = case
    if held.building != B.BUILT:
        raise OutOfTurn(NOT_BUILT)
    return held


@transaction.atomic
def lock(bundle: Bundle, *, by: User, at: datetime | None = None) -> str:
    """Lock its files with new words, and return these: nobody sees them again.

    Raises `NotAllowed` for who does not read every item, `OutOfTurn` where they are not made, stale or locked.
    """
    held = _held(bundle)
    if not reads_whole(by, held.case):
        raise NotAllowed(READERS)
    if is_stale(held):
        raise OutOfTurn(STALE)
    if held.words_shown_at is not None:
        raise OutOfTurn(SHOWN)
    words = passphrase()
    for volume in BundleVolume.objects.select_for_update(of=("self",)).filter(bundle=held).order_by("number"):
        locked = encrypted(content_of(volume), words)
        # What opened without the words is nowhere any more.
        transaction.on_commit(partial(files.drop, volume.stored), robust=True)
        volume.stored = kept(held, locked)
        for name, said in facts_of(locked).items():
            setattr(volume, name, said)
        volume.save(update_fields=["stored", "size", "digest"])
        record(Verb.CHANGE, volume, by=by, purpose="locked")
    held.words_shown_at = at or timezone.now()
    held.save(update_fields=["words_shown_at"])
    record(RequestVerb.LOCK, held, by=by)
    return words


@transaction.atomic
def make_again(bundle: Bundle, *, by: User) -> Bundle:
    """Have files made once more whose words nobody wrote down. Raises `NotAllowed`, `OutOfTurn` once they went."""
    from .building import ask_again

    held = _held(bundle)
    if not reads_whole(by, held.case):
        raise NotAllowed(READERS)
    if held.released_at is not None:
        raise OutOfTurn("These files were handed over. Open the request again to see how it stands.")
    if is_stale(held):
        raise OutOfTurn(STALE)
    return ask_again(held, by=by)


@transaction.atomic
def release(bundle: Bundle, *, by: User, how: str, on: date, at: datetime | None = None) -> RightsRequest:
    """Record that its files went, and how. With the answer the request is answered. Pressed twice, they went once.

    Raises `NotAllowed`, `BadInput` for a way or a day that cannot be, `OutOfTurn` where they are stale.
    """
    at = at or timezone.now()
    held = _held(bundle)
    case = held.case
    if not (may_handle(by, case) or reads_whole(by, case)):
        raise NotAllowed(SENDERS)
    if held.released_at is not None:
        return case
    if is_stale(held):
        raise OutOfTurn(STALE)
    for sentence in release_problems(held, how, on, today=timezone.localdate(at)).values():
        raise BadInput(f"{sentence}.")
    if held.kind == Bundle.Kind.ANSWER and case.wants_record and not _record_went(case):
        raise OutOfTurn(RECORD_FIRST)
    _step(held, how, on, by=by, at=at)
    held.released_at, held.released_by = at, by
    held.save(update_fields=["released_at", "released_by"])
    count = BundleVolume.objects.filter(bundle=held).count()
    record(Verb.EXPORT, held, by=by, purpose=f"handed over, {how}", count=count)
    if held.kind == Bundle.Kind.RECORD:
        return case
    done = request_life.perform("answer", case, by=by, at=at, outcome=held.outcome)
    settle_notices(object_id=case.pk, kinds=list(RequestNotice), by=by, at=at)
    return done


def release_problems(bundle: Bundle, how: str, on: date | None, *, today: date) -> dict[str, str]:
    """Why it cannot have gone like this: field to sentence."""
    found = {}
    if how not in How:
        found["how"] = "Choose how the files go"
    elif how == How.EMAIL and bundle.words_shown_at is None:
        found["how"] = "These files are not locked, so they cannot go by e-mail. Lock them first"
    if on is None:
        found["on"] = "Enter the day on which they went"
    elif on > today:
        found["on"] = "That day has not come yet. Record it once they have gone"
    elif bundle.built_at is not None and on < timezone.localdate(bundle.built_at):
        found["on"] = "The files were made after that day. Enter the day on which they went"
    return found


def _record_went(case: RightsRequest) -> bool:
    return Bundle.objects.filter(case=case, kind=Bundle.Kind.RECORD, released_at__gte=case.approved_at).exists()


def _step(bundle: Bundle, how: str, on: date, *, by: User, at: datetime) -> None:
    step = RequestStep(
        case_id=bundle.case_id,
        school_id=bundle.school_id,
        token=entry_token(bundle.pk, "handed over"),
        kind=RequestStep.Kind.HANDED_OVER,
        happened_on=on,
        text=f"{Bundle.Kind(bundle.kind).label}: {How(how).label.lower()}.",
        made_at=at,
        by=by,
    )
    step.save(force_insert=True)
    record(Verb.CREATE, step, by=by, purpose="handed over")
