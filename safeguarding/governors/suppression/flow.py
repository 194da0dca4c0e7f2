"""How far can a hidden number go, when sums of hidden numbers are known? Exact, by maximum flow.

Each hidden number stands in two sums: that of its row and that of its column. So they are the edges of a network
whose nodes are the sums, and to change one of them is to push what it gains, or loses, around through the others.
A maximum flow for each direction says how far that goes. Written here: the networks have some dozens of edges, and no
library of the lock has one (a solver would be a dependency of some megabytes for forty lines).
"""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Node = Hashable


@dataclass(frozen=True)
class Edge:
    """A hidden number: its name, the two sums in which it stands, how many it is, and the least it could be."""

    name: Hashable
    row: Node
    column: Node
    value: int
    least: int


def ranges(edges: Sequence[Edge]) -> dict[Hashable, tuple[int, int]]:
    """Of each hidden number, the least and the most that it can be while every sum stays as it is.

    Whoever knows the sums, and that no hidden number is below its `least`, can narrow none of them further: every
    number in between can be reached as well, for the networks have whole solutions.
    """
    found = {}
    for place, edge in enumerate(edges):
        others = [*edges[:place], *edges[place + 1 :]]
        # Its row gives it so many more and others of the row so many fewer, and so on round to its column.
        more = _most(others, edge.column, edge.row)
        fewer = min(edge.value - edge.least, _most(others, edge.row, edge.column))
        found[edge.name] = (edge.value - fewer, edge.value + more)
    return found


def _most(edges: Sequence[Edge], source: Node, sink: Node) -> int:
    """The maximum flow: from a row to a column an edge may grow without end, back it may fall to its least."""
    unlimited = sum(edge.value for edge in edges) + 1
    room: dict[Node, dict[Node, int]] = {}
    for edge in edges:
        there, back = room.setdefault(edge.row, {}), room.setdefault(edge.column, {})
        there[edge.column] = there.get(edge.column, 0) + unlimited
        back[edge.row] = back.get(edge.row, 0) + edge.value - edge.least
    flow = 0
    while way := _way(room, source, sink):
        pushed = min(room[a][b] for a, b in way)
        for a, b in way:
            room[a][b] -= pushed
            room[b][a] = room[b].get(a, 0) + pushed
        flow += pushed
    return flow


def _way(room: dict[Node, dict[Node, int]], source: Node, sink: Node) -> list[tuple[Node, Node]]:
    """The shortest way on which something can still go; empty where there is none."""
    came: dict[Node, Node] = {source: source}
    waiting = deque([source])
    while waiting and sink not in came:
        here = waiting.popleft()
        for there, left in room.get(here, {}).items():
            if left and there not in came:
                came[there] = here
                waiting.append(there)
    if sink not in came:
        return []
    way, node = [], sink
    while node != source:
        way.append((came[node], node))
        node = came[node]
    return way
