#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What building and testing need beside Swift: Debian packages, and a Python environment in .build/venv for the peers
# that tests run against. Does nothing where all is there; asks for root only where a package is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(gcc libcurl4-openssl-dev libssl-dev libsqlite3-dev nghttp2-server openssl pkg-config postfix python3-venv systemd tzdata)
# moto brings botocore: an SNS that checks our signatures.
peers=(aiosmtpd chevron flask flask-cors jsonschema moto)

say() { echo "deps: $*"; }
give_up() { echo "deps: $*" >&2; exit 1; }

command -v swift >/dev/null || give_up "there is no swift: install Swift 6.3 or later, and put it on the PATH"

is_installed() { [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_missing() {
    local missing=("$@") root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || give_up "run as root, once: apt-get install ${missing[*]}"
        root=(sudo)
    fi
    say "installing ${missing[*]}"
    # Postfix is here for its tools; nothing may begin to listen, and no question may be asked.
    local policy=/usr/sbin/policy-rc.d is_ours=false
    if [ ! -e "$policy" ]; then
        is_ours=true
        printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
        "${root[@]}" chmod 755 "$policy"
    fi
    local result=0
    {
        echo 'postfix postfix/main_mailer_type select No configuration' | "${root[@]}" debconf-set-selections &&
            "${root[@]}" apt-get update -qq &&
            "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -qq "${missing[@]}"
    } || result=$?
    if $is_ours; then "${root[@]}" rm -f "$policy"; fi
    [ "$result" = 0 ] || give_up "could not install ${missing[*]}"
}

if command -v dpkg-query >/dev/null; then
    missing=()
    for package in "${packages[@]}"; do is_installed "$package" || missing+=("$package"); done
    if [ ${#missing[@]} -gt 0 ]; then install_missing "${missing[@]}"; else say "Debian packages are there"; fi
else
    say "this is no Debian: see to it that there are ${packages[*]}, or what they are called here"
fi

if .build/venv/bin/python -c 'import aiosmtpd, chevron, flask, flask_cors, jsonschema, moto' 2>/dev/null; then
    say "Python peers are there"
else
    say "making .build/venv with ${peers[*]} (about half a minute)"
    mkdir -p .build
    python3 -m venv .build/venv
    .build/venv/bin/python -m pip install --quiet --disable-pip-version-check "${peers[@]}"
fi
