"""In which order are the tests dealt, and to how many processes?

The dearest first, so that no process is left alone with one at the end. What shares a world stands together, the worlds
in turn: while one process makes the first, the next makes the second.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import costs

# Memory that a process of the run may come to, with its part of the database and a browser.
_BYTES = 2 * 2**30
_CGROUP = Path("/sys/fs/cgroup")
SCHOOL = "practice school"


def processes() -> int:
    """Two for each core that this run may use, and one for each 2 GB of memory that it may.

    With three for two cores a seventh of the processor's time was left over: a process waits for a browser, a print, a
    worker that it started.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = min(cores, _cores_of_quota())
    return max(1, min(2 * cores, _memory() // _BYTES))


def _cores_of_quota() -> int:
    """What a container may use of the cores that it sees."""
    new, old = _said("cpu.max"), [*_said("cpu/cpu.cfs_quota_us"), *_said("cpu/cpu.cfs_period_us")]
    given = [pair for pair in (new, old) if len(pair) == 2 and pair[0] not in ("max", "-1")]
    return min((max(1, round(int(quota) / int(period))) for quota, period in given), default=2**10)


def _memory() -> int:
    """Bytes: of the machine, or less where a container may not have all of them."""
    limits = [*_said("memory.max"), *_said("memory/memory.limit_in_bytes")]
    return min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), *(int(n) for n in limits if n != "max"))


def _said(name: str) -> list[str]:
    """The words of a file of the control groups; none where this machine has no such file."""
    file = _CGROUP / name
    return file.read_text().split() if file.exists() else []


def world_of(item: pytest.Item) -> str:
    """The world that a test shares with others, if one."""
    if item.path.parent.name == "practice_school":
        return SCHOOL
    in_matrix = item.path.parent.name == "matrix" and "world" in getattr(item, "fixturenames", ())
    return "matrix" if in_matrix else ""


def _person_of(item: pytest.Item) -> str:
    return (
        str(item.callspec.params.get("person", ""))
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ""
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Say which tests belong to one process, before xdist reads it; and order them, after all others have.

    Of the matrix those of one file and one person belong together. Its files stand one after the other, so that what a
    process has learned of a page serves it for the next person.
    """
    for item in items:
        if world_of(item):
            item.add_marker(pytest.mark.xdist_group(_unit_of(item)))
    yield
    _order(items)


def _unit_of(item: pytest.Item) -> str:
    """The tests that are dealt together with this one."""
    world = world_of(item)
    return f"{world} {item.path.stem} {_person_of(item)}".strip() if world == "matrix" else world or item.nodeid


def _order(items: list[pytest.Item]) -> None:
    known = costs.by_file()
    units: dict[str, list[pytest.Item]] = defaultdict(list)
    seconds: dict[str, float] = defaultdict(float)
    worlds: dict[str, list[str]] = defaultdict(list)
    for item in items:
        unit = _unit_of(item)
        if (world := world_of(item)) and unit not in units:
            worlds[world].append(unit)
        units[unit].append(item)
        file = known.get(costs.file_of(item.nodeid), {"seconds": 0.0, "tests": 1})
        seconds[unit] += file["seconds"] / file["tests"]
    shared = [unit for of_world in worlds.values() for unit in of_world]
    begin = [of_world[0] for of_world in worlds.values()]
    alone = sorted((unit for unit in units if unit not in shared), key=lambda unit: -seconds[unit])
    # Those who wait for a world to be made do something else.
    meanwhile = alone[: 2 * processes()]
    ordered = [*begin, *meanwhile, *(unit for unit in shared if unit not in begin), *alone[len(meanwhile) :]]
    items[:] = [item for unit in ordered for item in units[unit]]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return processes()
