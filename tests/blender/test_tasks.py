"""Modelling tasks: the tools can express them, and the checkers tell when something is missing."""

from __future__ import annotations

import itertools

import pytest
from standin.tasks import TASKS
from tasks import begin, fault_of, perform

# Blender 5.2's own exporters still use what it deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*expected to be removed:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning"),
]

turns = itertools.count(50_000)
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@pytest.fixture
def permitted(here):
    """The runtime, which lets files and code pass unasked."""
    here.gate.allow("chat", ["files", "code"])
    return here


@each_task
def test_the_calls_do_exactly_what_the_prompt_asks(task, permitted, tmp_path):
    outcome = perform(task, permitted, tmp_path, turn=next(turns))
    assert outcome.fault == ""
    assert outcome.calls == len(task.calls)


@each_task
def test_the_checker_finds_fault_with_an_untouched_scene(task, here, tmp_path):
    begin(task, tmp_path)
    assert fault_of(task, tmp_path)


@each_task
def test_the_checker_or_a_later_call_misses_each_call_that_is_left_out(task, permitted, tmp_path):
    for number in range(len(task.calls)):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome = perform(task, permitted, folder, turn=next(turns), without=number)
        assert outcome.fault, f"nobody misses call {number + 1}, {task.calls[number].name}"


def test_no_task_runs_code_of_its_own():
    assert not [each.name for each in TASKS if "execute_code" in {call.name for call in each.calls}]
    assert len({each.name for each in TASKS}) == len(TASKS) >= 28
