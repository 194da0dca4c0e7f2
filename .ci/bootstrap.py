#!/usr/bin/env python3
"""Bring a machine to where Harbour can run: what the Makefile does first, on nothing but git, make and a Python 3.

    python3 .ci/bootstrap.py run       everything that `manage.py up` needs, then start it
    python3 .ci/bootstrap.py test      the same for the tests, with a Chromium
    python3 .ci/bootstrap.py check     the same for the checks, without a browser
    python3 .ci/bootstrap.py assets    the stylesheet alone

Each step looks first whether its work is done, so the second time takes a moment. Standard library only, Python 3.9 or
newer, because it runs before anything is installed. What the programs it calls say goes to var/bootstrap.log, and to
the terminal when one fails.
"""

import ctypes
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
LOG = VAR / "bootstrap.log"
VENV = Path(os.environ.get("UV_PROJECT_ENVIRONMENT", ROOT / ".venv"))
UV = "uv==0.13.9"
OLDEST_NODE = 20
MACOS = sys.platform == "darwin"


class CannotGoOn(Exception):
    """What is missing, and what to do."""


# --- what the machine has


def loads(library):
    """Whether the dynamic linker finds `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_pango():
    if MACOS:
        return any(Path(p, "lib/libpango-1.0.dylib").exists() for p in ("/opt/homebrew", "/usr/local"))
    names = ("pango-1.0.so.0", "pangoft2-1.0.so.0", "harfbuzz.so.0", "harfbuzz-subset.so.0", "fontconfig.so.1")
    return all(loads(f"lib{name}") for name in names)


def has_fonts():
    """Liberation has the widths of Arial: what is measured on the screen and printed is the same on every machine."""
    return MACOS or any(Path("/usr/share/fonts").glob("**/LiberationSans-Regular.*"))


def has_other_scripts():
    """Arabic, Urdu, Bengali and the like; Chinese, Japanese, Korean; emoji. macOS has all of them."""
    fonts = (("NotoSansArabic",), ("wqy-microhei", "NotoSansCJK"), ("Symbola", "NotoColorEmoji", "NotoEmoji"))
    found = [path.name for path in Path("/usr/share/fonts").glob("**/*.*")]
    return MACOS or all(any(name.startswith(some) for name in found) for some in fonts)


def has_queue():
    return shutil.which("valkey-server") or shutil.which("redis-server")


def has_venv():
    """Needed to install uv, where there is none."""
    if shutil.which("uv"):
        return True
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def has_chromium():
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return any(map(shutil.which, names)) or any(
        Path(p, "Contents/MacOS").is_dir() for p in ("/Applications/Chromium.app", "/Applications/Google Chrome.app")
    )


# need: is it there; Debian's and Ubuntu's packages ("a|b": the first that the system offers); Homebrew's
NEEDS = {
    "Pango, which lays out the pages that Harbour prints": (
        has_pango,
        ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
        ["pango"],
    ),
    "the Liberation fonts": (has_fonts, ["fonts-liberation"], []),
    "fonts for the words of other scripts": (
        has_other_scripts,
        ["fonts-noto-core", "fonts-wqy-microhei", "fonts-symbola"],
        [],
    ),
    "Redis or Valkey": (has_queue, ["redis-server"], ["valkey"]),
    "Python's venv module": (has_venv, ["python3-venv"], ["python"]),
}
NEEDS_OF_TESTS = {"Chromium": (has_chromium, ["chromium-headless-shell|chromium"], ["--cask", "chromium"])}


def system_packages(for_tests):
    needs = dict(NEEDS, **(NEEDS_OF_TESTS if for_tests and not ubuntu() else {}))
    missing = {need: spec for need, spec in needs.items() if not spec[0]()}
    if not missing:
        return
    had_queue = bool(has_queue())
    with step("System packages: " + "; ".join(missing)):
        if shutil.which("apt-get"):
            apt([package for spec in missing.values() for package in spec[1]])
        elif shutil.which("brew"):
            for spec in missing.values():
                if spec[2]:
                    run(["brew", "install", *spec[2]])
        else:
            raise CannotGoOn("Install with this system's package manager: {}.".format("; ".join(missing)))
        still = [need for need, spec in missing.items() if not spec[0]()]
        if still:
            raise CannotGoOn("Still missing after the installation: {}.".format("; ".join(still)))
    if not had_queue and shutil.which("systemctl") and Path("/run/systemd/system").exists():
        # Debian starts a server of its own on a network port. Harbour's is private, on a socket.
        run([*root(), "systemctl", "disable", "--now", "redis-server"])


def ubuntu():
    """Ubuntu's chromium is a snap, which starts in no container: there Playwright's own is used."""
    return "ID=ubuntu" in Path("/etc/os-release").read_text() if Path("/etc/os-release").exists() else False


def root(packages=()):
    """What makes a command run as root, if anything is needed."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"]
    raise CannotGoOn("Ask whoever looks after this machine to run: apt-get install {}".format(" ".join(packages)))


def apt(packages):
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    as_root = root([package.split("|")[-1] for package in packages])
    run([*as_root, "apt-get", "update", "-q"], env=environment)
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
    run([*as_root, *install, *map(first_offered, packages)], env=environment)


