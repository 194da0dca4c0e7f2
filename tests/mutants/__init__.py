"""Which of Harbour’s checks does a test notice when they are missing? `make mutate` asks (`__main__.py`)."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The mutants that a run asks: listed once, and read by each of its processes.
LIST = ROOT / "var" / "mutants.json"
