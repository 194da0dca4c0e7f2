"""Is a file of attendance taken whole or not at all, once, by those who keep it, and counted as the DfE does?"""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from children.facts import NewChild
from children.models import Child, ChildDetail, FormerUpn
from children.services import access, bulk, merging, register_children
from safeguarding.accounts.models import User
from safeguarding.accounts.services import add_term
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.models import LogEntry
from safeguarding.demo import source
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.counting import Day, counted_up
from safeguarding.plans.attendance.reading import Line, read_attendance
from safeguarding.plans.models import AttendanceDay, AttendanceFile
from safeguarding.plans.services.attendance import BroughtIn, bring_in_attendance
from tests import factories, sheets
from tests.architecture.source import ROOT
from tests.factories import SCHOOL_DAY
from tests.walls import asking

from .conftest import Place

pytestmark = pytest.mark.django_db
UPN = sheets.number(1)
HOSTILE = ("csv_formulas.csv", "csv_cp1252.csv", "csv_empty.csv", "csv_5000_columns.csv")


@pytest.fixture
def pupil(place: Place) -> Child:
    place.name_in_notice("senco", "designated_teacher", "attendance")
    return factories.child(place.school, "Robin", "Marsh", by=place.room.office, details={"upn": UPN})


def line(
    on: str = "2026-11-23", am: str = "/", pm: str = "\\", *, upn: str = UPN, number: int = 2, late: str = ""
) -> Line:
    return Line(number, upn, on, am, pm, late)


def bring_in(place: Place, lines: Sequence[Line], *, by: User | None = None, **more: Any) -> BroughtIn:
    """As `web`, behind both walls."""
    person = by or place.attendance
    with transaction.atomic(), acting(Acting(user_id=person.pk, school_id=place.school.pk)), asking(person):
        return bring_in_attendance(
            school=place.school, lines=lines, digest="0" * 64, **{"token": uuid7(), "by": person, **more}
        )


def marks() -> list[tuple[Any, ...]]:
    return list(AttendanceDay.objects.order_by("on").values_list("on", "am", "pm", "minutes_late"))


def test_who_keeps_attendance_brings_it_in_and_others_do_not(place: Place, pupil: Child):
    for number, (name, person) in enumerate(place.everybody().items()):
        keeps = name in {"attendance", "lead", "acting", "trust", "deputy"}
        rows = [line(f"2026-11-{number + 2:02}", "Z", "Z")]
        if keeps:
            assert bring_in(place, rows, by=person).file, name
        else:
            with pytest.raises(NotAllowed, match=r"Attendance is kept by: .*Attendance officer"):
                bring_in(place, rows, by=person)
    place.name_in_notice("senco")
    with pytest.raises(NotAllowed):
        bring_in(place, [line()])


def test_the_same_again_changes_nothing(place: Place, pupil: Child):
    token = uuid7()
    first = bring_in(place, [line(), line("2026-11-24", "L", "", late="15")], token=token)
    assert first.file and (first.file.days_new, first.file.days_changed) == (2, 0)
    assert bring_in(place, [line()], token=token).file == first.file
    again = bring_in(place, [line(), line("2026-11-24", "L", "")])
    assert (again.file, again.wrong, again.same) == (None, [], 2)
    assert marks() == [(date(2026, 11, 23), "/", "\\", None), (date(2026, 11, 24), "L", "", 15)]
    assert AttendanceFile.objects.count() == 1


