"""What can be done with a plan, or with a date of one, on its page? Each deed is a form that says which it is.

One address takes them all: the forms differ by what the record is and by where it stands, the answer does not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from safeguarding.accounts.models import User
from safeguarding.exceptions import OutOfTurn
from safeguarding.http import Request
from safeguarding.plans.forms.columns import DeedForm
from safeguarding.refused_forms import as_typed

R = TypeVar("R")


@dataclass(frozen=True)
class Deed(Generic[R]):
    """A form, the words over it and on its button, what is done with what was typed, and when it is offered.

    `after` is the sentence that the next page shows.
    """

    key: str
    form: Callable[..., Any]
    summary: str | Callable[[R], str]
    send: str
    after: str
    do: Callable[[R, Any, User], object]
    is_open: Callable[[R], bool]

    def called(self, record: R) -> str:
        """The words over its form, where the record stands now."""
        return self.summary if isinstance(self.summary, str) else self.summary(record)

    def made(self, data: Any = None, **about: Any) -> Any:
        """Its form, empty or with what was sent."""
        return self.form(data, auto_id=f"{self.key}_%s", initial={"deed": self.key}, **about)


def asked(request: Request, deeds: Mapping[str, Deed[R]]) -> Deed[R] | None:
    """The deed of the form that was sent; None where the page was sent without one."""
    return deeds.get(request.POST.get("deed", ""))


def offered(
    record: R, deeds: Iterable[Deed[R]], bound: Mapping[str, DeedForm], **about: Any
) -> dict[str, dict[str, Any]]:
    """The deeds that the record is open to, each with its form: that which was sent and not taken, or an empty one."""
    return {
        deed.key: {
            "deed": deed.key,
            "summary": deed.called(record),
            "send": deed.send,
            "form": bound.get(deed.key) or deed.made(**about),
        }
        for deed in deeds
        if deed.is_open(record)
    }


def ensure_open(deed: Deed[R], record: R) -> None:
    """Raise `OutOfTurn` where the record is not open to a deed any more: what is wrong with its form is no answer
    then.
    """
    if not deed.is_open(record):
        raise OutOfTurn("It has moved on since you opened the page, and this cannot be done with it now.")


def lost(bound: Mapping[str, DeedForm], there: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed into a form that the page does not offer any more, to be copied."""
    return [line for key, form in bound.items() if key not in there for line in as_typed(form)]
