"""Which people and records does the matrix ask about? Two schools, a person for each persona, a record for each relation.

The names are those of `docs/policy.yaml`, which says in a sentence what each is. Everything is reached through the services;
access and conflicts of interest, which have a page of their own, are given as rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import models

from children.facts import Adult, Called, Earlier, Home, NewChild, Order
from children.grants import viewing
from children.models import (
    Child,
    ChildGrant,
    ChildTeamGrant,
    ConflictOfInterest,
    ContactLink,
    EmergencyAccess,
    HouseholdMember,
    ImportRow,
)
from children.services import filing, link_siblings
from children.services.registering import register_child
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import ActingPeriod, Notice, RoleAssignment, School, Team, TeamMember, User
from safeguarding.concerns.models import (
    Concern,
    ConcernGrant,
    ConcernSubject,
    Decision,
    Draft,
    EarlierPdf,
    EarlierRow,
    HowSoon,
    KeptText,
    NoticeRule,
    OutsideNote,
    PaperForm,
    Receipt,
)
from safeguarding.concerns.services import (
    agencies,
    attaching,
    deciding,
    emergency,
    meeting,
    own,
    papers,
    pastoral,
    raising,
)
from safeguarding.concerns.services.agencies import Contacted, Sent, Step
from safeguarding.concerns.services.deciding import Ruling
from safeguarding.concerns.services.drafts import open_draft, save_draft
from safeguarding.concerns.services.kept import keep_text
from safeguarding.concerns.services.meeting import Called as MeetingCalled
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.outside import links, settling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.papers import Written
from safeguarding.concerns.services.raising import AccountFacts, Report
from safeguarding.keys import uuid7
from safeguarding.uploads.services.keeping import Upload
from tests import earlier, factories, sheets
from tests.integration.uploads.corpus import picture
from tests.matrix.adults import lay_adults
from tests.matrix.canaries import DERIVED, Planted, Words, protected_fields
from tests.matrix.marked import mark

NOW = factories.SCHOOL_DAY
TODAY = NOW.date()
THEN = NOW - timedelta(days=6)
PICTURE = picture()
# Persona to role at the school that the matrix looks from; those of the other school are below.
ROLES = {
    "teacher": "teacher", "assistant": "teaching_assistant", "pastoral_in": "pastoral", "pastoral_out": "pastoral",
    "office": "office", "deputy": "deputy_lead", "lead": "lead", "headteacher": "headteacher", "trust_in": "trust_lead",
    "lead_parent": "lead", "subject": "deputy_lead", "alternate": "alternate_lead", "chair": "chair",
    "it_admin": "it_admin", "auditor": "auditor", "dpo": "dpo", "governor": "governor",
}  # fmt: skip
RECORDS = (
    "open", "closed", "restricted", "hidden", "two", "subject", "head", "own", "action", "granted", "expired",
    "emergency", "named", "other",
)  # fmt: skip
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
    # Of which record's school each emergency sheet is.
    sheets: dict[Any, str] = field(default_factory=dict)
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
        world.keys[record] = {"child": world.children[record].pk}
    link_siblings(one=world.children["two"], other=world.children["hidden"], by=world.people["office"])
    declared = _row(ConflictOfInterest, user=world.people["lead_parent"], child=world.children["hidden"], kind="own_child",
         school=world.here, declared_by=world.people["lead_parent"])  # fmt: skip
    world.keys["hidden"]["conflict"] = declared.pk
    for record in RECORDS:
        _concern(world, record)
        _papers(world, record)
        _pastoral(world, record)
    _from_elsewhere(world)
    _close(world)
    for record in RECORDS:
        mark(world, record)
    _access(world)
    _unsent(world)
    _own(world)
    _files(world)
    _earlier(world)
    _school_days(world)
    lay_adults(world, at=THEN, today=TODAY)
    _cover(world)
    _plant(world)
    return world


def _people(world: World) -> None:
    def person(key: str, at: School, role: str) -> None:
        named = key.replace("_", " ").title()
        world.people[key] = factories.member(at, role, "Sam", named, extension="214", password=factories.PASSWORD)

    for key, role in ROLES.items():
        person(key, world.here, role)
    person("reporter", world.here, "midday")
    for key, role in (
        ("trust_out", "trust_lead"), ("lead_there", "lead"), ("office_there", "office"), ("reporter_there", "midday"),
    ):  # fmt: skip
        person(key, world.there, role)
    person("leaver", world.here, "lead")
    User.objects.filter(pk=world.people["leaver"].pk).update(is_active=False)


def _child(world: World, record: str, number: int) -> Child:
    """A child with everything that can be known of one. The child of "two" is a sister of the hidden one, at its address."""
    word, school = world.word, world.school_of(record)
    home = Home(address=f"{number} {word.name()} Street", town=word.name(), county=word.name(), postcode=word().upper())
    adult = Adult(
        surname=word.name(), forename=word.name(), title=word.name(), relationship="Mother", organisation=word.name(),
        mobile=f"07700 9001{number:02} {word()}", telephone=f"01632 9601{number:02} {word()}", email=f"{word()}@example.org",
        delegated_authority=word(), responsibility=True, evidence=word(), home=0,
        orders=[Order(kind="no_contact", terms=word(), starts_on=date(2026, 1, 5))],
    )  # fmt: skip
    homes, adults = [home], [adult]
    if record == "two":
        # The second parent is the colleague who is the hidden child's parent too.
        homes, adults = world.family
    details = {
        "upn": sheets.number(number) if record == "hidden" else word().upper(), "admission_number": word(),
        "middle_names": word.name(), "date_of_birth": word.birthday(), "gp": word(), "medical": word(),
        "address_confidential_reason": word(), "address_confidential": False,
    }  # fmt: skip
    if record == "closed":
        details["date_of_death"] = word.birthday()
    child = NewChild(
        forename=word.name(), surname=word.name(), known_forename=word.name(), known_surname=word.name(), year_group=5,
        class_name="5B", entered_on=factories.LONG_AGO, details=details, homes=homes, adults=adults,
        called=[Called(forename=word.name(), surname=word.name())], former_upns=[word().upper()],
        earlier=[Earlier(name="Beck Lane Infant School")],
        orders=[Order(kind="other", terms=word(), starts_on=date(2026, 1, 5))],
    )  # fmt: skip
    if record == "hidden":
        world.family = homes, adults
    by = world.people["office_there" if record == "other" else "office"]
    return register_child(school=school, child=child, by=by, today=TODAY)


def _concern(world: World, record: str) -> None:
    """A concern about the child, and about one who was only described; what leads wrote about it where they have decided."""
    word, by, keys = world.word, world.reporter_of(record), world.keys[record]
    children = [ChildEntry(role="worried_about", child=world.children[record])]
    if record == "two":
        children.append(ChildEntry(role="sibling", child=world.children["hidden"]))
    children.append(ChildEntry(role="witness", kind="unnamed", description=f"A boy in a {word()} coat"))
    account = AccountFacts(
        facts=word(), child_words=word(), observed_on=THEN.date(), place="other", place_detail=word(),
        how_known="saw_or_heard", others_present=word(), presentation=word(), marks_seen=True, done_at_once=word(),
        told="other", told_other=word(),
    )  # fmt: skip
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
        "concern": made.pk, "reference": made.reference, "form": token,
        "described": made.children.get(child=None).pk,
        "in_it": made.children.get(child=world.children[record]).pk, "words": world.children[record].forename,
    }  # fmt: skip
    if record == "restricted" or record == "named":
        Concern._base_manager.filter(pk=made.pk).update(restricted_at=THEN, restricted_by=world.people["lead"])
    about = {"subject": "subject", "head": "headteacher"}.get(record)
    if about:
        named = _row(
            ConcernSubject, concern=made, school=school, user=world.people[about], named_by=world.people["lead"]
        )
        keys["named_subject"] = named.pk
    if record in DECIDED:
        _decide(world, record)
    _outside(world, record)
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


def _from_elsewhere(world: World) -> None:
    """Each concern began with a note from outside and was typed in from a sheet; how they become one is tested elsewhere."""
    link = {s: links.make_link(school=s, by=by, at=THEN) for s, by in (
        (world.here, world.people["lead"]), (world.there, world.people["lead_there"]))}  # fmt: skip
    for record in RECORDS:
        word, school, lead, concern = world.word, world.school_of(record), world.lead_of(record), world.concerns[record]
        left = Left(
            how_soon=HowSoon.TODAY, name=word.name(), agency=word(), contact=word(), about_child=word.name(), facts=word(),
            child_words=word(),
        )  # fmt: skip
        slip = leave_note(link=link[school], token=uuid7(), left=left, at=THEN)
        note = OutsideNote._base_manager.get(token=slip.token)
        settling.put_forward(
            note=settling.open_note(note=note, by=lead), reason="spam", detail=word(), by=lead, at=THEN
        )
        OutsideNote._base_manager.filter(pk=note.pk).update(
            status="concern", concern=concern, ended_at=THEN, ended_by=lead
        )
        typed, unused = papers.make_forms(school=school, batch=uuid7(), count=2, place="Office", by=lead, at=THEN)
        written = Written(on=THEN.date(), name=word.name())
        papers.begin_typing(form=typed, written=written, content={}, by=lead, at=THEN)
        Draft._base_manager.filter(author=lead, started_at=THEN, concern=None).delete()
        PaperForm._base_manager.filter(pk=typed.pk).update(
            status="entered", concern=concern, typed_at=THEN, typed_by=lead
        )
        world.keys[record] |= {"note": note.pk, "slip": slip.token, "secret": link[school].secret, "paper": typed.pk}
        if record in ("open", "other"):
            world.keys[record]["paper_batch"] = unused.batch
            facts = emergency.Facts(restrictions=[], social_workers=[], leads=[], others=[], about=[])
            made = emergency.make_sheet(
                school=school, token=uuid7(), form="file", holder=word.name(), place="Safe", envelope="", facts=facts, by=lead,
                at=THEN,
            )  # fmt: skip
            world.keys[record]["sheet"] = made.pk
            world.sheets[made.pk] = record


def _pastoral(world: World, record: str) -> None:
    """A note, a plan that goes on and one that has ended."""
    word, child, by = world.word, world.children[record], world.lead_of(record)
    note = pastoral.write_note(
        child=child, token=uuid7(), kind="check_in", happened_on=THEN.date(), text=word(), by=by, at=THEN
    )
    ended, plan = (
        pastoral.make_plan(
            child=child,
            token=uuid7(),
            aims=word(),
            starts_on=THEN.date(),
            review_on=TODAY + timedelta(days=20),
            by=by,
            at=THEN,
        )
        for _ in range(2)
    )
    step = pastoral.add_step(
        plan=plan, token=uuid7(), what=word(), who=word(), due_on=TODAY + timedelta(days=3), by=by, at=THEN
    )
    pastoral.end_plan(plan=ended, seen=0, outcome=word(), by=by, at=THEN)
    world.keys[record] |= {"pastoral_note": note.pk, "plan": plan.pk, "step": step.pk}


def _cover(world: World) -> None:
    """Time away that is over, for which somebody without another right acted; and a rule about notices, at each school."""
    last_week = TODAY - timedelta(days=7)
    for record, acted in (("open", "pastoral_out"), ("other", "reporter_there")):
        school, lead, acting = world.school_of(record), world.lead_of(record), world.people[acted]
        role = _row(
            RoleAssignment, user=acting, school=school, role_key="acting_lead", starts_on=last_week, ends_on=last_week
        )
        period = _row(
            ActingPeriod, school=school, away=lead, acting=acting, assignment=role, starts_on=last_week, ends_on=last_week,
            named_at=THEN - timedelta(days=1), named_by=lead, told_at=THEN,
        )  # fmt: skip
        rule = _row(
            NoticeRule, school=school, token=uuid7(), what="decided", role_key="governor", when="digest", made_at=THEN,
            made_by=lead,
        )  # fmt: skip
        world.keys[record] |= {"acting_period": period.pk, "notice_rule": rule.pk}


def _decide(world: World, record: str) -> None:
    word, by = world.word, world.lead_of(record)
    world.concerns[record].refresh_from_db()
    concern = deciding.open_concern(concern=world.concerns[record], by=by)
    ruling = Ruling(
        level=3, kind=Decision.Kind.CHILD_PROTECTION, rationale=word(), parents_told="no_risk", parents_reason=word(),
        receipt=Receipt.READ_ACTED, new_referral=True, recipient=word(), consent="not_sought", consent_reason=word(),
        legal_reason="s47", not_referred=word(), threshold=word(), advice=word(), dissent=word(),
        review_on=TODAY + timedelta(days=9), title=word(),
    )  # fmt: skip
    deciding.decide(concern=concern, token=uuid7(), seen=concern.revision, ruling=ruling, by=by, at=THEN)
    deciding.add_note(concern=concern, token=uuid7(), text=word(), by=by, at=THEN)
    if record in ("open", "own", "two"):
        deciding.ask_reporter(concern=concern, token=uuid7(), text=word(), by=by, at=THEN)
    if "undone" not in world.keys[record]:
        _apart(world, record)
    done = deciding.add_action(
        concern=concern, token=uuid7(), text=word(), owner=by, due_on=TODAY, by=by, at=THEN
    )  # fmt: skip
    deciding.end_action(action=done, move="complete", result=word(), by=by, at=THEN)


def _outside(world: World, record: str) -> None:
    """A referral that was chased and escalated, a contact with a parent, and a meeting with finished minutes."""
    word, by, concern = world.word, world.lead_of(record), world.concerns[record]
    sent = Sent(
        agency="social_care", method="portal", told=word(), sent_at=THEN, team=word(), spoken_to=word(), their_reference=word(),
        answer_by=TODAY,
    )  # fmt: skip
    referral = agencies.refer(concern=concern, token=uuid7(), sent=sent, by=by, at=THEN)
    said = Step(
        text=word(), happened_at=THEN, method="telephone", spoken_to=word(), answer_by=TODAY + timedelta(days=1)
    )
    agencies.step(referral=referral, move="chase", token=uuid7(), said=said, by=by, at=THEN)
    letter = agencies.draft_letter(referral=referral, token=uuid7(), by=by, at=THEN)
    agencies.save_letter(letter=letter, seen=0, to=word(), body=word(), by=by, at=THEN)
    if record == "closed":
        said = Step(text=word(), happened_at=THEN, method="email", answer="advice")
        agencies.step(referral=referral, move="answer", token=uuid7(), said=said, by=by, at=THEN)
    made = Contacted(
        kind="other", how="telephone", said=word(), made_at=THEN, parents_told="not_yet", parents_reason=word(), with_whom=word(),
    )  # fmt: skip
    agencies.add_contact(concern=concern, token=uuid7(), made=made, by=by, at=THEN)
    called = MeetingCalled(kind="school", held_at=THEN, place=word(), others=word(), apologies=word())
    met = meeting.call_meeting(concern=concern, token=uuid7(), called=called, staff=[by], by=by, at=THEN)
    meeting.note_decision(meeting=met, token=uuid7(), text=word(), by=by, at=THEN)
    meeting.finish_minutes(meeting=met, seen=0, page=uuid7(), minutes=word(), by=by, at=THEN)
    meeting.add_to_minutes(meeting=met, token=uuid7(), text=word(), by=by, at=THEN)
    world.keys[record] |= {"referral": referral.pk, "letter": letter.pk, "meeting": met.pk}


def _apart(world: World, record: str) -> None:
    """A wrong link that was taken back, and what the file says, decided twice: of "two" a story, of the others the whole."""
    word, by, concern = world.word, world.lead_of(record), world.concerns[record]
    wrong = world.children["closed" if record == "open" else "open"]
    if record != "other":
        named = deciding.link_child(named=concern.children.get(child=None), child=wrong, by=by, at=THEN)
        undone = deciding.unlink_child(named=named, token=uuid7(), reason=word(), by=by, at=THEN)
        world.keys[record]["undone"] = undone.pk
    named = concern.children.get(child=world.children[record])
    for says in ("story", "story" if record == "two" else "whole"):
        concern.refresh_from_db()
        deciding.say_in_file(
            named=named, seen=concern.revision, token=uuid7(), says=says, story=word(), by=by, at=THEN
        )  # fmt: skip


def _close(world: World) -> None:
    """Closed, opened again, closed again: how it was closed first stays."""
    concern, by, word = world.concerns["closed"], world.people["lead"], world.word
    for action in concern.actions.filter(status="to_do"):
        deciding.end_action(action=action, move="withdraw", result=word(), by=by)
    for last in (False, True):
        concern.refresh_from_db()
        deciding.close_concern(
            concern=concern, seen=concern.revision, outcome="helped_in_school", reason=word(), receipt=Receipt.READ_ACTED,
            by=by,
        )  # fmt: skip
        if not last:
            deciding.reopen_concern(concern=concern, token=uuid7(), reason=word(), by=by)
            _decide(world, "closed")


def _access(world: World) -> None:
    """What opens and shuts records beside the roles: live, run out, over, lifted."""
    word, lead, one = world.word, world.people["lead"], world.people["pastoral_in"]
    given = {"granted_by": lead, "permission": viewing(Child), "school": world.here, "user": one}
    last_week, next_week = TODAY - timedelta(days=7), TODAY + timedelta(days=7)
    for record, until in (("granted", next_week), ("expired", last_week)):
        grant = _row(ChildGrant, content_object=world.children[record], reason=word(), expires_on=until, **given)
        world.keys[record]["child_grant"] = grant.pk
    ended = {"ended_at": THEN, "ended_by": lead, "end_reason": word()}
    _row(ChildGrant, content_object=world.children["closed"], reason=word(), expires_on=next_week, **given, **ended)
    given["permission"] = viewing(Concern)
    for record, until in (("named", next_week), ("restricted", last_week)):
        ended = {"ended_at": THEN, "ended_by": lead, "end_reason": word()} if record == "restricted" else {}
        grant = _row(
            ConcernGrant, content_object=world.concerns[record], reason=word(), expires_on=until, **given, **ended
        )
        world.keys[record]["concern_grant"] = grant.pk
    for record, at in (("emergency", NOW - timedelta(minutes=20)), ("expired", NOW - timedelta(hours=3))):
        over = {"reviewed_at": NOW, "reviewed_by": lead, "finding": "justified"} if record == "expired" else {}
        access = _row(
            EmergencyAccess, user=one, school=world.here, child=world.children[record], reason=word(), opened_at=at,
            ends_at=at + timedelta(hours=1), review_by=next_week, review_note=word() if over else "", **over,
        )  # fmt: skip
        world.keys[record]["emergency"] = access.pk
    _row(
        ConflictOfInterest, user=world.people["deputy"], child=world.children["open"], kind="close", school=world.here,
        declared_by=lead, lifted_at=THEN, lifted_by=lead, lift_reason=word(),
    )  # fmt: skip
    for record in ("open", "other"):
        team = Team.objects.create(
            name=str(uuid4()), school=world.school_of(record), kind="pastoral", title="Pastoral team"
        )
        one = TeamMember.objects.create(team=team, user=world.reporter_of(record), starts_on=factories.LONG_AGO)
        world.keys[record] |= {"team": team.key, "member": one.pk}
    _row(
        ChildTeamGrant, group=team, content_object=world.children["other"], reason=word(), expires_on=last_week,
        ended_at=NOW, ended_by=world.people["lead_there"], end_reason=word(), granted_by=world.people["lead_there"], permission=viewing(Child), school=world.there,
    )  # fmt: skip


def _unsent(world: World) -> None:
    """A draft that has waited for days, which a lead has opened; and what a lead typed when the session had ended."""
    for record in ("open", "own", "other"):
        author, lead, token = world.reporter_of(record), world.lead_of(record), uuid7()
        school = world.school_of(record)
        content = {"facts": [world.word()], "children": []}
        save_draft(token=token, school_id=school.pk, content=content, author_id=author.pk, at=THEN)
        open_draft(token=token, reason=world.word(), by=lead, at=NOW - timedelta(hours=1))
        kept = keep_text(
            token=uuid7(), author_id=lead.pk, school_id=school.pk, form="note_form", content={"text": [world.word()]},
            concern_id=world.concerns[record].pk,
        )  # fmt: skip
        world.keys[record] |= {"draft": token, "kept": kept and kept.pk}


def _own(world: World) -> None:
    """A filter that the lead has saved under a name, and a note of her supervision with the Headteacher."""
    lead, other, school = world.people["lead"], world.people["headteacher"], world.here
    kept = own.save_filter(school_id=school.pk, token=uuid7(), name=world.word(), chosen={"status": "new"}, by=lead)
    note = own.add_supervision(
        school=school, token=uuid7(), other=other, held_on=THEN.date(), text=world.word(), by=lead, at=NOW
    )
    world.keys["open"] |= {"filter": kept.pk, "supervision": note.pk}


def _files(world: World) -> None:
    """A file of children that waits for a decision at each school. The one here says something new of the hidden child."""
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


def _earlier(world: World) -> None:
    """A record and a file of an earlier system on each child; and at each school files that wait to be confirmed."""
    for of in ([r for r in RECORDS if r != "other"], ["other"]):
        school, lead, word = world.school_of(of[0]), world.lead_of(of[0]), world.word
        rows = [_incident(world, record) for record in of]
        files = {f"{word()}.pdf": record for record in of}
        index = "".join(f"{name},{_named(world, record)}\n" for name, record in files.items())
        given = {"index.csv": f"File,Name,DOB\n{index}".encode(), **dict.fromkeys(files, earlier.ONE)}
        earlier.bring_in(school, by=lead, rows=rows, pack=earlier.pack(given))
        for record in of:
            world.keys[record]["earlier"] = world.children[record].earlier_records.get().pk
        rows = [_incident(world, record) for record in of if record in ("open", "hidden", "other")]
        rows.append(earlier.row(word(), details=word(), student_name=word.name()))
        lost = {f"{word()}.pdf": earlier.ONE}
        world.keys[of[0]]["batch"] = earlier.look_at(school, by=lead, rows=rows, pack=earlier.pack(lost)).pk


def _incident(world: World, record: str) -> dict[str, str]:
    word, child = world.word, world.children[record]
    return earlier.row(
        word(), student_name=f"{child.surname}, {child.forename}", dob=f"{child.detail.date_of_birth:%d/%m/%Y}",
        category=word(), details=word(), reported_by=word(), action=word(), where=word(),
    )  # fmt: skip


def _named(world: World, record: str) -> str:
    child = world.children[record]
    return f"{child.forename} {child.surname},{child.detail.date_of_birth:%d/%m/%Y}"


def _school_days(world: World) -> None:
    for record in ("open", "other"):
        school, lead = world.school_of(record), world.lead_of(record)
        absence = accounts.record_absence(
            user=lead, starts_on=TODAY + timedelta(days=30), ends_on=TODAY + timedelta(days=31), by=lead
        )
        closure = accounts.add_closure(school=school, on=date(2027, 1, 4), reason="Training day", by=lead)
        held = lead.assignments.get()
        world.keys[record] |= {
            "school": school.pk,
            "assignment": held.pk,
            "reset": uuid7(),
            "absence": absence.pk,
            "day": closure.pk,
            "colleague": lead.pk,
        }


def _row(model: type[models.Model], **values: Any) -> Any:
    return model._base_manager.create(**values)


def _plant(world: World) -> None:
    """Note where each canary stands, as the database has it."""
    owner = _Owner(world)
    fields: dict[type[models.Model], list[str]] = {}
    for model, name in protected_fields():
        if (model._meta.label_lower, name) in DERIVED:
            continue
        fields.setdefault(model, []).append(name)
    for model, mine in fields.items():
        for row in model._base_manager.all():
            for name in mine:
                if (value := getattr(row, name)) not in (None, "", [], {}):
                    world.planted.note(model._meta.label_lower, name, value, owner.of(row))


class _Owner:
    """Which record of the policy a row belongs to."""

    def __init__(self, world: World) -> None:
        names = {child.pk: name for name, child in world.children.items()}
        names |= {concern.pk: name for name, concern in world.concerns.items()}
        names |= {c.account.pk: name for name, c in world.concerns.items()}
        names |= world.sheets
        for name, keys in world.keys.items():
            names |= {
                keys[kind]: name
                for kind in ("draft", "run", "batch", "staff_concern", "filter", "supervision")
                if kind in keys
            }
        shared: list[Iterator[tuple[Any, Any]]] = [
            ContactLink._base_manager.values_list("contact_id", "child_id").iterator(),
            HouseholdMember._base_manager.values_list("household_id", "child_id").iterator(),
        ]
        for pairs in shared:
            for key, child_id in pairs:
                # What the hidden child shares with another is as hidden as the child.
                if names.get(key) != "hidden":
                    names[key] = names[child_id]
        self.names = names

    def of(self, row: models.Model) -> str:
        if isinstance(row, ImportRow):
            return "hidden" if self.names.get(row.child_id) == "hidden" else self.names[row.run_id]
        if isinstance(row, EarlierRow | EarlierPdf):
            return "hidden" if self.names.get(row.child_id) == "hidden" else self.names[row.batch_id]
        for name in (
            "concern_id",
            "staff_concern_id",
            "account_id",
            "draft_id",
            "run_id",
            "child_id",
            "content_object_id",
            "pk",
        ):
            if (key := getattr(row, name, None)) in self.names and key is not None:
                return self.names[key]
        assert not isinstance(row, KeptText), row
        raise LookupError(f"{type(row).__name__} belongs to no record of the matrix")
