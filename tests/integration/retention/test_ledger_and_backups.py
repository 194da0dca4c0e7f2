"""Is an older backup no way back to what was destroyed?"""

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery.signals import worker_init
from django.core.management import CommandError, call_command

from children.models import Child
from retention.models import DestructionList, ItemRun, Tombstone
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.list_notices import close_lists
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Account
from safeguarding.ending.removal import left_of
from safeguarding.sealing import files as store
from safeguarding.sealing import ledger, ring
from safeguarding.sealing.models import KEYS, SubjectKey
from safeguarding.sealing.services.replaying import refuse_unreplayed
from tests.integration.retention.conftest import Office, later
from tests.integration.retention.leaving import Kept, kept, lose, put_back_by_hand, signed_in_as
from tests.integration.sealing.backed import backed_up
from tests.integration.sealing.conftest import files, installation  # noqa: F401  (fixtures)
from tests.stores import use

pytestmark = pytest.mark.django_db(transaction=True)


def restore(*arguments: Any) -> str:
    out = StringIO()
    call_command("restore", *arguments, stdout=out)
    return out.getvalue()


def ensure_gone(gone: Kept, stays: Kept) -> None:
    ring.forget()
    assert not Child.objects.filter(pk=gone.child.pk).exists()
    assert left_of([gone.child.pk, gone.concern.pk]) == []
    assert SubjectKey.objects.get(pk=gone.child.pk).wrapped is None
    assert isinstance(ring.ring().key(gone.concern.pk.bytes), ring.Gone)
    assert gone.file.stored not in set(store.stored_names())
    assert Account.objects.get(concern=stays.concern).facts == "She stays."
    assert b"".join(store.read(stays.file.stored, record=stays.concern.pk)) == b"A drawing that stays."
    refuse_unreplayed()


@pytest.fixture
def destroyed(place: Office, installation: Path, settings: Any) -> tuple[Kept, Kept, Path, Path]:  # noqa: F811
    """One child was destroyed after a backup, another stays; that backup, and a newer one of which the ledger alone is
    left beside it.
    """
    use(settings, "FolderStore", location=installation / "store")
    gone, stays = (
        kept(place, "Thorne", "She goes.", b"A drawing that goes."),
        kept(place, "Brook", "She stays.", b"A drawing that stays."),
    )
    with later(days=800):
        place.due(gone.child)
        place.approve(place.sent(gone.child))
        _, records, keys = backed_up()
    with later(days=815):
        with signed_in_as("destroyer"):
            assert (destroy_due(), finish()) == (1, 1)
        assert close_lists() == 1 and DestructionList.objects.get().status == "done"
        _, newer, newer_keys = backed_up()
    newer.unlink()
    newer_keys.unlink()
    ensure_gone(gone, stays)
    return gone, stays, records, keys


def test_an_older_backup_is_not_started_on_and_what_was_destroyed_is_destroyed_again(
    destroyed: tuple[Kept, Kept, Path, Path], settings: Any
) -> None:
    gone, stays, records, keys = destroyed
    lose("default", KEYS)
    put_back_by_hand(records, keys)
    # It is all there, and nothing starts on it.
    assert Account.objects.get(concern=gone.concern).facts == "She goes."
    with pytest.raises(SystemExit, match=r"brought back 1 records that were destroyed.*restore --destroyed"):
        refuse_unreplayed()
    for role in ("web", "worker", "destroyer"):
        with signed_in_as(role), pytest.raises(SystemExit, match="brought back 1 records"):
            refuse_unreplayed()
    with pytest.raises(SystemExit, match="Harbour does not start"):
        worker_init.send(sender=None)
    with pytest.raises(CommandError, match="brought back 1 records"):
        call_command("keys", "ready")
    assert "1 records that had been destroyed were here" in restore("--destroyed")
    ensure_gone(gone, stays)
    assert "0 records that had been destroyed" in restore("--destroyed")
    call_command("keys", "ready")
    # Each asks by the keys of the ledger: row security shows nobody’s to a process that starts.
    for role in ("web", "worker", "destroyer"):
        with signed_in_as(role):
            refuse_unreplayed()
    left = Tombstone.objects.get()
    assert (left.record_key, left.files, left.due_on is not None) == (gone.child.pk, 1, True)
    assert left.rows == sum(left.counts.values()) > 5
    # Its place on the list of then waits for nothing more.
    assert ItemRun.objects.get(item=left.item).state == ItemRun.State.FILES_GONE
    assert Event.objects.filter(verb=Verb.DESTROY, object_id=left.pk, purpose="by the ledger").exists()

    # The machine is lost, and with it the folder of the seals. What is beside the backups remains.
    shutil.rmtree(settings.ANCHOR_FOLDER)
    lose("default", KEYS)
    [newest] = [file for file in records.parent.glob("*.ledger") if file.stem != records.stem]
    whole = newest.read_text()
    newest.write_text(whole.replace("rule R02", "rule R01"))
    with pytest.raises(CommandError, match="Line 2 of the ledger of what was destroyed"):
        restore("--records", records, "--keys", keys)
    newest.write_text(whole)
    assert "1 records that had been destroyed were here" in restore("--records", records, "--keys", keys)
    ensure_gone(gone, stays)
    assert [entry.record for entry in ledger.entries()] == [gone.child.pk]

    # The keys alone: the records of now, whose child is gone, beside the keys of then.
    lose(KEYS)
    settings.EPOCH_KEYS_PATH.unlink()
    assert "1 records that had been destroyed were here" in restore("--keys", keys)
    ensure_gone(gone, stays)


def test_without_any_ledger_nothing_is_put_back(destroyed: tuple[Kept, Kept, Path, Path], settings: Any) -> None:
    _, _, records, keys = destroyed
    shutil.rmtree(settings.ANCHOR_FOLDER)
    for folder in (records.parent, keys.parent):
        for file in folder.glob("*.ledger"):
            file.unlink()
    lose("default", KEYS)
    with pytest.raises(CommandError, match="There is no ledger of what was destroyed"):
        restore("--records", records, "--keys", keys)
