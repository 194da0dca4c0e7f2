"""What a list destroyed, for its certificate and the register: kinds, rules, years, numbers. It names nobody the
records were about.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Count, Max, Min

from retention.models import Approval, Decision, DestructionList, FileToDrop, ItemRun, Tombstone
from retention.phrases import kinds_of
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.seals.models import Leaf
from safeguarding.dates import counted, full_day, full_moment
from safeguarding.ending.kinds import kinds

from .progress import Progress, backups_live


@dataclass(frozen=True)
class Destroyed:
    """Records of one kind and rule that one list destroyed. `years`: those in which the period of a record began."""

    list_id: UUID
    kind: str
    rule: str
    years: str
    records: int
    rows: int
    files: int


@dataclass(frozen=True)
class Certificate:
    """What is on the certificate of a list that was carried out."""

    lines: list[Destroyed]
    records: int
    rows: int
    files: int
    files_left: int
    reviewed: list[tuple[str, datetime]]
    approved: list[tuple[str, datetime]]
    waited_from: datetime | None
    waited_to: date | None
    paper: int
    checked_at: datetime | None
    carried_out_at: datetime | None
    backups_clear_on: date | None
    backups_days: int
    fingerprint: str
    # Whether a key went with all of these records, or with some of them; what is sealed of others opens with the key of
    # somebody who stays.
    keys_gone: frozenset[bool]
    events: int
    first_number: int | None
    last_number: int | None
    advice: str

    @property
    def who(self) -> list[tuple[str, str]]:
        """Who decided, and when: label and text."""
        waited = (
            f"{full_day(self.waited_from)} to {full_day(self.waited_to)}" if self.waited_from and self.waited_to else ""
        )
        checked = f"{full_moment(self.checked_at)}: nothing in the way" if self.checked_at else ""
        return [
            ("Reviewed by", _named(self.reviewed)),
            ("Officer asked", self.advice),
            ("Approved by", _named(self.approved)),
            ("Waited", waited),
            ("Holds checked", checked),
        ]

    @property
    def how(self) -> list[tuple[str, str]]:
        """How it was done, and what was checked: label and text."""
        paper = f"{counted(self.paper, 'record')} had a paper file too: the school destroys it by hand"
        done = f"{full_moment(self.carried_out_at)}, by Harbour" if self.carried_out_at else ""
        clear = f"{full_day(self.backups_clear_on)}, {self.backups_days} days on" if self.backups_clear_on else ""
        return [
            ("Method", self.method),
            ("Paper", paper if self.paper else "None was recorded"),
            ("Carried out", done),
            ("Checked", f"{counted(self.rows, 'row')} deleted, 0 left; {counted(self.files_left, 'file')} left"),
            ("Backups clear", clear),
        ]

    @property
    def method(self) -> str:
        """What was done, and until when backups hold what nothing but their age takes from them."""
        keys = "Keys destroyed, so that no copy can be read; then rows and files deleted"
        rows = f"Rows and files deleted. What was sealed can be read from backups for {self.backups_days} days"
        if self.keys_gone == {False}:
            return rows
        return f"{keys}. For the other records: {rows[0].lower()}{rows[1:]}" if False in self.keys_gone else keys

    @property
    def grouped(self) -> str:
        """The fingerprint in groups of four."""
        return " ".join(self.fingerprint[place : place + 4] for place in range(0, len(self.fingerprint), 4))

    @property
    def sealed(self) -> str:
        """Under which numbers the record of events says it."""
        if self.first_number is None or self.last_number is None:
            return f"{counted(self.events, 'event')}, not sealed yet"
        return f"{counted(self.events, 'event')}, sealed under numbers {self.first_number} to {self.last_number}"


def destroyed_by(lists: Collection[UUID]) -> dict[UUID, list[Destroyed]]:
    """What these lists destroyed, by kind and rule: one query."""
    rows = (
        Tombstone.objects.filter(item__on_list__in=lists)
        .values_list("item__on_list", "kind", "under")
        .annotate(Count("pk"), Min("trigger_on"), Max("trigger_on"))
        .order_by("kind", "under")
    )
    found: dict[UUID, list[Destroyed]] = {key: [] for key in lists}
    sums = _sums(lists)
    for key, kind, under, number, first, last in rows:
        of_rows, of_files = sums[key, kind, under]
        rule = under[:1].upper() + under[1:]
        found[key].append(Destroyed(key, kinds_of(kind, number), rule, _years(first, last), number, of_rows, of_files))
    return found


def _sums(lists: Collection[UUID]) -> dict[tuple[UUID, str, str], tuple[int, int]]:
    found: dict[tuple[UUID, str, str], tuple[int, int]] = {}
    rows = Tombstone.objects.filter(item__on_list__in=lists)
    for key, kind, under, of_rows, of_files in rows.values_list("item__on_list", "kind", "under", "rows", "files"):
        before = found.get((key, kind, under), (0, 0))
        found[key, kind, under] = before[0] + of_rows, before[1] + of_files
    return found


def _years(first: date | None, last: date | None) -> str:
    """1999 to 2001. No days: of one record alone they would be those of one child."""
    if first is None or last is None:
        return ""
    return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"


def certificate_of(on_list: DestructionList, far: Progress) -> Certificate:
    """The certificate of a list that was carried out."""
    lines = destroyed_by([on_list.pk])[on_list.pk]
    items = list(ItemRun.objects.filter(item__on_list=on_list).values_list("item", flat=True))
    decided = {one.item_id: one for one in _decided(items)}
    approved = list(
        Approval.objects.filter(decision__in=[one.pk for one in decided.values()])
        .select_related("approved_by")
        .order_by("approved_at")
    )
    manifests = sorted(
        bytes(one) for one in Tombstone.objects.filter(item__in=items).values_list("manifest", flat=True)
    )
    numbers = _numbers(items)
    return Certificate(
        lines=lines,
        records=sum(line.records for line in lines),
        rows=sum(line.rows for line in lines),
        files=sum(line.files for line in lines),
        files_left=FileToDrop.objects.filter(item__in=items, dropped_at=None).count(),
        reviewed=_people((one.decided_by.full_name, one.decided_at) for one in decided.values()),
        approved=_people((one.approved_by.full_name, one.approved_at) for one in approved),
        waited_from=min((one.approved_at for one in approved), default=None),
        waited_to=max((one.waits_until for one in approved), default=None),
        paper=sum(one.has_paper for one in decided.values()),
        checked_at=far.begun_at,
        carried_out_at=far.gone_at,
        backups_clear_on=far.backups_clear_on,
        backups_days=backups_live().days,
        fingerprint=sha256(b"".join(manifests)).hexdigest(),
        keys_gone=_keys_gone(items),
        events=numbers[0],
        first_number=numbers[1],
        last_number=numbers[2],
        advice=_advice(on_list),
    )


def _keys_gone(items: Collection[UUID]) -> frozenset[bool]:
    there = kinds()
    found = Tombstone.objects.filter(item__in=items).values_list("kind", flat=True).distinct()
    return frozenset(kind not in there or there[kind].has_own_key for kind in found)


def _advice(on_list: DestructionList) -> str:
    if on_list.advised_by is None or on_list.advised_at is None:
        return f"Asked {full_day(on_list.sent_at)}, no answer" if on_list.sent_at else ""
    said = str(DestructionList.Advice(on_list.advice).label).lower()
    return f"{on_list.advised_by.full_name}, {full_day(on_list.advised_at)}: {said}"


def _named(people: list[tuple[str, datetime]]) -> str:
    return "; ".join(f"{name}, {full_day(at)}" for name, at in people)


def _decided(items: Collection[UUID]) -> Iterable[Decision]:
    return Decision.objects.filter(item__in=items).select_related("decided_by").order_by("decided_at", "pk")


def _people(found: Iterable[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """Each person once, with the last time that they did it."""
    last: dict[str, datetime] = {}
    for name, at in found:
        last[name] = max(at, last.get(name, at))
    return list(last.items())


def _numbers(items: Collection[UUID]) -> tuple[int, int | None, int | None]:
    """How many events say that these were destroyed, and the first and last number under which they are sealed."""
    events = list(Event.objects.filter(object_id__in=items, verb=Verb.DESTROY).values_list("pk", flat=True))
    sealed = Leaf.objects.filter(event_id__in=events).aggregate(first=Min("index"), last=Max("index"))
    return len(events), sealed["first"], sealed["last"]