def first_offered(package):
    """The first name of "a|b" that apt knows, else the last. Not every release has the headless shell."""
    *preferred, last = package.split("|")
    known = (name for name in preferred if subprocess.run(["apt-cache", "show", name], capture_output=True).stdout)
    return next(known, last)


# --- Python


def uv():
    """The command of uv: this machine's, else one from PyPI in an environment of its own."""
    found = shutil.which("uv")
    if found and version_of([found, "--version"]) >= (0, 9):
        return found
    tools = VAR / "tools"
    if not (tools / "bin" / "uv").exists() or (tools / "stamp").read_text() != UV:
        with step("uv, which installs the Python packages"):
            run([sys.executable, "-m", "venv", "--clear", str(tools)])
            run([str(tools / "bin" / "python"), "-m", "pip", "install", "--quiet", UV])
            (tools / "stamp").write_text(UV)
    return str(tools / "bin" / "uv")


def python_packages(developing, node=False):
    """The locked packages in `.venv`. What an earlier, fuller call installed stays."""
    wanted = {"base"} | ({"dev"} if developing else set()) | ({"node"} if node else set())
    stamp = VENV / "harbour-stamp"
    digest = fingerprint([ROOT / "uv.lock", ROOT / "pyproject.toml"])
    kept = json.loads(stamp.read_text()) if stamp.exists() else {}
    if kept.get("digest") == digest and wanted <= set(kept["groups"]):
        return
    groups = wanted | set(kept.get("groups", []))
    with step("Python packages"):
        options = ["--locked"] if "dev" in groups else ["--locked", "--no-dev"]
        run([uv(), "sync", *options, *(["--group", "node"] if "node" in groups else [])])
        stamp.write_text(json.dumps({"digest": digest, "groups": sorted(groups)}))


# --- pages


def stylesheet(developing):
    """npm's packages, and the one stylesheet built from them."""
    digest = fingerprint([ROOT / "package-lock.json", ROOT / "package.json"])
    stamp = ROOT / "node_modules" / "harbour-stamp"
    if not (stamp.exists() and stamp.read_text() == digest):
        environment = with_node(developing)
        with step("npm packages"):
            run(["npm", "ci", "--no-audit", "--no-fund"], env=environment)
            stamp.write_text(digest)
    digest += fingerprint(sorted((ROOT / "static" / "scss").rglob("*.scss")))
    stamp = VAR / "assets" / ".stamp"
    if not (stamp.exists() and stamp.read_text() == digest):
        environment = with_node(developing)
        with step("Stylesheet"):
            run(["npm", "run", "build"], env=environment)
            stamp.write_text(digest)


def with_node(developing):
    """An environment in which `node` is at least version 20: this machine's, else that of a Python package."""
    if shutil.which("npm") and shutil.which("node") and version_of(["node", "--version"]) >= (OLDEST_NODE,):
        return dict(os.environ)
    if not (VENV / "bin" / "npm").exists():
        (VENV / "harbour-stamp").unlink()
    python_packages(developing, node=True)
    return dict(os.environ, PATH=f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}")


def browser():
    """A Chromium from Playwright where the system has none."""
    if not has_chromium():
        with step("Chromium, for the browser tests"):
            run([str(VENV / "bin" / "playwright"), "install", "--with-deps", "chromium"])


# --- how it is done


def version_of(command):
    """The version that a program prints, as numbers; empty when it cannot be asked."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    word = next((w.lstrip("v") for w in said.split() if w.lstrip("v")[:1].isdigit()), "")
    return tuple(int(part) for part in word.split(".") if part.isdigit())


def fingerprint(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class step:
    """Says what is being done, and how long it took."""

    def __init__(self, title):
        self.title = title

    def __enter__(self):
        print(f"==> {self.title}", flush=True)
        self.began = time.monotonic()

    def __exit__(self, kind, error, trace):
        if error is None:
            print(f"    done in {time.monotonic() - self.began:.0f} s", flush=True)


def run(command, env=None):
    """Run a program; what it says goes to the log. Raises `CannotGoOn` with its last words when it fails."""
    VAR.mkdir(exist_ok=True)
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        began = log.tell()
        code = subprocess.run(command, cwd=ROOT, env=env, stdin=None, stdout=log, stderr=log).returncode
    if code:
        said = LOG.read_bytes()[began:].decode(errors="replace").strip().splitlines()[-25:]
        raise CannotGoOn("\n".join([*said, "", f"`{' '.join(command)}` failed (its words are above)."]))


def start():
    """Become `manage.py up`, which is the demo school where the settings name no other (`safeguarding/settings.py`)."""
    if MACOS:
        prefix = "/opt/homebrew" if platform.machine() == "arm64" else "/usr/local"
        os.environ.setdefault("DYLD_FALLBACK_LIBRARY_PATH", f"{prefix}/lib:/usr/local/lib:/usr/lib")
    python = str(VENV / "bin" / "python")
    os.execv(python, [python, str(ROOT / "manage.py"), "up"])


def main(what):
    os.chdir(ROOT)
    developing = what != "run"
    if what != "assets":
        system_packages(for_tests=what == "test")
        python_packages(developing)
    stylesheet(developing)
    if what == "test":
        browser()
    if what == "run":
        start()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("run", "test", "check", "assets"):
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except CannotGoOn as why:
        sys.exit(f"\n{why}")
    except KeyboardInterrupt:
        sys.exit(130)
