"""Four records are due. One is held, one is kept, two are destroyed: in the browsers of those who decide it, and by the
process that destroys, from the list of what is due to the certificate.

What people do is three weeks ago; the process works today, by clocks that nobody has set.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone
from kombu import Connection
from playwright.sync_api import Locator, Page, expect
from uuid_utils import compat

from children.models import Child
from retention.models import Approval, Decision, DestructionList
from retention.services.holds import set_hold
from retention.tasks import close, destroy
from safeguarding.accounts.models import User
from safeguarding.accounts.services.access import answer_conflict_question
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.attaching import attach
from safeguarding.concerns.services.deciding import Ruling, close_concern, decide, open_concern
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.ending.removal import left_of
from safeguarding.keys import uuid7
from safeguarding.launch.redis import Queue
from safeguarding.sealing import files
from safeguarding.sealing.models import KEYS, SubjectKey
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.functional.everybody import case, usable
from tests.functional.steps import sign_in
from tests.integration.retention.conftest import Office, days_ago, make_office, time_was_looked_at
from tests.integration.retention.dying import keep_on_disk
from tests.pdfs import Printed
from tests.signed_in import give_factor, next_code
from tests.waiting import until
from tests.workers import Start

READ = "Read in full. Nobody has asked for any of it."
ASKED = "Her sister has asked for a copy, and has not had it."
WORDS = "Ida had no coat again and would not say why."
# Longer ago than the fourteen days, and than a scan and a seal may be: both are made again before the process begins.
THREE_WEEKS = timedelta(days=21)
# An entry of the last twelve months keeps a record, and its key tells when it was made.
TWO_YEARS = timedelta(days=730)
Then = Callable[..., AbstractContextManager[Office]]


@pytest.fixture
def three_weeks_ago(server: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Then:
    """`with three_weeks_ago("Saltmarsh Lane") as place`: a school of this name, and its people, then.

    Files lie where the process looks for them, and the keys of epochs, which it changes, are the test's own.
    """
    keep_on_disk(settings, tmp_path)
    settings.EPOCH_KEYS_PATH = Path(shutil.copy(settings.EPOCH_KEYS_PATH, tmp_path))
    # Keys tell when they were made, by the clock that the test has set.
    made = compat.uuid7
    monkeypatch.setattr(compat, "uuid7", lambda: UUID(bytes=int(time.time() * 1000).to_bytes(6) + made().bytes[6:]))

    @contextmanager
    def then(name: str) -> Iterator[Office]:
        now = timezone.now()
        with time_machine.travel(now - TWO_YEARS):
            made = make_office(name)
            give_factor(made.room.headteacher)
        with time_machine.travel(now - THREE_WEEKS):
            yield made

    return then


def four_due(place: Office) -> list[Child]:
    """Ida, of whom there was a concern with a file; Ola; Tess; and Wyn, for whom the police have asked."""
    children = [
        place.leaver(*name)
        for name in (("Ida", "Thornfield"), ("Ola", "Brook"), ("Tess", "Marlow"), ("Wyn", "Hartley"))
    ]
    with time_machine.travel(timezone.now() - TWO_YEARS):
        concern_of_long_ago(place, children[0])
    place.due(*children)
    set_hold(
        school=place.school,
        token=uuid7(),
        child=children[3],
        scope="child",
        kind="police",
        reason="The police have asked.",
        review_on=timezone.localdate() + timedelta(days=90),
        by=place.room.deputy,
    )
    return children


def concern_of_long_ago(place: Office, child: Child) -> Concern:
    room, at = place.room, days_ago(5000)
    concern = factories.concern(room, at=at, facts=WORDS, children=[ChildEntry(role="worried_about", child=child)])
    concern = open_concern(concern=concern, by=room.lead, at=at)
    upload = Upload("Seen at the gate.txt", b"No coat.")
    assert attach(concern=concern, token=uuid7(), uploads=[upload], by=room.lead, at=at).kept
    concern.refresh_from_db()
    ruling = Ruling(
        level=2, kind="in_school", rationale="Her aunt brings a coat.", parents_told="yes", receipt="in_school"
    )
    decide(concern=concern, token=uuid7(), seen=concern.revision, ruling=ruling, by=room.lead, at=at)
    concern.refresh_from_db()
    return close_concern(
        concern=concern,
        seen=concern.revision,
        outcome="helped_in_school",
        reason="Settled.",
        receipt="in_school",
        by=room.lead,
        at=at,
    )


def arrives(page: Page, person: User, place: Office, at: str = "/") -> Page:
    """Signed in, and asked nothing first: the question of the school year is answered."""
    answer_conflict_question(user=person, school_id=place.school.pk, has_connection=False)
    sign_in(page, person.username, at=at)
    return page


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("main").get_by_role("region", name=title, exact=True)


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).first.click()


def finds_the_hold(page: Page) -> None:
    """From the menu, below Retention."""
    menu(page, "Retention")
    due = panel(page, "Due")
    expect(due.get_by_role("row").filter(has_text="Wyn Hartley")).to_contain_text("A hold keeps this record.")
    expect(due.get_by_role("checkbox")).to_have_count(3)
    menu(page, "Legal holds")
    page.get_by_role("main").get_by_role("link", name="H-").first.click()
    expect(page.get_by_text("The police have asked.")).to_be_visible()


def puts_on_a_list(page: Page, *names: str) -> None:
    menu(page, "Retention")
    for name in names:
        panel(page, "Due").get_by_label(name).check()
    page.get_by_role("button", name="Put on a list").click()
    expect(page.get_by_role("heading", name="Destruction list")).to_be_visible()


def decides(page: Page, name: str, answer: str, why: str, until_day: date | None = None) -> None:
    """What becomes of one record of the list; nothing is saved yet."""
    record = page.get_by_role("main").get_by_role("region", name=name)
    record.get_by_label(answer, exact=True).check()
    record.get_by_label("Why", exact=True).fill(why)
    if until_day:
        record.get_by_text("Keep until, and paper").click()
        group = record.get_by_role("group", name="Keep until")
        for box, number in (("Day", until_day.day), ("Month", until_day.month), ("Year", until_day.year)):
            group.get_by_label(box).fill(str(number))


def sends(page: Page) -> None:
    page.get_by_role("button", name="Save every decision").last.click()
    expect(page.get_by_text("Saved:")).to_be_visible()
    panel(page, "Send to be approved").get_by_role("button").click()
    expect(page.get_by_text("have been told")).to_be_visible()


def advises(page: Page) -> None:
    form = panel(page, "Data protection officer")
    form.get_by_label("No objection").check()
    form.get_by_label("In words").fill("The schedule was followed.")
    form.get_by_role("button", name="Save your advice").click()
    expect(page.get_by_text("Your advice is on the list.")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Thornfield")


def approves(page: Page, head: User) -> None:
    """With a code, because the one of signing in is older than five minutes."""
    form = panel(page, "Approve")
    expect(form.get_by_text("Dev Anand")).to_contain_text("no objection")
    for tick in ("I am not the person who reviewed", "has been asked", "I have read the reason"):
        form.get_by_label(tick).check()
    form.get_by_role("button", name="Approve and start the fourteen days").click()
    expect(page.get_by_role("heading", name="Enter your code again")).to_be_visible()
    page.get_by_role("main").get_by_label("Code from your app").fill(next_code(head))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("14 days left")).to_be_visible()


def decided_then() -> None:
    """The database says when something is decided and approved, by its own clock: that was then, too."""
    Decision.objects.update(decided_at=timezone.now() - timedelta(hours=1))
    Approval.objects.update(approved_at=timezone.now())


def destroyed_by_the_process(queue: Queue, process: subprocess.Popen[bytes], on_list: DestructionList) -> None:
    """Woken as by the beat, it destroys what was approved, looks for what is left, and goes on waiting."""
    with Connection(queue.url) as connection:
        destroy.apply_async(connection=connection)
    until(lambda: DestructionList.objects.get(pk=on_list.pk).checked_at, seconds=120)
    assert process.poll() is None
    assert close() == 1


def is_found_nowhere(page: Page, child: Child, concern: Concern) -> None:
    page.locator("#find-anything").fill("Thornfield")
    page.locator("#find-anything").press("Enter")
    expect(page.get_by_role("main")).not_to_contain_text("Ida")
    for address in (f"/children/{child.pk}/chronology/", f"/concerns/{concern.pk}/"):
        answer = page.goto(address)
        assert answer is not None and answer.status == 404


def reads_the_certificate(page: Page, on_list: DestructionList) -> None:
    page.goto(f"/retention/lists/{on_list.pk}/")
    expect(panel(page, "Carried out")).to_contain_text("2 records were destroyed")
    expect(page.get_by_role("main")).not_to_contain_text("Ida")
    usable(page, check_rules=False)
    page.get_by_role("button", name="Certificate", exact=True).click()
    expect(page.get_by_role("heading", name="Certificate of destruction")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Total")).to_contain_text("2")
    usable(page)
    address = page.get_by_role("button", name="Print or save as PDF").get_attribute("href") or ""
    paper = Printed(page.context.request.get(address).body()).text
    for said in (page.get_by_role("main").inner_text(), paper):
        assert on_list.reference in said and "Rule R02 version 1" in said
        assert not any(word in said for word in ("Thornfield", "Ida", "Brook", READ, WORDS))


def test_from_what_is_due_to_the_certificate(
    three_weeks_ago: Then, new_person: Callable[..., Page], start_worker: Start, queue: Queue
) -> None:
    with case("without scripts"), three_weeks_ago("Weir Road Primary School") as place:
        decided_approved_and_stopped(new_person(java_script_enabled=False), place)

    with three_weeks_ago("Saltmarsh Lane Primary School") as place:
        room = place.room
        ida, ola, tess, wyn = four_due(place)
        concern = Concern.objects.get()
        page = arrives(new_person(), room.lead, place)
        finds_the_hold(page)
        puts_on_a_list(page, "Ida Thornfield", "Ola Brook", "Tess Marlow")
        on_list = DestructionList.objects.get(school=place.school)
        here = f"/retention/lists/{on_list.pk}/"
        decides(page, "Ida Thornfield", "Destroy", READ)
        decides(page, "Ola Brook", "Destroy", READ)
        decides(page, "Tess Marlow", "Keep", ASKED, timezone.localdate() + timedelta(days=200))
        usable(page)
        sends(page)

        advises(arrives(page, place.officer, place, at=here))
        arrives(page, room.headteacher, place, at=here)
        with time_machine.travel(timezone.now() + timedelta(minutes=10)):
            approves(page, room.headteacher)
            decided_then()
        page.reload()
        usable(page, check_rules=False)

    time_was_looked_at()
    destroyed_by_the_process(queue, start_worker(role="destroyer"), on_list)
    arrives(page, room.lead, place)
    is_found_nowhere(page, ida, concern)
    reads_the_certificate(page, on_list)
    gone = [ida.pk, ola.pk, concern.pk]
    left = Child.objects.filter(school=place.school).values_list("pk", flat=True)
    assert set(left) == {tess.pk, wyn.pk} and left_of(gone) == []
    assert list(files.stored_names()) == []
    assert not any(SubjectKey.objects.using(KEYS).filter(pk__in=gone).values_list("wrapped", flat=True))


def decided_approved_and_stopped(page: Page, place: Office) -> None:
    """A list, by three people who have no scripts."""
    room = place.room
    place.due(place.leaver("Ida", "Thornfield"), place.leaver("Ola", "Brook"))
    arrives(page, room.lead, place)
    puts_on_a_list(page, "Ida Thornfield", "Ola Brook")
    here = f"/retention/lists/{DestructionList.objects.get(school=place.school).pk}/"
    decides(page, "Ida Thornfield", "Destroy", READ)
    decides(page, "Ola Brook", "Keep", ASKED)
    page.get_by_role("button", name="Save every decision").last.click()
    problem = page.get_by_role("alert", name="There is a problem")
    # Both are due on one day: either may be the first.
    expect(problem).to_contain_text(re.compile(r"Record [12]: enter a day after today"))
    decides(page, "Ola Brook", "Destroy", READ)
    sends(page)

    advises(arrives(page, place.officer, place, at=here))
    arrives(page, room.headteacher, place, at=here)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        approves(page, room.headteacher)
    page.get_by_role("button", name="Stop this destruction").click()
    expect(page.get_by_text("Stopped. The records stay")).to_be_visible()
    usable(page, check_rules=False)
    assert Child.objects.filter(school=place.school).count() == 2
    assert DestructionList.objects.get(school=place.school).status == "stopped"
