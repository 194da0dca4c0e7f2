"""Do records of an earlier system come onto the right children, whole or not at all, and off them again?"""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from children.facts import Called
from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event
from safeguarding.concerns.models import EarlierBatch, EarlierFile, EarlierPdf, EarlierRecord, EarlierRow
from safeguarding.concerns.services import earlier as service
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.sealing import files
from tests import factories
from tests.earlier import ONE, action, bring_in, finish, look_at, pack, row
from tests.sheets import number

pytestmark = pytest.mark.django_db
S = EarlierBatch.Status


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def rowan(cast):
    return child(cast, 1, "Rowan", "Ashdown")


@pytest.fixture
def amy(cast):
    return child(cast, 2, "Amy", "Bell")


def child(cast, serial, forename, surname, born=date(2017, 3, 14), **details):
    details = {"upn": number(serial), "date_of_birth": born, **details}
    return factories.child(cast.school, forename, surname, by=cast.office, details=details)


def problems(batch):
    """What is wrong with which row."""
    return dict(EarlierRow.objects.filter(batch=batch).exclude(problem="").values_list("number", "problem"))


def test_incidents_come_with_their_source_author_date_and_actions(cast, rowan, amy):
    batch = bring_in(
        cast.school,
        by=cast.lead,
        rows=[
            row(7, rowan, action="Rang home", action_date="12/03/2024", where="Yard"),
            row(7, amy),
            action(7, "Spoke to both", on="14/03/2024"),
            action(7, "Wrote to her mother", on="13/03/2024", upn=number(2)),
            row(7, rowan, action="Rang home", action_date="12/03/2024", where="Yard"),
            row(8, rowan, date="2 May 2025"),
        ],
    )
    assert batch.status == S.CONFIRMED
    assert batch.summary["done"] == {"records": 3, "files": 0, "actions": 4, "children": 2}
    assert batch.summary["rows"] == {"record": 3, "action": 2, "repeated": 1}
    first, second = EarlierRecord.objects.filter(child=rowan).order_by("happened_at")
    assert (first.source, first.author, first.category, first.reference) == (
        "Old record system",
        "Mr B Hale",
        "Home",
        "7",
    )
    assert first.happened_at == datetime(2024, 3, 12, 9, 40, tzinfo=UTC)
    assert first.is_timed
    assert first.narrative == "He said that number 7 had happened."
    assert [one["action"] for one in first.actions] == ["Rang home", "Spoke to both"]
    assert first.more == [["Where", "Yard"]]
    assert not second.is_timed
    other = EarlierRecord.objects.get(child=amy)
    assert [(one["action_on"], one["action"]) for one in other.actions] == [
        ("2024-03-13", "Wrote to her mother"),
        ("2024-03-14", "Spoke to both"),
    ]
    # Nobody is told, nothing is due, and of the files on their way nothing is left.
    assert not Notice.objects.filter(school_id=cast.school.pk).exists()
    assert not batch.rows.exists()
    assert not batch.uploads.exists()


def test_what_has_no_place_is_kept_of_every_row_of_an_incident(cast, rowan, amy):
    rows = [
        row(7, rowan, action="Rang home", action_date="12/03/2024", where="Yard"),
        row(7, rowan, action="Wrote home", action_date="13/03/2024", where="Office, done"),
        row(7, rowan, action="Met her", action_date="14/03/2024"),
        action(7, "Told the nurse", on="15/03/2024", where="By telephone"),
        action(7, "Told the nurse again", on="16/03/2024", where="Yard"),
        row(8, amy, where="Hall"),
        row(8, amy, where="Gate"),
    ]
    batch = look_at(cast.school, by=cast.lead, rows=rows)
    assert problems(batch) == {8: "differs"}
    finish(batch, by=cast.lead)
    hers = EarlierRecord.objects.get(child=rowan)
    assert [one["action"] for one in hers.actions] == [
        "Rang home",
        "Wrote home",
        "Met her",
        "Told the nurse",
        "Told the nurse again",
    ]
    assert hers.more == [["Where", "Yard"], ["Where", "Office, done"], ["Where", "By telephone"]]
    assert look_at(cast.school, by=cast.lead, rows=rows[:6]).summary["rows"] == {"here": 6}


