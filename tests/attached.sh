#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/attached.sh BUILD [RUNS]: does the dashboard disturb what it shows?
#
# One run of `virtlab bench startup`, and a dashboard on it in a terminal. In windows of a second the
# dashboard works or is stopped by a signal, drawn by lot: two halves of the same run, so that whatever
# else changes on the machine changes in both. A sample counts for the window that it lies within as a
# whole. `virtlab diff` then compares the halves, and a figure of which it finds a difference beyond the
# noise is one that the dashboard has disturbed. A second comparison, of the odd stopped windows with
# the even ones, shows what it says where there is nothing.
set -eu
build=$(realpath "${1:?attached.sh BUILD [RUNS]}")
runs=${2:-400}
PATH=$build/bin:$PATH

scratch=$(mktemp -d)
socket=$scratch/tmux
bench=
cleanup() {
    [ -z "$bench" ] || kill "$bench" 2>/dev/null || true
    tmux -S "$socket" kill-server 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT
cd "$scratch"

virtlab bench startup --platform native,container,vm --runs "$runs" >table 2>&1 &
bench=$!
while [ ! -s results/latest/samples.jsonl ]; do
    kill -0 "$bench" 2>/dev/null || { cat table >&2; exit 1; }
    sleep 0.1
done
tmux -S "$socket" -f /dev/null new-session -d -x 132 -y 43 "exec env LC_ALL=C.UTF-8 virtlab tui results/latest"
dashboard=
for ((tries = 0; tries < 100; tries++)); do
    dashboard=$(tmux -S "$socket" display -p '#{pane_pid}')
    ! tmux -S "$socket" capture-pane -p | grep -q 'start to first output' || break
    sleep 0.1
done

# The clock of the samples, CLOCK_MONOTONIC, in nanoseconds; all but a suspended machine have it here.
now() { awk '{ printf "%.0f", $1 * 1e9 }' /proc/uptime; }

# Each window: when it begins and ends, and whether the dashboard worked. A moment before it counts, so
# that the dashboard has drawn what it had missed.
number=0
while kill -0 "$bench" 2>/dev/null; do
    if ((RANDOM % 2)); then
        kill -CONT "$dashboard"
        kind=attached
    else
        kill -STOP "$dashboard"
        number=$((number + 1))
        kind=alone$((number % 2))
    fi
    sleep 0.25
    begin=$(now)
    sleep 0.75
    echo "$begin $(now) $kind" >>windows
done
wait "$bench" || { cat table >&2; exit 1; }
bench=
kill -CONT "$dashboard"

for half in attached alone alone0 alone1; do
    mkdir "$half"
    cp results/latest/env.json "$half/"
    awk -v half="$half" '
        function number(name) {
            if (!match($0, "\"" name "\":[0-9]+"))
                return -1
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0
        }
        FNR == NR { begin[FNR] = $1; end[FNR] = $2; kind[FNR] = $3; windows = FNR; next }
        FNR == 1 { print; next }
        {
            start = number("t0_ns")
            stop = start + number("end_ns")
            for (i = 1; i <= windows; i++)
                if (index(kind[i], half) == 1 && start >= begin[i] && stop <= end[i]) {
                    print
                    break
                }
        }' windows results/latest/samples.jsonl >"$half/samples.jsonl"
done
wc -l windows attached/samples.jsonl alone/samples.jsonl | sed '$d'
echo
echo 'With the dashboard stopped, and with it at work:'
virtlab diff alone attached
echo
echo 'With it stopped, and with it stopped:'
virtlab diff alone0 alone1
