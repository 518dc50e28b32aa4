#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the record decoder, the template parser and the SMTP reply reader: fuzz.sh [SECONDS=60] (each)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
export GATEPOST_FUZZ=1 SWIFT_BACKTRACE=enable=no
swift build -c release --product gatepost-fuzz --sanitize=fuzzer --scratch-path .build-fuzz
program=$(swift build -c release --product gatepost-fuzz --sanitize=fuzzer --scratch-path .build-fuzz --show-bin-path)/gatepost-fuzz
for target in record template reply; do
  corpus=.build-fuzz/corpus/$target
  mkdir -p "$corpus"
  cp -n Tests/fuzz/seeds/"$target"/* "$corpus"/
  echo "== $target: $seconds s"
  "$program" "$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
    -artifact_prefix=.build-fuzz/"$target"- "$corpus" 2>&1 | grep -E 'ERROR|SUMMARY|stat::|Done|cov:' | tail -n 8
done
