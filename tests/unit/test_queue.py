"""The main thread's queue: order, limits, cancelling."""

from __future__ import annotations

import gc
import re
import threading
import time

import pytest
from scene_chat.tools.alarm import Alarm
from scene_chat.tools.errors import CallCancelled, TimeLimitReached
from scene_chat.tools.faults import Faults
from scene_chat.tools.plain import Secrets
from scene_chat.tools.queue import Limits, MainThreadQueue


@pytest.fixture
def queue():
    alarm = Alarm(Faults(Secrets()))
    made = MainThreadQueue(alarm)
    yield made
    made.close()
    alarm.close()


def submit(queue, function, limits=Limits(), edits=False):
    return queue.submit(function, limits, edits=edits)


def test_jobs_run_on_the_draining_thread_in_the_order_of_their_arrival(queue):
    done = []
    for number in range(3):
        submit(queue, lambda _, n=number: done.append((n, threading.current_thread())))
    assert queue.drain(budget=1.0) == 3
    assert done == [(n, threading.main_thread()) for n in range(3)]


def test_no_job_is_begun_after_the_budget(queue):
    for _ in range(2):
        submit(queue, lambda _: time.sleep(0.02))
    assert queue.drain(budget=0.01) == 1
    assert len(queue) == 1


def test_jobs_of_one_line_are_run_beyond_the_budget_in_one_go(queue):
    for line in ("turn", "turn", "turn", "other"):
        queue.submit(lambda _: time.sleep(0.02), Limits(), edits=True, line=line)
    assert queue.drain(budget=0.01) == 3


def test_what_was_waited_for_ends_the_lingering(queue):
    job = submit(queue, lambda _: None)
    began = time.monotonic()
    assert queue.drain(budget=5.0, linger=5.0, enough=job.future.done) == 1
    assert time.monotonic() - began < 4


def test_lingering_takes_in_a_job_that_comes_a_moment_later(queue):
    timer = threading.Timer(0.02, lambda: submit(queue, lambda _: None))
    timer.start()
    assert queue.drain(budget=1.0, linger=0.5) == 1
    timer.join()


def test_whatever_a_job_raises_is_its_result_and_the_next_one_runs(queue):
    def interrupt(_):
        raise KeyboardInterrupt

    broken, whole = submit(queue, interrupt), submit(queue, lambda _: 7)
    queue.drain(budget=1.0)
    assert isinstance(broken.future.exception(), KeyboardInterrupt)
    assert whole.future.result() == 7


def spin():
    while True:
        pass


def ending(queue, function, limits=Limits(), cancelled_after=None):
    """Run it as a script, and say how it ended: the kind of the error and what it says."""
    job = submit(queue, lambda job: job.run_script(in_script(function)), limits)
    if cancelled_after is not None:
        timer = threading.Timer(cancelled_after, job.cancel)
        timer.start()
    queue.drain(budget=1.0)
    if cancelled_after is not None:
        timer.join()
    error = job.future.exception()
    return type(error), str(error)


def test_a_script_is_ended_at_its_time_limit(queue):
    kind, text = ending(queue, spin, Limits(running=0.1))
    assert kind is TimeLimitReached
    assert text == "It had run for 0.1 s, its time limit. The script was stopped."


def test_a_running_script_can_be_cancelled_from_another_thread(queue):
    kind, text = ending(queue, spin, cancelled_after=0.05)
    assert (kind, text) == (CallCancelled, "The call was cancelled. The script was stopped.")


def test_what_could_not_be_interrupted_says_how_long_it_went_on(queue):
    def sleeps_and_goes_on():
        import time

        time.sleep(1.3)
        while True:
            pass

    went_on = r"It went on until \d\.\d s had passed, as what it had called cannot be interrupted"
    kind, text = ending(queue, sleeps_and_goes_on, Limits(running=0.1))
    assert kind is TimeLimitReached
    assert re.search(r"^It had run for 0.1 s, its time limit\. " + went_on, text)
    kind, text = ending(queue, sleeps_and_goes_on, cancelled_after=0.1)
    assert kind is CallCancelled
    assert re.search(r"^The call was cancelled\. " + went_on, text)