def test_a_changed_mark_keeps_what_was(place: Place, pupil: Child):
    bring_in(place, [line("2026-11-24", "N", "")])
    file = bring_in(place, [line("2026-11-24", "I", "I")], by=place.room.deputy).file
    assert file and (file.days_new, file.days_changed) == (0, 1)
    assert marks() == [(date(2026, 11, 24), "I", "I", None)]
    [entry] = LogEntry.objects.filter(object_type="plans.attendanceday")
    assert entry.changes["am"] == ["N", "I"] and entry.changes["pm"] == ["", "I"]
    assert (entry.child_id, entry.actor_id) == (pupil.pk, place.room.deputy.pk)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (line(upn="Z999999999999"), "No child whose attendance you keep has this UPN."),
        (line(upn=""), "UPN is missing."),
        (line(am="Ö"), "AM: ‘Ö’ was no attendance code on 23 November 2026"),
        (line(pm="H"), "PM: ‘H’ was no attendance code on 23 November 2026"),
        (line(am="", pm=""), "Neither AM nor PM has a mark."),
        (line("23.13.2026"), "‘23.13.2026’ has no such month"),
        (line(""), "Date is missing."),
        (line("2026-11-25"), "25 November 2026 is still to come."),
        (line("2026-11-22"), "Sunday 22 November 2026 is no school day"),
        (line("2020-11-23"), "23 November 2020 is more than six years ago"),
        (line(late="soon"), "MinutesLate: ‘soon’ is no number of minutes"),
        (line("2026-11-20", "I", "I"), "Row 2 is about the same child and day, with other marks."),
    ],
)
def test_one_wrong_row_keeps_all_out_unless_it_is_left_out(place: Place, pupil: Child, wrong: Line, reason: str):
    lines = [line("2026-11-20"), line("2026-11-20"), wrong._replace(number=4)]
    refused = bring_in(place, lines)
    assert refused.is_refused and not AttendanceDay.objects.exists() and not AttendanceFile.objects.exists()
    [found] = refused.wrong
    assert found.number == 4 and found.reason.startswith(reason)
    taken = bring_in(place, lines, leave_out=True).file
    assert taken and (taken.days_new, taken.rows_left_out) == (1, 1)
    assert marks() == [(date(2026, 11, 20), "/", "\\", None)]


def test_a_holiday_takes_no_marks_and_a_closure_does(place: Place, pupil: Child):
    for first, last in ((date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18))):
        add_term(school=place.school, name=str(first), starts_on=first, ends_on=last, by=place.room.headteacher)
    assert (
        bring_in(place, [line("2026-10-28")]).wrong[0].reason.startswith("Wednesday 28 October 2026 is no school day")
    )
    assert bring_in(place, [line("2026-10-28", "#", "#")]).file
    # Before the first term that is entered nothing is known.
    assert bring_in(place, [line("2026-07-01")]).file


def test_a_former_number_finds_the_child_and_a_hidden_child_reads_as_nobody(place: Place, pupil: Child):
    bulk.update(ChildDetail, ("upn",), [{"child_id": pupil.pk, "upn": sheets.number(2)}])
    bulk.insert(
        FormerUpn,
        [{"school_id": place.school.pk, "child_id": pupil.pk, "upn": UPN, "until": date(2026, 9, 1)}],
    )
    assert bring_in(place, [line()]).file
    access.declare_conflict(user=place.attendance, child=pupil, kind="own_child", by=place.attendance, at=SCHOOL_DAY)
    unknown, own = bring_in(place, [line(upn="Z999999999999"), line(number=3)]).wrong
    assert unknown.reason == own.reason
    assert bring_in(place, [line("2026-11-20")], by=place.room.lead).file


def test_two_records_with_the_same_days_come_together_and_apart(place: Place, pupil: Child):
    other = factories.child(place.school, "Robin", "Marshe", by=place.room.office, details={"upn": sheets.number(2)})
    bring_in(place, [line(), line("2026-11-20"), line(upn=sheets.number(2)), line("2026-11-19", upn=sheets.number(2))])

    def days_of(child: Child) -> set[date]:
        return set(AttendanceDay.objects.filter(child=child).values_list("on", flat=True))

    before = days_of(pupil), days_of(other)
    done = merging.merge(keep=pupil, other=other, reason="One child.", token=uuid7(), seen=None, by=place.room.lead)
    assert days_of(pupil) == before[0] | before[1]
    # Either number is the child's now, and its marks stand once.
    assert bring_in(place, [line(upn=sheets.number(2))]).same == 1
    merging.undo(merge=done, reason="Cousins.", by=place.room.lead)
    assert (days_of(pupil), days_of(other)) == before


