"""Template tags of forms: whose a form is, a field, a form that opens in a panel, and what has to be mended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.forms import BaseForm, BoundField
from django.middleware.csrf import get_token
from django.template import Library, RequestContext
from django.utils.safestring import SafeString

from safeguarding.addresses import address_of
from safeguarding.components import slotted
from safeguarding.forms import problems
from safeguarding.markup import format_html
from safeguarding.unsaved import AUTHOR, signed_author

register = Library()


@register.simple_tag(takes_context=True)
def signed_form(context: RequestContext, *, secret: bool = False) -> SafeString:
    """Stands in every form that is posted: the browser's token, and whose the form is. Should they be signed out, or
    nothing can be saved, their words stay (`unsaved`). `secret`: it takes a password or a code, of which nothing does.
    """
    request = context.request
    # Once a page, as Django does it: a list has a form in each row.
    printed = request.__dict__.setdefault("signed_forms", {})
    said = (request.META.get("CSRF_COOKIE"), request.user.pk, secret)
    if said not in printed:
        printed[said] = format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
            get_token(request),
            AUTHOR,
            signed_author(request.user.pk, has_secret=secret),
        )
    return printed[said]


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
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
    """A field with its label, hint and error, as the form prints it or as the page asks."""
    return bound.printed(  # type: ignore[attr-defined]
        small=small,
        width=width,
        inline=inline,
        hide_label=hide_label,
        optional=optional,
        rows=rows,
        label=label,
        hint=hint,
    )


@slotted(register, page=("key",))
def fold(
    summary: str,
    form: BaseForm,
    page: str,
    key: UUID,
    *,
    send: str = "Save",
    opened: bool = False,
    at: str = "",
) -> dict[str, Any]:
    """A form that opens below its summary, sent to the page of a record; the body is its fields. Open where it came
    back with errors.
    """
    return {
        "summary": summary,
        "form": form,
        "to": address_of(page, key),
        "send": send,
        "at": at,
        "open": opened or form.is_bound,
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | Sequence[BaseForm] | None) -> dict[str, Any]:
    """What has to be mended before the form, or several of a page, can be sent, each with a link to its field."""
    every = [one for form in forms if form for one in ([form] if isinstance(form, BaseForm) else form)]
    return {"problems": [problem for form in every for problem in problems(form)]}
