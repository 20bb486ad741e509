# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts that make the guests' images share; they source it.

set -eu -o pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# fail TEXT: say why not, and end.
fail() {
    echo "$*" >&2
    exit 1
}

# candidate PACKAGE: the version that apt would download; fails when it knows none.
candidate() {
    command -v apt-cache >/dev/null || return 1
    apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" { print $2; found = 1 }
                                             END { exit !found }'
}

# download PACKAGE VERSION FOLDER: leave the package's file in the folder. Nothing is installed, so
# anybody may do this; apt sees to it that the file is the one that Debian has signed.
download() {
    local package=$1 version=$2 folder=$3 why
    [ ! -e "$folder/$package.deb" ] || return 0
    echo "  downloading $package $version" >&2
    rm -rf "$folder.tmp"
    mkdir -p "$folder.tmp" "$folder"
    # apt's own user may not write here, which apt mentions each time; that is all it says.
    (cd "$folder.tmp" && apt-get download -q "$package=$version" >log 2>&1) || {
        why=$(tail -n 1 "$folder.tmp/log")
        rm -rf "$folder.tmp"
        fail "cannot download $package; has 'apt-get update' run? ${why#E: }"
    }
    mv "$folder.tmp/$package"_*.deb "$folder/$package.deb"
    rm -rf "$folder.tmp"
}

# replace FILE: put standard input there if it is something new, in one step.
replace() {
    mkdir -p "$(dirname "$1")"
    cat >"$1.tmp"
    if cmp -s "$1.tmp" "$1"; then
        rm "$1.tmp"
    else
        mv "$1.tmp" "$1"
    fi
}

# list_base INIT BUSYBOX: what every guest's initial file system holds, for make_initrd.
list_base() {
    local folder
    for folder in bin dev etc etc/udhcpc root sbin tmp virtlab; do
        echo "folder $folder"
    done
    # The kernel opens it for /init, before anything is mounted.
    echo "device dev/console 600 5 1"
    echo "file init 755 $1"
    echo "file bin/busybox 755 $2"
    # Where Debian's busybox looks for it.
    echo "file etc/udhcpc/default.script 755 $here/udhcpc.script"
}
