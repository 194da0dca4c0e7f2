"""A child whom words mention, without a part in the concern: who finds it there, and from whom that hides it."""

from uuid import uuid4

import pytest
from django.urls import reverse

from children.mentions import marker
from children.services.access import declare_conflict
from safeguarding.audit.protection import known, known_of
from safeguarding.concerns.models import Concern, Mention
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.mentioned import standing
from safeguarding.concerns.services.raising import amend
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def hazel(room):
    return factories.child(room.school, "Hazel", "Reed", by=room.office)


@pytest.fixture
def told(room, hazel):
    """A concern about a child whose account mentions Hazel twice."""
    words = f"It was {marker(hazel.pseudonym)} who pushed. {marker(hazel.pseudonym)} said so."
    return factories.concern(room, facts=words)


def seen_by(person):
    return Concern.objects.visible_to(person)


def test_an_account_an_addition_and_a_note_each_write_their_mentions_once(room, hazel, told):
    (first,) = Mention.objects.filter(concern=told)
    assert (first.child_key, first.author, first.said_at) == (hazel.pk, told.logged_by, told.logged_at)
    words, token = f"{marker(hazel.pseudonym)} was there again.", uuid4()
    for _ in range(2):
        amend(account=told.account, token=token, text=words, reason="more", by=told.logged_by)
        deciding.add_note(concern=told, token=token, text=words, by=room.lead)
    assert [row.child_key for row in Mention.objects.filter(concern=told)] == [hazel.pk] * 3
    deciding.add_note(concern=told, token=uuid4(), text="Nobody else.", by=room.lead)
    assert Mention.objects.filter(concern=told).count() == 3


def test_who_has_a_part_in_the_concern_is_not_mentioned_besides(room, hazel):
    words = f"{marker(hazel.pseudonym)} fell."
    concern = factories.concern(room, children=[hazel], facts=words)
    assert not Mention.objects.filter(concern=concern).exists()


def test_it_fills_the_record_and_hides_the_concern_from_who_must_see_nothing_of_the_child(room, hazel, told):
    assert known_of("fills_mention", [hazel.pk])
    assert all(told in seen_by(person) for person in (room.lead, room.deputy))
    declare_conflict(child=hazel, user=room.deputy, relation="parent", by=room.lead)
    assert told in seen_by(room.lead) and told not in seen_by(room.deputy)
    assert told.pk in known("hidden_concerns", room.deputy.pk)
    assert not Mention.objects.visible_to(room.deputy).exists()
