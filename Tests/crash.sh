#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Kills the daemon at random moments under load: crash.sh [ROUNDS=200] [SEED]
set -euo pipefail
cd "$(dirname "$0")/campaigns"
exec python3 crash.py "${1:-200}" ${2:+"$2"}
