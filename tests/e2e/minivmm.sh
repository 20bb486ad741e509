#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm run: programs of every kind, their start, their end, and what is told about it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guests=$BUILD/tests/guests

# vm ARG...: minivmm run, never for ever.
vm() {
    minivmm run --timeout "${VIRTLAB_TIMEOUT:-30}" "$@" # seconds; against hanging
}

a_program_of_each_library_runs() {
    need kvm
    cat >hello.c <<'C'
#include <stdio.h>
int main(int argc, char **argv) { return printf("hello %s\n", argv[argc - 1]) - 10; }
C
    gcc -static -o glibc hello.c
    gcc -static-pie -fPIE -o pie hello.c
    musl-gcc -static -o musl hello.c
    local program
    for program in glibc pie musl; do
        expect_status 0 vm "./$program" you
        [ "$(cat out)" = "hello you" ] || fail "$program printed '$(cat out)'"
        [ ! -s err ] || fail "$program: $(cat err)"
    done
    expect_status 7 vm "$guests/vmm_nolibc_hello"
    [ "$(cat out)" = freestanding ] || fail "freestanding printed '$(cat out)'"
}

a_program_finds_its_arguments_and_an_environment_of_its_own() {
    need kvm
    SECRET=1 TZ=UTC expect_status 0 vm --env "A=b c" --env HOME=/here "$guests/vmm_start" one "two words" -x --mem
    expect_match out '^argument one$'
    expect_match out '^argument two words$'
    expect_match out '^argument --mem$'
    expect_match out '^variable A=b c$'
    expect_match out '^variable HOME=/here$'
    expect_match out '^variable TZ=UTC$'
    ! grep SECRET out || fail "the host's environment is visible"
    expect_match out '^bss 0 data 42$'
    expect_match out '^page 4096$'
    expect_match out '^headers readable$'
    expect_match out '^random there$'
    expect_match out '^name /vmm_start$'
    expect_match out '^stack aligned$'
}

each_system_call_answers_as_linux_does() {
    need kvm
    printf 0123456789 >data
    printf input | "$guests/vmm_syscalls" native "$PWD/data" >out 2>err || fail "native: $(cat err)"
    local pages
    for pages in auto 4k 2m; do
        printf input | vm --pages $pages --file data=data "$guests/vmm_syscalls" vm >out 2>err ||
            fail "--pages $pages: $(cat err)"
        expect_one_line err '^checked [0-9]{3}$'
        [ "$(cat out)" = written ] || fail "it printed '$(cat out)'"
    done
}

status_and_signal_of_an_end() {
    need kvm
    expect_status 0 vm busybox true
    expect_status 1 vm busybox false
    expect_status 134 vm "$guests/vmm_faults" abort
    expect_one_line err 'Aborted'
    expect_status 143 vm "$guests/vmm_faults" terminate
    # shellcheck disable=SC2016
    expect_status 147 vm busybox sh -c 'kill -STOP $$'
    expect_one_line err "Stopped"
}

calls_that_are_not_served_are_named_when_the_program_fails() {
    need kvm
    expect_status 0 vm "$guests/vmm_missing"
    [ ! -s err ] || fail "told without need: $(cat err)"
    expect_status 3 vm "$guests/vmm_missing" abc
    expect_one_line err 'vmm_missing: .*ENOSYS.*socket, fork'
}

an_endless_loop_ends_at_the_timeout() {
    need kvm
    expect_status 124 minivmm run --timeout 0.2 "$guests/vmm_loop"
    expect_one_line err 'vmm_loop: stopped by --timeout'
    [ "$(cat out)" = ready ] || fail "its output is lost"
}

a_blocked_program_ends_at_the_timeout() {
    need kvm
    mkfifo never
    exec 8<>never
    status_of minivmm run --timeout 0.2 busybox cat <&8
    [ $status = 124 ] || fail "reading: $status"
    expect_status 124 minivmm run --timeout 0.2 busybox sleep 1000
    exec 7>full 8>&-
    mkfifo pipe
    exec 8<>pipe
    status=0
    minivmm run --timeout 0.5 busybox yes >pipe 2>err || status=$?
    [ $status = 124 ] || fail "writing into a full pipe: $status"
    exec 7>&- 8>&-
}

