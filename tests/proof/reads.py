"""Did every page that was made of records write an event in its request?"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from tests.proof import leaks, violations

# Pages that show a record and write no event. Each with its reason.
_FRAME = "the frame of every page counts one’s own unsent words, and shows none of them"
_POLLED = "asked every few seconds by an open page: names colleagues and a time, nothing of the record"
_NAMES_NOBODY = "signed out while calling: the answer says that a lead has been called, and names nobody"
_KEEPS = "answers with the time at which what was typed was kept"
NO_EVENT: dict[tuple[str, str], str] = {
    ("*", "concerns.draft"): _FRAME,
    ("calls_strip", "concerns.concern"): _POLLED,
    ("calls_strip?part", "concerns.concern"): _POLLED,
    ("calls_strip", "concerns.outsidenote"): _POLLED,
    ("calls_strip?part", "concerns.outsidenote"): _POLLED,
    ("call?part", "concerns.concern"): _POLLED,
    ("call?part", "concerns.account"): _POLLED,
    ("print_job?part", "printing.printjob"): _POLLED,
    ("export?part", "reports.export"): _POLLED,
    ("call_lead", "concerns.concern"): _NAMES_NOBODY,
    ("call_lead", "concerns.account"): _NAMES_NOBODY,
    ("call_lead", "concerns.concernchild"): _NAMES_NOBODY,
    ("call_lead", "children.child"): _NAMES_NOBODY,
    ("log_autosave", "concerns.concern"): _KEEPS,
    ("log_autosave", "concerns.concernchild"): _KEEPS,
    ("log_autosave", "concerns.account"): _KEEPS,
    ("log_autosave", "concerns.amendment"): _KEEPS,
}


# Of how many rows of a list the words are remembered (`leaks`).
FIRST = 10


@dataclass
class Seen:
    """What one request did: the protected models of which it fetched rows, and how many events it wrote."""

    models: set[str] = field(default_factory=set)
    events: int = 0


_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


def watch() -> None:
    """Look at every fetch from now on, whichever manager it comes through."""
    from safeguarding.audit.history import is_protected
    from safeguarding.personal_data import own_models

    protected = {m: m._meta.label_lower for m in own_models() if is_protected(m)}
    fetch = QuerySet._fetch_all

    def _fetch_all(self: Any) -> None:
        fetch(self)
        if self._result_cache and self.model in protected:
            leaks.learn(self._result_cache[:FIRST])
        seen = _seen.get()
        if seen is not None and self._result_cache and self.model in protected:
            seen.models.add(protected[self.model])

    QuerySet._fetch_all = _fetch_all  # type: ignore[method-assign]


def judge(page: str, models: set[str]) -> list[str]:
    """What is missing of a page that was answered from rows of these models, and wrote no event."""
    return [
        f"{page} was answered from {model} and wrote no event"
        for model in sorted(models)
        if not {(page, model), ("*", model)} & NO_EVENT.keys()
    ]


class EveryReadIsRecorded:
    """The middleware of the tests around the transaction of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        seen = Seen()
        token = _seen.set(seen)

        def noting(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
            seen.events += str(sql).startswith('INSERT INTO "audit_event"')
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(noting):
                response = self.get_response(request)
        finally:
            _seen.reset(token)
        leaks.look_at_answer(request, response)
        if response.status_code == 200 and not seen.events:
            name = request.resolver_match.view_name if request.resolver_match else ""
            violations.extend(judge(f"{name}?part" if "part" in request.GET else name, seen.models))
        return response
