"""Nothing that was sent is lost or doubled: not by twenty at once with one token, not by a server that is killed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Concern
from safeguarding.keys import uuid7
from tests import crashing, factories
from tests.postgres import Databases

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crashing_server(databases: Databases, tmp_path: Path) -> Iterator[crashing.Server]:
    server = crashing.Server(databases, tmp_path)
    yield server
    server.stop()


def test_twenty_parallel_submissions_with_one_token_make_one_concern() -> None:
    cast = factories.staffroom()
    child = factories.child(cast.school, by=cast.office)
    form = crashing.form_of(tokens.issue(cast.teacher, uuid7(), school_id=cast.school.pk), child.pk)
    clients = [Client() for _ in range(20)]
    for client in clients:
        client.force_login(cast.teacher)

    def send(client: Client) -> tuple[int, str]:
        try:
            answer = client.post("/log/", form)
            return answer.status_code, answer["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=20) as people:
        answers = set(people.map(send, clients))
    concern = Concern.objects.get()
    assert answers == {(303, f"/my-reports/{concern.pk}/")}
    assert Event.objects.filter(verb=Verb.CREATE, object_id=concern.pk).count() == 1


def test_killing_the_web_server_in_eight_submissions_loses_none_and_doubles_none(
    crashing_server: crashing.Server,
) -> None:
    cast = factories.staffroom()
    child = factories.child(cast.school, by=cast.office)
    sent = crashing.send_through_crashes(
        crashing_server, author=cast.teacher, school_id=cast.school.pk, child=child, number=8, seed=7
    )
    assert crashing_server.kills >= 2
    assert dict(Concern.objects.values_list("token", "pk")) == {one.token: one.concern_id for one in sent}
    assert sorted(Concern.objects.values_list("number", flat=True)) == list(range(1, 9))
