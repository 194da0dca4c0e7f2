"""How does the desk get full? The handful of new concerns, through the services that everybody uses.

Ages are in school time before the last moment at which the school was open, so that the desk looks the same on a
Sunday.
"""

import re
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from children.mentions import marker
from children.models import Child
from children.services import keeping
from children.services.filing import attach_to_child, put_photograph
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.models import Account, Category, Concern, ConcernChild, Decision, OutsideNote, Subcategory
from safeguarding.concerns.services import emergency, papers
from safeguarding.concerns.services.attaching import attach_to_report
from safeguarding.concerns.services.deciding import (
    Ruling,
    add_action,
    ask_reporter,
    decide,
    open_concern,
    say_in_file,
)
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.outside import links
from safeguarding.concerns.services.outside.conflicts import say_not_for
from safeguarding.concerns.services.outside.leaving import leave_note
from safeguarding.concerns.services.papers import Written
from safeguarding.concerns.services.pointing import another
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, amend, raise_concern
from safeguarding.demo import desk, law
from safeguarding.demo.agencies import lay_agencies
from safeguarding.demo.desk import HOUR, Decided, Fresh
from safeguarding.demo.drawing import a_face, a_house, a_letter
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.uploads.services.keeping import Upload

_MENTION = re.compile(r"\{@(P\d+)\}")


