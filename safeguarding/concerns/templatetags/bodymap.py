"""How does a page show marks on a child's body? As a list that a figure mirrors; screen readers get the list."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

from django.template import Library

from safeguarding.concerns.bodymap import REGIONS

register = Library()


@register.inclusion_tag("components/bodymap.html")
def bodymap(marks: Mapping[int, str] | None = None) -> dict[str, Any]:
    """The tick-list of regions and the figure that ticks it. `marks`: region number to what was seen there."""
    return {"views": _views(marks or {})}


@register.inclusion_tag("components/bodymap_read.html")
def bodymap_read(marks: Mapping[int, str]) -> dict[str, Any]:
    """Where marks were seen and what each looked like, lettered in the order of the list."""
    views = _views(marks)
    return {"views": views, "seen": [region for view in views for region in view["regions"] if region["ticked"]]}


@register.inclusion_tag("pdf/bodymap.html")
def bodymap_paper(marks: Mapping[int, str] | None = None) -> dict[str, Any]:
    """The same for paper, each view with what a screen reader says of it; without marks the figure to draw on."""
    views = _views(marks or {})
    for view in views:
        seen = [f"{region['letter']} {region['label'].lower()}" for region in view["regions"] if region["ticked"]]
        view["said"] = f"{view['name']} of a child’s body: {', '.join(seen) or 'no marks'}"
    return {"views": views, "seen": [region for view in views for region in view["regions"] if region["ticked"]]}


def _views(marks: Mapping[int, str]) -> list[dict[str, Any]]:
    """Front and back, each with its regions: number, label, ticked, note, letter."""
    names = iter([*ascii_uppercase, *(f"A{letter}" for letter in ascii_uppercase)])
    regions = [
        {
            "view": region.view,
            "number": region.number,
            "label": region.label,
            "x": region.x,
            "y": region.y,
            "ticked": region.number in marks,
            "note": marks.get(region.number, ""),
            "letter": next(names) if region.number in marks else "",
        }
        for region in REGIONS
    ]
    return [
        {"name": name, "regions": [r for r in regions if r["view"] == view]}
        for view, name in (("front", "Front"), ("back", "Back"))
    ]
