"""Two hundred concerns through a web server that is killed outright again and again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from safeguarding.concerns.models import Concern
from tests import crashing, factories
from tests.postgres import Databases

pytestmark = [pytest.mark.soak(part="kills"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crashing_server(databases: Databases, tmp_path: Path) -> Iterator[crashing.Server]:
    server = crashing.Server(databases, tmp_path)
    yield server
    server.stop()


def test_killing_the_web_server_in_two_hundred_submissions_loses_none_and_doubles_none(
    crashing_server: crashing.Server, figures: dict[str, Any]
) -> None:
    cast = factories.staffroom()
    child = factories.child(cast.school, by=cast.office)
    sent = crashing.send_through_crashes(
        crashing_server, author=cast.teacher, school_id=cast.school.pk, child=child, number=200, seed=200
    )
    there = dict(Concern.objects.values_list("token", "pk"))
    shown = {one.token: one.concern_id for one in sent}
    figures |= {"sent": len(sent), "kills": crashing_server.kills, "lost": len(shown.keys() - there.keys())}
    figures["doubled"] = len(there) - len(shown)
    assert there == shown
