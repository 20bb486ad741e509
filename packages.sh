#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the packages of the named tiers (packages.apt) that this machine lacks.
# Without root and without sudo it prints the one line to run, and stops.
set -eu
here=$(dirname "$0")
[ $# -gt 0 ] || { echo "usage: packages.sh TIER..." >&2; exit 125; }

missing=
for tier in "$@"; do
    packages=$(awk -v tier="$tier" '$1 == tier { print $2 }' "$here/packages.apt")
    [ -n "$packages" ] || { echo "packages.sh: no tier '$tier' in packages.apt" >&2; exit 125; }
    for package in $packages; do
        # Installed means state "ii"; a removed package with kept configuration does not count.
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' ||
            missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "packages.sh: this is not Debian; install the equivalent of:$missing" >&2
    exit 125
fi
if [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo=sudo
else
    echo "virtlab needs packages that only root can install. Run this once, then try again:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends$missing" >&2
    exit 125
fi

echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q >&2
# shellcheck disable=SC2086 # a list of words
$sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends $missing </dev/null >&2
