#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Gatepost beside the floor and Postfix, in one run: bench.sh [--quick] [--only mail|isolation|gate|texts]
set -euo pipefail
exec python3 "$(dirname "$0")/bench.py" "$@"
