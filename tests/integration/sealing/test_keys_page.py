"""What do those who keep the keys see of them, and who takes a share?"""

import pytest
from django.utils import timezone

from safeguarding.keys import uuid7
from safeguarding.sealing import keyfiles
from safeguarding.sealing.models import BackupRun, KeyCheck, KeyShare
from safeguarding.sealing.services import shares
from safeguarding.sealing.services.checking import check_keys
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return factories.staffroom()


def text(page):
    return " ".join(page.content.decode().split())


@pytest.mark.parametrize(
    ("role", "status"),
    [("lead", 200), ("headteacher", 200), ("it_admin", 200), ("deputy", 403), ("office", 403), ("teacher", 403)],
)
def test_those_who_keep_the_keys_see_them_and_nobody_else_does(client, room, role, status):
    person = getattr(room, role, None) or factories.member(room.school, role, "Ben", "Okoro")
    client.force_login(person)
    assert client.get("/keys/").status_code == status
    for action in ("new", "take"):
        page = client.post(f"/keys/shares/{action}/")
        assert (page.status_code == 403) == (status == 403)
    assert KeyShare.objects.exists() == (status == 200)


def test_a_share_is_shown_once_to_print(client, room):
    client.force_login(room.lead)
    assert "The root key is not on paper" in text(client.get("/keys/"))
    client.post("/keys/shares/new/")
    page = client.post("/keys/shares/take/")
    assert "Share 1 of 3 of the root key" in text(page)
    assert page.content.decode().count("<li>") >= 33
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post("/keys/shares/take/").status_code == 409
    assert "You hold a share of this set" in text(client.get("/keys/"))
    client.force_login(room.headteacher)
    client.post("/keys/shares/take/")
    page = text(client.get("/keys/"))
    assert "The root key is not on paper" not in page
    assert room.lead.full_name in page and room.headteacher.full_name in page


def test_what_is_wrong_stands_on_the_page(client, room, settings, tmp_path):
    client.force_login(room.lead)
    assert "They fit" in text(client.get("/keys/"))
    settings.ROOT_KEY_PATH = tmp_path / "gone"
    page = text(client.get("/keys/"))
    assert "The keys do not fit together" in page and "key_shares restore" in page


def test_the_page_says_what_the_night_found(client, room):
    client.force_login(room.lead)
    assert "Not yet: it is done every night" in text(client.get("/keys/"))
    factories.concern(room)
    check_keys(at=timezone.now())
    assert "keys" in text(client.get("/keys/"))
    KeyCheck.objects.create(id=uuid7(), checked_at=timezone.now(), records=9, without_record=2, without_key=1)
    page = text(client.get("/keys/"))
    assert "Some words have no key" in page and "the keys of 1 record" in page
    assert "9 keys, 2 of forms that were never saved" in page


def test_no_page_ever_holds_the_root_key(client, room):
    client.force_login(room.lead)
    client.post("/keys/shares/new/")
    root = keyfiles.root_text(keyfiles.root()).split()[1]
    words = shares.split(keyfiles.root())[0].split()
    page = client.get("/keys/").content.decode()
    assert root not in page
    assert " ".join(words[4:8]) not in page


@pytest.mark.parametrize(("role", "status"), [("lead", 200), ("it_admin", 200), ("deputy", 403), ("teacher", 403)])
def test_backups_are_shown_to_those_who_keep_the_keys(client, room, role, status):
    client.force_login(getattr(room, role, None) or factories.member(room.school, role, "Ben", "Okoro"))
    page = client.get("/backups/")
    assert page.status_code == status
    if status == 200:
        assert "Nothing here has ever been backed up" in text(page)


def backup(hours_ago, **result):
    began = timezone.now() - timezone.timedelta(hours=hours_ago)
    return BackupRun.objects.create(id=uuid7(), began_at=began, ended_at=began, **result)


def test_a_missing_failed_or_badly_placed_backup_is_told_on_the_first_page_of_those_who_can_mend_it(client, room):
    it = factories.member(room.school, "it_admin", "Ben", "Okoro")

    def told():
        seen = []
        for person, address in ((it, "/my-role/"), (room.lead, "/today/"), (room.headteacher, "/today/")):
            client.force_login(person)
            seen.append(text(client.get(address)))
        client.force_login(room.deputy)
        assert "backup" not in text(client.get("/today/")).lower()
        assert len({("No backup" in page, "did not go through" in page, "on the disk" in page) for page in seen}) == 1
        return seen[0]

    backup(40)
    assert "No backup" in told()
    backup(20, same_disk=True, people=8, opened=3)
    assert "The backups lie on the disk of the records" in told()
    backup(2, people=8, opened=3)
    assert not any(words in told() for words in ("No backup", "did not go through", "lie on the disk"))
    backup(1, problem="The disk is full.")
    assert "The disk is full." in told()
    client.force_login(room.lead)
    page = text(client.get("/backups/"))
    assert "Whole: 8 members of staff, 3 words opened" in page


def test_practice_is_not_backed_up_and_says_so(client, room, settings):
    settings.DEMO = True
    client.force_login(room.lead)
    page = text(client.get("/backups/"))
    assert "Practice is not backed up" in page and "No backup" not in page
