"""A server for the tests of one file."""

from __future__ import annotations

import pytest
from clients.served import Served


@pytest.fixture(scope="module")
def served():
    """A server that ends scripts after two seconds."""
    made = Served("--time-limit", "2")
    yield made
    assert made.process.poll() is None, "the server died"
    assert made.end() == 0
