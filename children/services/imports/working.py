"""Do what a large import waits for, outside the request: one worker each, from the start where another was stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from children.lifecycles import import_life
from children.models import ImportRun
from safeguarding.audit.context import Acting, acting, system_task
from safeguarding.keys import uuid7
from safeguarding.locks import is_lock

from .confirming import confirm_plain, finish_import
from .progress import counted_for_page
from .reading import read_import
from .starting import refuse

S = ImportRun.Status
TASK = "imports"
BROKEN = (
    "Something went wrong while this file was read. Nothing was taken. Tell whoever looks after Harbour at your school."
)
# Files and runs up to these are done while the person waits.
SMALL_FILE = 2 * 1024 * 1024
SMALL_RUN = 5_000


class ImportBroken(Exception):
    """An import stopped by an error of Harbour's own; its message names nobody."""


def go_on(run: ImportRun) -> ImportRun:
    """Read or write the run now where it is small; otherwise ring for the worker after commit, and return it as it is.

    Where the worker has taken it up already, its state is returned.
    """
    small = run.size <= SMALL_FILE if run.status == S.UPLOADED else run.rows_read <= SMALL_RUN
    if small:
        with alone(run.pk) as free:
            run.refresh_from_db()
            return _work(run) if free else run
    transaction.on_commit(lambda: _ring(run.pk), robust=True)
    return run


def take_up(run_id: UUID) -> bool:
    """Do what this run waits for, unless somebody is doing it. Whether anything was done."""
    with alone(run_id) as free:
        with system_task(TASK):
            run = ImportRun.objects.filter(pk=run_id).first()
        if not free or run is None:
            return False
        who = run.confirmed_by_id or run.uploaded_by_id
        # Given by nobody by name, it is work of the machine, which sees the whole list.
        task = "" if who else TASK
        with acting(Acting(user_id=who, school_id=run.school_id, request_id=uuid7(), task=task)):
            try:
                return _work(run).status != run.status
            except Exception as error:
                if is_lock(error):
                    return False  # the next time
                _fail(run)
                # What the database says quotes the rows: the log gets the kind of error and nothing else.
                raise ImportBroken(f"{type(error).__name__} in import {run_id}") from None


def take_up_all() -> int:
    """Take up every run that waits for the machine. Returns how many went on.

    Raises `ImportBroken` for one that broke, when the others have been taken up.
    """
    with system_task(TASK):
        by_state = Q(status__in=(S.UPLOADED, S.READING, S.CONFIRMING)) | Q(status=S.READY, unattended=True)
        waiting = list(ImportRun.objects.filter(by_state).order_by("uploaded_at").values_list("pk", flat=True))
    done, broken = 0, None
    for run_id in waiting:
        try:
            done += take_up(run_id)
        except ImportBroken as error:
            broken = error
    if broken is not None:
        raise broken
    return done


def _work(run: ImportRun) -> ImportRun:
    if run.status in (S.UPLOADED, S.READING):
        run = read_import(run=run, by=run.uploaded_by)
    if run.status == S.READY and run.unattended:
        run = confirm_plain(run=run, by=run.uploaded_by)
    return finish_import(run=run, progress=counted_for_page(run)) if run.status == S.CONFIRMING else run


@system_task(TASK)
def _fail(run: ImportRun) -> None:
    """Nothing was taken, whoever gave it: their account may be closed by now.

    A file that was being read is refused; one that was being written waits for somebody to confirm it again.
    """
    # It may have been read and confirmed in one go since it was fetched.
    run.refresh_from_db()
    if run.status == S.CONFIRMING:
        summary = run.summary | {"failed": True}
        import_life.perform(
            "reconsider",
            run,
            by=None,
            summary=summary,
            agreed=[],
            confirmed_at=None,
            confirmed_by=None,
            unattended=False,
        )
    else:
        refuse(run, BROKEN, by=None)


def _ring(run_id: UUID) -> None:
    from children.tasks import work_on_import

    work_on_import.apply_async((str(run_id),), retry=False)


@contextmanager
def alone(run_id: UUID) -> Iterator[bool]:
    """Whether this process is the only one on the run.

    The lock falls with the connection, should the process be killed.
    """
    key = run_id.int & 0x7FFF_FFFF_FFFF_FFFF
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        free = bool(cursor.fetchone()[0])
        try:
            yield free
        finally:
            if free:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
