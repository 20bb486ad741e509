#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm emulate: a whole Linux guest with our /init, on every machine with QEMU. What is shown of
# /init here holds under minivmm boot too.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
busybox=/bin/busybox

# guest [OPTION...] [--] PROGRAM [ARG...]
guest() {
    need emulate
    timeout --kill-after=5 120 minivmm emulate --guest small "$@"
}

a_program_finds_what_it_was_given() {
    expect_status 7 guest --env GREETING=hi -- "$busybox" sh -c \
        'echo "$GREETING|$0|$1|$2|$PWD|$#"; echo apart >&2; exit 7' 'first one' '' 'ü' <<<""
    [ "$(cat out)" = 'hi|first one||ü|/|2' ] || fail "printed: $(cat out)"
    [ "$(cat err)" = apart ] || fail "said: $(cat err)"
}

a_signal_is_its_status() {
    # shellcheck disable=SC2016 # for the guest's shell
    expect_status 137 guest "$busybox" sh -c 'kill -9 $$'
}

what_it_starts_does_not_hold_up_the_end() {
    expect_status 3 guest "$busybox" sh -c '/bin/busybox sleep 1000 & exit 3'
}

streams_carry_every_byte() {
    # Not of a round size, all bytes, more than any buffer on the way.
    head -c 3000001 /dev/urandom >in
    guest "$busybox" cat <in >out
    cmp in out || fail "not what went in came out"
}

the_end_of_input_arrives() {
    expect_status 0 guest "$busybox" wc -c </dev/null
    [ "$(cat out)" = 0 ]
}

output_waits_for_a_slow_reader() {
    need emulate
    # The shell reads each byte by itself: long after the program has ended.
    guest "$busybox" seq 40000 | while IFS= read -r line; do echo "$line"; done >out
    seq 40000 | cmp - out
}

a_reader_that_goes_ends_the_writer() {
    need emulate
    guest "$busybox" yes 2>err | head -n 1 >out
    [ "$(cat out)" = y ]
    [ "${PIPESTATUS[0]}" != 124 ]
}

files_lie_where_they_shall() {
    need emulate
    echo content >here
    chmod 755 here
    expect_status 0 guest --file a/b/../c/d=here --file e=/etc/passwd -- \
        "$busybox" sh -c 'read -r line </a/c/d; echo "$line"; [ -x /a/c/d ] && [ ! -x /e ]'
    [ "$(cat out)" = content ] || fail "printed: $(cat out)"
}

the_guest_has_what_was_asked_for() {
    expect_status 0 guest --cpus 2 --mem 67100000 "$busybox" sh -c \
        'while read -r name rest; do case $name in processor|MemTotal:) echo "$name $rest";; esac; done </proc/cpuinfo
         while read -r name kib rest; do [ "$name" != MemTotal: ] || echo $((kib < 65536 && kib > 40000)); done </proc/meminfo'
    [ "$(tr '\n' ' ' <out)" = "processor : 0 processor : 1 1 " ] || fail "printed: $(cat out)"
}

debians_guest_does_the_same() {
    minivmm check --guest debian emulate 2>why || skip emulate "$(cat why)"
    expect_status 5 timeout --kill-after=5 200 minivmm emulate --guest debian "$busybox" sh -c \
        '/bin/busybox lsmod; /bin/busybox cat; exit 5' <<<"through Debian"
    expect_match out '^virtio_console '
    expect_match out '^virtio_blk '
    expect_match out '^through Debian$'
    [ ! -s err ] || fail "it said: $(cat err)"
}

a_small_guest_is_enough() {
    expect_status 0 guest --mem 48M "$busybox" true
}

ordinary_things_work_in_it() {
    # shellcheck disable=SC2016 # for the guest's shell
    expect_status 0 guest "$busybox" sh -c '
        set -e
        echo x >/tmp/x
        echo x >/dev/shm/x
        [ -c /dev/pts/ptmx ]
        [ -c /dev/null ]
        [ -e /dev/fd/0 ]
        /bin/busybox ping -c 1 127.0.0.1
        [ "$(/bin/busybox head -c 8 /dev/urandom | /bin/busybox wc -c)" = 8 ]'
}

the_timeout_strikes() {
    expect_status 124 guest --timeout 3 "$busybox" sleep 1000
    expect_one_line err 'stopped by --timeout'
}

a_signal_ends_it_and_leaves_nothing() {
    need emulate
    : >out
    minivmm emulate --guest small "$busybox" sh -c 'echo up; sleep 1000' >out 2>err &
    local pid=$! qemu
    expect_soon grep -q up out
    qemu=$(cat "/proc/$pid/task/$pid/children")
    kill -TERM "$pid"
    wait "$pid" && fail "it ended with 0" || [ $? = 143 ] || fail "ended with $?"
    expect_soon gone "$qemu"
}

killing_it_leaves_nothing() {
    need emulate
    : >out
    minivmm emulate --guest small "$busybox" sh -c 'echo up; sleep 1000' >out 2>err &
    local pid=$! qemu
    expect_soon grep -q up out
    qemu=$(cat "/proc/$pid/task/$pid/children")
    kill -KILL "$pid"
    wait "$pid" || true
    expect_soon gone "$qemu"
}

