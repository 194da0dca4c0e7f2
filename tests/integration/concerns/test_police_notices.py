"""What becomes of word from the police, who may take it down and read it, and what is the key adult told?"""

from typing import Any

import pytest
from django.urls import reverse

from children.models import ConflictOfInterest
from safeguarding.accounts.models import Notice
from safeguarding.concerns.models import Concern, PoliceNotice
from safeguarding.concerns.services import police
from safeguarding.concerns.services.police import Noticed
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db
WORDS = "Officers came to the address at 23:10. The child was upstairs."


def noticed(*children: Any, **more: Any) -> Noticed:
    return Noticed(
        **{
            "happened_on": SCHOOL_DAY.date(),
            "happened_at": None,
            "received_at": SCHOOL_DAY,
            "force": "Northshire Police",
            "said": WORDS,
            "children": children,
            **more,
        }
    )


def typed(page: Any, *children: Any, **more: Any) -> dict[str, Any]:
    return {
        "key": page.context["key"],
        "who": [str(child.pk) for child in children],
        "happened_on_day": "23",
        "happened_on_month": "11",
        "happened_on_year": "2026",
        "happened_at": "11:10pm",
        "came_on_day": "24",
        "came_on_month": "11",
        "came_on_year": "2026",
        "came_at": "7:40am",
        "force": "Northshire Police, PC Ada Quill",
        "their_reference": "NP-0091",
        "said": WORDS,
        "send": "1",
        **more,
    }


def test_the_office_takes_one_down_with_the_form_and_sees_what_a_reporter_sees(client, room, rowan, clock):
    client.force_login(room.office)
    address = reverse("take_police_notice")
    page = client.get(address)
    half = {name: text for name, text in typed(page).items() if name != "send"}
    found = client.post(address, half | {"find": "1", "q": "Rowan"})
    assert f'value="{rowan.pk}"' in found.content.decode() and WORDS in found.content.decode()
    bad = client.post(address, typed(page, said="", happened_on_day="30", support="silent"))
    for sentence in (
        "Choose at least one child",
        "as the police put it",
        "must be today or in the past",
        "Choose the key adult",
    ):
        assert sentence in bad.content.decode()
    assert bad.status_code == 422 and "NP-0091" in bad.content.decode()
    given = typed(page, rowan, key_adult=str(room.pastoral.pk), support="silent")
    for _ in range(2):
        sent = client.post(address, given)
    concern = Concern.objects.get()
    assert sent.url == reverse("report", args=[concern.pk])
    assert (concern.category_id, concern.subcategory.name) == ("DOM", "Police notice (Operation Encompass)")
    assert (concern.account.facts, concern.account.how_known, concern.account.marks_seen) == (WORDS, "police", None)
    notice = PoliceNotice.objects.get()
    assert (notice.their_reference, notice.key_adult, notice.support) == ("NP-0091", room.pastoral, "silent")
    own = client.get(sent.url).content.decode()
    assert WORDS in own
    assert "What happened, as the police put it" in own
    assert "What you saw or heard" not in own
    assert client.get(reverse("police_notice", args=[notice.pk])).status_code in (403, 404)
    assert Notice.objects.filter(user=room.lead, kind="new_concern", object_id=concern.pk).count() == 1


def test_the_key_adult_is_told_that_support_is_asked_for_and_nothing_else(client, room, rowan, clock):
    concern = police.take_notice(
        token=uuid7(),
        school=room.school,
        by=room.office,
        noticed=noticed(rowan, key_adult=room.pastoral, support="overt"),
    )
    [told] = Notice.objects.filter(user=room.pastoral)
    assert (told.kind, told.object_type) == ("support", "support")
    client.force_login(room.pastoral)
    inbox = client.get(reverse("inbox")).content.decode()
    assert "Support from you is asked for" in inbox
    assert concern.reference not in inbox and "Rowan" not in inbox
    opened = client.get(reverse("notice", args=[told.pk]), follow=True)
    text = opened.content.decode()
    assert opened.status_code == 200 and "Speak to a safeguarding lead today" in text
    for words in (WORDS, "Rowan", concern.reference, "Northshire", "domestic"):
        assert words not in text
    for page, key in (("concern", concern.pk), ("police_notice", concern.police_notice.pk)):
        assert client.get(reverse(page, args=[key])).status_code in (403, 404)
    client.force_login(room.teacher)
    assert client.get(reverse("support_asked", args=[concern.police_notice.pk])).status_code == 404
    client.force_login(room.lead)
    page = client.get(reverse("police_notice", args=[concern.police_notice.pk])).content.decode()
    assert "Opened" in page and "Carla Mendes" in page


