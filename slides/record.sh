#!/bin/bash
# SPDX-License-Identifier: MIT
# record.sh BUILD [results]: runs the demonstrations of the decks, and keeps what they print in
# recorded/NAME.txt, the fallback of a lecture without a machine. A demonstration is a block of an
# English deck that begins with ```{.console demo=NAME}; its lines begin with "$ ", or go on one that
# ended with "\".
#
# With `results` it measures instead what docs/example does not have, into results/: some five
# minutes, on a machine that does nothing else.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
export PATH=$build/bin:$PATH LC_ALL=C.UTF-8 COLUMNS=80
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

if [ "${2:-}" = results ]; then
    for experiment in limits faults image neighbours syscalls density; do
        virtlab bench "$experiment" --out "$scratch/$experiment" >/dev/null
    done
    virtlab merge --out "$scratch/all" "$scratch"/*/latest/
    mkdir -p "$here/results"
    cp "$scratch/all/latest/samples.jsonl" "$scratch/all/latest/env.json" "$here/results/"
    exit
fi

for deck in "$here"/[0-9]*.md; do
    case $deck in *.ko.md) continue ;; esac
    sed -n "s/^\`\`\`{.console demo=\([a-z-]*\)}\$/\1/p" "$deck" | while read -r name; do
        sed -n "/^\`\`\`{.console demo=$name}\$/,/^\`\`\`\$/p" "$deck" | sed '1d;$d' >block
        sed 's/^\$ //' block >commands
        {
            cat block
            bash -eu commands 2>&1 </dev/null
        } | fold -s -w 80 | sed 's/[[:space:]]*$//' >"$here/recorded/$name.txt"
        echo "recorded $name: $(wc -l <"$here/recorded/$name.txt") lines"
    done
done
