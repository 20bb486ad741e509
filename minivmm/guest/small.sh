#!/bin/bash
# SPDX-License-Identifier: MIT
# The small guest: Debian's kernel source, configured by small.config, and an initial file system
# with busybox and our /init.
#
#     small.sh WORK INIT MAKE_INITRD OUT [JOBS]
#
# WORK keeps the downloaded package and the build; OUT gets vmlinux, vmlinuz and initrd.
. "$(dirname "$0")/image.sh"
work=$1 init=$2 make_initrd=$3 out=$4 jobs=${5:-1}
source=linux-source-6.1 # the line of kernels that small.config is for
build=$work/small-build
mkdir -p "$work" "$build"
# What was said to our make is not meant for the kernel's.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL CFLAGS LDFLAGS

# What a line of small.config asks for, without its comment.
lines() {
    sed -n -e 's/^\(CONFIG_[A-Z0-9_a-z]*=[^ ]*\).*/\1/p' -e '/^# CONFIG_.* is not set$/p' "$here/small.config"
}

# Does the configuration in $build/.config have each of these lines?
check_configuration() {
    local line missing=
    while read -r line; do
        case $line in
        "#"*)
            line=${line#\# }
            ! grep -q "^${line%% *}=" "$build/.config" || missing="$missing no-${line%% *}"
            ;;
        *) grep -qxF "$line" "$build/.config" || missing="$missing $line" ;;
        esac
    done < <(lines)
    [ -z "$missing" ] || fail "small.config asks for what this kernel does not let hold:$missing"
}

compile() {
    local tree=$work/$source start=$SECONDS
    echo "  unpacking $source" >&2
    rm -rf "$tree"
    # Documentation is a fifth of it, and the registers of one maker's graphics cards a third.
    dpkg-deb --fsys-tarfile "$folder/$source.deb" | tar -x -O "./usr/src/$source.tar.xz" |
        tar -x -J -C "$work" --exclude="$source/Documentation/?*/*" --exclude="$source/tools/testing" \
            --exclude="$source/drivers/gpu/drm/amd/include/asic_reg"
    # Nothing of this machine or moment goes into the kernel.
    KBUILD_BUILD_TIMESTAMP=$(date -u -d "@$(stat -c %Y "$tree/Makefile")")
    export ARCH=x86_64 KBUILD_BUILD_TIMESTAMP KBUILD_BUILD_USER=virtlab KBUILD_BUILD_HOST=virtlab
    export KBUILD_BUILD_VERSION=1
    lines >"$build/lines"
    make -s -C "$tree" O="$build" KCONFIG_ALLCONFIG="$build/lines" allnoconfig >"$build/log" 2>&1 ||
        fail "cannot configure the kernel: $(tail -n 1 "$build/log")"
    check_configuration
    echo "  building the kernel with $jobs job(s): 5 to 10 minutes, its words are in $build/log" >&2
    make -C "$tree" O="$build" -j"$jobs" bzImage >"$build/log" 2>&1 || {
        tail -n 5 "$build/log" >&2
        fail "cannot build the kernel; all it said is in $build/log"
    }
    strip -o "$build/vmlinux.stripped" "$build/vmlinux"
    rm -rf "$tree"
    echo "  built in $((SECONDS - start)) s" >&2
}

version=$(candidate "$source") || {
    version=$(cat "$work/$source.version" 2>/dev/null) ||
        fail "apt knows no $source: has 'apt-get update' run? It is a package of Debian 12."
}
# What the kernel is made from. When nothing of it has changed, neither has the kernel.
made_from=$(printf '%s\n' "$version" "$(gcc --version | head -n 1)" "$(lines)" | sha256sum)
if [ "$(cat "$build/made-from" 2>/dev/null)" != "$made_from" ]; then
    folder=$work/$source-$version
    download "$source" "$version" "$folder"
    echo "$version" >"$work/$source.version"
    rm -f "$build/made-from"
    compile
    echo "$made_from" >"$build/made-from"
fi

list_base "$init" "$(command -v busybox)" | "$make_initrd" | replace "$out/initrd"
replace "$out/vmlinuz" <"$build/arch/x86/boot/bzImage"
replace "$out/vmlinux" <"$build/vmlinux.stripped"
echo "  the guest 'small' is Linux $(cat "$build/include/config/kernel.release"), $(stat -c %s "$out/vmlinuz") bytes packed: $out"
