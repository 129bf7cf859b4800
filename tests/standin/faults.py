"""What providers really send: kinds of streams, right, odd and broken, and of failures.

Each with the events that must come out, as pairs and triples:

    ("text", what is said)               pieces that follow each other count as one
    ("thought", what is thought)         the same
    ("call", tool, arguments)
    ("result", part of what the model is told)
    ("usage", tokens in, tokens out, cost)
    ("model", who answers)
    ("again", part of why it is tried again)
    ("error", part of the sentence)
    ("end", how the turn ends)

Where usage or results are not what a kind is about, they are left out. The tools are those of the
unit tests' house: `count(times)`, `add(names)`, `names()`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .script import Raw, Refuse, Say
from .server import chunk, event

Expected = tuple[Any, ...]
DONE = b"data: [DONE]\n\n"
_HELLO = ("text", "Hello, Wörld")
_DONE = ("end", "done")
_FAILED = ("end", "error")
_GOES_ON = [Say("Done.")]


@dataclass(frozen=True)
class Fault:
    """A kind of stream or failure.

    Attributes:
        name: What is special about it.
        tries: What is sent, request by request; the last of them again and again.
        events: What must come out.
        then: The rounds that follow.
        cut: Whether it must come out the same however its bytes are cut.
    """

    name: str
    tries: tuple[Raw | Refuse, ...]
    events: tuple[Expected, ...]
    then: Sequence[Say] = ()
    cut: bool = True

    @property
    def body(self) -> bytes:
        """The bytes, if that is all there is to it."""
        raw = self.tries[0]
        assert isinstance(raw, Raw)
        return b"".join(part for part in raw.parts if isinstance(part, bytes))


def finish(reason: str = "stop") -> bytes:
    """Return the event with which an answer ends."""
    return chunk({}, reason)


def plain(value: Any) -> bytes:
    """Return an event as most providers write it: not in ASCII."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def say(text: str) -> bytes:
    """Return an event that says something."""
    return plain({"choices": [{"index": 0, "delta": {"content": text}}]})


def usage(cost: Any = 0.0021, tokens: int = 7, **rest: Any) -> dict[str, Any]:
    """Return what a usage looks like."""
    return {"prompt_tokens": tokens, "completion_tokens": 3, "cost": cost, **rest}


def piece(arguments: Any = "", name: str | None = None, **rest: Any) -> dict[str, Any]:
    """Return one entry of a delta's tool calls."""
    return {**rest, "function": {"arguments": arguments, **({"name": name} if name else {})}}


def calls(*deltas: Sequence[Any], reason: str = "tool_calls") -> bytes:
    """Return a stream of tool calls, each argument one chunk's entries."""
    return b"".join(chunk({"tool_calls": list(each)}) for each in deltas) + finish(reason) + DONE


_TWO = (say("Hello, "), say("Wörld"))
_WHOLE = b"".join((*_TWO, finish(), DONE))


def _stream(name: str, *parts: bytes | float, events: Sequence[Expected] = (_HELLO, _DONE),
            breaks: bool = False, **rest: Any) -> Fault:  # fmt: skip
    return Fault(name, (Raw(parts, breaks),), tuple(events), **rest)


def _calling(name: str, stream: bytes, *made: Expected, more: Sequence[Expected] = ()) -> Fault:
    events = (*made, *more, ("text", "Done."), _DONE)
    return Fault(name, (Raw([stream]),), events, _GOES_ON)


def _answer(name: str, body: bytes, *events: Expected, kind: str = "application/json",
            status: int = 200, headers: dict[str, str] | None = None) -> Fault:  # fmt: skip
    raw = Raw(
        [body] if body else [], status=status, headers={"Content-Type": kind, **(headers or {})}
    )
    return Fault(name, (raw,), (*events, _FAILED) if events[-1][0] == "error" else events)


def _told(status: int, message: str, error: str, *before: Expected) -> Fault:
    refusal = Refuse(status, message, {"Retry-After": "0"})
    return Fault(f"{status} {message}", (refusal,), (*before, ("error", error), _FAILED), cut=False)


