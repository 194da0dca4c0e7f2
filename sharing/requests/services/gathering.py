"""Gather what is held of a child: a copy of each record and of each file, as it is now, each once.

Work of the worker, for nobody by name: what somebody may not see is gathered too, and goes to a reviewer who may
(`reviewers.py`). Gathered again, what is new is added, and nothing is changed. A worker that is stopped has kept what
it had copied; the next goes on. It is gathered once everybody whom the copies name was found, too.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Outcome
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed, OutOfTurn
from safeguarding.locks import is_lock
from safeguarding.sealing.exceptions import FilesAway, KeysAway
from sharing.requests.models import AT_WORK, RequestRole, RightsRequest
from sharing.requests.permissions import HANDLERS, may_handle, may_prepare
from sharing.requests.verbs import RequestVerb

from . import documents, elsewhere, finding, reviewers
from .adding import add_item, settle, unsettled
from .copying import Known, copy_file, keep, row_of, told
from .errors import in_error
from .files import files_of
from .search_log import log_search
from .worker import Broken, alone, ask_to_gather, each

TASK = "requests"

__all__ = ["add_item", "ask", "run", "run_all", "settle"]

G = RightsRequest.Gathering
BROKEN = (
    "Something went wrong while this was gathered. Ask for it again; if it stays so, tell whoever looks after Harbour."
)
NO_CHILD = "Nobody has said yet which child this is about. Take it up first."
NO_COPY = "Nothing is gathered where no copy is asked for."
NOT_OPEN = "This request is not worked on. Open it again to see how it stands."
NO_PREPARER = "Name who prepares the copies first: each copy goes to whoever may see what it was made of."
# These pass: it goes on the next time.
_AWAY = (FilesAway, KeysAway)


@transaction.atomic
def ask(case: RightsRequest, *, by: User) -> RightsRequest:
    """Have the worker gather what is held, for the first time or again. Asked twice, it is done once.

    A refusal that was proposed is one no more: what is gathered has to be decided, item by item.

    Raises `NotAllowed`, `OutOfTurn` for a request that is not worked on or that nobody prepares, `BadInput` where there
    is no child, or no copy is asked for.
    """
    held = RightsRequest.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not (may_handle(by, held) or may_prepare(by, held)):
        raise NotAllowed(HANDLERS)
    if held.status not in AT_WORK:
        raise OutOfTurn(NOT_OPEN)
    if not held.is_copy:
        raise BadInput(NO_COPY)
    if held.child_id is None:
        raise BadInput(NO_CHILD)
    if not RequestRole.objects.filter(case=held, part=RequestRole.Part.PREPARER, ended_at=None).exists():
        raise OutOfTurn(NO_PREPARER)
    if held.outcome == RightsRequest.Outcome.REFUSED:
        held = documents.changed(held, by=by)
        held.outcome, held.outcome_reasons = "", ""
        held.revision += 1
        held.save(update_fields=["outcome", "outcome_reasons", "revision"])
    if held.gathering not in (G.ASKED, G.AT_WORK):
        held.gathering, held.gathering_failed_because = G.ASKED, ""
        held.save(update_fields=["gathering", "gathering_failed_because"])
        record(RequestVerb.GATHER, held, by=by)
    ask_to_gather(held.pk)
    return held


def run(case_id: UUID) -> bool:
    """Gather what somebody asked for, unless somebody is at it. Whether it was done, or could not be for good."""
    with alone(case_id) as mine:
        case = _begun(case_id) if mine else None
        if case is None:
            return False
        try:
            return _gather(case)
        except _AWAY:
            return False
        except HarbourError as problem:
            _fail(case, problem.sentence)
        except Exception as error:
            if is_lock(error):
                return False
            _fail(case, BROKEN)
            # What went wrong may quote what people wrote.
            raise Broken(f"{type(error).__name__} while request {case_id} was gathered") from None
        return True


def run_all() -> int:
    """Gather what waits for it, and settle what was left: a worker was stopped, or the queue was away."""
    with system_task(TASK):
        rows = RightsRequest.objects.filter(gathering__in=(G.ASKED, G.AT_WORK), status__in=AT_WORK)
        # "asked" before "at_work": where a worker was stopped comes last, should it be stopped there each time.
        waiting = list(rows.order_by("gathering", "pk").values_list("pk", flat=True))
    done = each(run, waiting)
    with system_task(TASK):
        left = unsettled()
    return done + each(settle, left)


def _begun(case_id: UUID) -> RightsRequest | None:
    """The case, which is at work now; None where it does not wait for it."""
    with system_task(TASK):
        rows = RightsRequest.objects.select_for_update(of=("self",)).select_related("school")
        case = rows.filter(pk=case_id, gathering__in=(G.ASKED, G.AT_WORK), status__in=AT_WORK).first()
        if case is None or case.child_id is None:
            return None
        if case.gathering == G.ASKED:
            case.gathering = G.AT_WORK
            case.save(update_fields=["gathering"])
            record(RequestVerb.GATHER, case, purpose="begun")
        return case


def _gather(case: RightsRequest) -> bool:
    """Passages of records of others while no transaction is open; texts in one, each file in one of its own, and then
    whom they name. Whether it was done: not where something was added meanwhile.
    """
    at, passages = timezone.now(), elsewhere.passages(case)
    with system_task(TASK):
        blocks = told(case, elsewhere.as_they_stand(case, passages))
        there = Known(case)
        of_files = files_of(blocks)
        wrong = in_error(blocks)
        new = [block for block in blocks if block.record not in of_files and there.is_new(block)]
        keep(case, [row_of(case, block, wrong, there.revision(block), at=at) for block in new])
        left = [b for b in blocks if b.record in of_files and there.lacks(b, of_files[b.record])]
    for block in left:
        copy_file(case, block, of_files[block.record], wrong, at=at)
    with system_task(TASK):
        reviewers.assign(case, at=at)
    if not finding.find(case.pk):
        return False
    with system_task(TASK):
        log_search(case, at=at)
        _done(case, at=at)
    return True


def _done(case: RightsRequest, *, at: datetime) -> None:
    held = RightsRequest.objects.select_for_update(of=("self",)).get(pk=case.pk)
    held.gathering, held.gathered_at, held.gathering_failed_because = G.DONE, at, ""
    held.save(update_fields=["gathering", "gathered_at", "gathering_failed_because"])
    record(RequestVerb.GATHER, held, purpose="done")


@system_task(TASK)
def _fail(case: RightsRequest, sentence: str) -> None:
    """What was copied by then stays, and is not copied again."""
    held = RightsRequest.objects.select_for_update(of=("self",)).get(pk=case.pk)
    held.gathering, held.gathering_failed_because = G.FAILED, sentence[:300]
    held.save(update_fields=["gathering", "gathering_failed_because"])
    record(RequestVerb.GATHER, held, purpose="failed", outcome=Outcome.FAILED)