a_closed_pipe_ends_the_writer() {
    need kvm
    vm busybox yes 2>err | head -n 2 >out
    local statuses=("${PIPESTATUS[@]}")
    [ "${statuses[0]}" = 141 ] || fail "status ${statuses[0]}"
    [ ! -s err ] || fail "$(cat err)"
}

memory_is_bounded_and_taken_only_when_touched() {
    need kvm
    local mib got
    for mib in 64 200; do
        expect_status 0 vm --mem ${mib}M "$guests/vmm_memory"
        got=$(cat out)
        if [ "$got" -gt $mib ] || [ "$got" -lt $((mib - 14)) ]; then fail "$got of $mib MiB"; fi
    done
    minivmm run --mem 64G "$guests/vmm_loop" >out &
    local pid=$!
    expect_soon test -s out
    local used most=8192
    used=$(awk '/^Rss/ { print $2 }' "/proc/$pid/smaps_rollup")
    kill $pid
    wait $pid || :
    [ "$(basename "$BUILD")" != asan ] || most=65536 # a sanitizer has memory of its own
    [ "$used" -lt $most ] || fail "$used KiB are used by a small program"
}

the_program_file_is_mapped_not_copied() {
    need kvm
    minivmm run busybox sleep 1000 &
    local pid=$!
    expect_soon grep -q "rw-p .*/busybox\$" "/proc/$pid/maps"
    kill $pid
    wait $pid || :
}

# cut_while_running PROGRAM BYTES COMMAND...: the command runs ./PROGRAM, whose file is then cut.
cut_while_running() {
    local program=$1 bytes=$2
    shift 2
    cp "$guests/$program" .
    rm -f input out
    mkfifo input
    "$@" "./$program" <input >out 2>err &
    local pid=$!
    exec 8>input
    expect_soon test -s out
    truncate -s "$bytes" "$program"
    echo >&8
    status=0
    wait $pid || status=$?
    exec 8>&-
    [ "$status" = 135 ] || fail "status $status: $(cat err)" # SIGBUS, as on a host
}

a_program_file_that_becomes_shorter_ends_the_program() {
    need kvm
    cut_while_running vmm_wait 0 minivmm run --timeout 10
    [ "$(cat out)" = ready ] || fail "it ran on"
    expect_one_line err "Bus error: a page of the program's file is gone"
}

memory_whose_file_is_gone_is_efault() {
    need kvm
    cut_while_running vmm_nolibc_gone 512K minivmm run --timeout 10 --timeline line.json
    expect_match out EFAULT
    expect_one_line err "Bus error: a page of the program's file is gone"
    [ "$(tail -n 1 line.json)" = "]" ] || fail "the timeline is not whole"
}

large_pages_are_used_when_asked_for() {
    need kvm
    grep -Eq '\[(always|madvise)\]' /sys/kernel/mm/transparent_hugepage/enabled ||
        skip kvm "the host gives no transparent huge pages"
    local pages wanted
    for pages in 4k 2m; do
        mkfifo "go$pages"
        minivmm run --pages $pages "$BUILD/libexec/virtlab/workloads/latency" --mib 16 <"go$pages" >out$pages &
        local pid=$!
        exec 8>"go$pages"
        expect_soon grep -q ready out$pages
        wanted=$(awk '/^AnonHugePages/ { print $2 }' "/proc/$pid/smaps_rollup")
        exec 8>&-
        wait $pid || :
        if [ $pages = 4k ]; then
            [ "$wanted" = 0 ] || fail "4k: $wanted KiB in large pages"
        else
            [ "$wanted" -ge 16384 ] || fail "2m: only $wanted KiB in large pages"
        fi
    done
}

standard_error_is_the_programs() {
    need kvm
    expect_status 1 vm busybox cat /none
    expect_match err "^cat: can't open '/none': No such file or directory$"
}

an_ordinary_user_runs_programs_where_kvm_opens() {
    need kvm user
    as_user sh -c 'exec 9<>/dev/kvm' 2>/dev/null || {
        # What root can do here, the user is told about.
        status=0
        as_user minivmm run "$guests/vmm_nolibc_hello" >out 2>err || status=$?
        [ $status = 125 ] || fail "status $status: $(cat err)"
        expect_one_line err '/dev/kvm.*group kvm'
        return 0
    }
    status=0
    as_user minivmm run "$guests/vmm_nolibc_hello" >out || status=$?
    [ $status = 7 ] || fail "status $status"
}

