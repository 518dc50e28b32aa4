#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the record decoder, the template parser and the SMTP reply reader: fuzz.sh [SECONDS=60] (each).
# Ends with an error where one of them crashed, hung or ate memory; the input then lies in .build-fuzz/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
export GATEPOST_FUZZ=1 SWIFT_BACKTRACE=enable=no
build=(swift build -c release --product gatepost-fuzz --sanitize=fuzzer --scratch-path .build-fuzz)
"${build[@]}"
program=$("${build[@]}" --show-bin-path)/gatepost-fuzz
failed=()
for target in record template reply; do
  corpus=.build-fuzz/corpus/$target
  log=.build-fuzz/$target.log
  mkdir -p "$corpus"
  cp -n Tests/fuzz/seeds/"$target"/* "$corpus"/
  echo "== $target: $seconds s"
  code=0
  GATEPOST_FUZZ_TARGET=$target "$program" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=8192 \
    -print_final_stats=1 -artifact_prefix=.build-fuzz/"$target"- "$corpus" >"$log" 2>&1 || code=$?
  grep -aE '^==[0-9]+== *ERROR|^SUMMARY|^stat::|^Done|Test unit written|Fatal error|usage' "$log" | tail -n 12 || true
  if [ "$code" -ne 0 ] || ! grep -aq '^Done [1-9]' "$log"; then
    echo "$target ended with $code; all it said: $log" >&2
    failed+=("$target")
  fi
done
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}" >&2; exit 1; }
