"""Who takes a table or a list out, is it what its page shows, and what becomes of one that is long?"""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import end_role
from safeguarding.audit.context import Acting, tell_database
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import access, deciding
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.reports.exports import making, services
from safeguarding.reports.exports.models import Export
from safeguarding.reports.exports.tables import offered
from safeguarding.reports.notice_kinds import ReportNotice
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.integration.demo.test_queries import asked
from tests.signed_in import give_factor, next_code
from tests.walls import as_role
from tests.workbooks import sheets

pytestmark = pytest.mark.django_db
S = Export.Status
FORMULA, LONG = "=HYPERLINK(1)", "🙂 " + "t" * 118


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


@pytest.fixture
def room() -> Staffroom:
    return factories.staffroom()


@pytest.fixture
def some(room: Staffroom) -> list[Concern]:
    """Three concerns about a child who is called as a formula begins; one has the longest title."""
    child = factories.child(room.school, FORMULA, "Ashdown", by=room.office)
    about = [ChildEntry(role="worried_about", child=child)]
    found = [factories.concern(room, children=about, at=SCHOOL_DAY - timedelta(hours=hour)) for hour in (1, 2, 3)]
    first = Concern.objects.get(pk=found[0].pk)
    deciding.rename_concern(concern=first, seen=first.revision, title=LONG, by=room.lead)
    return found


def of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def take(person: Any, table: str, file_format: str = "csv", why: str = "", **query: str) -> Any:
    sent = {"table": table, "file_format": file_format, "why": why}
    client = person if isinstance(person, Client) else of(person)
    return client.post(reverse("take_out", query=query), sent)


