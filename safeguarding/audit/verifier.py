"""`python -m safeguarding.audit.verifier EXPORT`: is the record whole, asked by an outsider of a file from `manage.py
export_audit`?

Needs Python, the package `cryptography`, this folder and nothing else of Harbour: no database, no Django, no settings.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from safeguarding.audit.seals.anchors import read_anchors
from safeguarding.audit.seals.canonical import from_moment
from safeguarding.audit.seals.checking import Evidence, Leaf, Seal, examine
from safeguarding.audit.seals.findings import Kind, Report, Verdict
from safeguarding.audit.seals.notes import NoteError, PublicKey

FORMAT = "harbour audit export 1"


class NotAnExport(ValueError):
    """The file cannot be read as an export. Says why."""


class Export:
    """The lines of an export: a head, the seals, the numbered events, the events that wait, an end that counts them."""

    def __init__(self, path: Path, report: Report) -> None:
        self.path, self.report = path, report
        try:
            with path.open(encoding="utf-8") as file:
                self.head = json.loads(file.readline())
            if self.head.get("format") != FORMAT:
                raise NotAnExport(f"{path} is not an export of Harbour's events ({FORMAT}).")
            from_moment(self.head["as_of"])
        except OSError as error:
            raise NotAnExport(f"{path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            sentence = str(error) if isinstance(error, NotAnExport) else f"{path} is not an export of Harbour's events."
            raise NotAnExport(sentence) from None

    def evidence(self) -> Evidence:
        return Evidence(self._leaves(), self._seals(), self._waiting(), self.head["as_of"])

    def _seals(self) -> Iterator[Seal]:
        for number, line in self._lines():
            if line.get("type") != "seal":
                return
            try:
                yield Seal(line["number"], line["size"], line["at"], line["note"], bytes.fromhex(line["frontier"]))
            except (KeyError, ValueError, TypeError):
                self._cut(number)

    def _leaves(self) -> Iterator[Leaf]:
        for number, line in self._lines():
            if line.get("type") not in ("seal", "event"):
                return
            if line["type"] == "event":
                try:
                    yield Leaf(line["index"], line["event_id"], bytes.fromhex(line["hash"]), line["event"])
                except (KeyError, ValueError, TypeError):
                    self._cut(number)

    def _waiting(self) -> Iterator[tuple[str, str]]:
        """The events without a number; then the end, which says how many lines there must have been."""
        number = 1
        for number, line in self._lines():
            if line.get("type") == "waiting":
                yield str(line.get("event", {}).get("id")), str(line.get("event", {}).get("at"))
            if line.get("type") == "end":
                if line.get("lines") != number:
                    self._cut(number)
                return
        self._cut(number)

    def _lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and content of each line after the head, up to one that is none."""
        with self.path.open(encoding="utf-8", errors="replace") as file:
            file.readline()
            for number, text in enumerate(file, start=2):
                try:
                    line = json.loads(text)
                except ValueError:
                    line = None
                if not isinstance(line, dict):
                    return self._cut(number)
                yield number, line

    def _cut(self, line: int) -> None:
        where = f"{self.path}, line {line}"
        if where not in self.report.places.get(Kind.EXPORT_CUT, ()):
            self.report.add(Kind.EXPORT_CUT, where)


def verify(path: Path, anchors: Sequence[Path] = (), keys: Sequence[str] = ()) -> Report:
    """The report on an export."""
    report = Report()
    try:
        export = Export(path, report)
        if not keys:
            report.notes.append(
                "The public keys are those that the export itself names. Compare them with those you were "
                "given, or give --key."
            )
        believed = [PublicKey.parse(key) for key in keys or export.head.get("keys", [])]
    except NotAnExport as error:
        report.not_checked.append(str(error))
        return report
    except NoteError as error:
        report.not_checked.append(f"A public key cannot be used: {error}.")
        return report
    if not believed:
        report.not_checked.append("There is no public key to check the seals with. Give one with --key.")
    return examine(export.evidence(), keys=believed, anchors=read_anchors(anchors, report), report=report)


def main(arguments: Sequence[str] | None = None) -> Verdict:
    """Print the report as JSON. Returns the exit code: 0 whole, 1 changed or incomplete, 2 could not be checked."""
    parser = argparse.ArgumentParser(prog="python -m safeguarding.audit.verifier", description=__doc__)
    parser.add_argument("export", type=Path, help="the file that `manage.py export_audit` wrote")
    parser.add_argument(
        "--anchor", type=Path, action="append", default=[], help="a file of anchors, or a folder of them"
    )
    parser.add_argument("--key", action="append", default=[], help="a public key that you were given: NAME+ID+KEY")
    given = parser.parse_args(arguments)
    report = verify(given.export, given.anchor, given.key)
    json.dump(report.as_json(), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return report.verdict


if __name__ == "__main__":
    sys.exit(main())
