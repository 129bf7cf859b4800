"""The one call path: permission, main thread, receipt, undo step."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

import pytest
from scene_chat.tools.errors import Unavailable
from scene_chat.tools.later import Later
from scene_chat.tools.picture import Picture
from scene_chat.tools.queue import Limits
from scene_chat.tools.registry import Effect, tool
from scene_chat.tools.rules import Decision


def test_a_reading_call_returns_its_value_and_leaves_no_undo_step(house):
    result = house.call("count")
    assert (result.ok, result.value, house.scene.steps) == (True, 0, [])


def test_an_edit_returns_a_receipt_and_is_one_undo_step_named_after_the_turn(house):
    result = house.call("add", names=["Cube", "Floor"])
    assert result.receipt.text() == "Added objects Cube, Floor"
    assert house.scene.steps == ["commit a turn"]


def test_a_failed_edit_is_rolled_back_and_says_what_was_wrong(house):
    result = house.call("add", names=["Cube", "bad"])
    assert not result.ok
    assert result.error == "There is no object 'bad'. Did you mean 'bed'?"
    assert result.kind == "NoSuchObject"
    assert house.scene.names == set()
    assert house.scene.steps == ["rollback a turn"]


def test_what_a_script_had_changed_before_it_failed_stays_and_is_in_the_receipt(house):
    result = house.call("add_some", names=["Cube", "bad"])
    assert not result.ok
    assert result.receipt.text() == "Added object Cube"
    assert house.scene.steps == ["commit a turn"]


def test_wrong_arguments_never_reach_the_main_thread(house):
    result = house.call("add", names=7)
    assert result.kind == "InvalidArguments"
    assert house.scene.steps == []


def test_an_unknown_tool_is_a_failed_result(house):
    assert house.call("cuont").error == "There is no tool 'cuont'. Did you mean 'count'?"


def test_without_a_window_what_was_not_allowed_is_refused_with_the_flag_that_allows_it(house):
    result = house.call("write", path="/tmp/a.png")
    assert result.kind == "PermissionRefused"
    assert "it writes /tmp/a.png" in result.error
    assert "--allow files" in result.error


def test_what_was_allowed_for_clients_is_not_allowed_for_the_chat(house):
    house.gate.allow("client", ["files"])
    assert house.call("write", caller="client", path="/tmp/a.png").ok
    assert not house.call("write", caller="chat", path="/tmp/a.png").ok


def test_a_rule_for_a_tool_comes_before_the_rule_for_its_effect(house):
    house.gate.rules.set("chat", ["count"], Decision.DENY)
    result = house.call("count")
    assert result.kind == "PermissionRefused"
    assert "A rule of this Blender forbids it" in result.error


def waiting(house):
    deadline = time.monotonic() + 5
    while not house.gate.waiting and time.monotonic() < deadline:
        time.sleep(0.001)
    return house.gate.waiting[0]


def test_a_call_waits_for_approval_and_runs_once_it_is_given(asking_house):
    call = asking_house.calls.submit("write", {"path": "/tmp/a"}, asking_house.origin())
    approval = waiting(asking_house)
    assert approval.request.arguments == {"path": "/tmp/a"}
    assert not call.result.done()
    approval.allow()
    assert call.result.result(5).value == "/tmp/a"
    assert asking_house.gate.waiting == []


def test_an_approval_holds_for_one_call_only(asking_house):
    first = asking_house.calls.submit("write", {"path": "/tmp/a"}, asking_house.origin())
    waiting(asking_house).allow()
    first.result.result(5)
    again = asking_house.calls.submit("write", {"path": "/tmp/a"}, asking_house.origin())
    waiting(asking_house).deny("not twice")
    assert again.result.result(5).error == "The person using Blender said no to this: not twice"


def test_a_refusal_comes_before_the_clients_own_time_out(asking_house):
    origin = asking_house.origin("client", patience=0.05)
    result = asking_house.calls.submit("write", {"path": "/a"}, origin).result.result(5)
    assert "Nobody answered within 0.05 s" in result.error


def test_an_approved_call_does_not_reach_into_another_file(asking_house):
    call = asking_house.calls.submit("write", {"path": "/tmp/a"}, asking_house.origin())
    asking_house.scene.generation += 1
    waiting(asking_house).allow()
    assert call.result.result(5).kind == "SceneReplaced"


def test_an_approval_for_the_session_holds_until_it_is_taken_back(asking_house):
    def begun(path):
        call = asking_house.calls.submit("write", {"path": path}, asking_house.origin())
        return call.result

    first, second = begun("/tmp/a"), begun("/tmp/b")
    asking_house.gate.allow_tool(waiting(asking_house), always=False)
    assert first.result(5).ok
    assert second.result(5).ok
    assert begun("/tmp/c").result(5).ok
    assert asking_house.gate.rules.tools("chat") == {"write": (Decision.ALLOW, True)}
    asking_house.gate.rules.forget("chat", "write")
    third = begun("/tmp/d")
    waiting(asking_house).deny()
    assert not third.result(5).ok


def test_a_call_that_waits_for_approval_can_be_cancelled(asking_house):
    call = asking_house.calls.submit("write", {"path": "/tmp/a"}, asking_house.origin())
    waiting(asking_house)
    call.cancel("never mind")
    assert call.result.result(5).error == "never mind"


def test_a_queued_call_can_be_cancelled_and_never_runs(house):
    busy = house.calls.submit("wait", {"seconds": 0.2}, house.origin())
    call = house.calls.submit("add", {"names": ["Cube"]}, house.origin())
    call.cancel("never mind")
    assert call.result.result(5).error == "never mind"
    busy.result.result(5)
    assert house.call("count").value == 0


def test_a_call_that_waits_too_long_is_told_that_blender_was_busy(house):
    busy = house.calls.submit("wait", {"seconds": 0.5}, house.origin())
    house.limits = Limits(waiting=0.1)
    result = house.call("count")
    assert result.error == "Blender was busy for 0.1 s."
    busy.result.result(5)


def test_edits_stand_back_while_blenders_own_tool_runs_and_reads_go_on(house):
    house.queue.standing_back = lambda: "a tool of Blender's is running"
    edit = house.calls.submit("add", {"names": ["Cube"]}, house.origin(turn=2))
    assert house.call("count").ok
    assert not edit.result.done()
    house.queue.standing_back = lambda: ""
    assert edit.result.result(5).ok


def test_a_read_of_the_same_turn_waits_for_the_edit_before_it(house):
    house.queue.standing_back = lambda: "a tool of Blender's is running"
    house.calls.submit("add", {"names": ["Cube"]}, house.origin())
    count = house.calls.submit("count", {}, house.origin())
    other = house.calls.submit("count", {}, house.origin(turn=2))
    assert other.result.result(5).value == 0
    assert not count.result.done()
    house.queue.standing_back = lambda: ""
    assert count.result.result(5).value == 1


def test_the_main_thread_may_not_wait_for_itself(house):
    with pytest.raises(RuntimeError, match="block the main thread"):
        house.calls.call("count", {}, house.origin())


def test_a_key_in_a_result_is_replaced(house):
    house.secrets.add("sk-or-v1-0123456789")
    assert house.call("add", names=["sk-or-v1-0123456789", "bad"]).ok is False
    house.gate.allow("chat", ["files"])
    assert house.call("write", path="sk-or-v1-0123456789").value == "[key]"


def test_after_closing_every_call_ends_with_a_sentence(house):
    house.queue.close()
    assert house.call("count").error == "Scene Chat was switched off."


def test_a_look_at_the_scene_that_is_no_tool_call_runs_on_the_main_thread_too(house):
    future = house.calls.read(lambda: len(house.scene.names))
    assert isinstance(future, Future)
    assert future.result(5) == 0


# Tools that say later what they have to say


@pytest.fixture
def later(house):
    """What `ask` and `build` will say; they return at once. `build` adds "Cube" before."""
    value = Future()

    @tool(effect=Effect.READS)
    def ask() -> object:
        """Say later."""
        return Later(value)

    @tool(effect=Effect.EDITS)
    def build() -> object:
        """Add an object, and say later."""
        house.scene.names.add("Cube")
        return Later(value)

    house.registry.add(ask)
    house.registry.add(build)
    return value


def returned(house, name):
    """A call whose tool has returned, and has not said anything yet."""
    call = house.calls.submit(name, {}, house.origin())
    house.calls.read(lambda: None).result(5)
    assert not call.result.done()
    return call


def test_what_is_said_later_is_the_result(house, later):
    call = returned(house, "ask")
    later.set_result({"frames": 3})
    assert call.result.result(5).value == {"frames": 3}


def test_other_calls_run_while_one_waits_for_what_is_said_later(house, later):
    call = returned(house, "ask")
    assert house.call("add", names=["Floor"]).ok
    assert not call.result.done()
    later.set_result(None)
    assert call.result.result(5).ok


def test_the_limit_for_running_does_not_count_while_it_waits(house, later):
    house.limits = Limits(running=0.05)
    call = returned(house, "ask")
    time.sleep(0.25)  # two looks at the limits
    later.set_result(1)
    result = call.result.result(5)
    assert (result.value, result.seconds < 0.2) == (1, True)


def test_what_was_known_at_once_is_the_result_at_once(house, later):
    later.set_result(7)
    assert house.call("ask").value == 7


def test_a_picture_can_come_later(house, later):
    call = returned(house, "ask")
    picture = Picture(b"jpeg", "image/jpeg", 8, 6, "a cube", details={"id": 1})
    later.set_result(picture)
    result = call.result.result(5)
    assert result.picture == picture
    assert result.value == {"picture": "a cube", "width": 8, "height": 6, "id": 1}


def test_a_failure_that_comes_later_is_a_failed_result_with_its_details(house, later):
    call = returned(house, "ask")
    later.set_exception(Unavailable("The disk is full.", id=1))
    result = call.result.result(5)
    assert (result.ok, result.kind, result.error) == (False, "Unavailable", "The disk is full.")
    assert result.value == {"id": 1}


def test_a_fault_that_comes_later_is_a_failed_result_too(house, later):
    call = returned(house, "ask")
    later.set_exception(KeyError("frame"))
    assert call.result.result(5).error == "KeyError: 'frame'"


def test_a_key_in_what_is_said_later_is_replaced(house, later):
    house.secrets.add("sk-or-v1-0123456789")
    call = returned(house, "ask")
    later.set_result("sk-or-v1-0123456789")
    assert call.result.result(5).value == "[key]"


@pytest.mark.parametrize("good", [True, False])
def test_an_edit_is_its_undo_step_at_once_and_its_receipt_comes_with_what_is_said(
    house, later, good
):
    call = returned(house, "build")
    assert house.scene.steps == ["commit a turn"]
    if good:
        later.set_result("built")
    else:
        later.set_exception(Unavailable("It fell down."))
    result = call.result.result(5)
    assert (result.ok, result.receipt.text()) == (good, "Added object Cube")
    assert house.scene.names == {"Cube"}


def test_a_call_that_waits_for_what_is_said_later_is_taken_back_at_once(house, later):
    call = returned(house, "ask")
    call.cancel("never mind")
    assert call.result.done()
    result = call.result.result()
    assert (result.kind, result.error) == ("CallCancelled", "never mind")


def test_a_call_taken_back_before_its_tool_returned_does_not_wait_either(house, later):
    busy = house.calls.submit("wait", {"seconds": 0.2}, house.origin())
    call = house.calls.submit("ask", {}, house.origin())
    call.cancel("never mind")
    assert call.result.result(5).error == "never mind"
    busy.result.result(5)


def test_a_call_taken_back_while_its_tool_runs_does_not_wait_for_what_comes_later(house):
    begun, go_on = threading.Event(), threading.Event()

    @tool(effect=Effect.READS)
    def ponder() -> object:
        """Take a while, and say later."""
        begun.set()
        go_on.wait(5)
        return Later(Future())

    house.registry.add(ponder)
    call = house.calls.submit("ponder", {}, house.origin())
    assert begun.wait(5)
    call.cancel("never mind")
    assert not call.result.done()
    go_on.set()
    assert call.result.result(5).error == "never mind"


def test_cancelling_after_it_was_said_changes_nothing(house, later):
    call = returned(house, "ask")
    later.set_result(7)
    call.cancel("never mind")
    assert call.result.result(5).value == 7


def test_dropping_a_call_leaves_one_that_waits_for_what_is_said_later(house, later):
    call = returned(house, "ask")
    call.drop("a newer one came")
    assert not call.result.done()
    later.set_result(7)
    assert call.result.result(5).value == 7
