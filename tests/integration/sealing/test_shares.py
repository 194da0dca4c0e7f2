"""Do two of three printed shares bring the root key back, and does nobody ever see two?"""

import io
import itertools
import re
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from safeguarding.audit.models import Event, Verb
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.sealing import crypto, keyfiles
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.models import KeyShare
from safeguarding.sealing.services import rotating, shares
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def printed():
    out = StringIO()
    call_command("key_shares", "make", stdout=out)
    return [" ".join(re.findall(r"\d+\. (\w+)", sheet)) for sheet in out.getvalue().split("\f")]


def restore(monkeypatch, *typed):
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    out = StringIO()
    call_command("key_shares", "restore", stdout=out, stderr=StringIO())
    return out.getvalue()


def test_any_two_bring_it_back_and_one_says_nothing(files, monkeypatch):
    root, sheets = (files / "root.key").read_bytes(), printed()
    assert [len(sheet.split()) for sheet in sheets] == [33, 33, 33]
    for one, other in itertools.permutations(sheets, 2):
        (files / "root.key").unlink()
        assert restore(monkeypatch, f"  {one.upper()} ", other) == "The root key is back.\n"
        assert (files / "root.key").read_bytes() == root


def test_what_is_no_pair_of_shares_is_refused_and_nothing_is_written(files, monkeypatch):
    (one, other, _), before = printed(), held(files)
    slip = " ".join(["academic" if word != "academic" else "acid" for word in [one.split()[5]]] + one.split()[1:])
    second_set = printed()[1]
    for typed in ((one, one), (one, slip), (one, ""), ("", ""), (one, second_set), (one, "he was quiet")):
        with pytest.raises(CommandError, match="not two whole shares of one set"):
            restore(monkeypatch, *typed)
    elsewhere = shares.split(crypto.new_key())
    with pytest.raises(CommandError, match="does not open the file of epoch keys"):
        restore(monkeypatch, *elsewhere[:2])
    assert held(files) == before
    assert restore(monkeypatch, one, other)


def held(files):
    return {path.name: path.read_bytes() for path in files.iterdir()}


@pytest.fixture
def room():
    return factories.staffroom()


def test_each_share_is_taken_by_another_person_and_not_shown_twice(room, files):
    people = [room.lead, room.headteacher, factories.member(room.school, "it_admin", "Ben", "Okoro")]
    shares.make_set(by=room.lead, at=NOW)
    words = []
    for person in people:
        share, text = shares.take(by=person, at=NOW)
        words.append(text)
        with pytest.raises(OutOfTurn, match="nobody holds two"):
            shares.take(by=person, at=NOW)
        assert (share.taken_by, KeyShare.objects.get(pk=share.pk).words) == (person.pk, None)
    assert shares.join(words[1:]) == shares.join(words[:2]) == keyfiles.root()
    with pytest.raises(OutOfTurn, match="No share is waiting"):
        shares.take(by=factories.member(room.school, "lead", "Mo", "Adeyemi"), at=NOW)
    taken = Event.objects.filter(verb=Verb.EXPORT, object_type="sealing.keyshare")
    assert sorted(taken.values_list("actor_id", "purpose")) == sorted(
        (person.pk, f"share {number}") for number, person in enumerate(people, start=1)
    )


def test_a_new_set_ends_what_was_not_taken_of_the_former(room, files):
    shares.make_set(by=room.lead, at=NOW)
    _, first = shares.take(by=room.lead, at=NOW)
    shares.make_set(by=room.lead, at=NOW + timezone.timedelta(minutes=1))
    _, again = shares.take(by=room.lead, at=NOW)
    with pytest.raises(BadInput):
        shares.join([first, again])
    assert KeyShare.objects.exclude(words=None).count() == 2


def test_shares_that_wait_say_nothing_without_the_root_key(room, files):
    shares.make_set(by=room.lead, at=NOW)
    waiting = [bytes(share.words) for share in KeyShare.objects.all()]
    words = {word.encode() for text in shares.split(crypto.new_key()) for word in text.split()}
    assert not any(word in stored for word in words for stored in waiting)
    rotating.new_root()
    with pytest.raises(KeyProblem, match="Make three new ones"):
        shares.take(by=room.headteacher, at=NOW)
    assert KeyShare.objects.filter(taken_at=None).count() == 3
