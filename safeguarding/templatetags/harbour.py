"""Template tags and filters of every page.

`docs/components.md` shows each in use; its look is in `templates/components/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.template import Library, TemplateSyntaxError
from django.utils.safestring import SafeString
from django.utils.text import slugify

from safeguarding import addresses, dates, icons, tables, telephones
from safeguarding.components import label, slotted

register = Library()
included = register.inclusion_tag
register.tag(tables.table)
register.tag(tables.row)
register.tag(addresses.url)
register.simple_tag(tables.column, takes_context=True)


# --- dates and numbers; nothing given, nothing printed


@register.filter
def day(value: date | None) -> str:
    """3 September, with the year when it is not this year."""
    return dates.short_day(value) if value else ""


@register.filter
def full_day(value: date | None) -> str:
    """3 September 2026."""
    return dates.full_day(value) if value else ""


@register.filter
def near_day(value: date | None) -> str:
    """today, yesterday, tomorrow, else 3 September."""
    return dates.near_day(value) if value else ""


@register.filter
def weekday(value: date | None) -> str:
    """Tuesday 24 November 2026."""
    return dates.weekday(value) if value else ""


@register.filter
def clock(value: time | datetime | None) -> str:
    """9:31am."""
    return dates.clock(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """today, 9:31am; 3 September, 9:31am."""
    return dates.moment(value) if value else ""


@register.filter
def full_moment(value: datetime | None) -> str:
    """24 November 2026 at 9:31am."""
    return dates.full_moment(value) if value else ""


@register.filter
def waiting(value: timedelta | None) -> str:
    """38 min; 1 hr 5 min; 2 days. Given school hours, a day is a school day."""
    return dates.waiting(value) if value is not None else ""


@register.filter
def counted(number: int, nouns: str) -> str:
    """`2|counted:"child,children"`: 2 children."""
    noun, _, plural = nouns.partition(",")
    return dates.counted(number, noun, plural)


@register.filter
def tel(number: str | None) -> SafeString | str:
    """A whole telephone number as a link that rings it; any other text as it is."""
    return telephones.link(str(number)) if number else ""


@register.filter
def tels(sentence: str | None) -> SafeString | str:
    """A sentence of Harbour's own, with the telephone numbers in it as links."""
    return telephones.in_sentence(str(sentence)) if sentence else ""


@register.simple_tag
def extension(number: str, telephone: str = "") -> SafeString:
    """How to ring a colleague: the extension beside the number of the school."""
    return telephones.beside(number, telephone)


# --- the frame


@register.simple_tag
def demo() -> bool:
    """Whether this is practice. Needs no database, so that even the page for a broken one can say it."""
    return settings.DEMO


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative line icon."""
    return icons.svg(name)


@register.filter
def tone(level_tag: str) -> str:
    """The tone of an alert for the level of a message that the last page left."""
    return {"success": "ok", "warning": "warn", "error": "danger"}.get(level_tag, "")


@slotted(register, "tags", "actions")
def heading(text: str) -> dict[str, Any]:
    """The h1 of the page; the body is the line under it."""
    return {"text": text}


@included("components/crumbs.html")
def crumbs(*trail: str) -> dict[str, Any]:
    """Pairs of text and address, then the text of this page."""
    pairs = [{"text": text, "url": url} for text, url in zip(trail[:-1:2], trail[1::2], strict=True)]
    return {"trail": pairs, "here": trail[-1]}


@included("components/pages.html")
def pages(older: str = "", newest: str = "", summary: str = "", older_text: str = "Older") -> dict[str, Any]:
    """Steps through a long list."""
    return {"older": older, "newest": newest, "summary": summary, "older_text": older_text}


# --- groups


@slotted(register, "more", "foot")
def panel(
    title: str,
    *,
    count: int | None = None,
    hot: bool = False,
    flush: bool = False,
    kind: str = "",
    step: int | None = None,
    id: str = "",
    level: int = 2,
    hide_title: bool = False,
) -> dict[str, Any]:
    """A group of a working page."""
    _one_of("panel kind", kind, "", "brand", "alert", "quiet")
    return {
        "title": title,
        "count": count,
        "hot": hot,
        "flush": flush,
        "kind": kind,
        "step": step,
        "id": id or f"h-{slugify(title)}",
        "level": level,
        "hide_title": hide_title,
    }


@slotted(register)
def alert(tone: str = "", title: str = "", *, level: int = 2, role: str = "") -> dict[str, Any]:
    """One message at the top of the page or of an aside."""
    _one_of("alert tone", tone, "", "ok", "warn", "danger", "plain")
    icon_of = {"ok": "done", "warn": "warn", "danger": "warn"}
    return {
        "tone": tone,
        "title": title,
        "level": level,
        "role": role,
        "icon": icon_of.get(tone, "info"),
    }


@slotted(register)
def danger(label: str = "Immediate danger") -> dict[str, Any]:
    """Call 999."""
    return {"label": label}


@slotted(register)
def empty_list(fact: str) -> dict[str, Any]:
    """An empty list."""
    return {"fact": fact}


@slotted(register)
def few(what: str, *, shut: bool = False) -> dict[str, Any]:
    """A long list, of which a telephone shows the first three; `shut`: none."""
    return {"what": what, "shut": shut}


@slotted(register)
def details(summary: str, *, open: bool = False) -> dict[str, Any]:
    return {"summary": summary, "open": open}


@slotted(register)
def dl(*, two: bool = False) -> dict[str, Any]:
    """Key facts, each a `fact`."""
    return {"two": two}


@slotted(register)
def fact(name: str) -> dict[str, Any]:
    return {"name": name}


@slotted(register)
def items() -> dict[str, Any]:
    """A short list of work, each an `item`."""
    return {}


@slotted(register, "aside", "meta")
def item() -> dict[str, Any]:
    return {}


@slotted(register)
def send(note: str = "", *, autosave: bool = False, by_script: str = "") -> dict[str, Any]:
    """The end of a long form: its buttons, and what became of the draft."""
    return {"note": note, "autosave": autosave, "by_script": by_script}


@slotted(register, "action")
def hero(title: str) -> dict[str, Any]:
    """The one thing that the home page of staff is for."""
    return {"title": title}


@slotted(register)
def filterform(label: str, *, clear: str, skip_to: str = "") -> dict[str, Any]:
    """Narrow a long list by GET."""
    return {"label": label, "clear": clear, "skip_to": skip_to}


# --- labels


@label(register)
def tag(text: str, tone: str = "") -> dict[str, Any]:
    """Where a thing is in its life."""
    _one_of("tag tone", tone, "", "info", "ok", "warn", "bad", "solid", "line")
    return {"text": text, "tone": tone}


# In the order in which they stand beside a name.
BADGES = {
    "cp": "CP plan",
    "lac": "Looked after",
    "adoption": "Adoption",
    "plac": "Previously looked after",
    "leaver": "Care leaver",
    "cin": "Child in need",
    "fostering": "Private fostering",
    "eh": "Early help",
    "ehcp": "EHCP",
    "addr": "Address confidential",
    "collect": "Check before collection",
    "nophoto": "No photographs",
    "hold": "Legal hold",
}
# What those are in full that are short.
_IN_FULL = {"cp": "Child protection plan", "ehcp": "Education, health and care plan"}


@label(register)
def badge(key: str) -> dict[str, Any]:
    """A standing fact about a child."""
    return {"key": key, "text": BADGES[key], "in_full": _IN_FULL.get(key), "locked": key in ("addr", "collect", "hold")}


# The icon of each tone: a shape beside the word and the colour.
_LIGHTS = {"ok": "done", "warn": "light-warn", "bad": "light-bad", "off": "light-off"}


@label(register)
def light(text: str, tone: str) -> dict[str, Any]:
    """How something stands that Harbour has looked at."""
    _one_of("light tone", tone, *_LIGHTS)
    return {"text": text, "tone": tone, "icon": _LIGHTS[tone]}


@label(register)
def soon(value: int, text: str) -> dict[str, Any]:
    """The reporter's answer to how soon: 4 is right now."""
    return {"value": value, "text": text}


