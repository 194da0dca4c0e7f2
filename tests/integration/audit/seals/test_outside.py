"""Do seals leave the database, by file and by e-mail, and does the page say how it stands?"""

import html
import os
import re
import stat
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from safeguarding.accounts import seal_mail
from safeguarding.accounts import tasks as account_tasks
from safeguarding.audit import tasks
from safeguarding.audit.models import Checkpoint, Event, Outcome, SealState, Verb
from safeguarding.audit.seals import services, standing, volume
from safeguarding.audit.seals.models import AnchorPlace
from safeguarding.audit.services import record
from safeguarding.keys import uuid7
from safeguarding.sealing.models import BackupRun
from safeguarding.sealing.services.backing_up import is_due
from safeguarding.sealing.services.backups_standing import backups_standing
from safeguarding.sealing.services.checking import check_nightly
from tests import factories
from tests.integration.audit.seals.record import export, seal_all, verify, verify_alone

NIGHT = datetime(2026, 11, 25, 2, 30, tzinfo=ZoneInfo("Europe/London"))


def test_each_seal_is_appended_once_to_the_file_of_its_month(whole: SimpleNamespace) -> None:
    (file,) = whole.anchors.iterdir()
    before = file.read_bytes()
    assert services.keep_anchors() == 0
    record(Verb.VIEW)
    seal_all()
    assert file.read_bytes().startswith(before)
    assert (
        volume.newest_number() == Checkpoint.objects.latest("number").number == SealState.objects.get().anchored_number
    )
    assert stat.S_IMODE(whole.anchors.stat().st_mode) == 0o700
    numbers = re.findall(r"^checkpoint (\d+)$", file.read_text(), re.MULTILINE)
    assert [int(n) for n in numbers] == list(Checkpoint.objects.order_by("number").values_list("number", flat=True))


def test_a_volume_that_is_away_is_said_and_made_good(whole: SimpleNamespace, settings: Any, client: Client) -> None:
    blocked = whole.tmp / "away"
    blocked.write_text("a file where a folder should be")
    settings.ANCHOR_FOLDER = blocked / "anchors"
    record(Verb.VIEW)
    services.seal_and_anchor()
    problem = SealState.objects.get().anchor_problem
    assert "cannot be written to" in problem
    blocked.unlink()
    seal_all()
    assert SealState.objects.get().anchor_problem == ""
    assert verify(settings.ANCHOR_FOLDER)[1]["anchors"] == Checkpoint.objects.count()


