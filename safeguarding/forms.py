"""What do all forms of Harbour have in common? How fields are printed, how errors are told, dates and times as people
type them.

Every form is printed by `Renderer`, those of allauth too. A form class of Harbour extends `HarbourForm`.
"""

import calendar
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils import timezone

from .controls import DATE_BOXES, PRINTED

_WIDTHS = (4, 10, 20, 30)
LONGEST_LINE = 1_000  # Letters, where the field says no longest of its own.


def blank_first(choices: Iterable[tuple[Any, str]], blank: str) -> list[tuple[Any, str]]:
    """The choices of a list in which nothing may be chosen too: `blank` says what that means."""
    return [("", blank), *choices]


class PrintedField(forms.BoundField):
    """A field on its page: its control carries the classes of the design and points to its hint and its error."""

    def printed(
        self,
        *,
        small: bool = False,
        width: int | None = None,
        inline: bool = False,
        hide_label: bool = False,
        optional: bool | None = None,
        rows: int | None = None,
        label: str = "",
        hint: str = "",
    ) -> dict[str, Any]:
        """What `components/field.html` shows. `optional=None` marks what neither form nor service requires."""
        widget = self.field.widget
        hint = hint or str(self.help_text)
        parts = ((hint, "helptext"), (self.errors, "error"))
        described_by = " ".join(f"{self.auto_id}_{part}" for given, part in parts if given)
        attributes = self._attributes(small, width, rows)
        if described_by and not widget.use_fieldset:
            attributes["aria-describedby"] = described_by
        return {
            "field": self,
            "control": self.as_widget(attrs=attributes),
            "layout": _layout(widget),
            "label": label or self.label,
            "hint": hint,
            "optional": not self._is_needed if optional is None else optional,
            "small": small,
            "inline": inline or getattr(widget, "inline", False),
            "hide_label": hide_label,
            "described_by": described_by,
            # What a form asks of words in this field, each with buttons (`concerns/forms/mention.py`).
            "pointed": self.form.pointed_in(self.name) if hasattr(self.form, "pointed_in") else (),
        }

    @property
    def _is_needed(self) -> bool:
        return self.field.required or self.name in getattr(self.form, "needed", ())

    def get_context(self) -> dict[str, Any]:
        return self.printed()

    @property
    def first_control_id(self) -> str:
        """Where a link of the error summary leads: the only control, or the first box, radio or tick of several."""
        return self.id_for_label or f"{self.auto_id}_0"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Django's own, less `required`: the server explains what is missing, the browser would only block."""
        built = super().build_widget_attrs(attrs, widget)
        built.pop("required", None)
        if _layout(self.field.widget) == "group" and not isinstance(self.field.widget, DateBoxes):
            built.pop("aria-invalid", None)
        if "class" not in built and (css := _css(self.field.widget, small=False)):
            built["class"] = " ".join(css)
        return built

    def _attributes(self, small: bool, width: int | None, rows: int | None) -> dict[str, Any]:
        widget = self.field.widget
        css = _css(widget, small)
        if width is not None:
            css.append(f"hb-w{next(w for w in _WIDTHS if w >= width)}")
        attributes: dict[str, Any] = {"class": " ".join(css)} if css else {}
        if rows is not None:
            attributes["rows"] = rows
        if isinstance(widget, forms.TextInput) and "autocomplete" not in widget.attrs:
            # A shared computer must not offer the names that the last person typed.
            attributes["autocomplete"] = "off"
        if isinstance(widget, forms.Textarea):
            attributes |= {"spellcheck": "true", "cols": False}
        return attributes


def _layout(widget: forms.Widget) -> str:
    """How a field is laid out: label over control, a tick beside its label, or a group with a legend."""
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    return "group" if widget.use_fieldset else "line"


def _css(widget: forms.Widget, small: bool) -> list[str]:
    match widget:
        case forms.CheckboxInput() | forms.RadioSelect() | forms.CheckboxSelectMultiple():
            return []
        case DateBoxes():
            return ["hb-input--s"] if small else []
        case _ if widget.is_hidden:
            return []
        case forms.FileInput():
            return ["hb-file"]
        case forms.Textarea():
            names = ["hb-textarea", "hb-input"]
        case forms.Select():
            names = ["hb-select"]
        case _:
            names = ["hb-input"]
    return names + [f"{name}--s" for name in names if small]


class FilesInput(forms.ClearableFileInput):
    """Files to send. What is taken stands on it, so that `upload.js` says what is too much before it is sent."""

    def __init__(self, *, most_bytes: int, most_files: int = 1, most_in_all: int | None = None) -> None:
        self.allow_multiple_selected = most_files > 1
        limits = {"most-bytes": most_bytes, "most-files": most_files, "most-in-all": most_in_all or most_bytes}
        super().__init__({f"data-{name}": limit for name, limit in limits.items()})


