"""Are the files under /static/ built, and from what is there now?"""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

# The command that builds them, for a process that has the apps loaded.
BUILD = ("collectstatic", "--clear", "--no-input", "--verbosity=0")


def is_built() -> bool:
    """Whether they are there, and none of their sources is newer."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    built = manifest.stat().st_mtime if manifest.exists() else 0
    return not any(source.stat().st_mtime > built for source in _sources())


def build_static() -> None:
    """Collect them when one of their sources is newer. Processes that ask at the same time wait for each other."""
    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    with _locked(root.parent / "static.lock"):
        if not is_built():
            call_command(*BUILD)


def _sources() -> Iterator[Path]:
    for entry in settings.STATICFILES_DIRS:
        folder = Path(entry[1] if isinstance(entry, tuple) else str(entry))
        if folder.exists():
            yield from (folder, *folder.rglob("*"))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        flock(file, LOCK_EX)
        yield
