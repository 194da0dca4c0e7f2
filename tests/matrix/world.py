"""Which people and records does the matrix ask about? Two schools, a person for each persona, a record for each
relation.

The names are those of `docs/policy.yaml`, which says in a sentence what each is. Everything is reached through the
services; access and conflicts of interest, which have a page of their own, are given as rows. What needs no more than
what its model declares is not laid here at all (`declared.py`).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from children.facts import Adult, Called, Earlier, Home, NewChild
from children.mentions import marker
from children.models import Child, ConflictOfInterest, HeldFact, OtherName
from children.services import filing, keeping, safeguards
from safeguarding.accounts.models import Notice, School, User
from safeguarding.concerns.models import Concern, ConcernSubject, Decision, HowSoon, Receipt
from safeguarding.concerns.services import attaching, deciding, raising
from safeguarding.concerns.services.deciding import Ruling
from safeguarding.concerns.services.drafts import open_draft, save_draft
from safeguarding.concerns.services.kept import keep_text
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, Report
from safeguarding.keys import uuid7
from safeguarding.uploads.services.keeping import Upload
from tests import factories, sheets
from tests.integration.uploads.corpus import picture
from tests.matrix.access import lay_access
from tests.matrix.adults import lay_adults
from tests.matrix.beside import (
    lay_apart,
    lay_cover,
    lay_earlier,
    lay_from_elsewhere,
    lay_own,
    lay_pastoral,
    lay_school_days,
    lay_work,
)
from tests.matrix.canaries import Planted, Words
from tests.matrix.governors import lay_governors
from tests.matrix.ground import NOW, RECORDS, THEN, TODAY, given_row
from tests.matrix.law import lay_law
from tests.matrix.marked import mark
from tests.matrix.mistakes import lay_mistake, lay_refused
from tests.matrix.notice import lay_notice
from tests.matrix.plans import lay_plans
from tests.matrix.planting import plant
from tests.matrix.received import lay_received
from tests.matrix.requests import lay_requests
from tests.matrix.retention import lay_retention
from tests.matrix.sharing import lay_sharing
from tests.matrix.training import lay_training
from tests.matrix.transfers import lay_transfers
from tests.matrix.twice import lay_twice

PICTURE = picture()
# Persona to role at the school that the matrix looks from; those of the other school are below.
ROLES = {
    "teacher": "teacher",
    "assistant": "teaching_assistant",
    "pastoral_in": "pastoral",
    "pastoral_out": "pastoral",
    "designated": "designated_teacher",
    "senco": "senco",
    "attendance": "attendance",
    "office": "office",
    "deputy": "deputy_lead",
    "lead": "lead",
    "headteacher": "headteacher",
    "trust_in": "trust_lead",
    "lead_parent": "lead",
    "subject": "deputy_lead",
    "alternate": "alternate_lead",
    "chair": "chair",
    "it_admin": "it_admin",
    "auditor": "auditor",
    "dpo": "dpo",
    "governor": "governor",
}
# Those that a lead has decided about already; the others wait in the queue.
DECIDED = ("open", "closed", "restricted", "hidden", "two", "subject", "head", "own", "action", "other")


@dataclass
class World:
    """What there is. `keys` gives, for each record, what fills its addresses: child, concern, action, draft, …"""

    here: School
    there: School
    people: dict[str, User] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    concerns: dict[str, Concern] = field(default_factory=dict)
    # Home and adult of the hidden child, which a sister shares.
    family: tuple[list[Home], list[Adult]] = field(default_factory=lambda: ([], []))
    # The key of a concern that was entered in error: of no record, so that nobody may see a word of it.
    mistake: Any = None
    planted: Planted = field(default_factory=Planted)
    word: Words = field(default_factory=Words)

    def school_of(self, record: str) -> School:
        return self.there if record == "other" else self.here

    def lead_of(self, record: str) -> User:
        return self.people["lead_there" if record == "other" else "lead"]

    def reporter_of(self, record: str) -> User:
        return self.people["reporter_there" if record == "other" else "teacher" if record == "own" else "reporter"]


def make() -> World:
    """The world, in the database."""
    world = World(factories.school("Saltmarsh Lane Primary School"), factories.school("Alder Brook Primary School"))
    _people(world)
    for number, record in enumerate(RECORDS):
        world.children[record] = _child(world, record, number)
        named = OtherName.objects.get(child=world.children[record])
        order = world.children[record].restrictions.get(kind="other")
        world.keys[record] = {"child": world.children[record].pk, "other_name": named.pk, "safeguard": order.pk}
    factories.link_siblings(one=world.children["two"], other=world.children["hidden"], by=world.people["office"])
    declared = given_row(
        ConflictOfInterest,
        user=world.people["lead_parent"],
        child=world.children["hidden"],
        kind="own_child",
        school=world.here,
        declared_by=world.people["lead_parent"],
    )
    world.keys["hidden"]["conflict"] = declared.pk
    for record in RECORDS:
        _concern(world, record)
        _papers(world, record)
        lay_pastoral(world, record)
    lay_from_elsewhere(world)
    _close(world)
    for record in RECORDS:
        mark(world, record)
    lay_mistake(world)
    lay_access(world)
    _unsent(world)
    lay_own(world)
    _files(world)
    lay_earlier(world)
    lay_school_days(world)
    lay_adults(world, at=THEN, today=TODAY)
    lay_cover(world)
    lay_law(world)
    lay_twice(world)
    lay_plans(world)
    lay_sharing(world)
    lay_transfers(world)
    lay_received(world)
    lay_requests(world)
    lay_retention(world)
    lay_notice(world)
    lay_training(world)
    lay_governors(world)
    plant(world)
    return world


def _people(world: World) -> None:
    def person(key: str, at: School, role: str) -> None:
        named = key.replace("_", " ").title()
        world.people[key] = factories.member(at, role, "Sam", named, extension="214", password=factories.PASSWORD)

    for key, role in ROLES.items():
        person(key, world.here, role)
    person("reporter", world.here, "midday")
    for key, role in (
        ("trust_out", "trust_lead"),
        ("lead_there", "lead"),
        ("office_there", "office"),
        ("reporter_there", "midday"),
    ):
        person(key, world.there, role)
    person("leaver", world.here, "lead")
    User.objects.filter(pk=world.people["leaver"].pk).update(is_active=False)


def _child(world: World, record: str, number: int) -> Child:
    """A child with everything that can be known of one.

    The child of "two" is a sister of the hidden one, at its address.
    """
    word, school = world.word, world.school_of(record)
    home = Home(address=f"{number} {word.name()} Street", town=word.name(), county=word.name(), postcode=word().upper())
    adult = Adult(
        surname=word.name(),
        forename=word.name(),
        title=word.name(),
        relationship="Mother",
        organisation=word.name(),
        mobile=f"07700 9001{number:02} {word()}",
        telephone=f"01632 9601{number:02} {word()}",
        email=f"{word()}@example.org",
        delegated_authority=word(),
        responsibility=True,
        evidence=word(),
        home=0,
    )
    homes, adults = [home], [adult]
    if record == "two":
        # The second parent is the colleague who is the hidden child's parent too.
        homes, adults = world.family
    details = {
        "upn": sheets.number(number) if record == "hidden" else word().upper(),
        "admission_number": word(),
        "middle_names": word.name(),
        "date_of_birth": word.birthday(),
        "gp": word(),
    }
    if record == "closed":
        details["date_of_death"] = word.birthday()
    child = NewChild(
        forename=word.name(),
        surname=word.name(),
        known_forename=word.name(),
        known_surname=word.name(),
        year_group=5,
        class_name="5B",
        entered_on=factories.LONG_AGO,
        details=details,
        homes=homes,
        adults=adults,
        called=[Called(forename=word.name(), surname=word.name())],
        former_upns=[word().upper()],
        earlier=[Earlier(name="Beck Lane Infant School")],
    )
    if record == "hidden":
        world.family = homes, adults
    by = world.people["office_there" if record == "other" else "office"]
    made = factories.register_child(school=school, child=child, by=by, today=TODAY)
    known = factories.told(note=word(), on=factories.LONG_AGO)
    keeping.add_health(child=made, words=word(), told=known, by=by)
    keeping.set_facts(
        child=made, part="doctor", values={"gp": word()}, is_correction=True, told=factories.told(note=word()), by=by
    )
    HeldFact._base_manager.update_or_create(
        child=made, school=school, field="middle_names", contact=None, defaults={"said": word(), "held_at": THEN}
    )
    for kind, binds in (("no_contact", adults[0].forename), ("other", "")):
        factories.order(made, word(), by=by, kind=kind, binds=binds, told_by="document", evidence=word())
    if record == "closed":
        _over_and_wrong(world, made)
    return made


def _over_and_wrong(world: World, child: Child) -> None:
    """An order and an answer about parental responsibility that ended, and of each one that never was."""
    word, lead, office = world.word, world.people["lead"], world.people["office"]
    over, wrong = (factories.order(child, word(), by=office, kind="agreement") for _ in range(2))
    safeguards.end(row=over, last_day=TODAY, reason=word(), by=lead)
    said = child.responsibilities.get()
    for row in (wrong, said):
        safeguards.correct(row=row, token=uuid7(), reason=word(), right=None, by=lead)
    facts = safeguards.ResponsibilityFacts(contact=said.contact, held=True, basis="mother", told_by="family")
    again = safeguards.record_safeguard(child=child, token=uuid7(), facts=facts, by=office)
    safeguards.end(row=again, last_day=TODAY, reason=word(), by=lead)


def _concern(world: World, record: str) -> None:
    """A concern about the child, and about one who was only described; what leads wrote about it where they have
    decided.
    """
    word, by, keys = world.word, world.reporter_of(record), world.keys[record]
    children = [ChildEntry(role="worried_about", child=world.children[record])]
    if record == "two":
        children.append(ChildEntry(role="sibling", child=world.children["hidden"]))
    children.append(ChildEntry(role="witness", kind="unnamed", description=f"A boy in a {word()} coat"))
    # The hidden child is mentioned inside the text where she has a part: a mention alone hides the concern as well.
    mentioned = world.children["hidden" if record == "two" else record]
    account = AccountFacts(
        facts=f"{word()} {marker(mentioned.pseudonym)}",
        child_words=word(),
        observed_on=THEN.date(),
        place="other",
        place_detail=word(),
        how_known="saw_or_heard",
        others_present=word(),
        presentation=word(),
        marks_seen=True,
        done_at_once=word(),
        told="other",
        told_other=word(),
    )
    report = Report(how_soon=HowSoon.TODAY, children=children, account=account, marks={1: word()})
    token, school = uuid7(), world.school_of(record)
    if record in ("own", "other"):
        raising.call_lead(token=token, school=school, by=by, child=world.children[record], at=THEN)
    made = raising.raise_concern(token=token, school=school, report=report, by=by, at=THEN)
    world.concerns[record] = made
    raising.amend(account=made.account, token=uuid7(), text=word(), reason="more", by=by, at=THEN)
    drawing = Upload(f"{word()}.jpg", PICTURE)
    [attached] = attaching.attach_to_report(account=made.account, token=uuid7(), uploads=[drawing], by=by, at=THEN).kept
    keys |= {
        "attachment": attached.pk,
        "concern": made.pk,
        "reference": made.reference,
        "form": token,
        "described": made.children.get(child=None).pk,
        "in_it": made.children.get(child=world.children[record]).pk,
        "words": world.children[record].forename,
    }
    if record == "restricted" or record == "named":
        Concern._base_manager.filter(pk=made.pk).update(restricted_at=THEN, restricted_by=world.people["lead"])
    about = {"subject": "subject", "head": "headteacher"}.get(record)
    if about:
        named = given_row(
            ConcernSubject, concern=made, school=school, user=world.people[about], named_by=world.people["lead"]
        )
        keys["named_subject"] = named.pk
    if record == "open":
        lay_refused(world)
    if record in DECIDED:
        _decide(world, record)
    lay_work(world, record)
    owner = world.people["assistant"] if record == "action" else world.lead_of(record)
    action = deciding.add_action(
        concern=made,
        token=uuid7(),
        text=word(),
        owner=owner,
        due_on=TODAY + timedelta(days=2),
        by=world.lead_of(record),
    )
    keys["action"] = action.pk
    notice = Notice.objects.filter(user=world.lead_of(record), object_id=made.pk).first()
    keys["notice"] = notice and notice.pk


def _papers(world: World, record: str) -> None:
    """A document of the child's record, and a photograph with consent; of "open" one to know the child by too."""
    word, child = world.word, world.children[record]
    order = Upload(f"{word()}.txt", b"An order.")
    filing.attach_to_child(child=child, token=uuid7(), uploads=[order], what="order", by=world.lead_of(record), at=THEN)
    by, upload = world.people["office_there" if record == "other" else "office"], Upload("a.jpg", PICTURE)
    consent = filing.Consent(by=word.name(), what_for=word(), on=THEN.date(), how="form")
    put = partial(filing.put_photograph, child=child, upload=upload, by=by, at=THEN)
    world.keys[record]["photograph"] = put(token=uuid7(), consent=consent).pk
    if record == "open":
        put(token=uuid7())


