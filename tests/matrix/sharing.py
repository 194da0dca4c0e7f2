"""Which consents and which decisions to share have the children of the matrix? A word in every field of each.

One consent was withdrawn. Each decision names the concern of its record: one was sent, with a record of the child,
one is a draft, and one waits for a second person. And each school has a wording, and an organisation of its own in the
address book.
"""

from types import SimpleNamespace
from typing import Any

from children.models import ContactRestriction
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.keys import uuid7
from sharing.events.services.checking import Said
from sharing.events.services.choosing import choose_items, name_of, offers
from sharing.events.services.consents import Answered, record_consent, withdraw_consent
from sharing.events.services.deciding import begin_share, decide_share
from sharing.events.services.following import Happened
from sharing.events.services.law import laws_on
from sharing.events.services.lifting import ask_to_lift
from sharing.events.services.packing import say_names
from sharing.events.services.recipients import Facts, add_recipient, check_recipient
from sharing.events.services.reference import load_law
from sharing.events.services.sending import record_sent
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
        _shares(world, record, recipient)
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
    recipient = check_recipient(
        recipient=recipient, school=school, seen=0, how="website", on=THEN.date(), by=by, at=THEN
    )
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


def _shares(world: Any, record: str, recipient: Any) -> None:
    by, child, concern = world.lead_of(record), world.children[record], world.concerns[record]
    about = {"child": child, "concern": concern, "by": by, "at": THEN}
    asks: Any = SimpleNamespace(user=by)
    draft = begin_share(**about, token=uuid7(), said=_said(world, recipient))
    names = {"named": [], "named_why": world.word(), "take_out": world.word()}
    say_names(event=draft, seen=0, asks=asks, by=by, **names)
    world.keys[record]["sharing_draft"] = draft.pk
    world.keys[record]["sharing_waiting"] = _barred(world, record, recipient, asks).pk
    said = _said(world, recipient)
    made = begin_share(**about, token=uuid7(), said=said)
    block = next(one for offer in offers(asks, made) for one in offer.blocks)
    made = choose_items(event=made, seen=0, chosen=[name_of(block)], asks=asks, by=by, at=THEN)
    made = decide_share(event=made, seen=made.revision, said=said, by=by, at=THEN)
    happened = Happened(THEN, "email", world.word(), world.word())
    made = record_sent(event=made, token=uuid7(), happened=happened, by=by, at=THEN)
    world.keys[record]["sharing_event"] = made.pk


def _barred(world: Any, record: str, recipient: Any, asks: Any) -> Any:
    """One that waits, is for an adult that an order binds where there is one, and was asked to go all the same."""
    by, child = world.lead_of(record), world.children[record]
    order = ContactRestriction._base_manager.filter(child=child, contact__isnull=False).first()
    said = _said(world, recipient, for_adult=order.contact if order else None)
    made = begin_share(child=child, concern=world.concerns[record], token=uuid7(), said=said, by=by, at=THEN)
    made = decide_share(event=made, seen=made.revision, said=said, by=by, at=THEN)
    if order is not None:
        made = ask_to_lift(event=made, seen=made.revision, why=world.word(), asks=asks, by=by, at=THEN)
    return made


def _said(world: Any, recipient: Any, **other: Any) -> Said:
    """A word in every text. "because_why" is that of a refusal, and of a draft of one."""
    word = world.word
    words = (
        "person",
        "purpose",
        "consent_why",
        "content",
        "left_out",
        "necessity",
        "harm",
        "not_told_why",
        "advice_said",
        "onward",
        "because_why",
    )
    return Said(
        recipient=recipient,
        asked="request",
        reason=laws_on(THEN.date())["cda1998_115"],
        answers={"need": word()},
        consent_stands="not_asked",
        child_told="no",
        parents_told="no",
        advice="dpo",
        decision="part",
        **{name: word() for name in words},
        **other,
    )
