"""Number paper forms, type one in when Harbour is back, and compare what was typed with the paper."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure, may
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record, record_many
from safeguarding.concerns.lifecycles import paper_life
from safeguarding.concerns.models import Account, Amendment, Concern, Draft, PaperForm, ReferenceCounter
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.form_content import Content
from safeguarding.concerns.services.mentioned import keep_and_hand_on
from safeguarding.concerns.services.numbering import next_numbers
from safeguarding.concerns.services.telling import tell_readers
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token

# Two sheets each, printed at once.
MOST = 30
_REFERENCE = re.compile(r"(?:P[-\s]*)?(?:(20\d\d)[-\s]+)?0*(\d{1,6})", re.IGNORECASE)
Status = PaperForm.Status


@dataclass(frozen=True)
class Written:
    """What the sheet says of itself: a colleague or a name, and when it was written."""

    on: date
    at: time | None = None
    by: User | None = None
    name: str = ""


@transaction.atomic
def make_forms(
    *, school: School, batch: UUID, count: int, place: str, by: User, at: datetime | None = None
) -> list[PaperForm]:
    """`count` forms with the next numbers, for a place. The same `batch` again returns those that are there.

    Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, Capability.DECIDE_CONCERNS, school.pk, LEADS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if there := list(PaperForm.objects.filter(batch=batch, school=school).order_by("number")):
        return there
    if not 1 <= count <= MOST:
        raise BadInput(f"Between 1 and {MOST} forms are made at once.")
    if not place.strip():
        raise BadInput("Say where the forms are kept.")
    at = at or timezone.now()
    year = timezone.localdate(at).year
    numbers = next_numbers(count, school.pk, year, ReferenceCounter.Kind.PAPER)
    made = PaperForm.objects.bulk_create(
        PaperForm(school=school, batch=batch, year=year, number=n, place=place.strip(), made_at=at, made_by=by)
        for n in numbers
    )
    record_many(Verb.CREATE, "concerns.paperform", [form.pk for form in made], by=by, school_id=school.pk)
    return made


def counted(forms: QuerySet[PaperForm], school_id: UUID) -> dict[str, int]:
    """Of `forms`, how many of a school are in each state."""
    rows = forms.filter(school_id=school_id).order_by().values_list("status").annotate(number=Count("pk"))
    return dict(rows)


def by_number(forms: QuerySet[PaperForm], words: str, *, today: date) -> PaperForm | None:
    """Of `forms`, the one with the number that was typed: P-2026-0007, 2026-7, or 7 for the last of that number."""
    found = _REFERENCE.fullmatch(words.strip())
    if found is None:
        return None
    year, number = found.groups()
    same = forms.filter(number=int(number), year__lte=today.year)
    return same.filter(year=int(year)).first() if year else same.order_by("-year").first()


@door("reporting")
def find_form(school_id: UUID, words: str, *, today: date) -> PaperForm | None:
    """The form of a school with a number that stands on the sheet in somebody's hand. Only that there is one."""
    return by_number(PaperForm.objects.filter(school_id=school_id), words, today=today)


@transaction.atomic
@door("reporting")
def begin_typing(*, form: PaperForm, written: Written, content: Content, by: User, at: datetime | None = None) -> UUID:
    """Begin to type a sheet in: returns the token of a log form that begins with `content`. Again, it goes on with the
    same.

    Whoever does not decide concerns types in what they wrote themselves. Raises `NotAllowed`, `BadInput`, `OutOfTurn`
    for a form that is a concern already, or was put away.
    """
    at = at or timezone.now()
    if not may(by, Capability.DECIDE_CONCERNS, form.school_id) and written.by != by:
        raise NotAllowed("You can type in what you wrote yourself. Give other forms to a safeguarding lead.")
    if written.by is None and not written.name.strip():
        raise BadInput("Say who wrote the form.")
    if written.on > timezone.localdate(at):
        raise BadInput("The form cannot have been written later than today.")
    locked = PaperForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    if problem := why_not(locked, by=by):
        raise OutOfTurn(problem)
    token = entry_token(locked.pk, by.pk)
    facts = {
        "written_by": written.by,
        "writer": "" if written.by else written.name.strip(),
        "written_on": written.on,
        "written_at": written.at,
        "forms": list(dict.fromkeys([*locked.forms, token])),
    }
    paper_life.perform("begin", locked, by=by, at=at, **facts)
    if not Draft.objects.filter(pk=token).exists():
        save_draft(token=token, school_id=locked.school_id, content=content, author_id=by.pk, at=at)
    return token


