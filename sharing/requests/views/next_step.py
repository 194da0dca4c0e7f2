"""What is next in a request, for who reads its page? One sentence, and the form or the way with which it is done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from sharing.requests.models import RequestRole, RightsRequest

from .reading import ItemCounts

P, S, G = RequestRole.Part, RightsRequest.Status, RightsRequest.Gathering
# Forms with a place of their own on the page.
_ELSEWHERE = frozenset({"remind"})
_AT_WORK = (G.ASKED, G.AT_WORK)


@dataclass(frozen=True)
class Step:
    """What is next, in words; `deed` is the form that does it, `words` the button that leads to where it is done, and
    `way` says which of the other pages of the case that is.
    """

    says: str
    deed: str = ""
    words: str = ""
    way: str = ""
    href: str = ""


@dataclass(frozen=True)
class Reader:
    """Who reads the page: their own parts, and whether they handle requests or know what those who review know."""

    own: Collection[str]
    handles: bool
    reviews: bool


class NextStep:
    """What is next in a case. Whether something of the reader's is still to be decided is counted when the page is
    drawn, with what else it counts.
    """

    def __init__(
        self,
        case: RightsRequest,
        reader: Reader,
        *,
        parts: Collection[str],
        finished: bool,
        deeds: Mapping[str, Any],
        counts: ItemCounts,
        to_items: bool,
    ) -> None:
        self.case, self.reader, self.parts = case, reader, parts
        self._finished, self._deeds, self._counts = finished, deeds, counts
        self._decides = to_items and case.status == S.OPEN

    @property
    def now(self) -> Step | None:
        """What is next; None where nothing is."""
        if self._decides and self._counts.mine > self._counts.decided:
            says = "What was found is read, item by item: decide on each what becomes of it."
            return self._way(says, "items", "Review what was found")
        match self.case.status:
            case S.HANDED_IN:
                return self._new()
            case S.OPEN:
                return self._copies() if self._is_reviewed else self._outcome()
            case S.PREPARED:
                return self._prepared()
            case S.APPROVED:
                return self._approved()
        return None

    @property
    def others(self) -> dict[str, Any]:
        """The other forms of the page."""
        shown = {*_ELSEWHERE, self.now.deed if self.now else ""}
        return {key: one for key, one in self._deeds.items() if key not in shown}

    @property
    def form(self) -> Any:
        """The form that does it; None where it is done elsewhere, or by somebody else."""
        return self._deeds.get(self.now.deed) if self.now else None

    # --- by how the case stands

    @property
    def _is_reviewed(self) -> bool:
        """Whether copies are gathered and reviewed; of what is refused as a whole only those who review know."""
        return self.case.is_copy and (self.case.is_handed_over or not self.reader.reviews)

    def _new(self) -> Step:
        says = "Nobody has taken it up yet. The time runs all the same."
        return self._way(says, "take_up", "Take it up") if self.reader.handles else Step(says)

    def _outcome(self) -> Step:
        """Of what is no copy, or is refused as a whole."""
        if not self.case.outcome:
            says = "It is looked into. Propose the outcome with its reasons; a second person then approves it."
            return self._deed(says, "outcome")
        if not {P.PREPARER, P.APPROVER} <= set(self.parts):
            return self._deed("The outcome is proposed. Name who prepares the answer, and who approves it.", "name")
        says = "The outcome is proposed. Once it is said to be prepared, a second person approves it."
        return self._way(says, "approval", "Say that it is prepared") if self._prepares else Step(says)

    def _copies(self) -> Step:
        if P.PREPARER not in self.parts:
            return self._deed("Nobody prepares the copies yet. Name who does, and who approves them.", "name")
        if self.case.gathering in _AT_WORK:
            return Step("What is held is being gathered. This page says so once it is there.")
        if self.case.gathering != G.DONE:
            says = "Nothing is gathered yet. Have it gathered, and ask who else may hold something."
            return self._deed(says, "gather")
        if P.APPROVER not in self.parts and self.reader.handles:
            return self._deed("The copies are being reviewed. Nobody approves them yet: name who does.", "name")
        if not self._prepares:
            return Step("The copies are being reviewed. Then a second person approves them.")
        if not (self.case.order_binds and self.case.address_is_confidential and self.case.care_order):
            return self._deed("Say what binds the answer: orders, addresses, a care order.", "checks")
        if not self._finished:
            return Step("Your own part is decided. Not all parts are finished.")
        says = "Everything is decided. Say that it is prepared; a second person then approves it."
        return self._way(says, "approval", "Say that it is prepared")

    def _prepared(self) -> Step:
        if P.APPROVER in self.reader.own:
            says = "It is prepared. Open what you have to look at, and approve it or send it back."
            return self._way(says, "approval", "Read it and approve")
        return Step("It is prepared, and waits for a second person to approve it.")

    def _approved(self) -> Step:
        if not self.case.is_handed_over:
            return self._deed("It is approved. Tell them the outcome, and close it then.", "finish")
        says = "It is approved. The files are made, locked and sent."
        sends = self.reader.handles or {P.PREPARER, P.APPROVER} & set(self.reader.own)
        return self._way(says, "bundle", "What is handed over") if sends else Step(says)

    @property
    def _prepares(self) -> bool:
        return P.PREPARER in self.reader.own

    def _deed(self, says: str, deed: str) -> Step:
        return Step(says, deed=deed if deed in self._deeds else "")

    def _way(self, says: str, way: str, words: str) -> Step:
        return Step(says, words=words, way=way, href=reverse(f"request_{way}", args=[self.case.pk]))
