"""A restore that is cut off again and again ends with everything destroyed that was destroyed, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from children.models import Child
from retention.models import Tombstone
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from safeguarding.ending.removal import left_of
from safeguarding.sealing import ring
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.services.replaying import refuse_unreplayed, replay
from safeguarding.sealing.services.setting_up import ensure_keys
from tests.integration.retention.conftest import Office, later, place  # noqa: F401  (fixture)
from tests.integration.retention.leaving import kept, lose, put_back_by_hand, signed_in_as
from tests.integration.sealing.backed import backed_up
from tests.integration.sealing.conftest import files, installation  # noqa: F401  (fixtures)
from tests.integration.sealing.test_order import Killed, StopAt
from tests.stores import use

pytestmark = [pytest.mark.soak(part="kills"), pytest.mark.django_db(transaction=True)]


def test_a_replay_of_twenty_that_is_cut_off_anywhere_ends_whole(
    place: Office,  # noqa: F811
    installation: Path,  # noqa: F811
    settings: Any,
    figures: dict[str, Any],
) -> None:
    use(settings, "FolderStore", location=installation / "store")
    gone = [kept(place, f"Thorne{n}", f"Number {n} goes.", b"A drawing.") for n in range(20)]
    stays = [kept(place, f"Brook{n}", f"Number {n} stays.", b"A drawing.") for n in range(5)]
    with later(days=800):
        place.due(*(one.child for one in gone))
        place.approve(place.sent(*(one.child for one in gone)))
        _, records, keys = backed_up()
    with later(days=815), signed_in_as("destroyer"):
        assert (destroy_due(), finish()) == (len(gone), 1)
    lose("default", KEYS)
    put_back_by_hand(records, keys)
    stops, cut = 1, 0
    while True:
        watch = StopAt(stops)
        try:
            with connections["default"].execute_wrapper(watch), connections[KEYS].execute_wrapper(watch):
                replay()
        except Killed:
            connections.close_all()
            ring.forget()
            ensure_keys()
            if Tombstone.objects.count() < len(gone):
                with pytest.raises(SystemExit):
                    refuse_unreplayed()
            stops, cut = stops + 29, cut + 1
            continue
        break
    refuse_unreplayed()
    assert left_of([key for one in gone for key in (one.child.pk, one.concern.pk)]) == []
    assert Tombstone.objects.count() == len(gone)
    assert Child.objects.filter(pk__in=[one.child.pk for one in stays]).count() == len(stays)
    figures |= {"destroyed again": len(gone), "cut off": cut}
    assert cut >= 20
