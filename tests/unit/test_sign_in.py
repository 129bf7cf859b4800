"""Signing in at a stand-in of OpenRouter, by real sockets: the way there, back, and all that fails."""

from __future__ import annotations

import os
import socket
import time
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
from scene_chat.chat import settings
from scene_chat.chat.account import Account, Standing
from scene_chat.chat.keys import Key, find_key
from scene_chat.chat.settings import Settings
from scene_chat.chat.sign_in import SignIn, _code_in
from scene_chat.chat.worker import Worker
from scene_chat.tools.faults import Faults
from scene_chat.tools.plain import Secrets
from standin.openrouter import KEY, OpenRouter, Wrong

EXCHANGE = "/api/v1/auth/keys"


def until(found, what):
    ends = time.monotonic() + 20
    while not (value := found()):
        assert time.monotonic() < ends, what
        time.sleep(0.005)
    return value


@pytest.fixture
def openrouter(monkeypatch):
    with OpenRouter() as server:
        monkeypatch.setattr(settings, "OPENROUTER", server.url)
        yield server


@pytest.fixture
def secrets():
    return Secrets()


@pytest.fixture
def faults(secrets):
    made = Faults(secrets)
    yield made
    assert made.known == []


@pytest.fixture
def worker(faults):
    made = Worker(faults)
    yield made
    made.close()


@pytest.fixture
def sign_in(openrouter, worker, secrets, faults):
    made = SignIn(worker, secrets, faults)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "user" / ".env"


def stored(file):
    key = find_key(settings.OPENROUTER, [file], {})
    return key.value if key is not None else None


def way_back(state):
    return parse_qs(urlsplit(state.url).query)["callback_url"][0]


def get(url, method="GET", headers=(), address=None):
    """Return status and page of a request."""
    request = urllib.request.Request(url, method=method, headers=dict(headers))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def ended(sign_in):
    until(lambda: not sign_in.waiting, "the sign-in does not end")
    return sign_in.state


def is_closed(port):
    for host in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((host, port), timeout=5).close()
        except OSError:
            continue
        return False
    return True


def test_who_allows_the_access_is_signed_in(sign_in, openrouter, secrets, file):
    state = sign_in.begin(file)
    assert state.url.startswith(f"{openrouter.origin}/auth?callback_url=http%3A%2F%2Flocalhost")
    _, back = openrouter.allow(state.url)
    status, page = get(back)
    assert status == 200
    assert "Go back to Blender" in page
    assert ended(sign_in).phase == "signed in"
    assert stored(file) == KEY
    assert KEY in secrets.known
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    until(lambda: is_closed(urlsplit(back).port), "the port stays open")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_the_browser_may_come_back_by_either_loopback(sign_in, openrouter, file, host):
    if host == "[::1]" and not _has_ipv6():
        pytest.skip("this machine has no ::1")
    _, back = openrouter.allow(sign_in.begin(file).url)
    assert get(back.replace("localhost", host))[0] == 200
    assert ended(sign_in).phase == "signed in"


def _has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_begin_asks_for_sha_256_and_never_twice_for_the_same(sign_in, file):
    asked = [parse_qs(urlsplit(sign_in.begin(file).url).query) for _ in range(2)]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["code_challenge"] != asked[1]["code_challenge"]
    paths = [urlsplit(each["callback_url"][0]).path for each in asked]
    assert paths[0] != paths[1]
    assert min(len(each) for each in paths) >= 40