def _message(**message: Any) -> bytes:
    return json.dumps(
        {"object": "chat.completion", "model": "script/test", "usage": usage(),
         "choices": [{"index": 0, "message": {"role": "assistant", **message},
                      "finish_reason": "stop"}]}
    ).encode()  # fmt: skip


_COUNT = ("call", "count", {"times": 2})
_NAMES: Expected = ("call", "names", {})
_ARGUMENTS = '{"times": 2}'

STREAMS = (
    # The lines
    _stream("as it should be", b": OPENROUTER PROCESSING\n\n", _WHOLE),
    _stream("line ends of CR and LF", _WHOLE.replace(b"\n", b"\r\n")),
    _stream("line ends of CR", _WHOLE.replace(b"\n", b"\r")),
    _stream("comments in between", *(b": hm\n\n:\n" + each for each in _TWO), finish(), DONE),
    _stream("a byte order mark", b"\xef\xbb\xbf", _WHOLE),
    _stream("no blank after the colon", _WHOLE.replace(b"data: ", b"data:")),
    _stream("no blank lines", _WHOLE.replace(b"\n\n", b"\n")),
    _stream("many blank lines", _WHOLE.replace(b"\n\n", b"\n\n\n\n\n")),
    _stream("an event in several lines",
            b'data: {"choices": [{"delta":\ndata:  {"content": "Hello, W\xc3\xb6rld"}}\ndata: ]}\n\n',
            finish(), DONE),
    _stream("an event in several lines that end with CR and LF",
            b'data: {"choices": [{"delta":\r\ndata:  {"content": "Hello, W\xc3\xb6rld"}}\r\ndata: ]}',
            b"\r\n\r\n", finish(), DONE),
    _stream("fields nobody needs", b"id: 1\nretry: 5\nevent: message\nfoo: bar\n", _WHOLE),
    _stream("no line end at the end", *_TWO, finish().rstrip()),
    # The end
    _stream("no [DONE]", *_TWO, finish()),
    _stream("data after [DONE]", _WHOLE, say("more")),
    _stream("[DONE] without a reason", *_TWO, DONE),
    _stream("stays open after [DONE]", _WHOLE, 30.0, cut=False),
    _stream("stays open after the reason", *_TWO, finish(), 30.0, cut=False),
    _stream("cut after the reason", *_TWO, finish(), breaks=True),
    # The usage
    _stream("usage without choices", *_TWO, finish(), event({"choices": [], "usage": usage()}), DONE,
            events=[_HELLO, ("usage", 7, 3, 0.0021), _DONE]),
    _stream("usage with the reason", *_TWO,
            event({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": usage()}), DONE,
            events=[_HELLO, ("usage", 7, 3, 0.0021), _DONE]),
    _stream("usage again and again",
            *(event({"choices": [{"delta": {"content": text}}], "usage": usage(cost, tokens)})
              for text, cost, tokens in (("Hello, ", 0.1, 1), ("Wörld", 0.2, 2))),
            finish(), event({"choices": [], "usage": usage(0.3, 3)}), DONE,
            events=[_HELLO, ("usage", 3, 3, 0.3), _DONE]),
    _stream("a cost written as text", _WHOLE.replace(DONE, b""),
            event({"choices": [], "usage": usage("0.25")}), DONE,
            events=[_HELLO, ("usage", 7, 3, 0.25), _DONE]),
    _stream("no cost", _WHOLE.replace(DONE, b""), event({"choices": [], "usage": usage(None)}), DONE,
            events=[_HELLO, ("usage", 7, 3, None), _DONE]),
    _stream("a usage that is none", _WHOLE.replace(DONE, b""), event({"choices": [], "usage": "?"}),
            event({"usage": {"prompt_tokens": None, "prompt_tokens_details": None}}), DONE),
    # The text
    _stream("content of null", chunk({"role": "assistant", "content": None}), _WHOLE),
    _stream("content in parts",
            chunk({"content": [{"type": "text", "text": "Hello, "}, {"type": "image"}, 5]}),
            chunk({"content": [{"type": "text", "text": "Wörld"}]}), finish(), DONE),
    _stream("a thought among the parts",
            chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}),
            _WHOLE, events=[("thought", "hm"), _HELLO, _DONE]),
    _stream("a refusal", chunk({"refusal": "Hello, Wörld"}), finish(), DONE),
    _stream("halves of a letter in two chunks", chunk({"content": "a \ud83d"}),
            chunk({"content": "\ude00 b"}), finish(), DONE, events=[("text", "a \U0001f600 b"), _DONE]),
    _stream("bytes that are no letter", say("a?b").replace(b"?", b"\xff"), finish(), DONE,
            events=[("text", "a\ufffdb"), _DONE]),
    _stream("half a letter, and a zero", chunk({"content": "a \udc00 b\0c"}), finish(), DONE,
            events=[("text", "a \ufffd b\ufffdc"), _DONE]),
    _stream("letters outside of ASCII as bytes", say("Würfel 立方体 \U0001f9ca"), finish(), DONE,
            events=[("text", "Würfel 立方体 \U0001f9ca"), _DONE]),
    _stream("a message in place of a delta",
            plain({"choices": [{"message": {"content": "Hello, Wörld"}, "finish_reason": "stop"}]})),
    _stream("the whole message after its deltas", *_TWO,
            plain({"choices": [{"message": {"content": "Hello, Wörld"}, "finish_reason": "stop"}]})),
    # The chunks
    _stream("chunks that are no objects", b"data: null\n\ndata: 5\n\ndata: []\n\ndata: \"x\"\n\n",
            b"data:\n\n", _WHOLE),
    _stream("choices that are none", event({"choices": None}), event({"choices": ["x", 5]}),
            event({"choices": {"a": 1}}), event({"choices": [{"delta": None}]}), _WHOLE),
    _stream("a pong, a filter's report", event({"choices": [], "prompt_filter_results": [1]}),
            event({"object": "ping"}), _WHOLE),
    # The thoughts
    _stream("thoughts", chunk({"reasoning": "h"}), chunk({"reasoning": "m"}), _WHOLE,
            events=[("thought", "hm"), _HELLO, _DONE]),
    _stream("thoughts by their other name", chunk({"reasoning_content": "hm"}), _WHOLE,
            events=[("thought", "hm"), _HELLO, _DONE]),
    _stream("thoughts in details only",
            chunk({"reasoning_details": [{"type": "reasoning.text", "text": "hm", "index": 0}]}),
            chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}, 5]}), _WHOLE,
            events=[("thought", "hm"), _HELLO, _DONE]),
    # Who answers
    _stream("another model", event({"model": "other/model", "choices": [{"delta": {"content": "H"}}]}),
            _WHOLE, events=[("model", "other/model"), ("text", "HHello, Wörld"), _DONE]),
    _stream("the model with its date",
            event({"model": "script/test-2026-08-06", "choices": [{"delta": {"content": ""}}]}), _WHOLE),
)  # fmt: skip

