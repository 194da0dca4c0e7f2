"""Does everybody get word by e-mail, with nothing about anybody in it, whatever breaks on the way?"""

import smtplib
from datetime import timedelta
from uuid import uuid4

import pytest
from celery.signals import worker_ready
from django.core import mail
from django.utils import timezone

from safeguarding.accounts import mail as post
from safeguarding.accounts import services, tasks
from safeguarding.accounts.models import Notice
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding
from tests import factories
from tests.meanwhile import meanwhile

pytestmark = pytest.mark.django_db
NOW = timezone.now() + timedelta(seconds=1)


@pytest.fixture
def school():
    return factories.school()


def reader(school, name, **details):
    return factories.member(school, "lead", name, "Marsh", **{"email": f"{name.lower()}@example.org", **details})


def tell(school, *people, about=None):
    services.tell(
        people=people,
        school_id=school.pk,
        kind=ConcernNotice.NEW_CONCERN,
        object_type="concern",
        object_id=about or uuid4(),
        at=timezone.now(),
    )


def test_one_message_to_each_person_however_much_waits(school):
    ann, ben = reader(school, "Ann"), reader(school, "Ben")
    tell(school, ann, ben)
    tell(school, ann)

    assert post.deliver() == 2
    assert sorted(m.to for m in mail.outbox) == [["ann@example.org"], ["ben@example.org"]]
    assert post.deliver() == 0


def test_what_was_read_already_and_who_has_no_address_gets_none(school):
    ann, without, gone = reader(school, "Ann"), reader(school, "Ben", email=""), reader(school, "Cleo")
    concern = uuid4()
    tell(school, ann, about=concern)
    tell(school, without, gone)
    services.open_notices(user=ann, object_id=concern)
    services.deactivate_person(user=gone)

    assert post.deliver() == 0
    assert mail.outbox == []
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_without_a_mail_server_nothing_counts_as_sent_and_naming_one_later_sends_what_is_still_unopened(
    school, settings, caplog
):
    ann, ben = reader(school, "Ann"), reader(school, "Ben")
    read, unread = uuid4(), uuid4()
    for about in (read, unread, uuid4()):
        tell(school, ann, about=about)
    tell(school, ben, about=read)
    settings.MAIL_IS_SET_UP = False
    assert post.deliver() == 0
    assert mail.outbox == []
    assert Notice.objects.filter(mailed_at=None).count() == 4
    for person in (ann, ben):
        services.open_notices(user=person, object_id=read)

    settings.MAIL_IS_SET_UP = True
    assert post.deliver() == 1
    assert [m.to for m in mail.outbox] == [["ann@example.org"]]
    assert not Notice.objects.filter(mailed_at=None).exists()
    assert "example.org" not in caplog.text


@pytest.mark.parametrize(("is_set_up", "warnings"), [(False, 1), (True, 0)])
def test_the_worker_says_when_it_starts_that_there_is_no_mail_server(settings, caplog, is_set_up, warnings):
    settings.MAIL_IS_SET_UP = is_set_up
    assert tasks.deliver_notices.name, "loaded, as a worker loads it"
    worker_ready.send(sender=None)
    assert caplog.text.count("EMAIL_URL is not set") == warnings


def test_no_mail_says_whom_or_what_it_is_about():
    cast = factories.staffroom()
    for person in (cast.lead, cast.teacher):
        person.email = f"{person.pk}@example.org"
        person.save()
    concern = factories.concern(cast, facts="He said the moon is cheese.", child_words="cheese")
    deciding.open_concern(concern=concern, by=cast.lead)

    tell(cast.school, cast.lead)
    post.deliver()

    assert len(mail.outbox) == 2
    everything = "\n".join(m.message().as_string() for m in mail.outbox)
    people = [cast.teacher, cast.lead, cast.office]
    told = {"cheese", "Rowan", "Ashdown", "Year 5", "5B", concern.reference, str(concern.pk)}
    told |= {name for p in people for name in (p.first_name, p.last_name, p.username)} | {cast.school.name, "concern"}
    assert [word for word in told if word in everything] == []
    assert "/inbox/" in everything


def test_what_somebody_else_has_answered_is_mailed_to_nobody(school):
    ann, ben, call = reader(school, "Ann"), reader(school, "Ben"), uuid4()
    tell(school, ann, ben, about=call)
    services.open_notices(user=ann, object_id=call)
    services.settle_notices(object_id=call, kinds=(ConcernNotice.NEW_CONCERN,), by=ann, at=NOW)

    assert post.deliver() == 0
    assert mail.outbox == []


class Server:
    """A mail server of the test. `away` answers nobody, `refuses` and `hangs_up_on` hold addresses it will not take."""

    def __init__(self):
        self.away, self.refuses, self.hangs_up_on, self.sent = False, set(), set(), []

    def open(self):
        if self.away:
            raise ConnectionRefusedError

    def close(self):
        pass

    def send_messages(self, messages):
        for message in messages:
            if message.to[0] in self.refuses:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such user")})
            if message.to[0] in self.hangs_up_on:
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            self.sent += message.to
        return len(messages)


