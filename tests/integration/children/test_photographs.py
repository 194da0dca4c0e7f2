"""Photographs of a child: what allows the school to hold one, who sees it where, and how it ends."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from children.models import Child, Photograph
from children.services.filing import Consent, end_photograph, put_photograph, say_photographs
from safeguarding.audit.models import Event, Verb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.uploads.services.keeping import Upload
from safeguarding.uploads.services.strays import drop_strays
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.filed import stored, text
from tests.integration.uploads.corpus import located_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_store", "clock")]
PICTURE = Upload("Rowan.jpg", located_picture())
CONSENT = Consent(by="Kerry Ashdown, mother", what_for="The website", on=date(2026, 9, 1), how="form")
KEEPERS = ("office", "lead", "deputy", "headteacher")
ROLES = ("teacher", "assistant", "pastoral", *KEEPERS)


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def rowan(room):
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office)


@pytest.fixture
def clock():
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


def put(room, child, by=None, **facts):
    return put_photograph(child=child, token=uuid4(), upload=PICTURE, by=by or room.office, **facts)


def page_of(child):
    return reverse("child_photographs", args=[child.pk])


def send(client, child, **more):
    picture = SimpleUploadedFile(PICTURE.name, PICTURE.content)
    return client.post(page_of(child), {"token": str(uuid4()), "picture": picture, **more}, follow=True)


def test_the_office_puts_one_to_know_the_child_by_beside_the_name(client, room, rowan):
    client.force_login(room.office)
    assert 'alt="Photograph"' not in client.get(page_of(rowan)).content.decode()
    page = send(client, rowan, use="identification")
    made = Photograph.objects.get()
    assert "Part of the school’s public task" in text(page) and made.consent_on is None
    address = reverse("photograph", args=[made.pk])
    for person in (room.office, room.lead):
        client.force_login(person)
        for page in ("child_people", "child_photographs"):
            shown = client.get(reverse(page, args=[rowan.pk])).content.decode()
            assert f'<img src="{address}" alt="Photograph">' in shown
        ending = client.get(reverse("end_photograph", args=[made.pk])).content.decode()
        assert f'<img src="{address}" alt="Photograph">' in ending and "consent" not in ending
        assert address not in client.get(reverse("children")).content.decode()
    given = client.get(address)
    content = b"".join(given)
    with Image.open(BytesIO(content)) as picture:
        assert picture.format == "JPEG" and max(picture.size) <= 288 and not picture.getexif()
    assert given["Content-Disposition"] == "inline" and "sandbox" in given["Content-Security-Policy"]
    assert Event.objects.filter(verb=Verb.VIEW, object_id=made.pk, actor_id=room.lead.pk).exists()
    assert len(stored()) == 1 and PICTURE.content not in content


@pytest.mark.parametrize("role", ROLES)
def test_who_keeps_them_and_who_sees_them(client, room, rowan, role):
    made, person = put(room, rowan), getattr(room, role)
    client.force_login(person)
    keeps = role in KEEPERS
    assert client.get(page_of(rowan)).status_code == (200 if keeps else 403)
    assert client.get(reverse("photograph", args=[made.pk])).status_code == (200 if keeps else 404)
    assert client.get(reverse("end_photograph", args=[made.pk])).status_code == (200 if keeps else 403)
    if not keeps:
        for refused in (lambda: put(room, rowan, by=person), lambda: end(made, by=person)):
            with pytest.raises(NotAllowed):
                refused()


def end(photograph, by, ending="mistake"):
    return end_photograph(photograph=photograph, ending=ending, by=by)


def test_another_school_has_none_of_it(client, room, rowan):
    made, there = put(room, rowan), factories.staffroom("Alder Brook Primary School")
    client.force_login(there.lead)
    for name, key in (("child_photographs", rowan.pk), ("photograph", made.pk), ("end_photograph", made.pk)):
        assert client.get(reverse(name, args=[key])).status_code == 404
    with pytest.raises(NotAllowed):
        put(room, rowan, by=there.office)


def test_one_to_be_published_needs_consent_and_says_what_is_missing(client, room, rowan):
    client.force_login(room.office)
    page = send(client, rowan, use="publicity", consent_by="Kerry Ashdown, mother")
    assert page.status_code == 422 and "Kerry Ashdown, mother" in text(page)
    for says in ("what consent was given for", "the day on which consent was given", "Choose how consent was given"):
        assert says in text(page)
    consent = {"consent_for": "The website", "consent_on_day": "1", "consent_on_month": "9", "consent_on_year": "2026"}
    until = {"consent_until_day": "1", "consent_until_month": "8", "consent_until_year": "2026"}
    whole = {"use": "publicity", "consent_by": "Kerry Ashdown", "consent_how": "form", **consent}
    assert "Consent cannot end before it was given" in text(send(client, rowan, **whole, **until))
    assert not Photograph.objects.exists()
    page = text(send(client, rowan, **whole))
    assert "Consent by" in page and "The website" in page and "on a signed form" in page


def test_a_new_one_takes_the_place_of_the_last_and_the_same_form_puts_one(client, room, rowan):
    first, token = put(room, rowan), uuid4()
    for _ in range(2):
        second = put_photograph(child=rowan, token=token, upload=PICTURE, by=room.lead)
    first.refresh_from_db()
    assert (first.ending, first.ended_by, second.ended_at) == ("replaced", room.lead, None)
    assert Photograph.objects.count() == 2
    client.force_login(room.lead)
    assert client.get(reverse("photograph", args=[first.pk])).status_code == 409
    assert client.get(reverse("photograph", args=[second.pk])).status_code == 200


def test_consent_is_withdrawn_and_nobody_opens_it_from_then_on(client, room, rowan):
    made = put(room, rowan, consent=CONSENT)
    client.force_login(room.office)
    assert client.get(reverse("photograph", args=[made.pk])).status_code == 200
    ending = reverse("end_photograph", args=[made.pk])
    assert client.post(ending, {}).status_code == 422
    page = client.post(ending, {"ending": "withdrawn"}, follow=True)
    assert "Ended: consent was withdrawn" in text(page)
    assert client.get(reverse("photograph", args=[made.pk])).status_code == 409
    assert end(made, room.office, "withdrawn").ending == "withdrawn"
    with pytest.raises(OutOfTurn):
        end(made, room.office, "mistake")
    assert Event.objects.filter(verb=Verb.WITHDRAW, object_id=made.pk, purpose="withdrawn").count() == 1


def test_what_should_not_be_here_leaves_the_store_at_once(room, rowan):
    made = put(room, rowan)
    assert made.stored in stored()
    assert (end(made, room.lead).stored, stored()) == ("", set())


def test_one_form_is_one_photograph_of_one_child_for_one_use(room, rowan):
    theo, token = factories.child(room.school, "Theo", "Lindqvist", by=room.office), uuid4()
    for child, consent in ((rowan, None), (theo, None), (rowan, CONSENT), (rowan, CONSENT)):
        put_photograph(child=child, token=token, upload=PICTURE, by=room.office, consent=consent)
    assert sorted(Photograph.objects.values_list("child__forename", "use")) == [
        ("Rowan", "identification"),
        ("Rowan", "publicity"),
        ("Theo", "identification"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"by": " "}, {"what_for": ""}, {"how": "nonsense"}, {"on": date(2040, 1, 1)}, {"until": date(2020, 1, 1)}],
)
def test_what_allows_nothing_is_no_consent(room, rowan, wrong):
    with pytest.raises(BadInput):
        put(room, rowan, consent=Consent(**{**vars(CONSENT), **wrong}))


def test_what_needs_no_consent_has_none_to_withdraw(room, rowan):
    made = put(room, rowan)
    for ending in ("withdrawn", "replaced", "boring"):
        with pytest.raises(BadInput):
            end(made, room.office, ending)
    assert end(made, room.office).ending == "mistake"


def test_it_is_shown_no_longer_than_it_may_be(client, room, rowan, clock):
    until = SCHOOL_DAY.date() + timedelta(days=1)
    known_by = put(room, rowan)
    published = put(room, rowan, consent=Consent(**{**vars(CONSENT), "until": until}))
    client.force_login(room.office)

    def answers():
        return [client.get(reverse("photograph", args=[one.pk])).status_code for one in (known_by, published)]

    assert answers() == [200, 200]
    clock.shift(timedelta(days=2))
    client.force_login(room.office)
    assert answers() == [200, 409]
    assert "consent lasted until" in text(client.get(page_of(rowan)))
    Child.objects.filter(pk=rowan.pk).update(left_on=SCHOOL_DAY.date())
    assert answers() == [409, 409]
    page = client.get(page_of(rowan))
    assert "the child has left" in text(page) and 'alt="Photograph"' not in page.content.decode()


def test_what_is_no_photograph_is_said(client, room, rowan):
    client.force_login(room.office)
    for name, content, says in (
        ("a.txt", b"words", "JPEG, PNG, HEIC or WebP"),
        ("a.jpg", b"not a picture", "damaged"),
        ("a.jpg", b"", "This file is empty"),
    ):
        page = client.post(
            page_of(rowan),
            {"token": str(uuid4()), "use": "identification", "picture": SimpleUploadedFile(name, content)},
        )
        assert page.status_code == 422 and says in text(page)
    assert client.post(page_of(rowan), {"token": str(uuid4()), "use": "identification"}).status_code == 422
    assert not Photograph.objects.exists()


def test_a_photograph_is_no_stray(room, rowan):
    put(room, rowan)
    assert (drop_strays(at=SCHOOL_DAY + timedelta(days=900)), len(stored())) == (0, 1)


def test_while_the_store_is_away_it_says_so_and_what_was_there_stays(client, room, rowan, monkeypatch):
    first = put(room, rowan)

    def away(*args, **kwargs):
        raise FilesAway

    monkeypatch.setattr(files, "keep", away)
    client.force_login(room.office)
    page = send(client, rowan, use="identification")
    assert page.status_code == 422 and "cannot be reached now" in text(page)
    first.refresh_from_db()
    assert (first.ended_at, Photograph.objects.count()) == (None, 1)


def test_a_full_disk_takes_none(room, rowan, monkeypatch):
    monkeypatch.setattr(files, "free_part", lambda: 0.05)
    with pytest.raises(BadInput, match="nearly full"):
        put(room, rowan)


def test_where_none_are_published_none_is_taken_and_what_is_published_ends(client, room, rowan):
    shown, known = put(room, rowan, consent=CONSENT), put(room, rowan)
    for person in (room.teacher, room.pastoral):
        with pytest.raises(NotAllowed):
            say_photographs(child=rowan, none=True, by=person)
    client.force_login(room.office)
    client.post(reverse("say_photographs", args=[rowan.pk]), {"none": "yes"})
    shown.refresh_from_db()
    known.refresh_from_db()
    assert (shown.ending, known.ending) == ("refused", "")
    with pytest.raises(BadInput, match="No photographs of this child are published"):
        put(room, rowan, consent=CONSENT)
    assert put(room, rowan).ended_at is None
    client.post(reverse("say_photographs", args=[rowan.pk]), {"none": "no"})
    assert put(room, rowan, consent=CONSENT).ended_at is None
