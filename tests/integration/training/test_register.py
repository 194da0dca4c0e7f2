"""Does the register say who is trained, notes nothing twice, and loses nothing of a file? Does its check turn?"""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.services.guidance import in_force
from safeguarding.checks import Looker, State
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.training.models import Course, GuidanceRead, TrainingRecord
from safeguarding.training.services.checks import training_and_guidance
from safeguarding.training.services.courses import LEAD, course_problems, courses_of, end_course, set_course
from safeguarding.training.services.noting import holds_until, withdraw_training
from safeguarding.training.services.reading_guidance import confirm_read, to_read
from safeguarding.training.services.standing import standing
from tests import factories
from tests.factories import LONG_AGO

from .conftest import Place

pytestmark = pytest.mark.django_db
today = timezone.localdate


def noted(place: Place, *people: User, day: date | None = None, **more: str) -> dict[str, object]:
    """The form as a page sends it."""
    parts = {f"done_on_{part}": getattr(day or today(), part) for part in ("day", "month", "year")}
    named = {"people": [str(one.pk) for one in people], "course": str(place.update.pk), "token": str(uuid7())}
    return {**named, **parts, **more}


def read_all(place: Place, *people: User) -> None:
    [edition] = to_read(place.room.school.pk, today())
    for one in people:
        confirm_read(school=place.room.school, edition=edition, by=one)


@pytest.mark.parametrize(
    ("course", "done", "until"),
    [
        (12, date(2026, 9, 1), date(2027, 9, 1)),
        (24, date(2024, 2, 29), date(2026, 2, 28)),
        (None, date(2026, 9, 1), None),
    ],
)
def test_until_when_a_course_holds(course: int | None, done: date, until: date | None):
    assert holds_until(Course(months=course), done) == until


