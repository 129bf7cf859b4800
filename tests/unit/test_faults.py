"""Faults of our own are kept, once each, and end nothing."""

from __future__ import annotations

import threading

from scene_chat.tools.alarm import Alarm
from scene_chat.tools.faults import Faults
from scene_chat.tools.plain import Secrets


def raised(message="broken"):
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def test_a_fault_is_kept_with_where_it_was_and_its_traceback(capsys):
    faults = Faults(Secrets())
    faults.note("the timer", raised())
    (fault,) = faults.known
    assert (fault.where, fault.message) == ("the timer", "ValueError: broken")
    assert "in raised" in fault.traceback
    assert "Scene Chat failed in the timer" in capsys.readouterr().out


def test_a_fault_that_comes_at_every_drawing_is_counted_and_printed_once(capsys):
    faults = Faults(Secrets())
    for _ in range(100):
        faults.note("drawing the panel", raised())
    assert [each.times for each in faults.known] == [100]
    assert capsys.readouterr().out.count("ValueError") == 2  # in the code's line and at the end


def test_only_the_latest_are_kept():
    faults = Faults(Secrets())
    for number in range(50):
        faults.note("the port", raised(str(number)))
    assert [each.message for each in faults.known][0::19] == ["ValueError: 30", "ValueError: 49"]


def test_what_was_dismissed_shows_again_with_the_next_new_one():
    faults = Faults(Secrets())
    faults.note("the chat", raised())
    faults.dismiss()
    faults.note("the chat", raised())
    assert not faults.unseen
    faults.note("the chat", raised("another"))
    assert faults.unseen


def test_a_time_limit_that_raises_does_not_end_the_others():
    faults, called = Faults(Secrets()), threading.Event()
    alarm = Alarm(faults)
    alarm.after(0.0, lambda: [][0])
    alarm.after(0.01, called.set)
    assert called.wait(5)
    alarm.close()
    assert [each.where for each in faults.known] == ["a time limit"]
