"""A print that takes long holds nothing up, is lost by nobody, and is given to who asked for it and to nobody else."""

import html
import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import end_role
from safeguarding.audit.context import Acting, tell_database
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.concerns.models import EmergencySheet
from safeguarding.keys import uuid7
from safeguarding.printing import client as printer_client
from safeguarding.printing import services
from safeguarding.printing.models import PrintJob
from safeguarding.printing.notice_kinds import PrintNotice
from safeguarding.printing.printer import CORES, MOST_OF_ONE
from safeguarding.printing.tasks import work_on_prints
from safeguarding.sealing import files
from tests import factories
from tests.factories import Staffroom
from tests.held_printer import HELD
from tests.pdfs import Printed
from tests.printers import Held
from tests.waiting import until
from tests.walls import as_role

pytestmark = pytest.mark.django_db
Make = Callable[..., Held]
# How long its page waits for a print in these tests, on however busy a machine; and how long a print is kept.
LONG, DAY = timedelta(hours=1), PrintJob.KEPT


@pytest.fixture
def room() -> Staffroom:
    return factories.staffroom()


@pytest.fixture(autouse=True)
def _a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PrintJob, "ON_ITS_PAGE", LONG)


def concern(room: Staffroom, **facts: Any) -> Any:
    return factories.concern(room, **{"facts": f"He was quiet. {HELD}", **facts})


def of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def ask(person: Any, about: Any) -> Any:
    """What somebody is answered who prints a concern."""
    return of(person).get(reverse("concern_paper", args=[about.pk]))


def job_of(answer: Any) -> PrintJob:
    assert answer.status_code == 303, answer.content
    found = re.fullmatch(r"/prints/([0-9a-f-]{36})/", answer["Location"])
    assert found
    return PrintJob.objects.get(pk=UUID(found[1]))


def made(job: PrintJob) -> None:
    until(lambda: printer_client.look(job.pk).state not in ("queued", "working"))


def work(at: datetime) -> int:
    """What the worker does every few seconds, as the role of the database that it has."""
    done = 0
    for task in (services.go_on, services.drop_old):
        with as_role("worker"):
            tell_database(Acting())
            done += task(at=at)
        # Each is a transaction of its own, which forgets for whom it worked.
        tell_database(Acting())
    return done


def page(person: Any, job: PrintJob) -> Any:
    return of(person).get(reverse("print_job", args=[job.pk]))


def later(by: timedelta = LONG) -> datetime:
    return timezone.now() + by


def handed_over(room: Staffroom, held: Held) -> PrintJob:
    """A print of the lead that nobody waited for, made by the worker."""
    job = job_of(ask(room.lead, concern(room)))
    held.go()
    made(job)
    assert work(later()) == 1
    job.refresh_from_db()
    return job


# --- a print and the site


def test_a_print_that_takes_long_is_answered_before_it_is_made(room: Staffroom, held: Held) -> None:
    answer = ask(room.lead, about := concern(room))
    job = job_of(answer)
    assert printer_client.look(job.pk).state == "working"
    shown = page(room.lead, job)
    assert shown.status_code == 200
    for words in (
        "It is being made",
        "Ask again",
        f"Concern {about.reference}",
        "data-live",
        '<noscript><meta http-equiv="refresh"',
    ):
        assert words in shown.content.decode()
    before = Event.objects.count()
    part = of(room.lead).get(reverse("print_job", args=[job.pk]), {"part": "1"}).content.decode()
    assert "It is being made" in part
    assert "<html" not in part
    assert Event.objects.count() == before, "an open page that asks again and again is read once"
    held.go()
    made(job)
    there = page(room.lead, job)
    assert there.status_code == 302
    paper = of(room.lead).get(there["Location"])
    assert paper["Content-Type"] == "application/pdf"
    assert paper["Content-Disposition"] == f'inline; filename="Concern {about.reference}.pdf"'
    assert HELD in Printed(paper.content).text
    # Once where it was asked for, once where it was given out; and that it was given out, too.
    assert Event.objects.filter(verb=Verb.PRINT, object_id=about.pk, actor_id=room.lead.pk).count() == 2
    assert Event.objects.filter(verb=Verb.DOWNLOAD, object_id=job.pk, actor_id=room.lead.pk).count() == 1


def test_four_prints_at_once_leave_every_page_answering(room: Staffroom, held: Held) -> None:
    about = concern(room)
    readers = [room.lead, room.deputy, room.headteacher, room.lead]
    jobs = [job_of(ask(reader, about)) for reader in readers]
    assert len(held.at_work()) == min(CORES, 4), "at most one a core"
    assert of(room.lead).get("/health/").content == b"ok"
    assert of(room.lead).get(reverse("concerns")).status_code == 200
    assert {printer_client.look(job.pk).state for job in jobs} <= {"queued", "working"}, "none has been made meanwhile"


