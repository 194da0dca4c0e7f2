"""How is a file written that only its owner may read?

Whole or not at all, and safe on the disk before anybody counts on it.
"""

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace a file; a reader, and a machine that loses its power, sees the former one or the new one, never half.

    Raises `OSError`.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
