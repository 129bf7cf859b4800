"""Lists of models as OpenRouter, Ollama, LM Studio and llama.cpp give them, broken ones, and a
server on 127.0.0.1 that answers with them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .server import chunk

Page = Any
"""What is answered: JSON, bytes as they are, or a status other than 200."""

FULL: dict[str, Any] = {
    "id": "anthropic/claude-sonnet-4.5",
    "canonical_slug": "anthropic/claude-4.5-sonnet-20250929",
    "name": "Anthropic: Claude Sonnet 4.5",
    "created": 1759161676,
    "description": "Made for agents.",
    "context_length": 200_000,
    "architecture": {
        "modality": "text+image->text",
        "input_modalities": ["text", "image", "file"],
        "output_modalities": ["text"],
        "tokenizer": "Claude",
    },
    "pricing": {
        "prompt": "0.000003",
        "completion": "0.000015",
        "request": "0",
        "image": "0.0048",
        "web_search": "0.01",
        "input_cache_read": "0.0000003",
        "input_cache_write": "0.00000375",
    },
    "supported_parameters": ["max_tokens", "reasoning", "structured_outputs", "tools"],
    "expiration_date": None,
}


def openrouter(id: str, name: str, **changes: Any) -> dict[str, Any]:
    """Return an entry of OpenRouter's list: `FULL` under another name, with changes."""
    return {**FULL, "id": id, "name": name, "created": 1750000000, **changes}


def priced(prompt: str, completion: str) -> dict[str, str]:
    """Return prices as OpenRouter writes them."""
    return {"prompt": prompt, "completion": completion, "request": "0", "image": "0"}


OPENROUTER = [
    FULL,
    openrouter(
        "openai/gpt-5-mini", "OpenAI: GPT-5 Mini", context_length=400_000,
        pricing=priced("0.00000025", "0.000002"),
        reasoning={"supported_efforts": ["minimal", "low", "medium", "high"]},
    ),
    openrouter(
        "google/gemini-3-pro", "Google: Gemini 3 Pro", context_length=1_048_576,
        pricing=priced("0.000002", "0.000012"), created=1763000000,
    ),
    openrouter(
        "qwen/qwen3-coder:free", "Qwen: Qwen3 Coder (free)", context_length=262_144,
        pricing=priced("0", "0"), architecture={"input_modalities": ["text"]},
        supported_parameters=["tools"],
    ),
    openrouter(
        "sao/roleplay-8b", "Sao: Roleplay 8B", context_length=8192,
        pricing=priced("0.00000004", "0.00000005"), architecture={"input_modalities": ["text"]},
        supported_parameters=["temperature"],
    ),
    openrouter("openrouter/auto", "Auto Router", pricing=priced("-1", "-1")),
    openrouter(
        "black-forest/flux", "FLUX", architecture={
            "input_modalities": ["text"], "output_modalities": ["image"]
        },
    ),
]  # fmt: skip

BROKEN_ENTRIES: list[Any] = [
    None,
    7,
    [],
    {},
    {"id": None},
    {"id": 5, "name": "No id"},
    {"id": "x" * 5000},
    {"id": "odd/everything", "name": 3, "context_length": "many", "architecture": "text",
     "pricing": ["0"], "supported_parameters": "tools", "created": -1, "reasoning": []},
    {"id": "odd/prices", "name": "Odd \ud800 Prices", "context_length": -5,
     "pricing": {"prompt": "a lot", "completion": None, "input_cache_read": "nan"},
     "architecture": {"input_modalities": None}, "expiration_date": 20270131},
]  # fmt: skip


def many(count: int) -> list[dict[str, Any]]:
    """Return a long list."""
    return [
        openrouter(
            f"vendor-{number % 50}/model-{number}", f"Vendor {number % 50}: Model {number}",
            description="What it is good at. " * 45,
            context_length=1000 + number,
        )
        for number in range(count)
    ]  # fmt: skip