CALLS = (
    _calling("a call in pieces",
             calls([piece("", "count", id="a", index=0, type="function")],
                   [piece('{"times"', index=0)], [piece(": 2}", index=0)]), _COUNT),
    _calling("a call at once", calls([piece(_ARGUMENTS, "count", id="a", index=0)]), _COUNT),
    _calling("two calls in turns",
             calls([piece("", "count", id="a", index=0), piece("", "names", id="b", index=1)],
                   [piece("{", index=1), piece(_ARGUMENTS[:4], index=0)],
                   [piece(_ARGUMENTS[4:], index=0), piece("}", index=1)]), _COUNT, _NAMES),
    _calling("no index", calls([piece(_ARGUMENTS, "count", id="a")], [piece("{", "names", id="b")],
                               [piece("}")]), _COUNT, _NAMES),
    _calling("index 0 for each call",
             calls([piece(_ARGUMENTS, "count", id="a", index=0)],
                   [piece("{}", "names", id="b", index=0)]), _COUNT, _NAMES),
    _calling("index 0 for each call, and no id",
             calls([piece(_ARGUMENTS, "count", index=0)], [piece("{}", "names", index=0)]),
             _COUNT, _NAMES),
    _calling("neither id nor index", calls([piece(_ARGUMENTS, "count"), piece("{}", "names")]),
             _COUNT, _NAMES),
    _calling("an id with each piece",
             calls([piece(_ARGUMENTS[:5], "count", id="a", index=0)],
                   [piece(_ARGUMENTS[5:], id="a", index=0)]), _COUNT),
    _calling("another id with each piece",
             calls([piece(_ARGUMENTS[:5], "count", id="a", index=0)],
                   [piece(_ARGUMENTS[5:], id="b", index=0)]), _COUNT),
    _calling("an index that moves on", calls([piece(_ARGUMENTS[:5], "count", id="a", index=0)],
                                             [piece(_ARGUMENTS[5:], id="a", index=1)]), _COUNT),
    _calling("an empty id", calls([piece(_ARGUMENTS, "count", id="", index=0)],
                                  [piece("{}", "names", id="", index=1)]), _COUNT, _NAMES),
    _calling("one id for two calls", calls([piece(_ARGUMENTS, "count", id="a", index=0)],
                                           [piece("{}", "names", id="a", index=1)]), _COUNT, _NAMES),
    _calling("the name with each piece", calls([piece(_ARGUMENTS[:5], "count", id="a", index=0)],
                                               [piece(_ARGUMENTS[5:], "count", index=0)]), _COUNT),
    _calling("the name at the end", calls([piece(_ARGUMENTS, id="a", index=0)],
                                          [piece("", "count", index=0)]), _COUNT),
    _calling("an object for arguments", calls([piece({"times": 2}, "count", id="a")]), _COUNT),
    _calling("null for arguments", calls([piece(None, "names", id="a", index=0)]), _NAMES),
    _calling("nothing for arguments", calls([piece("", "names", id="a", index=0)]), _NAMES),
    _calling("name and arguments without a function",
             calls([{"id": "a", "name": "count", "arguments": _ARGUMENTS}]), _COUNT),
    _calling("entries that are none", calls([piece(_ARGUMENTS, "count", id="a")], [None, 5, {}, []]),
             _COUNT),
    _calling("the reason 'stop' after calls",
             calls([piece(_ARGUMENTS, "count", id="a", index=0)], reason="stop"), _COUNT),
    _calling("a function call of old",
             chunk({"function_call": {"name": "count", "arguments": '{"tim'}})
             + chunk({"function_call": {"arguments": 'es": 2}'}}) + finish("function_call"), _COUNT),
    _calling("text, then a call", say("I look.") + calls([piece("{}", "names", id="a")]),
             ("text", "I look."), _NAMES),
    _calling("arguments that are no JSON", calls([piece('{"times": ', "count", id="a")]),
             ("call", "count", '{"times": '), more=[("result", "The arguments are no JSON object")]),
    _calling("arguments that are a list", calls([piece("[1]", "count", id="a")]),
             ("call", "count", [1]), more=[("result", "The arguments are no JSON object")]),
    _calling("a name nobody may have", calls([piece("{}", "functions.names<|x|>", id="a")]),
             ("call", "functions_names_x_", {}), more=[("result", "There is no tool")]),
    _calling("no name", calls([piece("{}", id="a")]), ("call", "unnamed", {}),
             more=[("result", "There is no tool")]),
    _calling("whole calls in a message",
             _message(content=None, tool_calls=[piece(_ARGUMENTS, "count"), piece("{}", "names")]),
             _COUNT, _NAMES),
    _calling("whole calls in a message on many lines",
             json.dumps(json.loads(_message(tool_calls=[piece(_ARGUMENTS, "count")])), indent=1)
             .encode(), _COUNT),
)  # fmt: skip

