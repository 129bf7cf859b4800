"""The stand-in's server: OpenRouter's streaming protocol on 127.0.0.1, honest about what it gets.

As a provider would, it answers 400 to a request without tools, with a schema that is none, or with
a history in which a tool call lacks its result. Beyond that it checks the product: each scripted
call must fit the schema *in the request*, and a result may be an error only where the script
expects one.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jsonschema

from .script import Call, Raw, Refuse, Result, Round, Say, Script

_PIECE = 24
"""Characters of a text, or of a call's arguments, in one chunk."""


class BadRequest(Exception):
    """What a provider would answer 400 to. The message says what is wrong."""


class StandIn:
    """A server for one script, running inside a `with` block.

    Attributes:
        url: The endpoint to give to the chat.
        requests: The bodies of all requests so far, for tests to look into.
        sent: The same as they came, byte by byte.
        characters_per_token: By which requests and answers are counted; 0 for no count.
        cost: USD per round, None for an endpoint that does not say.
    """

    def __init__(self, script: Script, key: str = "") -> None:
        """Play `script`, to those who bring `key` if there is one."""
        self.script = script
        self.key = key
        self.requests: list[dict[str, Any]] = []
        self.sent: list[bytes] = []
        self.characters_per_token = 0
        self.cost: float | None = 0
        self.closing = threading.Event()
        stand_in = self

        class Handler(_Handler):
            owner = stand_in

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/api/v1"

    def __enter__(self) -> StandIn:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    owner: StandIn
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a provider's proxy does not hold a token back for 40 ms

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client may leave at any time
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing: the demo's output is the conversation."""

    def do_GET(self) -> None:
        if not self.path.endswith("/models"):
            self._refuse(Refuse(404, "No such page"))
            return
        name = self.owner.script.name
        model = {
            "id": f"script/{name}", "name": "A script, not a model", "context_length": 200_000,
            "supported_parameters": ["tools", "reasoning"],
            "reasoning": {"supported_efforts": ["low", "high"]},
        }  # fmt: skip
        self._send_json(200, {"data": [model]})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if not sent:  # the client left before it had said anything: Stop does that
            self.close_connection = True
            return
        body = json.loads(sent)
        self.owner.requests.append(body)
        self.owner.sent.append(sent)
        if self.owner.key and self.headers.get("Authorization") != f"Bearer {self.owner.key}":
            self._refuse(Refuse(401, "No auth credentials found"))
            return
        try:
            round_ = _next_round(self.owner.script, body)
        except BadRequest as error:
            self._refuse(Refuse(400, f"The stand-in, a script, objects: {error}"))
            return
        if isinstance(round_, Refuse):
            self._refuse(round_)
            return
        raw = round_ if isinstance(round_, Raw) else Raw(())
        self.send_response(raw.status)
        for name, text in raw.headers.items():
            self.send_header(name, text)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            if isinstance(round_, Raw):
                self._raw(round_)
            else:
                for piece in _streamed(round_, self.owner, body["model"], len(sent)):
                    self._chunk(piece)
                self._chunk(b"")
        except OSError:  # the client left: Stop does that
            self.close_connection = True

    def _raw(self, round_: Raw) -> None:
        for part in round_.parts:
            if isinstance(part, bytes):
                self._chunk(part)
            else:
                self.owner.closing.wait(part)
        if round_.breaks:
            self.close_connection = True
        else:
            self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _refuse(self, refusal: Refuse) -> None:
        error = {"error": {"message": refusal.message, "code": refusal.status}}
        self._send_json(refusal.status, error, dict(refusal.headers))

    def _send_json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)


def event(value: Any) -> bytes:
    """Return a server-sent event that carries a JSON value."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """Return the event of one chunk of an answer."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "gen-script", "object": "chat.completion.chunk", "created": 0,
                  "choices": [choice]})  # fmt: skip


def _next_round(script: Script, body: dict[str, Any]) -> Say | Refuse | Raw:
    tools = _tools_of(body)
    messages = body.get("messages") or []
    _check_history(messages)
    said = [index for index, message in enumerate(messages) if _is_prompt(message)]
    if not said:
        raise BadRequest("there is no message of the user's")
    prompt = messages[said[-1]]["content"]
    rounds = script.rounds_for(prompt)
    if rounds is None:
        raise BadRequest(f"the script {script.name!r} has nothing for {prompt!r}")
    turn = messages[said[-1] + 1 :]
    place = sum(message["role"] == "assistant" for message in turn)
    if place >= len(rounds):
        raise BadRequest(f"the script has only {len(rounds)} rounds for {prompt!r}")
    results = [Result(_unmarked(each["content"])) for each in turn if each["role"] == "tool"]
    _check_results(rounds[:place], results)
    round_ = rounds[place]
    played: Say | Refuse | Raw = round_(results) if callable(round_) else round_
    if isinstance(played, Say):
        for call in played.calls:
            _check_call(call, tools)
    return played


