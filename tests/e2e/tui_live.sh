#!/bin/bash
# SPDX-License-Identifier: MIT
# Live neighbours on the dashboard: tmux is the terminal, and the tests wait for text.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tmux.sh
. "$(dirname "$0")/../tmux.sh"

EXAMPLE=$SOURCE/docs/example

start() {
    keys "virtlab tui $* '$EXAMPLE'; echo left with \$?" Enter
    shown '[0-9] ms' # before there are results, keys do nothing
}

# The name of the measuring process's folder and cgroups, while it is at work.
note_name() {
    expect_soon folder_is_there
    name=$(basename "$PWD"/virtlab-*)
    pid=$(cut -d- -f2 <<<"$name")
    kill -0 "$pid"
}
folder_is_there() { compgen -G "$PWD/virtlab-*" >/dev/null; }

# No process, no folder, no cgroup: antagonists and victims are in cgroups of that name, or below
# the process.
nothing_left() {
    ! folder_is_there && ! kill -0 "$pid" 2>/dev/null &&
        ! find /sys/fs/cgroup -maxdepth 3 -name "$name*" 2>/dev/null | grep -q . &&
        ! grep -ls "$name" /proc/[0-9]*/cgroup | grep -q .
}

ends_with_nothing_left() {
    note_name
    "$@"
    expect_soon nothing_left
}

begin() {
    start
    keys F2
    shown '^A native'
    shown 'p99 [0-9.]+ .s'
    shown 'F2End live'
}

starts_and_stops() {
    begin
    shown 'beside: nobody'
    keys Enter
    shown 'beside: cpu'
    shown '^ \[x\] cpu  \[ \] memory'
    shown '[+]cpu'
    keys Right Space
    shown 'beside: cpu, memory'
    keys i
    shown 'limits on; beside: cpu, memory'
    shown 'p50 .* no limits'
    shown '\[x\] limits'
    keys ':stop cpu' Enter
    shown 'limits on; beside: memory'
    keys ':limits off' Enter
    shown 'limits off; beside: memory'
    keys ':start gpu' Enter
    shown "no antagonist 'gpu'"
    keys ':sta' Tab ' fo' Tab Enter
    shown 'beside: memory, fork'
    keys x
    shown 'beside: nobody'
    # On another screen it goes on.
    keys 3
    shown 'a program tries to'
    shown 'live [0-9]+:[0-9]+ of 10:00'
    keys F2
    shown 'F2End live'
    # What was recorded is there again when it ends.
    ends_with_nothing_left keys F2
    shown 'nothing of it is kept'
    gone 'F2End live'
    keys q
    shown 'left with 0'
}

clicks() {
    local line place
    begin
    line=$(screen | grep -n '^ \[ \] cpu' | cut -d: -f1)
    # As a terminal says it whose description has kmous=\E[M: button, column and line, each plus 32.
    place=$(printf "\\x%x" 48 $((32 + line)))
    keys -l "$(printf '\033[M %b\033[M#%b' "$place" "$place")"
    shown 'beside: memory'
    shown '\[x\] memory'
    ends_with_nothing_left keys q
    shown 'left with 0'
}

is_resized() {
    begin
    keys ':start cpu' Enter
    shown 'beside: cpu'
    tmux -S "$socket" resize-window -x 132 -y 43
    shown 'alone p99 [0-9]'
    tmux -S "$socket" resize-window -x 40 -y 12
    shown '\[x\] cpu'
    tmux -S "$socket" resize-window -x 30 -y 8
    shown 'too small: 30x8'
    tmux -S "$socket" resize-window -x 80 -y 24
    shown '^ \[x\] cpu  \[ \] memory'
    ends_with_nothing_left keys q
    shown 'left with 0'
}

speaks_korean() {
    start --lang ko
    keys F2
    shown '^A native'
    keys Enter
    shown '\[x\] cpu'
    ends_with_nothing_left keys q
    shown 'left with 0'
}

pid_of_tui() { pgrep -f "virtlab-tui.*$EXAMPLE|virtlab tui.*$EXAMPLE" -P "$(tmux -S "$socket" display -p '#{pane_pid}')"; }

dies() {
    begin
    keys ':start cpu' Enter
    shown 'beside: cpu'
    ends_with_nothing_left kill -"$1" "$(pid_of_tui)"
}

# The measuring process is killed, and the dashboard goes on.
survives() {
    begin
    keys ':start cpu' Enter
    shown 'beside: cpu'
    ends_with_nothing_left eval 'kill -KILL "$pid"'
    shown 'live has ended'
    keys q
    shown 'left with 0'
}

it "starts and stops neighbours, and toggles limits" in_tmux 80x24 starts_and_stops
it "is clicked" in_tmux 80x24 clicks
it "is resized" in_tmux 80x24 is_resized
it "speaks Korean" in_tmux 80x24 speaks_korean
it "leaves nothing when the dashboard is killed" in_tmux 80x24 dies KILL
it "leaves nothing when the dashboard is asked to end" in_tmux 80x24 dies TERM
it "leaves nothing when it crashes" in_tmux 80x24 dies SEGV
it "survives its measuring process" in_tmux 80x24 survives
finish
