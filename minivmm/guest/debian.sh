#!/bin/bash
# SPDX-License-Identifier: MIT
# The Debian guest: Debian's own kernel for clouds, unmodified, and an initial file system with
# busybox, our /init and the modules that it needs.
#
#     debian.sh WORK INIT MAKE_INITRD OUT
#
# WORK keeps what was downloaded and unpacked; OUT gets vmlinuz and initrd.
. "$(dirname "$0")/image.sh"
work=$1 init=$2 make_initrd=$3 out=$4

# Drivers of the devices that minivmm has; what they depend on is looked up.
wanted="virtio_mmio virtio_console virtio_blk virtio_net virtio-rng"

# The package whose name stays the same depends on the one with the kernel in it.
find_kernel() {
    command -v apt-cache >/dev/null || return 1
    apt-cache depends linux-image-cloud-amd64 2>/dev/null |
        awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ && !seen++ { print $2 }'
}

package=$(find_kernel) || package=
if [ -n "$package" ] && version=$(candidate "$package"); then
    folder=$work/$package-$version
    download "$package" "$version" "$folder"
else
    # Without apt's lists, one that is here already will do.
    folder=$(find "$work" -mindepth 1 -maxdepth 1 -type d -name 'linux-image-*' 2>/dev/null | sort | tail -n 1)
    [ -n "$folder" ] || fail "apt knows no linux-image-cloud-amd64: has 'apt-get update' run?"
fi

if [ ! -e "$folder/root" ]; then
    rm -rf "$folder/root.tmp"
    dpkg-deb --fsys-tarfile "$folder"/*.deb |
        (mkdir "$folder/root.tmp" && tar -x -C "$folder/root.tmp" ./boot ./lib)
    # Who needs whom; on a system that installs the package this happens afterwards.
    busybox depmod -b "$folder/root.tmp" "$(ls "$folder/root.tmp/lib/modules")"
    mv "$folder/root.tmp" "$folder/root"
fi
release=$(ls "$folder/root/lib/modules")
modules=$folder/root/lib/modules/$release

# In the order of loading: each module behind those that it needs. Paths below the modules' folder.
sort_modules() {
    # shellcheck disable=SC2086 # a list of words
    awk -v wanted="$wanted" '
        function visit(path, i, count, list) {
            if (path in seen) return
            seen[path] = 1
            count = split(needs[path], list, " ")
            for (i = 1; i <= count; i++) visit(list[i])
            print path
        }
        { path = substr($1, 1, length($1) - 1); name = path; sub(/.*\//, "", name)
          sub(/\.ko$/, "", name); of[name] = path; $1 = ""; needs[path] = $0 }
        END {
            count = split(wanted, list, " ")
            for (i = 1; i <= count; i++) {
                if (list[i] in of) visit(of[list[i]])
                else print "there is no module " list[i] > "/dev/stderr"
            }
        }' "$modules/modules.dep"
}

list() {
    local path
    list_base "$init" "$(command -v busybox)"
    echo "folder lib"
    echo "folder lib/modules"
    while read -r path; do
        echo "file lib/modules/${path##*/} 644 $modules/$path"
    done <"$folder/modules"
    echo "file virtlab/modules 644 $folder/list"
}

sort_modules >"$folder/modules"
sed 's|.*/|/lib/modules/|' "$folder/modules" >"$folder/list"
list | "$make_initrd" | replace "$out/initrd"
replace "$out/vmlinuz" <"$folder/root/boot/vmlinuz-$release"
echo "  the guest 'debian' is Linux $release: $out"
