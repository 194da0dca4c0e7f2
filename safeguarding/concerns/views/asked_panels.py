"""What do questions of leads put into the first pages of those they ask?"""

from typing import Any

from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Question
from safeguarding.concerns.services.progress import references_of
from safeguarding.concerns.services.questions import is_asked, waiting_questions
from safeguarding.http import Request
from safeguarding.panels import Panel

# More than anybody is asked at once.
SHOWN = 50


def _asked(request: Request, record: Any) -> dict[str, Any] | None:
    """The reports about which a lead asks, without the words; no panel, and no query, where there is nothing."""
    if not is_asked(request.user):
        return None
    rows = waiting_questions(visible(request, Question), request.user)
    found = read_many(request, rows[:SHOWN], purpose="asked of me")
    if not found:
        return None
    references = references_of({one.concern_id for one in found}, by=request.user)
    return {"questions": [(one, references[one.concern_id]) for one in found if one.concern_id in references]}


ENTRIES = tuple(
    Panel(slot, "asked", "concerns/asked_panel.html", data=_asked, order=4)
    for slot in ("staff_home_above", "today_above", "own_role")
)
