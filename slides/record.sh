#!/bin/bash
# SPDX-License-Identifier: MIT
# record.sh BUILD [NAME...]: runs the demonstrations of the decks, and keeps what they print in
# recorded/NAME.txt, the fallback of a lecture without a machine. A demonstration is a block of an
# English deck that begins with ```{.console demo=NAME}; its lines begin with "$ ", or go on one that
# ended with "\". NAMEs: only these.
#
# With `results` it measures instead what docs/example does not have, into results/: some five
# minutes, on a machine that does nothing else.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift
only=" $* "
export PATH=$build/bin:$PATH LC_ALL=C.UTF-8 COLUMNS=80
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

if [ "${1:-}" = results ]; then
    for experiment in limits faults image neighbours syscalls density; do
        virtlab bench "$experiment" --out "$scratch/$experiment" >/dev/null
        mkdir -p "$here/results/$experiment"
        cp "$scratch/$experiment/latest/samples.jsonl" "$scratch/$experiment/latest/env.json" \
            "$here/results/$experiment/"
    done
    exit
fi

for deck in "$here"/[0-9]*.md; do
    case $deck in *.ko.md) continue ;; esac
    sed -n "s/^\`\`\`{.console demo=\([a-z-]*\)}\$/\1/p" "$deck" | while read -r name; do
        [ $# = 0 ] || [[ $only = *" $name "* ]] || continue
        sed -n "/^\`\`\`{.console demo=$name}\$/,/^\`\`\`\$/p" "$deck" | sed '1d;$d' >block
        # Command by command, as a terminal shows it.
        number=0
        while IFS= read -r line; do
            case $line in '$ '*) number=$((number + 1)) ;; esac
            printf '%s\n' "$line" >>"block.$number"
        done <block
        for ((n = 1; n <= number; n++)); do
            cat "block.$n"
            sed 's/^\$ //' "block.$n" >"command"
            bash -eu command 2>&1 </dev/null | fold -s -w 80
        done | sed 's/[[:space:]]*$//' >"$here/recorded/$name.txt"
        rm -f block.*
        echo "recorded $name: $(wc -l <"$here/recorded/$name.txt") lines"
    done
done
