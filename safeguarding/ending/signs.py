"""What on a record is a sign that it has to be kept for long, and who may not know of it? Each app says which of its
rows are one, by the codes that stand on the rule (domain reference 13, "signs for R03").

A fact `rules.signs_<kind>(records uuid[], codes text[])` returns `(record uuid, row_key uuid, code text, day date)`: of
these records, the rows with one of these codes, and the day on which it came. It reads no context. `shut` names the
fact of a person (`rules.<shut>(me uuid)`) that returns the rows which somebody who reads the record may not know of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from .units import Model


@dataclass(frozen=True)
class Sign:
    """One kind of sign. `codes` are those that its fact knows, `says` puts one in words, `page` is the name of the page
    of its row, or empty where it has none that everybody who is told of it may open.
    """

    kind: str
    model: Model
    codes: frozenset[str]
    says: Callable[[str], str]
    page: str = ""
    shut: str = ""

    @property
    def fact(self) -> str:
        return f"signs_{self.kind}"


_signs: dict[str, Sign] = {}


def sign(
    kind: str,
    *,
    model: Model,
    codes: Iterable[str],
    says: Callable[[str], str],
    page: str = "",
    shut: str = "",
) -> None:
    """Say that rows of `model` are signs. Raises `ImproperlyConfigured` where a kind or a code is said twice."""
    made = Sign(kind, model, frozenset(codes), says, page, shut)
    if kind in _signs or made.codes & known_codes():
        raise ImproperlyConfigured(f"The signs of {kind} are said twice.")
    _signs[kind] = made


def signs() -> dict[str, Sign]:
    """Every kind of sign."""
    return dict(_signs)


def known_codes() -> frozenset[str]:
    """Every code that some fact knows: a rule names no other."""
    return frozenset().union(*(one.codes for one in _signs.values()))
