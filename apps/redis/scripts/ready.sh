#!/usr/bin/env bash
# Whether Redis answers and can write: not while it loads its file, nor when the volume is full.
set -euo pipefail
export REDISCLI_AUTH=probe
[[ $(timeout 3 redis-cli -h 127.0.0.1 -p "${PORT:-6379}" --user probe --no-auth-warning ping) == PONG ]]
