#!/bin/bash
# SPDX-License-Identifier: MIT
# minicontainer run: signals, pid 1, the terminal, and the end of a container, also by force.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# A traced program cannot look for leaks; without sanitizers this means nothing.
export ASAN_OPTIONS=detect_leaks=0

SIGNAL=$BUILD/tests/guests/container_signal

can_run() {
    minicontainer run busybox true 2>why || skip user "$(tail -n 1 why)"
}

passes_signals_on() {
    can_run
    local number tool
    minicontainer run "$SIGNAL" >out &
    tool=$!
    expect_soon grep -q ready out
    # HUP, INT, QUIT, USR1, USR2, ALRM, CONT, TSTP, WINCH and a real-time one.
    for number in 1 2 3 10 12 14 18 20 28 40; do
        kill -$number $tool
        expect_soon grep -q "signal $number\$" out
    done
    kill -TERM $tool
    status=0
    wait $tool || status=$?
    [ $status = 7 ] || fail "it ended with $status"
    [ "$(grep -c signal out)" = 11 ] || fail "$(cat out)"
}

hears_of_the_end_whatever_its_parent_ignores() {
    can_run
    cat >ignore.c <<'C'
#include <signal.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    for (int number = 1; number < 32; number++)
        signal(number, SIG_IGN);
    return argc > 1 ? execvp(argv[1], argv + 1) : 1;
}
C
    gcc -o ignore ignore.c
    expect_status 3 timeout --kill-after=1 20 ./ignore minicontainer run busybox sh -c 'exit 3'
    expect_status 137 timeout --kill-after=1 20 ./ignore minicontainer run "$SIGNAL" die 9
}

reaps_orphans() {
    can_run
    expect_status 0 minicontainer run "$SIGNAL" orphan
    expect_one_line out '^parent 1$'
    minicontainer run busybox sh -c '
        for i in 1 2 3 4 5; do (busybox true & ) ; done
        i=0; while grep -q "^State:.Z" /proc/[0-9]*/status && [ $i -lt 2000 ]; do i=$((i + 1)); done
        grep -l "^State:.Z" /proc/[0-9]*/status || echo none' >out 2>err
    expect_one_line out '^none$'
}

kills_what_the_program_leaves_running() {
    can_run
    minicontainer run --env "MARK=$PWD" busybox sh -c 'tail -f /dev/null & echo started' >out
    expect_one_line out '^started$'
    no_process_left
}

# Processes whose environment says that they are of this test.
processes_left() {
    grep -lzx "MARK=$PWD" /proc/[0-9]*/environ 2>/dev/null | grep -v "/proc/$BASHPID/" || :
}

no_process_left() {
    [ -z "$(processes_left)" ]
}

dies_with_its_maker_while_it_runs() {
    can_run
    minicontainer run --env "MARK=$PWD" busybox sh -c 'tail -f /dev/null & echo ready; cat' <>/dev/zero >out &
    local tool=$!
    expect_soon grep -q ready out
    [ -n "$(processes_left)" ] || fail "the test cannot see the container's processes"
    kill -KILL $tool
    wait $tool 2>/dev/null || :
    expect_soon no_process_left
}

dies_with_its_maker_at_any_moment() {
    need root
    can_run
    command -v strace >/dev/null || fail "strace is missing"
    local limits='' n count call all=0 ended=0 mounts step=${VIRTLAB_STEP:-1}
    ! minicontainer check --json | grep -q '"memory_limit": true' || limits='--memory 64M --cpus 1 --pids 9'
    mounts=$(wc -l </proc/self/mountinfo)
    # The maker is killed on entering the first, second, ... of each system call that it makes.
    # shellcheck disable=SC2086 # several words
    strace -o trace minicontainer run $limits busybox true
    sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' trace | sort | uniq -c | grep -v ' execve$' >calls
    while read -r count call; do
        for ((n = 1; n <= count; n++)); do
            all=$((all + 1))
            # In an emulated machine, where this takes minutes: some of the moments.
            [ $((all % step)) = 0 ] || continue
            # shellcheck disable=SC2086 # several words
            MARK=$PWD strace -qq -o trace -e inject="$call":signal=KILL:when=$n \
                minicontainer run $limits --env "MARK=$PWD" busybox true >out 2>err && ended=$((ended + 1))
            expect_soon no_process_left
        done
    done <calls 2>/dev/null
    # How often it waits for signals differs; but what was not killed must be an exception.
    if [ $all -le 50 ] || [ $ended -ge 20 ]; then fail "of $all, $ended were not killed"; fi
    [ "$(wc -l </proc/self/mountinfo)" = "$mounts" ] || fail "a mount is left"
    # What is left of cgroups goes with the next start.
    expect_soon no_cgroup_left
}