an_ordinary_user_with_an_open_device() {
    need kvm root
    # A device node of one's own stands in for membership in the group kvm.
    mkdir dev
    unshare --mount sh -c '
        mount -t tmpfs -o mode=755 none dev && mknod -m 666 dev/kvm c 10 232 &&
        mount --bind dev/kvm /dev/kvm &&
        exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
            minivmm run "$1"' sh "$guests/vmm_nolibc_hello" >out 2>err && status=0 || status=$?
    grep -q 'mount\|mknod\|Operation not permitted' err && skip root "no device nodes can be made here"
    [ "$status" = 7 ] || fail "status $status: $(cat err)"
}

nothing_is_left_behind_after_sigkill() {
    need kvm
    local moment
    for moment in 1 2 3 4 5 6 7 8; do
        minivmm run "$guests/vmm_loop" >out 2>/dev/null &
        local pid=$! i
        # Later and later in its life; the last ones while the program runs.
        for ((i = 0; i < moment * 40; i++)); do :; done
        [ $moment -lt 7 ] || expect_soon test -s out
        kill -KILL $pid
        wait $pid 2>/dev/null || :
        ! kill -0 $pid 2>/dev/null || fail "it is still there"
    done
    # It cannot leave what it never makes: no file, no process, no mount.
    ASAN_OPTIONS=detect_leaks=0 strace -f -o calls minivmm run busybox true
    ! grep -E "O_CREAT|O_WRONLY|^[0-9]+ +(clone|fork|vfork|mkdir|mknod|mount|symlink|memfd|shmget)" calls || fail "it makes something"
    grep -q KVM_RUN calls || fail "strace saw nothing"
}

a_closed_descriptor_reaches_nothing_of_the_vmm() {
    need kvm
    status=0
    vm --timeline line.json busybox sh -c 'echo word >&2' 2>&- || status=$?
    [ "$status" = 1 ] || fail "stderr: $status"
    ! grep word line.json || fail "the program wrote into the timeline"
    status=0
    vm --file f=line.json busybox cat <&- >out 2>err || status=$?
    [ "$status" = 1 ] || fail "stdin: $status"
    expect_match err 'Bad file descriptor'
}

what_the_caller_left_open_is_closed() {
    need kvm
    mkfifo fifo
    exec 8<>fifo
    minivmm run "$guests/vmm_loop" >out &
    local pid=$!
    expect_soon test -s out
    ls -l "/proc/$pid/fd" >open
    kill "$pid"
    wait "$pid" || :
    exec 8>&-
    expect_match open 'kvm-vm'
    ! grep fifo open || fail "it is still open"
}

the_vmm_has_given_up_what_it_does_not_need() {
    need kvm
    minivmm run "$guests/vmm_loop" >out &
    local pid=$!
    expect_soon test -s out
    cp "/proc/$pid/status" state
    kill $pid
    wait $pid || :
    expect_match state "^NoNewPrivs:.*1"
    [ "$(basename "$BUILD")" = asan ] || expect_match state "^Seccomp:.*2"
}

it_ends_by_sigterm_like_any_program() {
    need kvm
    minivmm run "$guests/vmm_loop" >out &
    local pid=$!
    expect_soon test -s out
    kill $pid
    status=0
    wait $pid || status=$?
    [ $status = 143 ] || fail "status $status"
}

explain_tells_the_life_in_order() {
    need kvm
    expect_status 7 vm --explain "$guests/vmm_nolibc_hello"
    [ "$(cat out)" = freestanding ] || fail "it disturbs the output"
    local stage
    for stage in 'open /dev/kvm' 'create the VM' 'map guest memory' 'create the vCPU' 'set CPUID' \
        'load the program' 'set registers' 'run the program' 'tear down'; do
        expect_match err "ms  $stage"
    done
    expect_match err 'call  ioctl\(KVM_RUN\)'
    expect_match err 'read  KVM API 4.10'
    expect_match err 'ms  write'
    grep -oE 'ms  (open|create the VM|load|run|tear)' err | tr -d '\n' |
        grep -q 'open.*create the VM.*load.*run.*tear' || fail "the order is wrong"
}

statistics_count_every_exit_and_call() {
    need kvm
    expect_status 7 vm --stats "$guests/vmm_nolibc_hello"
    expect_match err '^  port I/O +2 '
    expect_match err '^  write +1 '
    expect_match err '^  exit_group +1 '
}

