"""What is decided beforehand: for the chat and for external clients, by effect and by tool.

Changed on the main thread, by a person's click or by flags at start, and by nothing else: no tool,
message or text of a scene reaches them. Read on any thread.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, get_args

from .phrase import Phrase
from .registry import Effect

Caller = Literal["chat", "client"]
CALLERS: tuple[Caller, ...] = get_args(Caller)


class Decision(enum.StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Ruling(NamedTuple):
    """What is decided of one call, and by which rule, for the log."""

    decision: Decision
    because: str


def _preset(edits: Decision, files: Decision, code: Decision) -> Mapping[Effect, Decision]:
    return {
        Effect.READS: Decision.ALLOW,
        Effect.EDITS: edits,
        Effect.FILES: files,
        Effect.CODE: code,
    }


PRESETS: Mapping[str, Mapping[Effect, Decision]] = {
    "careful": _preset(Decision.ASK, Decision.ASK, Decision.ASK),
    "normal": _preset(Decision.ALLOW, Decision.ASK, Decision.ASK),
    "trusting": _preset(Decision.ALLOW, Decision.ALLOW, Decision.ALLOW),
}
CUSTOM = "custom"
"""What no preset says."""

_EFFECTS = frozenset(effect.value for effect in Effect)

Key = tuple[Caller, str]
"""Of whom, and an effect ("code") or a tool ("look")."""


class Rules:
    """One rule for each effect, and for the tools that a person said something of."""

    def __init__(self) -> None:
        """Begin with the preset "normal"."""
        self.always: dict[Key, Decision] = {
            (caller, effect.value): decision
            for caller in CALLERS
            for effect, decision in PRESETS["normal"].items()
        }
        """Kept from one start of Blender to the next."""
        self.session: dict[Key, Decision] = {}
        """Until Blender is closed: by flags at start, or a click. Comes before what is kept."""

    def ruling(self, caller: Caller, tool: str, effect: Effect) -> Ruling:
        """Return what is decided of a call; a rule for the tool comes before one for its effect."""
        if decision := self.session.get((caller, tool)):
            return Ruling(
                decision, Phrase("{decided} for this session", decided=_DECIDED[decision])
            )
        if decision := self.always.get((caller, tool)):
            return Ruling(decision, Phrase("always {decided}", decided=_DECIDED[decision]))
        decision = self.decision(caller, effect)
        because = Phrase(
            "{decided} by the rule: {effect}", decided=_DECIDED[decision], effect=_DOES[effect]
        )
        return Ruling(decision, because)

    def decision(self, caller: Caller, effect: Effect) -> Decision:
        """Return what is decided of an effect, where its tool has no rule of its own."""
        key = (caller, effect.value)
        return self.session.get(key) or self.always[key]

    def set(self, caller: Caller, what: Iterable[str], decision: Decision) -> None:
        """Decide about effects or tools, for good."""
        for each in what:
            self.session.pop((caller, each), None)
            self.always[caller, each] = decision

    def set_for_session(self, caller: Caller, what: Iterable[str], decision: Decision) -> None:
        """Decide about effects or tools, until Blender is closed."""
        self.session.update({(caller, each): decision for each in what})

    def tools(self, caller: Caller) -> dict[str, tuple[Decision, bool]]:
        """Return the tools with a rule of their own, and whether it is for this session alone."""
        found = {
            name: (decision, rules is self.session)
            for rules in (self.always, self.session)
            for (who, name), decision in rules.items()
            if who == caller and name not in _EFFECTS
        }
        return dict(sorted(found.items()))

    def forget(self, caller: Caller, tool: str) -> None:
        """Take a tool's own rule back: from then on that for its effect holds."""
        self.session.pop((caller, tool), None)
        self.always.pop((caller, tool), None)

    def preset(self, caller: Caller) -> str:
        """Return which of `PRESETS` the caller's rules for effects are, or `CUSTOM`."""
        mine = {effect: self.decision(caller, effect) for effect in Effect}
        return next((name for name, rules in PRESETS.items() if rules == mine), CUSTOM)

    def use_preset(self, caller: Caller, name: str) -> None:
        """Set the rules for all effects; tools that passed by a rule of their own no longer do."""
        for effect, decision in PRESETS[name].items():
            self.set(caller, [effect.value], decision)
        for tool, (decision, _) in self.tools(caller).items():
            if decision is Decision.ALLOW:
                self.forget(caller, tool)

    def as_text(self) -> str:
        """Return what is kept, where it is not the preset "normal", as JSON."""
        usual = Rules().always
        kept = {
            f"{who} {what}": decision.value
            for (who, what), decision in sorted(self.always.items())
            if usual.get((who, what)) is not decision
        }
        return json.dumps(kept) if kept else ""

    def read(self, text: str) -> None:
        """Take over what `as_text` gave; what cannot be read stays as "normal" has it."""
        self.always = Rules().always
        try:
            kept = json.loads(text) if text else {}
        except ValueError:
            return
        for key, decision in kept.items() if isinstance(kept, dict) else ():
            who, _, what = key.partition(" ")
            if who in CALLERS and what and decision in set(Decision):
                self.always[who, what] = Decision(decision)


_DECIDED = {
    Decision.ALLOW: Phrase("allowed"),
    Decision.ASK: Phrase("asked"),
    Decision.DENY: Phrase("denied"),
}
_DOES = {
    Effect.READS: Phrase("reads"),
    Effect.EDITS: Phrase("changes the scene"),
    Effect.FILES: Phrase("touches files"),
    Effect.CODE: Phrase("runs code"),
}


def permissions(text: str, tools: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the effects and tools in a comma list such as "code, files"; () for an empty one.

    Args:
        text: From a flag, or a script inside Blender.
        tools: The names of tools that may be in it.

    Raises:
        ValueError: something in it is neither; the message says what there is.
    """
    names = tuple(each.strip() for each in text.split(",") if each.strip())
    known = [effect.value for effect in Effect]
    for name in names:
        if name not in {*known, *tools}:
            more = " and the names of tools" if tools else ""
            raise ValueError(
                f"there is no permission {name!r}; there are: {', '.join(known)}{more}"
            )
    return names
