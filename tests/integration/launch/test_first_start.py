"""Does a first start that was cut off while PostgreSQL was being laid out begin again?"""

import os
import signal
from pathlib import Path

import pytest

from safeguarding.launch import LaunchError
from safeguarding.launch.postgres import Cluster


def test_what_was_cut_off_is_no_cluster_and_is_gone_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`initdb` in the place of the real one: it writes what `exists` asks for first."""
    cluster = Cluster(tmp_path / "postgres")
    starter = os.getpid()

    def initdb(self: Cluster, data: Path, password: Path, *options: str) -> None:
        data.mkdir()
        (data / "PG_VERSION").write_text("18")
        assert password.read_text() == "word" and password.stat().st_mode & 0o777 == 0o600
        if os.getpid() != starter:
            os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(Cluster, "_initdb", initdb)
    if (killed := os.fork()) == 0:
        try:
            cluster.initialise("word")
        finally:
            os._exit(1)
    assert os.waitpid(killed, 0)[1] == signal.SIGKILL
    assert not cluster.exists
    assert len(list(cluster.home.glob("*/data/PG_VERSION"))) == 1

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
