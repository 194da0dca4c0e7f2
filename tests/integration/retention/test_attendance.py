"""Do the days of a school year end, and of no child who is kept, wherever `destroyer` is killed?"""

import html
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from children.models import Child
from retention.models import DestructionItem, ItemPart, ItemRun, Tombstone
from retention.services import destroying, parts
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.holds import ask_to_lift, lift_hold
from retention.services.scan import scan
from safeguarding.audit.models import LogEntry
from safeguarding.dates import full_day
from safeguarding.ending.by_child import AT_ONCE
from safeguarding.ending.removal import left_of
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import EXAMPLE
from safeguarding.plans.models import AttendanceDay, AttendanceFile, AttendanceYear
from safeguarding.sealing import ledger
from safeguarding.sealing.models import KEYS
from safeguarding.spreadsheet import as_csv
from tests.walls import as_role

from .attending import Register, lay_register
from .conftest import Office, as_destroyer, later

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]
CHILDREN = AT_ONCE + 4


class Killed(BaseException):
    """As if the process had been killed there: nothing catches it."""


@pytest.fixture
def register(place: Office) -> Register:
    return lay_register(place, CHILDREN)


def kill_at(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, *, after: bool) -> None:
    """Let a process be killed before or after a step of it; the next one takes that step."""
    step: Callable[..., Any] = getattr(where, name)

    def killed(*given: Any, **named: Any) -> Any:
        if after:
            step(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(where, name, killed)
        with as_destroyer(), pytest.raises(Killed):
            destroy_due()
    ensure_whole()


def ensure_whole() -> None:
    """No child has lost one of two days."""
    for child in Child.objects.all():
        assert AttendanceDay.objects.filter(child=child).count() in (1, 3)


def test_only_the_days_of_others_end_wherever_it_is_killed(register: Register, monkeypatch: pytest.MonkeyPatch):
    first = min(register.children, key=lambda child: child.pk)
    register.hold(first)
    item = register.approved()
    kill_at(monkeypatch, parts, "_begin_part", after=False)
    kill_at(monkeypatch, parts, "_begin_part", after=True)
    assert not ItemPart.objects.exists(), "what was not written down is chosen again"
    kill_at(monkeypatch, ledger, "add", after=True)
    [part] = ItemPart.objects.all()
    assert len(part.children) == AT_ONCE - 1 and first.pk not in part.children
    assert AttendanceDay.objects.filter(child__in=part.children).count() == 3 * len(part.children)
    # One of those in hand is not held any more; one who comes later is.
    between = next(child for child in register.children if child.pk not in {first.pk, *part.children})
    register.hold(between)
    kill_at(monkeypatch, parts, "end_part", after=True)
    kill_at(monkeypatch, destroying, "end_keys", after=False)
    with as_destroyer():
        assert destroy_due() == 1
        assert finish() == 1
        assert destroy_due() == 0
    kept = {first.pk, between.pk}
    for child in register.children:
        assert register.days(child) == ([*register.old, *register.new] if child.pk in kept else register.new)
    gone = {child.pk for child in register.children} - kept
    assert {key for part in ItemPart.objects.all() for key in part.children} == gone
    assert not AttendanceYear.objects.filter(pk=register.year.pk).exists()
    assert ItemRun.objects.get(item=item).state == ItemRun.State.FILES_GONE
    assert Tombstone.objects.get().counts["plans.attendanceday"] == 2 * len(gone)
    ensure_ledger(item, gone)
    register.ensure_opened()


def ensure_ledger(item: DestructionItem, gone: set[Any]) -> None:
    """Each part has its line, once, then the year; no line names a child as something that ended."""
    *lines, last = ledger.entries()
    assert {key for line in lines for key in line.children} == gone
    assert sum(len(line.children) for line in lines) == len(gone)
    assert {line.item for line in lines} == {part.pk for part in ItemPart.objects.all()}
    assert (last.item, last.until, last.children) == (item.pk, "", [])
    assert not gone & set().union(*(line.keys() for line in (*lines, last)))


def test_what_was_kept_goes_with_the_next_school_year(place: Office):
    register = lay_register(place, 2)
    kept, free = register.children
    hold = register.hold(kept)
    register.approved()
    with as_destroyer():
        assert destroy_due() == 1
    assert (len(register.days(kept)), len(register.days(free))) == (3, 1)
    ask_to_lift(hold=hold, seen=0, token=uuid7(), reason="They closed it.", by=place.room.deputy)
    lift_hold(hold=hold, seen=1, by=place.room.headteacher)
    for days in (340, 400):
        with later(days=days):
            scan()
    with later(days=400):
        following = AttendanceYear.objects.get(last_on__year=register.year.last_on.year + 1)
        replace(register, year=following).approved()
    with later(days=415), as_destroyer():
        assert destroy_due() == 1
    assert not AttendanceDay.objects.exists()
    assert [len(part.children) for part in ItemPart.objects.order_by("until")] == [1, 2]


def test_what_changed_in_a_mark_goes_with_its_day(place: Office):
    register = lay_register(place, 1)
    [child] = register.children
    at = timezone.now() - timedelta(days=(timezone.localdate() - register.old[-1]).days - 1)
    register.brought(register.old, at=at, said="I")
    changed = LogEntry.objects.filter(object_type="plans.attendanceday", child_id=child.pk)
    keys = [*AttendanceDay.objects.filter(on__in=register.old).values_list("pk", flat=True)]
    assert changed.count() == len(register.old)
    register.approved()
    with as_destroyer():
        assert destroy_due() == 1
    assert not changed.exists() and register.days(child) == register.new
    assert len(keys) == len(register.old) and left_of(keys) == []


def test_an_old_file_brings_nothing_back_and_says_so(place: Office, client: Client):
    register = lay_register(place, 2)
    kept, free = register.children
    register.hold(kept)
    item = register.approved()
    client.force_login(place.room.lead)

    def sent(days: list[date]) -> str:
        rows = [[upn, on.isoformat(), "I", "I", ""] for upn in register.upns for on in days]
        file = SimpleUploadedFile("attendance.csv", as_csv(EXAMPLE[0], rows))
        answer = client.post(reverse("attendance"), {"token": uuid7(), "file": file}, follow=True)
        return " ".join(strip_tags(html.unescape(answer.content.decode())).split())

    assert "more than six years ago" in sent(register.old), "it is not destroyed yet"
    with as_destroyer():
        assert destroy_due() == 1
    last = full_day(item.trigger_on)
    said = sent(register.old)
    assert f"Nothing was imported. 4 rows were left out: attendance up to {last} has been destroyed." in said
    said = sent([register.old[0], timezone.localdate() - timedelta(days=1)])
    assert f"Brought in: 2 days added. 2 rows were left out: attendance up to {last} has been destroyed." in said
    assert len(register.days(free)) == 2 and AttendanceFile.objects.latest("brought_at").rows_left_out == 2
    assert set(AttendanceDay.objects.filter(child=kept, on__in=register.old).values_list("am", flat=True)) == {"/"}


def test_nobody_but_the_destroyer_begins_or_ends_a_part(place: Office):
    item = lay_register(place, 1).approved()
    for role in ("web", "worker"):
        for statement in ("SELECT public.begin_part(%s)", "SELECT public.end_part(%s)"):
            with as_role(role), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement, [item.pk])
    with as_destroyer(), pytest.raises(DatabaseError, match="has not begun"), transaction.atomic():
        parts.has_more(item)
    for values in ({"ended_at": timezone.now()}, {"until": timezone.localdate()}):
        with as_destroyer(), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ItemPart.objects.update(**values)
