"""Signing in with OpenRouter as a person does: the button, the browser's page, and back in Blender.

The browser is Chromium without a window, and OpenRouter a stand-in. What Blender would have the
system's browser open is written to a file instead.
"""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from desktop.program import HEIGHT, WIDTH, NotSeen, Program, until
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from standin.openrouter import KEY, OpenRouter, Wrong

SCREEN = (0, 0, WIDTH, HEIGHT)
HEAD = """
import json
import sys
here = sys.modules[EXTENSION + ".operators.runtime"].current()
"""
BEGIN = """
here.keep_key("")
here.account.forget()
sys.modules[EXTENSION + ".chat.settings"].OPENROUTER = {url!r}
sys.modules[EXTENSION + ".operators.timer"].redraw()
bpy.context.window_manager.clipboard = ""
"""
BROKEN = """
here.preferences.api_key = "sk-\\u00fc"
sys.modules[EXTENSION + ".operators.timer"].redraw()
"""


@pytest.fixture(scope="module")
def openrouter():
    with OpenRouter() as server:
        yield server


@pytest.fixture(scope="module")
def shared(blender, zip_file, openrouter, tmp_path_factory):
    """As the other tests' Blender, with OpenRouter's address."""
    settings = {"endpoint": openrouter.url, "model": "script/desktop"}
    program = Program(blender, zip_file, tmp_path_factory.mktemp("blender"), settings=settings)
    try:
        program.open_chat()
        yield program
    finally:
        program.close()


@pytest.fixture
def signed_out(program, openrouter):
    """Blender without a key for OpenRouter."""
    program.opened.forget()
    openrouter.wrong.clear()
    # Not through the port: what a client's script wants of keys is not done.
    assert program.aside(HEAD + BEGIN.format(url=openrouter.url)) == ""
    program.read("Sign in to ask a model")
    return program


def page(chromium, heading):
    """Wait for a page of that heading."""
    WebDriverWait(chromium, 30).until(lambda driver: heading in driver.page_source)
    return chromium.find_element(By.TAG_NAME, "body").text


def allow(chromium, address):
    chromium.get(address)
    assert "Allow Scene Chat to use your account?" in page(chromium, "Allow")
    chromium.find_element(By.ID, "allow").click()


def begin(program):
    click_to_sign_in(program)
    return program.address()


def click_to_sign_in(program):
    """Click until it shows: the panel was laid out anew just now."""

    def waits():
        program.click_on("Sign In with OpenRouter")
        program.hover(600, 700)
        with contextlib.suppress(NotSeen):
            return program.read("Waiting for the browser", patience=5)

    until(waits, "the click does nothing")


def keep(program, chromium, name):
    chromium.save_screenshot(str(program.shot(name).with_name(f"{name}-browser.png")))


def key_file(program):
    """Text and mode of the file in which the key is kept."""
    file = Path(program.value("str(here.key_file())"))
    return file.read_text("utf-8"), stat.S_IMODE(file.stat().st_mode)


def test_one_click_here_and_one_in_the_browser_sign_a_person_in(signed_out, chromium):
    program = signed_out
    program.shot("sign-in")
    address = begin(program)
    program.shot("sign-in-waiting")
    allow(chromium, address)
    assert "Go back to Blender" in page(chromium, "You are signed in")
    keep(program, chromium, "sign-in-back")
    program.read("Signed in: Scene Chat")
    program.read("$12.40 left")
    program.shot("signed-in")
    text, mode = key_file(program)
    assert KEY in text
    assert mode == 0o600
    assert program.value("here.settings().key.value[:3]") == "sk-"
    assert KEY not in program.said()


def test_a_wrong_state_is_refused_and_the_panel_still_waits(signed_out, chromium, openrouter):
    program = signed_out
    exchanges = openrouter.asked.count(("POST", "/api/v1/auth/keys"))
    address = begin(program)
    back = parse_qs(urlsplit(address).query)["callback_url"][0]
    chromium.get(f"{back[:-1]}{'a' if back[-1] != 'a' else 'b'}?code=stolen")
    page(chromium, "This is not the way back to Blender")
    keep(program, chromium, "wrong-state")
    program.read("Waiting for the browser")
    assert openrouter.asked.count(("POST", "/api/v1/auth/keys")) == exchanges
    allow(chromium, address)
    page(chromium, "You are signed in")
    program.read("Signed in: Scene Chat")


