#!/bin/bash
# SPDX-License-Identifier: MIT
# The commands of the README in a Debian that has nothing but git and make: what packages.apt
# forgets is missed here, and nowhere else. The clone is of HEAD: what is not committed is not tested.
set -eu
cd "$(dirname "$0")/.."
source=$PWD
[ "$(id -u)" = 0 ] || { echo "fresh-test needs root: it makes a Debian root and enters it" >&2; exit 125; }

# Everything below lives in one folder and in one mount and pid namespace: when this script ends,
# however it ends, the kernel takes the mounts and the processes away.
if [ -z "${VIRTLAB_FRESH_ROOT:-}" ]; then
    VIRTLAB_FRESH_ROOT=$(mktemp -d /tmp/virtlab-fresh.XXXXXX)
    export VIRTLAB_FRESH_ROOT
    trap 'rm -rf --one-file-system "$VIRTLAB_FRESH_ROOT"' EXIT
    status=0
    unshare --mount --pid --fork --kill-child --propagation private "$0" "$@" || status=$?
    exit $status
fi
root=$VIRTLAB_FRESH_ROOT

echo "== a Debian with git and make"
mmdebstrap --quiet --variant=minbase --include=git,make,ca-certificates bookworm "$root"
[ ! -f /etc/apt/apt.conf.d/99proxy ] || cp /etc/apt/apt.conf.d/99proxy "$root/etc/apt/apt.conf.d/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
git -c safe.directory="$source" clone --quiet --no-hardlinks "$source" "$root/srv/virtlab"

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

# chroot alone would not do: a process in a chroot may not make user namespaces (EPERM), which the
# container needs. After pivot_root the new root is the namespace's own.
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l .old
rmdir .old

enter() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 CI="${CI:-}" \
        VIRTLAB_REQUIRE="${VIRTLAB_REQUIRE:-}" VIRTLAB_JOBS="${VIRTLAB_JOBS:-2}" \
        chroot . sh -c "cd /srv/virtlab && $1"
}
echo "== make run"
start=$SECONDS
enter "make run </dev/null"
echo "== make run: $((SECONDS - start)) s, packages and build included"
enter "test -s results/latest/samples.jsonl -a -s results/latest/report.html"
echo "== make slides docs"
start=$SECONDS
enter "make slides docs </dev/null"
echo "== make slides docs: $((SECONDS - start)) s, packages included"
for deck in srv/virtlab/slides/[0-9]*.md; do
    deck=${deck##*/}
    deck=build/slides/${deck%.md}
    enter "test -s $deck.html -a -s $deck.pdf"
done
enter "test -s build/docs/README.html -a -s build/docs/README.ko.html -a -s build/share/man/man1/virtlab.1"
echo "== make test"
start=$SECONDS
# The peers are no part of the toolkit, but the tests compare with them; nothing of these may be skipped.
enter "make setup TIERS=peers </dev/null"
VIRTLAB_REQUIRE="${VIRTLAB_REQUIRE:-} peers tmux gnuplot slides"
[ "${KVMBOX:-yes}" = no ] || VIRTLAB_REQUIRE="$VIRTLAB_REQUIRE kvmbox emulate"
enter "make test KVMBOX=${KVMBOX:-yes} </dev/null"
echo "== make test: $((SECONDS - start)) s"
echo "fresh-test: the commands work on a fresh Debian"
