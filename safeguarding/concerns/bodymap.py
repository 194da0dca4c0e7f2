"""Where on a child's body can a mark be? One list of regions for the tick-list, the figure and the stylesheet.

"Left" and "right" are always the child's own. No photographs: a mark is a place and a sentence (domain reference 1.2).
`python -m safeguarding.concerns.bodymap` writes `static/scss/_bodymap.scss`; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

WIDTH, HEIGHT = 200, 430
NOTE_LENGTH = 500

View = Literal["front", "back"]


@dataclass(frozen=True)
class Region:
    """One place: its number for ever, which view shows it, what it is called, where its spot is on a 200 by 430
    figure.
    """

    number: int
    view: View
    label: str
    x: int
    y: int


REGIONS = (
    Region(1, "front", "Face and forehead", 100, 38),
    Region(2, "front", "Neck and throat", 100, 77),
    Region(3, "front", "Chest", 100, 118),
    Region(4, "front", "Tummy", 100, 162),
    Region(5, "front", "Hips and lower tummy", 100, 203),
    Region(6, "front", "Right upper arm", 50, 134),
    Region(7, "front", "Left upper arm", 150, 134),
    Region(8, "front", "Right forearm", 37, 192),
    Region(9, "front", "Left forearm", 163, 192),
    Region(10, "front", "Right hand (palm)", 26, 240),
    Region(11, "front", "Left hand (palm)", 174, 240),
    Region(12, "front", "Right thigh", 77, 252),
    Region(13, "front", "Left thigh", 123, 252),
    Region(14, "front", "Right knee and shin", 77, 312),
    Region(15, "front", "Left knee and shin", 123, 312),
    Region(16, "front", "Right foot", 76, 398),
    Region(17, "front", "Left foot", 124, 398),
    Region(18, "back", "Back of head", 100, 38),
    Region(19, "back", "Back of neck", 100, 77),
    Region(20, "back", "Upper back", 100, 118),
    Region(21, "back", "Lower back", 100, 166),
    Region(22, "back", "Bottom", 100, 206),
    Region(23, "back", "Back of left upper arm", 50, 134),
    Region(24, "back", "Back of right upper arm", 150, 134),
    Region(25, "back", "Back of left forearm", 37, 192),
    Region(26, "back", "Back of right forearm", 163, 192),
    Region(27, "back", "Back of left hand", 26, 240),
    Region(28, "back", "Back of right hand", 174, 240),
    Region(29, "back", "Back of left thigh", 77, 256),
    Region(30, "back", "Back of right thigh", 123, 256),
    Region(31, "back", "Left calf", 77, 326),
    Region(32, "back", "Right calf", 123, 326),
    Region(33, "back", "Left heel", 76, 398),
    Region(34, "back", "Right heel", 124, 398),
)
BY_NUMBER = {region.number: region for region in REGIONS}


def marks_from(data: Mapping[str, str]) -> dict[int, str]:
    """What a posted body map says: region number to what was seen there, in the order of the list.

    A region with a note but no tick counts: browsers without `:has()` show every note. Junk is ignored. A note is
    never cut: the form says when one is longer than `NOTE_LENGTH`.
    """
    ticked = data.getlist("region") if hasattr(data, "getlist") else data.get("region", [])
    marks = {}
    for region in REGIONS:
        note = str(data.get(f"region-{region.number}-note", "")).strip()
        if note or str(region.number) in ticked:
            marks[region.number] = note
    return marks


def stylesheet() -> str:
    """The positions of the spots, and the red of a ticked one, as Sass."""
    places = "\n".join(
        f".hb-spot--{r.number} {{\n  left: {r.x / WIDTH * 100:.2f}%;\n  top: {r.y / HEIGHT * 100:.2f}%;\n}}"
        for r in REGIONS
    )
    ticked = ",\n".join(f".hb-body:has(#region-{r.number}:checked) .hb-spot--{r.number}" for r in REGIONS)
    return f"""// Written by `python -m safeguarding.concerns.bodymap`. Change the list there.
@use "palette" as *;

{places}
{ticked} {{
  background: $danger;
  color: #fff;
  border-color: #fff;
  font-weight: 700;
  @media (forced-colors: active) {{
    forced-color-adjust: none;
    background: Highlight;
    color: HighlightText;
  }}
}}
"""


STYLESHEET = Path(__file__).resolve().parents[2] / "static" / "scss" / "_bodymap.scss"

if __name__ == "__main__":
    STYLESHEET.write_text(stylesheet())