def test_one_person_leaves_a_core_to_the_others(room: Staffroom, held: Held) -> None:
    about = concern(room)
    mine = [job_of(ask(room.lead, about)) for _ in range(3)]
    states = [printer_client.look(job.pk).state for job in mine]
    assert states.count("working") == max(1, CORES - 1)
    theirs = job_of(ask(room.deputy, about))
    assert printer_client.look(theirs.pk).state == ("working" if CORES > 1 else "queued")


@pytest.mark.usefixtures("real_printer")
def test_what_is_made_in_time_is_answered_at_once_and_kept_nowhere(room: Staffroom, empty_store: None) -> None:
    answer = ask(room.lead, factories.concern(room))
    assert answer["Content-Type"] == "application/pdf"
    assert not PrintJob.objects.exists()
    assert list(files.stored_names()) == []


def test_nobody_has_more_than_a_few_waiting(room: Staffroom, held: Held) -> None:
    about = concern(room)
    for _ in range(MOST_OF_ONE):
        job_of(ask(room.lead, about))
    before = Event.objects.filter(verb=Verb.PRINT).count()
    refused = ask(room.lead, about)
    assert refused.status_code == 429
    assert f"{MOST_OF_ONE} prints of yours are still being made" in refused.content.decode()
    assert Event.objects.filter(verb=Verb.PRINT).count() == before
    assert job_of(ask(room.deputy, about))


def test_nobody_has_more_than_a_few_waiting_though_the_printer_has_forgotten_them(room: Staffroom, held: Held) -> None:
    about = concern(room)
    for _ in range(MOST_OF_ONE):
        job_of(ask(room.lead, about))
    held.stop()
    held.start()
    assert ask(room.lead, about).status_code == 429


def test_there_is_an_end_to_what_all_together_have_waiting(
    room: Staffroom, limited_printer: Make, settings: Any
) -> None:
    settings.PRINT_WAIT = 0.05
    limited_printer(MOST=2)
    about = concern(room)
    for reader in (room.lead, room.deputy):
        job_of(ask(reader, about))
    refused = ask(room.headteacher, about)
    assert refused.status_code == 429
    assert "as many prints as it can" in refused.content.decode()


def test_a_printer_that_is_away_is_said_in_words(room: Staffroom, held: Held) -> None:
    held.stop()
    answer = ask(room.lead, concern(room))
    assert answer.status_code == 503
    assert "The printer of Harbour does not answer" in answer.content.decode()
    assert not Event.objects.filter(verb=Verb.PRINT).exists()


# --- its limits


LINES = "No.\r\n" * 4000
# More than three sheets of them.
SOME_LINES = "No.\r\n" * 300


@pytest.mark.parametrize(
    ("limits", "facts", "sentence"),
    [
        ({"SECONDS": 1}, LINES, "It would take longer to make than a print may take."),
        ({"PATIENCE": 0}, LINES, "It would take longer to make than a print may take."),
        # Well above what the process begins with: where C ends it, what it had is more than half of this.
        ({"MEMORY": 300 * 2**20}, LINES, "It would need more memory than a print may have."),
        ({"SHEETS": 3}, SOME_LINES, "It would have more pages than a print may have."),
    ],
    ids=["time", "clock", "memory", "pages"],
)
def test_each_limit_of_a_print_ends_in_a_sentence(
    room: Staffroom, limited_printer: Make, limits: dict[str, int], facts: str, sentence: str
) -> None:
    limited_printer(**limits)
    answer = ask(room.lead, factories.concern(room, facts=facts))
    assert answer.status_code == 422
    said = answer.content.decode()
    assert sentence in said
    assert "Print a part of it" in said
    assert not Event.objects.filter(verb=Verb.PRINT).exists(), "what was not printed is not on record as printed"


def test_a_limit_that_is_met_later_is_said_in_the_inbox(room: Staffroom, limited_printer: Make, settings: Any) -> None:
    settings.PRINT_WAIT = 0.05
    held = limited_printer(SHEETS=3)
    job = job_of(ask(room.lead, concern(room, facts=f"{HELD} {SOME_LINES}")))
    held.go()
    made(job)
    assert work(later()) == 1
    [notice] = Notice.objects.filter(kind=PrintNotice.PRINT)
    assert notice.user == room.lead
    shown = page(room.lead, job).content.decode()
    assert "This could not be printed" in shown
    assert "more pages than a print may have" in shown


