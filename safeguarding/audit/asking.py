"""What may a rule ask of a row?

Expressions over the columns of its own table and what the database knows about a person.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, UUIDField


class Me(Func):  # type: ignore[misc]
    """Whoever the database was told is asking (`context.tell_database`), once a statement. Null when it is nobody."""

    arity = 0
    within = "rules.me()"
    template = f"(SELECT {within})"
    output_field = UUIDField()  # type: ignore[assignment]


class Fact(Func):  # type: ignore[misc]
    """An array of keys that the database knows about a person. A sub-select, so that it is asked once a statement."""

    template = "((SELECT %(asked)s)::uuid[])"
    asked = "rules.%(function)s(%(expressions)s)"
    output_field = ArrayField(UUIDField())  # type: ignore[assignment]

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        text, parameters = self.question(compiler, connection)
        return self.template % {"asked": text}, parameters

    def question(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The call alone. Inside the sub-select of a fact, who asks needs none of its own."""
        text, parameters = super().as_sql(compiler, connection, template=self.asked)
        return text.replace(Me.template, Me.within), list(parameters)


class Facts(Func):  # type: ignore[misc]
    """The keys of several facts in one sub-select."""

    output_field = ArrayField(UUIDField())  # type: ignore[assignment]

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        asked = [one.question(compiler, connection) for one in self.get_source_expressions()]
        together = " || ".join(text for text, _ in asked)
        return Fact.template % {"asked": together}, [one for _, parameters in asked for one in parameters]

    @classmethod
    def of(cls, *some: "Fact | Facts") -> "Facts":
        """The facts of these, each once."""
        each = (one for of in some for one in (of.get_source_expressions() if isinstance(of, Facts) else [of]))
        return cls(*dict.fromkeys(each))


class Among(Func):  # type: ignore[misc]
    """Whether a column of the row is one of the keys of a fact. An empty column is not."""

    output_field = models.BooleanField()  # type: ignore[assignment]
    template = "{} = ANY {}"

    def __init__(self, column: str, fact: Fact | Facts) -> None:
        super().__init__(F(column), fact)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, fact = self.get_source_expressions()
        left, left_params = compiler.compile(column)
        right, right_params = compiler.compile(fact)
        found = self.template.format(left, right)
        if column.target.null:
            found = f"COALESCE({found}, false)"
        return found, [*left_params, *right_params]


class AmongMany(Among):
    """The same of a fact with thousands of keys: each row is looked up in a table of them, and not held against every
    one.
    """

    template = "{} IN (SELECT unnest({}))"


class ThroughDoor(Func):  # type: ignore[misc]
    """Whether the service at work has opened this door (`context.door`)."""

    template = "(SELECT rules.door()) = %(expressions)s"
    output_field = models.BooleanField()  # type: ignore[assignment]


class Overlap(Among):
    """Whether one of the keys that a column holds is one of the keys of a fact."""

    template = "{} && {}"


class Within(Among):
    """Whether every key that a column holds is one of the keys of a fact."""

    template = "{} <@ {}"


def joined(one: Any, other: Any) -> Any:
    """Whether one or the other holds, as one expression, where both look for keys in the same column
    (`shortening.py`).
    """
    if type(one) is not type(other) or type(one) not in (Among, Overlap):
        return None
    (column, of), (column_too, of_too) = one.get_source_expressions(), other.get_source_expressions()
    return type(one)(column.name, Facts.of(of, of_too)) if column == column_too else None
