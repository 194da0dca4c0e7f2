"""Does a child's name or anybody's words reach a place where neither may be? A log, a mail, a task, the cache, an
address, a title.

Learns what the ORM saves and fetches of protected tables, and looks for the newest of it in whatever goes to one of
those places, in every test. Staff are named in mail and titles; that is no leak.
"""

import logging
import re
from collections import OrderedDict
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import unquote_plus

from celery.signals import before_task_publish, task_prerun
from django.core import mail
from django.core.cache import caches
from django.db.models import CharField, Model, TextField
from django.db.models.signals import post_save
from django.http import HttpRequest, HttpResponseBase
from redis import Redis

from safeguarding.sealing.fields import Sealed
from tests.proof import violations

# Shorter, or in one word, it may stand somewhere by chance.
SHORTEST = 10
NEWEST = 300
# What a print is called is a reference, and the title of the page that is printed. What was shared is called by its
# kind and its reference.
REFERENCES = ("printing.PrintJob.title", "sharing.SharedItem.title")
_secret: OrderedDict[str, None] = OrderedDict()
# What a copy for a request is called: by its kind and its reference, as the page of the record itself.
_REFERENCE = re.compile(r"[A-Z][a-z ,]+ [A-Z]+-\d{4}-\d+")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def watch() -> None:
    """Look at everything that is written down outside of the database from now on."""
    post_save.connect(lambda instance, **_: learn([instance]), weak=False)
    # What is sealed is in memory when somebody has looked at it, and not before.
    unseal = Sealed.open

    def learning(self: Sealed, row: Any) -> Any:
        words = unseal(self, row)
        _remember(words)
        return words

    Sealed.open = learning  # type: ignore[method-assign]
    listen()
    before_task_publish.connect(lambda body=None, **_: look("a task's arguments", str(body)), weak=False)
    task_prerun.connect(lambda args=(), kwargs=None, **_: look("a task's arguments", f"{args} {kwargs}"), weak=False)
    _watch_calls(mail.EmailMessage, "send", "a mail", lambda message, *_: f"{message.subject}\n{message.body}")
    for name in ("set", "add"):
        _watch_calls(type(caches["default"]), name, "the cache", lambda cache, *written: str(written))
    _watch_calls(Redis, "execute_command", "Redis", lambda redis, *written: str(written))


def listen() -> None:
    """Look at what is logged, also where a test has configured logging anew."""
    everything = logging.getLogger()
    if not any(isinstance(handler, _Log) for handler in everything.handlers):
        everything.addHandler(_Log())


def forget() -> None:
    """Begin anew, as another process would."""
    _secret.clear()


def look(place: str, text: str) -> None:
    """Report what must not be in a text."""
    for secret in _secret:
        if secret in text:
            violations.append(f"{place} holds what is written in a record: {secret[:40]}")
            return


def look_at_answer(request: HttpRequest, response: HttpResponseBase) -> None:
    """The address that was asked, where the answer sends the browser, and the title of its page."""
    look("an address", unquote_plus(request.get_full_path()))
    look("an address", unquote_plus(response.headers.get("Location", "")))
    if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
        found = _TITLE.search(response.content[:2000].decode(errors="replace"))  # type: ignore[attr-defined]
        look("a title", found[1] if found else "")


def learn(rows: Iterable[Any]) -> None:
    """Remember the words of these rows, as far as they are records and in memory."""
    from children.models import Child
    from safeguarding.audit.protection import protected_models

    protected = protected_models()
    for row in rows:
        if isinstance(row, Child):
            _remember(f"{row.__dict__.get('forename')} {row.__dict__.get('surname')}")
        elif type(row) in protected:
            for name in _worded(type(row)):
                _remember(row.__dict__.get(name))


@cache
def _worded(model: type[Model]) -> tuple[str, ...]:
    """The fields of a model in which somebody writes: asked for each row that is fetched."""
    fields = (field for field in model._meta.concrete_fields if isinstance(field, CharField | TextField))
    return tuple(field.attname for field in fields if not field.choices and str(field) not in REFERENCES)


@cache
def _kinds() -> frozenset[str]:
    """What Harbour calls a kind of record. A copy for a request keeps it as its title, and a page has the same one."""
    from safeguarding import parts

    return frozenset(parts.titles().values())


def _remember(text: Any) -> None:
    if not isinstance(text, str) or _REFERENCE.fullmatch(text := text.strip()) or text in _kinds():
        return
    if len(text) >= SHORTEST and " " in text:
        _secret[text] = None
        _secret.move_to_end(text)
        if len(_secret) > NEWEST:
            _secret.popitem(last=False)


class _Log(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else ""
        look(f"the log {record.name}", f"{record.getMessage()}\n{error}")


def _watch_calls(kind: type, name: str, place: str, text: Any) -> None:
    """Look at what a method is given, each time it is called."""
    original = getattr(kind, name)

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        look(place, text(self, *args))
        return original(self, *args, **kwargs)

    setattr(kind, name, watched)
