"""Which consents have the children of the matrix? A word in every field of each; one was withdrawn.

And each school has a wording, and an organisation of its own in the address book.
"""

from typing import Any

from safeguarding.accounts.services.guidance import load_editions
from safeguarding.keys import uuid7
from sharing.events.services.consents import Answered, record_consent, withdraw_consent
from sharing.events.services.recipients import Facts, add_recipient
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from tests.matrix.ground import NOW, RECORDS, THEN


def lay_sharing(world: Any) -> None:
    """The law as Harbour brings it, and of each child an answer about consent."""
    load_editions()
    load_law()
    of_school = {record: _school(world, record) for record in ("open", "other")}
    for record in RECORDS:
        wording, recipient = of_school["other" if record == "other" else "open"]
        consent = _consent(world, record, wording, recipient)
        world.keys[record]["consent"] = consent.pk
    withdrawn = _consent(world, "open", *of_school["open"])
    withdraw_consent(
        consent=withdrawn, on=THEN.date(), how="spoken", said=world.word(), by=world.people["lead"], at=NOW
    )


def _school(world: Any, record: str) -> tuple[Any, Any]:
    school, by = world.school_of(record), world.lead_of(record)
    wording = save_wording(
        school=school, token=uuid7(), title="School nurse", text="We would like to tell the nurse.", by=by, at=THEN
    )
    facts = Facts(kind="health", name="Saltmarsh school nursing", email="nurses@example.org")
    recipient = add_recipient(school=school, token=uuid7(), facts=facts, by=by, at=THEN)
    world.keys[record]["recipient"] = recipient.pk
    return wording, recipient


def _consent(world: Any, record: str, wording: Any, recipient: Any) -> Any:
    word = world.word
    said = Answered(
        wording=wording,
        recipient=recipient,
        answer="given",
        capacity="other",
        how="form",
        answered_on=THEN.date(),
        by_whom=word(),
        known_by=word(),
        scope=word(),
    )
    return record_consent(child=world.children[record], token=uuid7(), said=said, by=world.lead_of(record), at=THEN)
