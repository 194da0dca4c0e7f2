"""Two people save in the same moment: what neither of them may lose of what the other did."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from safeguarding.accounts import services as accounts
from safeguarding.accounts.services import rota
from safeguarding.concerns.models import Concern, ConcernChild, ConcernNote, Decision, HowSoon
from safeguarding.concerns.services import deciding, drafts, earlier, escalation, naming, raising
from safeguarding.concerns.services.deciding import linking
from safeguarding.concerns.services.earlier import starting
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report
from safeguarding.exceptions import OutOfTurn
from tests import factories
from tests.earlier import ONE, pack
from tests.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
BOY = "Boy, Year 3, red coat"
S = Concern.Status


@pytest.fixture
def call(room):
    return raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, described=BOY)


def finish(call, room, **report):
    given = {
        "how_soon": HowSoon.RIGHT_NOW,
        "children": [ChildEntry("worried_about", kind="unnamed", description=BOY)],
        "account": AccountFacts(facts="He hides under the table."),
    }
    return raising.raise_concern(
        token=call.token, school=room.school, report=Report(**{**given, **report}), by=room.teacher
    )


def open_and_decide(call, by):
    concern = deciding.open_concern(concern=Concern.objects.get(pk=call.pk), by=by)
    ruling = deciding.Ruling(level=2, kind="in_school", rationale="Seen.", parents_told="yes", receipt="watching")
    return deciding.decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=by)


def in_between(monkeypatch, module: Any, name: str, do: Callable[[], Any]) -> list["Future[Any]"]:
    """Begins `do` when the service comes to the function `name`: after what it has read, before what it writes."""
    real, begun = getattr(module, name), []

    def stepped(*args, **kwargs):
        if not begun:
            begun.append(None)
            begun[0] = meanwhile(do)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, stepped)
    return begun


def test_what_a_lead_does_while_the_caller_presses_finish_stands(monkeypatch, room, call):
    begun = in_between(monkeypatch, raising, "_write", lambda: open_and_decide(call, room.lead))
    finish(call, room)
    decision = begun[0].result()
    now = Concern.objects.get(pk=call.pk)
    assert (now.status, now.level, now.acknowledged_by, now.decided_by) == (S.DECIDED, 2, room.lead, room.lead)
    assert now.finished_at is not None
    assert now.revision == 3
    assert list(Decision.objects.filter(concern=call)) == [decision]
    assert escalation.escalate_calls(at=timezone.now() + timedelta(hours=1)) == 0


def test_a_child_whom_a_lead_links_while_the_caller_presses_finish_stays_linked(monkeypatch, room, call):
    child, named = factories.child(room.school, by=room.office), ConcernChild.objects.get(concern=call)
    begun = in_between(
        monkeypatch, naming, "_write", lambda: deciding.link_child(named=named, child=child, by=room.lead)
    )
    finish(call, room)
    begun[0].result()
    now = ConcernChild.objects.get(concern=call)
    assert (now.child, now.linked_by, now.description) == (child, room.lead, BOY)


def test_a_lead_who_links_a_child_and_a_caller_who_finishes_do_not_wait_for_each_other(monkeypatch, room, call):
    """The one who comes second waits for the first, whoever that is."""
    child, named = factories.child(room.school, by=room.office), ConcernChild.objects.get(concern=call)
    begun = in_between(monkeypatch, linking, "record", lambda: finish(call, room))
    deciding.link_child(named=named, child=child, by=room.lead)
    begun[0].result()
    assert ConcernChild.objects.get(concern=call).child == child


def test_a_lead_opening_news_and_a_caller_adding_more_do_not_wait_for_each_other(monkeypatch, room):
    child = factories.child(room.school, by=room.office)
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, child=child)
    naming.take_out_of_call(token=call.token, child_id=child.pk, by=room.teacher)
    # The lead has a notice of that already, which is not opened: the account brings the same one again.

    def opens():
        with transaction.atomic():  # As the request of the page is.
            deciding.open_concern(concern=Concern.objects.get(pk=call.pk), by=room.lead)

    begun = in_between(monkeypatch, raising, "_write", opens)
    finish(call, room)
    begun[0].result()
    assert Concern.objects.get(pk=call.pk).acknowledged_by == room.lead


def test_a_draft_that_a_lead_opens_while_its_author_discards_it_stays(monkeypatch, room):
    token = uuid4()
    draft = drafts.save_draft(token=token, school_id=room.school.pk, content={}, author_id=room.teacher.pk)
    opened = in_between(monkeypatch, drafts, "_tell_author", lambda: drafts.discard_draft(draft=draft, by=room.teacher))
    drafts.open_draft(token=token, reason="She is away.", by=room.lead)
    with pytest.raises(OutOfTurn, match="has read this draft"):
        opened[0].result()
    assert drafts.unsent_as(token, by=room.teacher) is not None


def test_an_addition_that_a_lead_opens_while_its_author_sends_it_says_so(monkeypatch, room):
    concern, token = factories.concern(room), uuid4()
    drafts.save_draft(token=token, school_id=room.school.pk, content={}, author_id=room.teacher.pk, about=concern.pk)
    sent = in_between(
        monkeypatch,
        drafts,
        "_tell_author",
        lambda: raising.amend(account=concern.account, token=token, text="Monday.", reason="exact", by=room.teacher),
    )
    drafts.open_draft(token=token, reason="She is away.", by=room.lead)
    sent[0].result()
    assert "She is away." in ConcernNote.objects.get(concern=concern).text


def test_files_of_an_earlier_system_that_are_sent_twice_at_once_are_one_giving(monkeypatch, room):
    give = partial(
        earlier.start_batch,
        school=room.school,
        token=uuid4(),
        source="Paper",
        given=earlier.Given(pack=pack({"a.pdf": ONE})),
        by=room.lead,
    )
    begun = in_between(monkeypatch, starting, "_keep", give)
    assert give() == begun[0].result()


def test_two_who_change_the_order_of_calling_at_once_both_do(monkeypatch, room):
    begun = in_between(
        monkeypatch,
        rota,
        "set_call_order",
        lambda: rota.call_sooner(school=room.school, user_id=room.headteacher.pk, by=room.headteacher),
    )
    rota.call_sooner(school=room.school, user_id=room.deputy.pk, by=room.lead)
    begun[0].result()
    order = [place.user_id for place in accounts.call_order(room.school.pk, on=timezone.localdate())]
    assert order == [room.deputy.pk, room.headteacher.pk, room.lead.pk]
