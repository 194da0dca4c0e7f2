"""Does a form's key say whose it is, and nothing when it was not issued here?"""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from safeguarding.concerns import tokens

JON, AMY = SimpleNamespace(pk=uuid4()), SimpleNamespace(pk=uuid4())


def test_a_key_says_whose_it_is_to_a_server_that_no_longer_knows_who_asks():
    known, school_id = uuid4(), uuid4()
    key = tokens.whose(tokens.issue(JON, known, school_id=school_id))
    assert key == tokens.FormKey(known, JON.pk, school_id)
    assert tokens.whose(tokens.issue(JON, known)) == tokens.FormKey(known, JON.pk, None)


def test_each_new_form_has_a_key_of_its_own():
    one, other = (tokens.whose(tokens.issue(JON)) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.token != other.token


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda s: s[:-1],
        lambda s: "x" + s,
        lambda s: str(uuid4()),
        lambda s: s.replace(str(JON.pk), str(AMY.pk)),
        lambda s: "",
    ],
)
def test_a_spoilt_key_says_nothing(spoilt):
    assert tokens.whose(spoilt(tokens.issue(JON))) is None
