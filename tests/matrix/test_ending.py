"""Does a child with a row in every table that can hold one leave nothing behind, and everybody else's records whole?

By the rows of the matrix, which has one of nearly every kind, and by the database, which looks into every column of
keys that there is.
"""

import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from children.models import Child, Contact, Household
from safeguarding import chronicling
from safeguarding.accounts.models import Notice
from safeguarding.adults.models import StaffConcern
from safeguarding.audit.models import LogEntry
from safeguarding.concerns.models import (
    Concern,
    ConcernChild,
    Draft,
    PatternRuling,
)
from safeguarding.ending import reasons, removal, units
from safeguarding.ending.facts import counted
from safeguarding.exceptions import OutOfTurn
from safeguarding.personal_data import Link, root_of
from safeguarding.plans.models import Episode
from safeguarding.training.models import GuidanceRead, TrainingRecord
from sharing.requests.models import RightsRequest
from tests.matrix.every_kind import lay_every_kind, outlasting
from tests.matrix.ground import THEN
from tests.matrix.world import World

pytestmark = pytest.mark.django_db
# That a file followed the child, or came with the child, stays without saying of whom.
FILES = {"transfers.filetransfer", "received.filereceived"}
OTHERS = (RightsRequest, StaffConcern, TrainingRecord, GuidanceRead)


# What of a child is of the register, of an account or of the machine: nothing is on record by it.
REGISTER = (
    {
        f"children.{name}"
        for name in ("child", "childdetail", "childupdate", "classepisode", "contactlink", "earlierschool", "enrolment")
    }
    | {
        f"children.{name}"
        for name in ("formerupn", "healthnote", "heldfact", "householdmember", "importrow", "othername")
    }
    | {f"children.{name}" for name in ("parentalresponsibility", "photograph", "sibling")}
)
# What keeps a record by itself, says how it ends, or what its concerns have in common; and who is related to the child.
BESIDE = {
    "concerns.patternruling",
    "children.childmerge",
    "children.conflictofinterest",
    "retention.itemreason",
    "retention.legalhold",
    "retention.retentiondate",
}


def test_everything_about_a_child_fills_its_record_or_is_of_the_register(world: World):
    lay_every_kind(world, "open")
    kept = reasons.filled([child.pk for child in world.children.values()])
    found = {one.reason.fact for some in kept.values() for one in some if one.reason}
    # The world has no statement but one that keeps longer, and no draft that names a child.
    assert set(reasons.filling()) - found == {"fills_statement", "fills_draft"}
    entries = [some for source, some in chronicling.placed().items() if not source.startswith("hold_")]
    asked = _tables_of("^fills_") | {placed.table for some in entries for placed in some}
    about = [m for m in units.models_here() if m is Child or Child in _leads_to(m)]
    while more := [m for m in about if m._meta.db_table in asked or {n._meta.db_table for n in _leads_to(m)} & asked]:
        asked |= {m._meta.db_table for m in more}
        about = [m for m in about if m not in more]
    assert {str(m._meta.label_lower) for m in about} == REGISTER | BESIDE


def _leads_to(model: units.Model) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation} - {model}


