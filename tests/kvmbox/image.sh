#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the box's disk and its initial RAM file system:
#     image.sh BUILD KERNEL-ROOT OUT
# BUILD is what is tested, KERNEL-ROOT an unpacked kernel package (boot/, lib/modules/). OUT gets
# vmlinuz, initrd, and disk, an ext4 file system with what `files` lists, the sources and BUILD.
# Nothing is mounted, and no root is needed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=${here%/tests/kvmbox}
build=$(cd "$1" && pwd)
kernel=$(cd "$2" && pwd)
mkdir -p "$3"
out=$(cd "$3" && pwd)

# In a user namespace of its own, an ordinary user's files are root's.
if [ "$(id -u)" != 0 ] && [ -z "${KVMBOX_MAPPED:-}" ] && unshare --map-root-user true 2>/dev/null; then
    KVMBOX_MAPPED=1 exec unshare --map-root-user "$0" "$@"
fi

# What the kernel of the box must load to find its disk and its ports, and what the tests need.
boot_modules="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk virtio_console"
test_modules="irqbypass kvm kvm-amd tun loop overlay"

# listed: the paths that `files` stands for.
listed() {
    local kind names name path
    while read -r kind names; do
        for name in $names; do
            case $kind in
            package) dpkg -L "$name" | grep -Ev '^/\.$|^/usr/share/(doc|man|info|locale|lintian)' ;;
            command) command -v "$name" ;;
            gcc)
                path=$(gcc -print-prog-name="$name")
                [ -e "$path" ] || path=$(gcc -print-file-name="$name")
                find "$(realpath -s "$path")"
                ;;
            tree) find "$name" ;;
            *) false ;;
            esac || { echo "kvmbox: $kind $name, listed in tests/kvmbox/files, is not here" >&2; exit 1; }
        done
    done < <(grep -v '^\(#\|$\)' "$here/files")
}

# with_targets: the paths read, and behind each symbolic link all that it leads to.
with_targets() {
    local path target
    while read -r path; do
        echo "$path"
        while [ -L "$path" ]; do
            target=$(readlink "$path")
            case $target in
            /*) path=$target ;;
            *) path=$(realpath -s "${path%/*}/$target") ;;
            esac
            echo "$path"
        done
    done
}

# libraries: the shared libraries of those of the files read that are programs.
libraries() {
    local path
    while read -r path; do
        [ ! -f "$path" ] || [ ! -x "$path" ] || printf '%s\n' "$path"
    done | { xargs -r ldd 2>/dev/null || :; } | grep -Eo '(^|[[:space:]])/[^ :]+( |$)' | tr -d ' \t' | sort -u
}

stage=$out/stage
rm -rf "$stage"
mkdir -p "$stage"/{usr/{bin,sbin,lib,lib64},proc,sys,dev,run,etc,root,mnt,var/tmp,virtlab/build/tests,lib.tmp}
rmdir "$stage/lib.tmp"
for name in bin sbin lib lib64; do ln -s usr/$name "$stage/$name"; done
mkdir -m 1777 "$stage/tmp"

# What the host has.
listed | with_targets | sort -u >"$out/list"
tested=$(find "$build"/{bin,libexec,tests} -type f -perm -u+x ! -name 'fuzz_*')
{ cat "$out/list" && echo "$tested"; } | libraries | with_targets >"$out/libraries"
sort -u "$out/list" "$out/libraries" | sed -n "s,^/,,p" | tar -C / -c --no-recursion -T - |
    tar -C "$stage" -x --keep-directory-symlink

# What is tested.
(cd "$source" && tar -c --exclude=./build --exclude=./.git .) | tar -x --no-same-owner -C "$stage/virtlab"
cp -R "$build/bin" "$build/libexec" "$build/share" "$stage/virtlab/build/"
cp -R "$build/tests/unit" "$build/tests/guests" "$build/tests/tools" "$stage/virtlab/build/tests/"

# Who is who.
printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$stage/etc/passwd"
printf 'root:x:0:\nkvm:x:106:\nnogroup:x:65534:\n' >"$stage/etc/group"

# The kernel and its modules.
version=$(basename "$kernel"/lib/modules/*)
mkdir -p "$stage/modules"
for name in $boot_modules $test_modules; do
    path=$(find "$kernel/lib/modules/$version" -name "$name.ko")
    [ -z "$path" ] || cp "$path" "$stage/modules/"
done
echo "$test_modules" >"$stage/modules/order"
cp "$kernel/boot/vmlinuz-$version" "$out/vmlinuz"

rm -f "$out/disk.tmp" && truncate -s 3G "$out/disk.tmp"
mke2fs -q -t ext4 -O ^has_journal -m 0 -E lazy_itable_init=1 -d "$stage" "$out/disk.tmp"
mv "$out/disk.tmp" "$out/disk"

# The initial RAM file system: what it takes to get at the disk.
ram=$out/ram
rm -rf "$ram"
mkdir -p "$ram"/{bin,dev,root,modules}
cp "$(command -v busybox)" "$ram/bin/"
for name in $boot_modules; do
    [ ! -e "$stage/modules/$name.ko" ] || cp "$stage/modules/$name.ko" "$ram/modules/"
done
cat >"$ram/init" <<INIT
#!/bin/busybox sh
set -e
cd /modules
for name in $boot_modules; do [ ! -e \$name.ko ] || /bin/busybox insmod \$name.ko; done
/bin/busybox mount -t devtmpfs none /dev
until [ -e /dev/vda ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 /dev/vda /root
/bin/busybox umount /dev
exec /bin/busybox switch_root /root /virtlab/tests/kvmbox/inside.sh
INIT
chmod +x "$ram/init"
(cd "$ram" && find . | cpio --quiet -o -H newc) >"$out/initrd"
rm -rf "$stage" "$ram" "$out/list" "$out/libraries"
