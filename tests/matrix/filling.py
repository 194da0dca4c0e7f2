"""What does a person send who fills in a form of a page? Read from the page, as a browser reads it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

Sent = dict[str, Any]
CHOSEN = ("select", "radio", "checkbox")
# Of these only the one that is pressed is sent.
BUTTONS = ("submit", "button", "reset", "image")
TYPED = {"email": "office@example.org", "number": "2", "time": "09:30", "tel": "01632 960123"}
DAY = ("day", "month", "year")
# Whatever can be chosen first.
FIRST = object()
WORDS = "Seen at the gate."


@dataclass
class Control:
    """What has one name in a form: a box, or radios and ticks that belong together.

    `values` is what stands in it, `offered` what can be chosen.
    """

    kind: str
    values: list[Any] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    several: bool = False

    def typed(self) -> str:
        """What somebody puts in who has to put in something."""
        if self.kind in CHOSEN:
            return next((value for value in self.offered if value), "")
        return TYPED.get(self.kind, WORDS)


@dataclass
class PageForm:
    """A form as a page shows it. `buttons` are those that send it, name and value; the first is pressed."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[Any]:
        """What stands in the control of this name; of the button, what it says."""
        control = self.controls.get(name)
        return [*(control.values if control else []), *(value for key, value in self.buttons[:1] if key == name)]

    def put(self, body: Sent) -> None:
        """Put these into the controls of their names, and press the button of such a name."""
        for name, value in body.items():
            if name in dict(self.buttons):
                self.buttons.insert(0, (name, value))
            else:
                control = self.controls.setdefault(name, Control("text"))
                control.values = value if isinstance(value, list) else [control.typed() if value is FIRST else value]

    def fill_in(self, fields: Iterable[str], day: date) -> list[str]:
        """Put something into each of these fields that is empty; return those into which something was put."""
        return [name for name in fields if self._fill(name, day)]

    def _fill(self, name: str, day: date) -> bool:
        boxes = [self.controls.get(f"{name}_{part}") for part in DAY]
        if all(boxes):
            empty = [box for box in boxes if box and box.values in ([], [""])]
            for box, part in zip(boxes, (day.day, day.month, day.year), strict=True):
                if box in empty:
                    box.values = [str(part)]  # type: ignore[union-attr]
            return bool(empty)
        control = self.controls.get(name)
        if control is None or control.values not in ([], [""]):
            return False
        control.values = [control.typed()]
        return bool(control.values[0])

    def sent(self) -> Sent:
        """What the browser sends, once; a file is read anew each time."""
        body: Sent = {}
        for name, control in self.controls.items():
            if control.kind == "file":
                if control.values:
                    body[name] = _file(control.values[0])
            elif control.values:
                body[name] = control.values if len(control.values) > 1 else control.values[0]
        return body | {name: value for name, value in self.buttons[:1] if name}


def _file(given: str | tuple[str, bytes]) -> SimpleUploadedFile:
    name, content = ("note.txt", given.encode()) if isinstance(given, str) else given
    return SimpleUploadedFile(name, content)


def forms_of(content: str) -> list[PageForm]:
    """The forms of a page that are posted."""
    return [form for form in _Reader(content).forms if form.method == "post"]


class _Reader(HTMLParser):
    """Forms in the order of the page; a control belongs to the form it stands in, or to that which it names."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.forms, self._by_id = list[PageForm](), dict[str, PageForm]()
        self._form: PageForm | None = None
        self._list: Control | None = None
        self._text: Control | None = None
        self._elsewhere: list[tuple[str, str, dict[str, str]]] = []
        self.feed(content)
        for key, tag, given in self._elsewhere:
            if key in self._by_id:
                self._control(self._by_id[key], tag, given)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
            self._by_id[given.get("id", "")] = self._form
        elif tag == "option" and self._list is not None and "disabled" not in given:
            self._list.offered.append(given.get("value", ""))
            if "selected" in given:
                self._list.values.append(given.get("value", ""))
        elif tag in ("input", "select", "textarea", "button") and "disabled" not in given:
            if "form" in given:
                self._elsewhere.append((given["form"], tag, given))
            elif self._form is not None:
                self._control(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._list is not None:
            if not self._list.values and self._list.offered and not self._list.several:
                self._list.values = self._list.offered[:1]
            self._list = None
        elif tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.values = ["".join([*self._text.values, data]).removeprefix("\n")]

    def _control(self, form: PageForm, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        kind = given.get("type", {"input": "text", "button": "submit"}.get(tag, "")) or tag
        if kind == "submit":
            form.buttons.append((name, value))
        if kind in BUTTONS or not name:
            return
        control = form.controls.setdefault(name, Control(kind, several="multiple" in given))
        if kind in ("radio", "checkbox"):
            control.offered.append(given.get("value", "on"))
            control.values += [given.get("value", "on")] if "checked" in given else []
        elif tag == "select":
            self._list = control
        elif tag == "textarea":
            self._text, control.values = control, [""]
        elif kind != "file":
            control.values.append(value)