BREAKS = (
    _stream("cut in an answer", *_TWO, breaks=True,
            events=[_HELLO, ("error", "The answer broke off"), _FAILED]),
    _stream("an end without a reason", *_TWO,
            events=[_HELLO, ("error", "The answer broke off"), _FAILED]),
    _stream("an end in the midst of an event", *_TWO, finish()[:40],
            events=[_HELLO, ("error", "The answer broke off"), _FAILED]),
    _stream("no JSON in an answer", *_TWO, b"data: {broken\n\n", finish(), DONE,
            events=[_HELLO, ("error", "The answer broke off"), _FAILED]),
    _stream("no JSON at once", b"data: {broken\n\n",
            events=[("error", "gave an answer that cannot be read"), _FAILED]),
    _stream("JSON without end", b"data: " + b"[" * 9000 + b"\n\n",
            events=[("error", "gave an answer that cannot be read"), _FAILED]),
    _stream("cut off by the length", *_TWO, finish("length"), DONE,
            events=[_HELLO, ("error", "was cut off"), _FAILED]),
    _stream("half a call cut off by the length", *_TWO,
            calls([piece('{"tim', "count", id="a")], reason="length"),
            events=[_HELLO, ("error", "but for tool calls"), _FAILED]),
    _stream("ended by a filter", *_TWO, finish("content_filter"), DONE,
            events=[_HELLO, ("error", "A filter of the provider"), _FAILED]),
    _stream("the reason 'error'", *_TWO, finish("error"), DONE,
            events=[_HELLO, ("error", "The answer broke off"), _FAILED]),
    _stream("an error after a text, its code a number", *_TWO,
            event({"error": {"code": 502, "message": "gone"}, "choices": [
                {"delta": {"content": ""}, "finish_reason": "error"}]}),
            events=[_HELLO, ("error", "The answer broke off (gone)"), _FAILED]),
    _stream("an error after a text, its code a text", *_TWO,
            event({"error": {"code": "server_error", "message": "gone"}}),
            events=[_HELLO, ("error", "The answer broke off (gone)"), _FAILED]),
    _stream("an error with the last of the text", _TWO[0],
            plain({"error": {"message": "gone"}, "choices": [{"delta": {"content": "Wörld"}}]}),
            events=[_HELLO, ("error", "The answer broke off (gone)"), _FAILED]),
    _stream("an error event after a text", *_TWO, b'event: error\ndata: {"message": "gone"}\n\n',
            events=[_HELLO, ("error", "The answer broke off (gone)"), _FAILED]),
    _stream("an error event that is a text", b"event: error\ndata: \"gone\"\n\n",
            events=[("error", "reported a fault (gone)"), _FAILED]),
    _stream("an error that is a text", event({"error": "gone"}),
            events=[("error", "reported a fault (gone)"), _FAILED]),
    _stream("an error at once that does not pass", chunk({"role": "assistant", "content": ""}),
            event({"error": {"code": 402, "message": "Insufficient credits"}}),
            events=[("error", "There is no credit left"), _FAILED]),
    _stream("a provider's own words in an error", event({"error": {
        "code": 400, "message": "Provider returned error",
        "metadata": {"raw": '{"error": {"message": "seed must be odd"}}'}}}),
            events=[("error", "Provider returned error: seed must be odd"), _FAILED]),
    _stream("nothing but [DONE]", DONE, events=[("error", "gave an empty answer"), _FAILED]),
    _stream("nothing but a role", chunk({"role": "assistant", "content": ""}), DONE,
            events=[("error", "gave an empty answer"), _FAILED]),
    _stream("nothing but comments", b": hm\n\n: hm\n\n",
            events=[("error", "gave an empty answer"), _FAILED]),
    Fault("an error that passes, at once",
          (Raw([chunk({"role": "assistant"}), event({"error": {"code": "503", "message": "busy"}})]),
           Raw([_WHOLE])), (("again", "has a fault (503)"), _HELLO, _DONE), cut=False),
    Fault("cut before the answer", (Raw([b": hm\n\n"], breaks=True), Raw([_WHOLE])),
          (("again", "cannot be reached"), _HELLO, _DONE), cut=False),
)  # fmt: skip

