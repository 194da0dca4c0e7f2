"""How does a test bring in children from the terminal? In a process of its own beside a running installation, as
`docs/importing.md` says.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.postgres import ROOT

DATA = ROOT / "tests" / "data"
# A spreadsheet and a transfer file: by what the command names it, how many children join, and what it says of rows that
# wait. How each product writes its own: `tests/integration/children/test_files.py`.
FILES = {
    "sims_pupils.csv": ("SIMS, 422 rows", 415, "3 rows waiting for a person"),
    "ctf_inbound.xml": ("Common Transfer File, 30 rows", 30, ""),
}


def manage(var: Path, *arguments: str, typed: str = "", **environment: str) -> tuple[int, str]:
    """How `manage.py` ends that is started beside this installation with nothing else, and what it says."""
    given = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HARBOUR_ENV_FILE": os.devnull,
        "HARBOUR_VAR": str(var),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=given,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    return done.returncode, done.stdout
