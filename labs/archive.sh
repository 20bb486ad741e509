#!/bin/bash
# SPDX-License-Identifier: MIT
# labs/archive.sh handout|instructor BUILD: the archive for students, or the one for teachers.
#
# The handout is this tree without its history and without what would spoil the labs: no marked sources
# (the skeletons that were made of them lie there instead), no hidden tests, no mutants, no notes for
# teachers. The instructor's has all files, and every step of every lab, to be given out by
# `virtlab lab catch-up N STEP --from FOLDER`.
set -eu
kind=$1
build=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."

work=$(mktemp -d "$build/archive.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/virtlab
mkdir "$tree"

# Without git, everything is taken but hidden files, builds and results.
list() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -z
    else
        find . -path './.*' -prune -o -path ./build -prune -o -path ./results -prune -o -type f -printf '%P\0'
    fi
}

case $kind in
handout) secret='^labs/[0-9][^/]*/(src/|INSTRUCTOR\.md$|tests/(hidden\.conf$|mutants\.conf$|results/))' ;;
instructor) secret='^$' ;;
*)
    echo "labs/archive.sh: what is '$kind'?" >&2
    exit 125
    ;;
esac
list | grep -zvE "$secret" | tar --create --null --files-from - | tar --extract --directory "$tree"

for conf in labs/[0-9]*/lab.conf; do
    folder=$(dirname "$conf") lab=$(basename "$(dirname "$conf")")
    if [ "$kind" = handout ]; then
        cp -R "$build/share/virtlab/labs/$lab/skeleton" "$tree/$folder/skeleton"
        rm -f "$tree/$folder"/skeleton/README*
        continue
    fi
    for ((step = 1; step <= $(sed -n 's/^steps = //p' "$conf"); step++)); do
        mkdir -p "$tree/catch-up/$lab"
        "$build/libexec/virtlab/virtlab-lab" generate --step "$step" "$folder/src" "$tree/catch-up/$lab/$step"
    done
done

tar --create --gzip --sort name --owner root:0 --group root:0 --directory "$work" \
    --file "$work/archive" virtlab
mv "$work/archive" "$build/virtlab-$kind.tar.gz"
echo "$build/virtlab-$kind.tar.gz"
