"""Does a first start that was cut off while PostgreSQL was being laid out begin again?"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from safeguarding.launch import LaunchError
from safeguarding.launch.postgres import Cluster
from tests.architecture.source import ROOT

# Writes first what `Cluster.exists` asks for, as the real one does.
CUT_OFF = """
import os, signal, sys
from pathlib import Path
from safeguarding.launch.postgres import Cluster

def initdb(self, data, password, *options):
    data.mkdir()
    (data / "PG_VERSION").write_text("18")
    print(password.read_text(), oct(password.stat().st_mode), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

Cluster._initdb = initdb
Cluster(Path(sys.argv[1])).initialise("word")
"""


def test_what_was_cut_off_is_no_cluster_and_is_gone_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(tmp_path / "postgres")
    command = [sys.executable, "-c", CUT_OFF, str(cluster.home)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "word 0o100600\n")
    assert not cluster.exists
    assert len(list(cluster.home.glob("*/data/PG_VERSION"))) == 1

    def initdb(self: Cluster, data: Path, password: Path, *options: str) -> None:
        data.mkdir()
        (data / "PG_VERSION").write_text("18")

    monkeypatch.setattr(Cluster, "_initdb", initdb)
    cluster.initialise("word")
    assert cluster.exists
    assert {path.name for path in cluster.home.iterdir()} - {"run"} == {"data"}


def test_a_cluster_that_could_not_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Cluster, program: str, *arguments: str) -> None:
        raise LaunchError("PostgreSQL's initdb failed: no space left")

    monkeypatch.setattr(Cluster, "_run", fails)
    cluster = Cluster(tmp_path / "postgres")
    with pytest.raises(LaunchError, match="no space left"):
        cluster.initialise("word", sync=False)
    assert not cluster.exists
    assert {path.name for path in cluster.home.iterdir()} <= {"run"}