def test_a_script_that_nothing_stopped_says_that_it_ran_to_its_end(queue):
    def sleeps():
        __import__("time").sleep(0.5)

    ran = r"Nothing stopped it before it ran to its end, after 0\.\d s: all of it was done\."
    kind, text = ending(queue, sleeps, Limits(running=0.1))
    assert kind is TimeLimitReached
    assert re.search(ran, text)
    kind, text = ending(queue, sleeps, cancelled_after=0.1)
    assert kind is CallCancelled
    assert re.search(ran, text)


def test_a_script_that_was_cancelled_before_it_began_is_not_run(queue):
    begun = []

    def run(job):
        job.cancel("never mind")
        job.run_script(lambda: begun.append(1))

    job = submit(queue, run)
    queue.drain(budget=1.0)
    assert str(job.future.exception()) == "never mind The script was not begun."
    assert begun == []


def test_what_a_script_raised_by_itself_is_told_also_past_its_limit(queue):
    def fails():
        __import__("time").sleep(0.3) or 1 / 0

    kind, _ = ending(queue, fails, Limits(running=0.1))
    assert kind is ZeroDivisionError


def test_a_job_can_be_dropped_only_while_it_waits(queue):
    dropped, ran = submit(queue, lambda _: 1), submit(queue, lambda _: 2)
    assert dropped.drop(CallCancelled("gone"))
    queue.drain(budget=1.0)
    assert not ran.drop(CallCancelled("gone"))
    assert ran.future.result() == 2
    with pytest.raises(CallCancelled):
        dropped.future.result()


def test_finished_jobs_are_not_kept_until_their_limits_pass(queue):
    import gc
    import weakref

    job = submit(queue, lambda _: None)
    kept = weakref.ref(job)
    queue.drain(budget=1.0)
    del job
    time.sleep(0.25)  # two looks at the limits
    gc.collect()
    assert kept() is None


def in_script(function):
    """The function as if a script had it: only there a stop is sent."""
    from types import FunctionType

    from scene_chat.tools.interrupt import SCRIPT

    return FunctionType(function.__code__.replace(co_filename=SCRIPT), {})


def test_no_garbage_is_collected_while_a_job_runs(queue):
    """Another thread would free Blender's objects beside a running operator."""
    job = queue.submit(lambda _: gc.isenabled(), Limits(), edits=False)
    queue.drain(budget=1.0)
    assert job.future.result() is False
    assert gc.isenabled()


def test_a_job_that_came_after_the_end_can_be_taken_back_once_more(queue):
    queue.close()
    job = queue.submit(lambda _: None, Limits(), edits=False)
    assert "switched off" in str(job.future.exception())
    assert not job.drop(CallCancelled("The client left."))
    job.cancel()
    assert "switched off" in str(job.future.exception())


def test_what_was_waited_for_keeps_a_job_that_comes_with_it_from_being_begun(queue):
    over = threading.Event()

    def both():
        over.set()
        submit(queue, lambda _: None)

    timer = threading.Timer(0.05, both)
    timer.start()
    assert queue.drain(budget=5.0, linger=5.0, enough=over.is_set) == 0
    timer.join()
    assert (len(queue), queue.running) == (1, None)
    assert queue.drain(budget=1.0) == 1


def test_a_job_that_is_waited_for_by_the_length_of_the_queue_is_run(queue):
    job = submit(queue, lambda _: "done")
    queue.drain(budget=1.0, enough=lambda: len(queue) == 0)
    assert job.future.result(timeout=0) == "done"


def test_limits_hold_also_after_a_job_could_not_be_ended_at_once(queue):
    job = submit(queue, lambda _: None, Limits(waiting=0.0))
    end = job.end

    def broken(_reason):
        job.end = end
        raise RuntimeError("can't start new thread")

    job.end = broken
    assert isinstance(job.future.exception(timeout=10), TimeLimitReached)


def test_what_edits_waited_for_is_told_no_longer_once_none_waits(queue):
    queue.standing_back = lambda: "a render is running"
    edit = submit(queue, lambda _: None, edits=True)
    queue.drain(budget=0.1)
    assert queue.held_back == "a render is running"
    edit.cancel()
    until = time.monotonic() + 10
    while queue.held_back and time.monotonic() < until:
        time.sleep(0.01)
    assert queue.held_back == ""


def test_what_is_about_to_run_does_not_count_as_waiting(queue):
    told = []
    submit(queue, lambda _: None)
    queue.drain(budget=1.0, enough=lambda: told.append(queue.health().queued) or False)
    assert told == [0, 0]
