"""What may a form's key keep without its author's session, how much may one person keep, and what becomes of the rest?

It stays on the page.
"""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from children.services.imports import start_import
from safeguarding import disk
from safeguarding.accounts.services import deactivate_person, end_role
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Account, Concern, Draft, KeptText
from safeguarding.concerns.services import draft_limits, raising
from safeguarding.concerns.services.draft_limits import MOST_A_DAY, MOST_IN_ONE, MOST_NEW
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7
from safeguarding.sealing.services.backing_up import back_up
from tests import factories
from tests.factories import SCHOOL_DAY, child

from .log_page import LOG, opened, signed_in, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
KEEP = "/log/keep/"
FORTNIGHT = timedelta(days=14)
WORDS = "He was quiet all day."


def keep(client, form, facts=WORDS, **more):
    return client.post(KEEP, {**form, "facts": facts, **more})


def facts_kept():
    return sorted(draft.content["facts"][0] for draft in Draft.objects.all())


# --- without the session of its author


def test_a_key_alone_writes_for_fourteen_days_after_the_form_was_last_used_signed_in(cast, clock):
    author, stranger = signed_in(cast.teacher), Client()
    address, form = opened(author)
    clock.shift(FORTNIGHT)
    assert "sign in again to send it" in keep(stranger, form, "On the last day.").json()["saved"]
    clock.shift(timedelta(minutes=1))
    late = keep(stranger, form, "A minute later.")
    assert late.status_code == 422 and "sign in on a page beside it" in late.json()["problem"]
    assert facts_kept() == ["On the last day."]
    # Used with the session, the same page writes on, and by itself for as long again.
    author.force_login(cast.teacher)
    assert keep(author, form, "Signed in.").status_code == 200
    clock.shift(FORTNIGHT)
    assert keep(stranger, form, "Two weeks on.").status_code == 200
    clock.shift(timedelta(minutes=1))
    assert keep(stranger, form, "Too late.").status_code == 422
    # With the session neither key nor draft ever ends.
    clock.shift(timedelta(days=400))
    author.force_login(cast.teacher)
    assert keep(author, form, "A year later.").status_code == 200
    assert "A year later." in author.get(address).content.decode()


@pytest.mark.parametrize("button", ["send", "draft", "add"])
def test_what_a_key_keeps_no_more_waits_on_the_page_out_of_sight_and_is_sent_after_signing_in(cast, clock, button):
    author = signed_in(cast.teacher)
    _, form = opened(author)
    clock.shift(FORTNIGHT + timedelta(minutes=1))
    page = Client().post(LOG, {**whole(form, facts=WORDS), "send": [], button: "unborn"})
    body = page.content.decode()
    assert page.status_code == 403 and not Draft.objects.exists()
    assert f'<input type="hidden" name="facts" value="{WORDS}">' in body and "What you typed</h" not in body
    assert f"<p>{WORDS}" not in body
    author.force_login(cast.teacher)
    assert author.post(LOG, whole(form, facts=WORDS, send=[], draft="")).status_code == 303
    assert facts_kept() == [WORDS]


