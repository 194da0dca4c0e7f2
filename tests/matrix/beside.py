"""What stands beside the concerns of the matrix: what came from outside and from an earlier system, work, pastoral
notes, cover, what a lead keeps for herself.
"""

from datetime import date, timedelta
from typing import Any

from children.mentions import marker
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import ActingPeriod, RoleAssignment
from safeguarding.accounts.services.classes import give_class
from safeguarding.concerns.models import (
    Draft,
    HowSoon,
    Mention,
    NoticeRule,
    OutsideConflict,
    OutsideNote,
    PaperForm,
)
from safeguarding.concerns.services import (
    agencies,
    deciding,
    emergency,
    meeting,
    naming_adults,
    own,
    own_kinds,
    papers,
    pastoral,
)
from safeguarding.concerns.services.agencies import Contacted, Sent, Step, times
from safeguarding.concerns.services.deciding.mentions import take_off_mention
from safeguarding.concerns.services.meeting import Called as MeetingCalled
from safeguarding.concerns.services.outside import links, settling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.papers import Written
from safeguarding.concerns.services.withholding import withhold
from safeguarding.keys import uuid7
from safeguarding.printing import services as printing
from safeguarding.printing.models import PrintJob
from safeguarding.reports.exports import services, tables
from safeguarding.reports.exports.tables import Wanted
from safeguarding.reports.viewing import put
from tests import earlier
from tests.matrix.ground import NOW, RECORDS, THEN, TODAY, given_row


def lay_from_elsewhere(world: Any) -> None:
    """Each concern began with a note from outside and was typed in from a sheet; how they become one is tested
    elsewhere.
    """
    link = {
        s: links.make_link(school=s, by=by, at=THEN)
        for s, by in ((world.here, world.people["lead"]), (world.there, world.people["lead_there"]))
    }
    for record in RECORDS:
        word, school, lead, concern = world.word, world.school_of(record), world.lead_of(record), world.concerns[record]
        left = Left(
            how_soon=HowSoon.TODAY,
            name=word.name(),
            agency=word(),
            contact=word(),
            about_child=word.name(),
            facts=word(),
            child_words=word(),
        )
        slip = leave_note(link=link[school], token=uuid7(), left=left, at=THEN)
        note = OutsideNote._base_manager.get(token=slip.token)
        settling.put_forward(
            note=settling.open_note(note=note, by=lead), reason="spam", detail=word(), by=lead, at=THEN
        )
        OutsideNote._base_manager.filter(pk=note.pk).update(
            status="concern", concern=concern, ended_at=THEN, ended_by=lead
        )
        # What was said before it was a concern stays on record; the concern has its own word of whom it is about.
        given_row(
            OutsideConflict,
            note=note,
            school=school,
            user=world.people["dpo"],
            said_at=THEN,
            said_by=lead,
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
            facts = emergency.Facts(warnings=[], social_workers=[], leads=[], others=[], about=[])
            made = emergency.make_sheet(
                school=school,
                token=uuid7(),
                form="file",
                holder=word.name(),
                place="Safe",
                envelope="",
                facts=facts,
                by=lead,
                at=THEN,
            )
            world.keys[record]["sheet"] = made.pk


def lay_pastoral(world: Any, record: str) -> None:
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


def lay_cover(world: Any) -> None:
    """Time away that is over, for which somebody without another right acted; and a rule about notices, at each
    school.
    """
    last_week = TODAY - timedelta(days=7)
    for record, acted in (("open", "pastoral_out"), ("other", "reporter_there")):
        school, lead, acting = world.school_of(record), world.lead_of(record), world.people[acted]
        role = given_row(
            RoleAssignment, user=acting, school=school, role_key="acting_lead", starts_on=last_week, ends_on=last_week
        )
        period = given_row(
            ActingPeriod,
            school=school,
            away=lead,
            acting=acting,
            assignment=role,
            starts_on=last_week,
            ends_on=last_week,
            named_at=THEN - timedelta(days=1),
            named_by=lead,
            told_at=THEN,
        )
        rule = given_row(
            NoticeRule,
            school=school,
            token=uuid7(),
            what="decided",
            role_key="governor",
            when="digest",
            made_at=THEN,
            made_by=lead,
        )
        world.keys[record] |= {"acting_period": period.pk, "notice_rule": rule.pk}
        kind = own_kinds.add_kind(
            school=school, token=uuid7(), name=f"River {record}", guidance="Where the water was.", by=lead, at=THEN
        )
        agreed = times.set_time(
            school=school,
            token=uuid7(),
            agency="police",
            answer_days=2,
            escalate_days=4,
            source="Agreed",
            by=lead,
            at=THEN,
        )
        world.keys[record] |= {"own_kind": kind.pk, "answer_time": agreed.pk}


def lay_own(world: Any) -> None:
    """A filter that the lead has saved under a name, a note of her supervision with the Headteacher, a print of hers,
    and a list that she has asked for as a file.
    """
    lead, other, school = world.people["lead"], world.people["headteacher"], world.here
    kept = own.save_filter(school_id=school.pk, token=uuid7(), name=world.word(), chosen={"status": "new"}, by=lead)
    note = own.add_supervision(
        school=school, token=uuid7(), other=other, held_on=THEN.date(), text=world.word(), by=lead, at=NOW
    )
    waiting = PrintJob(title=world.word(), address=f"/{world.word()}/", school=school, asker=lead, asked_at=THEN)
    printing.keep(waiting, world.word().encode(), by=lead)
    world.keys["open"] |= {"filter": kept.pk, "supervision": note.pk, "print": waiting.pk}
    _, viewer = put(lead, school.pk, {}, THEN)
    table: Any = tables.find("concerns")
    made = services.order(table, Wanted(viewer, figure=world.word()), "csv", rows=9, by=lead)
    world.keys["open"] |= {"export": made.pk}


def lay_school_days(world: Any) -> None:
    """What a school says of its days and people: time away, a closure, a role that is held."""
    for record in ("open", "other"):
        school, lead = world.school_of(record), world.lead_of(record)
        absence = accounts.record_absence(
            user=lead, starts_on=TODAY + timedelta(days=30), ends_on=TODAY + timedelta(days=31), by=lead
        )
        closure = accounts.add_closure(school=school, on=date(2027, 1, 4), reason="Training day", by=lead)
        held, taught = lead.assignments.get(), give_class(user=lead, school=school, class_name="2B", starts_on=TODAY)
        world.keys[record] |= {
            "school": school.pk,
            "assignment": held.pk,
            "taught": taught.pk,
            "reset": uuid7(),
            "absence": absence.pk,
            "day": closure.pk,
            "colleague": lead.pk,
        }


def lay_work(world: Any, record: str) -> None:
    """A referral that was chased and escalated, a contact with a parent, and a meeting with finished minutes."""
    word, by, concern = world.word, world.lead_of(record), world.concerns[record]
    sent = Sent(
        agency="social_care",
        method="portal",
        told=word(),
        sent_at=THEN,
        team=word(),
        spoken_to=word(),
        their_reference=word(),
        answer_by=TODAY,
    )
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
        kind="other",
        how="telephone",
        said=word(),
        made_at=THEN,
        parents_told="not_yet",
        parents_reason=word(),
        with_whom=word(),
    )
    agencies.add_contact(concern=concern, token=uuid7(), made=made, by=by, at=THEN)
    called = MeetingCalled(kind="school", held_at=THEN, place=word(), others=word(), apologies=word())
    met = meeting.call_meeting(concern=concern, token=uuid7(), called=called, staff=[by], by=by, at=THEN)
    meeting.note_decision(meeting=met, token=uuid7(), text=word(), by=by, at=THEN)
    # What was added to the minutes is laid by its declaration (`declared.py`).
    meeting.finish_minutes(meeting=met, seen=0, page=uuid7(), minutes=word(), by=by, at=THEN)
    world.keys[record] |= {"referral": referral.pk, "letter": letter.pk, "meeting": met.pk}


