"""The register of what the privacy notice says is held: which record or kind of plan has each of its items, on which
page it stands, where it comes from, by which law.

Each app says in its `notice_items.py` what it holds. `manage.py write_docs` makes `docs/notice-coverage.md` of it, and
fails where an item is held by nothing, or something names no page and no law.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.urls import get_resolver

from safeguarding.ending.by_child import what_ends
from safeguarding.ending.facts import subjects_of
from safeguarding.ending.kinds import Kind, kinds
from safeguarding.personal_data import Retention, Source, all_sources, declared, root_of

# What the notice lists under “The categories of this information”, by its number in the domain reference (section 8).
ITEMS: dict[int, str] = {
    7: "Date of birth",
    8: "Address",
    9: "Contact information",
    10: "Photographs",
    11: "Notes of concern",
    12: "Attendance data",
    13: "Child in need: referral",
    14: "Child in need: assessment",
    15: "Section 47",
    16: "Initial child protection",
    17: "Child protection plan",
    18: "Looked after: whether the health assessment is up to date",
    19: "Looked after: whether the dental assessment is up to date",
    20: "Looked after: scores of the strengths and difficulties questionnaire",
    21: "Looked after: offending",
    22: "Adoption: dates of key court orders",
    23: "Adoption: dates of key decisions",
    24: "Care leavers: activity",
    25: "Care leavers: type of accommodation",
    26: "Education, health and care plan",
}
# Items that the notice names and of which nothing is held.
NOT_HELD: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Holding:
    """Something that is held of a child: its name, the items that it is one of, the name of the page it stands on."""

    what: str
    items: tuple[int, ...]
    page: str
    sources: tuple[Source, ...]
    law: str
    model: type[Model] | None = None
    category: str = ""
    choice: str = ""

    @property
    def address(self) -> str:
        """The address of its page, with the names of its keys; empty for a page that there is not."""
        known = get_resolver().reverse_dict.getlist(self.page)
        return "/" + known[0][0][0][0].replace("%(", "<").replace(")s", ">") if known else ""


@dataclass(frozen=True)
class Promise:
    """What an item of the notice says, by its number in the domain reference, and the test of it.

    `is_proved`: the test is of the thing itself. Of others it looks whether the notice says so.
    """

    item: int
    says: str
    test: str
    is_proved: bool


_held: list[Holding] = []
_promises: list[Promise] = []


def holds(
    *items: int,
    what: str,
    by: type[Model],
    page: str,
    law: str = "",
    category: str = "",
    choice: str = "",
    sources: tuple[Source, ...] = (),
) -> None:
    """Say that rows of the model `by` hold these items of the notice, or something that no item names.

    `law` is where holding it comes from, where that is not the `collection` of its `PersonalData`; `category` what the
    notice calls it, where that is not the category of the model. `choice` and `sources` say of it alone whether it
    must be given, and where it comes from, in place of the model’s. Raises `ImproperlyConfigured` for an item that
    there is not.
    """
    if unknown := set(items) - ITEMS.keys():
        raise ImproperlyConfigured(f"{what}: the notice has no item {sorted(unknown)}.")
    said = declared(by)
    if said is None:
        raise ImproperlyConfigured(f"{what}: {by._meta.label} has no inner class PersonalData.")
    given = sources or all_sources(by)
    _held.append(Holding(what, items, page, given, law or said.collection, by, category, choice))


def holdings(item: int | None = None) -> list[Holding]:
    """Return what holds an item, in the order of the apps; for None, what no item names."""
    return [one for one in _held if (not one.items if item is None else item in one.items)]


def ending_of(model: type[Model]) -> list[Kind]:
    """The kinds of record with which a row ends; what several share ends with the last child’s file. Empty where no
    rule is of its record. What is about several ends with the file of the last of them.
    """
    said = declared(model)
    shared = said is not None and said.retention is Retention.SHARED
    root = apps.get_model("children", "Child") if shared else root_of(model)
    of_root = declared(root)
    ends_with = subjects_of(root)[3] if of_root and of_root.about else root
    return [kind for kind in kinds().values() if what_ends(kind) is ends_with]


def promises(*said: Promise) -> None:
    """Say of items of the notice which test is of each (`path::name`)."""
    _promises.extend(said)


def all_promises() -> list[Promise]:
    """Every item with what proves it, by its number."""
    return sorted(_promises, key=lambda promise: promise.item)


def all_holdings() -> list[Holding]:
    """Everything that is held, in the order of the apps."""
    return list(_held)


def problems() -> Iterator[str]:
    """A sentence for each item that nothing holds, and for each thing held that names no page or no law."""
    for item, title in ITEMS.items():
        held = bool(holdings(item))
        if not held and item not in NOT_HELD:
            yield f"Item {item} of the privacy notice ({title}) is held by nothing: notice_items.py says by what."
        if held and item in NOT_HELD:
            yield f"Item {item} of the privacy notice ({title}) is held now: take it out of NOT_HELD."
    for one in _held:
        if not one.address:
            yield f"{one.what}: there is no page “{one.page}”."
        if not one.law:
            yield f"{one.what}: no law says why it is held."
        if one.model and not ending_of(one.model):
            yield f"{one.what}: no rule of the schedule says when it ends."


def as_markdown() -> Iterator[str]:
    """The tables of the register: what holds each item, then what is held and named by no item."""
    heads = "what is held | page | comes from | when the record ends | law |"
    yield f"| | item of the notice | {heads}"
    yield "|--:|---|---|---|---|---|---|"
    for item, title in ITEMS.items():
        if item in NOT_HELD:
            yield f"| {item} | {title} | nothing is held | | | | |"
        yield from (f"| {item} | {title} | {_cells(one)}" for one in holdings(item))
    yield ""
    yield "## Held, and named by no item"
    yield ""
    yield f"| {heads}"
    yield "|---|---|---|---|---|"
    yield from (f"| {_cells(one)}" for one in holdings())
    yield ""
    yield "## Every item, and what proves it"
    yield ""
    yield "*Proved*: the test is of the thing itself. *Said*: it looks whether the notice says so."
    yield ""
    yield "| | what the notice says | | by |"
    yield "|--:|---|---|---|"
    for one in all_promises():
        path, _, name = one.test.partition("::")
        link = f"[{path.rpartition('/')[2]}::{name}](../{path})"
        yield f"| {one.item} | {one.says} | {'proved' if one.is_proved else 'said'} | {link} |"


def _cells(one: Holding) -> str:
    kinds_of = ending_of(one.model) if one.model else []
    ending = "; ".join(f"{kind.called[0].lower()}: {', '.join(sorted(kind.rules))}" for kind in kinds_of)
    law = "; ".join(filter(None, (one.law, one.choice)))
    return f"{one.what} | `{one.address}` | {', '.join(one.sources)} | {ending} | {law} |"