def test_a_print_whose_process_breaks_down_is_said_in_words(room: Staffroom, held: Held) -> None:
    job = job_of(ask(room.lead, concern(room)))

    def is_over() -> bool:
        for number in held.at_work():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGSEGV)
        return bool(printer_client.look(job.pk).state not in ("queued", "working"))

    until(is_over)
    assert "Making it broke off." in page(room.lead, job).content.decode()


# --- handed over


def test_what_is_handed_over_comes_to_the_inbox(room: Staffroom, held: Held) -> None:
    job = job_of(ask(room.lead, about := concern(room)))
    assert work(later()) == 0, "it is not made yet"
    held.go()
    made(job)
    assert work(job.asked_at) == 0, "its page still waits for it"
    assert work(later()) == 1
    inbox = of(room.lead).get(reverse("inbox")).content.decode()
    assert "A print that you asked for has been made" in inbox
    assert f"Concern {about.reference}" in inbox
    [notice] = Notice.objects.filter(kind=PrintNotice.PRINT)
    led = of(room.lead).get(reverse("notice", args=[notice.pk]), follow=True)
    assert led["Content-Type"] == "application/pdf"
    assert HELD in Printed(led.content).text
    notice.refresh_from_db()
    assert notice.opened_at


def test_a_long_print_is_handed_over_before_its_ten_seconds(room: Staffroom, held: Held, monkeypatch: Any) -> None:
    monkeypatch.setattr(PrintJob, "LONG", 2)
    job = job_of(ask(room.lead, concern(room, facts=f"{HELD} {LINES}")))
    PrintJob.objects.filter(pk=job.pk).update(sheets=12)
    shown = page(room.lead, job).content.decode()
    assert "It has 12 pages" in shown
    assert "http-equiv" not in shown


def test_a_print_is_for_nobody_but_who_asked(room: Staffroom, held: Held) -> None:
    it = factories.member(room.school, "it_admin", "Ivo", "Tanner")
    job = handed_over(room, held)
    opened = page(room.lead, job)
    assert opened.status_code == 302
    assert of(room.lead).get(opened["Location"])["Content-Type"] == "application/pdf"
    for other in (room.deputy, room.headteacher, room.teacher, room.office, it):
        answer = page(other, job)
        assert answer.status_code == 404
    for other in (room.deputy, room.headteacher):
        # They may print the concern themselves, and are not given hers.
        assert of(other).get(opened["Location"]).status_code == 404
    for role in ("web", "worker"):
        with as_role(role):
            tell_database(Acting(user_id=room.deputy.pk))
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM printing_printjob")
                assert cursor.fetchone() == (0,)


def test_a_key_that_is_none_and_another_page_are_not_found(room: Staffroom, held: Held) -> None:
    job, other = handed_over(room, held), factories.concern(room)
    for address in (
        f"{reverse('concern_paper', args=[other.pk])}?print={job.pk}",
        f"{job.address}?print=x",
        f"{job.address}?print=",
    ):
        assert of(room.lead).get(address).status_code == 404


def test_who_may_not_read_the_record_any_more_is_not_given_the_print(room: Staffroom, held: Held) -> None:
    job = handed_over(room, held)
    [child] = job.names
    way = page(room.lead, job)["Location"]
    declare_conflict(user=room.lead, child=Child.objects.get(pk=child), kind="relative", by=room.lead)
    assert page(room.lead, job).status_code == 404
    assert of(room.lead).get(way).status_code == 404


def test_who_has_another_role_by_now_is_not_given_the_print(room: Staffroom, held: Held) -> None:
    job = handed_over(room, held)
    way = page(room.lead, job)["Location"]
    assert of(room.lead).get(way).status_code == 200
    [role] = room.lead.assignments.all()
    end_role(assignment=role, last_day=timezone.localdate() - timedelta(days=1))
    factories.give_role(user=room.lead, school=room.school, role_key="teacher", starts_on=factories.LONG_AGO)
    assert of(room.lead).get(way).status_code in (403, 404)


def test_a_print_whose_reader_may_not_have_it_any_more_is_not_made(room: Staffroom, held: Held) -> None:
    job = job_of(ask(room.lead, concern(room)))
    held.go()
    made(job)
    declare_conflict(user=room.lead, child=Child.objects.get(pk=job.names[0]), kind="relative", by=room.lead)
    assert work(later()) == 0
    assert not Notice.objects.filter(kind=PrintNotice.PRINT).exists()
    assert work(later(DAY)) == 1
    job.refresh_from_db()
    assert (job.status, job.stored) == ("failed", "")


