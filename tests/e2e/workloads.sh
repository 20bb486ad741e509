#!/bin/bash
# SPDX-License-Identifier: MIT
# The workloads: their protocol, what they refuse, and that the same work is done in every box.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

W=$BUILD/libexec/virtlab/workloads
ALL='integer bandwidth latency syscall idle fault'
# Those that a box without a second process, files or sockets cannot do.
MORE='switch fork file network processes'

# The bytes 0 to 255 over and over, each one higher, so many of them.
round_trips_checksum() {
    local i sum=0
    for ((i = 0; i < $1; i++)); do sum=$((sum + (i + 1) % 256)); done
    printf '%x' "$sum"
}

# 64-bit numbers of bash are signed: a shift has to be freed of the copies of the sign.
integer_checksum() {
    local i x=1
    for ((i = 0; i < $1; i++)); do
        x=$(((x ^ (x >> 29 & 0x7ffffffff)) * 2862933555777941757 + 3037000493))
    done
    printf '%x' "$x"
}

# What `bandwidth` does once: the sum of i × k over a block of 1 MiB, times 31, plus its word 0.
bandwidth_checksum() {
    printf '%x' $((0x9e3779b97f4a7c15 * (131072 * 131071 / 2) * 31))
}

# The pages of 1 MiB, numbered by their first byte, each plus the number of the round.
idle_checksum() {
    local round page sum=0
    for ((round = 1; round <= $1; round++)); do
        for ((page = 0; page < 256; page++)); do sum=$((sum + page * 4096 + round)); done
    done
    printf '%x' "$sum"
}

# check_checksums BOX...: run every workload by this command.
check_checksums() {
    printf 'go 1000\ngo 1\n' | "$@" "$W/integer" >out
    printf 'ready\ndone 1000 %s\ndone 1 %s\n' "$(integer_checksum 1000)" "$(integer_checksum 1)" |
        diff - out
    printf 'go 1\n' | "$@" "$W/bandwidth" --mib 2 >out
    printf 'ready\ndone 1 %s\n' "$(bandwidth_checksum)" | diff - out
    # 1 MiB has 16384 lines: after as many steps the cycle is home, and not before.
    printf 'go 16384\ngo 8192\ngo 1\ngo 16385\n' | "$@" "$W/latency" --mib 1 >out
    expect_match out '^done 16384 0$'
    ! grep -q '^done 8192 0$' out || fail "the cycle is short"
    [ "$(sed -n 's/^done 1 //p' out)" = "$(sed -n 's/^done 16385 //p' out)" ]
    printf 'go 10\n' | "$@" "$W/syscall" >out
    printf 'ready\ndone 10 a\n' | diff - out
    printf 'go 1\ngo 3\n' | "$@" "$W/idle" --mib 1 >out
    printf 'ready\ndone 1 %s\ndone 3 %s\n' "$(idle_checksum 1)" "$(idle_checksum 3)" | diff - out
    printf 'go 1000\n' | "$@" "$W/fault" >out
    printf 'ready\ndone 1000 3e8\n' | diff - out
    "$@" "$W/hello" >out
    [ "$(cat out)" = ready ]
    "$@" "$W/true"
}

# The same for those that need more of a box.
check_more_checksums() {
    local workload mode
    for workload in switch network; do
        printf 'go 1000\ngo 1\n' | "$@" "$W/$workload" >out
        printf 'ready\ndone 1000 %s\ndone 1 1\n' "$(round_trips_checksum 1000)" | diff - out
    done
    printf 'go 10\n' | "$@" "$W/fork" >out
    printf 'ready\ndone 10 1a4\n' | diff - out # ten children, each with status 42
    for mode in '' --sync; do
        # shellcheck disable=SC2086 # no word or one
        printf 'go 1500\ngo 1\n' | "$@" "$W/file" $mode >out
        expect_match out '^ready [a-z0-9-]+$'
        expect_match out '^done 1500 5dc$'
    done
    # One process alone does what `integer` does; the others start from other numbers.
    printf 'go 1000\n' | "$@" "$W/processes" --processes 1 >out
    printf 'ready\ndone 1000 %s\n' "$(integer_checksum 1000)" | diff - out
    printf 'go 1\n' | "$@" "$W/processes" --processes 2 >out
    printf 'ready\ndone 1 %x\n' $((0x$(integer_checksum 1) * 31 + 2 * 2862933555777941757 + 3037000493)) |
        diff - out
}

native_checksums() {
    check_checksums env
    check_more_checksums env
}

