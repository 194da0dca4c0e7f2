"""Does it cost what its length costs to find people, however often the same ones stand there?"""

from time import process_time

import pytest

from children.names.forms import Person
from sharing.requests.models import RequestItem, RequestPerson
from sharing.requests.services.known_people import Listed
from sharing.requests.services.matching import Read, look, read

# Sixteen times the letters; the square would take 256 times as long.
SHORT, LONG, MOST = 6_250, 100_000, 80
# Two of one surname, of whom nobody knows who is meant where that stands alone.
PEOPLE = {
    one.key: Listed(RequestPerson.Kind.CHILD, one.key, one)  # type: ignore[arg-type]
    for one in (Person("hazel", "Hazel", "Reed"), Person("bo", "Bo", "Reed"), Person("jo", "Jo", "Hart"))
}
AGAIN = {
    "one name": "Jo Hart ",
    "a name in two halves": "Hart, Jo x ",
    "a surname of two people beside a known one": "Reed x Jo Hart x ",
}


def seconds(text: str, *, is_page: bool) -> float:
    blocks = [{"key": "a1", "label": "Text", "text": text}]
    boxes = [[word, n % 900, n // 900, n % 900 + 1, n // 900 + 1] for n, word in enumerate(text.split())]
    content = {"blocks": [], "pages": [{"n": 1, "words": boxes}]} if is_page else {"blocks": blocks, "pages": []}
    looked: list[Read] = [read(RequestItem(content=content))]
    began = process_time()
    look(looked, PEOPLE, [])
    marked = [place.marks(hit, hit.person) for place, hit in looked[0].hits]
    took = process_time() - began
    assert marked and {hit.person for _, hit in looked[0].hits} >= {"jo"}
    return took


@pytest.mark.parametrize(("shape", "is_page"), [*((shape, False) for shape in AGAIN), ("a name in two halves", True)])
def test_sixteen_times_the_letters_do_not_take_the_square_as_long(shape: str, is_page: bool) -> None:
    short, long = ((AGAIN[shape] * LONG)[:length] for length in (SHORT, LONG))
    # In turn, so that other work of the machine slows down both or neither.
    taken = [(seconds(short, is_page=is_page), seconds(long, is_page=is_page)) for _ in range(4)]
    little, much = map(min, zip(*taken, strict=True))
    assert much < MOST * little
