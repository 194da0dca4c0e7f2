"""What one app does when another has done something: is it registered in a process that loads no page, as the
worker?
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

_ASKED = """
import sys, django
django.setup()
assert "safeguarding.urls" not in sys.modules
from children.services import access
from children.services.merging import doing
from safeguarding.accounts.services import acting
print(*(one.__name__ for some in (access._when_hidden, doing._when_merged, acting._movers) for one in some))
"""


def test_a_process_that_loads_no_page_hands_on_what_is_hidden_merged_or_left_behind(tmp_path: Path) -> None:
    plain = {"HARBOUR_ENV_FILE": os.devnull, "HARBOUR_VAR": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _ASKED],
        cwd=ROOT,
        env=plain | {"DJANGO_SETTINGS_MODULE": "safeguarding.settings"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["hand_on_concerns", "wrap_keys", "move_actions", "move_notices"], done.stderr[-500:]
