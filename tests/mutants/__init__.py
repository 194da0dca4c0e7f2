"""Which of Harbour’s checks does a test notice when they are missing? `make mutate` asks (`__main__.py`)."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
