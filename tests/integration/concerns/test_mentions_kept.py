"""A child whom words mention, without a part in the concern: who finds it there, and from whom that hides it."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from children.mentions import marker
from children.services import merging
from children.services.access import declare_conflict, grant_child
from safeguarding.accounts.models import Notice
from safeguarding.audit.protection import known
from safeguarding.concerns import chronology
from safeguarding.concerns.models import Account, Concern, Mention
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.mentioned import naming_or_mentioning, standing
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.ending.reasons import filled
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.integration.children.twice import merged
from tests.walls import asking

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


def test_what_a_lead_writes_with_another_title_or_kind_writes_its_mentions_too(room, hazel):
    concern = factories.concern(room)
    for title in (f"{marker(hazel.pseudonym)} too", "The playground"):
        concern = deciding.rename_concern(concern=concern, seen=concern.revision, title=title, by=room.lead)
    assert Mention.objects.get(concern=concern).child_key == hazel.pk, "the former title is a note"
    reason = f"{marker(hazel.pseudonym)} was hit."
    given = {"category": "PHY", "subcategory": None, "reason": reason}
    deciding.reclassify_concern(concern=concern, seen=concern.revision, by=room.deputy, **given)
    assert {(row.child_key, row.author) for row in Mention.objects.filter(concern=concern)} == {
        (hazel.pk, room.lead), (hazel.pk, room.deputy),
    }  # fmt: skip


def test_who_has_a_part_in_the_concern_is_not_mentioned_besides(room, hazel):
    words = f"{marker(hazel.pseudonym)} fell."
    concern = factories.concern(room, children=[ChildEntry("worried_about", child=hazel)], facts=words)
    assert not standing(Mention.objects.filter(concern=concern)).exists()
    assert story(room.lead, hazel)[-1].title != "Mentioned in a concern"


def test_it_fills_the_record_and_hides_the_concern_from_who_must_see_nothing_of_the_child(room, hazel, told):
    assert hazel.pk in filled([hazel.pk])
    assert all(told in seen_by(person) for person in (room.lead, room.deputy))
    declare_conflict(user=room.deputy, child=hazel, kind="own_child", by=room.deputy)
    assert told in seen_by(room.lead) and told not in seen_by(room.deputy)
    assert told.pk in known("hidden_concerns", room.deputy.pk)
    assert not Mention.objects.visible_to(room.deputy).exists()


def tab(client, person, child):
    client.force_login(person)
    return client.get(reverse("child_concerns", args=[child.pk]))


def story(person, child):
    return chronology.read(SimpleNamespace(user=person), child).entries


def test_who_may_read_the_concern_finds_it_on_the_tab_and_in_the_chronology_of_that_child(client, room, hazel, told):
    for person in (room.lead, room.deputy):
        assert told.reference in tab(client, person, hazel).content.decode()
        (entry,) = story(person, hazel)
        assert (entry.title, entry.concern_id) == ("Mentioned in a concern", told.pk)
    # Who wrote it reads their own report, and nothing of the record.
    for person in (told.logged_by, room.pastoral):
        assert tab(client, person, hazel).status_code in (403, 404)
        assert not Mention.objects.visible_to(person).exists()
    assert told.account in Account.objects.visible_to(told.logged_by)


def test_access_to_the_record_of_the_child_does_not_open_what_only_mentions_the_child(room, hazel, told):
    grant_child(
        child=hazel,
        user=room.pastoral,
        reason="Her tutor.",
        last_day=timezone.localdate() + timedelta(days=5),
        by=room.lead,
    )
    assert told not in seen_by(room.pastoral)
    assert story(room.pastoral, hazel) == []


def test_who_no_longer_sees_it_is_replaced_by_who_does(room, hazel):
    concern = factories.concern(room)
    for person in (room.lead, room.deputy):
        declare_conflict(user=person, child=hazel, kind="own_child", by=person)
    before = set(Notice.objects.values_list("pk", flat=True))
    amend(
        account=concern.account,
        token=uuid4(),
        text=f"{marker(hazel.pseudonym)} too.",
        reason="more",
        by=concern.logged_by,
    )
    assert concern not in seen_by(room.lead)
    assert Notice.objects.exclude(pk__in=before).exclude(user__in=[room.lead, room.deputy]).exists()


def test_a_role_given_by_hand_replaces_it_until_it_is_taken_back(room, hazel):
    named = [ChildEntry("worried_about", kind="unnamed", description="A girl")]
    concern = factories.concern(room, children=named, facts=f"{marker(hazel.pseudonym)} cried.")
    assert standing(Mention.objects.filter(concern=concern)).exists()
    row = deciding.link_child(named=concern.children.get(), child=hazel, by=room.lead)
    assert not standing(Mention.objects.filter(concern=concern)).exists()
    assert [entry.title for entry in story(room.lead, hazel)] != ["Mentioned in a concern"]
    deciding.unlink_child(named=row, token=uuid4(), reason="Her sister.", by=room.lead)
    assert [entry.title for entry in story(room.lead, hazel)] == ["Mentioned in a concern"]
    deciding.take_off_mention(mention=Mention.objects.get(), reason="Her sister.", by=room.lead)
    assert story(room.lead, hazel) == []


def test_a_lead_takes_a_wrong_one_off_and_who_was_shut_out_sees_the_concern_again(client, room, hazel, told):
    declare_conflict(user=room.deputy, child=hazel, kind="own_child", by=room.deputy)
    (row,) = Mention.objects.filter(concern=told)
    address = reverse("mention", args=[told.pk, row.pk])
    client.force_login(room.lead)
    assert address in client.get(reverse("concern", args=[told.pk])).content.decode()
    assert "Hazel Reed" in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Her cousin."}).status_code == 302
    row.refresh_from_db()
    assert (row.taken_off_by, row.reason) == (room.lead, "Her cousin.")
    assert told in seen_by(room.deputy) and hazel.pk not in filled([hazel.pk])
    assert story(room.lead, hazel) == []
    assert told.reference not in tab(client, room.lead, hazel).content.decode()
    assert client.get(address).status_code == 404
    assert deciding.take_off_mention(mention=row, reason="Her cousin.", by=room.lead) == row
    with pytest.raises(OutOfTurn):
        deciding.take_off_mention(mention=row, reason="Somebody else.", by=room.deputy)


def test_it_takes_a_reason_and_who_decides(client, room, hazel, told):
    row = Mention.objects.get(concern=told)
    with pytest.raises(BadInput):
        deciding.take_off_mention(mention=row, reason=" ", by=room.lead)
    with pytest.raises(NotAllowed):
        deciding.take_off_mention(mention=row, reason="No.", by=room.pastoral)
    client.force_login(room.pastoral)
    assert client.get(reverse("mention", args=[told.pk, row.pk])).status_code == 403
    assert Mention.objects.get(pk=row.pk).taken_off_at is None


def lines(client, room, child, concern):
    """How often the concern stands among the mentions of its page, in the chronology and on the tab of a child."""
    client.force_login(room.lead)
    page = client.get(reverse("concern", args=[concern.pk])).content.decode()
    addresses = [reverse("mention", args=[concern.pk, row.pk]) for row in Mention.objects.filter(child_key=child.pk)]
    told = [entry.title for entry in story(room.lead, child)].count("Mentioned in a concern")
    found = reading.listed(naming_or_mentioning(seen_by(room.lead), child.pk, Mention.objects.visible_to(room.lead)))
    return sum(page.count(f'"{one}"') for one in addresses), told, found.filter(pk=concern.pk).count()


def test_a_child_who_is_on_the_list_twice_is_mentioned_once_until_the_merge_is_undone(client, room, hazel):
    twin = factories.child(room.school, "Hazle", "Reed", by=room.office)
    concern = factories.concern(room, facts=f"{marker(hazel.pseudonym)} fell on {marker(twin.pseudonym)}.")
    done = merged(room, hazel, twin)
    assert [row.child_key for row in Mention.objects.filter(concern=concern)] == [hazel.pk] * 2
    assert lines(client, room, hazel, concern) == (1, 1, 1)
    # What is sent from now on with the mention of either is one.
    both = f"{marker(hazel.pseudonym)}, {marker(twin.pseudonym)}"
    note = deciding.add_note(concern=concern, token=uuid4(), text=both, by=room.lead)
    assert Mention.objects.filter(concern=concern, said_at=note.added_at).count() == 1
    with asking(room.lead):
        merging.undo(merge=done, reason="Cousins.", by=room.lead)
    assert [lines(client, room, child, concern) for child in (hazel, twin)] == [(1, 1, 1)] * 2
    with asking(room.lead):
        again = merged(room, hazel, twin, at=timezone.now())
        first = Mention.objects.filter(concern=concern).order_by("said_at").first()
        deciding.take_off_mention(mention=first, reason="Nobody of ours.", by=room.lead)
    assert lines(client, room, hazel, concern) == (0, 0, 0)
    with asking(room.lead):
        merging.undo(merge=again, reason="Cousins.", by=room.lead)
    assert [lines(client, room, child, concern) for child in (hazel, twin)] == [(0, 0, 0)] * 2


def test_a_part_on_one_record_counts_in_place_of_a_mention_of_the_other_while_they_are_one(client, room, hazel):
    twin = factories.child(room.school, "Hazle", "Reed", by=room.office)
    named = [ChildEntry("worried_about", child=hazel)]
    concern = factories.concern(room, children=named, facts=f"{marker(twin.pseudonym)} fell.")
    assert lines(client, room, twin, concern) == (1, 1, 1)
    done = merged(room, hazel, twin)
    assert lines(client, room, hazel, concern) == (0, 0, 1)
    with asking(room.lead):
        merging.undo(merge=done, reason="Cousins.", by=room.lead)
    assert [lines(client, room, child, concern) for child in (hazel, twin)] == [(0, 0, 1), (1, 1, 1)]