def test_a_whole_term_is_brought_in_once_and_counted_as_the_dfe_does(place: Place):
    """The register of the practice school: 420 children on 52 days."""
    place.name_in_notice("attendance")
    lines = read_attendance(io.BytesIO(source.attendance()))
    numbers = sorted({one.upn for one in lines})
    _children(place, numbers)
    first = bring_in(place, lines)
    assert first.wrong == [] and first.file and first.file.days_new == AttendanceDay.objects.count() == 21_840
    again = bring_in(place, lines)
    assert (again.file, again.same, AttendanceDay.objects.count()) == (None, 21_840, 21_840)
    of_child: dict[Any, list[Day]] = {}
    for child, *day in AttendanceDay.objects.values_list("child_id", "on", "am", "pm"):
        of_child.setdefault(child, []).append(Day(*day))
    whole = [counted_up(days) for days in of_child.values()]
    assert len(whole) == 420
    assert sum(one.is_persistent for one in whole) == 53
    assert sum(one.is_severe for one in whole) == 4
    # Comments are not taken.
    assert not {"Comment", "comment", "text"} & {field.name for field in AttendanceDay._meta.get_fields()}


def _children(place: Place, numbers: Sequence[str]) -> None:
    new = [
        NewChild(
            forename=f"Robin{number}",
            surname="Marsh",
            year_group=3,
            class_name="3A",
            entered_on=factories.LONG_AGO,
            details={"upn": number},
        )
        for number in numbers
    ]
    register_children(school=place.school, children=new, today=SCHOOL_DAY.date())


# --- the page


def send(client: Client, person: User, content: bytes, **more: Any) -> Any:
    client.force_login(person)
    file = SimpleUploadedFile("attendance.csv", content, "text/csv")
    return client.post(reverse("attendance"), {"token": uuid7(), "file": file, **more})


def test_the_page_takes_a_file_and_says_each_wrong_row(client: Client, place: Place, pupil: Child):
    good = f"UPN,Date,AM,PM,MinutesLate,Comment\n{UPN},2026-11-23,/,\\,,sent home unwell\n".encode()
    bad = good + b"Z999999999999,2026-11-23,/,\\,,\n"
    refused = send(client, place.attendance, bad)
    assert refused.status_code == 422 and not AttendanceDay.objects.exists()
    page = refused.content.decode()
    assert "Z999999999999" in page and "No child whose attendance you keep has this UPN." in page
    assert "Leave these rows out" in page
    assert "unwell" not in page
    taken = send(client, place.attendance, bad, leave_out="on")
    assert taken.status_code == 302
    assert "1 day added, 1 row left out" in client.get(taken.url).content.decode()
    assert "all of this file already" in client.get(send(client, place.attendance, good).url).content.decode()
    assert len(marks()) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_writes_nothing(client: Client, place: Place, pupil: Child, name: str):
    answer = send(client, place.attendance, (ROOT / "tests/data" / name).read_bytes(), leave_out="on")
    assert answer.status_code == 422 and not AttendanceFile.objects.exists() and not AttendanceDay.objects.exists()


def test_too_many_rows_are_refused_before_any_is_read(client: Client, place: Place, pupil: Child):
    many = b"UPN,Date,AM,PM\n" + f"{UPN},2026-11-23,/,\\\n".encode() * 100_001
    answer = send(client, place.attendance, many)
    assert answer.status_code == 422 and "Bring in one term at a time." in answer.content.decode()
    assert not AttendanceDay.objects.exists()


def test_a_form_without_a_file_says_so(client: Client, place: Place, pupil: Child):
    client.force_login(place.attendance)
    answer = client.post(reverse("attendance"), {"token": uuid7()})
    assert answer.status_code == 422 and "Choose a file" in answer.content.decode()


def test_a_role_that_the_notice_does_not_name_finds_the_sentence(client: Client, place: Place, pupil: Child):
    place.name_in_notice("senco")
    client.force_login(place.attendance)
    for address in (reverse("attendance"), reverse("child_attendance", args=[pupil.pk])):
        assert "privacy notice does not name your role" in client.get(address).content.decode()
    assert send(client, place.attendance, f"UPN,Date,AM,PM\n{UPN},2026-11-23,/,\\\n".encode()).status_code == 403


def test_the_example_can_be_read(client: Client, place: Place, pupil: Child):
    client.force_login(place.attendance)
    answer = client.get(reverse("attendance_example"))
    assert len(read_attendance(io.BytesIO(answer.content))) == 3
