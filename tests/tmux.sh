#!/bin/bash
# SPDX-License-Identifier: MIT
# For tests of what is seen on a terminal, behind tests/lib.sh: tmux is the terminal, and the tests wait
# for text.

# in_tmux COLUMNSxROWS FUNCTION [ARG...]: with a tmux of this test's own, which is gone afterwards.
in_tmux() {
    local size=$1
    shift
    need tmux
    socket=$PWD/tmux
    trap 'tmux -S "$socket" kill-server 2>/dev/null || true' EXIT
    # A shell in between, as a user has it: what it shows afterwards tells how the terminal was left.
    # Temporary folders are made in here, where they can be seen to go.
    tmux -S "$socket" -f /dev/null new-session -d -x "${size%x*}" -y "${size#*x}" \
        "env PS1='shell> ' PATH='$PATH' TMPDIR='$PWD' LC_ALL=C.UTF-8 bash --norc"
    shown 'shell>'
    "$@"
}

keys() { tmux -S "$socket" send-keys "$@"; }
screen() { tmux -S "$socket" capture-pane -p; }
on_screen() { screen | grep -Eq -- "$1"; }
# shown PATTERN, gone PATTERN: wait until it is on the screen, or no longer.
shown() { expect_soon on_screen "$1" || { screen; return 1; }; }
not_on_screen() { ! on_screen "$1"; }
gone() { expect_soon not_on_screen "$1" || { screen; return 1; }; }
