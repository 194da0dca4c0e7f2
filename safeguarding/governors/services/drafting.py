"""Begin a report of a term, write its comments, and answer what is asked about words that may be names."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.audit.services import record
from safeguarding.dates import as_day
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.governors.capabilities import GovernorCapability as C
from safeguarding.governors.cells import SECTIONS, Term
from safeguarding.governors.lifecycles import MOVED_ON, WRITERS, may_write, report_life
from safeguarding.governors.models import GovernorReport, NameAnswer, ReportComment
from safeguarding.governors.verbs import GovernorVerb as V

from . import counting, names
from .terms import reportable

_S = GovernorReport.Status
LONGEST = 4000
ON_ITS_WAY = "There is a draft of this term already. Open it in the list of reports."
TO_CORRECT = "A report of this term is published. Open it, and correct it: the corrected report replaces it."


@transaction.atomic
def begin(*, school: School, first: date, token: UUID, by: User, at: datetime | None = None) -> GovernorReport:
    """Begin a report of the term that begins on that day, and have its numbers counted. The same form again is one.

    Raises `NotAllowed`, `BadInput` for a term that has not begun, `OutOfTurn` where there is one already.
    """
    ensure(by, C.WRITE_REPORT, school.pk, WRITERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if there := GovernorReport.objects.filter(token=token, school=school).first():
        return there
    now = at or timezone.now()
    term = next((one for one in reportable(school.pk, as_day(now)) if one.first == first), None)
    if term is None:
        raise BadInput("Choose a term that has begun.")
    standing = set(GovernorReport.objects.filter(school=school, starts_on=first).values_list("status", flat=True))
    if standing & {_S.DRAFT, _S.APPROVED}:
        raise OutOfTurn(ON_ITS_WAY)
    if _S.PUBLISHED in standing:
        raise OutOfTurn(TO_CORRECT)
    return made(school.pk, term, token=token, by=by, at=now)


def made(
    school_id: UUID, term: Term, *, token: UUID, by: User, at: datetime, replaces: GovernorReport | None = None
) -> GovernorReport:
    """A draft of a term, whose numbers are being counted. The caller has asked who may."""
    rows = GovernorReport.objects.filter(school=school_id, starts_on=term.first)
    new = GovernorReport.objects.create(
        school_id=school_id,
        starts_on=term.first,
        ends_on=term.last,
        is_last=term.is_last,
        version=(rows.aggregate(last=Max("version"))["last"] or 0) + 1,
        replaces=replaces,
        token=token,
        made_at=at,
        made_by=by,
    )
    record(V.BEGIN, new, by=by)
    counting.ask(new, by=by, at=at)
    return new


def comments_of(report: GovernorReport) -> dict[str, ReportComment]:
    """The comments of a report, by section. One query."""
    rows = ReportComment.objects.filter(report=report).select_related("written_by")
    return {row.section: row for row in rows}


def comment_problems(report: GovernorReport, words: Mapping[str, str], *, by: User) -> dict[str, str]:
    """Section to sentence, without its full stop: why a comment is not taken."""
    found = {}
    for section, text in words.items():
        if len(text.strip()) > LONGEST:
            found[section] = f"Use at most {LONGEST} characters"
        elif refused := names.look_through(text, school_id=report.school_id, by=by).sentence:
            found[section] = refused
    return found


@transaction.atomic
def save_comments(
    report: GovernorReport, *, seen: int, words: Mapping[str, str], by: User, at: datetime | None = None
) -> GovernorReport:
    """Save what the school says of these sections. The same words again change nothing.

    Raises `NotAllowed`, `OutOfTurn` for one that is no draft, `ChangedSince`, and `BadInput` where one names a child.
    """
    held = _draft(report, by)
    if unknown := words.keys() - SECTIONS.keys():
        raise BadInput(f"There is no section {sorted(unknown)[0]}.")
    there = comments_of(held)
    said = {section: text.strip() for section, text in words.items()}
    changed = {one: text for one, text in said.items() if text != (there[one].words if one in there else "")}
    if not changed:
        return held
    if held.revision != seen:
        raise ChangedSince("Somebody changed this report while you were writing. Read what stands there now.")
    for section, problem in comment_problems(held, changed, by=by).items():
        raise BadInput(f"{SECTIONS[section].title}: {problem}.")
    now = at or timezone.now()
    for section, text in changed.items():
        _write(held, there.get(section), section, text, by=by, at=now)
    held.revision += 1
    held.save(update_fields=["revision"])
    record(V.COMMENT, held, by=by, count=len(changed))
    return held


def _write(
    report: GovernorReport, there: ReportComment | None, section: str, text: str, *, by: User, at: datetime
) -> None:
    if there is None:
        ReportComment.objects.create(
            school_id=report.school_id, report=report, section=section, words=text, written_at=at, written_by=by
        )
        return
    there.words, there.written_at, there.written_by = text, at, by
    there.revision += 1
    there.save(update_fields=["words", "written_at", "written_by", "revision"])


def copy_comments(before: GovernorReport, report: GovernorReport, *, by: User, at: datetime) -> None:
    """Let a corrected report begin with the words of the one that it corrects. What is asked is asked again."""
    for section, one in comments_of(before).items():
        if one.words:
            _write(report, None, section, one.words, by=by, at=at)


def _draft(report: GovernorReport, by: User) -> GovernorReport:
    held = GovernorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if not may_write(by, held):
        raise NotAllowed(WRITERS)
    if held.status != _S.DRAFT:
        raise OutOfTurn(MOVED_ON)
    return held


# --- names


def looked(report: GovernorReport, *, by: User) -> dict[str, names.Looked]:
    """What is found in each comment of a report that has one; questions that were answered are left out."""
    answered = {(one.section, one.word, one.sentence) for one in NameAnswer.objects.filter(report=report)}
    found = {}
    for section, one in comments_of(report).items():
        seen = names.look_through(one.words, school_id=report.school_id, by=by)
        still = tuple(q for q in seen.questions if (section, *q.key) not in answered)
        found[section] = names.Looked(seen.refused, still)
    return found


def answers_of(report: GovernorReport) -> list[NameAnswer]:
    """What was answered about words that may be names, the most recent first."""
    rows = NameAnswer.objects.filter(report=report).select_related("answered_by")
    return list(rows.order_by("-answered_at", "-pk"))


@transaction.atomic
def answer(
    report: GovernorReport,
    *,
    section: str,
    question: names.Question,
    meaning: str,
    token: UUID,
    by: User,
    at: datetime | None = None,
) -> NameAnswer:
    """Say what a word is, in its sentence. It is kept with who said so. The same form again says it once.

    Raises `NotAllowed`, `OutOfTurn`, and `BadInput` for what is no answer to what is asked.
    """
    held = _draft(report, by)
    if there := NameAnswer.objects.filter(report=held, token=token).first():
        return there
    open_ = looked(held, by=by).get(section)
    if open_ is None or question.key not in {one.key for one in open_.questions}:
        raise OutOfTurn("This is not asked any more. Open the report again to see how it stands.")
    if meaning not in NameAnswer.Meaning.values or (meaning == NameAnswer.Meaning.STAFF and not question.of_staff):
        raise BadInput("Choose what the word is. If it is the name of a child, change the comment instead.")
    word, sentence = question.key
    new = NameAnswer.objects.create(
        school_id=held.school_id,
        report=held,
        section=section,
        word=word,
        sentence=sentence,
        meaning=meaning,
        token=token,
        answered_at=at or timezone.now(),
        answered_by=by,
    )
    record(V.ANSWER_NAME, held, by=by, purpose=meaning)
    return new


@transaction.atomic
def open_again(report: GovernorReport, *, by: User) -> GovernorReport:
    """Make a draft of a report that was approved and is not published. Raises `NotAllowed`, `OutOfTurn`."""
    return report_life.perform("open_again", report, by=by, approved_at=None, approved_by=None)