def test_the_key_of_an_account_that_is_closed_writes_nothing(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    deactivate_person(user=cast.teacher)
    assert keep(Client(), form).status_code == 422
    assert Client().post(LOG, whole(form, draft="", send=[])).status_code == 403
    assert not Draft.objects.exists()


def test_the_name_of_a_page_is_signed_into_its_key_so_there_are_no_more_drafts_than_pages(cast):
    """One key, and as many pages as a script can make up: before, each of them was a draft of its own."""
    client = signed_in(cast.teacher)
    address, form = opened(client)
    second = {**form, "key": client.get(address).context["key"]}
    keep(client, second, "Typed in the second window.")
    for number in range(6):
        keep(Client(), form, f"Made up {number}.", page=str(uuid7()), knows="0")
    assert facts_kept() == ["Made up 5.", "Typed in the second window."]


def test_other_words_after_sending_are_one_addition_for_each_page(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    client.post(LOG, whole(form, rowan))
    for number in range(4):
        keep(Client(), form, f"Then he said {number}.", page=str(uuid7()))
    assert [draft.content["text"] for draft in Draft.objects.all()] == [["Then he said 3."]]


def test_a_page_of_a_call_keeps_one_draft_whatever_is_pressed_on_it_signed_out(cast):
    client = signed_in(cast.teacher)
    key = client.get("/call/").context["form"]["key"].value()
    for number in range(4):
        Client().post("/call/", {"key": key, "line": f"Come to room {number}", "find": ""})
    assert facts_kept() == ["Come to room 3"]
    # Sent, it is a report: what is pressed on the page after that is another.
    draft = Draft.objects.get()
    form = client.get(f"/log/{draft.pk}/").context
    sent = whole({"key": form["key"], "knows": str(form["draft"].revision)}, child(cast.school), facts="Come to room 3")
    assert client.post(LOG, sent).status_code == 303 and Concern.objects.get().token == draft.pk
    Client().post("/call/", {"key": key, "line": "Come back", "find": ""})
    assert facts_kept() == ["Come back"]


def test_signed_out_a_call_is_not_made_longer_without_end(cast, monkeypatch):
    monkeypatch.setattr(draft_limits, "MOST_IN_ONE", 1_000)
    client = signed_in(cast.teacher)
    key = client.get("/call/").context["form"]["key"].value()
    with time_machine.travel(SCHOOL_DAY, tick=False):
        token = uuid4()
        given = {"token": token, "school": cast.school, "by": cast.teacher, "signed_in": False}
        raising.call_lead(line="x" * 600, **given)
        assert raising.call_lead(line="Come now", **given)
        with pytest.raises(BadInput, match="longer than"):
            raising.call_lead(line="y" * 600, **given)
    assert Account.objects.get().facts == f"{'x' * 600}\n\nCome now"
    assert key


def test_words_of_the_page_of_a_concern_are_kept_by_its_key_alone_for_fourteen_days(cast, concern, clock):
    lead = signed_in(cast.lead)
    page, note = reverse("concern", args=[concern.pk]), reverse("add_note", args=[concern.pk])
    key = lead.get(page).context["key"]
    typed = {"key": key, "text": "Rang the carer.", "token": str(uuid4())}
    clock.shift(FORTNIGHT + timedelta(minutes=1))
    late = Client().post(note, typed)
    assert late.status_code == 403 and 'value="Rang the carer."' in late.content.decode()
    assert not KeptText.objects.exists()
    clock.shift(timedelta(minutes=-2))
    assert Client().post(note, typed).status_code == 303
    assert KeptText.objects.get().content["text"] == ["Rang the carer."]


# --- after a role has ended, and for roles that log nothing


def test_after_a_role_has_ended_one_finishes_what_was_begun_and_begins_nothing(cast, clock):
    client = signed_in(cast.teacher)
    address, begun = opened(client)
    keep(client, begun, "Begun in time.")
    _, open_page = opened(client)
    clock.shift(timedelta(days=2))
    end_role(assignment=cast.teacher.assignments.get(), last_day=SCHOOL_DAY.date())
    client.force_login(cast.teacher)
    # What was begun, and what stood open while the role was held.
    assert keep(client, begun, "Finished later.").status_code == 200
    assert keep(client, open_page, "Opened in time.").status_code == 200
    new = {"key": tokens.issue(cast.teacher, school_id=cast.school.pk)}
    refused = keep(client, new, "Begun afterwards.")
    assert refused.status_code == 422 and "nothing new is begun" in refused.json()["problem"]
    assert facts_kept() == ["Finished later.", "Opened in time."]
    shown = client.post(LOG, whole(new, facts="Begun afterwards.", draft="", send=[]))
    assert shown.status_code == 403 and "Begun afterwards." in shown.content.decode()
    assert address


@pytest.mark.parametrize("role", ["auditor", "it_admin", "governor"])
def test_a_role_that_may_log_nothing_begins_nothing_with_the_key_of_another_page(cast, role):
    person = factories.member(cast.school, role, "Vic", "Marsh")
    client = signed_in(person)
    form = {"key": tokens.issue(person, school_id=cast.school.pk)}
    assert keep(client, form).status_code == 422
    assert keep(Client(), form).status_code == 422
    damaged = client.post(LOG, {"key": "half a k", "facts": WORDS})
    assert damaged.status_code == 403 and WORDS in damaged.content.decode()
    assert not Draft.objects.exists()
    mine = signed_in(cast.teacher)
    assert keep(mine, opened(mine)[1]).status_code == 200


# --- how much


def test_a_form_of_more_than_four_megabytes_is_said_and_stays_on_the_page(cast):
    client = signed_in(cast.teacher)
    address, form = opened(client)
    long = "ü" * (MOST_IN_ONE // 2 + 1)
    assert keep(client, form, "x" * (MOST_IN_ONE - 1_000)).status_code == 200
    answer = keep(client, form, long)
    assert answer.status_code == 422 and "longer than 4 million letters" in answer.json()["problem"]
    page = client.post(LOG, whole(form, facts=long, send=[], draft=""))
    body = page.content.decode()
    assert page.status_code == 422 and "longer than 4 million letters" in body and long in body
    assert page.context["form"]["facts"].value() == long
    assert Draft.objects.get().size < MOST_IN_ONE and address


def test_twenty_new_drafts_a_day_and_the_next_is_said_to_be_one_too_many(cast, clock):
    client = signed_in(cast.teacher)
    given = {"school_id": cast.school.pk, "author_id": cast.teacher.pk, "content": {"facts": ["x"]}}
    for number in range(MOST_NEW):
        save_draft(token=uuid4(), at=SCHOOL_DAY + timedelta(minutes=number), **given)
    clock.shift(timedelta(minutes=MOST_NEW))
    client = signed_in(cast.teacher)
    _, form = opened(client)
    answer = keep(client, form)
    assert answer.status_code == 422 and f"begun {MOST_NEW} drafts since yesterday" in answer.json()["problem"]
    page = client.post(LOG, whole(form, send=[], draft="", facts=WORDS))
    assert page.status_code == 429 and WORDS in page.content.decode()
    assert Draft.objects.count() == MOST_NEW
    # A report is sent all the same, a colleague has their own, and the next day is another one.
    assert client.post(LOG, whole(form, child(cast.school), facts=WORDS)).status_code == 303
    colleague = signed_in(cast.assistant)
    assert keep(colleague, opened(colleague)[1]).status_code == 200
    clock.shift(timedelta(days=1))
    client.force_login(cast.teacher)
    assert keep(client, opened(client)[1]).status_code == 200


def test_ten_megabytes_a_day_and_a_draft_that_is_written_on_counts_once(cast, clock):
    client = signed_in(cast.teacher)
    _, one = opened(client)
    for _ in range(4):
        assert keep(client, one, "x" * 3_900_000).status_code == 200
    _, two = opened(client)
    assert keep(client, two, "y" * 3_900_000).status_code == 200
    _, three = opened(client)
    rest = MOST_A_DAY - sum(draft.size for draft in Draft.objects.all())
    answer = keep(client, three, "z" * rest)
    assert answer.status_code == 422 and "10 million letters" in answer.json()["problem"]
    assert keep(client, three, "z" * (rest - 1_000)).status_code == 200
    clock.shift(timedelta(days=1, minutes=1))
    client.force_login(cast.teacher)
    assert keep(client, opened(client)[1], "z" * rest).status_code == 200


# --- a full disk


@pytest.fixture
def full_disk(monkeypatch):
    """Almost nothing is free where Harbour keeps what is its own."""
    said = SimpleNamespace(free=disk.LEAST_BYTES - 1, total=2**40)
    monkeypatch.setattr(disk, "_usage", lambda: said)
    return said


def test_a_full_disk_takes_no_form_and_every_word_stays_on_the_page(cast, concern, full_disk):
    full_disk.free = disk.LEAST_BYTES
    client, lead = signed_in(cast.teacher), signed_in(cast.lead)
    _, form = opened(client)
    key = lead.get(reverse("concern", args=[concern.pk])).context["key"]
    full_disk.free -= 1
    for page in (
        client.post(LOG, whole(form, child(cast.school), facts=WORDS)),
        Client().post(LOG, whole(form, facts=WORDS)),
    ):
        assert page.status_code == 503 and WORDS in page.content.decode()
    assert keep(client, form).status_code == 503
    note = {"key": key, "text": "Rang the carer.", "token": str(uuid4())}
    assert "Rang the carer." in lead.post(reverse("add_note", args=[concern.pk]), note).content.decode()
    assert Client().post(reverse("add_note", args=[concern.pk]), note).status_code == 503
    assert lead.post(reverse("act_as"), {"acting": f"{cast.school.pk}:lead"}).status_code == 302
    assert not Draft.objects.exists() and Concern.objects.count() == 1 and not concern.notes.exists()
    assert lead.get(reverse("concern", args=[concern.pk])).status_code == 200
    full_disk.free += 1
    assert keep(client, form).status_code == 200


def test_a_disk_that_is_nearly_full_takes_words_and_neither_files_nor_imports(cast, full_disk):
    full_disk.free, full_disk.total = 50 * 2**30, 1000 * 2**30
    client = signed_in(cast.teacher)
    assert keep(client, opened(client)[1]).status_code == 200
    with pytest.raises(BadInput, match="no files can be attached"):
        disk.ensure_room()
    with transaction.atomic(), pytest.raises(BadInput, match="no children can be imported"):
        start_import(school=cast.school, file_name="a.csv", chunks=[b"a"], by=cast.office)
    full_disk.free = full_disk.total // 2
    disk.ensure_room()


def test_no_backup_is_begun_on_a_full_disk(full_disk):
    run = back_up(at=SCHOOL_DAY, now=lambda: SCHOOL_DAY)
    assert "The disk is full" in run.problem
