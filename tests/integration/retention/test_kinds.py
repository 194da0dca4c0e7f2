"""Does every kind of record that has a period go the whole way: open, due, held, kept longer, listed, approved,
destroyed by `destroyer`, and nothing left of it? A row of `kinds.py` for each.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from retention.models import DestructionList, ItemReason, ItemRun, RetentionDate, Tombstone
from retention.phrases import kind_of, kinds_of
from retention.services.certificate import certificate_of
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.going import living_keys
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.list_notices import close_lists
from retention.services.lists import decide, stop
from retention.services.one_record import record_with
from retention.services.progress import progress_of
from retention.services.scan import scan
from safeguarding.accounts.models import User
from safeguarding.audit.models import LogEntry
from safeguarding.ending.kinds import kinds
from safeguarding.ending.removal import left_of
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.personal_data import root_of
from safeguarding.sealing import files, ledger
from safeguarding.sealing.models import KEYS, SubjectKey

from .conftest import Office, as_destroyer, later
from .kinds import KINDS, SCANS, begun, decider, due, kept, sent

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_is_open_kept_due_held_listed_approved_and_destroyed(place: Office, kind: str, client: Client):
    row = KINDS[kind]
    record = row.lay(place)
    scan()
    assert (kept(record).kind, kept(record).missing, kept(record).seen_due_on) == (kind, row.waits, None)
    row.end(place, record)
    # What ends at once is due the next day.
    with later(days=max(row.days - 10, 0)):
        scan()
        assert kept(record).missing == "" and kept(record).due_on >= timezone.localdate()
        assert kept(record).rule.code in kinds()[kind].rules
    with later(days=row.days + 10):
        scan()
        assert kept(record).seen_due_on and not kept(record).seen_again_on
    with later(days=row.days + 17):
        scan()
        assert kept(record).seen_again_on
    with later(days=row.days + SCANS):
        approver = row.approves(place, record)
        _held(place, record, row.about(record), decider(place, kind), approver)
        assert kind_of(kind) in place.opens(client, decider(place, kind), "retention").text
        made = sent(place, begun(place, record))
        _told(place, made, client)
        place.approve(made, by=approver)
        with as_destroyer():
            assert destroy_due() == 0
    with later(days=row.days + SCANS + 15):
        _destroyed(made, record)
        _certified(made, kind)


def _held(place: Office, record: Any, child: Any, decides: User, approves: User) -> None:
    """A hold on the school keeps it from every list, and so does one on itself, or on the child that it is about."""
    lead, head, one = place.room.lead, place.room.headteacher, record_with(record.pk)
    by = {"school": (lead, head)} | ({"record": (decides, approves)} if one else {})
    for scope, (first, second) in (by | ({"child": (lead, head)} if child else {})).items():
        held = set_hold(
            school=place.school,
            token=uuid7(),
            scope=scope,
            # Of the two the scope says which is held.
            child=child,
            one=one,
            kind="police",
            reason="The police asked.",
            review_on=timezone.localdate() + timedelta(days=100),
            by=first,
        )
        with pytest.raises(OutOfTurn, match="A hold keeps this record"):
            begun(place, record)
        ask_to_lift(hold=held, seen=0, token=uuid7(), reason="They closed it.", by=first)
        lift_hold(hold=held, seen=1, by=second)


def _told(place: Office, made: DestructionList, client: Client) -> None:
    """Its words stand on its list and on its own page there; the officer reads how many."""
    [item] = made.items.all()
    by = decider(place, item.kind)
    for name, key in (("destruction_list", made.pk), ("destruction_item", item.pk)):
        assert kind_of(item.kind) in place.opens(client, by, name, key).text, name
    assert kinds_of(item.kind) in place.opens(client, place.officer, "destruction_list", made.pk).text
    assert ItemReason.objects.get(item=item).said == "Read, and not needed."


def _destroyed(made: DestructionList, record: Any) -> None:
    """By `destroyer`, once: it and what belongs to it, and nothing of any other record."""
    [item] = made.items.all()
    under, others = f"rule {item.rule.code} version 1", {one.pk for one in _others(record)}
    with as_destroyer():
        assert destroy_due() == 1
        assert destroy_due() == 0
        assert ItemRun.objects.get().state == ItemRun.State.FILES_GONE
        assert finish() == 1
    assert close_lists() == 1
    [entry] = [one for one in ledger.entries() if not one.until]
    assert entry.record == record.pk and left_of(entry.keys()) == [] and not living_keys(entry.keys())
    assert not list(files.stored_names())
    assert {one.pk for one in _others(record)} == others and not type(record)._base_manager.filter(pk=record.pk)
    assert not ItemReason.objects.exists() and not RetentionDate.objects.filter(record_key=record.pk).exists()
    left = Tombstone.objects.get()
    assert (left.kind, left.record_key, left.under) == (item.kind, record.pk, under)
    assert left.trigger_on == item.trigger_on
    ended = SubjectKey.objects.using(KEYS).filter(pk=record.pk).values_list("destroyed_under", flat=True)
    assert set(ended) <= {under}
    assert left.rows == sum(left.counts.values()) >= 1
    # Nothing that belongs to another record: history, word to people and what was said of its end are of none.
    models = [one for one in map(apps.get_model, left.counts) if one._meta.app_label != "retention"]
    assert {root_of(one) for one in models} - {LogEntry, User} == {type(record), *KINDS[item.kind].takes}


def _others(record: Any) -> Any:
    return type(record)._base_manager.exclude(pk=record.pk)


def _certified(made: DestructionList, kind: str) -> None:
    made.refresh_from_db()
    said = certificate_of(made, progress_of([made.pk])[made.pk])
    assert [line.kind for line in said.lines] == [kind_of(kind)]
    how = dict(said.how)["Method"]
    assert ("Keys destroyed" in how) == kinds()[kind].has_own_key
    assert ("35 days" in how) != kinds()[kind].has_own_key


def test_who_keeps_it_longer_moves_its_date(place: Office, kind: str):
    with due(place, kind) as record:
        until = timezone.localdate() + timedelta(days=400)
        made = begun(place, record)
        made.refresh_from_db()
        said: Any = {"reason": "A claim may come.", "keep_until": until, "by": decider(place, kind)}
        decide(item=made.items.get(), seen=made.revision, token=uuid7(), kind="keep", **said)
        stop(on_list=made, by=decider(place, kind))
        scan()
        assert kept(record).due_on == until and not kept(record).seen_again_on
    with later(days=KINDS[kind].days + SCANS + 390):
        scan()
        assert not kept(record).seen_due_on
    for days in (410, 420):
        with later(days=KINDS[kind].days + SCANS + days):
            scan()
    assert kept(record).seen_again_on