def _decide(world: World, record: str) -> None:
    word, by = world.word, world.lead_of(record)
    world.concerns[record].refresh_from_db()
    concern = deciding.open_concern(concern=world.concerns[record], by=by)
    ruling = Ruling(
        level=3,
        kind=Decision.Kind.CHILD_PROTECTION,
        rationale=word(),
        parents_told="no_risk",
        parents_reason=word(),
        receipt=Receipt.READ_ACTED,
        new_referral=True,
        recipient=word(),
        consent="not_sought",
        consent_reason=word(),
        legal_reason="s47",
        not_referred=word(),
        threshold=word(),
        advice=word(),
        dissent=word(),
        review_on=TODAY + timedelta(days=9),
        title=word(),
    )
    deciding.decide(concern=concern, token=uuid7(), seen=concern.revision, ruling=ruling, by=by, at=THEN)
    deciding.add_note(concern=concern, token=uuid7(), text=word(), by=by, at=THEN)
    if record in ("open", "own", "two"):
        deciding.ask_reporter(concern=concern, token=uuid7(), text=word(), by=by, at=THEN)
    if "undone" not in world.keys[record]:
        lay_apart(world, record)
    done = deciding.add_action(concern=concern, token=uuid7(), text=word(), owner=by, due_on=TODAY, by=by, at=THEN)
    deciding.end_action(action=done, move="complete", result=word(), by=by, at=THEN)