user_checksums() {
    need user
    check_checksums as_user
    check_more_checksums as_user
}

container_checksums() {
    expect_status 0 minicontainer run "$W/true"
    check_checksums minicontainer run
    check_more_checksums minicontainer run
}

vm_checksums() {
    need kvm
    check_checksums minivmm run
}

# What the machine without a kernel does not have is named, and is no failure of the program.
vm_says_what_it_cannot_do() {
    need kvm
    local workload
    for workload in $MORE 'file --sync'; do
        # shellcheck disable=SC2086 # words on purpose
        expect_status 77 minivmm run "$W/"$workload
        expect_one_line out '^cannot (there (is|are) no|no file) .* in here'
    done
}

# Nothing outlives a workload that is killed, and no file of it is left.
they_go_when_they_are_killed() {
    local workload line pid children
    for workload in switch network processes 'file --sync'; do
        # shellcheck disable=SC2086 # words on purpose
        coproc "$W/"$workload
        pid=$COPROC_PID
        read -r -u "${COPROC[0]}" line
        [[ $line = ready* ]]
        children=$(cat "/proc/$pid/task/$pid/children")
        [ -n "$children" ] || [ "$workload" = 'file --sync' ] || fail "$workload has no children"
        if [ "$workload" = 'file --sync' ]; then
            find "/proc/$pid/fd" -lname '*(deleted)' | grep -q . || fail "its file has a name"
        fi
        # In the midst of work that takes a day, nobody reads a pipe's end.
        if [ "$workload" = processes ]; then
            echo 'go 10000000000000' >&"${COPROC[1]}"
            expect_soon busy "${children%% *}"
        fi
        kill -KILL "$pid"
        wait "$pid" || :
        for pid in $children; do expect_soon gone "$pid"; done
    done
}

busy() {
    grep -q '^State:.R' "/proc/$1/status"
}

gone() {
    ! kill -0 "$1" 2>/dev/null
}

page_sizes_do_the_same_work() {
    local workload pages sizes="4k 2m"
    [ -e /sys/kernel/mm/transparent_hugepage ] || sizes=4k
    for workload in bandwidth latency; do
        printf 'go 7\n' | "$W/$workload" --mib 4 >expected
        for pages in $sizes; do
            printf 'go 7\n' | "$W/$workload" --pages "$pages" --mib 4 >out
            expect_same out expected
        done
    done
}

large_pages_are_asked_for() {
    if [ ! -e /sys/kernel/mm/transparent_hugepage ]; then
        expect_status 125 "$W/latency" --pages 2m --mib 4
        expect_one_line err "no transparent huge pages"
        return
    fi
    strace -o trace -e trace=madvise "$W/latency" --pages 2m --mib 4 >out
    expect_match trace 'MADV_HUGEPAGE\) *= 0'
    strace -o trace -e trace=madvise "$W/latency" --pages 4k --mib 4 >out
    expect_match trace 'MADV_NOHUGEPAGE\) *= 0'
}

waits_until_told() {
    local workload
    for workload in $ALL switch fork network processes; do
        coproc "$W/$workload"
        local line pid=$COPROC_PID
        read -r -u "${COPROC[0]}" line
        [ "$line" = ready ]
        kill -0 "$pid"
        echo 'go 2' >&"${COPROC[1]}"
        read -r -u "${COPROC[0]}" line
        [[ $line = 'done 2 '* ]] || fail "$workload: $line"
        eval "exec ${COPROC[1]}>&-"
        wait "$pid"
    done
}

hello_never_reads() {
    strace -o trace "$W/hello" >out
    ! grep -q '^read' trace || fail "it reads"
    [ "$(grep -c '^write(1, "ready\\n", 6)' trace)" = 1 ]
}

only_read_and_write_around_the_work() {
    printf 'go 100000\n' | strace -o trace "$W/integer" >out
    sed -n '/^write(1, "ready/,$p' trace | cut -d'(' -f1 | grep -v '^+++' | sort | uniq -c >calls
    awk '{print $2, $1}' calls | diff - <(printf 'exit_group 1\nread 2\nwrite 2\n')
    ! grep -Eq 'clock_gettime|gettimeofday|nanosleep' trace
}