def why_not(form: PaperForm, *, by: User) -> str:
    """Why a form cannot be typed in, as a sentence: whoever may see the concern that has its number is told which."""
    if form.concern_id is not None:
        seen = Concern.objects.visible_to(by).filter(pk=form.concern_id).first()
        where = f" as concern {seen.reference}" if seen else ""
        return f"{form.reference} has been typed in already{where}. Each number is typed in once."
    if form.status in (Status.SPOILED, Status.RETURNED):
        return (
            f"{form.reference} is in the register as “{form.get_status_display().lower()}”. If it was used "
            "after all, a "
            "safeguarding lead says so under Paper forms; then it can be typed in."
        )
    return ""


def paper_of(token: UUID) -> PaperForm | None:
    """The sheet that is typed in with this log form; None for any other log form."""
    return PaperForm.objects.select_related("written_by").filter(forms__contains=[token]).first()


def entered(paper: PaperForm, concern: Concern, *, by: User, at: datetime) -> None:
    """The log form has been sent. Raises `OutOfTurn` where the number was used, put away or taken over meanwhile:
    nothing is sent then, as whose words they are was said by somebody else last.
    """
    if paper.status == Status.TYPING and paper.begun_by_id != by.pk:
        raise OutOfTurn(
            f"A colleague has begun to type in {paper.reference} since you did. Nothing was sent. Speak to "
            "each other; to go "
            "on yourself, enter its number once more under “Type in a paper form”."
        )
    paper_life.perform("enter", paper, by=by, at=at, concern=concern)


@door("reporting")
def typed_for(token: UUID, *, by: User) -> UUID | None:
    """The form that `by` typed in with this token in the name of somebody else; None for their own words."""
    mine = PaperForm.objects.filter(forms__contains=[token], typed_by=by, concern__isnull=False)
    return mine.exclude(written_by=by).exclude(written_by=None).values_list("pk", flat=True).first()


@transaction.atomic
def check_form(*, form: PaperForm, corrections: str = "", by: User, at: datetime | None = None) -> PaperForm:
    """Somebody has compared what was typed with the sheet. What differs is added to the account, with the date; nothing
    is changed.

    Raises `NotAllowed` for who typed it in on the same day or does not see the concern, `OutOfTurn` the second time.
    """
    at = at or timezone.now()
    concern = Concern.objects.select_for_update(of=("self",)).get(pk=form.concern_id)
    if not may_view(by, concern):
        raise NotAllowed(LEADS)
    done = paper_life.perform("check", form, by=by, at=at)
    if text := corrections.strip():
        added = Amendment.objects.create(
            account=Account.objects.get(concern=concern),
            concern=concern,
            school_id=concern.school_id,
            author=by,
            token=entry_token(form.pk, "checked"),
            text=f"Compared with paper form {form.reference}. On the paper it says: {text}",
            reason=Amendment.Reason.CORRECTION,
            added_at=at,
        )
        concern.news_at = at
        concern.revision += 1
        concern.save(update_fields=["news_at", "revision"])
        record(Verb.ADD, concern, by=by, purpose="checked with paper")
        keep_and_hand_on(added, concern, by=by, at=at)
        tell_readers(concern, ConcernNotice.ADDED, by=by, at=at)
    return done


@transaction.atomic
def settle_form(*, form: PaperForm, move: str, by: User, at: datetime | None = None) -> PaperForm:
    """Say what has become of a sheet that is no concern: "spoil", "give_back", "miss", or "find" where it is there
    after all.
    """
    return paper_life.perform(move, form, by=by, at=at)