OLLAMA: dict[str, Page] = {
    "/api/version": {"version": "0.12.3"},
    "/v1/models": {
        "object": "list",
        "data": [
            {"id": name, "object": "model", "created": 1759000000, "owned_by": "library"}
            for name in ("qwen3:8b", "llava:7b", "nomic-embed-text:latest")
        ],
    },
    "/api/ps": {"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "context_length": 16384}]},
    "/api/show qwen3:8b": {
        "capabilities": ["completion", "tools", "thinking"],
        "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
        "parameters": "stop \"<|im_end|>\"\ntemperature 0.6",
    },
    "/api/show llava:7b": {
        "capabilities": ["completion", "vision"],
        "model_info": {"general.architecture": "llama", "llama.context_length": 32768},
        "parameters": "num_ctx                        4096\nstop \"</s>\"",
    },
    "/api/show nomic-embed-text:latest": {
        "capabilities": ["embedding"],
        "model_info": {"nomic-bert.context_length": 2048},
    },
}  # fmt: skip

LM_STUDIO: dict[str, Page] = {
    "/v1/models": {
        "object": "list",
        "data": [
            {"id": name, "object": "model", "owned_by": "organization_owner"}
            for name in ("qwen2-vl-7b-instruct", "llama-3.1-8b", "text-embedding-nomic")
        ],
    },
    "/api/v0/models": {
        "object": "list",
        "data": [
            {"id": "qwen2-vl-7b-instruct", "object": "model", "type": "vlm",
             "state": "not-loaded", "max_context_length": 32768},
            {"id": "llama-3.1-8b", "object": "model", "type": "llm", "state": "loaded",
             "max_context_length": 131072, "loaded_context_length": 8192,
             "capabilities": ["tool_use"]},
            {"id": "text-embedding-nomic", "object": "model", "type": "embeddings",
             "max_context_length": 2048},
        ],
    },
    # It answers so, with 200, to whatever it does not know.
    "/props": {"error": "Unexpected endpoint or method. (GET /props)"},
    "/api/version": {"error": "Unexpected endpoint or method. (GET /api/version)"},
}  # fmt: skip

LLAMA_CPP: dict[str, Page] = {
    "/v1/models": {
        "models": [{"name": "../models/SmolLM2-135M.gguf"}],
        "object": "list",
        "data": [
            {"id": "../models/SmolLM2-135M.gguf", "object": "model", "created": 1735142223,
             "owned_by": "llamacpp", "meta": {"n_ctx_train": 8192, "n_params": 134515008}},
        ],
    },
    "/props": {
        "default_generation_settings": {"id": 0, "n_ctx": 4096},
        "total_slots": 1,
        "modalities": {"vision": False},
    },
}  # fmt: skip


def answer(text: str) -> bytes:
    """Return a whole streamed answer of a model."""
    return chunk({"role": "assistant", "content": text}) + chunk({}, "stop") + b"data: [DONE]\n\n"


class ModelServer:
    """Answers with pages, by path, inside a `with` block; 404 for all others.

    Attributes:
        root: Its address, without a path.
        asked: Method, path and key of each request so far.
    """

    def __init__(self, pages: Mapping[str, Page]) -> None:
        """Serve `pages`; that of a POST is looked for by its path and the model it names."""
        self.pages = dict(pages)
        self.asked: list[tuple[str, str, str]] = []
        served = self

        class Handler(_Handler):
            owner = served

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.root = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ModelServer:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def paths(self) -> list[str]:
        """What was asked for so far."""
        return [path for _, path, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    owner: ModelServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer("GET", self.path)

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer("POST", f"{self.path} {sent.get('model', '')}".strip())

    def _answer(self, method: str, path: str) -> None:
        key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        self.owner.asked.append((method, path, key))
        page = self.owner.pages.get(path, 404)
        if callable(page):
            page = page(key)
        status = page if isinstance(page, int) else 200
        data = page if isinstance(page, bytes) else b"" if isinstance(page, int) else _json(page)
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", f"{self.owner.root}/elsewhere")
        kind = "text/html" if isinstance(page, bytes) else "application/json"
        self.send_header("Content-Type", "text/event-stream" if "/chat/" in path else kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:  # the client had enough
            self.close_connection = True


def _json(page: Any) -> bytes:
    return json.dumps(page).encode()