def test_a_printer_that_was_killed_loses_no_print(room: Staffroom, held: Held) -> None:
    job = job_of(ask(room.lead, concern(room)))
    held.stop()
    assert work(later()) == 0
    assert page(room.lead, job).status_code == 200, "the page says that it is still being made"
    held.start()
    assert work(later()) == 0
    held.go()
    made(job)
    assert work(later()) == 1
    assert page(room.lead, job).status_code == 302


def test_a_print_with_which_the_printer_breaks_down_is_not_tried_for_ever(room: Staffroom, held: Held) -> None:
    job = job_of(ask(room.lead, concern(room)))
    PrintJob.objects.filter(pk=job.pk).update(attempts=services.MOST_ATTEMPTS)
    held.stop()
    held.start()
    assert work(later()) == 1
    job.refresh_from_db()
    assert (job.status, job.why) == ("failed", "broken")


def test_the_task_run_twice_makes_one_print(
    room: Staffroom, held: Held, empty_store: None, django_capture_on_commit_callbacks: Any
) -> None:
    job = job_of(ask(room.lead, concern(room)))
    held.go()
    made(job)
    with django_capture_on_commit_callbacks(execute=True):
        assert (work(later()), work(later())) == (1, 0)
    job.refresh_from_db()
    assert list(files.stored_names()) == [job.stored]
    assert Notice.objects.filter(kind=PrintNotice.PRINT).count() == 1
    assert Event.objects.filter(object_id=job.pk, purpose="print ready", outcome=Outcome.DONE).count() == 1


def test_after_a_day_a_print_is_deleted_and_says_so(
    room: Staffroom, held: Held, empty_store: None, django_capture_on_commit_callbacks: Any
) -> None:
    job = handed_over(room, held)
    way = page(room.lead, job)["Location"]
    assert work(later(DAY) - timedelta(minutes=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert work(later(DAY + LONG)) == 1
    assert job.stored not in files.stored_names()
    shown = page(room.lead, job)
    assert shown.status_code == 200
    assert "No longer here" in shown.content.decode()
    assert f'href="{job.address}"' in shown.content.decode()
    assert of(room.lead).get(way).status_code == 404
    assert page(room.deputy, job).status_code == 404


def test_after_a_day_a_print_is_not_given_out_though_no_worker_was_there(
    room: Staffroom, held: Held, monkeypatch: Any
) -> None:
    job = handed_over(room, held)
    way = page(room.lead, job)["Location"]
    monkeypatch.setattr(PrintJob, "KEPT", -2 * LONG)
    assert "No longer here" in page(room.lead, job).content.decode()
    assert of(room.lead).get(way).status_code == 404


def test_nothing_of_a_print_lies_anywhere_in_clear(room: Staffroom, held: Held, empty_store: None) -> None:
    job = job_of(ask(room.lead, concern(room)))
    waiting = [b"".join(files.as_it_lies(name)) for name in files.stored_names()]
    held.go()
    made(job)
    assert work(later()) == 1
    job.refresh_from_db()
    ready = b"".join(files.as_it_lies(job.stored))
    for lying in (*waiting, ready):
        assert b"quiet" not in lying
        assert b"%PDF" not in lying
    assert services.content_of(job).startswith(b"%PDF")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM printing_printjob AS p")
        [[row]] = cursor.fetchall()
    assert "/concerns/" not in row
    assert work_on_prints.run.__code__.co_argcount == 0, "the task is told nothing"
    on_disk = {path.name for path in held.address.parent.iterdir()}
    assert on_disk == {"printer.sock", "go"}


# --- what is never kept


def test_an_emergency_sheet_is_never_put_into_the_store(room: Staffroom, held: Held, empty_store: None) -> None:
    """It is asked for again by hand, and is there by then: to the printer it is the same print."""
    lead, given = (
        of(room.lead),
        {"form": "print", "holder": HELD, "place": "Safe", "envelope": "E 1", "token": str(uuid7())},
    )
    proof = re.search(r'name="proof" value="([^"]+)"', lead.post(reverse("make_sheet"), given).content.decode())
    assert proof
    address, sent = reverse("sheet_out", args=[EmergencySheet.objects.get().pk]), {"proof": html.unescape(proof[1])}
    first = lead.post(address, sent)
    assert first.status_code == 409
    assert "is not ready yet" in first.content.decode()
    assert not Event.objects.filter(verb=Verb.EXPORT).exists(), "nothing has gone out"
    held.go()
    second = until(lambda: (answer := lead.post(address, sent)).status_code == 200 and answer)
    assert HELD in Printed(second.content).text
    assert not PrintJob.objects.exists()
    assert list(files.stored_names()) == []
