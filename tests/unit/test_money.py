"""What answers cost, what a day has cost, and the person who is asked before more is spent."""

from __future__ import annotations

import datetime
from queue import Queue

import pytest
from scene_chat.chat import money
from scene_chat.chat.chat import Chat
from scene_chat.chat.events import End, Error, Question, Usage
from scene_chat.chat.model_info import ModelInfo
from scene_chat.chat.money import Ledger, estimate, in_words, priced
from scene_chat.chat.settings import Settings
from standin.script import Call, Say, Script
from standin.server import StandIn

PRICED = ModelInfo("a/b", "B", input_price=3e-6, output_price=15e-6, cache_read_price=0.3e-6)
UNPRICED = ModelInfo("a/b", "B")


@pytest.fixture
def chat(asking_house):
    """A chat in a window, with its events in `chat.events`."""
    made = Chat(*asking_house.chat_parts)
    made.events = Queue()
    made.listener = made.events.put
    yield made
    made.close()


def until(chat, kind):
    """All events up to one of that kind."""
    seen = []
    while not (seen and isinstance(seen[-1], kind)):
        seen.append(chat.events.get(timeout=20))
    return seen


def standin(rounds, cost):
    server = StandIn(Script("test", {"go": rounds}))
    server.characters_per_token = 4
    server.cost = cost
    return server


def test_what_the_endpoint_says_goes_before_the_price_list():
    assert priced(Usage(1000, 10, 0.5), PRICED).cost == 0.5
    assert not priced(Usage(1000, 10, 0.5), PRICED).estimated


def test_without_it_the_price_list_gives_an_estimate_that_is_marked():
    usage = priced(Usage(1_000_000, 100_000, None, cached_tokens=500_000), PRICED)
    assert usage.cost == pytest.approx(1.5 + 0.15 + 1.5)
    assert usage.estimated


@pytest.mark.parametrize("info", [None, UNPRICED])
def test_what_has_no_known_price_is_not_said_to_be_free(info):
    assert priced(Usage(1000, 10, None), info).cost is None
    assert in_words(None) == ""


def test_a_model_without_a_price_for_its_cache_costs_the_whole():
    whole = ModelInfo("a", "A", input_price=1e-6, output_price=0.0)
    assert estimate(whole, 1_000_000, 0, cached_tokens=400_000) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("cost", "estimated", "words"),
    [(0.0, False, "$0.000"), (0.0004, False, "<$0.001"), (0.0004, True, "~$0.001"),
     (0.0312, False, "$0.031"), (0.5, True, "~$0.500"), (1234.5, False, "$1,234.50")],
)  # fmt: skip
def test_amounts_in_words(cost, estimated, words):
    assert in_words(cost, estimated=estimated) == words


def test_a_days_cost_is_that_of_all_blenders_and_of_this_day(tmp_path):
    file = tmp_path / "spending"
    file.write_text(f"2001-01-01 5.0\n{datetime.date.today()} 0.25\nbroken\n", "ascii")
    ledger = Ledger(file)
    ledger.add(0.5)
    assert ledger.today() == pytest.approx(0.75)
    assert Ledger(file).today() == pytest.approx(0.75)


def test_a_day_begins_with_nothing_spent_and_nothing_granted(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path / "spending")
    ledger.add(2.0)
    ledger.granted = 5.0

    class Tomorrow(datetime.date):
        @classmethod
        def today(cls):
            return datetime.date(2999, 1, 1)

    monkeypatch.setattr(money, "date", Tomorrow)  # a clock that jumps
    assert (ledger.today(), ledger.granted) == (0.0, 0.0)
    monkeypatch.undo()
    assert ledger.today() == pytest.approx(2.0)  # and back


def test_old_days_are_forgotten(tmp_path):
    file = tmp_path / "spending"
    first = datetime.date(2020, 1, 1)
    lines = [f"{first + datetime.timedelta(n)} 1.0" for n in range(100)]
    file.write_text("\n".join(lines) + "\n", "ascii")
    Ledger(file).today()
    assert len(file.read_text("ascii").splitlines()) < 50


def test_where_it_cannot_be_kept_it_is_still_counted(tmp_path):
    (tmp_path / "file").write_text("")
    ledger = Ledger(tmp_path / "file" / "spending")
    ledger.add(0.5)
    ledger._read = float("-inf")  # some seconds later
    assert ledger.today() == pytest.approx(0.5)


