"""A printer whose prints wait until a test lets them go on, or that has smaller limits: what a slow one looks like,
without the time.

    python held_printer.py SOCKET [NAME=NUMBER …]

Names are the limits of `printer.py`. A page with HELD in its text waits for whoever opens the pipe `go` beside the
socket.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from safeguarding.printing import layout, printer

HELD = "Held until the test lets it go."


def main(address: Path, limits: dict[str, int]) -> None:
    address.parent.mkdir(mode=0o700, exist_ok=True)
    go = address.with_name("go")
    os.mkfifo(go)
    lay_out = layout.lay_out

    def waiting(pages: list[str], *more: Any) -> Any:
        if any(HELD in page for page in pages):
            go.read_bytes()
        return lay_out(pages, *more)

    printer._warm()
    layout.lay_out = waiting
    for name, most in limits.items():
        assert hasattr(printer, name)
        setattr(printer, name, most)
    asyncio.run(printer.serve(address))


if __name__ == "__main__":
    main(Path(sys.argv[1]), {name: int(most) for name, most in (one.split("=") for one in sys.argv[2:])})
