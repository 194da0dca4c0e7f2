"""Is what a field was before kept, with who and when, for every way in which a record is written, and never a
narrative?
"""

from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from auditlog.registry import auditlog
from django.urls import reverse
from psycopg.errors import InsufficientPrivilege

from children.models import Child, ChildDetail, Contact, HouseholdMember, ImportRow, ParentalResponsibility
from children.services import bulk
from children.services.imports import decide
from safeguarding.audit import history
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.history import record_changes, recorded
from safeguarding.audit.models import LogEntry
from safeguarding.concerns.models import Account, Action, Amendment, Concern, ConcernChild
from safeguarding.concerns.services import deciding
from safeguarding.personal_data import declared, own_models, record_path
from safeguarding.records import Refused, records
from safeguarding.sealing.fields import Sealed
from tests import factories, sheets
from tests.factories import SCHOOL_DAY
from tests.walls import tell_raw

pytestmark = pytest.mark.django_db


def entries(record):
    """What was changed of one row, oldest first."""
    return [e.changes for e in LogEntry.objects.filter(object_id=record.pk).order_by("at", "id")]


# --- what is followed


def test_every_record_is_followed_or_has_a_reason_not_to_be():
    kept = {m._meta.label_lower for m in own_models() if history.is_protected(m) or history.is_setting(m)}
    followed = {m._meta.label_lower for m in history.followed()}
    refused = {one.label: one.followed.because for one in records() if isinstance(one.followed, Refused)}
    assert kept == followed | set(refused)
    assert not followed & set(refused)
    assert all(refused.values())
    assert set(auditlog.get_models()) == set(history.followed())


def test_no_narrative_is_followed_and_every_declared_fact_is():
    for model, fields in history.followed().items():
        assert not any(isinstance(f, Sealed) for f in fields)
        mine = declared(model)
        facts = {n for n in (*mine.plain, *mine.identifying) if model._meta.get_field(n).editable} - {"token"}
        assert facts <= {f.name for f in fields}
        assert auditlog.get_model_fields(model)["include_fields"] == [f.name for f in fields]


def test_an_entry_belongs_to_the_record_that_it_ends_with():
    paths = {
        m: record_path(m) for m in (Child, ChildDetail, Contact, Concern, Account, Amendment, ConcernChild, Action)
    }
    assert paths == {
        Child: (),
        ChildDetail: ("child",),
        Contact: (),
        Concern: (),
        Account: ("concern",),
        Amendment: ("account", "concern"),
        ConcernChild: ("concern",),
        Action: ("concern",),
    }


# --- what is written


def test_a_save_is_one_entry_with_who_in_which_request_and_no_name_in_it(cast, client):
    concern = factories.concern(cast)
    client.force_login(cast.lead)
    client.get(reverse("concern", args=[concern.pk]))

    entry = LogEntry.objects.get(object_id=concern.pk)
    assert entry.changes["status"] == ["new", "acknowledged"]
    assert entry.changes["acknowledged_by"] == [None, str(cast.lead.pk)]
    assert set(entry.changes) == {"status", "acknowledged_at", "acknowledged_by"}
    assert (entry.actor_id, entry.school_id) == (cast.lead.pk, cast.school.pk)
    assert (entry.record_id, entry.child_id) == (concern.pk, None)
    assert entry.request_id is not None
    assert entry.object_repr == f"concerns.concern:{concern.pk}"


def test_what_is_new_is_no_change_and_a_narrative_is_none_either(cast):
    concern = factories.concern(cast, facts="Canary: he said that he is hit.")
    assert not LogEntry.objects.exists()
    deciding.open_concern(concern=concern, by=cast.lead)
    concern.refresh_from_db()
    deciding.rename_concern(concern=concern, title="Canary at home", seen=concern.revision, by=cast.lead)
    assert "title" not in {name for changes in entries(concern) for name in changes}
    assert not any("Canary" in str(e.changes) for e in LogEntry.objects.all())