def test_the_verifier_is_as_long_as_the_standard_wants_it(sign_in, file):
    sign_in.begin(file)
    assert 43 <= len(sign_in._attempt.verifier) <= 128


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"path": "/wrong"}, 404),
        ({"path": "/"}, 404),
        ({"path": "/favicon.ico"}, 404),
        ({"method": "POST"}, 405),
        ({"method": "HEAD"}, 405),
        ({"host": "evil.example"}, 421),
        ({"host": "localhost"}, 421),
        ({"query": ""}, 400),
        ({"query": "code="}, 400),
        ({"query": "error=access_denied"}, 400),
        ({"query": "code=a&code=b"}, 400),
        ({"query": "&".join(["x=1"] * 50) + "&code=a"}, 400),
    ],
    ids=str,
)
def test_what_is_not_the_way_back_is_refused_and_changes_nothing(
    sign_in, openrouter, file, change, status
):
    _, back = openrouter.allow(sign_in.begin(file).url)
    at = urlsplit(back)
    path, query = change.get("path", at.path), change.get("query", at.query)
    headers = {"Host": change["host"]} if "host" in change else {}
    url = f"http://{at.netloc}{path}?{query}"
    assert get(url, change.get("method", "GET"), headers)[0] == status
    assert sign_in.waiting
    assert ("POST", EXCHANGE) not in openrouter.asked
    assert get(back)[0] == 200
    assert ended(sign_in).phase == "signed in"


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_of_a_browser_is_refused(sign_in, openrouter, file, sent):
    _, back = openrouter.allow(sign_in.begin(file).url)
    with socket.create_connection(("127.0.0.1", urlsplit(back).port), timeout=20) as peer:
        try:
            peer.sendall(sent)
            answer = peer.recv(100)
        except ConnectionError:  # refused in the midst of it
            answer = b"HTTP/1.1 4"
    assert answer.startswith(b"HTTP/1.1 4")
    assert sign_in.waiting
    assert get(back)[0] == 200


def test_one_that_says_nothing_keeps_nobody_from_signing_in(sign_in, openrouter, file):
    _, back = openrouter.allow(sign_in.begin(file).url)
    with socket.create_connection(("127.0.0.1", urlsplit(back).port), timeout=20) as silent:
        assert get(back)[0] == 200
        assert ended(sign_in).phase == "signed in"
        assert silent.recv(1) == b""


