"""Is an older backup put back in which a share rests on a consent that has ended since, alone or with the whole file?

A share rests on a consent as long as it is there (`Link.WAITS`). In the backup it does; by now the consent is gone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from children.facts import Adult
from children.models import Child, Contact
from retention.models import ItemRun, RetentionDate, Tombstone
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.list_notices import close_lists
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.ending.removal import left_of
from safeguarding.keys import uuid7
from safeguarding.sealing import ledger, ring
from safeguarding.sealing.models import KEYS, SubjectKey
from safeguarding.sealing.services.replaying import refuse_unreplayed
from sharing.events.models import Consent, SharedItem, SharingEvent, SharingStep
from sharing.events.services.consents import withdraw_consent
from sharing.events.services.deciding import save_share
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from tests.integration.sealing.backed import backed_up
from tests.integration.sealing.conftest import files, installation  # noqa: F401  (fixtures)
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked, reason, said, sent

from .conftest import Office, later
from .leaving import lose, put_back_by_hand, signed_in_as
from .test_ledger_and_backups import restore

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = 60


@dataclass(frozen=True)
class Shared:
    """A child who left long ago, a consent, and what rests on it."""

    sharing: Place
    consent: Consent
    share: SharingEvent

    @property
    def child(self) -> Child:
        return self.sharing.child


def on_consent(place: Office, forename: str, *, is_sent: bool) -> Shared:
    """A share that rests on what the mother said: one that went, or a draft. She has withdrawn it since."""
    mother = Adult(surname=f"Thorne {forename}", forename="Kerry", relationship="Mother", responsibility=True)
    child = place.leaver(forename, adults=[mother])
    wording = save_wording(school=place.school, token=uuid7(), title=forename, text="We ask.", by=place.room.lead)
    adult = Contact.objects.get(children__child=child)
    sharing = Place(place.room, child, adult, wording, alternate=place.room.lead, chair=place.chair)
    consent = sharing.consent(recipient=checked(sharing), answered_on=timezone.localdate())
    rests = {"consent": consent, "consent_stands": "given", "answers": {}, "consent_why": "", "content": forename}
    begin = sent if is_sent else begun
    share = begin(sharing, reason=reason("consent"), recipient=consent.recipient, **rests)
    withdraw_consent(consent=consent, on=timezone.localdate(), how="spoken", said="She rang.", by=place.room.lead)
    return Shared(sharing, consent, share)


@pytest.fixture
def three(place: Office, installation: Path) -> dict[str, Shared]:  # noqa: F811
    load_editions()
    load_law()
    return {
        "file": on_consent(place, "Ida", is_sent=True),
        "consent": on_consent(place, "Bea", is_sent=False),
        "stays": on_consent(place, "Cleo", is_sent=True),
    }


def destroyed(place: Office, three: dict[str, Shared]) -> tuple[Path, Path]:
    """The file of one ends, and the consent of another, on which a draft rested until the lead wrote another reason.
    Returns the backup of the day before.
    """
    with later(days=DAYS):
        place.due(three["file"].child)
        place.approve(place.sent(three["file"].child))
        _, records, keys = backed_up()
        bea = three["consent"]
        other: Any = {"reason": reason(), "recipient": bea.consent.recipient}
        changed = said(bea.sharing, content="Bea", consent=None, **other)
        save_share(event=bea.share, seen=bea.share.revision, said=changed, by=place.room.lead)
        ends: Any = bea.consent
        place.approve(place.sent(ends))
    with later(days=DAYS + 15):
        with signed_in_as("destroyer"):
            assert (destroy_due(), finish()) == (2, 2)
        assert close_lists() == 2
        _, newer, newer_keys = backed_up()
    newer.unlink()
    newer_keys.unlink()
    return records, keys


def ensure_as_the_ledger_says(three: dict[str, Shared]) -> None:
    ring.forget()
    ida, bea, cleo = (three[name] for name in ("file", "consent", "stays"))
    assert set(Consent.objects.values_list("pk", flat=True)) == {cleo.consent.pk}
    assert left_of([ida.child.pk, ida.consent.pk, ida.share.pk, bea.consent.pk]) == []
    assert SubjectKey.objects.get(pk=ida.child.pk).wrapped is None
    for gone in (SharedItem, SharingStep):
        assert not gone.objects.filter(event=ida.share.pk).exists()
    # What was shared of the others stays, whole; of the one whose consent ended it says of none.
    left = {share.pk: (share.content, share.consent_id) for share in SharingEvent.objects.all()}
    assert left == {bea.share.pk: ("Bea", None), cleo.share.pk: ("Cleo", cleo.consent.pk)}
    assert SharingStep.objects.filter(event=cleo.share).exists()
    assert Consent.objects.get().withdrawn_said == "She rang."
    refuse_unreplayed()


def test_a_consent_and_a_file_end_again_and_what_rests_on_another_consent_stays(
    place: Office, three: dict[str, Shared]
) -> None:
    records, keys = destroyed(place, three)
    ensure_as_the_ledger_says(three)
    lose("default", KEYS)
    put_back_by_hand(records, keys)
    assert SharingEvent.objects.get(pk=three["consent"].share.pk).consent == three["consent"].consent
    assert SharingEvent.objects.get(pk=three["file"].share.pk).consent == three["file"].consent
    with pytest.raises(SystemExit, match="brought back 2 records"):
        refuse_unreplayed()
    assert "2 records that had been destroyed were here" in restore("--destroyed")
    ensure_as_the_ledger_says(three)
    assert "0 records that had been destroyed" in restore("--destroyed")
    ended = {three["file"].child.pk, three["consent"].consent.pk}
    assert set(Tombstone.objects.values_list("record_key", flat=True)) == ended
    assert {entry.record for entry in ledger.entries()} == ended
    assert not RetentionDate.objects.filter(record_key__in=ended).exists()
    assert {run.state for run in ItemRun.objects.all()} == {ItemRun.State.FILES_GONE}