gone() {
    [ ! -e "/proc/${1// /}" ]
}

a_guest_that_fails_says_what_it_said() {
    expect_status 125 guest --append "rdinit=/nosuch" "$busybox" true
    expect_match err '^minivmm: console: .*Kernel panic'
    expect_match err '^minivmm: the guest ended before the program started$'
}

what_cannot_be_executed_is_refused() {
    need emulate
    expect_status 126 guest /bin/sh
    expect_one_line err "dynamically linked: link it with -static"
    printf '#!/bin/sh\n' >script
    chmod +x script
    expect_status 126 guest ./script
    expect_one_line err "is a script: run its interpreter"
    expect_status 127 guest ./nothing
    expect_one_line err "cannot open './nothing'"
    cp "$busybox" plain
    chmod -x plain
    expect_status 126 guest ./plain
    expect_one_line err "may not be executed"
    mkdir folder
    expect_status 126 guest ./folder
    expect_one_line err "is not a regular file"
}

files_that_cannot_be_given_are_refused() {
    need emulate
    local name
    for name in /init /dev/x /proc/../proc/x virtlab/program / ''; do
        expect_status 125 guest --file "$name=/etc/passwd" -- "$busybox" true
        expect_one_line err '^minivmm: --file'
    done
    expect_status 125 guest --file x=/proc/cpuinfo -- "$busybox" true
    expect_one_line err 'does not say how long it is'
    expect_status 125 guest --file x=/etc/passwd --file x/y=/etc/group -- "$busybox" true
    expect_one_line err 'cannot both be files'
}

wrong_use_is_one_line() {
    expect_status 125 minivmm emulate
    expect_one_line err 'which program'
    expect_status 125 minivmm emulate --mem 31M true
    expect_one_line err "--mem '31M' is not a size"
    expect_status 125 minivmm emulate --cpus 0 true
    expect_one_line err "--cpus '0' is not a number"
    expect_status 125 minivmm emulate --guest other "$busybox" true
    expect_one_line err "there is no guest 'other'"
    expect_status 125 minivmm check
    expect_status 125 minivmm check nothing
    expect_one_line err "neither boot nor emulate"
}

a_missing_qemu_is_named() {
    need emulate
    PATH=$BUILD/bin expect_status 125 "$BUILD/bin/minivmm" emulate "$busybox" true
    expect_one_line err 'install the package qemu-system-x86'
}

a_missing_guest_is_named() {
    # A copy beside which nothing has been made.
    mkdir -p bin libexec/virtlab
    cp "$BUILD/bin/minivmm" bin/
    expect_status 125 bin/minivmm emulate "$busybox" true
    expect_one_line err "make guest-linux-small"
    expect_status 125 bin/minivmm boot --guest debian
    expect_one_line err "the guest 'debian' has not been made: run 'make guest-linux'"
}

the_harness_compares_it() {
    need emulate
    virtlab compare --platform native,vm-linux-tcg --out results -- "$busybox" echo same >out 2>err
    expect_match out 'emulated'
    grep -c '"platform":"vm-linux-tcg".*"experiment":"program".*"status":"ok"\|"experiment":"program".*"platform":"vm-linux-tcg".*"status":"ok"' \
        results/latest/samples.jsonl >count || fail "$(cat err)"
    [ "$(cat count)" = 3 ] || fail "it took part in $(cat count) blocks"
}

it "hands a program its arguments, variables and streams, and its status out" a_program_finds_what_it_was_given
it "tells a signal as 128 and its number" a_signal_is_its_status
it "does not wait for what the program left running" what_it_starts_does_not_hold_up_the_end
it "carries every byte in and out" streams_carry_every_byte
it "hands on the end of input" the_end_of_input_arrives
it "waits for a slow reader" output_waits_for_a_slow_reader
it "ends a writer whose reader has gone" a_reader_that_goes_ends_the_writer
it "puts files where they are wanted" files_lie_where_they_shall
it "gives the guest its processors and memory" the_guest_has_what_was_asked_for
it "runs a program in Debian's guest too" debians_guest_does_the_same
it "starts in 48 MiB" a_small_guest_is_enough
it "has the things that programs expect" ordinary_things_work_in_it
it "is stopped by --timeout" the_timeout_strikes
it "ends by SIGTERM, with QEMU" a_signal_ends_it_and_leaves_nothing
it "leaves no QEMU behind when it is killed" killing_it_leaves_nothing
it "shows the console of a guest that failed" a_guest_that_fails_says_what_it_said
it "refuses what a guest could not execute" what_cannot_be_executed_is_refused
it "refuses files that a guest could not hold" files_that_cannot_be_given_are_refused
it "answers wrong use with one line" wrong_use_is_one_line
it "names QEMU's package where it is missing" a_missing_qemu_is_named
it "names the make command where a guest is missing" a_missing_guest_is_named
it "takes part in a comparison" the_harness_compares_it
finish
