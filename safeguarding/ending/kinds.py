"""Which kinds of record have a period of their own, by which rules of the schedule, and what are they called?

Each app declares its kinds once, in its `ending.py`. The nightly scan, previews, holds, lists, certificates, the
privacy notice and the schedule read the declaration, and so do the functions of the database that find such records.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from safeguarding.packages import own_apps
from safeguarding.personal_data import Link, Retention, declared, own_models

# Records, and concerns about adults, which few read.
RECORDS, ADULTS = "records", "adults"
_FACT = re.compile(r"CREATE FUNCTION rules\.(\w+)\(")


@dataclass(frozen=True)
class Kind:
    """A kind of record with a period. `key` is the `schedule` of its model, `rules` says for each code of a rule which
    function of the schema `rules` knows the day from which it counts, `called` is one of it and several.

    `child` is the link to the child that it is about, if it is about one. `plain`: up to a hundred are decided at once,
    since none of them is read one by one. `hidden`: the function that gives the keys of those hidden from a person.
    `known_by`: by what people tell it from others where it is no child's. A field, of its reference or with the member
    of staff; or what stands before year and number ("V-").
    `own_scan`: its date is worked out by its own function (the child's file). `group`: who decides and approves; a list
    is of one group.
    """

    key: str
    model: type[models.Model]
    rules: Mapping[str, str]
    called: tuple[str, str]
    child: str = ""
    plain: bool = False
    hidden: str = ""
    known_by: str = ""
    own_scan: bool = False
    group: str = RECORDS

    @property
    def label(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def ends_with_child(self) -> bool:
        """Whether it ends with the child's file in any case, and so its date and what was said of it do too."""
        says: Any = declared(self.model)
        return self.own_scan or (bool(self.child) and says.links.get(self.child, Link.ENDS) is Link.ENDS)

    @property
    def has_own_key(self) -> bool:
        """Whether what is sealed of it has a key that ends with it, and not that of somebody who stays."""
        says: Any = declared(self.model)
        return self.own_scan or says.sealed_by == "id" or any(map(self._seals, own_models()))

    def _seals(self, model: type[models.Model]) -> bool:
        """Whether rows of another model are sealed by the record's own key."""
        by = (says := declared(model)) and says.sealed_by
        field: Any = next((f for f in model._meta.concrete_fields if f.name == by), None)
        return field is not None and field.related_model is self.model


_kinds: dict[str, Kind] = {}


def period(
    key: str,
    model: type[models.Model],
    *,
    rules: Mapping[str, str],
    called: tuple[str, str],
    child: str = "",
    plain: bool = False,
    hidden: str = "",
    known_by: str = "",
    own_scan: bool = False,
    group: str = RECORDS,
) -> None:
    """Declare a kind of record that has a period. A rule of `rules` names its fact: `rules.<fact>(uuid[])` returns
    `(record, day)`, the day from which the rule counts, where it is known. Of several the longest counts.

    Raises `ImproperlyConfigured` where the key is taken, or words or rules are missing.
    """
    if key in _kinds:
        raise ImproperlyConfigured(f"The kind of record {key} is declared twice.")
    if not rules or not all(called):
        raise ImproperlyConfigured(f"The kind of record {key} needs rules, and words for one and for several.")
    _kinds[key] = Kind(key, model, dict(rules), called, child, plain, hidden, known_by, own_scan, group)


def kinds() -> dict[str, Kind]:
    """Every kind with a period, by its key."""
    return dict(_kinds)


def group_of(key: str) -> str:
    """Who decides on records of a kind; also of one that a ledger names and this version does not know."""
    return _kinds[key].group if key in _kinds else RECORDS


def hiding() -> list[str]:
    """The facts of what is hidden from a person, each once."""
    return list(dict.fromkeys(kind.hidden for kind in _kinds.values() if kind.hidden))


def carried_out(group: str = "") -> frozenset[str]:
    """The codes of the rules by which records of some kind end, of one group or of each."""
    return frozenset(code for kind in _kinds.values() for code in kind.rules if group in ("", kind.group))


def problems(codes: Collection[str]) -> Iterator[str]:
    """A sentence for each place of a kind that is missing: of a root whose `schedule` no kind carries out, of a kind
    whose model does not say so, which names a fact that no app has written, or a rule that is none of `codes`, those of
    the schedule that Harbour brings.
    """
    there = {(kind.key, kind.model) for kind in _kinds.values()}
    for model in own_models():
        says = declared(model)
        if says is None or says.retention is not Retention.ROOT:
            continue
        if says.schedule and (says.schedule, model) not in there:
            yield f"{model._meta.label} ends by the schedule {says.schedule}: no ending.py declares a period for it."
    written = _facts()
    for kind in _kinds.values():
        label, says = kind.model._meta.label, declared(kind.model)
        if says is None or says.schedule != kind.key:
            yield f"{label}: `schedule` must name {kind.key}."
        asked = [*dict.fromkeys(kind.rules.values()), *([kind.hidden] if kind.hidden else [])]
        for fact in (one for one in asked if one not in written):
            yield f"{label}: no facts.sql has rules.{fact}, which the kind {kind.key} names."
        for code in (one for one in kind.rules if one not in codes):
            yield f"{label}: the schedule has no rule {code}, which the kind {kind.key} names."


def _facts() -> frozenset[str]:
    """The names of the functions of the schema `rules` that apps have written."""
    files = (Path(app.path) / "facts.sql" for app in own_apps())
    return frozenset(name for file in files if file.exists() for name in _FACT.findall(file.read_text()))
