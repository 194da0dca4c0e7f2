"""Which records are figures made of? Those that who asks may see, narrowed as they asked; and nothing else."""

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate, TruncWeek

from children.models import Child, ClassEpisode
from safeguarding.accounts.calendar import LONDON
from safeguarding.concerns.models import Action, Concern, ConcernChild, Referral

from .periods import Period
from .values import Viewer


def day_in_london(moment: str) -> TruncDate:
    """The day in London on which something was."""
    return TruncDate(moment, tzinfo=LONDON)


def week_in_london(moment: str) -> TruncWeek:
    """The Monday of its week."""
    return TruncWeek(moment, tzinfo=LONDON, output_field=DateField())


def concerns(viewer: Viewer) -> QuerySet[Concern]:
    """The school's concerns, of whichever time: what was entered in error is out of them, by the rule."""
    found = viewer.see(Concern)
    if viewer.category:
        found = found.filter(category_id=viewer.category)
    if viewer.level is not None:
        found = found.filter(level=viewer.level)
    if viewer.year_group is not None:
        found = found.filter(pk__in=_of_year(worried_about(viewer), viewer, viewer.year_group).values("concern"))
    return found


def logged(viewer: Viewer, period: Period | None = None) -> QuerySet[Concern]:
    """Those that were logged in the period."""
    return concerns(viewer).filter(**(period or viewer.period).holds("logged_at"))


def worried_about(viewer: Viewer) -> QuerySet[ConcernChild]:
    """Each child with a record whom a concern is about, with the `day` on which it was logged: a child in a concern."""
    found = viewer.see(ConcernChild).filter(role=ConcernChild.Role.WORRIED_ABOUT, child__isnull=False)
    return found.annotate(day=day_in_london("concern__logged_at"))


def in_concerns(viewer: Viewer) -> QuerySet[ConcernChild]:
    """Children in the concerns of the period: a concern about two children is two of these."""
    found = worried_about(viewer).filter(concern__in=logged(viewer))
    return found if viewer.year_group is None else _of_year(found, viewer, viewer.year_group)


def actions(viewer: Viewer) -> QuerySet[Action]:
    """Actions of the concerns that who asks may see; one's own of others are no figure of the school."""
    return viewer.see(Action).filter(concern__in=concerns(viewer))


def referrals(viewer: Viewer) -> QuerySet[Referral]:
    """What went to agencies."""
    return viewer.see(Referral).filter(concern__in=concerns(viewer))


def roll(viewer: Viewer) -> QuerySet[Child]:
    """The children on the list of the school on the last day of the period."""
    on = viewer.period.last
    found = viewer.see(Child).filter(Q(entered_on=None) | Q(entered_on__lte=on), Q(left_on=None) | Q(left_on__gte=on))
    if viewer.year_group is None:
        return found
    return found.filter(Exists(_classes(viewer, viewer.year_group, "pk", on)))


def _of_year(rows: QuerySet[ConcernChild], viewer: Viewer, year: int) -> QuerySet[ConcernChild]:
    """Those who were in a year group on the day on which the concern was logged."""
    return rows.filter(Exists(_classes(viewer, year, "child_id", OuterRef("day"))))


def _classes(viewer: Viewer, year: int, child: str, on: object) -> QuerySet[ClassEpisode]:
    here = viewer.see(ClassEpisode).filter(child=OuterRef(child), year_group=year, corrected_at=None)
    return here.filter(Q(starts_on=None) | Q(starts_on__lte=on), Q(ends_on=None) | Q(ends_on__gte=on))