class Renderer(TemplatesSetting):
    """Prints every form of the project in the look of Harbour (`FORM_RENDERER`)."""

    bound_field_class = PrintedField
    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """What a page has many of is printed by code (`controls.py`)."""
        if printed := PRINTED.get(template_name):
            return printed(context["widget"])
        return super().render(template_name, context, request)


class HarbourForm(forms.Form):
    """The base of Harbour's forms: errors repeat the field's words and say how to mend it, and no line is endless.

    A field whose label makes an odd sentence gives its own `error_messages`. `needed` names the fields that are left to
    the service to ask for, in its own sentence: they are not marked "(optional)".
    """

    needed: Collection[str] = ()
    _is_finished = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.finish()
        super().__init__(*args, **kwargs)

    @classmethod
    def finish(cls) -> None:
        """Finish the fields of this class, once for all forms of it: each has copies of these."""
        if "_is_finished" not in cls.__dict__:
            cls._is_finished = True
            for name, field in cls.base_fields.items():  # type: ignore[attr-defined]
                _bound(field)
                _put_into_words(name, field)


def _bound(field: forms.Field) -> None:
    """Give a line a longest, without the attribute by which a browser cuts off what is pasted. A key is no text."""
    other = isinstance(field, forms.UUIDField | forms.JSONField) or isinstance(field.widget, forms.Textarea)
    if isinstance(field, forms.CharField) and not other and field.max_length is None:
        field.max_length = LONGEST_LINE
        field.validators.append(MaxLengthValidator(LONGEST_LINE))


def _put_into_words(name: str, field: forms.Field) -> None:
    said = _messages(str(field.label or name.replace("_", " ")), field)
    usual = type(field).default_error_messages
    own = {code for code, text in field.error_messages.items() if text != usual.get(code, _DJANGO_SAYS)}
    field.error_messages |= {code: text for code, text in said.items() if code not in own}


_DJANGO_SAYS = forms.Field.default_error_messages["required"]


def _messages(label: str, field: forms.Field) -> dict[str, str]:
    choice = isinstance(field, forms.ChoiceField)
    words = label[0].lower() + label[1:] if label[1:2].islower() else label
    if isinstance(field, forms.BooleanField):
        required = f"Tick “{label}”"
    elif label.endswith("?"):
        required = f"Choose an answer to “{label}”" if choice else f"Answer “{label}”"
    else:
        required = f"{'Choose' if choice else 'Say' if words.startswith('why') else 'Enter'} {words}"
    return {
        "required": required,
        "invalid_choice": f"Choose {words} from the list",
        "max_length": f"{label} must be %(limit_value)d characters or fewer",
    }


def problems(form: forms.BaseForm) -> list[dict[str, str]]:
    """The errors of a form in the order of its page: `text`, and `href` of the control to mend (empty for the whole
    form).
    """
    if not form.is_bound:
        return []
    found = [{"text": str(text), "href": ""} for text in form.non_field_errors()]
    for bound in form:
        found += [{"text": str(text), "href": f"#{bound.first_control_id}"} for text in bound.errors]  # type: ignore[attr-defined]
    return found


