"""Which secrets does an installation with servers of its own make, and does it complete those of an earlier version?"""

import json
from pathlib import Path

from safeguarding.launch.servers import CONTEXT_KEYS, Database


def test_what_an_earlier_version_kept_stays_and_the_keys_of_who_asks_are_added(tmp_path: Path) -> None:
    made = Database(tmp_path).passwords
    kept = tmp_path / "passwords.json"
    earlier = {name: text for name, text in made.items() if name not in CONTEXT_KEYS.values()}
    kept.write_text(json.dumps(earlier))
    now = Database(tmp_path)
    assert {name: now.passwords[name] for name in earlier} == earlier
    assert len({now.environment("owner")[name] for name in CONTEXT_KEYS} - set(made.values())) == len(CONTEXT_KEYS) == 2
    assert json.loads(kept.read_text()) == now.passwords == Database(tmp_path).passwords
    assert kept.stat().st_mode & 0o777 == 0o600
