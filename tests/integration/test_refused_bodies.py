"""What does a person see whose form was let go of before its page ran, and what is on record of it?"""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern, Draft
from safeguarding.front.refusing import REFUSED
from safeguarding.front.room import refuse_too_many_connections
from tests import factories

SENTENCES = {
    408: "Your connection was too slow, and only part of what you sent arrived.",
    413: "What was sent is larger than this page can take, and nothing of it was saved.",
    503: "So much is being sent at this moment that this found no room.",
}


@pytest.mark.parametrize("status", SENTENCES)
@pytest.mark.parametrize("path", ["/log/", "/account/sign-in/", "/children/imports/", "/nowhere/"])
def test_the_page_says_what_happened_and_what_to_do(client: Client, db: None, status: int, path: str) -> None:
    answer = client.post(path, {}, **{REFUSED: status})
    assert answer.status_code == status
    page = answer.content.decode()
    assert SENTENCES[status] in page
    assert ("Reload this page to send it again" in page) is (status != 413)
    assert answer["Cache-Control"] == "no-store" and "default-src 'none'" in answer["Content-Security-Policy"]


def test_no_page_runs_and_only_somebody_who_is_signed_in_is_put_on_record(client: Client, db: None) -> None:
    cast = factories.staffroom()
    client.post("/log/", {"facts": "He fell."}, **{REFUSED: 413})
    assert not Event.objects.filter(verb=Verb.DENY).exists()
    client.force_login(cast.teacher)
    client.post("/log/", {"facts": "He fell."}, **{REFUSED: 413})
    assert [event.purpose for event in Event.objects.filter(verb=Verb.DENY)] == ["413"]
    assert not Draft.objects.exists() and not Concern.objects.exists()


def test_no_header_of_a_request_refuses_it(client: Client, db: None) -> None:
    assert (
        client.get("/account/sign-in/", headers={"harbour.refused": "413", "harbour-refused": "413"}).status_code == 200
    )


def test_more_connections_than_postgresql_gives_are_refused_with_what_to_do(db: None, settings: object) -> None:
    settings.WEB_WORKERS, settings.WEB_THREADS = 2, 2  # type: ignore[attr-defined]
    refuse_too_many_connections()
    settings.WEB_WORKERS = 100  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="WEB_WORKERS=100 times WEB_THREADS=2 may need 420 connections"):
        refuse_too_many_connections()