def lines(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.content
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


# --- at once


def test_every_table_is_given_as_csv_and_as_a_workbook_with_the_same_rows(room: Staffroom, some: list[Concern]) -> None:
    taken = {"figures", "numbers", "weeks", "kinds", "quickly", "groups", "where", "when", "load"}
    tables, lead = offered(room.lead, room.school.pk), of(room.lead)
    assert {one.key for one in tables} == taken | {"behind", "concerns", "actions", "dates", "sharing"}
    for table in tables:
        query = {"figure": "open"} if table.key == "behind" else {}
        book = take(lead, table.key, "xlsx", **query)
        assert book.status_code == 200 and f'filename="{table.key}-2026-11-24.xlsx"' in book["Content-Disposition"]
        found = list(sheets(book.content).values())
        assert found[-1][0] == ["What", "Said"]
        if table.key != "figures":
            rows = lines(take(lead, table.key, "csv", **query))
            assert rows[0] == found[0][0] and len(rows) == len(found[0])
    assert len(found) == 2 and len(sheets(take(lead, "figures", "xlsx").content)) == 9
    assert take(lead, "figures", "csv").status_code == 422


def test_a_figure_is_the_value_of_its_page(room: Staffroom, some: list[Concern]) -> None:
    page = of(room.lead).get(reverse("overview"))
    numbers = dict(line[:2] for line in lines(take(room.lead, "numbers"))[1:])
    assert numbers == {one.title: str(one.value) for one in page.context["numbers"]}
    kinds = lines(take(room.lead, "kinds"))[1:]
    assert kinds == [[cell.label, str(cell.value)] for cell in page.context["kinds"].cells] != []


def test_the_list_behind_a_number_has_its_rows_and_words_only_where_they_are_for_something(
    room: Staffroom, some: list[Concern]
) -> None:
    number = of(room.lead).get(reverse("overview")).context["numbers"][0]
    query = {name: value for name, [value] in parse_qs(urlsplit(number.behind).query).items()}
    bare = take(room.lead, "behind", **query)
    assert len(lines(bare)) == number.value + 1 == 4
    assert LONG not in bare.content.decode() and "Title" not in lines(bare)[0]
    worded = take(room.lead, "behind", why="meeting", **query)
    first = dict(zip(*lines(worded)[:2], strict=True))
    assert first["Title"] == LONG and first["Children"].startswith(f"'{FORMULA}")
    book = sheets(take(room.lead, "behind", "xlsx", "meeting", **query).content)
    assert book["The list behind a number"][1][4].startswith(FORMULA) and LONG in book["The list behind a number"][1]
    events = Event.objects.filter(verb=Verb.EXPORT, actor_id=room.lead.pk, object_type="concerns.concern")
    assert [event.count for event in events] == [3, 3, 3]
    assert sorted(event.purpose for event in events) == ["list open", "list open: meeting", "list open: meeting"]
    assert take(room.lead, "behind", figure="no such").status_code == 404
    assert take(room.lead, "behind", figure="open", cell="no such").status_code == 404
    assert take(room.lead, "behind").status_code == 422


@pytest.mark.parametrize(("who", "status"), [("headteacher", 200), ("deputy", 200), ("pastoral", 403), ("office", 403)])
def test_who_sees_figures_takes_them_out_and_nobody_else(room: Staffroom, who: str, status: int) -> None:
    person = getattr(room, who)
    assert of(person).get(reverse("take_out")).status_code == status
    assert take(person, "actions").status_code == status
    assert Event.objects.filter(verb=Verb.EXPORT).count() == (status == 200)


def test_it_asks_for_a_fresh_factor_and_goes_on_with_what_was_chosen(room: Staffroom) -> None:
    client = of(give_factor(room.lead))
    sent = {"table": "actions", "file_format": "csv", "why": ""}
    with time_machine.travel(SCHOOL_DAY + timedelta(minutes=6), tick=False):
        asks = client.post(reverse("take_out", query={"period": "term"}), sent)
        assert "Content-Disposition" not in asks and 'value="actions"' in asks.content.decode()
        assert not Event.objects.filter(verb=Verb.EXPORT).exists()
        code = {"factor_code": next_code(room.lead)}
        given = client.post(reverse("take_out", query={"period": "term"}), sent | code)
    assert lines(given)[0][:2] == ["Concern", "Due"]


def test_too_many_files_are_refused_and_told(room: Staffroom, settings: Any) -> None:
    settings.MOST_FILES_OUT = (2, 2)
    assert [take(room.lead, "load").status_code for _ in range(3)] == [200, 200, 429]
    assert Event.objects.filter(verb=Verb.EXPORT).count() == 2
    assert Notice.objects.filter(kind="bulk").exists()


def test_a_list_asks_the_database_as_often_for_many_rows(room: Staffroom, some: list[Concern]) -> None:
    take(room.lead, "concerns", why="meeting")
    seen = [asked(lambda: take(room.lead, "concerns", why="meeting"))]
    for _ in range(6):
        factories.concern(room)
    seen.append(asked(lambda: take(room.lead, "concerns", why="meeting")))
    assert seen[0] == seen[1]


# --- by the worker


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(services, "CHUNK", 2)


def ordered(person: Any, file_format: str = "csv") -> Export:
    answer = take(person, "concerns", file_format, "meeting")
    assert answer.status_code == 303, answer.content
    return Export.objects.get(pk=UUID(answer["Location"].split("/")[-2]))


def work(at: Any = SCHOOL_DAY) -> int:
    """What the worker does every minute, as the role of the database that it has."""
    try:
        with as_role("worker"):
            tell_database(Acting())
            return services.drop_old(at=at) + services.run_all(at=at)
    finally:
        tell_database(Acting())


def stored() -> set[str]:
    return set(default_storage.names())  # type: ignore[attr-defined]


@pytest.mark.usefixtures("few_are_many")
def test_a_long_list_is_made_by_the_worker_for_who_asked_alone(room: Staffroom, some: list[Concern]) -> None:
    made, before = ordered(room.lead, "xlsx"), stored()
    page = reverse("export", args=[made.pk])
    assert "It is being made" in of(room.lead).get(page).content.decode()
    assert work() == 1
    made.refresh_from_db()
    assert (made.status, made.rows, made.rows_done) == (S.READY, 3, 3)
    assert stored() - before == {made.stored}
    [notice] = Notice.objects.filter(kind=ReportNotice.EXPORT)
    assert (notice.user, notice.object_id) == (room.lead, made.pk)
    sealed = b"".join(services.files.as_it_lies(made.stored))
    assert b"PK" not in sealed[:100] and b"Ashdown" not in sealed
    assert "It has 3 rows" in of(room.lead).get(page).content.decode()
    file = of(room.lead).post(page)
    assert [row[0] for row in sheets(file.content)["Concerns"]] == ["Reference", *(one.reference for one in some)]
    for other in (room.headteacher, room.deputy, room.teacher):
        assert of(other).get(page).status_code == of(other).post(page).status_code == 404
    [event] = Event.objects.filter(verb=Verb.EXPORT)
    assert (event.actor_id, event.count, event.purpose) == (room.lead.pk, 3, "list concerns: meeting")
    assert Event.objects.get(verb=Verb.DOWNLOAD).count == 3


@pytest.mark.usefixtures("few_are_many")
def test_one_that_was_killed_half_way_leaves_no_half_file_and_is_made_from_the_start(
    room: Staffroom, some: list[Concern], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, before = ordered(room.lead), stored()

    def killed(headings: Any, rows: Iterator[Any]) -> bytes:
        next(rows)
        raise SystemExit

    with monkeypatch.context() as half, pytest.raises(SystemExit):
        half.setattr(making, "as_csv", killed)
        work()
    made.refresh_from_db()
    assert (made.status, made.stored, made.attempts) == (S.WAITING, "", 1)
    assert stored() == before
    assert work() == 1
    made.refresh_from_db()
    assert (made.status, made.attempts, made.rows_done) == (S.READY, 2, 3)


@pytest.mark.usefixtures("few_are_many")
def test_one_that_breaks_is_told_and_one_that_breaks_down_thrice_is_given_up(
    room: Staffroom, some: list[Concern], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, dying = ordered(room.lead), ordered(room.deputy)
    with monkeypatch.context() as once, pytest.raises(services.ExportBroken, match="ZeroDivisionError"):
        once.setattr(making, "as_csv", lambda *given: 1 // 0)
        work()
    broken.refresh_from_db()
    assert (broken.status, broken.why) == (S.FAILED, Export.Why.BROKEN)
    assert "could not be made" in of(room.lead).get(reverse("export", args=[broken.pk])).content.decode()
    with monkeypatch.context() as often:
        often.setattr(making, "as_csv", lambda *given: (_ for _ in ()).throw(SystemExit))
        for _ in range(services.MOST_ATTEMPTS):
            with pytest.raises(SystemExit):
                work()
        assert work() == 1
    dying.refresh_from_db()
    assert (dying.status, dying.stored) == (S.FAILED, "")
    assert {notice.user for notice in Notice.objects.filter(kind=ReportNotice.EXPORT)} == {room.lead, room.deputy}


@pytest.mark.usefixtures("few_are_many")
def test_it_is_made_and_given_with_the_rights_of_that_day(room: Staffroom, some: list[Concern]) -> None:
    kept, late = ordered(room.deputy), ordered(room.headteacher)
    end_role(assignment=room.headteacher.assignments.get(), last_day=SCHOOL_DAY.date() - timedelta(days=1))
    assert work() == 2
    late.refresh_from_db()
    assert (late.status, late.why) == (S.FAILED, Export.Why.RIGHTS)
    page = reverse("export", args=[kept.pk])
    assert of(room.deputy).post(page)["Content-Type"].startswith("text/csv")
    now = Concern.objects.get(pk=some[0].pk)
    access.restrict_concern(concern=now, by=room.lead)
    answer = of(room.deputy).post(page)
    assert answer.status_code == 409 and "not yours to see any more" in answer.content.decode()
    child = some[0].children.get().child
    declare_conflict(user=room.deputy, child=child, kind="own_child", by=room.deputy)
    assert of(room.deputy).get(page).status_code == 404


@pytest.mark.usefixtures("few_are_many")
def test_after_seven_days_it_is_destroyed(room: Staffroom, some: list[Concern]) -> None:
    made, before = ordered(room.lead), stored()
    work()
    week = SCHOOL_DAY + Export.KEPT
    page = reverse("export", args=[made.pk])
    with time_machine.travel(week, tick=False):
        assert "kept for seven days" in of(room.lead).get(page).content.decode()
        assert "Content-Disposition" not in of(room.lead).post(page)
    assert work(week) == 1
    made.refresh_from_db()
    assert (made.status, made.stored, made.names, made.records) == (S.GONE, "", [], [])
    assert before <= stored()


@pytest.mark.usefixtures("few_are_many")
def test_somebody_has_few_that_wait(room: Staffroom, some: list[Concern]) -> None:
    for _ in range(services.MOST_OF_ONE):
        ordered(room.lead)
    assert take(room.lead, "concerns").status_code == 429