def _tools_of(body: dict[str, Any]) -> dict[str, Any]:
    if not body.get("stream"):
        raise BadRequest("only streamed answers are played")
    tools = body.get("tools") or []
    if not tools and "response_format" not in body:
        raise BadRequest("no tools were sent")
    schemas = {each["function"]["name"]: each["function"]["parameters"] for each in tools}
    for name, schema in schemas.items():
        if (fault := _fault_of(json.dumps(schema))) is not None:
            raise BadRequest(f"the schema of {name} is none: {fault}")
    return schemas


@cache
def _fault_of(schema: str) -> str | None:
    """A request brings the same twenty schemas each round; checking them takes 65 ms."""
    try:
        jsonschema.Draft202012Validator.check_schema(json.loads(schema))
    except jsonschema.SchemaError as error:
        return str(error.message)
    return None


def _is_prompt(message: dict[str, Any]) -> bool:
    """Pictures come as the user's messages too, and so do results where there are no tool calls."""
    content = message["content"]
    ours = not isinstance(content, str) or content.startswith("<blender>")
    return message["role"] == "user" and not ours


def _unmarked(content: str) -> str:
    if not (content.startswith("<blender>") and content.endswith("</blender>")):
        raise BadRequest(f"a result that is not marked as data: {content[:80]!r}")
    return content.removeprefix("<blender>").removesuffix("</blender>")


def _check_history(messages: list[dict[str, Any]]) -> None:
    open_calls: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                raise BadRequest(f"a result for no call: {message['tool_call_id']!r}")
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            raise BadRequest(f"no result for the call {open_calls[0]!r}")
        for call in message.get("tool_calls") or ():
            if not isinstance(json.loads(call["function"]["arguments"]), dict):
                raise BadRequest("arguments in the history that are no object")
            if not call["id"] or call["id"] in open_calls:
                raise BadRequest("a call's id is missing or there twice")
            open_calls.append(call["id"])
    if open_calls:
        raise BadRequest(f"no result for the call {open_calls[0]!r}")


def _check_results(rounds: Any, results: list[Result]) -> None:
    """Errors are fine only where the script expects them. Rounds made on the way are asked again."""
    made: list[Call] = []
    for round_ in rounds:
        played = round_(results[: len(made)]) if callable(round_) else round_
        if isinstance(played, Say):
            made.extend(played.calls)
    for call, result in zip(made, results):
        if result.failed != call.fails:
            expected = "an error" if call.fails else "no error"
            raise BadRequest(f"{call.name} brought {result.text!r}; {expected} was expected")


def _check_call(call: Call, schemas: dict[str, Any]) -> None:
    if call.name not in schemas:
        if call.fails:
            return
        raise BadRequest(f"the script calls {call.name}, which was not offered")
    try:
        jsonschema.validate(dict(call.arguments), schemas[call.name])
    except jsonschema.ValidationError as error:
        if not call.fails:
            raise BadRequest(f"the script's call of {call.name}: {error.message}") from None


def _streamed(said: Say, owner: StandIn, model: str, sent: int) -> Iterator[bytes]:
    yield b": OPENROUTER PROCESSING\n\n"
    yield chunk({"role": "assistant", "content": ""})
    for piece in _pieces(said.reasoning):
        yield chunk({"reasoning": piece})
    for piece in _pieces(said.text):
        yield chunk({"content": piece})
    for index, call in enumerate(said.calls):
        function = {"name": call.name, "arguments": ""}
        identity = f"call_{index}_{time.monotonic_ns()}"
        yield chunk({"tool_calls": [{"index": index, "id": identity, "type": "function",
                                     "function": function}]})  # fmt: skip
        for piece in _pieces(json.dumps(call.arguments)):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, "tool_calls" if said.calls else "stop")
    per_token = owner.characters_per_token
    tokens = sent // per_token if per_token else 0
    wrote = (len(said.text) + len(said.reasoning)) // per_token if per_token else 0
    cost = {} if owner.cost is None else {"cost": owner.cost}
    yield event({
        "id": "gen-script", "object": "chat.completion.chunk", "created": 0,
        "model": model, "choices": [],
        "usage": {"prompt_tokens": tokens, "completion_tokens": wrote,
                  "total_tokens": tokens + wrote, **cost},
    })  # fmt: skip
    yield b"data: [DONE]\n\n"


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


__all__ = ["Call", "Raw", "Refuse", "Round", "Say", "Script", "StandIn", "chunk", "event"]