no_cgroup_left() {
    local folder name
    minicontainer run busybox true
    find /sys/fs/cgroup -path '*/virtlab/mc-*' -prune -print 2>/dev/null | while read -r folder; do
        name=${folder##*/mc-} # NAMESPACE-PID-START
        name=${name#*-}
        # Another test's container may end meanwhile, and take its own along.
        [ -e "/proc/${name%-*}" ] || [ ! -e "$folder" ] || echo "$folder"
    done >left
    [ ! -s left ]
}

dies_with_its_child_at_any_moment() {
    need root
    can_run
    command -v strace >/dev/null || fail "strace is missing"
    local call n result ended=0
    # The same in the child, before and after the program starts: the maker must end, and say so.
    for call in unshare:1 recvfrom:1 setresuid:1 prctl:1 prctl:2 prctl:3 prctl:20 fsopen:1 fsmount:2 \
        move_mount:1 move_mount:9 openat2:5 pivot_root:1 umount2:1 vfork:1 capset:1 close_range:1 \
        seccomp:1 chdir:1 rt_sigtimedwait:1 wait4:1; do
        result=0
        timeout 20 strace -f -qq -o trace -e inject="${call%:*}":signal=KILL:when="${call#*:}" \
            minicontainer run --env "MARK=$PWD" busybox true >out 2>err || result=$?
        [ $result != 124 ] || fail "the maker hangs when its child dies at $call"
        expect_soon no_process_left
        [ $result = 0 ] && ended=$((ended + 1))
    done
    [ $ended -lt 4 ] || fail "$ended were not killed"
}

fails_whole_when_any_step_fails() {
    need root
    can_run
    command -v strace >/dev/null || fail "strace is missing"
    local call
    for call in clone3 unshare setresuid setgroups sethostname fsopen fsconfig fsmount move_mount \
        open_tree mount_setattr pivot_root umount2 symlinkat capset seccomp vfork \
        socketpair sendto; do
        status_of timeout 20 strace -f -qq -o trace -e inject=$call:error=EIO \
            minicontainer run --env "MARK=$PWD" busybox echo ran
        [ "$status" = 125 ] || fail "$call fails, and the tool ends with $status: $(cat out err)"
        [ ! -s out ] || fail "$call fails, and the program runs all the same"
        expect_one_line err '^minicontainer run: .*(I/O error|Input/output error)'
        no_process_left
    done
}

# in_terminal COMMAND...: run it in a terminal of its own; its input comes from here.
in_terminal() {
    script -qec "exec $*" /dev/null # or a shell that waits would get the signals too
}

has_the_callers_terminal() {
    can_run
    in_terminal minicontainer run busybox tty </dev/null >out
    expect_match out '^/dev/console'
    in_terminal minicontainer run busybox "sh -c '[ -t 0 ] && [ -t 1 ] && echo both'" </dev/null >out
    expect_match out '^both'
    in_terminal minicontainer run "$BUILD/tests/guests/container_call" tiocsti </dev/null >out
    expect_match out '^EPERM'
}

# descendant PID NAME: the process of this name nearest below PID.
descendant() {
    local child children
    read -ra children <"/proc/$1/task/$1/children"
    for child in "${children[@]}"; do
        if [ "$(cat "/proc/$child/comm")" = "$2" ]; then
            echo "$child"
        else
            descendant "$child" "$2"
        fi
    done
}

interrupts_once_from_the_terminal() {
    can_run
    mkfifo keys
    in_terminal minicontainer run "$SIGNAL" <keys >out &
    local tool=$!
    exec 5>keys
    expect_soon grep -q ready out
    # The program ignores what would end it; where the test fails, it must not stay.
    local maker
    maker=$(descendant "$tool" minicontainer)
    # shellcheck disable=SC2064 # now, not then
    trap "kill -KILL $maker 2>/dev/null || :" EXIT
    printf '\003' >&5
    expect_soon grep -q 'signal 2' out
    printf '\034' >&5
    expect_soon grep -q 'signal 3' out
    kill -TERM "$maker"
    exec 5>&-
    wait $tool || :
    [ "$(grep -c 'signal 2' out)" = 1 ] || fail "^C arrived more than once: $(cat out)"
}

it "passes signals on" passes_signals_on
it "hears of the end whatever its parent ignores" hears_of_the_end_whatever_its_parent_ignores
it "reaps orphans" reaps_orphans
it "kills what the program leaves running" kills_what_the_program_leaves_running
it "dies with its maker while it runs" dies_with_its_maker_while_it_runs
it "dies with its maker at any moment of its making" dies_with_its_maker_at_any_moment
it "ends when its pid 1 is killed at any moment" dies_with_its_child_at_any_moment
it "fails whole when any step fails" fails_whole_when_any_step_fails
it "has the caller's terminal" has_the_callers_terminal
it "is interrupted once from the terminal" interrupts_once_from_the_terminal
finish
