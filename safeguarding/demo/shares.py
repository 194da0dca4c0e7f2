"""What has the demo school shared, and what not? Decisions about a child, as the data has them.

The data says of every refusal that sharing would do more harm, and gives laws that do not fit: here each refusal has
its own reason, and each decision a legal reason of the list. A law that nobody has confirmed is not among them.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.protection import may_view
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.printer import Printer
from safeguarding.demo.source import shares
from safeguarding.printing.gathering import For
from sharing.events.models import LegalReason, Recipient, SharingEvent
from sharing.events.services.asking_back import ask_back
from sharing.events.services.calling import Called, record_call
from sharing.events.services.checking import Said, consents_in_force
from sharing.events.services.choosing import choose_items, there_now
from sharing.events.services.deciding import begin_share, decide_share
from sharing.events.services.following import Happened
from sharing.events.services.handing_over import hand_over
from sharing.events.services.law import laws_on
from sharing.events.services.packing import make_pack, say_names
from sharing.events.services.receiving import record_received
from sharing.events.services.recipients import Facts, add_recipient, address_book, check_recipient, correct_recipient
from sharing.events.services.sending import record_sent

_SHARERS = ("S02", "S03", "S01")
# Organisation, what it is, team or office: who is in no address book yet.
_ADDED = (
    ("Stockport CAFCASS", "court", "Family court advisers"),
    ("Stockport virtual school", "authority", "Education advisers"),
    ("Stockport children missing education", "authority", ""),
    ("Whitmoor High School", "school", "Safeguarding lead"),
    ("Bramhall Road Surgery", "health", "Practice safeguarding lead"),
    ("Lane and Fox, solicitors", "other", ""),
    ("Stockport Channel panel", "authority", "Prevent coordinator"),
    ("Insurer of the school", "other", "Claims"),
)
# Nobody has rung the switchboard yet: what waits for them shows what is missing.
_UNCHECKED = ("Greater Manchester Police",)
_ADVISED = "Agreed that it is needed, and no more than that."
# Records that go along with what waits, and how many; and what is taken out of them.
_CHOSEN, _FEW = ("concerns.account", "concerns.decision", "children.classepisode"), 4
# Of these the pages are made: handed over, or waiting to be looked at.
_WITH_PACK = ("handed", "packed")
_TAKEN_OUT = "Bramhall Lane\nthe blue van"
_NOT_TOLD = "It would put the child at risk, or warn who may have done harm."
# To every question of every test of these decisions.
_ANSWERS = {
    "no_consent": "not_expected",
    "enquiry": "The enquiry of which they wrote, led by their assessment team.",
    "need": "To know what help the child needs, and what was tried.",
    "officer": "DC Alan Prior, 4471, Greater Manchester Police",
    "crime_reference": "06E1/44712/26",
    "necessity": "To say whether the child was in school on two days. Without it they cannot rule the child out.",
    "call_back": "yes",
    "claim": "The proceedings of which they wrote.",
    "order": "Family court at Stockport, SK26C00417, order of the month before",
    "order_says": "The pastoral file, with other families left out.",
    "danger": "Everybody in school: the child had a knife.",
    "cannot_consent": "legally",
    "relevant": "What the child said, and what the child looked at.",
    "enrolled": "Their registrar confirmed the place in writing.",
    "which_law": "Children Act 2004 section 10, as the data protection officer advised in writing.",
}


def lay_shares(school: School, ground: Ground, keys: Keys, printer: Printer) -> None:
    """The address book that they need, and every decision of the data."""
    lead = ground.users[_SHARERS[0]]
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        book = _address_book(school, keys, by=lead, at=ground.now - timedelta(days=400))
    for entry in shares():
        child = Child.objects.select_related("school").get(pk=ground.children[entry["child"]])
        by = next(person for key in _SHARERS if may_view(person := ground.users[key], child))
        with acting(Acting(user_id=by.pk, school_id=school.pk)):
            _lay(entry, child, book, ground.now - timedelta(days=entry["days"]), keys, printer, by=by)


def _address_book(school: School, keys: Keys, *, by: User, at: datetime) -> dict[str, Recipient]:
    """Every organisation by its name, checked but for a few."""
    for name, kind, office in _ADDED:
        add_recipient(school=school, token=keys.token(), facts=Facts(kind, name, office), by=by, at=at)
    wanted = {entry["to"] for entry in shares()}
    found = {row.name: row for row in address_book(school.pk) if row.name in wanted}
    for name, row in found.items():
        if row.is_checked or name in _UNCHECKED:
            continue
        facts = Facts(row.kind, row.name, row.office, email="team@example.org")
        row = correct_recipient(recipient=row, school=school, seen=row.revision, facts=facts, by=by, at=at)
        found[name] = check_recipient(
            recipient=row,
            school=school,
            seen=row.revision,
            how="call_back",
            on=timezone.localdate(at),
            by=by,
            at=at,
        )
    return found


def _lay(
    entry: dict[str, Any],
    child: Child,
    book: dict[str, Recipient],
    at: datetime,
    keys: Keys,
    printer: Printer,
    *,
    by: User,
) -> None:
    recipient, law = book[entry["to"]], laws_on(timezone.localdate(at)).get(entry["reason"])
    if entry["ends"] == "call":
        said = Called(recipient, entry["person"], at, entry["what"], entry["purpose"], law)
        record_call(child=child, token=keys.token(), said=said, by=by, at=at)
        return
    said_so = _said(entry, child, recipient, law, at)
    made = begin_share(child=child, token=keys.token(), said=said_so, by=by, at=at)
    if entry["ends"] in ("draft", "to_send", *_WITH_PACK):
        made = _choose(made, at, by=by)
    if entry["ends"] == "draft":
        return
    decided = decide_share(event=made, seen=made.revision, said=said_so, by=by, at=at + timedelta(minutes=20))
    if entry["ends"] in _WITH_PACK:
        _pack(entry, decided, at + timedelta(hours=1), keys, printer, by=by)
    elif entry["ends"] not in ("not_shared", "to_send"):
        _go_on(entry, decided, at + timedelta(hours=1), keys, by=by)


def _choose(event: SharingEvent, at: datetime, *, by: User) -> SharingEvent:
    """What can be looked at goes along: some of what the record says, without two words of it."""
    there = [name for name, block in there_now(For(by), event).items() if block.record.label in _CHOSEN][:_FEW]
    if not there:
        return event
    made = choose_items(event=event, seen=event.revision, chosen=there, asks=For(by), by=by, at=at)
    return say_names(event=made, seen=made.revision, named=[], named_why="", take_out=_TAKEN_OUT, asks=For(by), by=by)


def _said(entry: dict[str, Any], child: Child, recipient: Recipient, law: LegalReason | None, at: datetime) -> Said:
    on_consent = law is not None and law.kind == LegalReason.Kind.CONSENT
    agreed = consents_in_force(child.pk, recipient, timezone.localdate(at)) if on_consent else []
    is_refused = entry["ends"] == "not_shared"
    left_out, advice = entry.get("left_out", ""), entry.get("advice", "none")
    return Said(
        recipient=recipient,
        person=entry["person"],
        asked=entry["asked"],
        purpose=f"{entry['purpose']}.",
        due_on=timezone.localdate(at) + timedelta(days=entry["due"]) if "due" in entry else None,
        reason=law,
        answers={one["key"]: _ANSWERS[one["key"]] for one in law.questions} if law and not is_refused else {},
        consent_stands="given" if agreed else "refused" if entry.get("because") == "no_consent" else "not_asked",
        consent=agreed[0] if agreed else None,
        consent_why=_why_no_consent(entry, is_agreed=bool(agreed)),
        content=entry["what"],
        left_out=left_out,
        necessity="" if is_refused else "They need this for what they say, and nothing less would do.",
        harm="" if is_refused else "Without it the child may wait for help; with more than this, trust may suffer.",
        child_told="" if is_refused else "before",
        parents_told="" if is_refused else entry.get("parents_told", "before"),
        not_told_why=_NOT_TOLD if entry.get("parents_told") == "no" else "",
        advice=advice,
        advice_said="" if advice == "none" else _ADVISED,
        onward="" if is_refused else "For this purpose alone. They ask us before they pass it on.",
        decision="none" if is_refused else "part" if left_out else "all",
        because=entry.get("because", ""),
        because_why=entry.get("why", ""),
    )


def _pack(entry: dict[str, Any], event: SharingEvent, at: datetime, keys: Keys, printer: Printer, *, by: User) -> None:
    """Its pages are made: they wait to be looked at, or are handed over."""
    asks = For(by)
    made = printer.once_ready(lambda: make_pack(event=event, seen=event.revision, asks=asks, by=by, at=at))
    if entry["ends"] == "handed":
        over = at + timedelta(hours=1)
        went = Happened(over, entry["method"], entry["person"])
        hand_over(event=made, token=keys.token(), happened=went, asks=asks, by=by, seen=made.revision, at=over)


def _why_no_consent(entry: dict[str, Any], *, is_agreed: bool) -> str:
    if entry["ends"] == "not_shared":
        return entry.get("why", "")
    return "" if is_agreed else "It is not needed: the law that is named lets the school share it."


def _go_on(entry: dict[str, Any], event: SharingEvent, at: datetime, keys: Keys, *, by: User) -> None:
    """It was sent; and received, or asked back."""
    went = Happened(at, entry["method"], entry["person"])
    sent = record_sent(event=event, token=keys.token(), happened=went, by=by, at=at)
    later = at + timedelta(days=2)
    if entry["ends"] == "received":
        came = Happened(later, "email", entry["person"], "It has come, and is with the right team.")
        record_received(event=sent, token=keys.token(), happened=came, by=by, at=later)
    elif entry["ends"] == "asked_back":
        wrong = Happened(later, "telephone", entry["person"], "The names of witnesses went along. They delete them.")
        answer_by = timezone.localdate(later) + timedelta(days=14)
        ask_back(event=sent, token=keys.token(), happened=wrong, follow_up_on=answer_by, by=by, at=later)
