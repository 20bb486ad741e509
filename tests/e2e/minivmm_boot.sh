#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot with a kernel of a few hundred lines, which every KVM can run: vCPUs, memory, the
# serial port, each way to end, signals, and the terminal.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
kernel=$BUILD/tests/guests/boot_nolibc_kernel

# boot WORDS [OPTION...]: what the kernel shall do, and options of minivmm.
boot() {
    local words=$1
    shift
    timeout --kill-after=5 60 minivmm boot --kernel "$kernel" --append "$words" "$@"
}

# start WORDS [OPTION...]: as boot, in the background, as $pid, until it has printed "up".
start() {
    local words=$1
    shift
    : >out
    minivmm boot --kernel "$kernel" --append "say:up $words" --timeout 60 "$@" >out 2>err &
    pid=$!
    expect_soon grep -q '^up' out
}

# stop: end what was started.
stop() {
    kill "$pid"
    wait "$pid" || true
}

each_end_has_its_status() {
    need kvm
    expect_status 0 boot off
    expect_status 0 boot reset
    expect_status 0 boot i8042
    expect_status 7 boot "exit:7"
    expect_status 255 boot "exit:255"
    [ ! -s err ] || fail "it said: $(cat err)"
    expect_status 125 boot triple
    expect_one_line err 'triple fault of vCPU 0'
    expect_status 124 boot halt --timeout 0.3
    expect_one_line err 'stopped by --timeout'
    expect_status 124 boot spin --timeout 0.3
    expect_status 124 boot spin --timeout 0.3 --cpus 3
}

nothing_runs_behind_the_end() {
    need kvm
    expect_status 3 boot "say:before exit:3 say:behind exit:4"
    [ "$(cat out)" = before ] || fail "printed: $(cat out)"
}

the_serial_port_prints_and_reads() {
    need kvm
    expect_status 0 boot "say:hello string off"
    printf 'hello\none exit\n' | cmp - out
    status_of boot "echo off" <<<"typed q, and more"
    [ "$status" = 0 ]
    [ "$(cat out)" = "typed q" ] || fail "echoed: $(cat out)"
}

each_vcpu_answers() {
    need kvm
    local cpus
    for cpus in 1 2 5; do
        expect_status 0 boot "cpus:$cpus off" --cpus $cpus
        [ "$(cat out)" = $cpus ] || fail "$(cat out) vCPUs instead of $cpus"
    done
}