def test_a_lead_names_the_key_adult_later_and_the_second_sees_the_first(client, room, rowan, clock):
    concern = police.take_notice(token=uuid7(), school=room.school, noticed=noticed(rowan), by=room.office)
    notice = concern.police_notice
    client.force_login(room.lead)
    concern_page = client.get(reverse("concern", args=[concern.pk])).content.decode()
    assert (
        "Name the key adult" in concern_page
        and "Northshire Police" in concern_page
        and "silent or overt" in concern_page
    )
    address = reverse("police_support", args=[notice.pk])
    given = {"revision": "0", "key_adult": str(room.pastoral.pk), "support": "overt"}
    assert client.post(address, given | {"support": ""}).status_code == 422
    for _ in range(2):
        assert client.post(address, given).status_code == 302
    assert Notice.objects.filter(kind="support").count() == 1
    late = client.post(address, given | {"key_adult": str(room.teacher.pk)})
    assert late.status_code == 409 and "has since named" in late.content.decode()
    with pytest.raises(ChangedSince):
        police.name_key_adult(notice=notice, seen=0, key_adult=room.teacher, support="silent", by=room.deputy)
    police.name_key_adult(notice=notice, seen=1, key_adult=room.teacher, support="silent", by=room.deputy)
    assert Notice.objects.get(user=room.teacher, kind="support").opened_at is None
    assert Notice.objects.get(user=room.pastoral, kind="support").settled_by == room.deputy


def test_who_may_take_one_down_and_who_may_not(client, room, rowan, clock):
    address = reverse("take_police_notice")
    for person, status in (
        (room.office, 200),
        (room.lead, 200),
        (room.deputy, 200),
        (room.teacher, 403),
        (room.pastoral, 403),
    ):
        client.force_login(person)
        assert client.get(address).status_code == status, person
    take = {"token": uuid7(), "school": room.school}
    with pytest.raises(NotAllowed):
        police.take_notice(**take, noticed=noticed(rowan), by=room.teacher)
    with pytest.raises(NotAllowed):
        concern = police.take_notice(**take, noticed=noticed(rowan), by=room.lead)
        police.name_key_adult(
            notice=concern.police_notice, seen=0, key_adult=room.teacher, support="overt", by=room.office
        )
    elsewhere = factories.member(factories.school("Alder Brook Primary School"), "teacher")
    with pytest.raises(BadInput, match="does not work at this school"):
        police.take_notice(
            token=uuid7(),
            school=room.school,
            by=room.lead,
            noticed=noticed(rowan, key_adult=elsewhere, support="overt"),
        )


def test_nobody_is_key_adult_from_whom_the_concern_is_hidden_and_what_was_typed_stays(client, room, rowan, clock):
    ConflictOfInterest.objects.create(
        user=room.pastoral, child=rowan, kind="close", school=room.school, declared_by=room.pastoral
    )
    client.force_login(room.office)
    page = client.get(reverse("take_police_notice"))
    given = typed(page, rowan, key_adult=str(room.pastoral.pk), support="silent")
    refused = client.post(reverse("take_police_notice"), given)
    assert refused.status_code == 422 and "cannot be given this" in refused.content.decode()
    assert WORDS in refused.content.decode() and not Concern.objects.exists()


def test_what_was_typed_when_the_session_had_ended_is_a_draft_with_every_word(client, room, rowan, clock):
    client.force_login(room.office)
    page = client.get(reverse("take_police_notice"))
    client.logout()
    gone = client.post(reverse("take_police_notice"), typed(page, rowan))
    assert gone.status_code == 303 and "next=" in gone.url
    client.force_login(room.office)
    [draft] = client.get(reverse("staff_home")).context["drafts"]
    form = client.get(reverse("log_resume", args=[draft.token])).content.decode()
    for words in (WORDS, "Northshire Police, PC Ada Quill", "NP-0091", "Rowan Ashdown"):
        assert words in form
