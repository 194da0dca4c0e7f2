"""What did the leads of a story do? They read, decide, note and act, and close what is settled."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import models

from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import User
from safeguarding.concerns.models import (
    Action,
    Closing,
    ClosingOutcome,
    Concern,
    ConcernNote,
    Decision,
    Receipt,
)
from safeguarding.demo import words
from safeguarding.demo.days import CLOSES
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.source import Entry
from safeguarding.demo.stories import Story
from safeguarding.demo.written import names

K = Decision.Kind
RECEIPTS = {K.MONITOR: Receipt.WATCHING, K.IN_SCHOOL: Receipt.IN_SCHOOL, K.NO_ACTION: Receipt.READ_ACTED}
OUTCOMES = {
    K.NO_ACTION: ClosingOutcome.UNFOUNDED,
    K.MONITOR: ClosingOutcome.HELPED_IN_SCHOOL,
    K.IN_SCHOOL: ClosingOutcome.HELPED_IN_SCHOOL,
    K.EARLY_HELP: ClosingOutcome.EARLY_HELP,
    K.POLICE: ClosingOutcome.POLICE,
    K.CHANNEL: ClosingOutcome.OTHER_AGENCY,
}
_LEGAL = {
    K.CHILD_PROTECTION: Decision.LegalReason.SECTION_47,
    K.CHILD_IN_NEED: Decision.LegalReason.SECTION_17,
    K.SOCIAL_WORKER: Decision.LegalReason.SECTION_175,
    K.POLICE: Decision.LegalReason.CRIME,
    K.CHANNEL: Decision.LegalReason.PREVENT,
}
_RECIPIENTS = {
    K.POLICE: "Police, by telephone",
    K.CHANNEL: "Prevent lead of the local authority",
    K.SOCIAL_WORKER: "The allocated social worker",
}
# What a review decides while the matter is open: nobody is referred twice.
_GOES_ON_AS = {
    K.CHILD_PROTECTION: K.SOCIAL_WORKER,
    K.CHILD_IN_NEED: K.SOCIAL_WORKER,
    K.POLICE: K.MONITOR,
    K.CHANNEL: K.MONITOR,
    K.LADO: K.MONITOR,
}
# School minutes until a lead opens it, from and to, by how soon.
_OPENED_AFTER = {4: (2, 25), 3: (10, 150), 2: (30, 420), 1: (60, 900)}
# What the software says by itself needs no note.
_SAID_ELSEWHERE = ("The safeguarding lead acknowledged", "The safeguarding lead read and acknowledged")
_STEPS_DOWN = ("step down", "stepped down", "closed to early help", "level reduced", "closed at level two")
# A concern whose last step was longer ago has been closed; one in twenty waits for a review instead.
_SETTLED = timedelta(days=14)
_KEPT_OPEN = 0.05
_REVIEWS_LATE = timedelta(days=2)


class Following:
    """One concern on its way through the hands of the leads, until `ground.now`."""

    def __init__(self, story: Story, concern: Concern, ground: Ground, keys: Keys, chance: Random) -> None:
        self.story, self.concern, self.ground, self.keys, self.chance = story, concern, ground, keys, chance
        self.note = story.vignette
        self.who = names(story)
        self.kind = K(self.note["decision"])
        leads = ground.leads_for(story)
        self.leads = leads
        self.lead = leads[0] if len(leads) == 1 or chance.random() < 0.6 else chance.choice(leads[1:])
        self.open_actions = 0
        self.last = story.recorded

    def run(self) -> Iterator[models.Model]:
        """The rows that follow, in order; sets what they mean on the concern."""
        if not self._read():
            return
        if (decided := self._soon(10, 240)) > self.ground.now:
            return
        yield self._decide(decided)
        steps = [s for s in self.note["follow_up"] if not s["text"].startswith(_SAID_ELSEWHERE)]
        for step in steps:
            yield from self._step(step, decided)
        yield from self._close(steps)
        yield from self._look_again()

    def _read(self) -> bool:
        minutes = self.chance.randint(*_OPENED_AFTER[self.concern.how_soon])
        opened = self._before_home(minutes, self.ground.days.later(self.story.recorded, timedelta(minutes=minutes)))
        if opened > self.ground.now:
            return False
        self._stamp("acknowledged", opened, self._by(opened))
        self.concern.status = Concern.Status.ACKNOWLEDGED
        return True

    def _before_home(self, minutes: int, opened: datetime) -> datetime:
        """Leads look once more before they go home: of what would wait for the next day, most is read then."""
        closing = datetime.combine(self.story.recorded.date(), CLOSES, LONDON)
        last_look = closing - timedelta(minutes=3 + minutes % 40)
        waits = opened.date() > self.story.recorded.date() and self.ground.days.calendar.is_open(self.story.recorded)
        return max(last_look, self.story.recorded + timedelta(minutes=2)) if waits and minutes % 9 else opened

    def _decide(self, at: datetime) -> Decision:
        concern = self.concern
        self._stamp("decided", at, self._by(at))
        concern.status, concern.level = Concern.Status.DECIDED, self.note["level"]
        concern.receipt = RECEIPTS.get(self.kind, Receipt.ACTION_TAKEN)
        concern.title = self.note["title"]
        decision = self._decision(
            self.kind, self.note["level"], at, words.one_of(self.chance, words.RATIONALE[self.kind])
        )
        concern.review_on = decision.review_on
        return decision

    def _decide_again(self, kind: K, level: int, at: datetime, rationale: str) -> Decision:
        """A later decision, which stands from then on."""
        decision = self._decision(kind, level, at, rationale)
        self._stamp("decided", at, self._by(at))
        self.kind, self.concern.level, self.concern.review_on = kind, level, decision.review_on
        return decision

    def _decision(self, kind: Decision.Kind, level: int, at: datetime, rationale: str) -> Decision:
        outside = kind in Decision.OUTSIDE
        hidden = kind in (K.CHILD_PROTECTION, K.POLICE) or (self.note["category"] in ("DOM", "HBA") and level > 2)
        consent = Decision.Consent.NOT_SOUGHT if hidden else Decision.Consent.YES
        if hidden:
            told = Decision.ParentsTold.NO_RISK
        else:
            told = Decision.ParentsTold.YES if self.chance.random() < 0.8 else Decision.ParentsTold.NOT_YET
        return Decision(
            id=self.keys.at(at),
            concern=self.concern,
            school_id=self.ground.school_id,
            token=self.keys.token(),
            level=level,
            kind=kind,
            rationale=rationale,
            parents_told=told,
            parents_reason=words.one_of(self.chance, words.NOT_TOLD) if hidden else "",
            new_referral=kind != K.SOCIAL_WORKER if outside else None,
            recipient=_RECIPIENTS.get(kind, "Children’s social care, front door") if outside else "",
            consent=consent if outside else "",
            consent_reason="Asking could add to the risk." if outside and hidden else "",
            legal_reason=_LEGAL.get(kind, "") if outside else "",
            not_referred="" if outside or level not in Decision.SERIOUS else words.NOT_REFERRED,
            review_on=self.ground.days.on_or_after(at.date() + timedelta(days=self.chance.choice((14, 28, 42))))
            if kind != K.NO_ACTION
            else None,
            decided_at=at,
            decided_by=self._by(at),
        )

    def _step(self, step: Entry, decided: datetime) -> Iterator[models.Model]:
        """One step of the follow-up: done at once it is a note, planned it is an action, a change of mind a
        decision.
        """
        day = self.ground.days.on_or_after(self.story.recorded.date() + timedelta(days=step["day"]))
        if step["kind"] == "action" and step["day"]:
            yield self._action(step, day, decided)
            return
        at = self._moment(day, decided)
        if at > self.ground.now:
            return
        self.last = max(self.last, at)
        text = " ".join(
            words.sentence(self.who.fill(step[key])) for key in ("text", "outcome") if step[key] != "closed"
        )
        if any(phrase in text.lower() for phrase in _STEPS_DOWN):
            yield self._decide_again(K.EARLY_HELP, 2, at, text)
            return
        self.concern.revision += 1
        yield ConcernNote(
            id=self.keys.at(at),
            concern=self.concern,
            school_id=self.ground.school_id,
            author=self._by(at),
            token=self.keys.token(),
            text=text,
            added_at=at,
        )

    def _action(self, step: Entry, due: date, decided: datetime) -> Action:
        late = timedelta(days=self.chance.choice((0, 0, 0, 0, 0, 1, 3)))
        ended = self._moment(self.ground.days.on_or_after(due + late), decided)
        action = Action(
            id=self.keys.at(decided),
            concern=self.concern,
            reference=self.concern.reference,
            school_id=self.ground.school_id,
            token=self.keys.token(),
            text=words.sentence(self.who.fill(step["text"])).rstrip("."),
            owner=self._owner(step["by"]),
            due_on=due,
            created_at=decided,
            created_by=self._by(decided),
        )
        self.concern.revision += 1
        if ended > self.ground.now:
            self.open_actions += 1
            return action
        action.status, action.ended_at, action.ended_by = Action.Status.DONE, ended, action.owner
        action.result = words.sentence(self.who.fill(step["outcome"]))
        self.concern.revision += 1
        self.last = max(self.last, ended)
        return action

    def _close(self, steps: list[Entry]) -> Iterator[Closing]:
        kept_open = self.chance.random() < _KEPT_OPEN and not self._review_is_long_past()
        if self.open_actions or kept_open:
            return
        at = self.ground.days.later(self.last, timedelta(minutes=self.chance.randrange(400, 5000)))
        if at > self.ground.now - _SETTLED:
            return
        concern, final = self.concern, steps[-1] if steps else None
        self._stamp("closed", at, self._by(at))
        concern.status = Concern.Status.CLOSED
        concern.outcome = OUTCOMES.get(self.kind, ClosingOutcome.SOCIAL_CARE)
        reason = words.one_of(self.chance, words.CLOSING[self.kind])
        if final and final["kind"] == "decision" and final["day"]:
            reason = f"{words.sentence(self.who.fill(final['text']))} {reason}"
        concern.closing_reason = reason
        concern.review_on = None
        yield Closing(
            id=self.keys.at(at),
            concern=concern,
            school_id=self.ground.school_id,
            outcome=concern.outcome,
            reason=reason,
            receipt=concern.receipt,
            closed_at=at,
            closed_by=self._by(at),
        )

    def _look_again(self) -> Iterator[Decision]:
        """Reviews that came round were held: what goes on is decided again, with a later day.

        Those of the last days are late.
        """
        while self.concern.status == Concern.Status.DECIDED and (due := self.concern.review_on):
            if due > self.ground.now.date() - _REVIEWS_LATE:
                return
            at = datetime.combine(due, time(15, 30), LONDON)
            kind = _GOES_ON_AS.get(self.kind, self.kind)
            yield self._decide_again(
                kind, self.concern.level or self.note["level"], at, words.one_of(self.chance, words.REVIEWED)
            )

    def _review_is_long_past(self) -> bool:
        """A school that reads its concerns has no review that is months late."""
        due = self.concern.review_on
        return due is None or due < self.ground.now.date() - timedelta(days=10)

    def _owner(self, job: str) -> User:
        wanted = {"pastoral": "pastoral", "senco": "senco", "head": "head"}.get(job)
        return (self.ground.with_job(wanted) if wanted else None) or self.lead

    def _by(self, at: datetime) -> User:
        """The lead of this concern, or the next one while that lead is away."""
        if not self.ground.is_away(self.lead, at):
            return self.lead
        return next((one for one in self.leads if not self.ground.is_away(one, at)), self.lead)

    def _soon(self, low: int, high: int) -> datetime:
        opened = self.concern.acknowledged_at or self.story.recorded
        return self.ground.days.later(opened, timedelta(minutes=self.chance.randint(low, high)))

    def _moment(self, day: date, decided: datetime) -> datetime:
        """Some time in school hours of a day, after the decision."""
        at = datetime.combine(day, time(8, 30), LONDON) + timedelta(minutes=self.chance.randrange(430))
        return max(at, self.ground.days.later(decided, timedelta(minutes=self.chance.randrange(5, 60))))

    def _stamp(self, what: str, at: datetime, by: User) -> None:
        setattr(self.concern, f"{what}_at", at)
        setattr(self.concern, f"{what}_by", by)
        self.concern.revision += 1
