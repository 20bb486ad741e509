#!/bin/bash
# SPDX-License-Identifier: MIT
# The workloads: their protocol, what they refuse, and that the same work is done in every box.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

W=$BUILD/libexec/virtlab/workloads
ALL='integer bandwidth latency syscall idle'

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
    "$@" "$W/hello" >out
    [ "$(cat out)" = ready ]
    "$@" "$W/true"
}

native_checksums() {
    check_checksums env
}

user_checksums() {
    need user
    check_checksums as_user
}

container_checksums() {
    expect_status 0 minicontainer run "$W/true"
    check_checksums minicontainer run
}

vm_checksums() {
    need kvm
    check_checksums minivmm run
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
    for workload in $ALL; do
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
    for workload in hello integer syscall; do
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
it "does the same work on either page size" page_sizes_do_the_same_work
it "asks for the page size it is told" large_pages_are_asked_for
it "prints ready, waits for go, and ends with its input" waits_until_told
it "hello writes once and never reads" hello_never_reads
it "makes no system call between go and done, and reads no clock" \
    only_read_and_write_around_the_work
it "refuses junk on standard input" refuses_junk_lines
it "refuses wrong arguments" refuses_wrong_arguments
it "says when there is not enough memory" says_when_memory_is_short
it "says when its output cannot be written" says_when_output_fails
finish
