"""Is a child with a row in every table that can hold one destroyed by the role `destroyer`, to the last row, file and
key?

By the child of "open", of whom the matrix keeps nearly everything: settled as people settle it in the years that
follow, then listed, approved and waited for.
"""

from typing import Any
from uuid import UUID

import pytest
from django.db.models import F

from children.models import (
    Child,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ConflictOfInterest,
    EmergencyAccess,
    ImportRow,
    Sibling,
)
from retention.models import Brake, DestructionItem, FileToDrop, ItemRun, LegalHold, Tombstone
from retention.services.destroying import destroy_due
from retention.services.schedule import adopt_all, agree_all
from retention.services.signs import say_own_copy, signs_told
from safeguarding.adults.models import StaffConcern
from safeguarding.concerns.models import (
    Action,
    Closing,
    Concern,
    ConcernGrant,
    ConcernSubject,
    Draft,
    Duty,
    OutsideConflict,
    OutsideNote,
    Referral,
    SupportPlan,
    WithheldName,
)
from safeguarding.ending import removal, units
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, root_of
from safeguarding.plans.models import Episode
from safeguarding.sealing import files, ledger
from safeguarding.sealing.models import RecordKey, SubjectKey
from sharing.events.models import SharingEvent
from sharing.requests.models import RightsRequest
from tests.factories import Staffroom
from tests.integration.retention.conftest import Office, as_destroyer, days_ago, later
from tests.integration.retention.signing import answered
from tests.matrix.every_kind import NO_FILE, lay_every_kind, outlasting
from tests.matrix.ground import THEN
from tests.matrix.world import World

pytestmark = pytest.mark.django_db
# Of these the world has rows of other children alone.
OF_OTHERS = (
    ChildGrant,
    ChildTeamGrant,
    Closing,
    ConcernGrant,
    ConcernSubject,
    ConflictOfInterest,
    EmergencyAccess,
    ImportRow,
    OutsideConflict,
    Sibling,
)
# By then every rule has run out, whichever applies.
YEARS = 80


def office_of(world: World) -> Office:
    """The people of the matrix who have to do with retention."""
    people = {role: world.people[role] for role in ("teacher", "assistant", "office", "lead", "deputy", "headteacher")}
    room = Staffroom(school=world.here, pastoral=world.people["pastoral_in"], **people)
    return Office(room, officer=world.people["dpo"], chair=world.people["chair"])


def settle(world: World) -> None:
    """The child has left, and nothing is open or waits: of anybody, as it is years later."""
    ended: dict[str, Any] = {"ended_at": THEN, "ended_by": world.people["lead"]}
    Child._base_manager.update(left_on=THEN.date())
    for model in (Concern, StaffConcern):
        model._base_manager.update(status="closed")
    Concern._base_manager.exclude(in_error="").update(in_error="confirmed")
    Action._base_manager.filter(status="to_do").update(status="done", **ended)
    Referral._base_manager.filter(status="waiting").update(status="answered", **ended)
    Duty._base_manager.filter(ended_at=None).update(how_ended="done", **ended)
    SupportPlan._base_manager.filter(ended_at=None).update(**ended)
    WithheldName._base_manager.filter(status="waiting").update(status="refused")
    Episode._base_manager.filter(status="open").update(
        status="ended", ends_on=F("starts_on"), end_reason="over", **ended
    )
    ChildMerge._base_manager.filter(status="asked").update(
        status="declined", decided_at=THEN, decided_by=world.people["lead"]
    )
    LegalHold._base_manager.exclude(lift_asked_at=None).update(lifted_at=THEN, lifted_by=world.people["headteacher"])
    two = {"lift_asked_by": world.people["lead"], "lifted_by": world.people["headteacher"]}
    Brake._base_manager.filter(lifted_at=None).update(lift_asked_at=THEN, lifted_at=THEN, **two)
    gone = {"status": "discarded", "discarded_at": THEN, "discarded_by": world.people["lead"]}
    SharingEvent._base_manager.filter(status__in=("draft", "to_send")).update(**gone)
    RightsRequest._base_manager.update(status="withdrawn", withdrawn_at=THEN, withdrawn_by=world.people["lead"])
    Draft._base_manager.update(names=[], concern=None, adds_to=None)
    DestructionItem._base_manager.filter(left_out_at=None).update(left_out_at=THEN, left_out_by=world.people["lead"])


def point_at(world: World, record: str, *models: Any) -> None:
    """A row of each of these, which the world has of other children, is of this one."""
    of = {Child: world.children[record], Concern: world.concerns[record]}
    of[OutsideNote] = OutsideNote._base_manager.filter(concern=of[Concern]).first()
    for model in models:
        row = model._base_manager.first()
        fields = [field for field in model._meta.concrete_fields if field.related_model in of]
        links = {field.name: of[field.related_model] for field in fields[:1]}
        model._base_manager.filter(pk=row.pk).update(school=world.here, **links)


def living() -> set[UUID]:
    """Every key by which something opens."""
    subjects = SubjectKey.objects.filter(wrapped__isnull=False).values_list("pk", flat=True)
    return {*subjects, *RecordKey.objects.filter(destroyed_at=None).values_list("pk", flat=True)}


def test_destroyer_leaves_no_row_no_file_and_no_key_of_a_child_with_a_row_in_every_table(
    world: World, settings: Any, tmp_path: Any
):
    settings.ANCHOR_FOLDER = tmp_path
    lay_every_kind(world, "open")
    point_at(world, "open", *OF_OTHERS)
    settle(world)
    place, child = office_of(world), Child.objects.get(pk=world.children["open"].pk)
    with later(days=YEARS * 365):
        adopt_all(school=place.school, by=place.room.headteacher, at=days_ago(80))
        agree_all(school=place.school, by=place.officer, at=days_ago(79))
        for sign in signs_told(place.room.lead, child):
            answered(child, place.room.lead, applies=False, sign=sign, at=days_ago(70))
        # The file is marked as a whole, and the next school has confirmed it.
        theirs = {"kind": "ours_ends", "token": uuid7(), "reason": "The next school has the whole file."}
        say_own_copy(child=child, by=place.room.lead, at=days_ago(69), **theirs)
        place.due(child)
        place.approve(place.sent(child))
    stored, keys = set(files.stored_names()), living()
    others = Child.objects.exclude(pk=child.pk).count()

    with later(days=YEARS * 365 + 15), as_destroyer():
        assert destroy_due() == 1

    left = Tombstone.objects.get(record_key=child.pk)
    # A case about the child outlives it, and what else has a period of its own.
    can = {m for m in (*units.ended(), *units.keyed(Link.ENDS, Link.FOLLOWS)) if root_of(m) not in outlasting()}
    every = {str(model._meta.label_lower) for model in can}
    assert every - left.counts.keys() == set()
    [entry] = [one for one in ledger.entries() if one.record == child.pk]
    gone = entry.keys()
    assert removal.left_of(gone) == []
    # Its keys, and none of anybody else's.
    assert {child.pk, world.concerns["open"].pk} < gone & keys and living() == keys - gone
    dropped = set(FileToDrop.objects.values_list("stored", flat=True))
    assert left.files == len(dropped) > 10 and dropped - stored == {NO_FILE}
    assert set(files.stored_names()) == stored - dropped
    assert ItemRun.objects.get(item=left.item).state == ItemRun.State.FILES_GONE
    assert Child.objects.count() == others
