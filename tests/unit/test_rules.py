"""What is decided beforehand, by effect and by tool."""

from __future__ import annotations

import pytest
from scene_chat.tools.registry import Effect
from scene_chat.tools.rules import CUSTOM, PRESETS, Decision, Rules, permissions

ALLOW, ASK, DENY = Decision.ALLOW, Decision.ASK, Decision.DENY


def decisions(rules, caller="chat"):
    return [rules.ruling(caller, "any", effect).decision for effect in Effect]


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("careful", [ALLOW, ASK, ASK, ASK]),
        ("normal", [ALLOW, ALLOW, ASK, ASK]),
        ("trusting", [ALLOW, ALLOW, ALLOW, ALLOW]),
    ],
)
def test_a_preset_decides_about_every_effect_of_one_caller(preset, expected):
    rules = Rules()
    rules.use_preset("chat", preset)
    assert decisions(rules) == expected
    assert decisions(rules, "client") == [ALLOW, ALLOW, ASK, ASK]
    assert rules.preset("chat") == preset


def test_there_is_no_preset_for_rules_that_were_set_one_by_one():
    rules = Rules()
    rules.set("client", ["files"], DENY)
    assert (rules.preset("client"), rules.preset("chat")) == (CUSTOM, "normal")


def test_what_holds_for_this_session_comes_before_what_always_holds():
    rules = Rules()
    rules.set("chat", ["render"], DENY)
    rules.set_for_session("chat", ["render"], ALLOW)
    assert rules.ruling("chat", "render", Effect.FILES).decision is ALLOW
    rules.forget("chat", "render")
    assert rules.ruling("chat", "render", Effect.FILES).decision is ASK


def test_the_log_is_told_by_which_rule_a_call_was_allowed():
    rules = Rules()
    assert (
        rules.ruling("chat", "x", Effect.EDITS).because == "allowed by the rule: changes the scene"
    )
    rules.set_for_session("chat", ["x"], ALLOW)
    assert rules.ruling("chat", "x", Effect.CODE).because == "allowed for this session"
    rules.set("chat", ["x"], DENY)
    assert rules.ruling("chat", "x", Effect.CODE).because == "always denied"


def test_a_preset_takes_back_what_tools_were_allowed_and_keeps_what_they_were_denied():
    rules = Rules()
    rules.set("chat", ["render"], DENY)
    rules.set("chat", ["execute_code"], ALLOW)
    rules.set_for_session("chat", ["look"], ALLOW)
    rules.use_preset("chat", "careful")
    assert rules.tools("chat") == {"render": (DENY, False)}


def test_the_rules_are_kept_as_text_and_read_again():
    rules, again = Rules(), Rules()
    rules.use_preset("client", "careful")
    rules.set("chat", ["execute_code"], ALLOW)
    rules.set_for_session("chat", ["look", "code"], ALLOW)
    again.read(rules.as_text())
    assert again.always == rules.always
    assert again.session == {}


def test_what_flags_allow_holds_until_a_preset_is_chosen():
    rules = Rules()
    rules.set_for_session("client", ["files", "code"], ALLOW)
    assert rules.preset("client") == "trusting"
    rules.use_preset("client", "normal")
    assert decisions(rules, "client") == [ALLOW, ALLOW, ASK, ASK]


def test_ordinary_rules_need_no_text():
    assert Rules().as_text() == ""


@pytest.mark.parametrize(
    "text", ["{", "[]", "7", '{"nobody code": "allow"}', '{"chat code": "perhaps"}', '{"chat": 1}']
)
def test_a_damaged_text_allows_nothing(text):
    rules = Rules()
    rules.read(text)
    assert rules.always == Rules().always


def test_no_preset_asks_before_looking():
    assert {rules[Effect.READS] for rules in PRESETS.values()} == {ALLOW}


def test_a_list_of_permissions_takes_effects_and_the_names_of_tools():
    assert permissions("code, look,", ["look"]) == ("code", "look")
    with pytest.raises(ValueError, match="there is no permission 'lok'; there are: reads, edits"):
        permissions("lok", ["look"])
