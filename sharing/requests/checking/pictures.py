"""Is a picture painted where something was taken out of its page? The points themselves are looked at."""

from collections.abc import Iterator, Sequence
from typing import Any

from sharing.requests.redacting.marks import WHOLE, Area

# What was painted over on one page.
Areas = Sequence[Area]
# Of 255: a JPEG does not keep black exactly, least of all at an edge.
_BLACK = 48


def faults_in(picture: Any, areas: Areas) -> Iterator[str]:
    """Where a point under a rectangle is not black. `picture` is a Pillow image in grey."""
    for x0, y0, x1, y1 in areas:
        box = (
            x0 * picture.width // WHOLE,
            y0 * picture.height // WHOLE,
            -(-x1 * picture.width // WHOLE),
            -(-y1 * picture.height // WHOLE),
        )
        if picture.crop(box).getextrema()[1] > _BLACK:
            yield "a part of the page was to be painted over, and is not"