def test_a_row_comes_onto_nobody_unless_it_says_for_certain_whose_it_is(cast, rowan, amy):
    child(cast, 3, "Sam", "Cole")
    child(cast, 4, "Sam", "Cole")  # of the same name and day
    child(cast, 5, "Ida", "Moss", upn="")
    child(cast, 6, "Jo", "Reed", born=date(2016, 5, 5), former_upns=[])
    plain = {"student_name": "", "upn": "", "dob": ""}
    rows = [
        row(2, rowan, upn=""),  # by name and date of birth
        row(3, rowan, student_name="", dob=""),  # by UPN alone
        row(4, rowan, student_name="ashdown rowan", upn=""),
        row(
            5, **plain | {"student_name": "Ida Moss", "dob": "14/03/2017", "upn": number(90)}
        ),  # whose UPN nobody had noted
        row(6, rowan, student_name="Rowan Marlow"),  # another name, the same day: married off, adopted
        row(7, rowan, dob="", upn=""),  # a name alone
        row(8, rowan, upn="12345"),  # cannot be right
        row(9, rowan, student_name="", dob="", upn=number(77)),  # nobody's
        row(10, rowan, upn=number(77)),  # not the UPN that Harbour has
        row(11, rowan, upn=number(2)),  # Amy's UPN, Rowan's name and day
        row(12, amy, student_name="Rowan Ashdown", dob=""),  # Amy's UPN, Rowan's name
        row(13, **plain | {"student_name": "Sam Cole", "dob": "14/03/2017"}),  # two of them
        row(14, **plain | {"student_name": "Rowan Ashdown", "dob": "15/03/2017"}),  # another day
        row(15, rowan, student_name="Nobody Atall", dob="01/01/2015"),  # neither agrees
        row(16, rowan, dob="14/3/17"),
        row(17, rowan, date="31/02/2024"),
        row(18, rowan, date="01/01/2031"),
        row(19, rowan, date=""),
        row(20, rowan, date="12/03/2024 31:40"),
        row(21, rowan, details=""),
        action(404, "An action of nothing"),
        action(17, "An action of an incident that cannot be used"),
        row(2, rowan, details="Another thing altogether."),
        row(22, rowan, incident_id="x" * 61),
    ]
    batch = look_at(cast.school, by=cast.lead, rows=rows)
    found = {number - 2: problem for number, problem in problems(batch).items()}
    assert found == {
        5: "no_child",
        6: "bad_upn",
        7: "unknown_upn",
        8: "other_upn",
        9: "not_theirs",
        10: "another_name",
        11: "several",
        12: "nobody",
        13: "not_theirs",
        14: "bad_birth",
        15: "bad_date",
        16: "future_date",
        17: "no_date",
        18: "bad_time",
        19: "no_words",
        20: "no_incident",
        21: "incident_bad",
        22: "differs",
        23: "too_long",
    }
    done = finish(batch, by=cast.lead)
    assert done.summary["done"]["records"] == 5
    assert EarlierRecord.objects.filter(child=rowan).count() == 4
    assert not EarlierRecord.objects.filter(child=amy).exists()
    # The reasons stay; what the rows said, and of whom, does not.
    left = EarlierRow.objects.filter(batch=done)
    assert left.count() == len(found)
    assert not any(one.content or one.child_id for one in left)
    assert all(one.reason for one in left)


def test_former_numbers_and_other_names_count(cast):
    factories.child(
        cast.school,
        "Ada",
        "New",
        by=cast.office,
        details={"upn": number(8), "date_of_birth": date(2017, 1, 2)},
        former_upns=[number(9)],
        called=[Called(forename="Ada", surname="Old")],
        known_forename="Adie",
    )
    plain = {"student_name": "", "upn": "", "dob": "02/01/2017"}
    rows = [
        row(1, **plain | {"upn": number(9), "dob": ""}),
        row(2, **plain | {"student_name": "Old, Ada"}),
        row(3, **plain | {"student_name": "ADIE NEW"}),
        row(4, **plain | {"student_name": "Adie Old"}),
    ]
    assert problems(look_at(cast.school, by=cast.lead, rows=rows)) == {5: "nobody"}


def test_the_same_files_again_bring_in_nothing_twice(cast, rowan, amy):
    rows = [row(1, rowan), row(2, rowan), action(2, "Rang home"), row("", amy)]
    bring_in(cast.school, by=cast.lead, rows=rows, pack=pack({f"{number(1)}/a.pdf": ONE}))
    changed = [row(1, rowan, details="Something else."), *rows[1:], row(3, amy)]
    again = look_at(cast.school, by=cast.lead, rows=changed, pack=pack({f"{number(1)}/a.pdf": ONE}))
    assert again.summary["rows"] == {"bad": 1, "here": 3, "record": 1}
    assert again.summary["files"] == {"here": 1}
    assert problems(again) == {2: "changed"}
    finish(again, by=cast.lead)
    assert EarlierRecord.objects.count() == 4
    assert EarlierFile.objects.count() == 1
    # From another system it is another thing.
    other = look_at(cast.school, by=cast.lead, rows=rows, source="Paper files")
    assert other.summary["rows"]["record"] == 3


