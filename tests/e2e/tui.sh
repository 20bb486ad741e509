#!/bin/bash
# SPDX-License-Identifier: MIT
# The dashboard without a terminal: what it prints, against pictures in tests/tui, made of the run in
# docs/example. After a wanted change: UPDATE_TUI=yes tests/run BUILD '*/tui.sh', and read the diff.
. "$(dirname "$0")/../lib.sh"

EXAMPLE=$SOURCE/docs/example

# golden NAME ARG...: what `virtlab tui --once` prints is tests/tui/NAME.txt.
golden() {
    local name=$1
    shift
    virtlab tui --once "$@" "$EXAMPLE" >"$name.txt"
    [ -z "${UPDATE_TUI:-}" ] || cp "$name.txt" "$SOURCE/tests/tui/$name.txt"
    diff -u "$SOURCE/tests/tui/$name.txt" "$name.txt"
}

every_screen_is_in_help() {
    virtlab tui --help >help
    for screen in compare start-up isolation neighbours exits claims results labs; do
        grep -q "$screen" help || fail "$screen is not in --help"
        virtlab tui --screen "$screen" "$EXAMPLE" >out
        [ "$(wc -l <out)" -ge 12 ]
    done
}

json_has_every_row() {
    virtlab tui --json --screen isolation "$EXAMPLE" >out.json
    "$BUILD/tests/tools/jsoncheck" out.json || fail "no JSON"
    [ "$(grep -o '"probe":' out.json | wc -l)" -gt 20 ]
    virtlab tui --csv --screen compare "$EXAMPLE" >out.csv
    head -n 1 out.csv | grep -q '^"measure","native","container","vm"'
    grep -Eq '^"start to first output",[0-9.]+,[0-9.]+,[0-9.]+,,' out.csv
    virtlab tui --json "$EXAMPLE" | grep -q '"vm-linux": null.*cannot run a Linux guest'
}

ascii_is_ascii() {
    for screen in compare start-up isolation claims; do
        virtlab tui --ascii --once --screen "$screen" "$EXAMPLE" >out
        ! LC_ALL=C grep -n '[^ -~]' out || fail "$screen has other characters"
        LC_ALL=C virtlab tui --once --screen "$screen" "$EXAMPLE" >out
        ! LC_ALL=C grep -n '[^ -~]' out || fail "$screen has other characters in the locale C"
    done
}

mistakes_are_told() {
    expect_status 125 virtlab tui --once /nonexistent
    expect_one_line err nonexistent
    expect_status 125 virtlab tui --screen nothing
    expect_status 125 virtlab tui --theme pink
    expect_status 125 virtlab tui --speed 0
    expect_status 125 virtlab tui --size 80
    expect_status 125 virtlab tui a b
}

nothing_hostile_reaches_the_terminal() {
    mkdir evil
    printf '%s\n' '{"schema":1,"run":"r","titles":{"native":"\u001b]0;x\u0007"}}' \
        '{"schema":1,"run":"r","experiment":"\u001b[2J","platform":"native","workload":"\u009b31m","status":"ok","metrics":{"\u001bend_ns":1}}' \
        >evil/samples.jsonl
    virtlab tui --once evil >out
    ! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" out || fail "a control character came out"
    grep -q 'x1b' out
}

exits_come_from_a_timeline() {
    printf '[\n%s,\n%s,\n' '{"name":"MMIO","cat":"exit","ph":"X","ts":10.5,"dur":2}' \
        '{"name":"MMIO","cat":"exit","ph":"X","ts":20.5,"dur":4}' >timeline
    virtlab tui --csv --screen exits --timeline timeline "$EXAMPLE" >out
    grep -q '^"MMIO",2,' out
}

fuzz() {
    "$SOURCE/tests/fuzz/run.sh" "$BUILD" "$1" 10 "$PWD/found" -seed=1
}

it "names every screen, and prints each" every_screen_is_in_help
it "draws the comparison in 80x24" golden compare-80x24 --size 80x24
it "draws the comparison in 132x43" golden compare-132x43 --size 132x43
it "draws the comparison in 200x60" golden compare-200x60 --size 200x60
it "draws start-up in 80x24" golden start-up-80x24 --size 80x24 --screen start-up
it "draws start-up in 132x43" golden start-up-132x43 --size 132x43 --screen start-up
it "draws start-up in ASCII" golden start-up-ascii --size 80x24 --screen start-up --ascii
it "draws isolation in 80x24" golden isolation-80x24 --size 80x24 --screen isolation
it "draws isolation in 132x43" golden isolation-132x43 --size 132x43 --screen isolation
it "draws the comparison in Korean" golden compare-ko --size 80x24 --lang ko
it "draws isolation in Korean" golden isolation-ko --size 80x24 --screen isolation --lang ko
it "prints JSON and CSV of a screen" json_has_every_row
it "keeps to ASCII when told to, and where the locale has no more" ascii_is_ascii
it "tells what is wrong with a command line" mistakes_are_told
it "shows control characters in results as text" nothing_hostile_reaches_the_terminal
it "gathers the exits of a timeline" exits_come_from_a_timeline
# The targets have sanitizers of their own: in the sanitized build there is none.
if [ "$(basename "$BUILD")" != asan ]; then
    it "finds nothing wrong with the reader of timelines" fuzz fuzz_timeline
    it "finds nothing wrong with the replay and the keys" fuzz fuzz_dashboard
    it "finds nothing wrong with what live neighbours say" fuzz fuzz_neighbours
fi
finish
