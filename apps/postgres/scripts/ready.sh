#!/usr/bin/env bash
# Whether PostgreSQL takes connections: not while it recovers, starts or stops.
set -euo pipefail
exec pg_isready --quiet --host=127.0.0.1 --timeout=3