def test_pdfs_are_matched_by_number_or_index_and_never_by_a_name(cast, rowan, amy):
    index = (
        "File,UPN,Name,DOB\nletter.pdf,,Amy "
        f"Bell,14/03/2017\nminutes/plan.pdf,{number(1)},,\nlost.pdf,{number(1)},,\nodd.pdf,,Amy "
        f"Bell,\ncross/{number(2)}.pdf,{number(1)},,\n"
    )
    given = {
        "export/index.csv": index.encode(),
        f"export/{number(1)} Ashdown/report.pdf": ONE,
        f"export/{number(1).lower()}.pdf": ONE,
        "export/letter.pdf": ONE,
        "export/minutes/plan.pdf": ONE,
        "export/Amy Bell.pdf": ONE,
        "export/odd.pdf": ONE,
        f"export/{number(1)} and {number(2)}.pdf": ONE,
        f"export/{number(66)}.pdf": ONE,
        f"export/{number(1)}/photo.jpg": b"x",
        f"export/{number(1)}/more.zip": b"x",
        f"export/{number(1)}/broken.pdf": b"%PDF-1.4 and nothing else",
        f"export/cross/{number(2)}.pdf": ONE,
        "__MACOSX/export/._letter.pdf": b"x",
    }
    batch = look_at(cast.school, by=cast.lead, pack=pack(given))
    bad = {one.name: one.problem for one in EarlierPdf.objects.filter(batch=batch).exclude(problem="")}
    assert bad == {
        "Amy Bell.pdf": "no_upn",
        "odd.pdf": "index",
        f"{number(1)} and {number(2)}.pdf": "several_upns",
        f"{number(66)}.pdf": "unknown_upn",
        "photo.jpg": "not_pdf",
        "more.zip": "is_zip",
        "broken.pdf": "not_taken",
        f"{number(2)}.pdf": "disagrees",
        "lost.pdf": "missing",
    }
    done = finish(batch, by=cast.lead)
    assert done.summary["done"] == {"records": 0, "files": 4, "actions": 0, "children": 2}
    [letter] = EarlierFile.objects.filter(child=amy)
    assert letter.name == "letter.pdf"
    assert len(letter.pictures) == 1
    assert b"".join(files.read(letter.stored, record=amy.pk)) == ONE
    assert {one.name for one in EarlierFile.objects.filter(child=rowan)} == {
        "report.pdf",
        f"{number(1).lower()}.pdf",
        "plan.pdf",
    }