def test_one_form_notes_several_people_once(client: Client, place: Place):
    room = place.room
    client.force_login(room.office)
    sent = noted(place, room.teacher, room.assistant, room.lead)
    for _ in range(2):
        assert client.post(reverse("note_training"), sent).status_code == 302
    assert TrainingRecord.objects.count() == 3
    # Another form, the same day: nothing new. Withdrawn, it is noted once more.
    client.post(reverse("note_training"), noted(place, room.teacher))
    assert TrainingRecord.objects.count() == 3
    first = TrainingRecord.objects.get(user=room.teacher)
    withdraw_training(training=first, by=room.office)
    with pytest.raises(OutOfTurn):
        withdraw_training(training=first, by=room.lead)
    client.post(reverse("note_training"), noted(place, room.teacher))
    assert TrainingRecord.objects.filter(user=room.teacher, withdrawn_at=None).count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"people": []}, "Tick who had it"),
        ({"done_on_year": today().year + 1}, "in the past"),
        ({"done_on_year": 1926}, "Check the year"),
        ({"course": ""}, "Choose course"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(client: Client, place: Place, change: dict[str, object], says: str):
    client.force_login(place.room.office)
    page = client.post(reverse("note_training"), noted(place, place.room.teacher) | change)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not TrainingRecord.objects.exists()


def test_somebody_who_does_not_work_there_is_not_noted(place: Place):
    stranger = factories.person("Ian", "Frost")
    with pytest.raises(BadInput, match="does not work at this school"):
        place.note(stranger)


def test_the_register_says_who_is_trained_and_narrows_to_who_is_not(client: Client, place: Place):
    room = place.room
    factories.member(room.school, "governor", "Gail", "Rowe")
    place.note(room.teacher, room.lead, on=today() - timedelta(days=30))
    place.note(room.lead, course=place.of_leads, on=today() - timedelta(days=700))
    place.note(room.assistant, on=today() - timedelta(days=400))
    read_all(place, room.teacher)
    client.force_login(room.office)

    def shown(state: str) -> set[str]:
        page = client.get(reverse("training"), {"state": state})
        return {one.user.last_name for one in page.context["people"]}

    assert len(shown("")) == 7, "no governor"
    assert "Beckett" not in shown("not_trained") and {"Lister", "Aldous", "Mendes"} <= shown("not_trained")
    assert shown("due") == {"Raman"}
    assert shown("in_order") == {"Beckett"}
    assert "Beckett" not in shown("unread") and len(shown("unread")) == 6
    assert len(shown("nonsense")) == 7
    numbers = standing(room.school.pk, today())
    assert (numbers.staff, numbers.trained, numbers.guidance_read, numbers.is_set_up) == (7, 2, 1, True)


def test_a_course_takes_the_place_of_one_and_records_count_on(place: Place):
    room = place.room
    place.note(room.teacher)
    facts = {"name": "Safeguarding update", "for_whom": "all", "source": "Decided again"}
    longer = set_course(school=room.school, token=uuid7(), code=place.update.code, months=24, by=room.lead, **facts)
    assert [one.pk for one in courses_of(room.school.pk)] == [place.of_leads.pk, longer.pk]
    assert standing(room.school.pk, today()).trained == 1
    with pytest.raises(BadInput, match="every two years"):
        set_course(school=room.school, token=uuid7(), code=LEAD, months=36, by=room.lead, **facts | {"name": "Leads"})
    assert dict(course_problems(room.school.pk, code="", months=0, **facts)).keys() == {"name", "months"}
    end_course(school=room.school, code=longer.code, by=room.lead)
    for code in (LEAD, longer.code, "\x00"):
        with pytest.raises(OutOfTurn):
            end_course(school=room.school, code=code, by=room.lead)
    assert not standing(room.school.pk, today()).is_set_up


FILE = (
    "Forename;Surname;Login;Training;Date completed;Expiry\n"
    "Jon;Beckett;;Safeguarding UPDATE;01/09/2025;\n"
    "Amy;Lister;;Safeguarding update;14 March 2026;01/01/2026\n"
    "Zoe;Nobody;;Safeguarding update;01/09/2025;\n"
    "Priya;Raman;;Juggling;01/09/2025;\n"
    "Tom;Aldous;;Safeguarding update;31/02/2026;\n"
    "Sue;Pickering;;Safeguarding update;01/09/2099;\n"
    "Jon;Beckett;;Safeguarding update;01/09/2025;\n"
    ";;;;;\n"
    "Priya;Raman;;Training for safeguarding leads and deputies;2026-03-14;\n"
)


def test_a_file_is_shown_first_and_then_noted_once(client: Client, place: Place):
    client.force_login(place.room.office)
    file = SimpleUploadedFile("training.csv", FILE.encode(), content_type="text/csv")
    page = client.post(reverse("training_file"), {"file": file})
    assert [one.number for one in page.context["good"]] == [2, 10]
    assert page.context["there"] == 1
    wrong = {one.number: " ".join(one.problems) for one in page.context["bad"]}
    for number, words in {3: "before the training", 4: "Nobody called Zoe", 5: "Juggling", 6: "31/02/2026"}.items():
        assert words in wrong[number]
    assert "once it has been" in wrong[7] and set(wrong) == {3, 4, 5, 6, 7}
    assert not TrainingRecord.objects.exists()

    sent = {name: page.context["form"].initial[name] for name in ("rows", "token")}
    again = client.post(reverse("confirm_training"), sent)
    assert again.status_code == 422 and again.context["form"].initial["rows"] == sent["rows"]
    assert not TrainingRecord.objects.exists()
    for _ in range(2):
        assert client.post(reverse("confirm_training"), sent | {"leave_out": "on"}).status_code == 302
    found = {(one.user.last_name, one.done_on, one.valid_until) for one in TrainingRecord.objects.all()}
    assert found == {
        ("Beckett", date(2025, 9, 1), date(2026, 9, 1)),
        ("Raman", date(2026, 3, 14), date(2028, 3, 14)),
    }


@pytest.mark.parametrize(
    "text", ["", "Name,Day\nJon Beckett,01/09/2025\n", "First name,Last name,Course,Day\n", "%PDF-1.7"]
)
def test_a_file_that_is_no_such_list_says_why(client: Client, place: Place, text: str):
    client.force_login(place.room.office)
    page = client.post(reverse("training_file"), {"file": SimpleUploadedFile("a.csv", text.encode())})
    assert page.status_code == 422
    assert page.context["form"].errors["file"]
    assert client.post(reverse("confirm_training"), {"rows": "[1]", "token": str(uuid7())}).status_code == 422


def test_guidance_is_read_once_and_only_what_is_in_force(client: Client, place: Place):
    client.force_login(place.room.assistant)
    [edition] = to_read(place.room.school.pk, today())
    assert {one.guidance for one in in_force(place.room.school.pk, today())} == {"kcsie", "wt", "sharing"}
    for _ in range(2):
        assert client.post(reverse("read_guidance", args=[edition.pk])).url == reverse("my_training")
    assert GuidanceRead.objects.count() == 1
    assert "You said so on" in client.get(reverse("read_guidance", args=[edition.pk])).content.decode()
    old = type(edition).objects.get(code="kcsie_2022")
    assert client.get(reverse("read_guidance", args=[old.pk])).status_code == 404
    with pytest.raises(OutOfTurn):
        confirm_read(school=place.room.school, edition=old, by=place.room.teacher)


def test_the_check_turns_red_and_green(place: Place):
    room = place.room

    def look() -> tuple[State, int | None]:
        found = training_and_guidance(Looker(room.headteacher, room.school.pk, timezone.now()))
        assert not any(one.last_name in found.says for one in place.everybody)
        return found.state, found.number

    assert look() == (State.NOT_SET_UP, None)
    place.note(*place.everybody)
    place.note(room.lead, course=place.of_leads)
    assert look() == (State.FIX, 7)
    place.note(room.deputy, course=place.of_leads)
    assert look() == (State.LOOK, 7)
    read_all(place, *place.everybody)
    assert look() == (State.GOOD, 0)
    # Who may not see the records of others is told nothing of them.
    assert training_and_guidance(Looker(factories.person(), room.school.pk, timezone.now())).state is State.NOT_SET_UP


def test_the_register_asks_as_often_for_300_people_as_for_10(client: Client, place: Place):
    room = place.room
    client.force_login(room.office)

    def staff(number: int) -> None:
        users = User.objects.bulk_create(
            User(username=f"p{uuid7().hex}", first_name="Sam", last_name=f"Ash{n:03}", password="!")
            for n in range(number)
        )
        RoleAssignment.objects.bulk_create(
            RoleAssignment(user=one, school=room.school, role_key="teacher", starts_on=LONG_AGO) for one in users
        )
        place.note(*users)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("training")).status_code == 200
        return len(found)

    staff(3)
    queries()
    few = queries()
    staff(290)
    assert queries() == few
