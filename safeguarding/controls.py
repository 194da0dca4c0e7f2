"""How is a control of a form printed? By code where a page has many: through templates, a filter takes longer than its
list to print.

Each function takes what Django gives to the template of a widget, and prints it as that template would, in the classes
of Harbour's design. `forms.Renderer` asks for them by the name of the template.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.safestring import SafeString

from safeguarding.markup import format_html, format_html_join

Widget = dict[str, Any]


def _select(widget: Widget) -> SafeString:
    groups = [
        format_html('<optgroup label="{}">{}</optgroup>', name, _options(options)) if name else _options(options)
        for name, options, _ in widget["optgroups"]
    ]
    inside = format_html_join("", "{}", ((group,) for group in groups))
    return format_html('<select name="{}"{}>{}</select>', widget["name"], _attributes(widget), inside)


def _options(options: list[Widget]) -> SafeString:
    # Most have no attribute: to be told so is half of what an option takes.
    rows = ((str(o["value"]), _attributes(o) if o["attrs"] else "", o["label"]) for o in options)
    return format_html_join("", '<option value="{}"{}>{}</option>\n', rows)


def _input(widget: Widget) -> SafeString:
    value = "" if widget["value"] is None else format_html(' value="{}"', str(widget["value"]))
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attributes(widget))


def _hidden(widget: Widget) -> SafeString:
    """No label and no script names one: without an id, two forms of a page may both carry the same field."""
    return _input(widget | {"attrs": {name: value for name, value in widget["attrs"].items() if name != "id"}})


def _choices(widget: Widget) -> SafeString:
    """Ticks or radios, each with its label and its hint."""
    rows = (_choice(option) for _, options, _ in widget["optgroups"] for option in options)
    return format_html_join("", '<div class="hb-check">{}<div><label for="{}">{}</label>{}</div></div>', rows)


def _choice(option: Widget) -> tuple[SafeString, str, str, SafeString | str]:
    key, hint = option["attrs"]["id"], option.get("hint")
    if not hint:
        return _input(option), key, option["label"], ""
    described = option | {"attrs": option["attrs"] | {"aria-describedby": f"{key}_hint"}}
    return _input(described), key, option["label"], format_html('<span class="hint" id="{}_hint">{}</span>', key, hint)


def _date_boxes(widget: Widget) -> SafeString:
    css = "hb-meta" if widget.get("small") else "hb-label hb-label--s"
    rows = ((css, box["attrs"]["id"], box["label"], _input(box)) for box in widget["subwidgets"])
    boxes = format_html_join("", '<div class="hb-field"><label class="{}" for="{}">{}</label>{}</div>', rows)
    return format_html('<div class="hb-row">{}</div>', boxes)


def _attributes(widget: Widget) -> SafeString:
    """As Django's `flatatt`, which a page of filters asks a hundred times."""
    given = sorted(widget["attrs"].items())
    with_value = ((name, value) for name, value in given if value is not None and not isinstance(value, bool))
    alone = ((name,) for name, value in given if value is True)
    return SafeString(format_html_join("", ' {}="{}"', with_value) + format_html_join("", " {}", alone))


DATE_BOXES = "django/forms/widgets/date_boxes.html"
# By the template that Django would take for the widget.
PRINTED: dict[str, Callable[[Widget], SafeString]] = {
    forms.Select.template_name: _select,
    forms.RadioSelect.template_name: _choices,
    forms.CheckboxSelectMultiple.template_name: _choices,
    forms.HiddenInput.template_name: _hidden,
    DATE_BOXES: _date_boxes,
    **{
        kind.template_name: _input
        for kind in (forms.TextInput, forms.NumberInput, forms.CheckboxInput, forms.EmailInput)
    },
}