# Between reading `go` and writing `done`: what the figures are of.
makes_just_these_calls() {
    printf 'go 5\n' | strace -o trace "$W/file" --sync >out
    sed -n '/^read(0, "go/,$p' trace | grep -c '^fsync([0-9]*) *= 0' | grep -qx 5
    sed -n '/^read(0, "go/,$p' trace | grep -c '^pwrite64(.*, 4096, [0-9]*) = 4096' | grep -qx 5
    printf 'go 5\n' | strace -o trace "$W/file" >out
    ! sed -n '/^read(0, "go/,$p' trace | grep fsync || fail "it synchronizes"
    # 1000 pages are four blocks, the last one not full; none is used twice.
    printf 'go 1000\n' | strace -o trace "$W/fault" >out
    sed -n '/^read(0, "go/,$p' trace | grep -c '^mmap(NULL, 1048576,' | grep -qx 4
    sed -n '/^read(0, "go/,$p' trace | grep -c '^munmap(0x[0-9a-f]*, 1048576) *= 0' | grep -qx 4
    printf 'go 7\n' | strace -f -o trace "$W/fork" >out
    grep -c 'exited with 42' trace | grep -qx 8 # and the one that tries whether it can
    # Nagle's algorithm off, at both ends, and a byte at a time.
    printf 'go 3\n' | strace -f -o trace "$W/network" >out
    [ "$(grep -c 'TCP_NODELAY, \[1\]' trace)" = 2 ]
    [ "$(grep -Ec ' write\([0-9]+, "[^"]*", 1( |\))' trace)" = 6 ]
}

refuses_junk_lines() {
    local workload line
    for workload in $ALL; do
        for line in '' go 'go ' 'go 0' 'go -1' 'go 1 ' 'go 0x10' 'go 86400000000001' 'done 1 1' \
            'go 18446744073709551617' "$(printf '%0200d' 1)"; do
            printf '%s\n' "$line" >in
            expect_status 125 sh -c "'$W/$workload' <in"
            expect_one_line err "^$workload: "
            expect_match out '^ready$'
        done
        printf 'go 1' >in # and then nothing: a line cut off
        expect_status 125 sh -c "'$W/$workload' <in"
        head -c 4096 /dev/zero >in
        expect_status 125 sh -c "'$W/$workload' <in"
        expect_one_line err "^$workload: "
    done
}

refuses_wrong_arguments() {
    local workload
    for workload in hello integer syscall fault switch fork network; do
        expect_status 125 "$W/$workload" --help
        expect_one_line err "^$workload: takes no arguments"
    done
    for workload in bandwidth latency idle; do
        for arguments in '--mib' '--mib 0' '--mib 4097' '--mib 1G' '--pages 1g' '64' \
            '--pages 4k --mib' '--mib 99999999999999999999999'; do
            # shellcheck disable=SC2086 # words on purpose
            expect_status 125 "$W/$workload" $arguments
            expect_one_line err "^$workload: usage: "
            [ ! -s out ]
        done
    done
}

refuses_other_wrong_arguments() {
    local arguments
    for arguments in 'file --async' 'file --sync x' 'processes 2' 'processes --processes 0' \
        'processes --processes 65'; do
        # shellcheck disable=SC2086 # words on purpose
        expect_status 125 "$W/"$arguments
        expect_one_line err "^${arguments%% *}: usage: "
    done
}

says_when_memory_is_short() {
    expect_status 125 sh -c "ulimit -v 65536; '$W/idle' --mib 4096"
    expect_one_line err '^idle: there is not enough memory'
}

says_when_output_fails() {
    expect_status 125 sh -c "'$W/hello' >/dev/full"
    expect_one_line err '^hello: standard output cannot be written'
    expect_status 125 sh -c "'$W/integer' >&-"
    expect_one_line err '^integer: standard output'
}

it "does the same work natively" native_checksums
it "does the same work as an ordinary user" user_checksums
it "does the same work in a container" container_checksums
it "does the same work in a VM" vm_checksums
it "says what a VM without a kernel cannot do" vm_says_what_it_cannot_do
it "leaves nothing behind when killed" they_go_when_they_are_killed
it "does the same work on either page size" page_sizes_do_the_same_work
it "asks for the page size it is told" large_pages_are_asked_for
it "prints ready, waits for go, and ends with its input" waits_until_told
it "hello writes once and never reads" hello_never_reads
it "makes no system call between go and done, and reads no clock" \
    only_read_and_write_around_the_work
it "makes just the calls that the figures are of" makes_just_these_calls
it "refuses junk on standard input" refuses_junk_lines
it "refuses wrong arguments" refuses_wrong_arguments
it "refuses wrong arguments of files and processes" refuses_other_wrong_arguments
it "says when there is not enough memory" says_when_memory_is_short
it "says when its output cannot be written" says_when_output_fails
finish
