#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the box for a build and runs its tests: run.sh BUILD [PATTERN]. Two boxes at a
# time. The last line, and the status, are those of tests/run.
set -u
cd "$(dirname "$0")/../.." || exit 125
build=$(cd "${1:-build}" && pwd) || exit 125
out=$build/kvmbox
mkdir -p "$out"
# The boxes of one build are one run's at a time. Whoever dies lets go of it.
exec 9>"$out/lock"
flock --nonblock 9 || { echo "kvmbox: another run uses $out" >&2; exit 1; }

# Without a disk, every test of the suite is skipped with what stands in `why`.
rm -f "$out/disk" "$out/why"
kernel=$(find "$build"/guest/linux-image-*/root -maxdepth 0 2>/dev/null | sort | tail -n 1)
if [ -z "$kernel" ]; then
    echo "no kernel: make guest-linux" >"$out/why"
elif ! command -v dpkg >/dev/null; then
    echo "the box is made of Debian's packages" >"$out/why"
elif command -v qemu-system-x86_64 >/dev/null; then
    tests/kvmbox/image.sh "$build" "$kernel" "$out" || exit 1
fi
VIRTLAB_SUITE=kvmbox VIRTLAB_JOBS=2 VIRTLAB_LIMIT=${VIRTLAB_LIMIT:-1900} \
    setpriv --pdeathsig TERM tests/run "$build" "${2:-*}"
status=$?
rm -f "$out/disk" "$out/vmlinuz" "$out/initrd" "$out/why"
exit $status