def test_a_second_code_is_refused_while_the_first_is_exchanged(sign_in, openrouter, file):
    openrouter.wrong[EXCHANGE] = Wrong(silent=True)
    _, back = openrouter.allow(sign_in.begin(file).url)
    with socket.create_connection(("127.0.0.1", urlsplit(back).port), timeout=20) as first:
        at = urlsplit(back)
        first.sendall(f"GET {at.path}?{at.query} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
        until(lambda: ("POST", EXCHANGE) in openrouter.asked, "the code is not exchanged")
        assert get(back)[0] == 410
    assert openrouter.asked.count(("POST", EXCHANGE)) == 1


def test_a_page_holds_nothing_that_was_sent_as_it_was(sign_in, openrouter, file):
    openrouter.wrong[EXCHANGE] = Wrong(403, b'{"error": {"message": "<script>alert(1)</script>"}}')
    _, back = openrouter.allow(sign_in.begin(file).url)
    page = get(back)[1]
    assert "&lt;script&gt;" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Wrong(403, b'{"error": {"message": "Invalid code or code_verifier"}}'),
         "did not take the code (Invalid code or code_verifier)"),
        (Wrong(400, b"<html>"), "did not take the code."),
        (Wrong(429, b"{}"), "Try again in a while"),
        (Wrong(500, b"oops"), "could not give a key (500)"),
        (Wrong(302, b"", {"Location": "http://127.0.0.1:9/"}), "could not give a key (302)"),
        (Wrong(200, b"<html>Welcome</html>"), "an answer without a key"),
        (Wrong(200, b"[" * 100_000), "an answer without a key"),
        (Wrong(200, b'{"key": 5}'), "an answer without a key"),
        (Wrong(200, b'{"key": " "}'), "an answer without a key"),
        (Wrong(200, '{"key": "schlüssel"}'.encode()), "gave what is no key"),
        (Wrong(200, b" " * 1_000_000), "far more than it was asked for"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_fails_is_a_sentence_in_the_page_and_in_blender(
    sign_in, openrouter, file, wrong, said
):
    openrouter.wrong[EXCHANGE] = wrong
    _, back = openrouter.allow(sign_in.begin(file).url)
    status, page = get(back)
    state = ended(sign_in)
    assert status == 200
    assert "That did not work" in page
    assert state.phase == "failed"
    assert said in state.problem
    assert stored(file) is None
    assert sign_in.begin(file).phase == "waiting"


def test_an_openrouter_that_cannot_be_reached_is_said(sign_in, file, monkeypatch):
    monkeypatch.setattr(settings, "OPENROUTER", "http://127.0.0.1:9/api/v1")
    state = sign_in.begin(file)
    assert get(f"{way_back(state)}?code=x")[0] == 200
    assert "cannot be reached" in ended(sign_in).problem


def test_a_key_that_cannot_be_written_is_said(sign_in, openrouter, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    _, back = openrouter.allow(sign_in.begin(tmp_path / "file" / ".env").url)
    get(back)
    assert "cannot be written" in ended(sign_in).problem


@pytest.mark.parametrize(
    "pasted", ["{}", " {}\n", "http://localhost:1/x?code={}", "?code={}&more=1"]
)
def test_without_a_browser_here_the_code_is_pasted(sign_in, openrouter, file, pasted):
    code, back = openrouter.allow(sign_in.begin(file).code_url)
    assert back == ""
    assert sign_in.finish(pasted.format(code))
    assert ended(sign_in).phase == "signed in"
    assert stored(file) == KEY


def test_what_holds_no_code_is_not_taken(sign_in, file):
    sign_in.begin(file)
    assert not sign_in.finish("  \n")
    assert not sign_in.finish("http://localhost:1/x?code=")
    assert sign_in.waiting


def test_a_code_is_found_in_what_is_pasted():
    assert _code_in("http://localhost:5/s?code=a%2Bb&x=1") == "a+b"
    assert _code_in("\n abc \n") == "abc"


def test_a_wrong_code_is_refused_by_openrouter(sign_in, openrouter, file):
    sign_in.begin(file)
    assert sign_in.finish("mistyped")
    assert "Invalid code or code_verifier" in ended(sign_in).problem


def test_nobody_is_waited_for_for_ever(openrouter, worker, secrets, faults, file):
    sign_in = SignIn(worker, secrets, faults, patience=0.05)
    port = urlsplit(way_back(sign_in.begin(file))).port
    assert "in time" in ended(sign_in).problem
    until(lambda: is_closed(port), "the port stays open")
    assert not sign_in.finish("late")


def test_cancel_closes_the_port_and_forgets_it(sign_in, file):
    port = urlsplit(way_back(sign_in.begin(file))).port
    sign_in.cancel()
    assert sign_in.state.phase == "idle"
    until(lambda: is_closed(port), "the port stays open")


def test_beginning_again_closes_the_first_port(sign_in, openrouter, file):
    first = urlsplit(way_back(sign_in.begin(file))).port
    _, back = openrouter.allow(sign_in.begin(file).url)
    until(lambda: is_closed(first), "the port stays open")
    get(back)
    assert ended(sign_in).phase == "signed in"


@pytest.mark.parametrize("moment", ["at once", "waiting", "request begun", "exchanging"])
def test_closing_in_the_midst_leaves_no_thread_and_no_socket(
    openrouter, secrets, faults, file, moment
):
    """Threads are counted after each test; an open socket is a ResourceWarning."""
    worker = Worker(faults)
    sign_in = SignIn(worker, secrets, faults)
    openrouter.wrong[EXCHANGE] = Wrong(silent=True)
    _, back = openrouter.allow(sign_in.begin(file).url)
    at = urlsplit(back)
    peers = []
    if moment != "at once":
        until(lambda: get(f"http://{at.netloc}/")[0] == 404, "nobody answers")
    if moment in ("request begun", "exchanging"):
        peer = socket.create_connection(("127.0.0.1", at.port), timeout=20)
        peers.append(peer)
        peer.sendall(f"GET {at.path}?{at.query} HTTP/1.1\r\nHost: {at.netloc}\r\n".encode())
        if moment == "exchanging":
            peer.sendall(b"\r\n")
            until(lambda: ("POST", EXCHANGE) in openrouter.asked, "the code is not exchanged")
    sign_in.close()
    assert is_closed(at.port)
    worker.close()
    for peer in peers:
        peer.close()
    assert stored(file) is None


def test_a_worker_that_closes_without_asking_leaves_nothing_either(
    openrouter, secrets, faults, file
):
    worker = Worker(faults)
    sign_in = SignIn(worker, secrets, faults)
    port = urlsplit(way_back(sign_in.begin(file))).port
    worker.close()
    assert is_closed(port)


def test_nothing_of_it_shows_the_key_or_the_verifier(sign_in, openrouter, file, capfd):
    state = sign_in.begin(file)
    attempt = sign_in._attempt
    _, back = openrouter.allow(state.url)
    page = get(back)[1]
    ended(sign_in)
    out = "".join(capfd.readouterr())
    for shown in (repr(state), repr(attempt), repr(sign_in), repr(sign_in.state), page, out):
        assert KEY not in shown
        assert attempt.verifier not in shown
        assert attempt.path not in shown


# What is left


@pytest.fixture
def accounts(openrouter, worker, secrets, faults):
    """Make accounts; at the end each has its answer: anyio warns of what is cut off in the midst."""
    made = []

    def one(**how):
        made.append(Account(worker, secrets, faults, **how))
        return made[-1]

    yield one
    until(lambda: not any(each.asking for each in made), "no answer comes")


@pytest.fixture
def account(accounts):
    return accounts()


def looked(account, mine):
    account.look(mine)
    until(lambda: not account.asking, "no answer comes")
    return account.look(mine)


@pytest.fixture
def mine(openrouter):
    return Settings(openrouter.url, key=Key(KEY, "a test"))


def test_the_account_says_whose_key_it_is_and_what_is_left(account, mine):
    standing = looked(account, mine)
    assert (standing.label, standing.left) == ("Scene Chat", "$12.40 left")
    assert (account.problem, account.age) == ("", "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"limit": 20, "limit_remaining": 12.4, "usage": 7.6}, "$12.40 left"),
        ({"limit": None, "limit_remaining": None, "usage": 3.1}, "no limit, $3.10 used"),
        ({"limit": None, "usage": 3.1, "is_free_tier": True}, "no limit, $3.10 used, free tier"),
        ({"limit": None}, "no limit"),
        ({"usage": 1234.5}, "$1,234.50 used"),
        ({"usage": 0}, "$0.00 used"),
        ({"usage": 0.004}, "less than $0.01 used"),
        ({"limit_remaining": 0}, "nothing left"),
        ({"limit_remaining": -0.3}, "nothing left"),
        ({"is_free_tier": True}, "free tier"),
        ({"is_free_tier": "yes", "usage": "1", "limit_remaining": True}, ""),
        ({"usage": float("nan"), "limit_remaining": float("inf")}, ""),
        ({"usage": 10**400}, ""),
        ({}, ""),
    ],
)
def test_what_is_left_is_said_without_inventing_anything(data, words):
    assert Standing.read({"data": data}).left == words


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": []}, {"error": {}}])
def test_an_answer_that_says_nothing_of_a_key_is_none(answer):
    assert Standing.read(answer) is None


def test_it_is_asked_once_until_that_is_old(account, mine, openrouter):
    for _ in range(5):
        looked(account, mine)
    assert openrouter.asked == [("GET", "/api/v1/key")]


def test_an_answer_that_is_old_is_asked_for_again(accounts, openrouter, mine):
    account = accounts(fresh=0.0)
    looked(account, mine)
    openrouter.standing["limit_remaining"] = 3
    until(lambda: account.look(mine).left == "$3.00 left", "it is not asked again")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Wrong(401, b'{"error": {"message": "User not found."}}'),
         "does not accept the key (User not found.)"),
        (Wrong(500, b""), "did not say what is left (500)"),
        (Wrong(200, b"<html>"), "did not say what is left (200)"),
    ],
)  # fmt: skip
def test_a_failure_keeps_what_was_known_with_its_age(accounts, openrouter, mine, wrong, said):
    account = accounts(fresh=0.0)
    looked(account, mine)
    openrouter.wrong["/api/v1/key"] = wrong
    until(lambda: account.look(mine) and account.problem, "the failure is not noted")
    assert said in account.problem
    assert account.look(mine).left == "$12.40 left"
    assert account.age == "just now"


def test_another_key_inherits_nothing(account, mine, openrouter):
    looked(account, mine)
    other = Settings(openrouter.url, key=Key("sk-or-v1-another", "a test"))
    assert account.look(other) is None
    until(lambda: not account.asking, "no answer comes")
    assert "does not accept the key" in account.problem


@pytest.mark.parametrize(
    "mine",
    [
        Settings("http://127.0.0.1:9/v1", key=Key(KEY, "a test")),
        Settings("https://openrouter.ai/api/v1", key=Key(KEY, "a test")),
    ],
)
def test_another_endpoint_is_not_asked(account, openrouter, mine):
    assert account.look(mine) is None
    assert not account.asking
    assert openrouter.asked == []


def test_without_a_key_or_online_access_nothing_is_asked(worker, secrets, faults):
    account = Account(worker, secrets, faults)  # of the real OpenRouter: there is no stand-in here
    assert account.look(Settings()) is None
    assert account.look(Settings(key=Key(KEY, "a test"), online=False)) is None
    assert not account.asking


def test_the_account_does_not_show_the_key(account, mine, openrouter):
    looked(account, mine)
    assert KEY not in repr(account) + repr(account._known)
