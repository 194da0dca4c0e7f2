"""How does a page show marks on a child's body? As a list that a figure mirrors; screen readers get the list."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from django.template import Library

from safeguarding.concerns.bodymap import REGIONS
from safeguarding.concerns.services.earlier_marks import EarlierMark, EarlierMarks

register = Library()


@register.inclusion_tag("components/bodymap.html")
def bodymap(marks: Mapping[int, str] | None = None, earlier: EarlierMarks | None = None) -> dict[str, Any]:
    """The tick-list of regions and the figure that ticks it.

    `marks`: region number to what was seen there; `earlier` under it.
    """
    views = _views(marks or {}, earlier)
    return {"views": views, "earlier": earlier, "before": _before(views)}


@register.inclusion_tag("components/bodymap_read.html")
def bodymap_read(marks: Mapping[int, str], earlier: EarlierMarks | None = None) -> dict[str, Any]:
    """Where marks were seen and what each looked like, lettered in the order of the list; paler those of earlier
    concerns.
    """
    views = _views(marks, earlier)
    seen = [region for view in views for region in view["regions"] if region["ticked"]]
    return {"views": views, "seen": seen, "earlier": earlier, "before": _before(views)}


@register.inclusion_tag("pdf/bodymap.html")
def bodymap_paper(marks: Mapping[int, str] | None = None, earlier: EarlierMarks | None = None) -> dict[str, Any]:
    """The same for paper, each view with what a screen reader says of it; without marks the figure to draw on."""
    views = _views(marks or {}, earlier)
    for view in views:
        seen = [f"{region['letter']} {region['label'].lower()}" for region in view["regions"] if region["ticked"]]
        before = [f"{region['small']} {region['label'].lower()}" for region in view["regions"] if region["before"]]
        view["said"] = f"{view['name']} of a child’s body: {', '.join(seen) or 'no marks'}"
        if earlier:
            view["said"] += f"; in earlier concerns: {', '.join(before) or 'no marks'}"
    seen = [region for view in views for region in view["regions"] if region["ticked"]]
    return {"views": views, "seen": seen, "earlier": earlier, "before": _before(views)}


def _before(views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The regions with marks of earlier concerns, in the order of the list."""
    return [region for view in views for region in view["regions"] if region["before"]]


def _views(marks: Mapping[int, str], earlier: EarlierMarks | None) -> list[dict[str, Any]]:
    """Front and back, each with its regions: number, label, ticked, note, letter; the earlier marks there and a small
    letter.
    """
    names, small = _names(ascii_uppercase), _names(ascii_lowercase)
    before: dict[int, list[EarlierMark]] = {}
    for mark in earlier.marks if earlier else ():
        before.setdefault(mark.region, []).append(mark)
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
            "before": before.get(region.number, []),
            "small": next(small) if region.number in before else "",
        }
        for region in REGIONS
    ]
    return [
        {"name": name, "regions": [r for r in regions if r["view"] == view]}
        for view, name in (("front", "Front"), ("back", "Back"))
    ]


def _names(letters: str) -> Iterator[str]:
    return iter([*letters, *(f"{letters[0]}{letter}" for letter in letters)])