def _tables_of(names: str) -> set[str]:
    """The tables that facts with these names read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'rules'::regnamespace AND proname ~ %s", [names]
        )
        found = {table for (source,) in cursor.fetchall() for table in re.findall(r"\bpublic\.(\w+)", source)}
    # What is about children stands in the details only where it says care, a plan or a confidential address.
    return found - {Child._meta.db_table, "children_childdetail"}


def _rows() -> dict[str, int]:
    return {str(model._meta.label_lower): model._base_manager.count() for model in units.models_here()}


def test_of_every_table_nothing_is_left(world: World):
    lay_every_kind(world, "open")
    children = [child.pk for child in world.children.values()]
    roots = [key for some in removal.ends_with(children).values() for key in some]
    digest, counts = removal.manifest(roots)
    assert removal.manifest(roots) == (digest, counts)
    before = _rows()

    done = removal.remove(children)

    # A case about a child outlives it, and goes by itself, as does what is of staff.
    others = [key for model in OTHERS for key in model._base_manager.values_list("pk", flat=True)]
    with transaction.atomic():
        cases = removal.remove(others)
        transaction.set_rollback(True)
    can = {*units.ended(), *units.keyed(Link.ENDS, Link.FOLLOWS)}
    can = {model for model in can if root_of(model) in OTHERS or root_of(model) not in outlasting()}
    assert {model._meta.label_lower for model in can} - done.deleted.keys() - cases.deleted.keys() == set()
    assert removal.left_of(done.keys) == []
    # What was approved is what went, table by table; and what the tables have lost is no more than that.
    assert counts == {label: n for label, n in (done.deleted | done.emptied).items() if label in counted()}
    # What is kept longer, and says of whom it is.
    # A request about data outlives the child, and says no more of whom it was.
    assert set(done.emptied) == {"adults.staffconcernchild", "requests.rightsrequest", *FILES}
    assert {label: before[label] - n for label, n in _rows().items() if before[label] != n} == done.deleted
    # Again, it finds nothing.
    again = removal.remove(children)
    assert (again.deleted, again.emptied) == ({}, {})


def test_a_child_goes_and_the_sister_in_the_same_concern_stays(world: World):
    """The sisters of "two" and "hidden": their concern, their parents and their home are of both."""
    one, other, concern = world.children["two"], world.children["hidden"], world.concerns["two"]
    parents = set(Contact._base_manager.filter(children__child__in=[one, other]).values_list("pk", flat=True))
    named = ConcernChild._base_manager.get(concern=concern, child=one)
    ConcernChild._base_manager.filter(pk=named.pk).update(file_says="line", said_at=THEN, said_by=world.people["lead"])
    _history(named, one.pk)

    done = removal.remove([one.pk])

    assert removal.left_of(done.keys) == []
    assert set(done.emptied) == {"concerns.concernchild", *FILES}
    named.refresh_from_db()
    assert (named.child, named.kind, named.description, named.story) == (None, "destroyed", "", "")
    assert (named.file_says, named.said_at, named.said_by, named.role) == ("", None, None, "worried_about")
    concern.refresh_from_db()
    assert concern.account.facts
    assert not LogEntry._base_manager.filter(object_id=named.pk).exists()
    assert set(Contact._base_manager.filter(pk__in=parents).values_list("pk", flat=True)) == parents
    assert Household._base_manager.filter(members__child=other).exists()

    rest = removal.remove([other.pk])

    assert concern.pk in rest.keys and not Concern._base_manager.filter(pk=concern.pk).exists()
    assert parents <= rest.keys
    assert removal.left_of([*done.keys, *rest.keys]) == []


def _history(row: Any, child: UUID) -> None:
    """An entry of the history of a row that stays, which says of whom it was."""
    LogEntry._base_manager.create(
        object_type=row._meta.label_lower,
        object_id=row.pk,
        record_id=row.concern_id,
        changes={"child": [str(child), ""]},
    )
    assert LogEntry._base_manager.filter(object_id=row.pk).exists()


def test_others_keep_every_row(world: World):
    """Nothing of a child at another school, and of a concern that names only others, is touched."""
    kept = [key for record in ("other", "action") for key in (world.children[record].pk, world.concerns[record].pk)]
    before = removal.left_of(kept)
    removal.remove([world.children["open"].pk])
    lost = {place for place, _ in set(before) - set(removal.left_of(kept))}
    # What says of the child who goes that it was linked there by mistake, left out, or mentioned.
    assert lost <= {"concerns_undonelink.concern_id", "concerns_withheldname.concern_id", "concerns_mention.concern_id"}


def test_what_waits_stops_it_and_nothing_is_done(world: World):
    child, author = world.children["open"], world.people["reporter"]
    before = _rows()
    draft = Draft._base_manager.exclude(pk=None).first()
    Draft._base_manager.filter(pk=draft.pk).update(names=[child.pk], author=author)

    with pytest.raises(OutOfTurn, match="not settled"):
        removal.remove([child.pk])

    assert _rows() == before
    assert "waits_concerns_draft" in {kept.reason.fact for kept in reasons.what_keeps([child.pk])[child.pk]}
    Draft._base_manager.filter(pk=draft.pk).update(names=[])
    assert removal.remove([child.pk]).deleted["children.child"] == 1


def test_a_record_takes_its_merged_parts_with_it(world: World):
    keep, part = world.children["open"], world.children["closed"]
    type(part)._base_manager.filter(pk=part.pk).update(merged_into=keep)
    assert set(removal.ends_with([keep.pk])["children.child"]) == {keep.pk, part.pk}
    assert set(removal.ends_with([part.pk])["children.child"]) == {part.pk}


def test_a_manifest_changes_with_what_ends_and_not_with_word_of_it(world: World):
    child = world.children["open"]
    roots = [key for some in removal.ends_with([child.pk]).values() for key in some]
    first = removal.manifest(roots)
    Notice.objects.filter(object_id__in=roots).delete()
    assert removal.manifest(roots) == first
    _history(ConcernChild._base_manager.filter(child=child).first(), child.pk)
    assert removal.manifest(roots) != first


def test_its_key_is_taken_out_of_what_stays(world: World):
    """A ruling on a pattern of another child that named the concern, and an episode that began with it."""
    child, concern, other = world.children["open"], world.concerns["open"], world.children["action"]
    ruling = PatternRuling._base_manager.filter(child=other).first()
    kept = world.concerns["action"].pk
    PatternRuling._base_manager.filter(pk=ruling.pk).update(records=[concern.pk, kept])
    episode = Episode._base_manager.exclude(child=child).first()
    # By the key of something else that goes: of what is open there is one of a kind on each child's.
    Episode._base_manager.filter(pk=episode.pk).update(begun_for=world.keys["open"]["photograph"], began_with=concern)
    roots = [key for some in removal.ends_with([child.pk]).values() for key in some]
    _, counts = removal.manifest(roots)

    done = removal.remove([child.pk])

    ruling.refresh_from_db()
    episode.refresh_from_db()
    assert ruling.records == [kept]
    assert (episode.begun_for, episode.began_with_id) == (episode.pk, None)
    assert removal.left_of(done.keys) == []
    assert done.emptied["concerns.patternruling"] == 1
    assert counts["concerns.patternruling"] == 1 + done.deleted["concerns.patternruling"]


def test_what_is_added_to_an_account_and_not_sent_waits(world: World):
    child, concern = world.children["open"], world.concerns["open"]
    assert "waits_concerns_draft" not in _facts(child)
    draft = Draft._base_manager.filter(adds_to=None).first()
    Draft._base_manager.filter(pk=draft.pk).update(adds_to=concern.account)
    assert "waits_concerns_draft" in _facts(child)
    assert "waits_concerns_draft" not in _facts(world.children["other"])


def _facts(child: Any) -> set[str]:
    return {kept.reason.fact for kept in reasons.what_keeps([child.pk]).get(child.pk, ()) if kept.reason}
