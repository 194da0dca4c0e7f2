"""Does every notice lead somewhere? What a service tells people about must have a page."""

import ast
from uuid import uuid4

from django.urls import resolve

from safeguarding.accounts.models import Notice
from safeguarding.accounts.notices import address_of

from .source import Module, product


def told_about(module: Module) -> set[str]:
    """The types of record that calls of `tell(…, object_type="…")` in a module are about."""
    return {
        keyword.value.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tell"
        for keyword in node.keywords
        if keyword.arg == "object_type" and isinstance(keyword.value, ast.Constant)
    }


def test_every_notice_leads_to_a_page_with_nothing_but_a_key_in_its_address():
    types = {kind for module in product() for kind in told_about(module)}
    assert {"concern", "report", "action", "draft"} <= types
    for kind in types:
        notice = Notice(object_type=kind, object_id=uuid4())
        address = address_of(notice)
        assert address is not None, (
            f"no app has said where notices about a {kind} lead: safeguarding/accounts/notices.py"
        )
        assert list(resolve(address).kwargs.values()) == [notice.object_id]