vcpus_stay_where_they_are_pinned() {
    need kvm
    local pid task processor
    processor=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
    start spin --cpus 2 --pin "$processor,$processor"
    local pinned=0
    for task in /proc/"$pid"/task/*; do
        [ "$(sed -n 's/^Cpus_allowed_list:\t//p' "$task/status")" != "$processor" ] ||
            pinned=$((pinned + 1))
    done
    stop
    [ $pinned -ge 2 ] || fail "$pinned threads are pinned to $processor"
}

memory_has_a_hole() {
    need kvm
    local size
    for size in 32 256 3072 5120; do
        expect_status 0 boot "memory off" --mem ${size}M
        # Without the last of the first MiB, which is no RAM; each range is rounded down.
        [ $((size - $(cat out))) -le 2 ] || fail "$(cat out) of $size MiB"
    done
}

signals_end_it() {
    need kvm
    local signal pid
    for signal in TERM:143 INT:130 HUP:129; do
        # Not by `timeout`, and with the signals that the shell's background ignores.
        env --default-signal=INT minivmm boot --kernel "$kernel" --append "say:up spin" \
            --cpus 2 >out 2>err &
        pid=$!
        expect_soon grep -q up out
        kill -"${signal%:*}" $pid
        status=0
        wait $pid || status=$?
        [ $status = "${signal#*:}" ] || fail "SIG${signal%:*}: status $status"
        expect_one_line err '^minivmm: '
    done
}

ignored_signals_do_not_end_it() {
    need kvm
    local pid
    env --default-signal=TERM --ignore-signal=HUP,INT minivmm boot --kernel "$kernel" \
        --append "say:up spin" >out 2>err &
    pid=$!
    expect_soon grep -q up out
    kill -HUP $pid
    kill -INT $pid
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ $status = 143 ] || fail "status $status"
}

# A reader that does not read holds up the guest, and not its end.
a_slow_reader_holds_up_nobody() {
    need kvm
    mkfifo fifo
    exec 7<>fifo
    status=0
    boot flood --timeout 0.5 >fifo 2>err || status=$?
    [ $status = 124 ] || fail "status $status: $(cat err)"
}

sigkill_leaves_nothing() {
    need kvm
    truncate -s 1M image
    local pid
    start spin --cpus 2 --disk image,cow --rng
    kill -9 "$pid"
    wait "$pid" || true
    [ ! -e /proc/"$pid" ] || fail "it is still there"
    [ "$(find . -type f | sort | tr '\n' ' ')" = './err ./image ./out ' ] || fail "left: $(ls)"
}

# in_terminal SCRIPT: run it in a terminal of its own, whose input is ours; output in typescript.
in_terminal() {
    TERM=xterm SHELL=/bin/bash command script --quiet --flush --return \
        --command "PATH='$PATH'; kernel='$kernel'; $1" typescript >/dev/null
}

the_terminal_is_restored() {
    need kvm
    local end
    for end in off triple "exit:3" "say:up spin"; do
        rm -f before after typescript
        in_terminal "stty -g >before; minivmm boot --kernel \$kernel --append '$end' --timeout 1; \
            stty -g >after" </dev/null
        expect_same before after
    done
    # It was raw meanwhile: no echo, no signal by Ctrl-C, which the guest gets as a byte.
    rm typescript
    { expect_soon grep -aq ^up typescript && printf 'a\003\001\001q'; } |
        in_terminal "stty -g >before; minivmm boot --kernel \$kernel --append 'say:up echo off'; \
            echo status \$?; stty -g >after"
    expect_same before after
    tr -d '\r' <typescript | grep -aq $'^a\003\001q$' || fail "not raw: $(cat -v typescript)"
    grep -aq 'status 0' typescript
}

ctrl_a_x_quits() {
    need kvm
    { expect_soon grep -aq ^up typescript && printf '\001x'; } |
        in_terminal "minivmm boot --kernel \$kernel --append 'say:up spin'; echo status \$?"
    grep -aq 'status 0' typescript || fail "$(cat -v typescript)"
}

# Not even SIGKILL leaves the terminal raw.
the_terminal_is_restored_after_sigkill() {
    need kvm
    in_terminal "stty -g >before
        minivmm boot --kernel \$kernel --append 'say:up spin' & pid=\$!
        until grep -aq ^up typescript; do sleep 0.01; done
        kill -9 \$pid; wait \$pid
        stty -g >between
        while [ \"\$(stty -g)\" != \"\$(cat before)\" ]; do sleep 0.01; done
        stty -g >after" </dev/null
    expect_same before after
}

# By `set -m` minivmm has a process group of its own, as in an interactive shell; all of it is killed.
the_terminal_is_restored_for_a_job() {
    need kvm
    { expect_soon grep -aq ^up typescript && expect_soon test -e after; } | in_terminal "set -m
        stty -g >before
        (until grep -aq ^up typescript; do sleep 0.01; done
            stty -g </dev/tty >raw
            kill -9 -- -\$(cat pid)) &
        sh -c 'echo \$\$ >pid; exec minivmm boot --kernel \$0 --append \"say:up spin\"' \$kernel
        while [ \"\$(stty -g)\" != \"\$(cat before)\" ]; do sleep 0.01; done
        stty -g >after"
    expect_same before after
    ! cmp -s before raw || fail "it was never raw"
}

the_life_is_told() {
    need kvm
    expect_status 0 boot "say:x mark:1 mark:2 off" --explain --timeline timeline --stats --cpus 2
    local stage
    for stage in "open /dev/kvm" "map guest memory" "create interrupt controllers" "add devices" \
        "create the vCPU" "write ACPI tables" "load the kernel" "set registers" "start the threads" \
        "confine the VMM" "enter the kernel" "kernel to its first serial byte" "kernel to /init" \
        "/init to the program" "run the program" "tear down"; do
        expect_match err "ms  $stage"
        expect_match timeline "\"name\":\"$stage\""
    done
    expect_match timeline '"cat":"exit".*"detail":"write 0x3f8, 1 times 1"'
    "$BUILD/tests/tools/jsoncheck" timeline
    expect_match err '^Exits to the VMM, by device'
    expect_match err '^  vCPU 1 '
}

what_stays_is_little() {
    need kvm
    local pid
    exec 8</dev/null # the caller's own, which is none of its business
    start spin --cpus 2 --rng --initrd "$kernel"
    cat /proc/"$pid"/task/*/comm >threads
    ls -l /proc/"$pid"/fd >open
    stop
    for thread in minivmm "serial port" "vCPU 0" "vCPU 1" virtio-rng; do
        grep -qxF "$thread" threads || fail "there is no thread '$thread': $(cat threads)"
    done
    ! grep -E '/dev/kvm|boot_nolibc|8 -> /dev/null' open || fail "still open"
}