@pytest.fixture
def server(monkeypatch):
    found = Server()
    monkeypatch.setattr(post, "get_connection", lambda: found)
    return found


def test_a_mail_server_that_is_away_for_a_week_loses_nothing(school, server, caplog):
    tell(school, reader(school, "Ann"))
    server.away = True
    for minute in range(200):
        assert post.deliver(at=NOW + timedelta(minutes=minute)) == 0
    assert "ann@" not in caplog.text
    server.away = False

    assert post.deliver(at=NOW + timedelta(days=7)) == 1
    assert server.sent == ["ann@example.org"]


def test_an_address_that_is_refused_holds_up_nobody_and_is_asked_less_and_less(school, server, caplog):
    tell(school, reader(school, "Ann"))
    tell(school, reader(school, "Ben"))
    server.refuses = {"ann@example.org"}

    assert post.deliver(at=NOW) == 1
    assert server.sent == ["ben@example.org"]
    [waiting] = Notice.objects.filter(mailed_at=None)
    assert (waiting.mail_attempts, waiting.mail_again_at) == (1, NOW + timedelta(seconds=30))
    assert "ann@" not in caplog.text

    server.refuses = set()
    assert post.deliver(at=NOW + timedelta(seconds=29)) == 0
    assert post.deliver(at=NOW + timedelta(seconds=31)) == 1


def test_however_many_have_no_address_whoever_was_told_after_them_gets_mail(school, server):
    tell(school, *(reader(school, f"Nobody{number}", email="") for number in range(60)))
    tell(school, reader(school, "Ann"))
    assert post.deliver() == 1
    assert server.sent == ["ann@example.org"]
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_a_message_on_which_the_server_hangs_up_waits_behind_all_others_and_is_never_given_up(school, server, caplog):
    for name in ("Ann", "Ben", "Cleo"):
        tell(school, reader(school, name))
    server.hangs_up_on = {"ann@example.org"}

    assert post.deliver(at=NOW) == 0
    for minute in range(1, 20):
        post.deliver(at=NOW + timedelta(minutes=minute))
    assert server.sent == ["ben@example.org", "cleo@example.org"]
    assert "ann@" not in caplog.text
    server.hangs_up_on = set()
    assert post.deliver(at=NOW + timedelta(minutes=20)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_hangs_keeps_nobody_from_opening_what_they_were_told_of(school, server, monkeypatch):
    ann, concern = reader(school, "Ann"), uuid4()
    tell(school, ann, about=concern)
    opened = []

    def hang(messages):
        opening = meanwhile(lambda: services.open_notices(user=ann, object_id=concern))
        opened.append(opening.done() and opening.result())
        return len(messages)

    monkeypatch.setattr(server, "send_messages", hang)
    assert post.deliver() == 1
    assert opened == [1]
    assert Notice.objects.get().mailed_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_mail_one_person_at_the_same_time(school, server, monkeypatch):
    tell(school, reader(school, "Ann"))
    others = []

    def send(messages):
        others.append(meanwhile(post.deliver).result())
        return len(messages)

    monkeypatch.setattr(server, "send_messages", send)
    assert post.deliver() == 1
    assert others == [0]


def test_an_address_that_never_works_is_left_to_the_inbox(school, server):
    ann = reader(school, "Ann")
    tell(school, ann)
    server.refuses = {"ann@example.org"}
    for day in range(30):
        post.deliver(at=NOW + timedelta(days=day))
    assert Notice.objects.get().mail_attempts == post.MAX_ATTEMPTS
    server.refuses = set()
    assert post.deliver(at=NOW + timedelta(days=99)) == 0
    assert services.inbox(ann, opened=False).count() == 1


def test_the_bell_rings_once_however_many_are_told(school, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        tell(school, reader(school, "Ann"))
        tell(school, reader(school, "Ben"))
    assert callbacks == [services.ring]


def test_told_twice_before_it_is_opened_is_one_notice_and_afterwards_a_new_one(school):
    ann, concern = reader(school, "Ann"), uuid4()
    tell(school, ann, about=concern)
    tell(school, ann, about=concern)
    assert services.inbox(ann, opened=False).count() == 1

    services.open_notices(user=ann, object_id=concern)
    tell(school, ann, about=concern)
    assert services.inbox(ann, opened=False).count() == services.inbox(ann, opened=True).count() == 1


def test_a_digest_put_off_by_a_clock_that_was_ahead_leaves_once_it_is_right(school):
    ann, ben = reader(school, "Ann"), reader(school, "Ben")
    for person, at in ((ann, NOW), (ben, NOW + timedelta(days=400))):
        services.tell(
            people=[person],
            school_id=school.pk,
            kind=ConcernNotice.NEW_CONCERN,
            object_type="concern",
            object_id=uuid4(),
            at=at,
            digest_at=at + timedelta(hours=20),
        )
    assert post.deliver(at=NOW) == 1
    assert [message.to for message in mail.outbox] == [["ben@example.org"]]
