#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes .build/gatepost_VERSION_ARCH.deb from a built program: deb.sh VERSION. Called by `make deb`.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$1
architecture=$(dpkg --print-architecture)
root=.build/deb
rm -rf "$root"
mkdir -p "$root/DEBIAN"
chmod 755 "$root" "$root/DEBIAN"
make --no-print-directory install DESTDIR="$PWD/$root" PREFIX=/usr SYSCONFDIR=/etc

# The shared libraries that the program asks for, as Debian calls their packages.
known='libc6|libgcc-s1|libstdc\+\+6|libcurl4|libssl3|libsqlite3-0|zlib1g|libxml2'
libraries=$(
    for library in $(ldd "$root/usr/bin/gatepost" | awk '$2 == "=>" { print $3 }'); do
        dpkg-query --search "$library" 2>/dev/null || dpkg-query --search "/usr$library" 2>/dev/null || true
    done | cut -d : -f 1 | sort -u | grep -Ex "$known" | paste -sd , | sed 's/,/, /g'
)
[ -n "$libraries" ] || { echo "deb: no library of the program belongs to a Debian package" >&2; exit 1; }

cat >"$root/DEBIAN/control" <<CONTROL
Package: gatepost
Version: $version
Architecture: $architecture
Maintainer: Gatepost maintainers <maintainers@gatepost.invalid>
Section: mail
Priority: optional
Depends: $libraries
Recommends: systemd, ca-certificates, tzdata
Installed-Size: $(du --summarize --block-size=1024 "$root" | cut -f 1)
Description: multi-channel delivery gateway
 Takes send jobs from a file queue, decides whether each may go, renders its template, sends it, and records every
 outcome.
CONTROL

(cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"

cat >"$root/DEBIAN/postinst" <<'SCRIPT'
#!/bin/sh
set -e
if [ "$1" = configure ] && command -v systemd-sysusers >/dev/null; then
    systemd-sysusers gatepost.conf
    systemd-tmpfiles --create gatepost.conf || true
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl try-restart gatepost.service || true
    fi
fi
SCRIPT
cat >"$root/DEBIAN/prerm" <<'SCRIPT'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now gatepost.service || true
fi
SCRIPT
chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"

dpkg-deb --root-owner-group --build "$root" ".build/gatepost_${version}_${architecture}.deb"
