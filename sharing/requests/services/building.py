"""Make the files of an answer, and look at them again before anybody may have them. Work of the worker.

Nothing of an answer is there before all of it is: its files and what says that it is built are one transaction. One
that was stopped in the middle is made from the start; what lay in the store by then is named by no row, and goes with
the strays. What is made is bound to the state that was approved: anything changed since makes it stale.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

import pikepdf
from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed, OutOfTurn, TooMany
from safeguarding.keys import entry_token, uuid7
from safeguarding.locks import is_lock
from safeguarding.printing import services as printing
from safeguarding.printing.client import PrinterAway
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import Destroyed, FileGone, FilesAway, KeyProblem, KeysAway
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from safeguarding.uploads import copies
from sharing.requests import bundling
from sharing.requests.bundling import PaperItem, Piece
from sharing.requests.checking import Find, check
from sharing.requests.models import Bundle, BundleVolume, Decided, RequestItem, RightsRequest
from sharing.requests.permissions import reads_whole
from sharing.requests.verbs import RequestVerb

from . import accompanying, documents, finding
from .composing import Composed, Taken, compose
from .worker import alone, ask_to_build

TASK = "requests"
B, S, Given = Bundle.Building, RightsRequest.Status, RightsRequest.Outcome
AT_WORK = (B.ASKED, B.BUILDING)
# What may be asked for once more.
_OVER = (B.FAILED, B.REFUSED)
BROKEN = "Something went wrong while the files were made. Tell whoever looks after Harbour at your school."
NOT_THERE = "A copy of this request cannot be opened. Tell whoever looks after Harbour at your school."
READERS = "Only who reads every item of this request has its files made."
STALE = "Something was changed after it was approved. Have it approved again, and make the files then."
NOT_APPROVED = "The copies have not been approved. Once they are, the files can be made."
MADE_AGAIN = "They were made again, since nobody had written down their words."
REFUSED = "This request is refused as a whole, so no files go out. Have it gathered, if copies are given."
NO_RECORD = "No item belongs to the educational record. Say so of the items that do, and have them approved again."
# These pass: the files are made the next time.
_AWAY = (FilesAway, KeysAway, PrinterAway, TooMany)
# Nobody waits on a page: as long as one piece may take, and a full printer before it.
_PATIENCE = 120.0
# A printer that is slow is asked again for the same piece.
_TRIES = 5
MOST_FINDS = 100
_AN_ITEM = re.compile(r"\b(item) (\d+)\b", re.IGNORECASE)


class BundleBroken(Exception):
    """The files of an answer could not be made. Says which and why, without a word of what is in them."""


@dataclass(frozen=True)
class Made:
    """A finished file."""

    content: bytes
    pages: int


@transaction.atomic
def ask(case: RightsRequest, *, by: User, kind: str = Bundle.Kind.ANSWER, token: UUID | None = None) -> Bundle:
    """Have the files of an answer made, as it was approved. Asked again, it is the same answer, unless the last could
    not be made or may not be given.

    Raises `NotAllowed` for who does not read every item, `BadInput`, `OutOfTurn` where it is not approved.
    """
    held = RightsRequest.objects.select_for_update(of=("self",)).filter(pk=case.pk).first()
    if held is None or not reads_whole(by, held):
        raise NotAllowed(READERS)
    if kind not in Bundle.Kind:
        raise BadInput("Choose which files are made: the answer, or the educational record.")
    if kind == Bundle.Kind.RECORD and not held.wants_record:
        raise BadInput("Nobody has asked for the educational record.")
    if held.status != S.APPROVED:
        raise OutOfTurn(NOT_APPROVED)
    if not held.is_handed_over:
        raise OutOfTurn(REFUSED)
    rows = Bundle.objects.filter(case=held, kind=kind, state=held.approved_state).exclude(building__in=_OVER)
    # What went before the case was opened again is no answer to it, though it may say the same.
    there = rows.exclude(released_at__lt=held.approved_at).order_by("-asked_at").first()
    if there is not None:
        return there
    made = Bundle(
        case=held,
        school_id=held.school_id,
        token=token or uuid7(),
        kind=kind,
        asked_at=timezone.now(),
        asked_by=by,
        state=held.approved_state,
    )
    made.save(force_insert=True)
    record(RequestVerb.BUILD, made, by=by, purpose=f"files of {kind}")
    ask_to_build(made.pk)
    return made


def ask_again(held: Bundle, *, by: User) -> Bundle:
    """The same files from the start: those that there were are nowhere any more. The caller has locked them, and asked
    whether it may.
    """
    for one in BundleVolume.objects.filter(bundle=held).exclude(stored=""):
        transaction.on_commit(partial(files.drop, one.stored), robust=True)
        one.stored = ""
        one.save(update_fields=["stored"])
        record(Verb.DISCARD, one, by=by, purpose="files are made again")
    held.building, held.built_at, held.failed_because = B.FAILED, None, MADE_AGAIN
    held.save(update_fields=["building", "built_at", "failed_because"])
    record(Verb.CHANGE, held, by=by, purpose="files are made again")
    return ask(held.case, by=by, kind=held.kind)


def run(bundle_id: UUID) -> bool:
    """Make these files, unless somebody is at it. Whether it came to an end."""
    with alone(bundle_id) as free:
        with system_task(TASK):
            bundle = Bundle.objects.filter(pk=bundle_id, building__in=AT_WORK).first()
        return free and bundle is not None and _made_or_failed(bundle)


def run_all() -> int:
    """Make all files that wait. Returns how many came to an end."""
    with system_task(TASK):
        rows = Bundle.objects.filter(building__in=AT_WORK).order_by("asked_at")
        waiting = list(rows.values_list("pk", flat=True))
    return sum(map(run, waiting))


def _made_or_failed(bundle: Bundle) -> bool:
    try:
        return _make(bundle.pk)
    except _AWAY:
        return False
    except (FileGone, Destroyed, KeyProblem):
        _fail(bundle, NOT_THERE)
    except HarbourError as problem:
        _fail(bundle, problem.sentence)
    except Exception as error:
        if is_lock(error):
            return False
        _fail(bundle, BROKEN)
        # What went wrong may quote what people wrote.
        raise BundleBroken(f"{type(error).__name__} in the answer {bundle.pk}") from None
    return True


def _look_again(bundle_id: UUID) -> bool:
    """Find everybody once more: whoever became known since, and each home that became secret. Where that changes what
    was approved, the case is open again. Whether it was done: not while somebody else is at the case.
    """
    with system_task(TASK):
        case_id = _held(bundle_id).case_id
    with alone(case_id) as mine:
        return mine and finding.find(case_id)


def _make(bundle_id: UUID) -> bool:
    """Whether it came to an end; else it is made the next time."""
    if not _look_again(bundle_id):
        return False
    composed = _read(bundle_id)
    made = _files(composed)
    finds = check([one.content for one in made], composed.protected, composed.painted)
    if finds:
        _refuse(composed, finds)
    else:
        _keep(composed, made)
    return True


@system_task(TASK)
def _read(bundle_id: UUID) -> Composed:
    """What goes on paper, as it stands now: which is what was approved."""
    held = _held(bundle_id)
    composed = compose(held)
    if held.kind == Bundle.Kind.RECORD and not composed.items:
        raise OutOfTurn(NO_RECORD)
    if held.building != B.BUILDING:
        held.building = B.BUILDING
        held.save(update_fields=["building"])
        record(Verb.CHANGE, held, purpose="files are made")
    return composed


def _held(bundle_id: UUID) -> Bundle:
    """Files that are asked for, of a case as it was approved. Raises `OutOfTurn` where anything was changed since."""
    rows = Bundle.objects.select_for_update(of=("self",)).select_related("case__child", "school")
    held: Bundle | None = rows.filter(pk=bundle_id, building__in=AT_WORK).first()
    if held is None:
        raise OutOfTurn("These files do not wait to be made any more.")
    case = held.case
    if case.status != S.APPROVED or not held.state == case.approved_state == documents.state_of(case):
        raise OutOfTurn(STALE)
    return held


# --- on paper


def _files(composed: Composed) -> list[Made]:
    """The finished files: each laid out in pieces by the printer, in its processes with their limits, and joined."""
    printer = _Printer(composed.bundle)
    printed = [printer.print(piece) for piece in _pieces(composed)]
    sheets = [_sheets(pdf) for pdf in printed]
    parts = bundling.volumes(sheets, [len(pdf) for pdf in printed])
    return [
        Made(printer.join([printed[place] for place in part]), sum(sheets[place] for place in part)) for part in parts
    ]


def _pieces(composed: Composed) -> Iterator[Piece]:
    items = [_on_paper(one, composed.rows) for one in composed.items]
    with system_task(TASK):
        letter = accompanying.letter(composed.frame, composed.bundle, composed.sources, is_cut=composed.is_cut)
    yield letter
    yield from bundling.pieces(composed.frame, items, composed.laws)


def _on_paper(one: Taken, rows: Mapping[int, RequestItem]) -> PaperItem:
    try:
        return one.on_paper(dict(_pictures(one)) if one.released and one.released.pages else {})
    except OutOfTurn as problem:
        raise OutOfTurn(_renumbered(problem.sentence, rows)) from None


def _pictures(one: Taken) -> Iterator[tuple[int, bytes]]:
    """The pages of an item, painted and drawn anew in the sandbox. One that cannot be drawn is missing."""
    if one.file is None:
        return
    with system_task(TASK):
        content = b"".join(files.read(one.file.stored, record=one.file.record))
    for n, rectangles in one.rectangles().items():
        drawn = copies.draw_painted(one.file.kind, content, n, rectangles)
        yield from ((page.n, page.picture) for page in drawn.pages if page.n == n)


class _Printer:
    """Prints one answer. The same piece asked for again is the same print."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._made = 0

    def print(self, piece: Piece) -> bytes:
        return self._ask(printing.written([piece.html], pictures=piece.pictures))

    def join(self, parts: Sequence[bytes]) -> bytes:
        return self._ask(printing.written_to_join(parts))

    def _ask(self, content: bytes) -> bytes:
        self._made += 1
        key = entry_token(self.bundle.pk, self._made, hashlib.sha256(content).hexdigest())
        for _ in range(_TRIES - 1):
            with suppress(OutOfTurn):
                return printing.make_at_once(content, key=key, whose=self.bundle.asked_by_id, wait=_PATIENCE)
        return printing.make_at_once(content, key=key, whose=self.bundle.asked_by_id, wait=_PATIENCE)