the_sandbox_is_there() {
    need kvm
    local option task pid
    for option in "" --no-sandbox; do
        # shellcheck disable=SC2086 # a word or none
        start spin --cpus 2 --rng $option
        for task in /proc/"$pid"/task/*; do
            # Not KVM's own worker, which counts as a thread of ours.
            ! grep -q '^Name:.*kvm' "$task/status" || continue
            if [ -z "$option" ]; then
                expect_match "$task/status" '^NoNewPrivs:.1'
                # Sanitizers have needs of their own.
                [ "$(basename "$BUILD")" = asan ] || expect_match "$task/status" '^Seccomp:.2'
            else
                expect_match "$task/status" '^Seccomp:.0'
            fi
        done
        stop
    done
}

what_the_vmm_needs_is_little() {
    need kvm
    local pid beyond
    start spin --mem 128M --rng
    # The guest's memory is the one large private mapping; Pss of all others, in KiB.
    beyond=$(awk '/^[0-9a-f]+-[0-9a-f]+ / { next }
        $1 == "Size:" { large = $2 >= 65536 } $1 == "Pss:" && !large { sum += $2 }
        END { print sum }' /proc/"$pid"/smaps)
    stop
    echo "Pss beyond the guest's memory: $beyond KiB"
    [ "$(basename "$BUILD")" = asan ] || [ "$beyond" -le 3072 ]
}

it "ends with the guest's status" each_end_has_its_status
it "runs nothing of the guest behind its end" nothing_runs_behind_the_end
it "prints and reads by the serial port" the_serial_port_prints_and_reads
it "starts each vCPU by INIT and SIPI" each_vcpu_answers
it "pins vCPUs" vcpus_stay_where_they_are_pinned
it "gives memory below and above the hole" memory_has_a_hole
it "ends by a signal" signals_end_it
it "signals that the caller ignores do not end it" ignored_signals_do_not_end_it
it "ends in time though nobody reads" a_slow_reader_holds_up_nobody
it "leaves nothing behind after SIGKILL" sigkill_leaves_nothing
it "restores the terminal" the_terminal_is_restored
it "ends by Ctrl-A x" ctrl_a_x_quits
it "restores the terminal after SIGKILL" the_terminal_is_restored_after_sigkill
it "restores the terminal of a job" the_terminal_is_restored_for_a_job
it "names its threads and keeps little open" what_stays_is_little
it "tells the life of the machine" the_life_is_told
it "confines each thread" the_sandbox_is_there
it "needs 3 MiB beside the guest's memory" what_the_vmm_needs_is_little
finish