def lay_apart(world: Any, record: str) -> None:
    """A wrong link that was taken back, a name that was left out and not added, and what the file says, decided twice:
    of "two" a story, of the others the whole. And an adult of the child's record who is named, taken back and named
    again.
    """
    word, by, concern = world.word, world.lead_of(record), world.concerns[record]
    wrong = world.children["closed" if record == "open" else "open"]
    if record != "other":
        named = deciding.link_child(named=concern.children.get(child=None), child=wrong, by=by, at=THEN)
        undone = deciding.unlink_child(named=named, token=uuid7(), reason=word(), by=by, at=THEN)
        world.keys[record]["undone"] = undone.pk
        # Chosen by a colleague who could not name the same child, and not added.
        withhold(named, wrong.pk, by=world.people["teacher"], at=THEN)
        row = deciding.refuse_withheld(row=named.withheld.get(), reason=word(), by=by, at=THEN)
        world.keys[record]["withheld"] = row.pk
        text = f"{word()} {marker(wrong.pseudonym)}"
        deciding.add_note(concern=concern, token=uuid7(), text=text, by=by, at=THEN)
        mention = Mention._base_manager.get(concern=concern, child_key=wrong.pk)
        world.keys[record]["mentioned"] = mention.pk
        # The words of the account mean another child, a lead has said.
        other = Mention._base_manager.exclude(child_key=wrong.pk).get(concern=concern)
        take_off_mention(mention=other, reason=word(), by=by, at=THEN)
    named = concern.children.get(child=world.children[record])
    for says in ("story", "story" if record == "two" else "whole"):
        concern.refresh_from_db()
        deciding.say_in_file(named=named, seen=concern.revision, token=uuid7(), says=says, story=word(), by=by, at=THEN)
    if (link := world.children[record].contacts.first()) is not None:
        adult = naming_adults.name_adult(concern=concern, adult=link.contact, by=by, at=THEN)
        naming_adults.take_adult_back(named=adult, reason=word(), by=by, at=THEN)
        naming_adults.name_adult(concern=concern, adult=link.contact, by=by, at=THEN)


def lay_earlier(world: Any) -> None:
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


def _incident(world: Any, record: str) -> dict[str, str]:
    word, child = world.word, world.children[record]
    return earlier.row(
        word(),
        student_name=f"{child.surname}, {child.forename}",
        dob=f"{child.detail.date_of_birth:%d/%m/%Y}",
        category=word(),
        details=word(),
        reported_by=word(),
        action=word(),
        where=word(),
    )


def _named(world: Any, record: str) -> str:
    child = world.children[record]
    return f"{child.forename} {child.surname},{child.detail.date_of_birth:%d/%m/%Y}"
