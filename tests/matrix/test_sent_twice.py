"""Does each form with a token, sent twice, do once what it does, and answer twice alike? And do the words of every form
stay while the database is away?

Every page is opened by somebody who may send its forms; each form is filled in and sent, and sent again. A form that is
not taken needs a line in `forms.py`, a class of forms that no page showed a way to it: both fail by name.
"""

import gc
from collections.abc import Iterator

import pytest
from django import forms

from safeguarding.keys import uuid7
from sharing.notice.models import NoticeDetails
from tests.matrix import sending
from tests.matrix.asking import Matrix
from tests.matrix.filling import PageForm
from tests.matrix.forms import OTHERWISE, TYPED, Way
from tests.matrix.policy import read
from tests.matrix.saving import NO_FORM, SAVED, saved, some_columns
from tests.matrix.sending import Sent
from tests.matrix.world import World

# Extended by other forms, and never made themselves.
MERE_BASES = {
    "children.forms.keeping.adults.PersonForm",
    "children.forms.keeping.adults._LinkFields",
    "children.forms.keeping.adults._PersonFields",
    "children.forms.keeping.base.AlikeForm",
    "children.forms.keeping.base.ClassFields",
    "children.forms.keeping.base.KeepForm",
    "children.forms.keeping.facts.FactsForm",
    "children.forms.keeping.facts.OnceMoreForm",
    "children.forms.keeping.rows.SharedForm",
    "children.forms.keeping.rows._AddressForm",
    "children.forms.keeping.rows._StayFields",
    "children.forms.safeguards.SafeguardForm",
    "retention.forms.statements.StatementForm",
    "safeguarding.adults.forms.working._Moving",
    "safeguarding.adults.forms.working._Prefixed",
    "safeguarding.concerns.forms.agencies.Dated",
    "safeguarding.concerns.forms.agencies.StepForm",
    "safeguarding.concerns.forms.agencies._Expecting",
    "safeguarding.concerns.forms.pastoral.WithToken",
    "safeguarding.plans.forms.columns.TokenForm",
    "sharing.events.forms.following._StepForm",
    "sharing.transfers.forms.sendings._FileForm",
    "sharing.transfers.forms.transfers._NoteForm",
}


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:
    yield Matrix(world, read())


@pytest.fixture(scope="module")
def sent(matrix: Matrix) -> Sent:
    return sending.send_all(matrix, sending.ways(matrix))


def test_form_sent_twice_writes_once(sent: Sent):
    assert not sent.wrong, "\n".join(sent.wrong)


def test_words_stay_while_the_database_is_away(matrix: Matrix, sent: Sent):
    sent.away.look_at_the_rest(matrix)
    assert not sent.away.wrong, "\n".join(sent.away.wrong)
    takes_forms = {page for page, entry in matrix.policy.pages.items() if entry["POST"] != "closed"}
    assert takes_forms <= sent.away.pages and len(takes_forms) >= 302


def test_each_class_of_forms_is_sent(sent: Sent):
    assert not unsent(sent), f"no page showed a form of {', '.join(unsent(sent))}: give a way to it in forms.py"


def test_each_line_is_needed(sent: Sent):
    assert {*TYPED, *OTHERWISE} <= sent.names
    assert not MERE_BASES & {full_name(one) for one in sent.classes}


def test_new_class_of_forms_is_named(sent: Sent):
    named = type("BrandNewForm", (forms.Form,), {"token": forms.UUIDField(), "__module__": "safeguarding.visits.forms"})
    assert unsent(sent) == [full_name(named)]
    del named
    gc.collect()


def test_form_that_needs_a_line_is_named(matrix: Matrix, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(TYPED, "answer_times")
    [wrong] = sending.send_all(matrix, [Way("answer_times", "lead")]).wrong
    assert wrong.startswith("answer_times (answer_times by lead): was not taken")


def test_second_row_is_noticed(matrix: Matrix, monkeypatch: pytest.MonkeyPatch):
    sent = PageForm.sent
    monkeypatch.setattr(PageForm, "sent", lambda form: sent(form) | {"token": str(uuid7())})
    [wrong] = sending.send_all(matrix, [Way("add_entry", "lead", "open")]).wrong
    assert wrong.endswith("the second press wrote concerns_chronicled, concerns_chronologyentry, event add")


def test_each_table_of_some_columns_has_a_form_or_a_reason():
    assert sorted([*SAVED, *NO_FORM]) == sorted(some_columns())


def test_row_of_some_columns_is_saved_again_as_web(matrix: Matrix):
    wrong = [problem for table in SAVED for problem in saved(matrix, table)]
    assert not wrong, "\n".join(wrong)


def test_save_of_every_column_is_noticed(matrix: Matrix, monkeypatch: pytest.MonkeyPatch):
    save = NoticeDetails.save
    monkeypatch.setattr(NoticeDetails, "save", lambda row, **named: save(row))
    [wrong] = saved(matrix, "notice_noticedetails")
    # With the words that were typed, as on every form.
    assert "answers 503" in wrong


def unsent(sent: Sent) -> list[str]:
    """The classes of forms with a token of which none was taken."""
    there = {full_name(one) for one in sending.classes_with_token()}
    return sorted(there - MERE_BASES - {full_name(one) for one in sent.classes})


def full_name(form: type[forms.BaseForm]) -> str:
    return f"{form.__module__}.{form.__qualname__}"
