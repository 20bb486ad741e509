#!/bin/bash
# SPDX-License-Identifier: MIT
# The antagonists: that each takes what it is made to take, and never more than its ceilings.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

A=$BUILD/libexec/virtlab/antagonists
ALL='cpu memory cache fork network disk'

# An antagonist of its own, talked with by descriptors 3 and 4; its process is $pid.
start() {
    coproc "$A/$1" "${@:2}"
    pid=$COPROC_PID
    exec 3<&"${COPROC[0]}" 4>&"${COPROC[1]}"
    eval "exec ${COPROC[0]}<&- ${COPROC[1]}>&-"
    local line
    read -r line <&3
    [ "$line" = ready ]
}

go() {
    local line
    echo "go $1" >&4
    read -r line <&3
    [[ $line = "done $1 "* ]] || fail "$line"
    got=$((16#${line##* }))
}

stop() {
    exec 4>&-
    wait "$pid"
    exec 3<&-
}

# Whether it can run here at all: a machine may keep all its files in memory.
possible() {
    status_of "$A/$1" </dev/null
    [ "$status" = 0 ] || [ "$1" != disk ] || skip user "$(cat err)"
    [ "$status" = 0 ]
}

each_takes_what_it_is_made_to_take() {
    local antagonist
    for antagonist in cpu memory cache network; do
        start $antagonist
        go 20
        [ "$got" -ge 19 ] || fail "$antagonist got $got of 20"
        stop
    done
    start fork
    go 2
    [ "$got" = 126 ]
    stop
    possible disk
    start disk --kib 1024
    go 3
    [ "$got" = 3 ]
    stop
}

the_limits_are_set() {
    local antagonist
    for antagonist in cpu memory cache fork network; do
        start $antagonist
        expect_match "/proc/$pid/limits" '^Max address space +335544320 +335544320 '
        expect_match "/proc/$pid/limits" '^Max file size +16777216 +16777216 '
        expect_match "/proc/$pid/limits" '^Max open files +16 +16 '
        expect_match "/proc/$pid/limits" '^Max cpu time +60 +60 '
        stop
    done
}

# The kernel's high-water mark of the whole process: no moment is missed.
memory_stays_inside() {
    start memory
    go 1000
    [ "$got" -ge 900 ]
    local most
    most=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
    [ "$most" -ge $((190 * 1024)) ] || fail "it took $most KiB only: nothing was tried"
    [ "$most" -le $((196 * 1024)) ] || fail "it took $most KiB"
    stop
    expect_status 125 "$A/memory" --mib 193
}

# A bound that the program itself does not know of: the kernel refuses, and it begins again.
memory_is_refused() {
    start memory
    prlimit --pid "$pid" --as=$((64 << 20))
    go 500
    [ "$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")" -le $((64 * 1024)) ]
    [ "$got" -ge 300 ]
    stop
}

children_stay_inside() {
    start fork
    local count most=0 line
    echo 'go 200' >&4
    while ! read -r -t 0 -u 3; do
        count=$(wc -w <"/proc/$pid/task/$pid/children")
        [ "$count" -le "$most" ] || most=$count
    done
    read -r line <&3
    [ $((16#${line##* })) = $((200 * 63)) ]
    [ "$most" -ge 20 ] || fail "only $most children were seen: nobody looked"
    [ "$most" -le 63 ] || fail "$most children"
    [ "$(wc -w <"/proc/$pid/task/$pid/children")" = 0 ] || fail "children are left"
    stop
}

the_file_stays_inside() {
    possible disk
    start disk --kib 1024
    go 40
    local file size links
    file=$(find "/proc/$pid/fd" -lname '*(deleted)')
    [ -n "$file" ] || fail "it has no file, or one with a name"
    size=$(stat -L -c %s "$file")
    links=$(stat -L -c %h "$file")
    [ "$size" = $((16 << 20)) ] && [ "$links" = 0 ]
    stop
}

# Those that have children too: whoever made them is gone in a moment, and they with it.
they_go_with_their_parent() {
    local antagonist shell
    for antagonist in $ALL; do
        [ "$antagonist" != disk ] || possible disk
        cp "$A/$antagonist" "./$antagonist.$$"
        mkfifo "in.$antagonist"
        (
            exec 5<>"in.$antagonist"
            "./$antagonist.$$" <&5 >"out.$antagonist" &
            echo 'go 100000000' >&5
            wait
        ) &
        shell=$!
        expect_soon grep -q ready "out.$antagonist"
        kill -KILL $shell
        wait $shell || :
        expect_soon nobody_runs "$PWD/$antagonist.$$"
    done
}

nobody_runs() {
    [ -z "$(find /proc -maxdepth 2 -name exe -lname "$1" 2>/dev/null)" ]
}

they_end_with_their_input() {
    local antagonist
    for antagonist in $ALL; do
        [ "$antagonist" != disk ] || possible disk
        printf 'go 3\n' | "$A/$antagonist" >out
        expect_match out '^done 3 [0-9a-f]+$'
    done
}

what_a_box_lacks_is_said() {
    need kvm
    local antagonist
    for antagonist in fork network disk; do
        expect_status 77 minivmm run "$A/$antagonist" </dev/null
        expect_one_line out "^cannot .* in here"
    done
    expect_status 77 minicontainer run "$A/disk" </dev/null
    expect_one_line out '^cannot there is no disk in here'
}

refuses_wrong_arguments() {
    local antagonist
    for antagonist in $ALL; do
        expect_status 125 "$A/$antagonist" --no-such-option
        expect_one_line err "^$antagonist: "
    done
    expect_status 125 "$A/fork" --processes 64
    expect_status 125 "$A/disk" --kib 2048
    expect_status 125 "$A/disk" --kib 3
}

it "each takes what it is made to take" each_takes_what_it_is_made_to_take
it "are held by the kernel's limits" the_limits_are_set
it "memory stays below its ceiling" memory_stays_inside
it "memory takes a refusal and begins again" memory_is_refused
it "fork never has more children than its ceiling" children_stay_inside
it "disk never has a larger file, nor one with a name" the_file_stays_inside
it "go with the process that started them" they_go_with_their_parent
it "end with their input" they_end_with_their_input
it "say what a box does not have" what_a_box_lacks_is_said
it "refuse wrong arguments" refuses_wrong_arguments
finish