the_timeline_is_json_with_stages_exits_and_calls() {
    need kvm
    expect_status 7 vm --timeline line.json "$guests/vmm_nolibc_hello"
    local category
    for category in stage exit syscall; do
        expect_match line.json "\"cat\":\"$category\""
    done
    [ "$(sed -n '1p;$p' line.json | tr -d '\n')" = "[]" ] || fail "no array"
    for stage in 'create the VM' 'run the program' 'tear down'; do
        expect_match line.json "\"name\":\"$stage\",\"cat\":\"stage\""
    done
    expect_status 7 vm --timeline /dev/full "$guests/vmm_nolibc_hello"
    expect_one_line err 'timeline could not be written'
}

a_terminal_is_recognised() {
    need kvm
    # script(1) gives the command a terminal; busybox test -t asks by ioctl(TCGETS).
    script -qec "minivmm run --timeout 30 busybox test -t 1" /dev/null </dev/null >/dev/null || fail "no terminal seen"
    ! minivmm run --timeout 30 busybox test -t 1 >out || fail "a file taken for a terminal"
}

a_full_disk_is_the_programs_to_report() {
    need kvm
    status=0
    vm busybox echo x >/dev/full 2>err || status=$?
    [ $status = 1 ] || fail "status $status"
    expect_match err 'No space left'
    status=0
    vm busybox echo x >&- 2>err || status=$?
    [ $status = 1 ] || fail "closed stdout: status $status"
}

the_reading_guide_is_true() {
    local file lines stated
    for file in "$SOURCE"/minivmm/*.c; do
        grep -q "\`$(basename "$file")\`" "$SOURCE/docs/minivmm.md" || fail "it does not name $file"
    done
    stated=$(sed -n "s/^\([0-9]*\) lines in all.*/\1/p" "$SOURCE/docs/minivmm.md")
    lines=$(cat "$SOURCE"/minivmm/*.[ch] | wc -l)
    [ $((100 * lines)) -lt $((105 * stated)) ] && return
    fail "$lines lines, but $stated are stated"
}

it "has a reading guide that is true" the_reading_guide_is_true
it "runs programs of musl, glibc, glibc static-pie and of no library" a_program_of_each_library_runs
it "gives arguments, and an environment that tells nothing of the host" a_program_finds_its_arguments_and_an_environment_of_its_own
it "answers each system call as Linux does" each_system_call_answers_as_linux_does
it "passes on the status, or 128 and the signal" status_and_signal_of_an_end
it "names the calls it does not serve when the program fails" calls_that_are_not_served_are_named_when_the_program_fails
it "ends an endless loop with 124" an_endless_loop_ends_at_the_timeout
it "ends reading, writing and sleeping with 124" a_blocked_program_ends_at_the_timeout
it "ends a program by SIGPIPE when nobody reads" a_closed_pipe_ends_the_writer
it "bounds memory, and takes it only when it is touched" memory_is_bounded_and_taken_only_when_touched
it "maps the program's file" the_program_file_is_mapped_not_copied
it "ends the program when its file becomes shorter" a_program_file_that_becomes_shorter_ends_the_program
it "answers EFAULT where the program's file is gone" memory_whose_file_is_gone_is_efault
it "uses 2 MiB pages or 4 KiB pages as told" large_pages_are_used_when_asked_for
it "leaves standard error to the program" standard_error_is_the_programs
it "runs for an ordinary user, or says what is missing" an_ordinary_user_runs_programs_where_kvm_opens
it "runs for an ordinary user who may open /dev/kvm" an_ordinary_user_with_an_open_device
it "leaves nothing behind after SIGKILL" nothing_is_left_behind_after_sigkill
it "keeps its own files from a program without standard streams" a_closed_descriptor_reaches_nothing_of_the_vmm
it "closes what its caller left open" what_the_caller_left_open_is_closed
it "gives up what it does not need" the_vmm_has_given_up_what_it_does_not_need
it "ends by SIGTERM like any program" it_ends_by_sigterm_like_any_program
it "explains the life of the machine in order" explain_tells_the_life_in_order
it "counts every exit and every call" statistics_count_every_exit_and_call
it "writes a timeline" the_timeline_is_json_with_stages_exits_and_calls
it "recognises a terminal" a_terminal_is_recognised
it "lets the program meet a full disk and a closed stdout" a_full_disk_is_the_programs_to_report
finish
