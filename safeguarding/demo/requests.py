"""Who has asked the demo school about data? One was just said to a teacher, one waits for proof of identity, one is
a complaint, one disagrees with a note, one had the record corrected, one is half reviewed, and one was answered.

What the worker does, gathering and the files of the answer, is done here as it does it: for nobody by name.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from children.models import Child
from children.services import keeping
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.protection import may_view
from safeguarding.concerns.models import ConcernChild
from safeguarding.demo.drawing import a_letter
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.printer import Printer
from safeguarding.demo.sharing import parents
from safeguarding.uploads.services.keeping import Upload
from sharing.events.models import SHARED, SharingEvent
from sharing.requests.models import (
    Bundle,
    Decided,
    Exemption,
    RequestItem,
    RequestPerson,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.services import (
    approving,
    building,
    deciding,
    documents,
    gathering,
    handing_over,
    intake,
    letters,
    places,
    recipients,
    roles,
    statements,
)
from sharing.requests.services.answering import answer
from sharing.requests.services.shared_names import on_two_lists

Kind = RequestPerson.Kind
_HEAD, _LEAD, _OFFICE, _TEACHER, _OFFICER = "S01", "S02", "S09", "S23", "S46"
_SPOKEN, _DOUBTED, _REVIEWED, _ANSWERED, _COMPLAINS, _DISAGREES = "P0007", "P0040", "P0112", "P0398", "P0291", "P0218"
_THIRD_PARTY = "other_people"
_TEST = {
    "who_else": "The other person, by the name.",
    "in_role": "no",
    "consent": "not_asked",
    "reasonable": "No. It would tell one family about another, and says nothing more about the child.",
}
_WHY = "It is about somebody else, and is not theirs to give."
_STATEMENT = (
    "The bus was cut in September. We walk forty minutes, and we do care that our child comes to school on time."
)
_REASONS = (
    "The note says what a member of staff thought on that day. An opinion is not changed; what you say about it now "
    "stands beside it, and is read with it."
)
_CHECKS: dict[str, Any] = {
    "order_binds": "no",
    "address_is_confidential": "no",
    "care_order": "no",
    "competence": "not_yet",
}
# What stands in square brackets in a letter, as it begins, and what the office writes there.
_FILLED_IN = {
    "say why there is a doubt": "your message came from an e-mail address that we do not know.",
    "say what is enough": "a passport or a driving licence.",
}
_MAIL = (
    "Mother wrote that mornings are hard at present: two younger ones, and the bus. She asked whether breakfast club "
    "has a place from Monday. I said yes, and that we would see how it goes until half term."
)
_ON_PAPER = (
    "To the parents",
    "Thank you for coming in on Tuesday.",
    "We agreed that breakfast club begins on Monday,",
    "and that you ring the office before half past eight",
    "when your child cannot come.",
)
_GP = "The Surgery, Gatley Green"
_WRONG_GP = "You write to the wrong surgery. We were never there: our doctors are at Gatley Green. Please put it right."
_CORRECTED = "You are right: the record named another practice. It names yours now (UK GDPR Article 16)."
_COMPLAINT = (
    "I asked in writing for a mistake in the attendance to be put right, and six weeks later nobody has answered me. "
    "I want to know why, and I want it put right."
)


class _Desk:
    """The people of the demo school who work on requests, and their clock."""

    def __init__(self, school: School, ground: Ground, keys: Keys) -> None:
        self.school, self.keys, self._ground = school, keys, ground
        self.now = min(ground.now, timezone.now())
        self.head, self.lead, self.office, self.teacher, self.officer = (
            ground.users[one] for one in (_HEAD, _LEAD, _OFFICE, _TEACHER, _OFFICER)
        )

    def child(self, key: str) -> Child:
        return Child.objects.select_related("school").get(pk=self._ground.children[key])

    def ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def day(self, days: int) -> date:
        return timezone.localdate(self.ago(days))

    @contextmanager
    def acts(self, user: User) -> Iterator[User]:
        with acting(Acting(user_id=user.pk, school_id=self.school.pk)):
            yield user

    def handed_in(self, child: Child, *, days: int, words: str, by: User | None = None, **more: Any) -> RightsRequest:
        """A parent of the child has asked, so many days ago."""
        with self.acts(by or self.office) as who:
            return intake.hand_in(
                by=who,
                school_id=self.school.pk,
                token=self.keys.token(),
                received_on=self.day(days),
                requester=parents(child)[0].full_name,
                about=f"{child.full_name}, {child.class_name}" if child.class_name else child.full_name,
                words=words,
                at=self.ago(days),
                **more,
            )

    def taken_up(self, case: RightsRequest, child: Child, *, days: int, **more: Any) -> RightsRequest:
        with self.acts(self.office) as who:
            facts = {"right": case.right, "requester_is": "parent", "authority": "parental"} | more
            return intake.take_up(case, by=who, children=[child], at=self.ago(days), **facts)[0]

    def named(self, case: RightsRequest, *, days: int) -> None:
        """The lead prepares it, and the data protection officer approves it."""
        with self.acts(self.office) as who:
            roles.name(case, by=who, user=self.lead, part="preparer", at=self.ago(days))
            roles.name(case, by=who, user=self.officer, part="approver", at=self.ago(days))


def lay_requests(school: School, ground: Ground, keys: Keys, printer: Printer) -> None:
    """The seven of them."""
    desk = _Desk(school, ground, keys)
    _spoken(desk)
    _doubted(desk)
    _complaint(desk)
    _disagrees(desk)
    _corrected(desk)
    _half_reviewed(desk)
    _answered(desk, printer)


def _spoken(desk: _Desk) -> None:
    words = "She would like to see everything that we hold about him, she said, and asked how long that takes."
    desk.handed_in(desk.child(_SPOKEN), days=0, channel="spoken", words=words, by=desk.teacher)


def _doubted(desk: _Desk) -> None:
    """Nobody knows the e-mail address from which it came: the time begins once the office has seen who it is."""
    child = desk.child(_DOUBTED)
    words = "Please send me all records about my child, and all e-mails in which we are named."
    case = desk.handed_in(child, days=12, channel="email", contact="a.new.address@example.org", words=words)
    case = desk.taken_up(case, child, days=11)
    _send(desk, case, "identity", days=11)


def _send(desk: _Desk, case: RightsRequest, kind: str, *, days: int) -> None:
    """A letter, as it begins, with what the office fills in."""
    with desk.acts(desk.office) as who:
        made = letters.begin(case, by=who, kind=kind, token=desk.keys.token(), at=desk.ago(days))
        made = letters.change(made, by=who, text=_filled_in(made.text), revision=made.revision)
        letters.send(made, by=who, sent_on=desk.day(days), at=desk.ago(days))


def _filled_in(text: str) -> str:
    for words, said in _FILLED_IN.items():
        text = re.sub(rf"\[{words}[^\[\]]*+\]", said, text)
    return text


def _complaint(desk: _Desk) -> None:
    child = desk.child(_COMPLAINS)
    case = desk.handed_in(child, days=9, channel="letter", right="complaint", words=_COMPLAINT)
    case = desk.taken_up(case, child, days=8)
    _send(desk, case, "acknowledgement", days=7)


def _disagrees(desk: _Desk) -> None:
    """A parent says that what was written is wrong. It is an opinion, so that what they say is put beside it; the data
    protection officer has to approve that.
    """
    about = ConcernChild.objects.filter(child__school=desk.school, child__left_on=None, role="worried_about")
    rows = about.select_related("concern", "child__school").order_by("-concern__logged_at")
    own = rows.filter(child=desk.child(_DISAGREES))
    concern, child = next(
        (row.concern, row.child) for row in (*own, *rows[:40]) if row.child and may_view(desk.lead, row.concern)
    )
    words = "The note says that we do not care how she comes to school. That is not true, and I want it put right."
    case = desk.handed_in(child, days=20, channel="email", right="rectify", words=words)
    case = desk.taken_up(case, child, days=19)
    _send(desk, case, "acknowledgement", days=19)
    desk.named(case, days=18)
    with desk.acts(desk.lead) as lead:
        on, token = desk.day(10), desk.keys.token()
        statements.add(case, by=lead, concern=concern, text=_STATEMENT, written_on=on, token=token, at=desk.ago(9))
    with desk.acts(desk.office) as office:
        answer(_now(case), by=office, outcome="statement", reasons=_REASONS, at=desk.ago(6))
    with desk.acts(desk.lead) as lead:
        intake.answer_checks(case, by=lead, **_CHECKS)
        approving.prepare(_now(case), by=lead, at=desk.ago(5))


def _corrected(desk: _Desk) -> None:
    """A parent says that the record names a wrong surgery. It is corrected, and who had received something is told."""
    asked = RightsRequest.objects.filter(child__isnull=False).values("child")
    shares = SharingEvent.objects.filter(school=desk.school, status__in=SHARED, child__left_on=None)
    rows = shares.exclude(child__in=asked).order_by("year", "number")
    event = next(row for row in rows.select_related("child__school") if parents(row.child))
    child = event.child
    case = desk.handed_in(child, days=26, channel="telephone", right="rectify", words=_WRONG_GP)
    case = desk.taken_up(case, child, days=25)
    desk.named(case, days=25)
    with desk.acts(desk.office) as office:
        told = keeping.Told(by=keeping.ToldBy.REQUEST, token=desk.keys.token(), request=case.pk)
        given: dict[str, Any] = {"part": keeping.Part.DOCTOR, "values": {"gp": _GP}, "is_correction": True}
        keeping.set_facts(child=child, told=told, by=office, at=desk.ago(24), **given)
        answer(_now(case), by=office, outcome="done", reasons=_CORRECTED, at=desk.ago(24))
    with desk.acts(desk.lead) as lead:
        for one in recipients.received(case, lead):
            hidden = shares.filter(child=child, recipient=one.key, parents_told="no").exists()
            said: dict[str, Any] = {"how": recipients.TOLD, "told_on": desk.day(20), "is_named": not hidden}
            recipients.say(_now(case), by=lead, key=one.key, at=desk.ago(20), **said)
        recipients.confirm(_now(case), by=lead, token=desk.keys.token(), at=desk.ago(20))
        intake.answer_checks(case, by=lead, **_CHECKS)
        approving.prepare(_now(case), by=lead, at=desk.ago(19))
    with desk.acts(desk.officer) as officer:
        approving.approve(_now(case), by=officer, at=desk.ago(18))
    _send(desk, _now(case), "outcome", days=17)
    with desk.acts(desk.office) as office:
        answer(_now(case), by=office, outcome="done", reasons=_CORRECTED, at=desk.ago(17))


def _half_reviewed(desk: _Desk) -> None:
    """A mother asks for everything, and to see the educational record. The lead has read half of it."""
    child = desk.child(_REVIEWED)
    words = "I would like to see the educational record of my child, and copies of everything else that you hold."
    case = desk.handed_in(child, days=12, channel="letter", words=words)
    case = desk.taken_up(case, child, days=11, wants_record=True)
    _send(desk, case, "acknowledgement", days=11)
    desk.named(case, days=10)
    _added(desk, case, child)
    _gathered(desk, case, days=9, asked=False)
    with desk.acts(desk.lead) as lead:
        intake.answer_checks(case, by=lead, **_CHECKS)
        _decide_people(desk, case, by=lead, most=1)
        mine = RequestItem.objects.filter(case=case, reviewer=lead).order_by("number")
        for item in mine[: mine.count() // 2]:
            _give(item, by=lead)


def _added(desk: _Desk, case: RightsRequest, child: Child) -> None:
    """What was looked for outside of Harbour: one message, and a letter that was kept on paper."""
    name = child.full_name
    for place, user, days in ((SearchPlace.Place.MAIL, desk.teacher, 8), (SearchPlace.Place.PAPER, desk.office, 7)):
        at = desk.ago(days)
        with desk.acts(desk.office) as who:
            row = places.ask(
                case, by=who, place=place, user=user, searched_for=name, token=desk.keys.token(), at=desk.ago(10)
            )
        with desk.acts(user):
            if place == SearchPlace.Place.MAIL:
                title = "Message to the class teacher, about mornings"
                places.add_text(row, by=user, title=title, text=_MAIL, token=desk.keys.token(), at=at)
            else:
                letter = Upload("Letter after the meeting.pdf", a_letter((*_ON_PAPER, name)))
                places.add_file(row, by=user, upload=letter, token=desk.keys.token(), at=at)
            places.answer(row, by=user, found="some", note="Two years looked through.", at=at)


def _answered(desk: _Desk, printer: Printer) -> None:
    """Decided, approved, made, locked, sent: five weeks ago to last week."""
    child = desk.child(_ANSWERED)
    words = "Could I have a copy of what the school has about my child? We are moving house."
    case = desk.handed_in(child, days=30, channel="form", words=words)
    case = desk.taken_up(case, child, days=29)
    _send(desk, case, "acknowledgement", days=29)
    desk.named(case, days=28)
    case = _gathered(desk, case, days=26)
    with desk.acts(desk.lead) as lead:
        intake.answer_checks(case, by=lead, **_CHECKS)
    for reviewer in {item.reviewer for item in RequestItem.objects.filter(case=case).select_related("reviewer")}:
        with desk.acts(reviewer):
            _decide_people(desk, case, by=reviewer)
            for item in RequestItem.objects.filter(case=case, reviewer=reviewer, decided=""):
                _give(item, by=reviewer)
    with desk.acts(desk.lead) as lead:
        approving.prepare(_now(case), by=lead, at=desk.ago(14))
    with desk.acts(desk.officer) as officer:
        for one in approving.to_look_at(case):
            approving.look(one.item, by=officer, at=desk.ago(12))
        approving.approve(_now(case), by=officer, at=desk.ago(12))
        bundle = building.ask(_now(case), by=officer, token=desk.keys.token())
    printer.ensure_ready()
    building.run(bundle.pk)
    # The worker says when the files were made: here that was earlier.
    Bundle.objects.filter(pk=bundle.pk).update(asked_at=desk.ago(12), built_at=desk.ago(12))
    with desk.acts(desk.officer) as officer:
        handing_over.lock(bundle, by=officer, at=desk.ago(11))
    with desk.acts(desk.office) as office:
        handing_over.release(bundle, by=office, how="email", on=desk.day(11), at=desk.ago(11))


def _gathered(desk: _Desk, case: RightsRequest, *, days: int, asked: bool = True) -> RightsRequest:
    """The worker has gathered; and everybody who was asked has said that nothing is held, if `asked`."""
    apart = SearchPlace.objects.filter(case=case, answered_at=None).exclude(place=SearchPlace.Place.HARBOUR)
    for row in apart.select_related("asked") if asked else ():
        with desk.acts(row.asked):
            places.answer(row, by=row.asked, found="none", at=desk.ago(days))
    with desk.acts(desk.office) as office:
        gathering.ask(case, by=office)
    gathering.run(case.pk)
    RightsRequest.objects.filter(pk=case.pk).update(gathered_at=desk.ago(days))
    return _now(case)


def _now(case: RightsRequest) -> RightsRequest:
    return RightsRequest.objects.select_related("child").get(pk=case.pk)


def _decide_people(desk: _Desk, case: RightsRequest, *, by: User, most: int | None = None) -> None:
    """Staff and the child's own adults are kept; others are called "Child B", at most so many of them."""
    assert case.child is not None  # noqa: S101  (taken up)
    law = Exemption.objects.filter(code=_THIRD_PARTY).latest("valid_from")
    mine = set(RequestItem.objects.filter(case=case, reviewer=by).values_list("pk", flat=True))
    people = [one for one in RequestPerson.objects.filter(case=case).order_by("pk") if mine.intersection(one.items)]
    # Staff who are adults of a family too, by the name, are decided on apart.
    apart = on_two_lists(case)
    if any(one.kind == Kind.STAFF and one.pk not in apart for one in people):
        deciding.keep_staff(case, by=by, token=desk.keys.token())
    family = {adult.pk for adult in parents(case.child)}
    own = [one for one in people if one.key in family or (one.kind == Kind.STAFF and one.pk in apart)]
    if own:
        deciding.decide_people(own, by=by, said=deciding.Said("keep"), token=desk.keys.token())
    others = [one for one in people if one.kind in (Kind.CHILD, Kind.ADULT) and one not in own]
    if others[:most]:
        said = deciding.Said("replace", exemption=law, answers=_TEST, why=_WHY)
        deciding.decide_people(others[:most], by=by, said=said, token=desk.keys.token())


def _give(item: RequestItem, *, by: User) -> None:
    """What can be given as it stands: whole, or in part where something is taken out. What cannot is left."""
    out = documents.released(item, str)
    decided = Decided.PART if out.is_cut else Decided.FULL
    if deciding.decide_problems(item.case, item, decided, deciding.Reason(), on=timezone.localdate()):
        return
    deciding.decide(item, by=by, decided=decided, revision=item.revision)
