"""Is what apps register there when it is asked for, also in a worker that loads no page? And is it asked for late?"""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT, product

_ASKED = """
import sys, django
django.setup()
assert "safeguarding.urls" not in sys.modules
from children.services import access
from children.services.merging import doing
from safeguarding.accounts.services import acting
print(*(one.__name__ for some in (access._when_hidden, doing._when_merged, acting._movers) for one in some))
"""


def _python(said: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A process of its own that runs these lines and has nothing of this machine's."""
    plain = {"HARBOUR_ENV_FILE": os.devnull, "HARBOUR_VAR": str(folder), "PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", said],
        cwd=ROOT,
        env=plain | {"DJANGO_SETTINGS_MODULE": "safeguarding.settings"},
        capture_output=True,
        text=True,
    )


_READ = """
import django
from importlib import import_module
django.setup()
from safeguarding.registers import Register

def read(register):
    raise RuntimeError("looked up: " + register.what)

Register.entries = property(read)
for name in NAMES:
    import_module(name)
print("none")
"""


def test_no_module_reads_a_register_while_it_is_imported(tmp_path: Path) -> None:
    """What a module reads then lacks what an app above it will register."""
    paths = [Path(module.path).with_suffix("") for module in product()]
    names = [".".join(path.parts).removesuffix(".__init__") for path in paths if path.name != "__main__"]
    done = _python(f"NAMES = {names}\n{_READ}", tmp_path)
    assert done.stdout.split() == ["none"], done.stderr[-1500:]


def test_a_process_that_loads_no_page_hands_on_what_is_hidden_merged_or_left_behind(tmp_path: Path) -> None:
    done = _python(_ASKED, tmp_path)
    merged = ["wrap_keys", "count_meetings_once"]
    assert done.stdout.split() == ["hand_on_concerns", *merged, "move_actions", "move_notices"], done.stderr[-500:]
