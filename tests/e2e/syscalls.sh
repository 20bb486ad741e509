#!/bin/bash
# SPDX-License-Identifier: MIT
# How many system calls of the host can be reached from a box: read out of the kernel, never tried.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

samples=results/latest/samples.jsonl

# metric PLATFORM NAME
metric() {
    sed -n "s/.*\"platform\":\"$1\".*\"$2\":\([0-9]*\).*/\1/p" $samples
}

# is PLATFORM PATTERN: its only sample matches.
is() {
    [ "$(grep -c "\"platform\":\"$1\"" $samples)" = 1 ] || fail "$1: not one sample: $(cat $samples)"
    grep "\"platform\":\"$1\"" $samples >line
    expect_match line "$2"
}

# adds_up PLATFORM: every call has met with one answer.
adds_up() {
    local all=0 name
    for name in allowed_n conditional_n errno_n killed_n other_n; do
        all=$((all + $(metric "$1" $name)))
    done
    [ $all = "$(metric native reachable_n)" ] || fail "$1: $all calls: $(cat $samples)"
    [ "$(metric "$1" reachable_n)" = $(($(metric "$1" allowed_n) + $(metric "$1" conditional_n))) ]
}

calls() {
    expect_status 0 virtlab bench syscalls "$@"
}

a_process_reaches_every_call() {
    calls --platform native
    is native '"workload":"idle".*"status":"ok"'
    grep -q "^Seccomp:.0" /proc/self/status || skip user "this test is under a filter itself"
    is native '"source":"program"'
    [ "$(metric native reachable_n)" -gt 300 ]
    [ "$(metric native filters_n)" = 0 ]
    expect_match out '^system calls in reach +[0-9]+'
}

a_container_reaches_fewer() {
    need root
    calls --platform native,container
    grep -q '"platform":"container".*"status":"skipped"' $samples && skip root "$(cat $samples)"
    is container '"source":"program".*"status":"ok"'
    adds_up container
    [ "$(metric container filters_n)" = 1 ]
    [ "$(metric container errno_n)" -gt 50 ] && [ "$(metric container reachable_n)" -gt 200 ]
    # Conditions are on arguments: ioctl, clone, socket, personality.
    [ "$(metric container conditional_n)" -gt 0 ]
    # By the other ABI the numbers mean other calls: none of them.
    [ "$(metric container reachable32_n)" = 0 ]
    [ "$(metric native reachable32_n)" -gt 300 ]
}

a_vmm_reaches_few() {
    need root kvm
    calls --platform native,vm
    is vm '"source":"vmm".*"status":"ok"'
    adds_up vm
    # Sanitizers have needs of their own: with them the VMM is under no filter.
    [ "$(basename "$BUILD")" = asan ] || [ "$(metric vm reachable_n)" -lt 100 ]
    [ "$(basename "$BUILD")" = asan ] || [ "$(metric vm killed_n)" -gt 200 ]
    # Two figures that answer different questions have no ratio.
    calls --platform native,vm --json
    "$BUILD/tests/tools/jsoncheck" out
    ! grep '"reachable_n"' out | grep '"vm"' | grep -v '"ratio_to_native": null' || fail "a ratio"
    virtlab show results/latest >out
    expect_match out 'should a program take|should a$'
}

only_root_may_read_filters() {
    need user
    as_user virtlab bench syscalls --platform native,container >out 2>err || fail "$(cat err)"
    is native '"status":"ok"'
    is container '"status":"skipped","reason":"cannot read the filter of process|"status":"skipped"'
    ! grep '"platform":"container"' $samples | grep -q '"reachable_n"' || fail "half a figure"
}

# A box of several processes, of which one is the program.
the_program_is_found() {
    need root
    printf '[native]\nstart = {program} {args}\n[boxed]\nstart = %s/boxed {program} {args}\n' \
        "$PWD" >platforms
    printf '#!/bin/bash\n"$@"\n:\n' >boxed
    chmod 755 boxed
    calls --platforms platforms
    is boxed '"source":"program".*"status":"ok"'
    [ "$(metric boxed reachable_n)" = "$(metric native reachable_n)" ]
}

it "counts every call for a plain process" a_process_reaches_every_call
it "counts what a container's filter lets through" a_container_reaches_fewer
it "counts what a VMM may still ask of the host" a_vmm_reaches_few
it "says that an ordinary user may not read filters" only_root_may_read_filters
it "finds the program below other processes" the_program_is_found
finish
