"""Who opens the register, whose rows does each person see, and who opens a certificate?"""

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.audit.models import Event
from safeguarding.audit.protection import may_view
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from safeguarding.records import system_tasks
from safeguarding.training.models import Certificate
from safeguarding.training.services.noting import Had, attach_certificate, note_training, withdraw_training
from safeguarding.training.services.reading_guidance import confirm_read, to_read
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.test_rights_rows import is_refused, tried

from .conftest import Place

pytestmark = pytest.mark.django_db
KEEPERS = ("office", "deputy", "lead", "headteacher")
OTHERS = ("teacher", "assistant", "pastoral")
KEPT = ("training", "note_training", "training_file", "training_example")


@pytest.mark.parametrize("who", [*KEEPERS, *OTHERS])
def test_who_keeps_the_register_opens_it_and_everybody_their_own(client: Client, place: Place, who: str):
    client.force_login(getattr(place.room, who))
    status = 200 if who in KEEPERS else 403
    assert [client.get(reverse(page)).status_code for page in KEPT] == [status] * len(KEPT)
    assert client.get(reverse("person_training", args=[place.room.teacher.pk])).status_code == status
    assert client.get(reverse("my_training")).status_code == 200
    assert client.get(reverse("my_training_file")).status_code == 200
    assert client.get(reverse("training_course", args=[place.update.pk])).status_code == 200
    manages = who in ("lead", "headteacher")
    assert client.get(reverse("training_courses")).status_code == (200 if manages else 403)


def test_a_record_is_seen_by_its_person_and_by_who_keeps_the_register_there(client: Client, place: Place):
    [noted] = place.note(place.room.teacher)
    elsewhere = factories.member(factories.school("Alder Brook Primary School"), "office", "Ian", "Frost")
    seen = {
        name: may_view(user, noted)
        for name, user in {**vars(place.room), "elsewhere": elsewhere}.items()
        if name != "school"
    }
    assert {name for name, there in seen.items() if there} == {"teacher", *KEEPERS}
    for name, user in (("teacher", place.room.teacher), ("assistant", place.room.assistant), ("elsewhere", elsewhere)):
        client.force_login(user)
        page = client.get(reverse("training_record", args=[noted.pk]))
        assert page.status_code == (200 if seen[name] else 404)
    assert client.get(reverse("person_training", args=[place.room.teacher.pk])).status_code == 404, "of another school"


def test_what_somebody_has_read_is_seen_by_them_and_by_keepers(place: Place):
    school = place.room.school
    [edition] = to_read(school.pk, factories.SCHOOL_DAY.date())
    read = confirm_read(school=school, edition=edition, by=place.room.assistant)
    people = {name: user for name, user in vars(place.room).items() if name != "school"}
    assert {name for name, user in people.items() if may_view(user, read)} == {"assistant", *KEEPERS}


def test_a_certificate_is_opened_by_its_person_and_keepers_alone(client: Client, place: Place):
    room = place.room
    [noted] = place.note(room.teacher)
    paper = [Upload("certificate.txt", b"Was there all day.")]
    with pytest.raises(NotAllowed):
        attach_certificate(training=noted, token=uuid7(), uploads=paper, by=room.assistant)
    token = uuid7()
    for _ in range(2):
        attach_certificate(training=noted, token=token, uploads=paper, by=room.teacher)
    [file] = Certificate.objects.filter(training=noted)
    for who in (*KEEPERS, *OTHERS):
        client.force_login(getattr(room, who))
        answer = client.get(reverse("attachment", args=[file.pk]))
        assert answer.status_code == (200 if who in (*KEEPERS, "teacher") else 404), who
        if answer.status_code == 200:
            assert b"".join(answer.streaming_content) == b"Was there all day."  # type: ignore[attr-defined]
    client.force_login(room.teacher)
    page = client.get(reverse("training_record", args=[noted.pk])).content.decode()
    assert "certificate.txt" in page and "Withhold it" not in page
    client.force_login(room.lead)
    assert "Withhold it" in client.get(reverse("training_record", args=[noted.pk])).content.decode()
    client.post(reverse("withhold", args=[file.pk]), {"reason": "unlawful"})
    client.force_login(room.teacher)
    assert client.get(reverse("attachment", args=[file.pk])).status_code == 409


def test_the_task_of_files_sees_certificates_and_so_scans_them_and_drops_none():
    assert Certificate._meta.label_lower in system_tasks()["files"]


def test_only_who_keeps_the_register_notes_and_withdraws(place: Place):
    [noted] = place.note(place.room.teacher)
    had = [Had(place.room.assistant, place.update, noted.done_on)]
    for by in (place.room.teacher, place.room.pastoral):
        with pytest.raises(NotAllowed):
            note_training(school=place.room.school, had=had, token=uuid7(), by=by)
        with pytest.raises(NotAllowed):
            withdraw_training(training=noted, by=by)
    withdraw_training(training=noted, by=place.room.office)


def test_one_takes_a_copy_of_all_that_is_kept_and_nothing_of_others(client: Client, place: Place):
    place.note(place.room.teacher, place.room.assistant)
    client.force_login(place.room.teacher)
    rows = client.get(reverse("my_training_file")).content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and rows[1].startswith("Safeguarding update,")
    assert Event.objects.filter(verb="export", object_type="training.trainingrecord").count() == 1


def test_what_was_noted_changes_by_no_sql_and_nobody_notes_their_own(place: Place):
    room = place.room
    [noted] = place.note(room.teacher)
    change = "UPDATE training_trainingrecord SET {} WHERE id = %s"
    withdraw = change.format("withdrawn_at = now(), withdrawn_by_id = rules.me()")
    longer = change.format("valid_until = '2099-01-01'")
    course = "UPDATE training_course SET months = 99 WHERE id = %s"
    copied = (
        "INSERT INTO training_trainingrecord (id, school_id, user_id, token, course_id, done_on, noted_at, "
        "noted_by_id) SELECT gen_random_uuid(), school_id, user_id, gen_random_uuid(), course_id, done_on - 1, now(), "
        "rules.me() FROM training_trainingrecord WHERE id = %s"
    )
    for person in (room.teacher, room.office, room.headteacher):
        assert is_refused(person, "web", longer, [noted.pk]) and is_refused(person, "web", course, [place.update.pk])
    for statement in (copied, withdraw):
        assert is_refused(room.teacher, "web", statement, [noted.pk])
        assert tried(room.office, "web", statement, [noted.pk]) == 1
    reads = (
        "INSERT INTO training_guidanceread (id, school_id, user_id, edition_id, read_at) "
        "SELECT gen_random_uuid(), %s, %s, id, now() FROM accounts_guidanceedition LIMIT 1"
    )
    assert tried(room.teacher, "web", reads, [room.school.pk, room.teacher.pk]) == 1
    assert is_refused(room.office, "web", reads, [room.school.pk, room.teacher.pk])
