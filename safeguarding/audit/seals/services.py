"""Seal what has settled: number the events, hash them into the tree, sign its root. And keep the seals outside as well.

Only events are numbered whose transaction has ended for everybody. Taking all up to the newest id was measured: a
transaction that began earlier and ends later then puts its events inside a range that was sealed.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from safeguarding.ages import past
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.locks import one_at_a_time

from . import keyfile, volume
from .canonical import canonical
from .findings import Verdict
from .keyfile import KeyFile, SealProblem
from .merkle import Frontier, leaf_hash
from .models import Checkpoint, SealState
from .notes import Checkpoint as Said
from .notes import NoteError, PublicKey, SignedNote, Signer, keys_by_id, new_origin
from .rows import as_event, columns
from .verifying import verify

# Events in one seal, and in memory at one time.
BATCH = 5_000
# The hour of the night, in Europe/London, from which on the record is looked at.
VERIFY_HOUR = 2
logger = logging.getLogger("harbour.seals")


@dataclass(frozen=True)
class _Moment:
    """What has settled: every transaction below `xmin` has ended, none from `xmax` on had begun."""

    xmin: int
    xmax: int


def seal(*, everything: bool = False) -> int:
    """Number and sign what has settled. Returns how many events; 0 also where somebody else is sealing.

    `everything` looks at every event, not only at those of transactions since the last seal: once a night, because a
    backup that was put into another server brings events whose transactions have numbers of the former one. Raises
    `SealProblem` where it cannot go on; the events wait.
    """
    keys = keyfile.read()
    total = 0
    while sealed := _seal_some(keys, everything=everything):
        total += sealed
        if sealed < BATCH:
            break
    return total


def seal_and_anchor(*, everything: bool = False) -> int:
    """What the clock does every minute: seal, then write the new seals to the other volume.

    What went wrong is kept for the page.
    """
    try:
        total, problem = seal(everything=everything), ""
    except SealProblem as error:
        total, problem = 0, error.sentence
        logger.error("%s", problem)
    SealState.objects.get_or_create(id=1)
    SealState.objects.filter(id=1).exclude(seal_problem=problem[:500]).update(seal_problem=problem[:500])
    keep_anchors()
    return total


def keep_anchors() -> int:
    """Append the seals that the folder of anchors does not have yet.

    Returns how many. A folder that is away costs nothing but them.
    """
    state, _ = SealState.objects.get_or_create(id=1)
    newest = Checkpoint.objects.order_by("-number").first()
    try:
        there = volume.newest_number()
        # Older than what was written: a backup was put back. What is sealed from now on is written all the same.
        after = (
            there if newest and newest.number >= there else min(state.anchored_number, newest.number if newest else 0)
        )
        missing = list(Checkpoint.objects.filter(number__gt=after).order_by("number"))
        volume.append(missing)
        place = volume.place() if volume.folder().exists() else ""
    except OSError as error:
        problem = f"Seals cannot be written to {volume.folder()}: {error.strerror}. They are written once they can be."
        if state.anchor_problem != problem:
            logger.error("%s", problem)
        SealState.objects.filter(id=1).update(anchor_problem=problem[:500])
        return 0
    if missing or state.anchor_problem or state.anchor_place != place:
        number = missing[-1].number if missing else state.anchored_number
        at = database_time() if missing else state.anchored_at
        SealState.objects.filter(id=1).update(
            anchored_number=number, anchored_at=at, anchor_problem="", anchor_place=place
        )
    return len(missing)


@transaction.atomic
def _seal_some(keys: KeyFile, *, everything: bool) -> int:
    """One batch, one seal, one transaction."""
    if not _take_the_only_place():
        return 0
    last, said, tree = newest_seal(keys)
    now = _settled()
    low = said.settled_before if said else 0
    afresh = everything or low > now.xmax
    rows = _unsealed(0 if afresh else low, now, foreign=afresh)
    if not rows:
        return 0
    names, _ = columns()
    start, hashes = tree.size, [leaf_hash(canonical(as_event(names, row))) for row in rows]
    for one in hashes:
        tree.append(one)
    ids = [row[names.index("id")] for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_leaf (index, event_id, hash) SELECT * FROM unnest(%s::bigint[], %s::uuid[], "
            "%s::bytea[])",
            [list(range(start, tree.size)), ids, hashes],
        )
    # Rows come in the order of their transactions: cut off, all before the last row's own are in.
    complete = len(rows) < BATCH
    before = now.xmin if complete else min(int(rows[-1][names.index("transaction_id")]), now.xmin)
    _sign(keys.signer, tree, (last.number if last else 0) + 1, before, is_complete=complete)
    return len(rows)


def newest_seal(keys: KeyFile) -> tuple[Checkpoint | None, Said | None, Frontier]:
    """The newest seal, what it says, and the tree to go on from.

    Raises `SealProblem` where it is not to be gone on from.
    """
    last = Checkpoint.objects.order_by("-number").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(index) + 1, 0) FROM audit_leaf")
        numbered = cursor.fetchone()[0]
    if last is None:
        if numbered:
            raise SealProblem(_go_no_further("events are numbered and no seal covers them"))
        return None, None, Frontier()
    try:
        note = SignedNote.parse(last.note)
        said = Said.parse(note.body)
        tree = Frontier.from_bytes(said.size, bytes(last.frontier))
    except (NoteError, ValueError):
        raise SealProblem(_go_no_further(f"seal {last.number} cannot be read")) from None
    if note.signed_by(keys_by_id(keys.public)) is None:
        raise SealProblem(
            f"Seal {last.number} is signed by a key that {keyfile.path()} does not name. Put the right "
            "file back; after a loss, "
            "see “When the key is lost” in docs/proving.md. Until then events are written and wait."
        )
    if said.next_key not in ("", str(keys.signer.public)):
        raise SealProblem(
            f"Seal {last.number} names another key as the next one: changing the key was cut off. Move "
            f"{keyfile.path()}.new to {keyfile.path()}. Until then events are written and wait."
        )
    if tree.root() != said.root or said.number != last.number or numbered != said.size:
        raise SealProblem(_go_no_further(f"what is stored beside seal {last.number} is not what it says"))
    return last, said, tree


def _go_no_further(reason: str) -> str:
    return (
        f"The record is not sealed any further, because {reason}. Run `manage.py verify_audit`, keep what "
        "it says, and tell "
        "your data protection officer: somebody may have changed the record. Events are written and wait."
    )


def _take_the_only_place() -> bool:
    """There is one sealer at a time, on whichever machine. The place is free again when the transaction ends.

    A row, which only the worker may lock: anybody who signs in can hold an advisory lock, and no event would be sealed.
    """
    SealState.objects.get_or_create(id=1)
    return SealState.objects.select_for_update(skip_locked=True).filter(id=1).first() is not None


def _settled() -> _Moment:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::numeric, pg_snapshot_xmax(s)::text::numeric FROM pg_current_snapshot() s"
        )
        xmin, xmax = cursor.fetchone()
    return _Moment(int(xmin), int(xmax))


def _unsealed(low: int, now: _Moment, *, foreign: bool) -> Sequence[tuple[Any, ...]]:
    """Settled events without a number, from transaction `low` on, in the order of their transactions.

    `foreign`: also those whose transaction has not begun here. They are visible, so they came with a backup.
    """
    _, written = columns()
    query = sql.SQL(
        "SELECT {written} FROM audit_event e WHERE e.transaction_id >= %s::text::xid8 "
        "AND (e.transaction_id < %s::text::xid8 OR (%s AND e.transaction_id >= %s::text::xid8)) "
        "AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id) ORDER BY e.transaction_id, e.id LIMIT %s"
    ).format(written=written)
    with connection.cursor() as cursor:
        cursor.execute(query, [str(low), str(now.xmin), foreign, str(now.xmax), BATCH])
        return cursor.fetchall()


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def _sign(signer: Signer, tree: Frontier, number: int, before: int, *, is_complete: bool, next_key: str = "") -> None:
    said = Said(
        signer.public.name, tree.size, tree.root(), number, database_time(), before, is_complete, next_key=next_key
    )
    Checkpoint.objects.create(
        number=number, size=tree.size, at=said.at, note=signer.sign(said), frontier=tree.to_bytes()
    )


@transaction.atomic
def make_key(*, former: Sequence[PublicKey] = ()) -> KeyFile:
    """The first key of this record; after a loss the next one, which then must name the `former` keys.

    Raises `SealProblem` where there is a key, or seals of a key that nobody named.
    """
    if keyfile.path().exists():
        raise SealProblem(
            f"There is a key in {keyfile.path()}. `manage.py seal_key rotate` puts a new one in its place."
        )
    last = Checkpoint.objects.order_by("-number").first()
    name = Said.parse(SignedNote.parse(last.note).body).origin if last else new_origin()
    made = KeyFile(Signer.make(name), tuple(former))
    if last and SignedNote.parse(last.note).signed_by(keys_by_id(former)) is None:
        raise SealProblem(
            "This record has seals of another key. Put its file back. If it is lost for good, give its "
            "public half, as it was "
            "printed when it was made: `manage.py seal_key make --former NAME+ID+KEY`."
        )
    keyfile.path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyfile.write_draft(made).replace(keyfile.path())
    record(Verb.CREATE, object_type="audit.key")
    return made


def rotate_key() -> KeyFile:
    """A new key takes over, and the one before it says so in its last seal. Raises `SealProblem`."""
    keys = keyfile.read()
    made = KeyFile(Signer.make(keys.signer.public.name), tuple(keys.public))
    with transaction.atomic():
        if not _take_the_only_place():
            raise SealProblem("The record is being sealed just now. Try again in a minute.")
        last, said, tree = newest_seal(keys)
        draft = keyfile.write_draft(made)
        before = said.settled_before if said else 0
        number = last.number + 1 if last else 1
        _sign(keys.signer, tree, number, before, is_complete=False, next_key=str(made.signer.public))
        record(Verb.CHANGE, object_type="audit.key")
    draft.replace(keyfile.path())
    return made


def verify_nightly(*, at: datetime) -> int | None:
    """Seal what is left, look at everything once a night, and record what came out.

    Returns the verdict, or None when it is not due, or being done by somebody else.
    """
    with one_at_a_time("look at the events") as mine:
        return _verify_if_due(at) if mine else None


def _verify_if_due(at: datetime) -> int | None:
    state, _ = SealState.objects.get_or_create(id=1)
    now = timezone.localtime(at)
    last = past(state.verified_at, at)
    if now.hour < VERIFY_HOUR or (last and timezone.localdate(last) >= now.date()):
        return None
    seal_and_anchor(everything=True)
    report = verify()
    if report.verdict:
        logger.error("The record of events: %s. Run `manage.py verify_audit` to see why.", report.verdict.name)
    with transaction.atomic():
        SealState.objects.filter(id=1).update(
            verified_at=at, verdict=int(report.verdict), findings=sum(report.counts.values())
        )
        outcome = Outcome.DONE if report.verdict is Verdict.WHOLE else Outcome.FAILED
        record(Verb.VERIFY, object_type="audit.checkpoint", count=report.events, outcome=outcome)
    return int(report.verdict)


def take_day_of_mail(*, on: date) -> Checkpoint | None:
    """The seal to send on this day. None where it was sent, somebody else is sending it, or there is none yet.

    Inside the transaction that sends it: nobody else sends meanwhile.
    """
    state = SealState.objects.select_for_update(skip_locked=True).filter(id=1).exclude(mailed_on=on).first()
    newest = Checkpoint.objects.order_by("-number").first()
    if state is None or newest is None:
        return None
    state.mailed_on = on
    state.save(update_fields=["mailed_on"])
    return newest