def _sheets(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as found:
        return len(found.pages)


# --- what came of it


@system_task(TASK)
def _keep(composed: Composed, made: Sequence[Made]) -> None:
    held = _held(composed.bundle.pk)
    at, stored = timezone.now(), list[str]()
    try:
        with transaction.atomic():
            for number, one in enumerate(made, 1):
                stored.append(kept(held, one.content))
                volume = BundleVolume(
                    bundle=held,
                    case_id=held.case_id,
                    school_id=held.school_id,
                    number=number,
                    of=len(made),
                    pages=one.pages,
                    stored=stored[-1],
                    built_at=at,
                    **facts_of(one.content),
                )
                volume.save(force_insert=True)
            held.building, held.built_at, held.outcome = B.BUILT, at, _outcome(composed)
            held.save(update_fields=["building", "built_at", "outcome"])
            record(Verb.CREATE, held, purpose="files are made", count=len(made))
    except Exception:
        # No row names them. Where even this fails, they go with the strays.
        with suppress(Exception):
            files.drop(*stored)
        raise


def kept(bundle: Bundle, content: bytes) -> str:
    """Seal a file with the key of its case. Its name in the store. Raises `FilesAway`."""
    owner, kind = record_of(bundle)
    return files.keep(content, key=key_of(owner, kind, first_subject(bundle)))


def facts_of(content: bytes) -> dict[str, Any]:
    """What a row says of a file."""
    return {"size": len(content), "digest": hashlib.sha256(content).hexdigest()}


def _outcome(composed: Composed) -> str:
    """How much is given, of the case as a whole."""
    rows = RequestItem.objects.filter(case=composed.bundle.case_id).exclude(decided=Decided.OUT_OF_SCOPE)
    decided = set(rows.values_list("decided", flat=True))
    if not decided:
        return Given.NOTHING
    if decided == {Decided.WITHHELD}:
        return Given.REFUSED
    return Given.GIVEN if decided == {Decided.FULL} else Given.PART


@system_task(TASK)
def _refuse(composed: Composed, finds: Sequence[Find]) -> None:
    """Something stands there that must not: it is said of which item, and no word of it. Nothing is kept."""
    held = _held(composed.bundle.pk)
    held.building = B.REFUSED
    held.finds = [_said(one, composed.rows) for one in finds[:MOST_FINDS]]
    held.save(update_fields=["building", "finds"])
    record(Verb.CHANGE, held, purpose="files may not be given", count=len(finds), outcome=Outcome.REFUSED)


def _said(find: Find, rows: Mapping[int, RequestItem]) -> dict[str, Any]:
    """A find as it is kept, with the item to which it leads."""
    row = rows.get(find.item) if find.item else None
    return {
        "says": _renumbered(find.sentence, rows),
        "item": row.number if row else None,
        "key": str(row.pk) if row else "",
    }


def _renumbered(sentence: str, rows: Mapping[int, RequestItem]) -> str:
    """The same with each item by the number that it has in the case, which is not that on paper."""

    def numbered(found: re.Match[str]) -> str:
        row = rows.get(int(found[2]))
        return f"{found[1]} {row.number}" if row else found[0]

    return _AN_ITEM.sub(numbered, sentence)


@system_task(TASK)
def _fail(bundle: Bundle, sentence: str) -> None:
    held = Bundle.objects.select_for_update(of=("self",)).get(pk=bundle.pk)
    if held.building in AT_WORK:
        held.building, held.failed_because = B.FAILED, sentence[:300]
        held.save(update_fields=["building", "failed_because"])
        record(Verb.CHANGE, held, purpose="files could not be made", outcome=Outcome.FAILED)


def content_of(volume: BundleVolume) -> bytes:
    """A file as it lies in the store: locked once its words were shown. Raises `OutOfTurn` where it is not what was
    kept; what `files.read` raises.
    """
    content = b"".join(files.read(volume.stored, record=volume.case_id))
    if hashlib.sha256(content).hexdigest() != volume.digest:
        raise OutOfTurn("This file is not what was made here. Tell whoever looks after Harbour at your school.")
    return content