def _close(world: World) -> None:
    """Closed, opened again, closed again: how it was closed first stays."""
    concern, by, word = world.concerns["closed"], world.people["lead"], world.word
    for action in concern.actions.filter(status="to_do"):
        deciding.end_action(action=action, move="withdraw", result=word(), by=by)
    for last in (False, True):
        concern.refresh_from_db()
        deciding.close_concern(
            concern=concern,
            seen=concern.revision,
            outcome="helped_in_school",
            reason=word(),
            receipt=Receipt.READ_ACTED,
            by=by,
        )
        if not last:
            deciding.reopen_concern(concern=concern, token=uuid7(), reason=word(), by=by)
            _decide(world, "closed")


def _unsent(world: World) -> None:
    """A draft that has waited for days, which a lead has opened; and what a lead typed when the session had ended."""
    for record in ("open", "own", "other"):
        author, lead, token = world.reporter_of(record), world.lead_of(record), uuid7()
        school = world.school_of(record)
        content = {"facts": [world.word()], "children": []}
        save_draft(token=token, school_id=school.pk, content=content, author_id=author.pk, at=THEN)
        open_draft(token=token, reason=world.word(), by=lead, at=NOW - timedelta(hours=1))
        kept = keep_text(
            token=uuid7(),
            author_id=lead.pk,
            school_id=school.pk,
            form="note_form",
            content={"text": [world.word()]},
            concern_id=world.concerns[record].pk,
        )
        world.keys[record] |= {"draft": token, "kept": kept and kept.pk}


def _files(world: World) -> None:
    """A file of children that waits for a decision at each school.

    The one here says something new of the hidden child.
    """
    for record, by in (("open", "office"), ("other", "office_there")):
        word = world.word
        rows = [
            sheets.row(201, surname=word.name(), forename=word.name(), adult=f"Mrs {word.name()}", born="31/02/2018"),
            sheets.row(202, surname=word.name(), forename=word.name(), upn=word().upper()),
        ]
        if record == "open":
            hidden = RECORDS.index("hidden")
            rows.append(sheets.row(hidden, surname=word.name(), forename=world.children["hidden"].forename))
        run = sheets.look_at(world.school_of(record), rows, by=world.people[by])
        world.keys[record]["run"] = run.pk
