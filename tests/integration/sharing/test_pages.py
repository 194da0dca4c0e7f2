"""Do the pages of consents, of the address book and of the law do what they say, and who opens them?"""

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict
from safeguarding.keys import uuid7
from sharing.events.models import Consent, ConsentWording, LawConfirmed, Recipient
from tests.integration.sharing.conftest import Place
from tests.matrix.asking import refusals_without_frame

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answers(user: Any, pages: Sequence[str]) -> list[int]:
    """The status of each page for a user who signs in once. A refusal answers without the frame of every page."""
    client = signed_in(user)
    with refusals_without_frame():
        return [client.get(page).status_code for page in pages]


def day(name: str, on: Any) -> dict[str, Any]:
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


def typed(place: Place, **other: Any) -> dict[str, Any]:
    """The form of a consent, filled in by hand."""
    given = {
        "token": str(uuid7()),
        "wording": str(place.wording.pk),
        "recipient": place.recipient().choice,
        "answer": "given",
        "adult": str(place.mother.pk),
        "capacity": "parent",
        "how": "form",
    }
    return given | day("answered_on", timezone.localdate()) | other


def test_an_answer_is_typed_read_and_withdrawn(place: Place):
    lead, tab = signed_in(place.room.lead), reverse("child_sharing", args=[place.child.pk])
    form = reverse("record_consent", args=[place.child.pk])
    assert "No answers about consent" in lead.get(tab).content.decode()
    shown = lead.get(form).content.decode()
    assert "Kerry Ashdown, Mother: has parental responsibility" in shown
    assert "Pat Ashdown, Aunt: parental responsibility not recorded" in shown
    bad = lead.post(form, typed(place, capacity="", scope="Not the address"))
    assert (bad.status_code, "Choose in which capacity" in bad.content.decode()) == (422, True)
    assert "Not the address" in bad.content.decode(), "what was typed is kept"
    body = typed(place)
    for _ in range(2):
        assert lead.post(form, body).status_code == 302
    made = Consent.objects.get()
    listed = lead.get(tab).content.decode()
    assert "Kerry Ashdown, Mother" in listed and "School nurse service" in listed
    refused = lead.post(form, typed(place, answer="refused"))
    assert (refused.status_code, "withdraw it" in refused.content.decode()) == (422, True)
    page = reverse("sharing_consent", args=[made.pk])
    assert "Withdraw it" in lead.get(page).content.decode()
    bad = lead.post(page, day("withdrawn_on", timezone.localdate()) | {"withdrawn_how": "spoken"})
    assert (bad.status_code, "what they said" in bad.content.decode()) == (422, True)
    whole = day("withdrawn_on", timezone.localdate()) | {"withdrawn_how": "spoken", "withdrawn_said": "She rang."}
    assert lead.post(page, whole).status_code == 302
    assert lead.post(page, whole).status_code == 409, "it is withdrawn once"
    after = lead.get(page).content.decode()
    assert "She rang." in after and "Withdraw consent" not in after
    assert "Withdrawn" in lead.get(tab).content.decode()


def test_who_opens_the_pages_of_a_child(place: Place):
    made, room = place.consent(), place.room
    child = [place.child.pk]
    pages = [
        reverse("child_sharing", args=child),
        reverse("record_consent", args=child),
        reverse("sharing_consent", args=[made.pk]),
    ]
    asked = {"deputy": 200, "lead": 200, "headteacher": 200, "teacher": 403, "office": 403, "pastoral": 403}
    for name, status in asked.items():
        assert answers(getattr(room, name), pages) == [status] * 3, name
    # Who stands in for nobody finds nothing; where nobody who shares may see the child, they do.
    assert answers(place.alternate, pages) == [404] * 3
    for keeper in (room.deputy, room.lead, room.headteacher):
        declare_conflict(user=keeper, child=place.child, kind="relative", by=keeper)
    assert answers(room.lead, pages) == [404] * 3
    assert answers(place.alternate, pages) == [200] * 3
    assert answers(place.chair, pages) == [404] * 3


def test_the_tab_asks_as_many_queries_of_ten_as_of_one(place: Place, django_assert_max_num_queries: Any):
    place.consent()
    lead, tab = signed_in(place.room.lead), reverse("child_sharing", args=[place.child.pk])
    lead.get(tab)
    with django_assert_max_num_queries(40) as one:
        assert lead.get(tab).status_code == 200
    for code in ("dfe", "nhs", "police", "court", "health", "school"):
        place.consent(recipient=place.recipient(code))
    with django_assert_max_num_queries(40) as many:
        assert lead.get(tab).status_code == 200
    assert len(many) == len(one)


def test_an_organisation_is_corrected_checked_and_ended(place: Place):
    deputy, book = signed_in(place.room.deputy), reverse("recipients")
    assert "Department for Education" in deputy.get(book).content.decode()
    nurse = reverse("recipient", args=[place.recipient().pk])
    today = day("checked_on", timezone.localdate())
    early = deputy.post(nurse, {"move": "check", "seen": 0, "checked_how": "website"} | today)
    assert (early.status_code, "telephone number" in early.content.decode()) == (422, True)
    facts = {"kind": "health", "name": "Stockport school nursing", "email": "nurses@example.org"}
    corrected = deputy.post(nurse, facts | {"move": "correct", "seen": 0})
    own = Recipient.objects.get(school=place.school, code="school_nurse")
    mine = reverse("recipient", args=[own.pk])
    assert (corrected.status_code, corrected.headers["Location"]) == (302, mine)
    assert deputy.post(nurse, facts | {"move": "correct", "seen": 0}).status_code == 409, "a second click is told"
    assert "Stockport school nursing" in deputy.get(nurse).content.decode(), "the school’s own row replaces it"
    check = {"move": "check", "seen": own.revision, "checked_how": "call_back"} | today
    assert deputy.post(mine, check).status_code == 302
    assert deputy.post(mine, check).status_code == 409, "somebody else saw it as it was before"
    own.refresh_from_db()
    assert (own.is_checked, own.checked_by) == (True, place.room.deputy)
    changed = facts | {"email": "new@example.org", "move": "correct", "seen": own.revision}
    assert deputy.post(mine, changed).status_code == 302
    own.refresh_from_db()
    assert not own.is_checked, "another address has to be checked again"
    assert deputy.post(mine, {"move": "end", "seen": own.revision}).status_code == 302
    assert [deputy.get(one).status_code for one in (mine, nurse)] == [404, 404]
    listed = deputy.get(book).content.decode()
    assert "Stockport school nursing" in listed and "School nurse service" not in listed


