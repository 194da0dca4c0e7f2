"""What is attached to an encrypted PDF? Asked in a process of its own, with the limits of the sandbox.

    python -I attached.py OPENER < request > answer

OPENER is the path of a module that knows the format, and needs the standard library and `pikepdf` alone. It has
`open_container(content, words)`, which gives `pages`, `digest` and `attachments`, and `Refused`. The request is a line
of JSON (`words`) and the bytes of the PDF. The answer is a line of JSON (`problem`, `pages`, `digest`, `names`,
`sizes`) and the attachments in that order. The words come by the request alone: what stands beside the name of a
process, others can read.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

_TOO_MUCH = "It needs more memory to open than such a file should. It is not taken."


def loaded(name: str, path: Path) -> Any:
    """The module at this path: `-I` looks for none."""
    spec: Any = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    opener = loaded("opener", Path(sys.argv[1]))
    loaded("sandbox", Path(__file__).with_name("sandbox.py")).limit("volume")
    # From here on this process can do nothing else.
    asked = json.loads(sys.stdin.buffer.readline())
    head: dict[str, Any] = {"problem": "", "pages": 0, "digest": "", "names": [], "sizes": []}
    attachments: dict[str, bytes] = {}
    try:
        found = opener.open_container(sys.stdin.buffer.read(), asked["words"])
        attachments = found.attachments
        sizes = [len(content) for content in attachments.values()]
        head |= {"pages": found.pages, "digest": found.digest, "names": list(attachments), "sizes": sizes}
    except opener.Refused as error:
        head["problem"] = str(error)
    except MemoryError:
        head["problem"] = _TOO_MUCH
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for content in attachments.values():
        sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main()
