"""The zip's wheels: the right ones by the lock, or a clear refusal."""

from __future__ import annotations

import hashlib
import subprocess
import tomllib
import zipfile

import build
import pytest
from build import PLATFORMS, BuildFailed, Wheel, fetch, packed_files, wheels_for

LOCK = tomllib.loads((build.CHECKOUT / "uv.lock").read_text("utf-8"))


def names(platform):
    return [wheel.name for wheel in wheels_for(PLATFORMS[platform], LOCK)]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "scene_chat_wheels"


@pytest.mark.parametrize(
    ("platform", "tags"),
    [
        ("linux-x64", {"cp311-cp311-manylinux", "cp313-cp313-manylinux", "cp314-cp314-manylinux"}),
        ("macos-arm64", {"cp311-cp311-macosx", "cp313-cp313-macosx"}),
        ("macos-x64", {"cp311-cp311-macosx"}),
        ("windows-arm64", {"cp311-cp311-win_arm64", "cp313-cp313-win_arm64"}),
        ("windows-x64", {"cp311-cp311-win_amd64", "cp313-cp313-win_amd64"}),
    ],
)
def test_a_platform_gets_a_compiled_wheel_for_each_of_its_pythons(platform, tags):
    compiled = [name for name in names(platform) if name.startswith("pydantic_core-")]
    assert len(compiled) == len(tags)
    assert all(any(tag in name for name in compiled) for tag in tags)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_gets_all_libraries_and_nothing_of_the_developers(platform):
    packages = {name.partition("-")[0] for name in names(platform)}
    assert {"openai", "pydantic", "pydantic_core", "jiter", "markdown_it_py", "mdurl"} <= packages
    assert "python_dotenv" in packages
    assert not packages & {"bpy", "pytest", "mcp", "pillow", "ruff"}


def test_a_lock_without_a_wheel_for_a_python_is_refused():
    lock = {
        "package": [
            {"name": "scene-chat", "dependencies": [{"name": "jiter"}]},
            {
                "name": "jiter",
                "version": "1",
                "wheels": [{"url": "x/jiter-1-cp311-cp311-win_amd64.whl", "hash": "sha256:0"}],
            },
        ]
    }
    with pytest.raises(BuildFailed, match=r"no wheel of jiter 1 for windows-x64 with Python 3\.13"):
        wheels_for(PLATFORMS["windows-x64"], lock)


def test_a_wheel_for_a_newer_system_than_blender_needs_does_not_fit():
    def lock(tag):
        wheel = {"url": f"x/jiter-1-cp311-abi3-{tag}.whl", "hash": "sha256:0"}
        return {
            "package": [
                {"name": "scene-chat", "dependencies": [{"name": "jiter"}]},
                {"name": "jiter", "version": "1", "wheels": [wheel]},
            ]
        }

    assert len(wheels_for(PLATFORMS["linux-x64"], lock("manylinux_2_28_x86_64"))) == 1
    for tag in ("manylinux_2_34_x86_64", "musllinux_1_1_x86_64", "manylinux_2_17_aarch64"):
        with pytest.raises(BuildFailed):
            wheels_for(PLATFORMS["linux-x64"], lock(tag))


def test_a_file_that_is_not_the_locks_is_refused_and_not_kept(cache):
    cache.mkdir()
    (cache / "some-1-py3-none-any.whl").write_bytes(b"something else")
    wheel = Wheel("https://example.invalid/some-1-py3-none-any.whl", "0" * 64)
    with pytest.raises(BuildFailed, match="has SHA-256"):
        fetch(wheel)
    assert not list(cache.iterdir())


def test_a_file_that_is_the_locks_is_taken_from_the_cache(cache):
    cache.mkdir()
    (cache / "some-1-py3-none-any.whl").write_bytes(b"it")
    digest = hashlib.sha256(b"it").hexdigest()
    found = fetch(Wheel("https://example.invalid/some-1-py3-none-any.whl", digest))
    assert found.read_bytes() == b"it"


def test_a_file_that_cannot_be_fetched_is_named(cache):
    with pytest.raises(BuildFailed, match=r"some-1-py3-none-any\.whl cannot be fetched"):
        fetch(Wheel("http://127.0.0.1:9/some-1-py3-none-any.whl", "0" * 64))


@pytest.fixture
def clone(tmp_path):
    """A small checkout with one file of the extension and one of the tests."""
    for name in ("__init__.py", "ui/panel.py", "tests/test_it.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x = 1\n")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    return tmp_path


def test_only_the_extensions_own_files_are_packed(clone):
    assert list(packed_files(clone)) == ["__init__.py", "ui/panel.py"]


def test_a_file_that_git_does_not_know_is_refused(clone):
    (clone / "ui" / "stray.py").write_text("")
    with pytest.raises(BuildFailed, match=r"git does not know ui/stray\.py"):
        list(packed_files(clone))


def test_a_wheel_without_a_licence_is_refused(tmp_path):
    wheel = tmp_path / "some-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some-1.dist-info/METADATA", "Name: some\nVersion: 1\n")
    with pytest.raises(BuildFailed, match="under which licence"):
        build._keep_licences(wheel, tmp_path / "licenses")