def test_an_organisation_is_added_once_and_a_wrong_one_said_so(place: Place):
    lead, book = signed_in(place.room.lead), reverse("recipients")
    body = {"token": str(uuid7()), "kind": "school", "name": "Whitmoor High School", "portal": "http://x"}
    bad = lead.post(book, body)
    assert (bad.status_code, "beginning with https" in bad.content.decode()) == (422, True)
    for _ in range(2):
        assert lead.post(book, body | {"portal": ""}).status_code == 302
    assert Recipient.objects.filter(school=place.school).count() == 1


def test_what_is_to_be_confirmed_is_called_no_duty_before(place: Place):
    lead, page = signed_in(place.room.lead), reverse("sharing_law")
    before = lead.get(page)
    [reason] = [one for one in before.context["reasons"] if one.row.code == "ca2004_16la"]
    assert (reason.is_open, reason.kind) == (True, "To be confirmed")
    held = [one.row.code for one in before.context["editions"] if not one.is_open]
    assert "kcsie_2025" in held and "kcsie_2026" not in held
    assert lead.post(page, {"move": "confirm", "token": str(uuid7())}).status_code == 422
    for code in ("ca2004_16la", "kcsie_2026"):
        body = {"move": "confirm", "token": str(uuid7()), "code": code, "read_in": "SI 2026/901"}
        for _ in range(2):
            assert lead.post(page, body | day("from_day", timezone.localdate())).status_code == 302
    assert LawConfirmed.objects.count() == 2, "the same form again says it once"
    after = lead.get(page)
    [reason] = [one for one in after.context["reasons"] if one.row.code == "ca2004_16la"]
    assert (reason.is_open, reason.kind) == (False, "Duty")
    assert (reason.asks_more_detrimental("social_care"), reason.asks_more_detrimental("court")) == (True, False)
    held = [one.row.code for one in after.context["editions"] if not one.is_open]
    assert "kcsie_2026" in held and "kcsie_2025" not in held
    assert lead.post(page, {"move": "take_back", "code": "ca2004_16la"}).status_code == 302
    assert lead.post(page, {"move": "take_back", "code": "ca2004_16la"}).status_code == 409
    [reason] = [one for one in lead.get(page).context["reasons"] if one.row.code == "ca2004_16la"]
    assert reason.is_open and not reason.asks_more_detrimental("social_care")


def test_a_school_sets_how_long_a_file_may_take(place: Place):
    lead, page = signed_in(place.room.lead), reverse("sharing_law")
    assert "5 school days" in lead.get(page).content.decode()
    body = {"move": "time", "token": str(uuid7()), "amount": "7", "warn_after": "9", "unit": "days", "source": "Agreed"}
    assert lead.post(page, body).status_code == 422
    for _ in range(2):
        assert lead.post(page, body | {"warn_after": "4"}).status_code == 302
    assert "7 days" in lead.get(page).content.decode()
    assert lead.post(page, {"move": "end_time"}).status_code == 302
    assert lead.post(page, {"move": "end_time"}).status_code == 409
    assert "5 school days" in lead.get(page).content.decode()


def test_a_new_version_of_a_wording_leaves_consents_under_the_old_one(place: Place):
    lead, page = signed_in(place.room.lead), reverse("consent_wordings")
    made = place.consent()
    body = {"move": "save", "token": str(uuid7()), "replaces": str(place.wording.pk), "title": "Nurse", "text": "New"}
    assert lead.post(page, body | {"text": ""}).status_code == 422
    for _ in range(2):
        assert lead.post(page, body).status_code in (302, 422)
    newest = ConsentWording.objects.get(ended_at=None)
    assert (newest.version, newest.series) == (2, place.wording.series)
    assert "Telling the school nurse, version 1" in lead.get(page).content.decode()
    made.refresh_from_db()
    assert made.wording == place.wording
    assert lead.post(page, {"move": "end", "wording": str(newest.pk)}).status_code == 302
    assert lead.post(page, {"move": "end", "wording": str(newest.pk)}).status_code == 409
    form = lead.get(reverse("record_consent", args=[place.child.pk])).content.decode()
    assert "The school has no wording of a consent yet" in form


def test_only_who_manages_the_school_says_what_the_law_is(place: Place):
    for name in ("sharing_law", "consent_wordings"):
        assert signed_in(place.room.lead).get(reverse(name)).status_code == 200
        for user in (place.room.deputy, place.room.teacher):
            client = signed_in(user)
            assert client.get(reverse(name)).status_code == 403
            assert client.post(reverse(name), {"move": "end_time"}).status_code == 403
    assert signed_in(place.room.deputy).get(reverse("recipients")).status_code == 200
    assert signed_in(place.room.office).get(reverse("recipients")).status_code == 403
