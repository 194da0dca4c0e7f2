"""A rule is asked for in fewer words and lets the same people see the same rows."""

from itertools import product
from uuid import UUID

from django.db.models import Q, UUIDField, Value
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.audit.asking import Among, Facts
from safeguarding.audit.protection import among, fact, in_short, overlapping, within

ME = Value(UUID(int=1), UUIDField())
COLUMNS = ("school_id", "concern_id")
FACTS = ("granted", "hidden", "restricted")
# Whether a row's key in a column is one of the keys of a fact, and whether the row is one's own.
SINGLE = [*product(COLUMNS, FACTS), ("author", "")]


def asked(column: str, name: str) -> Q:
    return among(column, fact(name, ME)) if name else Q(author=7)


rules = st.recursive(
    st.sampled_from([asked(*one) for one in SINGLE]),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a: ~a, inner),
    ),
    max_leaves=12,
)
# Which of the single questions are answered with yes, for one row and one person.
answers = st.fixed_dictionaries({one: st.booleans() for one in SINGLE})


def holds(rule: Q, answer: dict[tuple[str, str], bool]) -> bool:
    """Whether a row is one of the rule, as the database would say."""
    parts = [holds(one, answer) if isinstance(one, Q) else holds_single(one, answer) for one in rule.children]
    held = any(parts) if rule.connector == Q.OR else all(parts)
    return held is not rule.negated


def holds_single(one: object, answer: dict[tuple[str, str], bool]) -> bool:
    if not isinstance(one, Among):
        return answer["author", ""]
    column, of = one.get_source_expressions()
    some = of.get_source_expressions() if isinstance(of, Facts) else [of]
    return any(answer[column.name, each.extra["function"]] for each in some)


def questions(rule: Q) -> int:
    return sum(questions(one) if isinstance(one, Q) else 1 for one in rule.children)


@given(rules, answers)
def test_a_rule_in_short_lets_see_the_same_rows(rule: Q, answer: dict[tuple[str, str], bool]) -> None:
    assert holds(in_short(rule), answer) is holds(rule, answer)


@given(rules)
def test_a_rule_in_short_asks_no_more_and_is_not_shortened_twice(rule: Q) -> None:
    short = in_short(rule)
    assert questions(short) <= questions(rule)
    assert questions(in_short(short)) <= questions(short)


def test_what_reasons_share_is_asked_once_and_keys_of_one_column_are_looked_for_together() -> None:
    open_to_all = ~among("concern_id", fact("restricted", ME))
    by_role, given_, emergency, named, hidden, in_error = (
        among(column, fact(name, ME))
        for column, name in [
            ("school_id", "schools"),
            ("concern_id", "granted"),
            ("concern_id", "emergency"),
            ("concern_id", "named"),
            ("concern_id", "hidden"),
            ("concern_id", "in_error"),
        ]
    )
    rule = (by_role & open_to_all | given_ & open_to_all | emergency & open_to_all | named) & ~(hidden | in_error)

    def together(*names: str) -> Q:
        return Q(Among("concern_id", Facts(*(fact(name, ME) for name in names))))

    short = (((by_role | together("granted", "emergency")) & open_to_all) | named) & ~together("hidden", "in_error")
    assert in_short(rule) == short
    assert in_short(by_role & open_to_all & ~hidden) == by_role & ~together("restricted", "hidden")


def test_what_is_asked_of_several_keys_is_joined_only_where_it_says_the_same() -> None:
    some = [fact(name, ME) for name in FACTS]
    [joined] = in_short(overlapping("records", some[0]) | overlapping("records", some[1])).children
    assert joined.get_source_expressions()[1] == Facts(some[0], some[1])
    # Every key among the keys of one fact is more than every key among those of two.
    apart = within("records", some[0]) | within("records", some[1])
    assert in_short(apart) == apart
    assert in_short(among("school_id", some[0]) | among("concern_id", some[0])) == (
        among("school_id", some[0]) | among("concern_id", some[0])
    )
