#!/bin/bash
# SPDX-License-Identifier: MIT
# Lab 06 for real, as its text has it: not in the model of a cgroup but in the kernel's own, in the
# version that this machine has.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

limit=$BUILD/tests/guests/lab-limit

# limited ARGUMENT...: the program, whose group has one name: two at once are in each other's way.
limited() {
    flock --close /sys/fs/cgroup "$limit" "$@"
}

# ready: skip where no limit can be set.
ready() {
    [ -x "$limit" ] || skip user "make test-programs has made no solution: this is a handout"
    need root
    need "$(cgroup_tier)"
    status_of limited true
    ! grep -q "cannot make\|cannot write" err || skip root "$(tail -n 1 err)"
    [ "$status" = 0 ] || fail "$(cat err)"
    expect_match err '^limit: version [12] in /sys/fs/cgroup'
}

left_no_group() {
    if grep "cannot remove" err; then fail "a group is left"; fi
}

kills_who_takes_too_much_memory() {
    ready
    [ "$(wc -l </proc/swaps)" -le 1 ] || skip root "what is too much goes to swap space here"
    status_of limited --memory 64 tail /dev/zero
    expect_match err 'ended by signal 9'
    expect_match err '^limit: memory: .*, killed [1-9]'
    left_no_group
}

withholds_the_processor() {
    ready
    # Far more work than the 2 ms of each 100 that it may have, on any machine.
    expect_status 0 limited --cpu 2 sh -c 'i=0; while [ "$i" -lt 30000 ]; do i=$((i + 1)); done'
    expect_match err '^limit: processor: withheld in [1-9][0-9]* of'
    left_no_group
}

refuses_a_process() {
    ready
    status_of limited --pids 1 sh -c "true & wait"
    expect_match err "^limit: processes: refused [1-9]"
    left_no_group
}

it "lab 06: memory runs out, and the kernel kills" kills_who_takes_too_much_memory
it "lab 06: a process is refused" refuses_a_process
it "lab 06: the processor is withheld" withholds_the_processor
finish