ANSWERS = (
    _answer("a whole answer that is no stream", _message(content="Hello, Wörld"), _HELLO,
            ("usage", 7, 3, 0.0021), _DONE),
    _answer("a web page", b"<!DOCTYPE html>\n<html><body>data: hm</body></html>",
            ("error", "answered with a web page"), kind="text/html"),
    _answer("nothing", b"", ("error", "gave an empty answer")),
    _answer("JSON without choices", b'{"object": "list", "data": []}',
            ("error", "something else than a model's answer")),
    _answer("a plain text", b"Ollama is running", ("error", "(Ollama is running)"), kind="text/plain"),
    _answer("an error in the body of a 200", b'{"error": {"code": 402, "message": "No credit"}}',
            ("error", "There is no credit left")),
    _answer("a web page with a 404", b"<html>404</html>", ("error", "There is no chat at"),
            kind="text/html", status=404),
    _answer("a plain text with a 404", b"404 page not found", ("error", "There is no chat at"),
            kind="text/plain", status=404),
    _answer("a web page with a 502", b"<html><h1>Bad gateway</h1></html>",
            ("again", "has a fault (502)"), ("again", "has a fault (502)"),
            ("error", "has a fault (502: Bad Gateway)"), kind="text/html", status=502,
            headers={"Retry-After": "0"}),
    _answer("a redirect", b"", ("error", "http://elsewhere.invalid/v1, and was not followed"),
            status=307, headers={"Location": "http://u:p@elsewhere.invalid/v1/chat/completions"}),
    _answer("a refusal in FastAPI's form", b'{"detail": "no"}', ("error", "(400: no)"), status=400),
    _answer("a refusal in Ollama's form", b'{"error": "no"}', ("error", "(400: no)"), status=400),
    _answer("a refusal without words", b"", ("error", "(400: Bad Request)"), status=400),
)  # fmt: skip

