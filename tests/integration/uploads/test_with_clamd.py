"""Does it work with ClamAV itself?

Where `clamd` is installed, with one signature of our own, so that none has to be fetched.
"""

import hashlib
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from safeguarding.uploads.clamd import Signatures, Verdict, scan, signatures
from tests.integration.uploads.corpus import EICAR, GOOD, zipped
from tests.waiting import until

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
pytestmark = pytest.mark.skipif(not CLAMD, reason="no clamd on this machine")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A scanner of the run, which knows one virus."""
    folder: Path = tmp_path_factory.mktemp("clamd")
    (folder / "own.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Own.Eicar\n")  # noqa: S324
    config, path = folder / "clamd.conf", folder / "clamd.ctl"
    config.write_text(
        f"LocalSocket {path}\nDatabaseDirectory {folder}\nForeground yes\nStreamMaxLength 25M\nAlertExceedsMax yes\n"
        "MaxFiles 50\nMaxThreads 2\n"
    )
    folder.chmod(0o755)
    with subprocess.Popen(
        [CLAMD, "--config-file", config], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as running:
        try:
            until(lambda: running.poll() is not None or _answers(path))
            assert running.poll() is None, running.stderr.read()
            yield f"unix:{path}"
        finally:
            running.terminate()


def _answers(path):
    with socket.socket(socket.AF_UNIX) as asked:
        return asked.connect_ex(str(path)) == 0


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_is_taken_is_clean(settings, address, name):
    settings.CLAMD_ADDRESS = address
    assert scan([GOOD[name]]) == Verdict.CLEAN


def test_the_virus_is_found_in_parts_and_in_an_archive(settings, address):
    settings.CLAMD_ADDRESS = address
    for content in ([EICAR], [EICAR[:20], EICAR[20:]], [zipped({"a/b.com": EICAR})]):
        assert scan(content) == Verdict.INFECTED


def test_what_it_cannot_look_into_whole_is_not_called_clean(settings, address):
    settings.CLAMD_ADDRESS = address
    assert scan([zipped({f"{n}.txt": bytes([n]) for n in range(200)})]) == Verdict.UNSCANNABLE
    assert scan(bytes(2**20) for _ in range(26)) == Verdict.UNSCANNABLE


def test_without_signatures_of_its_own_it_says_so(settings, address):
    settings.CLAMD_ADDRESS = address
    assert signatures() == Signatures(0, None)
