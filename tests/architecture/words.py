"""What does a reader of Harbour see? The words of templates, scripts, code and lists that end up on a page."""

import ast
import csv
import json
import re
from collections.abc import Iterator
from functools import cache

from .source import ROOT, lists, product, templates

WORDS = ROOT / "docs" / "words.md"

# Tags whose quoted arguments are code, not words.
_SILENT_TAGS = {
    "block",
    "endblock",
    "extends",
    "include",
    "load",
    "url",
    "static",
    "icon",
    "badge",
    "if",
    "elif",
    "for",
    "with",
    "regroup",
    "comment",
}
_SAID_OF_LAW = ("title", "name", "law", "says", "sentence", "waits_for", "asks", "source")
_SPOKEN_ATTRIBUTES = ("aria-label", "alt", "placeholder", "title", "content")


@cache
def never() -> tuple[str, ...]:
    """The last column of the first table: what no page says."""
    first = WORDS.read_text().split("Words of the list may stand")[0]
    rows = [line.split("|") for line in first.splitlines() if line.startswith("|")]
    cells = [row[3].strip() for row in rows[2:]]
    return tuple(word.strip() for cell in cells for word in cell.split(","))


@cache
def exceptions() -> tuple[str, ...]:
    """Phrases in which a word of the list may stand."""
    text = WORDS.read_text().split("somebody else’s names for things:")[1].split(".")[0]
    return tuple(" ".join(phrase.split()) for phrase in text.split(","))


def said_wrongly(words: str) -> list[str]:
    """The words of the list that a piece of text says."""
    for phrase in exceptions():
        words = re.sub(re.escape(phrase), "", words, flags=re.IGNORECASE)
    return [word for word in never() if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", words, re.IGNORECASE)]


def of_template(text: str) -> str:
    """What a reader sees or hears of a template: text, spoken attributes and the words handed to components."""
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}|<!--.*?-->", " ", text, flags=re.DOTALL)
    spoken = re.findall(rf'(?:{"|".join(_SPOKEN_ATTRIBUTES)})="([^"]*)"', text)
    handed = []
    for tag in re.findall(r"{%\s*(.*?)\s*%}", text):
        if tag.split()[0] not in _SILENT_TAGS:
            handed += re.findall(r'(?<![\w])(?:(?:title|label|hint|summary|hidden|what|note|text)=)?"([^"]*)"', tag)
    handed += re.findall(r'"([^"]*)"', " ".join(re.findall(r"{{(.*?)}}", text)))
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text)
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    return "\n".join([text, *spoken, *handed])


def of_script(text: str) -> str:
    """The sentences in a script: quoted, with a space, beginning with a capital."""
    strings = re.findall(r'"([^"\n]*)"|`([^`]*)`', re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    return "\n".join(s for pair in strings for s in pair if re.match(r"[A-Z].* ", s))


def of_module(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of what a module may say to a person: labels, help, choices, and sentences.

    SQL, docstrings and the names that a module offers are not.
    """
    silent = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            silent |= {id(one) for one in ast.walk(node.value)}
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            silent.add(id(body[0].value))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("label", "help_text", "verbose_name") and _text(node.value):
            yield node.value.lineno, _text(node.value)
        elif isinstance(node, ast.Constant) and id(node) not in silent and _is_sentence(node.value):
            yield node.lineno, node.value


def of_list(name: str, text: str) -> Iterator[str]:
    """What a list shows: the labels of a table, the names, guidance and sub-lists of a tree, the words of a law."""
    if name.endswith(".csv"):
        yield from (row["label"] for row in csv.DictReader(text.splitlines()))
        return
    found = json.loads(text)
    for entry in [*found["reasons"], *found["questions"].values()] if isinstance(found, dict) else found:
        # How long an agency has, by when a step is due: a page says where that comes from.
        if "answer_days" in entry or "step" in entry:
            yield entry["source"]
        elif {"article6", "sentence", "takes", "from_day", "unit", "items"} & entry.keys():
            yield from (entry[said] for said in _SAID_OF_LAW if said in entry)
        elif "asks" in entry:
            yield from (entry["title"], entry["asks"], entry["source"])
        else:
            yield from (entry["name"], entry["guidance"], *(one["name"] for one in entry["subcategories"]))


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_sentence(value: object) -> bool:
    """Begins with a capital and has a second word; the first word of SQL is capitals only."""
    return isinstance(value, str) and bool(re.match(r"[A-Z][a-z’']* \S|[A-Z][a-z]+$", value.strip()))


def everything() -> Iterator[tuple[str, str]]:
    """Where and what, of every template, script, list and module."""
    for path, text in templates():
        yield path, of_template(text)
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        yield str(path.relative_to(ROOT)), of_script(path.read_text())
    for path, text in lists():
        for said in of_list(path, text):
            yield path, said
    for module in product():
        for line, text in of_module(module.tree):
            yield f"{module.path}:{line}", text
