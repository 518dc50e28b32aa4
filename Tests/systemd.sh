#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks the units, the users and the directories with systemd's own tools, without touching the system.
# Skips what cannot be checked here, and says so.
set -euo pipefail
cd "$(dirname "$0")/../systemd"

limit=2.0
failures=0
fail() { echo "FAIL: $*" >&2; failures=$((failures + 1)); }
skip() { echo "skipped: $*"; }

# A root with what the units name: systemd looks for the programs they start.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{etc,usr/bin,bin,var/lib,lib/systemd/system,proc,tmp}
cp gatepost.service gatepost@.service "$root/lib/systemd/system/"
cp gatepost@.service "$root/lib/systemd/system/gatepost@staging.service"
for target in sysinit basic shutdown network-online nss-lookup time-sync multi-user; do
    printf '[Unit]\nDescription=%s\n' "$target" >"$root/lib/systemd/system/$target.target"
done
for program in usr/bin/gatepost bin/kill; do
    printf '#!/bin/sh\n' >"$root/$program"
    chmod 755 "$root/$program"
done

check_unit() {
    local unit=$1 said figure
    said=$(systemd-analyze --root="$root" --man=no verify "$unit" 2>&1) || true
    said=$(grep -F "${unit%%.*}" <<<"$said" || true)
    [ -z "$said" ] || fail "systemd-analyze verify $unit: $said"
    figure=$(systemd-analyze security --offline=yes --no-pager "$root/lib/systemd/system/$unit" |
        sed -n 's/^.*Overall exposure level for [^ ]*: \([0-9.]*\).*$/\1/p')
    if [ -z "$figure" ] || ! awk -v figure="$figure" -v limit="$limit" 'BEGIN { exit !(figure <= limit) }'; then
        fail "$unit: exposure ${figure:-unknown}, more than $limit"
    else
        echo "$unit: exposure $figure"
    fi
}

if command -v systemd-analyze >/dev/null && systemd-analyze security --help 2>/dev/null | grep -q -- --offline; then
    check_unit gatepost.service
    check_unit gatepost@staging.service
else
    skip "units (no systemd-analyze with --offline)"
fi

# The instance unit is the unit, but for its names.
same() { grep -Ev '^#|^$' "$1" | sed -e 's/ %i,/,/' -e "s,/%i\.toml,/gatepost.toml," -e 's,gatepost/%i$,gatepost,'; }
diff <(same gatepost.service) <(same gatepost@.service) || fail "gatepost@.service has drifted from gatepost.service"

if command -v systemd-sysusers >/dev/null; then
    touch "$root/etc/"{passwd,group,shadow,gshadow}
    systemd-sysusers --root="$root" "$PWD/gatepost.sysusers.conf" >/dev/null || fail "systemd-sysusers"
    grep -q '^gatepost-submit:.*:gatepost$' "$root/etc/group" || fail "gatepost is not in gatepost-submit"
    grep -q '^gatepost:.*:/var/lib/gatepost:/usr/sbin/nologin$' "$root/etc/passwd" || fail "no user gatepost"
else
    skip "users (no systemd-sysusers)"
fi

if command -v systemd-tmpfiles >/dev/null && [ "$(id -u)" = 0 ] && [ -s "$root/etc/passwd" ]; then
    systemd-tmpfiles --root="$root" --create "$PWD/gatepost.tmpfiles.conf" || fail "systemd-tmpfiles"
    modes=$(cd "$root/var/lib/gatepost" && stat -c '%n %a' . spool spool/incoming spool/receipts spool/taken | tr '\n' ' ')
    [ "$modes" = ". 711 spool 2750 spool/incoming 3770 spool/receipts 2750 spool/taken 700 " ] || fail "modes: $modes"
else
    skip "directories (no systemd-tmpfiles, or not root)"
fi

[ "$failures" = 0 ] || exit 1
echo "systemd: all well"