@label(register)
def level(value: int, text: str) -> dict[str, Any]:
    """The level of need that a safeguarding lead has set: 1 to 4."""
    return {"value": value, "text": text, "bars": icons.level_bars(value)}


@included("components/due.html")
def due(on: date, why: str = "") -> dict[str, Any]:
    """A date that has consequences: when, and how far off or why."""
    far, tone = dates.until(on)
    return {"on": on, "sub": why or far, "tone": tone}


@included("components/button.html")
def button(
    text: str,
    *,
    href: str = "",
    name: str = "",
    value: str = "",
    kind: str = "",
    small: bool = False,
    sends: str = "",
    disabled: bool = False,
    hidden: str = "",
    files: bool = False,
) -> dict[str, Any]:
    """A button that sends its form, or a link that looks like one.

    `hidden` ends its name for who cannot see the row. `files`: it also sends the files that were chosen.
    """
    _one_of("button kind", kind, "", "secondary", "warning", "link")
    return {
        "text": text,
        "href": href,
        "name": name,
        "value": value,
        "kind": kind,
        "small": small,
        "sends": sends,
        "disabled": disabled,
        "hidden": hidden,
        "files": files,
    }


@included("components/progress.html")
def progress(done: int, total: int, what: str) -> dict[str, Any]:
    """How far a long job is."""
    return {"done": done, "total": total, "what": what}


# --- records


@included("components/lifecycle.html")
def lifecycle(label: str, steps: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Stages with who and when: each step has `label`, `sub`, `state` (done, now or todo)."""
    said = {"done": "Done: ", "now": "Now: ", "todo": "To do: "}
    return {"label": label, "steps": [{**step, "said": said[step["state"]]} for step in steps]}


@included("components/words.html")
def words(text: str, cite: str = "") -> dict[str, Any]:
    """The child's own words, and who wrote them down."""
    return {"text": text, "cite": cite}


@slotted(register)
def timeline(year: int) -> dict[str, Any]:
    """The entries of one year."""
    return {"year": year}


@slotted(register, "badges", "actions")
def identity(name: str, photo: str = "") -> dict[str, Any]:
    """Whose record is on the screen; the body is a list of facts, `photo` the address of a photograph."""
    return {"name": name, "photo": photo}


@included("components/tabs.html")
def tabs(entries: Sequence[Mapping[str, Any]], label: str = "Child record") -> dict[str, Any]:
    """The parts of one record: each entry has `text`, `url`, `current`."""
    return {"entries": entries, "label": label}


@slotted(register, "actions")
def person(name: str, about: str = "") -> dict[str, Any]:
    """A child in a list of `hb-people`: who it is, the role of the child as body, and what can be done."""
    return {"name": name, "about": about}


def _one_of(what: str, given: str, *known: str) -> None:
    if given not in known:
        raise TemplateSyntaxError(f"{what} {given!r}: choose one of {', '.join(filter(None, known))}")
