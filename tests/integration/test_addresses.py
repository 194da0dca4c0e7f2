"""Is the address that is looked up once a process the one that Django would say?"""

from uuid import UUID, uuid4

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

from safeguarding.addresses import address_of
from tests.mutants.applying import patterns

KEYS = [uuid4() for _ in range(3)]
PAGES = sorted({pattern.name for pattern in patterns() if pattern.name})


def _keys(name: str) -> list[UUID] | None:
    """As many keys as the page takes; None where it is named by something else."""
    for number in range(len(KEYS) + 1):
        try:
            reverse(name, args=KEYS[:number])
            return KEYS[:number]
        except NoReverseMatch:
            continue
    return None


@pytest.mark.parametrize("name", [name for name in PAGES if _keys(name) is not None])
def test_each_page_has_the_address_that_django_says(name):
    keys = _keys(name)
    said = reverse(name, args=keys)
    assert address_of(name, *keys) == said
    tag = f"{{% url '{name}' {' '.join(f'key{n}' for n in range(len(keys)))} %}}"
    assert Template(tag).render(Context({f"key{n}": key for n, key in enumerate(keys)})) == said


def test_no_such_page_is_an_error_or_nothing_where_the_template_asks_whether_there_is_one():
    with pytest.raises(NoReverseMatch):
        address_of("nowhere")
    with pytest.raises(NoReverseMatch):
        Template("{% url 'nowhere' %}").render(Context())
    with pytest.raises(NoReverseMatch):
        Template("{% url 'concern' %}").render(Context())
    assert Template("{% url 'nowhere' as there %}{% if there %}yes{% else %}no{% endif %}").render(Context()) == "no"


def test_what_is_named_otherwise_is_left_to_django():
    assert Template("{% url 'concern' key %}").render(Context({"key": str(KEYS[0])})) == reverse(
        "concern", args=KEYS[:1]
    )
    tag = Template("{% url 'concern' concern_id=key %}")
    assert tag.render(Context({"key": KEYS[0]})) == reverse("concern", args=KEYS[:1])
