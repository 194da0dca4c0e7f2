"""How does a page use a component? As a template tag with named slots, drawn by one template in
`templates/components/`.

A slot begins where its name stands and ends at the next name or at the end tag:

    {% panel "Actions" count=2 %} the body {% more %} <a href="…">All actions</a> {% foot %} a note {% endpanel %}

The function under the tag declares the arguments and returns the context, so that a wrong argument fails when the
template is compiled. An empty slot counts as not given. Names of slots are not understood inside `{% if %}` or `{% for
%}`: put the condition inside the slot.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from inspect import getfullargspec
from typing import Any

from django.template import Library, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.template.library import parse_bits
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Facts = Callable[..., dict[str, Any]]


class ComponentNode(Node):
    """A component of which the body and the slots were parsed; renders them, then its template."""

    def __init__(
        self,
        template: str,
        facts: Facts,
        args: list[FilterExpression],
        kwargs: dict[str, FilterExpression],
        slots: dict[str, NodeList],
        page: tuple[str, ...] = (),
    ) -> None:
        self.template, self.facts, self.args, self.kwargs = template, facts, args, kwargs
        self.slots, self.page = slots, page
        # Django finds nested blocks and filters through attributes named here.
        self.child_nodelists = tuple(f"slot_{name}" for name in slots)
        for name, nodes in slots.items():
            setattr(self, f"slot_{name}", nodes)

    def render(self, context: Context) -> SafeString:
        args = [arg.resolve(context) for arg in self.args]
        kwargs = {name: value.resolve(context) for name, value in self.kwargs.items()}
        slots = {name: trimmed(nodes.render(context)) for name, nodes in self.slots.items()}
        told = {name: context.get(name) for name in self.page}
        return draw(context, self.template, told | self.facts(*args, **kwargs) | slots)


def slotted(library: Library, *slots: str, template: str = "", page: tuple[str, ...] = ()) -> Callable[[Facts], Facts]:
    """Register the decorated function as the block tag of its own name, with a `body` and the given slots.

    `page`: the variables of the page around it that its template reads besides.
    """

    def register(facts: Facts) -> Facts:
        name = facts.__name__
        path = template or f"components/{name}.html"
        ends = (*slots, f"end{name}")

        def compile_tag(parser: Parser, token: Token) -> ComponentNode:
            args, kwargs = arguments(parser, token, facts, name)
            filled, current = {}, "body"
            while True:
                filled[current] = parser.parse(ends)
                current = parser.next_token().contents.split()[0]
                if current == f"end{name}":
                    return ComponentNode(path, facts, args, kwargs, filled, page)

        library.tag(name, compile_tag)
        return facts

    return register


def label(library: Library) -> Callable[[Facts], Callable[..., SafeString]]:
    """Register the decorated function as a tag that prints few different things again and again, such as "Unread". What
    is left of it in its module prints the same for code.

    What it printed is kept, by value and by type: an escaped text and one that claims to be safe are two things.
    """

    def register(facts: Facts) -> Callable[..., SafeString]:
        name = facts.__name__

        @lru_cache(maxsize=512, typed=True)
        @wraps(facts)
        def printed(*args: Any, **kwargs: Any) -> SafeString:
            return trimmed(render_to_string(f"components/{name}.html", facts(*args, **kwargs)))

        library.simple_tag(printed, name=name)
        return printed

    return register


def arguments(
    parser: Parser, token: Token, facts: Callable[..., Any], name: str
) -> tuple[list[FilterExpression], dict[str, FilterExpression]]:
    """The arguments of a tag, checked against the signature of its function."""
    params, varargs, varkw, defaults, kwonly, kwonly_defaults, _ = getfullargspec(facts)
    return parse_bits(  # type: ignore[no-any-return, call-arg]
        parser,
        token.split_contents()[1:],
        params,
        varargs,
        varkw,
        defaults,
        kwonly,
        kwonly_defaults,
        False,  # type: ignore[arg-type]
        name,
    )


def draw(context: Context, template: str, values: dict[str, Any]) -> SafeString:
    """The component's template with exactly `values`: nothing of the page around it leaks in."""
    engine = context.template.engine  # type: ignore[union-attr]
    return engine.get_template(template).render(context.new(values))  # type: ignore[no-any-return]


def trimmed(html: SafeString) -> SafeString:
    """The rendered slot without the white space around it. It was escaped when it was rendered."""
    return mark_safe(html.strip())  # noqa: S308
