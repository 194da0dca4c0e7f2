"""Are the files under /static/ built, and from what is there now?"""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def build_static() -> None:
    """Collect them when one of their sources is newer. Processes that ask at the same time wait for each other."""
    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    with _locked(root.parent / "static.lock"):
        manifest = root / "staticfiles.json"
        built = manifest.stat().st_mtime if manifest.exists() else 0
        if any(source.stat().st_mtime > built for source in _sources()):
            call_command("collectstatic", clear=True, interactive=False, verbosity=0)


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
