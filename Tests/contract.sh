#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks the contract end to end on the real binary: contract.sh [WORD…] runs the tests whose names hold a word.
set -euo pipefail
cd "$(dirname "$0")/campaigns"
exec python3 contract.py "$@"