class Desk:
    """Puts the fresh concerns on the desk of a school."""

    def __init__(self, school: School, ground: Ground, keys: Keys) -> None:
        self.school, self.ground, self.keys = school, ground, keys
        self.cards = Child.objects.in_bulk(ground.children.values())
        self.categories = {c.code: c for c in Category.objects.all()}
        self.subcategories = {(s.category_id, s.name): s for s in Subcategory.objects.all()}

    def lay(self) -> int:
        """Everything that is new or due. Returns the number of concerns."""
        entries = sorted((*desk.DECIDED, *law.BY_LAW, law.NOTICE), key=lambda entry: -entry.fresh.ago)
        decided = {entry.title: self._decided(entry) for entry in entries}
        with self._as(law.DONE_BY):
            done = law.end_one(decided[law.DONE], at=decided[law.DONE].logged_at + law.DONE_AFTER)
        with self._as("S02"):
            open_concern(concern=done, by=self._user("S02"), at=done.decided_at)
        for fresh in sorted(desk.DESK, key=lambda f: -f.ago):
            self._new(fresh)
        self._draft()
        self._correction()
        self._papers()
        self._from_outside()
        self._emergency_sheet()
        with self._as("S02"):
            lay_agencies(decided, self._user("S02"), self._user("S07"), keys=self.keys, when=self._when)
        return len(entries) + len(desk.DESK)

    def _decided(self, entry: Decided) -> Concern:
        lead, opened = self._user("S02"), self._when(entry.fresh.ago - HOUR)
        with self._as("S02"):
            logged = self._notice(entry.fresh) if entry is law.NOTICE else self._raise(entry.fresh)
            concern = open_concern(concern=logged, by=lead, at=opened)
        ruling = Ruling(
            level=entry.level,
            kind=entry.kind,
            rationale=entry.why,
            parents_told=Decision.ParentsTold.YES,
            receipt=entry.receipt,
            title=entry.title,
            **entry.outside,
        )
        at = opened + timedelta(minutes=12)
        with self._as("S02"):
            decide(concern=concern, token=self.keys.token(), seen=concern.revision, ruling=ruling, by=lead, at=at)
        for text, owner, due in entry.actions:
            add_action(
                concern=Concern.objects.get(pk=concern.pk),
                token=self.keys.token(),
                text=text,
                owner=self._user(owner),
                due_on=self._school_day(due),
                by=lead,
                at=at,
            )
        self._tell_apart(entry, concern, by=lead, at=at)
        return concern

    def _notice(self, fresh: Fresh) -> Concern:
        """Word from the police, as the office took it down."""
        return law.take_notice(
            self.school,
            [self._child(key) for key, _ in fresh.children],
            fresh.facts,
            by=self._user(fresh.by),
            key_adult=self._user(law.KEY_ADULT),
            keys=self.keys,
            at=self._when(fresh.ago),
        )

    def _tell_apart(self, entry: Decided, concern: Concern, *, by: User, at: datetime) -> None:
        """What each file says: to a story the other children are known by their year alone."""
        rows = {row.child_id: row for row in ConcernChild.objects.filter(concern=concern).select_related("child")}
        named = [rows[self._child(key).pk] for key, _ in entry.fresh.children]
        for place, story in entry.stories:
            with self._as("S02"):
                say_in_file(
                    named=named[place],
                    seen=Concern.objects.get(pk=concern.pk).revision,
                    token=self.keys.token(),
                    says=ConcernChild.Says.STORY,
                    story=story.format(*(another(row.child) for row in named)),
                    by=by,
                    at=at,
                )

    def _new(self, fresh: Fresh) -> None:
        concern = self._raise(fresh)
        if fresh.opened_by:
            opened = self._when(fresh.ago - HOUR)
            with self._as(fresh.opened_by):
                open_concern(concern=concern, by=self._user(fresh.opened_by), at=opened)
        if fresh.added:
            amend(
                account=Account.objects.get(concern=concern),
                token=self.keys.token(),
                text=self._fill(fresh, fresh.added),
                reason="more",
                by=self._user(fresh.by),
                at=self._when(HOUR / 2),
            )
        if fresh.asked:
            with self._as("S02"):
                ask_reporter(
                    concern=Concern.objects.get(pk=concern.pk),
                    token=self.keys.token(),
                    text=fresh.asked,
                    by=self._user("S02"),
                    at=self._when(HOUR / 3),
                )
        if fresh.drawing:
            attach_to_report(
                account=Account.objects.get(concern=concern),
                token=self.keys.token(),
                uploads=[Upload(fresh.drawing, a_house())],
                by=self._user(fresh.by),
                at=self._when(HOUR / 2),
            )

    def _raise(self, fresh: Fresh) -> Concern:
        at = self._when(fresh.ago)
        seen = at - timedelta(minutes=35)
        named = [ChildEntry(role=role, child=self._child(key)) for key, role in fresh.children]
        if fresh.unnamed:
            description, role = fresh.unnamed
            named.append(ChildEntry(role=role, kind=ConcernChild.Kind.UNNAMED, description=description))
        account = AccountFacts(
            facts=self._fill(fresh, fresh.facts),
            child_words=self._fill(fresh, fresh.words),
            observed_on=seen.date(),
            observed_at=seen.time().replace(second=0, microsecond=0),
            place=fresh.place,
            how_known=fresh.how,
            presentation=fresh.seemed,
            marks_seen=bool(fresh.marks) or None,
            done_at_once=fresh.done,
            told=Account.Told.LEAD if fresh.told else Account.Told.NOBODY,
            told_person=self._user(fresh.told) if fresh.told else None,
        )
        report = Report(
            how_soon=fresh.soon,
            children=named,
            account=account,
            category=self.categories[fresh.category[0]],
            subcategory=self.subcategories[fresh.category],
            marks=dict(fresh.marks),
        )
        token, by = self._sheet(fresh, at) if fresh.on_paper else (self.keys.token(), self._user(fresh.by))
        return raise_concern(token=token, school=self.school, report=report, by=by, at=at)

    def _sheet(self, fresh: Fresh, at: datetime) -> tuple[UUID, User]:
        """The first of ten numbered forms, which a lead types in: the form's token, and who sends it."""
        lead, written = (
            self._user("S02"),
            Written(on=at.date(), at=at.time().replace(second=0), by=self._user(fresh.by)),
        )
        made = papers.make_forms(
            school=self.school,
            batch=self.keys.token(),
            count=desk.PAPER_FORMS,
            place=desk.PAPER_PLACE,
            by=lead,
            at=self._when(desk.PAPER_AGO),
        )
        return papers.begin_typing(form=made[0], written=written, content={}, by=lead, at=at), lead

    def _draft(self) -> None:
        child, at = self._child(desk.DRAFT_CHILD), self._when(desk.DRAFT_AGO)
        typed = Typed.fresh(at=at, in_school=True, class_name=child.class_name).adding(str(child.pk))
        save_draft(
            token=self.keys.token(),
            school_id=self.school.pk,
            content=typed.content | {"facts": [desk.DRAFT.format(child.known_forename or child.forename)]},
            author_id=self._user(desk.DRAFT_BY).pk,
            at=at,
        )

    def _correction(self) -> None:
        """The office has put a fact right, so that there is something under "What has changed"."""
        child, office = self._child(desk.CORRECTED), self._user(desk.CORRECTED_BY)
        with self._as(desk.CORRECTED_BY):
            keeping.set_facts(
                child=child,
                part=keeping.Part.DOCTOR,
                values={"gp": desk.CORRECTED_GP},
                is_correction=True,
                told=keeping.Told(by=keeping.ToldBy.FAMILY, note="At the desk, this morning."),
                by=office,
                at=self.ground.now,
            )

    def _papers(self) -> None:
        """A document and a photograph of a child's record."""
        name, what, lines = desk.DOCUMENT
        made = self.ground.now.date() - desk.DOCUMENT_AGO
        attach_to_child(
            child=self._child(desk.DOCUMENT_CHILD),
            token=self.keys.token(),
            uploads=[Upload(name, a_letter(lines))],
            what=what,
            dated=made,
            by=self._user("S02"),
            at=self._when(3 * HOUR),
        )
        put_photograph(
            child=self._child(desk.PHOTOGRAPHED),
            token=self.keys.token(),
            upload=Upload("photograph.jpg", a_face()),
            by=self._user(desk.CORRECTED_BY),
            at=self._when(6 * HOUR),
        )

    def _from_outside(self) -> None:
        """The link for people without an account, and one note that waits: it is about a friend of a deputy's
        daughter.
        """
        link = links.make_link(school=self.school, by=self._user("S02"), at=self._when(desk.PAPER_AGO))
        at = self._when(desk.LEFT_AGO)
        seen = replace(desk.LEFT, observed_on=at.date(), observed_at=at.time().replace(minute=0, second=0))
        token = leave_note(link=link, token=self.keys.token(), left=seen, at=at).token
        note = OutsideNote.objects.get(token=token)
        say_not_for(note=note, user=self._user(desk.NOT_FOR), by=self._user("S02"), at=at)

    def _emergency_sheet(self) -> None:
        """One sheet, in the fire box of the office."""
        lead, at = self._user("S02"), self._when(desk.PAPER_AGO)
        facts = emergency.facts_of(self.school, emergency.seen_by(lead), today=self.ground.now.date())
        emergency.make_sheet(
            school=self.school,
            token=self.keys.token(),
            form="print",
            holder=self._user("S01").full_name,
            place="Fire box in the office",
            envelope="S-0114",
            facts=facts,
            by=lead,
            at=at,
        )

    def _fill(self, fresh: Fresh, text: str) -> str:
        """The children by name: in full the first time, then as they are called."""
        for n, (key, _) in enumerate(fresh.children):
            child = self._child(key)
            called = child.known_forename or child.forename
            text = text.replace(f"{{{n}}}", f"{called} {child.known_surname or child.surname}", 1)
            text = text.replace(f"{{{n}}}", called).replace(f"{{@{n}}}", marker(child.pseudonym))
        return _MENTION.sub(lambda found: marker(self._child(found[1]).pseudonym), text)

    def _as(self, key: str) -> AbstractContextManager[Acting]:
        """What is changed inside has this person in its history, as if they sat at it."""
        return acting(Acting(user_id=self._user(key).pk, school_id=self.school.pk))

    def _user(self, key: str) -> User:
        return self.ground.users[key]

    def _child(self, key: str) -> Child:
        return self.cards[self.ground.children[key]]

    def _when(self, ago: timedelta) -> datetime:
        return self.ground.days.earlier(self.ground.now, ago)

    def _school_day(self, distance: int) -> date:
        """So many school days after the day of the desk, or before it."""
        days, day = self.ground.days, self.ground.now.date()
        step = timedelta(days=1 if distance > 0 else -1)
        while distance:
            day += step
            distance -= int(step.days) if days.calendar.is_school_day(day) else 0
        return day