def test_a_save_that_changes_nothing_leaves_no_entry(cast):
    child = factories.child(cast.school, by=cast.office)
    child.save()
    assert entries(child) == []


def test_the_child_of_an_entry_is_the_one_child_that_it_is_about(cast):
    child = factories.child(cast.school, by=cast.office)
    concern = factories.concern(cast)
    named = concern.children.get()
    bulk.update(Child, ("class_name",), [{"id": child.pk, "class_name": "6B"}])
    bulk.update(ChildDetail, ("gp",), [{"child_id": child.pk, "gp": "Hollowmoss Surgery"}])
    bulk.update(ConcernChild, ("role",), [{"id": named.pk, "role": "witness"}])
    found = {e.object_type: (e.record_id, e.child_id) for e in LogEntry.objects.all()}
    assert found == {
        "children.child": (child.pk, child.pk),
        "children.childdetail": (child.pk, child.pk),
        "concerns.concernchild": (concern.pk, named.child_id),
    }


def test_a_header_full_of_junk_stops_no_write(cast, client):
    """The library's own middleware answers 500 to each of these."""
    concern = factories.concern(cast)
    client.force_login(cast.lead)
    junk = {
        "X-Forwarded-For": "not an address, 1.2.3",
        "X-Forwarded-Port": "9" * 30,
        "X-Correlation-Id": "c" * 300,
    }
    assert client.get(reverse("concern", args=[concern.pk]), headers=junk).status_code == 200
    assert LogEntry.objects.get(object_id=concern.pk).actor_id == cast.lead.pk


def test_an_actor_inside_another_gives_the_outer_one_back(cast):
    """The library's own context loses it."""
    child = factories.child(cast.school, by=cast.office)
    child = Child.objects.get(pk=child.pk)
    with acting(Acting(user_id=cast.lead.pk)):
        with acting(Acting(user_id=cast.office.pk)):
            child.class_name = "6A"
            child.save()
        child.class_name = "6B"
        child.save()
    assert list(LogEntry.objects.order_by("at", "id").values_list("actor_id", flat=True)) == [
        cast.office.pk,
        cast.lead.pk,
    ]


# --- past `save()`


def test_whatever_is_done_inside_is_compared_before_and_after(cast):
    one, other = (factories.child(cast.school, forename=name, by=cast.office) for name in ("Rowan", "Hazel"))
    both = Child.objects.filter(pk__in=[one.pk, other.pk])
    with acting(Acting(user_id=cast.office.pk)), recorded(both, "class_name", "sort_name"):
        Child.objects.filter(pk=one.pk).update(class_name="6A", sort_name="x")
    assert entries(one) == [{"class_name": ["5B", "6A"]}]
    assert entries(other) == []
    assert LogEntry.objects.get(object_id=one.pk).actor_id == cast.office.pk


def test_a_bulk_write_is_written_as_a_save_writes_it(cast):
    """A date, a list, a yes and a link look the same in the history, whichever way they were written."""
    child = factories.child(cast.school, by=cast.office, details={"date_of_birth": "2016-03-01"})
    new = {"date_of_birth": "2016-03-02", "sen_needs": ["SPLD"], "interpreter_needed": True, "upn": sheets.number(7)}
    bulk.update(ChildDetail, tuple(new), [{"child_id": child.pk, **new}])
    by_bulk = entries(child)[0]

    detail = ChildDetail.objects.get(pk=child.pk)
    detail.date_of_birth, detail.sen_needs, detail.interpreter_needed, detail.upn = "2016-03-01", [], None, ""
    detail.save()
    back = entries(child)[1]
    assert {name: [after, before] for name, (before, after) in back.items()} == by_bulk
    assert by_bulk["date_of_birth"] == ["2016-03-01", "2016-03-02"]


