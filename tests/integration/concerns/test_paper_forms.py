"""Is every numbered form accounted for, is it typed in once under whose words it is, and does somebody compare it with
the paper?
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.mentions import marker
from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Account, Amendment, Concern, Draft, Duty, Mention, PaperForm
from safeguarding.concerns.services import papers
from safeguarding.concerns.services.papers import Written
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.pages import on_one_line
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
TODAY = SCHOOL_DAY.date()


@pytest.fixture
def forms(room: Staffroom, clock: Any) -> list[PaperForm]:
    return papers.make_forms(school=room.school, batch=uuid7(), count=3, place="Office", by=room.lead)


def of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def begin(client: Client, number: str, **said: Any) -> Any:
    day = {"written_on_day": "23", "written_on_month": "11", "written_on_year": "2026", "written_at": "3:15pm"}
    return client.post(reverse("paper_enter"), {"number": number, **day, **said})


def send(client: Client, address: str, child: Any, **said: Any) -> Any:
    """The log form at `address` as it begins, filled in and sent."""
    shown = client.get(address).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', shown)
    assert key
    token = address.rstrip("/").rsplit("/", 1)[-1]
    begun = {name: texts[-1] for name, texts in Draft.objects.get(pk=token).content.items()}
    return client.post(
        reverse("log_concern"),
        begun
        | {
            "key": key[1],
            "who": str(child.pk),
            f"{child.pk}-role": "worried_about",
            "how_soon": "3",
            "observed_on_day": "23",
            "observed_on_month": "11",
            "observed_on_year": "2026",
            "place": "classroom",
            "how_known": "saw_or_heard",
            "category": "PHY",
            "marks_seen": "no",
            "told": "nobody",
            "send": "1",
            **said,
        },
    )


@pytest.mark.usefixtures("real_printer")
def test_a_lead_makes_numbered_forms_once_and_prints_those_that_nobody_has_used(clock, room, forms):
    client = of(room.lead)
    said = {"batch": str(uuid7()), "count": "2", "place": "Staff room"}
    for _ in range(2):
        assert client.post(reverse("paper_forms"), said).status_code == 303
    assert [f.reference for f in PaperForm.objects.order_by("number")] == [f"P-2026-000{n}" for n in range(1, 6)]
    wrong = client.post(reverse("paper_forms"), said | {"count": "31", "place": "Nursery"})
    assert wrong.status_code == 422
    assert "How many must be 30 or fewer" in wrong.content.decode()
    assert "Nursery" in wrong.content.decode()

    papers.settle_form(form=forms[1], move="spoil", by=room.lead)
    paper = Printed(client.get(reverse("paper_batch", args=[forms[0].batch])).content)
    assert "P-2026-0001" in paper.text
    assert "P-2026-0003" in paper.text
    assert "P-2026-0002" not in paper.text
    assert len(paper.pages()) == 4
    # Each side of a sheet that goes alone says its own number, and not those of the pile.
    fronts, backs = paper.pages()[::2], paper.pages()[1::2]
    for side, name in ((fronts, "Front"), (backs, "Overleaf")):
        for page, form in zip(side, (forms[0], forms[2]), strict=True):
            assert f"{room.school.name} {form.reference}" in page and page.count(name) >= 1
            assert " to P-" not in page
    register = client.get(reverse("paper_forms")).content.decode()
    assert "Staff room" in register
    assert "Spoiled" in register
    for person, status in ((room.deputy, 200), (room.teacher, 403), (room.office, 403)):
        assert of(person).get(reverse("paper_forms")).status_code == status
    assert (
        of(factories.staffroom("Gorse Hill Academy").lead)
        .get(reverse("paper_form_page", args=[forms[0].pk]))
        .status_code
        == 404
    )
    with pytest.raises(NotAllowed):
        papers.make_forms(school=room.school, batch=uuid7(), count=1, place="Hall", by=room.teacher)


def test_who_wrote_it_is_not_told_of_a_duty_about_a_child_that_a_conflict_hides_from_them(clock, room, forms):
    for number, forename, hides in ((1, "Rowan", False), (2, "Linden", True)):
        child = factories.child(room.school, forename, by=room.office)
        if hides:
            declare_conflict(user=room.teacher, child=child, kind="relative", by=room.teacher, at=SCHOOL_DAY)
        address = begin(of(room.lead), str(number), writer=str(room.teacher.pk)).headers["Location"]
        send(of(room.lead), address, child, facts="She told me of it.", category="HBA")
        duty = Duty.objects.get(concern=PaperForm.objects.get(number=number).concern_id)
        assert duty.owner == room.teacher
        assert Notice.objects.filter(user=room.teacher, kind="duty", object_id=duty.pk).exists() != hides
        page = of(room.lead).get(reverse("concern", args=[duty.concern_id])).content.decode()
        assert ("Harbour does not tell Jon Beckett of this duty" in page) == hides


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"number": "P-2026-0099"}, "No form of this school has that number"),
        ({"number": "seven"}, "No form of this school has that number"),
        ({"written_on_year": "2031"}, "must be today or in the past"),
        ({"writer": "other"}, "Enter the full name of who wrote it"),
        ({"writer": ""}, "Choose who wrote it"),
    ],
)
def test_what_the_sheet_says_of_itself_is_asked_for(room, forms, said, says):
    answer = begin(of(room.lead), **{"number": "1", "writer": "other", "writer_name": "", **said})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_lead_types_in_what_a_colleague_wrote_and_another_compares_it(clock, room, forms):
    rowan = factories.child(room.school, by=room.office)
    lead, deputy = of(room.lead), of(room.deputy)
    address = begin(lead, "P-2026-0001", writer=str(room.teacher.pk)).headers["Location"]
    assert begin(lead, "2026-1", writer=str(room.teacher.pk)).headers["Location"] == address

    answer = send(lead, address, rowan, facts="He was cold all day.")
    form, concern = PaperForm.objects.get(number=1), Concern.objects.get()
    page = reverse("paper_form_page", args=[form.pk])
    assert answer.headers["Location"] == page
    # Sent again, and gone back to: there is one.
    assert lead.get(address).headers["Location"] == page
    assert (concern.logged_by, Account.objects.get().author) == (room.teacher, room.teacher)
    assert (form.typed_by, form.concern_id, form.status) == (room.lead, concern.pk, "entered")
    assert Event.objects.filter(object_id=concern.pk, verb=Verb.CREATE, actor_id=room.lead.pk).count() == 1
    # Whose words they are finds them among their reports.
    own = of(room.teacher).get(reverse("report", args=[concern.pk])).content.decode()
    assert "He was cold all day." in own
    assert "Rowan Ashdown" in own

    unchecked = f'Typed from paper form <a href="{page}">P-2026-0001</a>, not checked yet.'
    seen = on_one_line(deputy.get(reverse("concern", args=[concern.pk])))
    assert unchecked in seen
    assert "written 23 November 2026, 3:15pm, by" in seen
    assert "not checked yet" in Printed(deputy.get(reverse("concern_paper", args=[concern.pk])).content).text

    assert "He was cold all day." in lead.get(page).content.decode()
    assert 'name="check"' not in lead.get(page).content.decode()
    assert lead.post(page, {"check": "1", "same": "yes"}).status_code == 403
    assert deputy.post(page, {"check": "1", "same": "no"}).status_code == 422
    wrong = {"check": "1", "same": "no", "corrections": "cold all morning, not all day"}
    assert deputy.post(page, wrong).status_code == 303
    again = of(room.headteacher).post(page, wrong | {"corrections": "typed at the same time"})
    assert again.status_code == 409
    assert "typed at the same time" in again.content.decode()
    form.refresh_from_db()
    added = Amendment.objects.get()
    assert (form.status, form.checked_by, added.author, added.reason) == (
        "checked",
        room.deputy,
        room.deputy,
        "correction",
    )
    assert "On the paper it says: cold all morning" in added.text
    assert Account.objects.get().facts == "He was cold all day."
    seen = on_one_line(deputy.get(reverse("concern", args=[concern.pk])))
    assert "not checked yet" not in seen
    assert "compared with it by Tom Aldous" in seen


def test_a_number_is_typed_in_once_and_only_who_may_see_it_is_told_where(clock, room, forms):
    rowan = factories.child(room.school, by=room.office)
    lead, deputy = of(room.lead), of(room.deputy)
    first = begin(lead, "1", writer="other", writer_name="Sam Hill, supply teacher").headers["Location"]
    second = begin(deputy, "1", writer=str(room.teacher.pk)).headers["Location"]
    assert first != second
    # The deputy said last whose words they are: the lead does not send them under that name.
    taken_over = send(lead, first, rowan)
    assert taken_over.status_code == 409
    assert "A colleague has begun to type in P-2026-0001 since you did." in taken_over.content.decode()
    begin(lead, "1", writer="other", writer_name="Sam Hill, supply teacher")
    assert send(lead, first, rowan).status_code == 303
    assert "by Sam Hill, supply teacher" in Account.objects.get().facts
    late = send(deputy, second, rowan, facts="Typed by the deputy.")
    assert late.status_code == 409
    assert "typed in by a colleague" in late.content.decode()
    assert Draft.objects.get(author=room.deputy).content["facts"] == ["Typed by the deputy."]
    assert Concern.objects.count() == 1

    reference = Concern.objects.get().reference
    assert f"as concern {reference}" in begin(deputy, "1", writer="other", writer_name="x").content.decode()
    told = begin(of(room.assistant), "1").content.decode()
    assert "P-2026-0001 has been typed in already. Each number is typed in once." in told
    assert reference not in told


def test_a_teacher_types_in_their_own_form_and_nobody_elses(clock, room, forms):
    rowan, teacher = factories.child(room.school, by=room.office), of(room.teacher)
    assert 'name="writer"' not in teacher.get(reverse("paper_enter")).content.decode()
    answer = send(teacher, begin(teacher, "2").headers["Location"], rowan, facts="She told me on the bus.")
    concern = Concern.objects.get()
    assert answer.headers["Location"] == reverse("report", args=[concern.pk])
    form = PaperForm.objects.get(number=2)
    assert (form.written_by, form.typed_by, concern.logged_by) == (room.teacher,) * 3
    assert teacher.get(reverse("paper_form_page", args=[form.pk])).status_code == 403
    words = {"content": {}, "written": Written(on=TODAY, by=room.lead)}
    with pytest.raises(NotAllowed):
        papers.begin_typing(form=forms[0], by=room.teacher, **words)
    with pytest.raises(BadInput):
        papers.begin_typing(form=forms[0], by=room.lead, content={}, written=Written(on=TODAY))
    # On another day, with a fresh eye, who typed it in may compare it: if they read concerns.
    clock.shift(timedelta(days=1))
    with pytest.raises(NotAllowed):
        papers.check_form(form=form, by=room.teacher)
    assert papers.check_form(form=form, by=room.lead).status == "checked"
    assert not Amendment.objects.exists()


def test_who_typed_it_in_compares_it_on_another_day_where_nobody_else_is_there(clock, room, forms):
    rowan, lead = factories.child(room.school, by=room.office), of(room.lead)
    send(lead, begin(lead, "3", writer=str(room.teacher.pk)).headers["Location"], rowan, facts="Cold.")
    form = PaperForm.objects.get(number=3)
    with pytest.raises(NotAllowed):
        papers.check_form(form=form, by=room.lead)
    clock.shift(timedelta(days=1))
    hazel = factories.child(room.school, "Hazel", "Reed", by=room.office)
    says = f"with {marker(hazel.pseudonym)}"
    assert papers.check_form(form=form, corrections=says, by=room.lead).checked_by == room.lead
    assert Mention.objects.get().child_key == hazel.pk


def test_what_is_put_away_is_found_again_before_it_is_typed_in(clock, room, forms):
    client, page = of(room.lead), reverse("paper_form_page", args=[forms[0].pk])
    for move, state in (("miss", "missing"), ("find", "out"), ("give_back", "returned")):
        assert client.post(page, {move: "1"}).status_code == 303
        assert PaperForm.objects.get(number=1).status == state
        assert client.get(reverse("paper_forms")).status_code == client.get(page).status_code == 200
    assert client.post(page, {"spoil": "1"}).status_code == 409
    refused = begin(client, "1", writer=str(room.teacher.pk))
    assert "“back unused”" in refused.content.decode()
    client.post(page, {"find": "1"})
    assert begin(client, "1", writer=str(room.teacher.pk)).status_code == 303
    with pytest.raises(OutOfTurn):
        papers.settle_form(form=forms[0], move="miss", by=room.lead)
    with pytest.raises(NotAllowed):
        papers.settle_form(form=forms[1], move="spoil", by=room.teacher)
