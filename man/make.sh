#!/bin/sh
# SPDX-License-Identifier: MIT
# man/make.sh BUILD: the manual pages, into BUILD/share/man/man1.
#
# The pages man/*.1.in are written by hand; a line `@help COMMAND` in them becomes what that command's own
# --help says. Each command of virtlab that has no such page gets one of its --help alone. So no option can be
# missing, and none can be named that is not there.
set -eu
build=$1
here=$(dirname "$0")
pages=$build/share/man/man1
version=$(sed -n 's/.*VIRTLAB_VERSION "\(.*\)"/\1/p' "$here/../common/version.h")
# The day of the newest version stands in the list of changes.
date=$(sed -n 's/^## [0-9.]* – \([0-9-]*\)$/\1/p' "$here/../CHANGELOG.md" | head -n 1)
export LC_ALL=C.UTF-8 LANGUAGE=

help() { # COMMAND [SUBCOMMAND]
    command=$1
    shift
    "$build/bin/$command" "$@" --help
}

rm -rf "$pages"
mkdir -p "$pages"
for source in "$here"/*.1.in; do
    page=$pages/$(basename "$source" .in)
    while IFS= read -r line; do
        case $line in
        @help\ *)
            # shellcheck disable=SC2086 # words
            help ${line#@help } >"$pages/help"
            awk -v part=section -f "$here/options.awk" "$pages/help"
            ;;
        *) printf '%s\n' "$line" | sed "s/@VERSION@/$version/; s/@DATE@/$date/" ;;
        esac
    done <"$source" >"$page"
done
for command in "$build"/libexec/virtlab/virtlab-*; do
    name=$(basename "$command")
    # Only peers.conf calls `bundle`.
    if [ "$name" = virtlab-bundle ] || [ -e "$pages/$name.1" ]; then continue; fi
    help virtlab "${name#virtlab-}" >"$pages/help"
    awk -v part=page -v name="$name" -v date="$date" -v version="$version" -f "$here/options.awk" \
        "$pages/help" >"$pages/$name.1"
done
rm -f "$pages/help"