def test_a_turns_cost_is_the_sum_of_its_rounds(chat, asking_house):
    with standin([Say("", [Call("count")]), Say("Two.")], 0.02) as server:
        chat.send("go", "", Settings(server.url, "a/b"))
        until(chat, End)
    assert chat.turns[0].cost == pytest.approx(0.04)
    assert chat.history.cost == pytest.approx(0.04)
    assert not chat.turns[0].estimated
    assert asking_house.ledger.today() == pytest.approx(0.04)


def test_an_estimated_turn_says_so(chat):
    with standin([Say("Two words.")], None) as server:
        chat.send("go", "", Settings(server.url, "a/b", info=PRICED))
        until(chat, End)
    assert chat.turns[0].cost > 0
    assert chat.turns[0].estimated


def test_before_a_turn_costs_more_than_its_limit_the_person_is_asked(chat):
    rounds = [Say("", [Call("count")]), Say("", [Call("count")]), Say("Done.")]
    with standin(rounds, 0.06) as server:
        chat.send("go", "", Settings(server.url, "a/b", turn_limit=0.1))
        question = until(chat, Question)[-1]
        assert len(server.requests) == 1
        assert "$0.060" in question.text
        assert "limit is $0.100" in question.text
        assert chat.question == question.text
        chat.go_on(yes=True)
        assert until(chat, End)[-1].reason == "done"  # as much again holds for the third round
    assert chat.question == ""


def test_who_says_no_stops_there_and_can_continue_later(chat):
    rounds = [Say("", [Call("count")]), Say("Done.")]
    with standin(rounds, 0.06) as server:
        settings = Settings(server.url, "a/b", turn_limit=0.1)
        chat.send("go", "", settings)
        until(chat, Question)
        chat.go_on(yes=False)
        assert until(chat, End)[-1].reason == "limit"
        chat.try_again(settings)
        until(chat, Question)  # it is still the same turn
        chat.go_on(yes=True)
        assert until(chat, End)[-1].reason == "done"
        assert len(server.requests) == 2


def test_one_yes_is_enough_for_a_round_of_many_times_the_limit(chat):
    dear = ModelInfo("a/b", "B", input_price=1e-2, output_price=1e-2)
    with standin([Say("Done.")], 5.0) as server:
        chat.send("go", "", Settings(server.url, "a/b", info=dear, turn_limit=0.1))
        until(chat, Question)
        chat.go_on(yes=True)
        assert [type(each) for each in until(chat, End)].count(Question) == 0


def test_stop_ends_a_question_too(chat):
    with standin([Say("", [Call("count")]), Say("Done.")], 0.06) as server:
        chat.send("go", "", Settings(server.url, "a/b", turn_limit=0.1))
        until(chat, Question)
        chat.stop()
        assert until(chat, End)[-1].reason == "stopped"
    assert chat.question == ""


def test_the_first_round_is_asked_for_where_the_price_list_says_that_it_costs_too_much(chat):
    dear = ModelInfo("a/b", "B", input_price=1e-2, output_price=1e-2)
    with standin([Say("Done.")], 5.0) as server:
        chat.send("go", "", Settings(server.url, "a/b", info=dear, turn_limit=0.1))
        until(chat, Question)
        assert server.requests == []
        chat.go_on(yes=False)
        until(chat, End)


def test_a_days_limit_holds_over_turns_and_a_yes_for_as_much_again(chat, asking_house):
    asking_house.ledger.add(0.95)
    with standin([Say("Done.")], 0.3) as server:
        settings = Settings(server.url, "a/b", day_limit=1.0)
        chat.send("go", "", settings)
        until(chat, End)  # what a round costs is not known before there was one
        chat.send("go", "", settings)
        assert "Today has cost $1.25" in until(chat, Question)[-1].text
        chat.go_on(yes=True)
        assert until(chat, End)[-1].reason == "done"
        chat.send("go", "", settings)
        assert until(chat, End)[-1].reason == "done"


def test_without_a_window_a_limit_ends_the_turn(house):
    chat = Chat(*house.chat_parts)
    events = Queue()
    chat.listener = events.put
    chat.events = events
    with standin([Say("", [Call("count")]), Say("Done.")], 0.06) as server:
        chat.send("go", "", Settings(server.url, "a/b", turn_limit=0.1))
        seen = until(chat, End)
    chat.close()
    assert seen[-1].reason == "limit"
    assert any(isinstance(e, Error) and "nobody can be asked" in e.message for e in seen)
