"""What goes wrong between here and the model, over real sockets: the sentence for each of it."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ipaddress
import json
import socket
import socketserver
import ssl
import threading
from itertools import count, repeat

import pytest
from scene_chat.chat import network, settings
from scene_chat.chat.events import Retry
from scene_chat.chat.failures import ContextFull, ModelFailed, PicturesRefused, ToolsRefused
from scene_chat.chat.keys import Key
from scene_chat.chat.model import PATIENCE, Model, Patience
from scene_chat.chat.settings import Settings
from standin.faults import DONE, finish, say

KEY = Key("sk-or-v1-secret", "the preferences")
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
WHOLE = say("Hello") + finish() + DONE
HURRY = Patience(rest=0.2, backoff=0.01)


class Wire:
    """A server of bytes: each request is answered by what `answers` holds for it.

    An answer is bytes and pauses in seconds; the connection is cut after it, unless the client may
    go on with it. `requests` holds the headers, in small letters, and the body of each.
    """

    def __init__(self, *answers, keeps=False, tls=None):
        self.requests = []
        self.connections = 0
        self.sent = 0
        self.closing = threading.Event()
        left = list(answers)
        wire = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                wire.connections += 1
                if tls is not None:
                    try:
                        self.request = tls.wrap_socket(self.request, server_side=True)
                    except OSError:
                        return
                    self.setup()
                while (request := self.read()) is not None:
                    wire.requests.append(request)
                    try:
                        for part in left.pop(0) if len(left) > 1 else left[0]:
                            self.send(part)
                    except OSError:
                        return
                    if not keeps:
                        return

            def read(self):
                try:
                    self.rfile.readline()
                    headers = {}
                    while line := self.rfile.readline().decode().strip():
                        name, _, value = line.partition(":")
                        headers[name.lower()] = value.strip()
                    size = int(headers.get("content-length", 0))
                    return (headers, self.rfile.read(size)) if size else None
                except OSError:
                    return None

            def send(self, part):
                if isinstance(part, bytes):
                    self.wfile.write(part)
                    wire.sent += len(part)
                elif wire.closing.wait(part):
                    raise OSError("the test is over")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def head(status=200, *lines, kind="text/event-stream"):
    return "\r\n".join((f"HTTP/1.1 {status} x", f"Content-Type: {kind}", *lines, "", "")).encode()


def refusal(status, error, *lines):
    body = json.dumps({"error": error}).encode()
    return [head(status, f"Content-Length: {len(body)}", *lines) + body]


def ask(model, patience=HURRY, **body):
    """Ask once; return what came, the failure as the last of it."""
    if isinstance(model, str):
        model = Settings(model, "m")

    async def asked():
        asking = Model(model, patience)
        came = []
        try:
            async for chunk in asking.stream(
                {"model": "m", "messages": [], "stream": True, **body}
            ):
                came.append(chunk)
        except ModelFailed as failed:
            came.append(failed)
        finally:
            await asking.aclose()
        return came

    return asyncio.run(asked())


def texts(came):
    return [each["choices"][0]["delta"]["content"] for each in came
            if isinstance(each, dict) and each["choices"][0]["delta"].get("content")]  # fmt: skip


def failure(came, kind):
    assert isinstance(came[-1], ModelFailed), came
    assert came[-1].kind == kind
    return str(came[-1])


@pytest.fixture
def remote(monkeypatch):
    """Settings for an endpoint elsewhere, which does not exist; no proxy in the environment."""
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    return Settings("http://model.invalid/v1", "m", KEY)


# How long is waited


def test_a_host_that_takes_no_connection(monkeypatch):
    monkeypatch.setattr(network, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = []
        for _ in range(4):  # more than the queue takes
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(("127.0.0.1", port))
        came = ask(f"http://127.0.0.1:{port}/v1")
        for each in waiting:
            each.close()
    assert "cannot be reached (no connection within 1 second)" in failure(came, "network")


@pytest.mark.parametrize(
    "answer",
    [[30.0], [head(), 30.0], [head(), say(""), 30.0], [head(), *(b": hm\n\n", 0.05) * 200]],
    ids=["nothing", "headers", "a role", "comments"],
)
def test_a_model_that_begins_no_answer_is_not_asked_again(answer):
    with Wire(answer) as wire:
        came = ask(wire.url, Patience(answer=0.4))
        assert len(wire.requests) == 1
    assert len(came) == 1
    assert "began no answer within 1 second. Try again, or choose a faster" in failure(
        came, "silence"
    )


def test_a_silence_in_an_answer():
    with Wire([head(), say("Hello"), 30.0]) as wire:
        came = ask(wire.url, Patience(bytes=0.2))
    assert texts(came) == ["Hello"]
    assert failure(came, "silence") == (
        "The answer stopped: nothing came for 1 second. What had come of it is kept; try again."
    )


def test_comments_stretch_a_silence_but_not_for_ever():
    comments = (b": OPENROUTER PROCESSING\n\n", 0.3)
    with Wire([head(), say("Hello"), *comments * 6, WHOLE]) as wire:
        assert texts(ask(wire.url, Patience(bytes=1.5))) == ["Hello", "Hello"]
    with Wire([head(), say("Hello"), *comments * 100]) as wire:
        assert "The answer stopped" in failure(ask(wire.url, Patience(answer=0.5)), "silence")


def test_an_answer_may_take_longer_than_its_pieces():
    with Wire([head(), *(say("a"), 0.3) * 6, WHOLE]) as wire:
        assert texts(ask(wire.url, Patience(answer=1.5))) == [*"aaaaaa", "Hello"]


def test_a_minutes_silence_is_none():
    assert min(PATIENCE.answer, PATIENCE.bytes) > 60


# Trying again


def test_a_host_where_nothing_listens_is_tried_three_times():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    first, second, _ = came = ask(f"http://127.0.0.1:{port}/v1")
    assert first.why == second.why == f"127.0.0.1:{port} cannot be reached"
    assert 0.0075 <= first.seconds <= 0.0125
    assert 0.015 <= second.seconds <= 0.025
    assert "Is the program that serves the model running?" in failure(came, "network")


def test_a_host_that_nobody_knows(remote):
    came = ask(remote)
    assert "Check the network and the endpoint's address." in failure(came, "network")


def test_a_connection_that_is_lost_before_the_answer_is_made_again():
    with Wire(
        [head(), b": hm\n\n"], [head(200, "Content-Length: 999"), b": hm"], [head(), WHOLE]
    ) as (wire):
        came = ask(wire.url)
        assert len(wire.requests) == 1  # it ended as it may, only with nothing in it
        assert "gave an empty answer" in failure(came, "broken")
        again, *rest = ask(wire.url)
        assert isinstance(again, Retry)
        assert texts(rest) == ["Hello"]


def test_what_was_shown_is_not_asked_for_again():
    error = b'data: {"error": {"code": 503, "message": "gone"}}\n\n'
    with Wire([head(), say("Hello"), error]) as wire:
        came = ask(wire.url)
        assert len(wire.requests) == 1
    assert texts(came) == ["Hello"]
    assert "The answer broke off (gone)" in failure(came, "broken")


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [(["Retry-After: 0"], 0), (["retry-after-ms: 20"], 0.02), (["Retry-After: 0.01"], 0.01)],
)
def test_a_wait_that_is_asked_for_is_kept(lines, seconds):
    busy = refusal(429, {"message": "Slow down"}, *lines)
    with Wire(busy, [head(), WHOLE]) as wire:
        again, *rest = ask(wire.url)
    assert again == Retry(seconds, f"127.0.0.1:{wire.port} takes no more requests for now")
    assert texts(rest) == ["Hello"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["Retry-After: 3600"], "It asks to wait 60 minutes, then try again."),
        # By the endpoint's own clock, whatever this one's says.
        (["Date: Thu, 01 Jan 1998 00:00:00 GMT", "Retry-After: Thu, 01 Jan 1998 00:10:00 GMT"],
         "It asks to wait 10 minutes, then try again."),
    ],
)  # fmt: skip
def test_a_wait_too_long_is_told_and_not_kept(lines, told):
    with Wire(refusal(429, {"message": "Slow down"}, *lines)) as wire:
        came = ask(wire.url)
    assert len(came) == 1
    assert told in failure(came, "busy")


@pytest.mark.parametrize("told", ["soon", "", "-5", "Thu, 99 Jan", "1e999", "9" * 400])
def test_a_wait_that_is_none_does_no_harm(told):
    with Wire(refusal(429, {"message": "Slow down"}, f"Retry-After: {told}")) as wire:
        failure(ask(wire.url), "busy")


# The person's other models


@pytest.mark.parametrize(
    "first",
    [refusal(404, {"message": "no such model"}), refusal(501, {"message": "no"}), [head(), 30.0]],
    ids=["404", "501", "silence"],
)
def test_where_a_model_fails_the_next_is_asked(first):
    with Wire(first, [head(), WHOLE]) as wire:
        one = Settings(wire.url, "m", fallbacks=("other",))
        again, *rest = ask(one, Patience(answer=1.0), tools=TOOLS)
        bodies = [json.loads(body) for _, body in wire.requests]
    assert again.seconds == 0
    assert again.why.endswith("; other is asked instead")
    assert texts(rest) == ["Hello"]
    assert bodies[1] == {**bodies[0], "model": "other"}


def test_where_all_fail_the_last_is_told():
    with Wire(refusal(404, {"message": "no such model"})) as wire:
        came = ask(Settings(wire.url, "m", fallbacks=("other", "third")))
        assert len(wire.requests) == 3
    assert "has no model 'third'" in failure(came, "model")


@pytest.mark.parametrize("status", [401, 402, 403])
def test_what_no_other_model_mends_is_told_at_once(status):
    with Wire(refusal(status, {"message": "no"})) as wire:
        came = ask(Settings(wire.url, "m", fallbacks=("other",)))
    assert len(came) == 1


def test_no_other_model_goes_on_with_an_answer_that_was_begun():
    with Wire([head(), say("Hello"), 30.0]) as wire:
        came = ask(Settings(wire.url, "m", fallbacks=("other",)), Patience(bytes=0.2))
        assert len(wire.requests) == 1
    failure(came, "silence")


def test_openrouter_goes_on_to_the_next_model_itself(monkeypatch):
    with Wire(refusal(404, {"message": "none of them"})) as wire:
        monkeypatch.setattr(settings, "OPENROUTER", wire.url)
        came = ask(Settings(wire.url, "m", KEY, fallbacks=("other",)), models=["m", "other"])
        assert len(wire.requests) == 1
    failure(came, "model")


# What is sent, and to whom


def test_the_body_is_sent_as_it_was_made():
    body = {
        "tools": TOOLS,
        "z": [1, None, "ü\U0001f600"],
        "messages": [{"role": "user", "content": "a"}],
    }
    with Wire([head(), WHOLE]) as wire:
        ask(wire.url, **body)
    sent = json.loads(wire.requests[0][1])
    assert sent == {"model": "m", "stream": True, **body}
    assert list(sent) == ["model", "messages", "stream", "tools", "z"]


def test_no_header_leaves_but_those_that_are_needed(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Own: 1\nAuthorization: Bearer sk-other")
    with Wire([head(), WHOLE]) as wire:
        ask(Settings(wire.url, "m", KEY))
        ask(wire.url)
    (with_key, _), (without, _) = wire.requests
    assert with_key["authorization"] == "Bearer sk-or-v1-secret"
    assert "authorization" not in without
    assert set(with_key) - {"authorization"} == {
        "host", "accept", "accept-encoding", "connection", "user-agent", "content-length",
        "content-type",
    }  # fmt: skip


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_the_key_does_not_follow(status):
    with Wire([head(), WHOLE]) as other:
        moved = [head(status, f"Location: {other.url}/chat/completions?a=b", "Content-Length: 0")]
        with Wire(moved) as wire:
            came = ask(Settings(wire.url, "m", KEY))
            assert len(wire.requests) == 1
        assert other.connections == 0
    assert failure(came, "address") == (
        f"127.0.0.1:{wire.port} leads to another address, {other.url}, and was not followed, since "
        "your key would go there. If you trust that address, enter it as the endpoint."
    )


def test_the_next_round_goes_over_the_same_connection():
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(WHOLE), WHOLE)
    answer = [head(200, "Transfer-Encoding: chunked"), chunked]

    async def twice(url):
        model = Model(Settings(url, "m"), HURRY)
        for _ in range(2):
            async for _ in model.stream({"model": "m", "messages": []}):
                continue
        await model.aclose()

    with Wire(answer, keeps=True) as wire:
        asyncio.run(twice(wire.url))
        assert (len(wire.requests), wire.connections) == (2, 1)


@pytest.mark.parametrize("value", ["sk or", 'sk"or', "sk\nor", "sk\u2013or", "sk\0or"])
def test_a_key_that_no_header_can_carry_is_told_before_it_is_sent(value, remote):
    problem = Settings(remote.endpoint, "m", Key(value, "the preferences")).problem()
    if value != 'sk"or':  # a header could carry that one; the endpoint says what it thinks of it
        assert "The key holds characters that no key can have" in problem
    assert value not in problem


# Far too much


@pytest.mark.parametrize(
    ("parts", "kind", "told"),
    [
        (repeat(b"data: " + b"x" * 60_000), "broken", "sent far more than an answer"),
        (repeat(b"<p>" * 20_000 + b"\n"), "broken", "sent far more than an answer"),
        (repeat(b": hm\n\n" * 10_000), "broken", "sent far more than an answer"),
        (repeat(say("x" * 60_000)), "broken", "The answer was ended here: more than 2 MB came"),
    ],
    ids=["a line", "a web page", "comments", "an answer"],
)
def test_no_more_is_read_than_the_limit(monkeypatch, parts, kind, told):
    monkeypatch.setattr(network, "ANSWER_LIMIT", 2 * 2**20)
    with Wire((head() if n == 0 else part) for n, part in zip(count(), parts)) as wire:
        assert told in failure(ask(wire.url), kind)
    assert wire.sent < 20 * 2**20  # the limit, and what the system keeps under way


def test_a_list_is_not_read_beyond_the_limit_either(monkeypatch):
    async def read(url):
        async with network.client(url, silence=5.0) as client:
            await client.post(url, content=b"x")

    monkeypatch.setattr(network, "ANSWER_LIMIT", 2 * 2**20)
    with (
        Wire([head(), *repeat(b"x" * 60_000, 2_000)]) as wire,
        pytest.raises(network.AnswerTooLong, match="more than 2 MB came"),
    ):
        asyncio.run(read(wire.url))


def test_of_an_error_only_the_beginning_is_read():
    endless = [
        head(400, kind="text/plain"),
        b"No, and this is why: ",
        *repeat(b"x" * 60_000, 2_000),
    ]
    with Wire(endless) as wire:
        message = failure(ask(wire.url), "refused")
    assert "(400: No, and this is why: xxx" in message
    assert len(message) < 500
    assert wire.sent < 20 * 2**20


def test_what_grows_when_unpacked_is_ended_too(monkeypatch):
    monkeypatch.setattr(network, "ANSWER_LIMIT", 2 * 2**20)
    packed = gzip.compress(b": hm\n\n" * 2**21)
    with Wire([head(200, "Content-Encoding: gzip"), packed]) as wire:
        assert "sent far more than an answer" in failure(ask(wire.url), "broken")
    assert len(packed) < 2**20


# This machine's own settings


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("HTTP_PROXY", "http://127.0.0.1:9", "through the proxy that HTTP_PROXY names ("),
        ("HTTP_PROXY", "proxy.invalid", "through the proxy that HTTP_PROXY names ("),
        ("ALL_PROXY", "http://127.0.0.1:9", "through the proxy that ALL_PROXY names ("),
        ("HTTP_PROXY", "ftp://x", "The proxy that HTTP_PROXY names cannot be used ("),
        ("HTTP_PROXY", "socks5://x", "The proxy that HTTP_PROXY names cannot be used ("),
    ],
)
def test_a_proxy_that_does_not_work_is_named(remote, monkeypatch, name, value, told):
    monkeypatch.setenv(name, value)
    message = failure(ask(remote), "network")
    assert told in message
    assert "start Blender again" in message


def test_a_proxy_that_refuses(remote, monkeypatch):
    with Wire([head(407, "Content-Length: 0")]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        tunnel = Settings("https://model.invalid/v1", "m", KEY)
        # A tunnel is asked for without a body, so the wire gives no answer and hangs up.
        assert "through the proxy that HTTPS_PROXY names (" in failure(ask(tunnel), "network")


def test_no_proxy_stands_before_this_machine(remote, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "ftp://x")
    with Wire([head(), WHOLE]) as wire:
        assert texts(ask(wire.url)) == ["Hello"]


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_certificates_that_cannot_be_read(remote, monkeypatch, tmp_path, content):
    file = tmp_path / "certificates.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    message = failure(ask(remote), "network")
    assert "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read" in message


@pytest.fixture(scope="module")
def make_tls(tmp_path_factory):
    """Make a server's side of TLS, with a certificate that nobody knows."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    folder = tmp_path_factory.mktemp("tls")

    def made(issuer="standin", begins=-1, ends=1):
        now = datetime.datetime.now(datetime.UTC)
        name = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)])
                for each in ("standin", issuer)]  # fmt: skip
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name[0])
            .issuer_name(name[1])
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now + datetime.timedelta(days=begins))
            .not_valid_after(now + datetime.timedelta(days=ends))
            .add_extension(address, critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        secret = key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "both.pem").write_bytes(secret + certificate.public_bytes(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "both.pem")
        return context

    return made


@pytest.mark.parametrize(
    ("certificate", "told"),
    [
        ({}, "name its certificate in SSL_CERT_FILE"),
        ({"issuer": "an authority"}, "This system may have no certificate store"),
    ],
    ids=["its own", "an unknown authority's"],
)
def test_a_certificate_that_is_not_trusted_gets_nothing(make_tls, certificate, told):
    with Wire([head(), WHOLE], tls=make_tls(**certificate)) as wire:
        came = ask(Settings(f"https://127.0.0.1:{wire.port}/v1", "m", KEY))
        assert wire.requests == []
    assert len(came) == 1
    message = failure(came, "network")
    assert f"The certificate of 127.0.0.1:{wire.port} is not trusted" in message
    assert told in message


# What the endpoint says of the request


@pytest.mark.parametrize(
    ("status", "error", "window"),
    [
        (400, {"message": "This endpoint's maximum context length is 131072 tokens. However, you "
               "requested about 140000 tokens (140000 of text input)."}, 131072),
        (400, {"message": "prompt is too long: 212345 tokens > 200000 maximum"}, 200000),
        (400, {"message": "request (5000 tokens) exceeds the available context size (4096 tokens), "
               "try increasing it", "n_ctx": 4096, "n_prompt_tokens": 5000}, 4096),
        (400, {"message": "The input token count (1200000) exceeds the maximum number of tokens "
               "allowed (1048576)."}, 1048576),
        (400, {"message": "Prompt contains 33000 tokens, too large for model with 32,768 maximum "
               "context length"}, 32768),
        (400, {"message": "the model is loaded with context length of only 4096 tokens"}, 4096),
        (413, {"message": "Please reduce the length of the messages or completion."}, None),
        (500, {"message": "the request exceeds the available context size"}, None),
        (400, {"message": "Provider returned error",
               "metadata": {"raw": '{"message": "maximum context length is 8192 tokens"}'}}, 8192),
    ],
)  # fmt: skip
def test_a_full_window_is_known_with_its_size(status, error, window):
    with Wire(refusal(status, error)) as wire:
        came = ask(wire.url)
    assert "has grown too long for m (" in failure(came, "context")
    assert isinstance(came[-1], ContextFull)
    assert came[-1].window == window


def test_a_full_window_is_known_in_the_stream_too():
    error = (
        b'data: {"error": {"code": 400, "message": "maximum context length is 8192 tokens"}}\n\n'
    )
    with Wire([head(), error]) as wire:
        (full,) = ask(wire.url)
    assert isinstance(full, ContextFull)
    assert full.window == 8192


def test_a_model_that_takes_no_tools_is_known_where_tools_were_sent():
    with Wire(refusal(400, {"message": "m does not support tools"})) as wire:
        (with_tools,) = ask(wire.url, tools=TOOLS)
        (without,) = ask(wire.url)
    assert isinstance(with_tools, ToolsRefused)
    assert without.kind == "refused"


def test_a_model_that_takes_no_pictures_is_known_where_pictures_were_sent():
    picture = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}
    with Wire(refusal(404, {"message": "No endpoints found that support image input"})) as wire:
        (with_pictures,) = ask(wire.url, messages=[picture])
        (without,) = ask(wire.url)
    assert isinstance(with_pictures, PicturesRefused)
    assert without.kind == "model"


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (
            401,
            "key",
            "does not accept the key (no). It came from the preferences. Enter a valid one.",
        ),
        (402, "credit", "There is no credit left at"),
        (403, "refused", "Put it differently, or choose another model."),
        (413, "context", "has grown too long for"),
        (
            418,
            "refused",
            "did not take the request (418: no). Choose another model, or begin a new",
        ),
        (501, "busy", "has a fault (501: no). Try again, or choose another model."),
    ],
)
def test_a_refusal_and_what_to_do(status, kind, told):
    with Wire(refusal(status, {"message": "no"})) as wire:
        message = failure(ask(Settings(wire.url, "m", KEY)), kind)
    assert told in message
    assert KEY.value not in message