def test_an_import_leaves_before_and_after_of_what_it_changes(cast):
    first = [sheets.row(1), sheets.row(2), sheets.row(3)]
    sheets.finish(sheets.look_at(cast.school, first, by=cast.office), by=cast.office)
    assert not LogEntry.objects.exists()

    changed = sheets.row(
        1,
        surname="Birch",
        born="05/03/2018",
        room="3B",
        mobile="07700 900999",
        responsible="No",
        address="9 Curlew Street, Hollowmoss",
    )
    run = sheets.look_at(cast.school, [changed, sheets.row(2), sheets.row(3)], by=cast.office)
    decide_all(run, cast.office)
    sheets.finish(run, by=cast.office, yes=True)

    child = Child.objects.get(surname="Birch")
    [of_child] = entries(child)[:1]
    detail = next(e.changes for e in LogEntry.objects.filter(object_type="children.childdetail", child_id=child.pk))
    assert of_child["surname"] == ["AshdownB", "Birch"]
    assert of_child["class_name"] == ["3A", "3B"]
    assert detail["date_of_birth"] == ["2018-03-02", "2018-03-05"]
    said = ParentalResponsibility.objects.get(child=child, ends_on=None)
    assert entries(said) == [{"held": [True, False]}]
    contact = Contact.objects.get(pk=said.contact_id)
    assert entries(contact)[0]["mobile"] == ["07700 900001", "07700 900999"]
    home = HouseholdMember.objects.get(child=child, ends_on__isnull=False)
    assert entries(home) == [{"ends_on": [None, sheets.TODAY.isoformat()]}]


def test_a_child_who_leaves_by_an_import_has_it_in_the_history(cast):
    rows = [sheets.row(n) for n in range(1, 6)]
    sheets.finish(sheets.look_at(cast.school, rows, by=cast.office), by=cast.office)
    run = sheets.look_at(cast.school, rows[:-1], by=cast.office)
    sheets.finish(run, by=cast.office, yes=True)
    gone = Child.objects.get(left_on__isnull=False)
    assert entries(gone) == [{"left_on": [None, sheets.TODAY.isoformat()]}]
    assert {e.object_type for e in LogEntry.objects.filter(child_id=gone.pk)} == {
        "children.child",
        "children.enrolment",
        "children.classepisode",
    }


def decide_all(run, by):
    """Take every row as it stands, those too that wait for a person."""
    grave = ImportRow.objects.filter(run=run, is_grave=True)
    decide(run=run, decisions={row.pk: ImportRow.Decision.TAKE for row in grave}, by=by)
    run.refresh_from_db()


def test_what_is_not_followed_is_written_past_without_a_query(cast, django_assert_num_queries):
    with django_assert_num_queries(0), recorded(Concern.objects.all(), "news_at"):
        pass


def test_changes_said_by_their_service_are_entries_too(cast):
    child = factories.child(cast.school, by=cast.office)
    record_changes(Child, {child.pk: {"entered_on": (None, SCHOOL_DAY.date())}})
    assert entries(child) == [{"entered_on": [None, "2026-11-24"]}]
    record_changes(Child, {uuid4(): {"entered_on": (None, None)}})
    assert LogEntry.objects.count() == 1


# --- what stays


@pytest.mark.parametrize("role", ["web", "worker"])
def test_the_history_can_be_added_to_and_by_those_who_work_not_changed(
    connect: Callable[[str], psycopg.Connection], role: str
) -> None:
    at_work, room = connect(role), factories.staffroom()
    with at_work.transaction():
        tell_raw(at_work, person=str(room.lead.pk))
        at_work.execute(
            "INSERT INTO audit_logentry (id, school_id, object_type, object_id, record_id, changes) "
            "VALUES (%s, %s, 'x', %s, %s, '{}')",
            [uuid4(), room.school.pk, uuid4(), uuid4()],
        )
    for statement in (
        "UPDATE audit_logentry SET changes = '{}'",
        "DELETE FROM audit_logentry",
        "TRUNCATE audit_logentry",
    ):
        with pytest.raises(InsufficientPrivilege, match="permission denied"):
            at_work.execute(statement)
    # It ends with its record: no trigger stands in the way of who destroys.
    assert connect("owner").execute("DELETE FROM audit_logentry").rowcount == 1