class Radios(forms.RadioSelect):
    """One choice of a few, each with an optional hint: `Radios(hints={"now": "A child may be in danger"})`."""

    def __init__(self, *args: Any, hints: Mapping[Any, str] | None = None, inline: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints, self.inline = hints or {}, inline

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(value) or self.hints.get(str(value), "")
        return option


class DateBoxes(forms.MultiWidget):
    """A date as three boxes. Keeps what was typed, whatever it was."""

    template_name = DATE_BOXES
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__({name: forms.TextInput(box) for name in ("day", "month", "year")}, attrs)

    def decompress(self, value: date | str | None) -> list[Any]:
        if isinstance(value, str):
            value = date.fromisoformat(value)
        return [value.day, value.month, value.year] if value else ["", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        size = (attrs or {}).get("class", "")
        context["widget"]["small"] = bool(size)
        boxes = zip(context["widget"]["subwidgets"], (("Day", 4), ("Month", 4), ("Year", 10)), strict=True)
        for box, (label, width) in boxes:
            box["label"] = label
            box["attrs"]["class"] = f"hb-input hb-w{width} {size}".strip()
        return context

    def id_for_label(self, id_: str) -> str:
        return ""


class HiddenDateBoxes(forms.MultiWidget):
    """The three boxes on a page that confirms what was typed: there, and not seen."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(dict.fromkeys(("day", "month", "year"), forms.HiddenInput), attrs)

    decompress = DateBoxes.decompress


class DateBoxesField(forms.Field):
    """A date typed as day, month and year, forgiving about how: `24`, `11` or `Nov`, `2026` or `26`.

    Gives a `date` or None. `past=True` refuses a day that has not come yet, `full_year=True` a year of two
    figures, which may be of either century. An error repeats the field's label, and shows by `example` how a day is
    written; of a missing day the field may have a sentence of its own.
    """

    widget = DateBoxes
    hidden_widget = HiddenDateBoxes

    def __init__(
        self, *, past: bool = False, full_year: bool = False, example: str = "24 11 2026", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.past, self.full_year, self.example = past, full_year, example
        self._asks = (kwargs.get("error_messages") or {}).get("required", "")

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date) or value is None:
            return value
        typed = dict(zip(("day", "month", "year"), (str(part or "").strip() for part in value), strict=True))
        missing = [f"a {name}" for name, text in typed.items() if not text]
        if len(missing) == 3:
            return None
        if missing:
            raise ValidationError(f"{self._name} must include {' and '.join(missing)}")
        if self.full_year and len(typed["year"]) == 2:
            raise ValidationError(f"{self._name} must have a year of four figures, such as {self.example}")
        try:
            return date(_year(typed["year"]), _month(typed["month"]), int(typed["day"]))
        except (ValueError, OverflowError):
            raise ValidationError(f"{self._name} must be a real date, such as {self.example}") from None

    def validate(self, value: date | None) -> None:
        if value is None and self.required:
            asks = self._asks or f"Enter the {self._name[0].lower()}{self._name[1:]}"
            raise ValidationError(asks, code="required")
        if value and self.past and value > timezone.localdate():
            raise ValidationError(f"{self._name} must be today or in the past")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True

    @property
    def _name(self) -> str:
        return str(self.label or "Date")


_MONTHS = {name.lower(): str(number) for number, name in enumerate(calendar.month_abbr) if number}


def _month(text: str) -> int:
    """A month by number or by name: 11, Nov or November."""
    return int(_MONTHS.get(text[:3].lower(), text))


def _year(text: str) -> int:
    """A year of four digits, or of two: 26 is 2026."""
    if not re.fullmatch(r"[0-9]{2}|[12][0-9]{3}", text):
        raise ValueError(text)
    return int(text) if len(text) == 4 else 2000 + int(text)


class TimeField(forms.CharField):
    """A time of day as people write it: `8:50am`, `08.50`, `0850`, `2.15 pm`, `noon`. Gives a `time` or None.

    From one to six without am or pm and without a leading zero is not guessed: a record must not say 2 in the morning
    for quarter past two.
    """

    _WRITTEN = re.compile(r"(\d{1,2})(?:\s*+(?:[:.h]\s*+)?(\d{2}))?\s*+(?:([ap])\.?m?\.?)?", re.IGNORECASE)
    _WORDS = {"noon": time(12), "midday": time(12), "midnight": time(0)}

    def prepare_value(self, value: Any) -> Any:
        from safeguarding.dates import clock

        return clock(value) if isinstance(value, time) else value

    def to_python(self, value: Any) -> time | None:  # type: ignore[override]
        if isinstance(value, time):
            return value
        text = (super().to_python(value) or "").strip()
        if not text:
            return None
        if text.lower() in self._WORDS:
            return self._WORDS[text.lower()]
        if len(text) > LONGEST_LINE or (found := self._WRITTEN.fullmatch(text)) is None:
            raise ValidationError(f"{self._name} must be written like 8:50am or 2:15pm")
        return self._read(*found.groups())

    def _read(self, hour: str, minute: str | None, half: str | None) -> time:
        hours, minutes = int(hour), int(minute or 0)
        if half and not 1 <= hours <= 12:
            half = None if hours > 12 and half.lower() == "p" else "wrong"
        if hours > 23 or minutes > 59 or half == "wrong":
            raise ValidationError(f"{self._name} must be a real time, such as 8:50am or 2:15pm")
        if half:
            return time(hours % 12 + (12 if half.lower() == "p" else 0), minutes)
        if len(hour) == 1 and 1 <= hours <= 6:
            raise ValidationError(f"{self._name} must say morning or afternoon, such as {hours}:{minutes:02}pm")
        return time(hours, minutes)

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(f"Enter the {self._name[0].lower()}{self._name[1:]}", code="required")

    def run_validators(self, value: Any) -> None:
        """The validators of text do not apply: the value is a time by now."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True

    @property
    def _name(self) -> str:
        return str(self.label or "Time")