def test_what_is_given_up_leaves_nothing(cast, rowan, empty_store, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        batch = look_at(cast.school, by=cast.lead, rows=[row(1, rowan)], pack=pack({f"{number(1)}.pdf": ONE}))
        assert list(files.stored_names())
        given_up = service.abandon_batch(batch=batch, by=cast.headteacher)
    assert given_up.status == S.ABANDONED
    assert not list(files.stored_names())
    assert not EarlierRow.objects.exists()
    assert not EarlierPdf.objects.exists()
    with pytest.raises(OutOfTurn):
        finish(batch, by=cast.lead)


def test_who_gave_the_files_confirms_what_was_shown_once(cast, rowan):
    batch = look_at(cast.school, by=cast.lead, rows=[row(1, rowan)])
    for other in (cast.headteacher, cast.deputy, cast.office):
        with pytest.raises(NotAllowed):
            service.confirm_batch(batch=batch, by=other, seen=batch.revision)
    with pytest.raises(ChangedSince):
        service.confirm_batch(batch=batch, by=cast.lead, seen=batch.revision - 1)
    service.confirm_batch(batch=batch, by=cast.lead, seen=batch.revision)
    with pytest.raises(OutOfTurn):
        service.confirm_batch(batch=batch, by=cast.lead, seen=batch.revision)
    for other in (cast.deputy, cast.office, cast.teacher):
        with pytest.raises(NotAllowed):
            look_at(cast.school, by=other, rows=[row(1, rowan)])
    with pytest.raises(BadInput):
        bring_in(cast.school, by=cast.lead, rows=[row(1, rowan, upn="X")])
    # The same form sent twice is one giving.
    token, given = uuid7(), service.Given(pack=pack({f"{number(1)}.pdf": ONE}))
    sent = [
        service.start_batch(school=cast.school, token=token, source="Paper", given=given, by=cast.lead)
        for _ in range(2)
    ]
    assert sent[0] == sent[1]


def test_what_changed_between_look_and_confirmation_is_looked_at_again(cast, rowan):
    batch = look_at(cast.school, by=cast.lead, rows=[row(1, rowan)])
    bring_in(cast.school, by=cast.headteacher, rows=[row(1, rowan)])
    waiting = finish(batch, by=cast.lead)
    assert (waiting.status, waiting.confirmed_by) == (S.UPLOADED, None)
    service.take_up(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.summary["rows"], batch.summary["changed_since"]) == (S.READY, {"here": 1}, True)
    assert EarlierRecord.objects.count() == 1


@pytest.mark.parametrize("step", ["_files", "_record"])
def test_a_worker_that_is_stopped_while_it_writes_leaves_nothing_and_doubles_nothing(cast, rowan, monkeypatch, step):
    batch = look_at(cast.school, by=cast.lead, rows=[row(1, rowan)], pack=pack({f"{number(1)}.pdf": ONE}))
    confirmed = service.confirm_batch(batch=batch, by=cast.lead, seen=batch.revision)

    def stopped(*given, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(f"safeguarding.concerns.services.earlier.confirming.{step}", stopped)
        with pytest.raises(KeyboardInterrupt):
            service.finish_batch(batch=confirmed)
    assert not EarlierRecord.objects.exists()
    assert service.take_up_all() == 1
    assert (EarlierRecord.objects.count(), EarlierFile.objects.count()) == (1, 1)
    assert service.take_up_all() == 0
    assert service.finish_batch(batch=confirmed).status == S.CONFIRMED
    assert EarlierRecord.objects.count() == 1


def test_a_batch_is_withdrawn_whole_and_says_who_had_seen_it(
    cast, client, rowan, amy, empty_store, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        batch = bring_in(
            cast.school, by=cast.lead, rows=[row(1, rowan), row(2, amy)], pack=pack({f"{number(1)}.pdf": ONE})
        )
    declare_conflict(user=cast.headteacher, child=amy, kind="own_child", by=cast.lead)
    mine, file = EarlierRecord.objects.get(child=rowan), EarlierFile.objects.get()
    client.force_login(cast.deputy)
    assert client.get(f"/earlier/records/{mine.pk}/").status_code == 200
    with pytest.raises(BadInput):
        service.withdraw_batch(batch=batch, why="", by=cast.headteacher)
    with pytest.raises(NotAllowed):
        service.withdraw_batch(batch=batch, why="twice", by=cast.deputy)
    service.withdraw_batch(batch=batch, why="wrong_children", by=cast.headteacher)
    # At once, before anything else has happened.
    assert client.get(f"/earlier/records/{mine.pk}/").status_code == 404
    assert client.get(reverse("attachment", args=[file.pk])).status_code == 404
    assert not EarlierRecord.objects.visible_to(cast.lead).exists()
    with pytest.raises(OutOfTurn):
        service.withdraw_batch(batch=batch, why="twice", by=cast.lead)
    assert service.take_up_all() == 1
    assert service.take_up_all() == 0
    batch.refresh_from_db()
    assert batch.cleared_at
    assert [(one["person"], one["records"]) for one in batch.summary["opened"]] == [(str(cast.deputy.pk), 1)]
    assert not list(files.stored_names())
    # Hers too, whom the Headteacher who withdrew it does not see.
    assert [(r.narrative, r.author, r.category, r.further) for r in EarlierRecord.objects.all()] == [
        ("", "", "", {})
    ] * 2
    assert Event.objects.filter(object_id=batch.pk, verb="withdraw").count() == 1
    # It can come in again, mended.
    assert bring_in(cast.school, by=cast.lead, rows=[row(1, rowan)]).summary["done"]["records"] == 1


def test_a_child_hidden_from_who_brings_it_in_is_not_found(cast, rowan, amy):
    declare_conflict(user=cast.lead, child=amy, kind="own_child", by=cast.headteacher)
    rows = [row(1, rowan), row(2, amy), row(3, amy, upn="")]
    assert problems(look_at(cast.school, by=cast.lead, rows=rows)) == {3: "unknown_upn", 4: "nobody"}
    assert problems(look_at(cast.school, by=cast.headteacher, rows=rows)) == {}