_AGAIN = ("again", "takes no more requests for now")

REFUSALS = (
    _told(400, "seed must be odd", "did not take the request (400: seed must be odd)"),
    _told(401, "User not found.", "wants a key (User not found.)"),
    _told(402, "Insufficient credits", "There is no credit left"),
    _told(403, "Flagged", "refused this request (Flagged)"),
    _told(404, "No endpoints found for x", "has no model 'script/test' that can do this"),
    _told(404, "No endpoints found that support tool use", "cannot call tools"),
    _told(400, "registry.ollama.ai/library/gemma:2b does not support tools", "cannot call tools"),
    _told(500, "tools param requires --jinja flag", "cannot call tools"),
    _told(400, '"auto" tool choice requires --enable-auto-tool-choice', "cannot call tools"),
    _told(408, "Timed out", "has a fault (408: Timed out)", *[("again", "has a fault (408)")] * 2),
    _told(413, "Payload too large", "has grown too long"),
    _told(429, "Slow down", "takes no more requests for now (Slow down)", _AGAIN, _AGAIN),
    _told(500, "Oh no", "has a fault (500: Oh no)", *[("again", "has a fault (500)")] * 2),
    _told(501, "Not made", "has a fault (501: Not made)"),
    _told(504, "Late", "has a fault (504: Late)", *[("again", "has a fault (504)")] * 2),
    Fault("429, then an answer", (Refuse(429, "Slow down", {"Retry-After": "0"}), Raw([_WHOLE])),
          (_AGAIN, _HELLO, _DONE), cut=False),
    Fault("429 with a wait too long", (Refuse(429, "Slow down", {"Retry-After": "300"}),),
          (("error", "It asks to wait 5 minutes, then try again."), _FAILED), cut=False),
)  # fmt: skip

ALL = (*STREAMS, *CALLS, *BREAKS, *ANSWERS, *REFUSALS)