def test_a_full_disk_leaves_no_half_of_a_seal(whole: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = whole.anchors.iterdir()
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safeguarding.audit.seals.volume.os.fsync", full)
    record(Verb.VIEW)
    seal_all()
    assert file.read_bytes() == before
    assert "No space left on device" in SealState.objects.get().anchor_problem
    monkeypatch.undo()
    services.keep_anchors()
    assert verify(whole.anchors)[0] == 0


def test_half_a_line_of_a_power_cut_stays_by_itself(whole: SimpleNamespace) -> None:
    (file,) = whole.anchors.iterdir()
    file.write_bytes(file.read_bytes() + b"\nharbour/1\n12")
    record(Verb.VIEW)
    seal_all()
    assert verify(whole.anchors)[0] == 0


def test_an_anchor_that_cannot_be_read_is_not_passed_over(whole: SimpleNamespace) -> None:
    empty = whole.tmp / "empty.txt"
    empty.write_text("Dear auditor, nothing here.")
    for path, said in ((whole.tmp / "none", "cannot be read: No such file"), (empty, "holds no anchor")):
        code, report = verify(path)
        assert (code, report["verdict"]) == (2, "not checked")
        assert said in report["not_checked"][0]
        assert verify_alone(export(whole.tmp / f"{path.name}.jsonl"), path)[0] == 2


def test_what_is_no_export_could_not_be_checked(whole: SimpleNamespace) -> None:
    other = whole.tmp / "other"
    other.write_text('{"format": "something else"}\n')
    for file, said in ((whole.tmp / "none", "No such file"), (other, "is not an export")):
        code, report = verify_alone(file)
        assert code == 2
        assert said in report["not_checked"][0]


def test_a_database_that_is_away_could_not_be_checked(whole: SimpleNamespace, connect: Any) -> None:
    superuser = connect("postgres")
    superuser.execute("REVOKE ALL ON audit_leaf FROM owner")
    code, report = verify(whole.anchors)
    assert (code, report["not_checked"]) == (2, ["The database cannot be read: ProgrammingError."])


def test_the_export_is_recorded_its_owners_alone_and_never_written_over(whole: SimpleNamespace) -> None:
    file = export(whole.tmp / "export.jsonl")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Event.objects.filter(verb=Verb.EXPORT, object_type="audit.event").count() == 1
    with pytest.raises(services_error(), match="File exists"):
        export(file)


def services_error() -> type[Exception]:
    from django.core.management import CommandError

    return CommandError


def test_the_record_is_looked_at_once_a_night_and_the_result_is_an_event(whole: SimpleNamespace) -> None:
    assert services.verify_nightly(at=NIGHT - timedelta(hours=2)) is None, "too early"
    assert services.verify_nightly(at=NIGHT) == 0
    assert services.verify_nightly(at=NIGHT + timedelta(hours=3)) is None, "once"
    event = Event.objects.get(verb=Verb.VERIFY)
    assert (event.outcome, event.object_type) == (Outcome.DONE, "audit.checkpoint")
    assert services.verify_nightly(at=NIGHT + timedelta(days=1)) == 0
    state = SealState.objects.get()
    assert (state.verdict, state.findings, state.verified_at) == (0, 0, NIGHT + timedelta(days=1))


def test_events_are_late_once_nothing_was_sealed_for_as_long_as_sealing_may_take(
    whole: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    monkeypatch.setattr(standing, "LATE", timedelta(0))
    assert standing.unsealed_since() is None, "nothing waits"
    record(Verb.VIEW)
    assert standing.unsealed_since() == Event.objects.latest("id").at
    monkeypatch.setattr(standing, "LATE", timedelta(minutes=5))
    assert standing.unsealed_since() is None, "something was sealed just now"
    spoilt = {"size": 0, "note": "spoilt", "frontier": b""}
    Checkpoint.objects.create(number=99, at=now + timedelta(days=20), **spoilt)
    assert standing.unsealed_since() is not None, "by a clock that was ahead"
    Checkpoint.objects.create(number=100, at=now - timedelta(hours=1), **spoilt)
    assert standing.unsealed_since() == now - timedelta(hours=1), "nothing is sealed after one that cannot be read"


def test_a_verification_that_takes_long_is_not_begun_twice(whole: SimpleNamespace, connect: Any) -> None:
    elsewhere = connect("worker")
    elsewhere.execute("SELECT pg_advisory_lock(hashtextextended('look at the events', 0))")
    assert services.verify_nightly(at=NIGHT) is None
    elsewhere.execute("SELECT pg_advisory_unlock_all()")
    assert services.verify_nightly(at=NIGHT) == 0


def test_a_night_in_which_something_was_found_is_a_failed_event(whole: SimpleNamespace, connect: Any) -> None:
    superuser = connect("postgres")
    superuser.execute("ALTER TABLE audit_event DISABLE TRIGGER append_only")
    superuser.execute("UPDATE audit_event SET verb = 'list' WHERE verb = 'view'")
    assert services.verify_nightly(at=NIGHT) == 1
    assert Event.objects.get(verb=Verb.VERIFY).outcome == Outcome.FAILED
    assert SealState.objects.get().findings == 20


def test_the_beat_calls_what_it_names(whole: SimpleNamespace) -> None:
    record(Verb.VIEW)
    assert tasks.seal() >= 0
    assert tasks.verify() in (0, None)
    assert account_tasks.mail_newest_seal() >= 0


def leads() -> tuple[Any, list[str]]:
    school = factories.school()
    for role, email in (
        ("headteacher", "head@example.org"),
        ("lead", "lead@example.org"),
        ("deputy_lead", "deputy@example.org"),
        ("teacher", "teacher@example.org"),
        ("lead", ""),
    ):
        factories.member(school, role, role.title(), "Marsh", email=email)
    return school, ["dpo@example.org", "head@example.org", "lead@example.org"]


def test_the_newest_root_goes_once_a_day_to_who_answers_for_the_record(whole: SimpleNamespace, settings: Any) -> None:
    settings.ANCHOR_MAIL_TO = ["dpo@example.org", "LEAD@example.org"]
    _, expected = leads()
    seal_all()
    morning = NIGHT.replace(hour=7)
    assert seal_mail.mail_newest(at=NIGHT) == 0
    assert seal_mail.mail_newest(at=morning) == 3
    assert seal_mail.mail_newest(at=morning + timedelta(hours=1)) == 0
    assert sorted(to for message in mail.outbox for to in message.to) == expected
    assert all(len(message.to) == 1 for message in mail.outbox)
    assert seal_mail.mail_newest(at=morning + timedelta(days=1)) == 3


@pytest.mark.parametrize("jump", [timedelta(days=20), timedelta(days=400), timedelta(hours=-3), timedelta(days=-30)])
def test_what_is_done_once_a_day_is_done_that_day_after_the_clock_was_set_right(
    whole: SimpleNamespace, jump: timedelta
) -> None:
    leads()
    morning = NIGHT.replace(hour=10)
    # Three hours back it is the same day: what was done then has been done today.
    again = jump != timedelta(hours=-3)
    for at, expected in ((morning + jump, True), (morning, again), (morning + timedelta(minutes=1), False)):
        done = {
            "verification": services.verify_nightly(at=at) is not None,
            "newest seal": seal_mail.mail_newest(at=at) > 0,
            "keys": check_nightly(at=at) is not None,
            "backup": back_up_where_due(at),
        }
        assert set(done.values()) == {expected}, (at, done)


def back_up_where_due(at: datetime) -> bool:
    """Whether last night's is missing; made then, as the process that backs up does."""
    missing = is_due(at)
    assert backups_standing(at=at).is_late is missing
    if missing:
        BackupRun.objects.create(id=uuid7(), began_at=at, ended_at=at + timedelta(minutes=5))
    return missing


def test_the_saved_mail_is_an_anchor_and_holds_nobodys_data(whole: SimpleNamespace) -> None:
    school, _ = leads()
    seal_all()
    seal_mail.mail_newest(at=NIGHT.replace(hour=7))
    body = mail.outbox[0].body
    newest = Checkpoint.objects.latest("number")
    assert newest.note in body
    assert not any(word in body for word in (school.name, "Marsh", "@", str(school.pk)))
    saved = whole.tmp / "mail.txt"
    saved.write_bytes(("From: harbour\nDate: today\n\n" + body).replace("\n", "\r\n").encode())
    code, report = verify(saved)
    # Beside those of the folder, which are read in any case.
    assert (code, report["anchors"]) == (0, 1 + Checkpoint.objects.count())
    saved.write_text(body.replace(str(newest.size), str(newest.size + 1)))
    assert verify(saved)[0] == 1


def test_a_mail_server_that_is_away_is_tried_again(whole: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    leads()
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse, raising=False)
    assert seal_mail.mail_newest(at=NIGHT.replace(hour=7)) == 0
    assert SealState.objects.get().mailed_on is None
    monkeypatch.undo()
    assert seal_mail.mail_newest(at=NIGHT.replace(hour=8)) == 2


def refuse(*_: object) -> None:
    raise ConnectionRefusedError


def page(role: str, whole: SimpleNamespace, client: Client) -> Any:
    school = factories.school()
    client.force_login(factories.member(school, role))
    return client.get("/school/record/")


@pytest.mark.parametrize(
    ("role", "status"),
    [("headteacher", 200), ("lead", 200), ("deputy_lead", 403), ("teacher", 403), ("office", 403)],
)
def test_who_answers_for_the_record_sees_how_it_stands(
    role: str, status: int, whole: SimpleNamespace, client: Client
) -> None:
    response = page(role, whole, client)
    assert response.status_code == status
    assert (
        services.Said.parse(services.SignedNote.parse(Checkpoint.objects.latest("number").note).body).origin
        in response.content.decode()
    ) == (status == 200)
    assert Event.objects.filter(verb=Verb.VIEW, purpose="wholeness").count() == (status == 200)


def test_the_page_says_what_is_wrong(whole: SimpleNamespace, client: Client) -> None:
    text = page("lead", whole, client).content.decode()
    assert "Not looked at yet" in text
    for verdict, said in (
        (0, "Whole when last looked at"),
        (1, "Something was changed, or is missing"),
        (2, "Could not be looked at"),
    ):
        SealState.objects.update(
            verdict=verdict, verified_at=NIGHT, seal_problem="The key is away.", anchor_problem="Full."
        )
        text = client.get("/school/record/").content.decode()
        for sentence in (said, "The key is away.", "Full.", "Kept outside the database"):
            assert sentence in text
    assert "Is the record whole?" in client.get("/school/pages/").content.decode()


def test_the_page_of_a_record_that_has_no_seal_yet(
    transactional_db: None, places: SimpleNamespace, client: Client
) -> None:
    assert "Nothing is sealed yet" in page("lead", places, client).content.decode()


def test_nothing_in_a_seal_is_about_anybody(whole: SimpleNamespace) -> None:
    text = "".join(path.read_text() for path in Path(whole.anchors).iterdir())
    allowed = re.compile(r"|harbour/\w+|\d+|\S{43}=|checkpoint \d+|at \S+Z|(settled|cut) \d+|— \S+ \S+")
    assert all(allowed.fullmatch(line) for line in text.split("\n"))


def on_device(monkeypatch: pytest.MonkeyPatch, devices: dict[Path, int]) -> None:
    """`stat` says of these files, and of what is in them, that they lie on these devices."""
    real = os.stat

    def stat_(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
        found = real(path, *args, **kwargs)
        for folder, device in devices.items():
            if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(folder):
                return os.stat_result((*found[:2], device, *found[3:]))
        return found

    monkeypatch.setattr("os.stat", stat_)


@pytest.mark.parametrize(
    ("ours", "of_database", "of_anchors", "place"),
    [
        (True, 1, 1, "database"),
        (True, 2, 1, "files"),
        (True, 1, 2, "apart"),
        (False, 1, 1, "files"),
        (False, 1, 2, "unknown"),
    ],
)
def test_the_page_says_when_anchors_lie_on_the_disk_of_the_database(
    ours: bool,
    of_database: int,
    of_anchors: int,
    place: str,
    whole: SimpleNamespace,
    settings: Any,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.VAR, settings.EMBEDDED_DATABASE = whole.tmp / "var", ours
    (settings.VAR / "postgres").mkdir(parents=True)
    on_device(monkeypatch, {settings.VAR / "postgres": of_database, settings.VAR: 1, whole.anchors: of_anchors})
    services.keep_anchors()
    assert SealState.objects.get().anchor_place == place
    text = html.unescape(page("headteacher", whole, client).content.decode())
    assert AnchorPlace(place).sentence in text
    assert ("The seals outside the database lie too near" in text) is (place in ("database", "files"))
    assert AnchorPlace(place).sentence in " ".join(verify()[1]["notes"])
