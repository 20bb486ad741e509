#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/tui/pictures.sh BUILD [RESULTS [FOLDER]]: the pictures of the dashboard, made of a run (of that in
# docs/example): virtlab tui in a terminal of tmux's, its screens as SVG in FOLDER, or else in this one.
# That of Exits is of a machine that is started for it, and stays as it was where /dev/kvm is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "${1:?pictures.sh BUILD [RESULTS [FOLDER]]}")
results=$(realpath "${2:-$here/../example}")
into=$(realpath "${3:-$here}")
columns=100 rows=30

scratch=$(mktemp -d)
socket=$scratch/tmux
trap 'tmux -S "$socket" kill-server 2>/dev/null || true; rm -rf "$scratch"' EXIT

keys() { tmux -S "$socket" send-keys "$@"; }
screen() { tmux -S "$socket" capture-pane -p -N "$@"; }

# shown PATTERN [TRIES]: wait until it is on the screen.
shown() {
    local tries
    for ((tries = 0; tries < ${2:-500}; tries++)); do
        ! screen | grep -Eq -- "$1" || return 0
        sleep 0.02
    done
    screen >&2
    echo "pictures.sh: '$1' does not come" >&2
    return 1
}

# picture NAME TITLE
picture() {
    screen -e | LC_ALL=C awk -v columns=$columns -v title="$2" -f "$here/cells.awk" >"$scratch/$1.svg"
    mv "$scratch/$1.svg" "$into/$1.svg"
}

# The runs beside it are on the screen Results: a folder of its own, so that they are always the same.
name=$(sed -n '1s/.*"run": *"\([^"]*\)".*/\1/p' "$results/samples.jsonl")
mkdir "$scratch/results"
cp -r "$results" "$scratch/results/$name"
"$build/tests/tools/make_samples" "$scratch/results/20260102T030405Z-compare" 1
cd "$scratch"
tmux -S "$socket" -f /dev/null new-session -d -x $columns -y $rows \
    "env TERM=tmux-256color LC_ALL=C.UTF-8 '$build/bin/virtlab' tui 'results/$name'"
shown 'start to first output'
picture compare 'Compare: the platforms side by side'
keys 2
shown 'share of starts'
picture start-up 'Start-up: distributions, and the stages of a start'
keys 3 / mount Enter
shown '^> mount a file system'
keys Right Right Enter
shown 'Verdict:'
picture isolation 'Isolation: a cell explained'
keys Escape 4
shown '4 Neighbours\]'
picture neighbours 'Neighbours: beside an aggressor'
# Live, it takes a minute, which only the documentation itself is worth.
if [ $# -lt 3 ]; then
    keys F2
    shown 'live 0:1[0-9]' 1500
    keys ':start fork' Enter
    shown 'live 0:2[6-9]' 1500
    keys ':limits on' Enter
    shown 'live 0:4[2-9]' 1500
    keys x
    shown 'live 0:5[6-9]' 1500
    picture neighbours-live 'Neighbours, live: fork beside every victim, then with limits'
    keys F2
    shown 'nothing of it is kept'
fi
if [ -w /dev/kvm ]; then
    keys 5 ':trace syscall 20000' Enter
    shown 'the machine has ended'
    keys '{' '{' '{'
    shown 'held at exit'
    picture exits 'Exits: a record, held'
fi
keys 6
shown 'what is said'
picture claims 'Claims: the ledger, with its evidence'
keys 7
shown 'when'
picture results 'Results: earlier runs'
keys 8
shown '8 Labs\]'
picture labs 'Labs'
keys 1 '?'
shown 'this help'
picture help 'Help'
keys q q
