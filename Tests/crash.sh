#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Kills the daemon at random moments under load: crash.sh [texts] [ROUNDS=200] [SEED]
set -euo pipefail
cd "$(dirname "$0")/campaigns"
campaign=crash.py
if [ "${1:-}" = texts ]; then campaign=crash_texts.py; shift; fi
exec python3 "$campaign" "${1:-200}" ${2:+"$2"}
