"""What every test of seals needs: a key and a folder of anchors of its own, and a record with some events."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from safeguarding.audit.models import Verb
from safeguarding.audit.page_lists import PageList, one_list_event, record_list
from safeguarding.audit.seals import services
from safeguarding.audit.services import record
from tests.integration.audit.seals.record import seal_all

CONCERNS = PageList("concerns.concern", 3, "concern")


@pytest.fixture
def places(tmp_path: Path, settings: Any) -> SimpleNamespace:
    """The settings of sealing, in a folder that is gone afterwards."""
    settings.ROLE = "worker"
    settings.SEAL_KEY_PATH = tmp_path / "secrets" / "seal.key"
    settings.ANCHOR_FOLDER = tmp_path / "anchors"
    return SimpleNamespace(key=settings.SEAL_KEY_PATH, anchors=settings.ANCHOR_FOLDER, tmp=tmp_path)


@pytest.fixture
def whole(transactional_db: None, places: SimpleNamespace) -> SimpleNamespace:
    """A record with a key and some twenty events in three seals or more, all of them anchored."""
    services.make_key()
    seal_all()
    for _ in range(2):
        for number in range(10):
            record(Verb.VIEW, object_type="children.child", object_id=uuid4(), count=number, purpose="record")
        seal_all()
    # A list by itself and the lists of a page.
    record_list(CONCERNS)
    with one_list_event(lambda: "today"):
        record_list(CONCERNS)
    seal_all()
    return places
