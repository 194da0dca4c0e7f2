"""What a request leaves behind: everything, or one event. And what a stream needs after its first byte: no database."""

from uuid import UUID

import pytest
from django.contrib import messages
from django.db import connection, connections
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path, reverse
from django.utils import timezone

from safeguarding.accounts.models import Notice, Term
from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from tests import factories

# Each request commits, or does not, as in a school.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def _write(request) -> None:
    """Two rows, as a service would write them: the fact and its event. Said, as a view would."""
    messages.success(request, "It is written.")
    messages.warning(request, "A file was not kept.")
    Notice.objects.create(
        user=request.user,
        school_id=request.held.school_id,
        kind=ConcernNotice.RECEIPT,
        object_type="report",
        object_id=uuid7(),
    )
    record(Verb.ADD, object_type="report", purpose="written")


@anyone_signed_in
def writes(request):
    _write(request)
    return HttpResponse("done")


@anyone_signed_in
def writes_then_breaks(request):
    _write(request)
    raise RuntimeError(" ".join([request.user.first_name, request.user.last_name, "is in the message of this error"]))


@anyone_signed_in
def writes_then_refuses(request):
    _write(request)
    raise OutOfTurn("Somebody closed this meanwhile.")


@anyone_signed_in
def asks_who(request):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(current_setting('app.context', true), '|', 3), current_setting('app.request_id', true)"
        )
        return HttpResponse("|".join(cursor.fetchone()))


@anyone_signed_in
def streams(request):
    record(Verb.DOWNLOAD, object_type="file", purpose="streamed")
    return StreamingHttpResponse((b"part %d\n" % n for n in range(1000)), content_type="text/plain")


urlpatterns = [
    path("writes/", writes, name="writes"),
    path("breaks/", writes_then_breaks, name="breaks"),
    path("refuses/", writes_then_refuses, name="refuses"),
    path("who/", asks_who, name="who"),
    path("streams/", streams, name="streams"),
    path("", include("safeguarding.urls")),
]


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def signed_in(client, cast):
    client.force_login(cast.teacher)
    client.raise_request_exception = False
    return client


@pytest.fixture
def cut_off(monkeypatch):
    """`cut_off()`: from now on the database is away, for the connection there is and for every new one."""

    def cut() -> None:
        def gone(*args, **kwargs):
            raise AssertionError("the database was asked for something after the first byte")

        connection.close()
        monkeypatch.setattr(connections["default"], "connect", gone)

    yield cut
    monkeypatch.undo()


def said_by(answer) -> list[str]:
    return [str(one) for one in messages.get_messages(answer.wsgi_request)]


def events_of(request_of: Event) -> list[Event]:
    return list(Event.objects.filter(request_id=request_of.request_id))


def test_a_view_that_answers_keeps_what_it_wrote(signed_in):
    response = signed_in.get(reverse("writes"))
    assert (response.status_code, said_by(response)) == (200, ["It is written.", "A file was not kept."])
    assert Notice.objects.count() == 1
    assert Event.objects.filter(purpose="written").count() == 1


@pytest.mark.parametrize(
    ("view", "status", "verb", "outcome"),
    [("breaks", 500, Verb.ERROR, Outcome.FAILED), ("refuses", 409, Verb.DENY, Outcome.REFUSED)],
)
def test_a_view_that_writes_and_then_raises_leaves_no_row_and_one_event(
    signed_in, cast, view, status, verb, outcome, caplog
):
    response = signed_in.get(reverse(view))
    assert (response.status_code, said_by(response)) == (status, ["A file was not kept."])
    assert Notice.objects.count() == 0
    assert not Event.objects.filter(purpose="written").exists()
    left = Event.objects.get(verb=verb)
    assert events_of(left) == [left]
    assert (left.actor_id, left.school_id, left.acting_role) == (cast.teacher.pk, cast.school.pk, "teacher")
    assert (left.outcome, left.purpose, left.object_type) == (outcome, str(status), view)
    for telling in (response.content.decode(), caplog.text):
        assert cast.teacher.last_name not in telling


def test_the_sentence_of_a_refusal_reaches_its_reader(signed_in):
    assert "Somebody closed this meanwhile." in signed_in.get(reverse("refuses")).content.decode()


def test_the_database_is_told_who_asks_and_forgets_it_with_the_transaction(signed_in, cast):
    who, request_id = signed_in.get(reverse("who")).content.decode().split("|")
    assert UUID(who) == cast.teacher.pk
    assert UUID(request_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.context', true)")
        assert cursor.fetchone()[0] in (None, "")


def test_a_stream_completes_with_the_database_cut_off(signed_in, cut_off):
    response = signed_in.get(reverse("streams"))
    parts = iter(response.streaming_content)
    first = next(parts)
    # What the stream is, was committed before this byte: another connection sees it.
    assert Event.objects.filter(verb=Verb.DOWNLOAD, purpose="streamed").count() == 1
    cut_off()
    assert first + b"".join(parts) == b"".join(b"part %d\n" % n for n in range(1000))


def test_a_stream_that_asks_the_database_is_found(signed_in, cut_off):
    """The test above can fail: this stream touches the database between two parts."""
    cut_off()
    with pytest.raises(AssertionError, match="after the first byte"):
        Term.objects.exists()


def test_paper_is_recorded_before_its_first_byte_and_needs_no_database(client, cast, cut_off):
    concern = factories.concern(cast)
    client.force_login(cast.lead)
    response = client.get(reverse("concern_paper", args=[concern.pk]))
    assert Event.objects.filter(verb=Verb.PRINT, object_id=concern.pk).count() == 1
    cut_off()
    assert b"".join(response).startswith(b"%PDF-1.7")


def test_paper_that_cannot_be_made_is_not_recorded_as_printed(client, cast, monkeypatch):
    concern = factories.concern(cast)
    client.force_login(cast.lead)
    client.raise_request_exception = False

    def broken(*args, **how):
        raise ValueError("no ink")

    monkeypatch.setattr("safeguarding.printing.client.make", broken)
    assert client.get(reverse("concern_paper", args=[concern.pk])).status_code == 500
    assert not Event.objects.filter(verb=Verb.PRINT).exists()
    assert Event.objects.filter(verb=Verb.ERROR).count() == 1


def test_two_requests_are_two_transactions(signed_in):
    before = timezone.now()
    signed_in.get(reverse("writes"))
    signed_in.get(reverse("breaks"))
    signed_in.get(reverse("writes"))
    assert Notice.objects.filter(created_at__gte=before).count() == 2


def test_an_address_that_only_takes_a_form_answers_with_a_page_when_it_is_opened(client, cast):
    client.force_login(cast.lead)
    answer = client.get(reverse("act_as"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "use its button" in answer.content.decode()


def test_somebody_without_a_role_is_told_whom_to_ask(client):
    client.force_login(factories.person())
    answer = client.get("/")
    assert answer.status_code == 403
    assert "Ask the Headteacher to give you one" in answer.content.decode()