def test_where_no_browser_opens_the_code_is_pasted(signed_out, chromium):
    program = signed_out
    program.opened.none.touch()
    click_to_sign_in(program)
    program.read("If none opens")
    program.click_on("Copy Address")
    address = until(lambda: program.value("bpy.context.window_manager.clipboard"), "not copied")
    assert not program.opened.address.exists()
    allow(chromium, address)
    page(chromium, "Paste this code")
    code = chromium.find_element(By.ID, "code").text
    program.click_on("Paste Code")
    program.read("Sign In", box=SCREEN)
    program.type(code)
    program.shot("sign-in-code")
    program.key("Return")
    until(lambda: taken(program), "the code is not taken")
    program.hover(600, 700)
    program.read("Signed in: Scene Chat")


def taken(program):
    """Press Enter once more where the first one only left the field."""
    if program.value("here.sign_in.state.phase") == "waiting" and program.reads("Sign In", SCREEN):
        program.key("Return")
    return program.value("here.sign_in.state.phase") == "signed in"


def test_cancel_waits_no_longer(signed_out):
    begin(signed_out)
    signed_out.click_on("Cancel")
    signed_out.hover(600, 700)
    signed_out.read("Sign in to ask a model")
    assert signed_out.value("here.sign_in.state.phase") == "idle"


def test_what_openrouter_refuses_is_a_sentence_with_a_way_on(signed_out, chromium, openrouter):
    said = b'{"error": {"message": "The code has expired", "code": 403}}'
    openrouter.wrong["/api/v1/auth/keys"] = Wrong(403, said)
    allow(chromium, begin(signed_out))
    page(chromium, "The code has expired")
    signed_out.read("did not take the code")
    signed_out.read("Sign In with OpenRouter")
    signed_out.shot("sign-in-failed")


def test_the_preferences_keep_a_key_from_a_broken_one_and_signing_out_forgets_it(
    signed_out, chromium
):
    program = signed_out
    allow(chromium, begin(program))
    program.read("$12.40 left")
    program.aside(
        "bpy.ops.screen.userpref_show(section='ADDONS')\n"
        "bpy.ops.preferences.addon_show(module=EXTENSION)"
    )
    try:
        program.read("Signed in: Scene Chat", box=SCREEN)
        assert program.aside(HEAD + BROKEN) == ""
        program.read("The key holds characters", box=SCREEN)
        program.shot("account")
        assert KEY in key_file(program)[0]
        program.click_on("Sign Out", box=SCREEN)
        program.read("Sign In with OpenRouter", box=SCREEN)
        program.shot("signed-out")
        assert KEY not in key_file(program)[0]
    finally:
        program.aside(
            "window = bpy.context.window_manager.windows[-1]\n"
            "if len(bpy.context.window_manager.windows) > 1:\n"
            "    with bpy.context.temp_override(window=window):\n"
            "        bpy.ops.wm.window_close()"
        )


def test_without_online_access_the_button_says_why_it_cannot_be_clicked(signed_out, openrouter):
    program = signed_out
    real = "https://openrouter.ai/api/v1"
    set_to = (
        HEAD + "sys.modules[EXTENSION + '.chat.settings'].OPENROUTER = {0!r}\n"
        "here.preferences.endpoint = {0!r}"
    )
    program.aside(set_to.format(real))
    try:
        program.read("Allow Online Access' is off")
        button = program.read("Sign In with OpenRouter")
        program.hover(*button.middle)
        tip = program.read("Open OpenRouter", box=SCREEN)
        program.shot("sign-in-offline")
        # Red on black; beside white letters it is too dark to be read.
        bottom = tip.top + tip.height
        program.read("in Preferences, System", box=(tip.left, bottom + 2, WIDTH, bottom + 24))
        program.press(*button.middle)
        assert program.value("here.sign_in.state.phase") == "idle"
    finally:
        program.aside(set_to.format(openrouter.url))
