"""Today's, unchanged."""

from importlib import import_module

Migration = import_module("safeguarding.concerns.migrations.0001_initial").Migration
