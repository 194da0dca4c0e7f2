"""What every record of a plan has: the child, the school and the area, so that rules need no joins."""

from django.db import models

from children.models import OfChild
from safeguarding.accounts.models import User
from safeguarding.dates import full_day
from safeguarding.plans import codes
from safeguarding.plans.kinds import Area, Kind
from safeguarding.sealing.fields import SealedText

WHY = (
    "mandatory for the authority that made the plan (Children Act 1989, Adoption and Children Act 2002, Children and "
    "Families Act 2014); the school holds its copy to safeguard and promote welfare (Education Act 2002 s.175, KCSIE "
    "2025)"
)


class Follows(models.TextChoices):
    """Where what follows from a decision has come to: nobody has said yet, it was done, it was said that it does not
    follow, or there is an appeal.
    """

    WAITS = "waits", "To be said"
    DONE = "done", "Done"
    NOT = "not", "Nothing follows"
    APPEAL = "appeal", "There is an appeal"


class OfPlan(OfChild):
    """A record in one of the areas, by which it is decided who keeps and who reads it."""

    area = models.CharField(max_length=12, choices=Area)

    class Meta:
        abstract = True


class Written(models.Model):
    """Who wrote it and when, and the token of the form it came with."""

    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    written_at = models.DateTimeField()

    class Meta:
        abstract = True


class Coded(models.Model):
    """A row of a kind of the registry, with columns that hold codes."""

    class Meta:
        abstract = True

    @property
    def of_kind(self) -> Kind:
        """Its kind in the registry (`plans/kinds`)."""
        raise NotImplementedError

    @property
    def filled(self) -> list[tuple[str, str]]:
        """The typed columns of its kind that hold something, each under its name and as a page says it."""
        return [(column, words) for column in self.of_kind.columns if (words := self.in_words(column))]

    def in_words(self, column: str) -> str:
        """What stands in a column, in words: the label of a code, yes or no, a day."""
        value = getattr(self, column)
        if value is None or value == "" or value == []:
            return ""
        if list_ := self.of_kind.list_of(column):
            return "; ".join(codes.labels(list_, value)) if isinstance(value, list) else codes.label(list_, value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        field = self._meta.get_field(column)
        if getattr(field, "choices", None):
            return str(getattr(self, f"get_{column}_display")())
        return str(value) if isinstance(value, int) else full_day(value)


def code(verbose: str, length: int = 20) -> "models.CharField[str, str]":
    """A column that holds a code of a list, or nothing."""
    return models.CharField(verbose, max_length=length, blank=True, default="")


def words(verbose: str) -> SealedText:
    """A column that holds words, sealed with the key of the child, or nothing."""
    return SealedText(verbose, blank=True, default="")
