"""Is a form's key known only to the person who opened the form?"""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from safeguarding.concerns import tokens
from safeguarding.exceptions import BadInput

JON, AMY = SimpleNamespace(pk=uuid4()), SimpleNamespace(pk=uuid4())


def test_the_key_comes_back_for_who_opened_the_form():
    known = uuid4()
    assert tokens.read(tokens.issue(JON, known), JON) == known
    assert tokens.read(tokens.issue(JON), JON) != tokens.read(tokens.issue(JON), JON)


@pytest.mark.parametrize("spoilt", [lambda s: s[:-1], lambda s: "x" + s, lambda s: str(uuid4()), lambda s: ""])
def test_a_key_that_was_not_issued_is_refused(spoilt):
    with pytest.raises(BadInput):
        tokens.read(spoilt(tokens.issue(JON)), JON)


def test_a_key_of_somebody_else_is_refused():
    with pytest.raises(BadInput):
        tokens.read(tokens.issue(JON), AMY)


def test_a_key_says_whose_it_is_to_a_server_that_no_longer_knows_who_asks():
    known, school_id = uuid4(), uuid4()
    key = tokens.whose(tokens.issue(JON, known, school_id=school_id))
    assert key == tokens.FormKey(known, JON.pk, school_id)
    assert tokens.whose(tokens.issue(JON, known)) == tokens.FormKey(known, JON.pk, None)


@pytest.mark.parametrize("spoilt", [lambda s: s[:-1], lambda s: s.replace(str(JON.pk), str(AMY.pk)), lambda s: ""])
def test_a_spoilt_key_says_nothing(spoilt):
    assert tokens.whose(spoilt(tokens.issue(JON))) is None
