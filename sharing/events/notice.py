"""What does sharing say in the privacy notice? To which organisations something goes, by which law, and which guidance
the school follows.

An organisation is named by its name alone, without team or office. A school, one that is no public service, and an
authority, force or court of elsewhere is named by its kind: that a family has to do with it, or comes from there, is
nobody's business.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from safeguarding.dates import start_of
from safeguarding.once import once
from safeguarding.personal_data import categorised
from safeguarding.privacy_notice import (
    Asked,
    Blank,
    Block,
    Facts,
    Section,
    asks,
    bullets,
    looks_at,
    rests_on,
    table,
    tells,
    text,
)

from .models import SHARED, Consent, Recipient, SharingEvent
from .services.law import Edition, Reason, editions_at, reasons_at
from .services.recipients import address_book
from .services.reference import brought_name

_K = Recipient.Kind
_BY_KIND = {
    _K.AUTHORITY: "Other local authorities where necessary, such as one that places a child here",
    _K.SOCIAL_CARE: "Children’s social care of other authorities",
    _K.SCHOOL: "Other schools and education settings",
    _K.POLICE: "Other police forces",
    _K.COURT: "Courts, and those who work for them",
    _K.OFFICER: "Designated officers of other authorities",
    _K.OTHER: "Other organisations that help a child or a family",
}
# Of these kinds the school's own, by the codes of `data/recipients.json`: which they are is no secret of any family.
_OF_THE_PLACE = frozenset({"authority", "social_care", "police", "court", "officer"})
# What goes out, or waits for it.
_GOES = (SharingEvent.Status.TO_SEND, *SHARED)
_UNNAMED = ("consent", "other")
_DFE, _AUTHORITY = "statistics", "authority"


def _named(row: Recipient) -> str:
    """What the notice calls a recipient."""
    return row.name if row.code in _OF_THE_PLACE else _BY_KIND.get(_K(row.kind), row.name)


def _book(asked: Asked) -> list[Recipient]:
    return once(("notice recipients", asked.school.pk), lambda: address_book(asked.school.pk))


def _recipients(asked: Asked) -> list[str]:
    return list(dict.fromkeys(_named(row) for row in _book(asked)))


def _reasons(asked: Asked) -> list[Reason]:
    school_id, on = asked.school.pk, asked.today
    return once(("notice reasons", school_id, on), lambda: reasons_at(school_id, on))


def _held(asked: Asked) -> list[Reason]:
    """The legal reasons that hold at the school: what is to be confirmed is claimed nowhere."""
    return [reason for reason in _reasons(asked) if not reason.is_open]


def _editions(asked: Asked) -> list[Edition]:
    return [edition for edition in _known(asked) if not edition.is_open]


def _known(asked: Asked) -> list[Edition]:
    school_id, on = asked.school.pk, asked.today
    return once(("notice editions", school_id, on), lambda: editions_at(school_id, on))


def _law(asked: Asked) -> Iterable[Block]:
    reasons = [reason.row for reason in _held(asked)]
    articles = _each(row.article6 for row in reasons)
    conditions = _each(f"{row.article9}: {row.condition}" if row.condition else row.article9 for row in reasons)
    yield text("We may use and share it under these articles of the UK GDPR:")
    yield bullets([f"Article {one}" for one in articles])
    yield text("For special category information, with the conditions of the Data Protection Act 2018:")
    yield bullets([f"Article {one}" for one in conditions])
    yield text("We follow:")
    yield bullets(edition.row.named for edition in _editions(asked))


def _each(words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if word})


def _who(asked: Asked) -> Iterable[Block]:
    yield text("We share what is needed with:")
    yield bullets(_recipients(asked))
    yield text(
        "We share so that children are kept safe and get the right services and support, such as children’s social "
        "care, special educational needs support and School Health. We do not share without consent unless the law "
        "and our policies allow it. Consent that was given can be withdrawn: tell the school office.",
        "A file that we make of our records for somebody outside is encrypted, or handed over on paper with a slip for "
        "the receipt.",
    )
    rows = [(_said(reason), reason.row.law) for reason in _held(asked) if reason.row.code not in _UNNAMED]
    yield table("Laws by which we share", ("What for", "Law"), rows)


def _said(reason: Reason) -> str:
    kind = reason.row.get_kind_display()
    return f"{reason.row.title} ({kind[:1].lower()}{kind[1:]})"


def _department(asked: Asked) -> Iterable[Block]:
    law = next((reason.row.law for reason in _held(asked) if reason.row.code == _DFE), "")
    if law:
        yield text(f"Schools and local authorities must send the Department for Education some information: {law}.")


def _missing(asked: Asked) -> Iterable[Blank]:
    """The local authority of the school, while it has the name with which Harbour came."""
    if any(row.code == _AUTHORITY and row.name == brought_name(_AUTHORITY) for row in _book(asked)):
        yield Blank("the name of the school’s local authority", "recipients")


# --- what to look at


def _codes(asked: Asked) -> list[str]:
    return [edition.row.code for edition in _editions(asked)]


def _old_editions(asked: Asked, kept: Facts) -> Iterable[str]:
    now = {edition.row.code: edition.row.named for edition in _editions(asked)}
    then = set(kept.get("editions", ()))
    for code, named in now.items():
        if then and code not in then:
            yield f"The notice does not name {named}, which is in force."
    for edition in _known(asked):
        if edition.is_open and _may_be_in_force(edition, asked.today):
            yield f"{edition.row.named}, may be in force. Read it, and confirm it under Law of sharing."


def _may_be_in_force(edition: Edition, today: date) -> bool:
    since = edition.row.from_day
    return edition.confirmed is None and since is not None and since <= today


def _to_confirm(asked: Asked, kept: Facts) -> Iterable[str]:
    found = [reason.row for reason in _reasons(asked) if reason.is_open and reason.confirmed is None]
    yield from (f"To be confirmed: {row.title} ({row.law})." for row in found)
    if found:
        yield "The notice names none of these. Say under Law of sharing where you read them, and from when they hold."


def _used_not_named(asked: Asked, kept: Facts) -> Iterable[str]:
    if asked.reader is None:
        return
    then = set(kept.get("recipients", ()))
    consents = Consent.objects.visible_to(asked.reader).filter(school=asked.school, answer=Consent.Answer.GIVEN)
    live = consents.filter(withdrawn_at=None).order_by().values("recipient").distinct()
    # What was shared in a year says where it goes; what is older says where it went.
    since = asked.today - timedelta(days=365)
    shares = SharingEvent.objects.visible_to(asked.reader).filter(school=asked.school, status__in=_GOES)
    used = shares.exclude(sent_at__lt=start_of(since)).order_by().values("recipient").distinct()
    for row in Recipient.objects.filter(Q(pk__in=live) | Q(pk__in=used)).order_by("name", "pk"):
        if _named(row) not in then:
            yield f"{row.name} is shared with, and the notice does not name it."


categorised("sharing", "Consents to sharing, and refusals")
tells(Section.LAW, _law, order=50)
tells(Section.SHARE, _who)
tells(Section.DFE, _department, order=10)
asks(_missing)
rests_on("editions", _codes)
rests_on("recipients", _recipients)
looks_at("Guidance is the edition in force", _old_editions)
looks_at("Legal reasons are confirmed", _to_confirm)
looks_at("Recipients in use are named", _used_not_named)
