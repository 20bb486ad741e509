#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot with Linux: the small kernel by each protocol, its ends, and every device used for
# real. minivmm_debian.sh does with Debian's kernel what must work there too.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guest=small
# shellcheck source=tests/linux_guest.sh
. "$(dirname "$0")/../linux_guest.sh"
words="console=ttyS0 quiet panic=-1"

each_protocol_starts_each_vcpu() {
    need_guest
    local kernel=$1 protocol=$2 loader=$3 cpus
    for cpus in 1 2; do
        expect_status 0 boot --kernel "$guests/small/$kernel" --initrd "$guests/small/initrd" \
            --append "$words" --protocol "$protocol" --cpus $cpus -- \
            busybox sh -c 'grep -c ^processor /proc/cpuinfo; cat /proc/sys/kernel/bootloader_type'
        # Linux says by which loader it came: 0xb is the PVH entry.
        [ "$(tr '\n' ' ' <out)" = "$cpus $loader " ] || fail "printed: $(cat out err)"
    done
}

# exits_in FILE COLUMN: to the VMM, by ports and MMIO, as --stats has printed them; 1: all, 2: up to /init.
exits_in() {
    awk -v column="$2" '/by device/ { exit } /^  (port|MMIO)/ { sum += $(NF - 4 + column) } END { print sum + 0 }' "$1"
}

a_program_is_as_it_is_here() {
    need_guest
    local exits
    seq 1 20000 >input
    printf 'a file' >file
    # shellcheck disable=SC2016 # the guest's
    local script='sha256sum; cat /etc/here; echo "$A $0 $*"; echo to-err >&2; exit 42'
    expect_status 42 boot --guest small --file /etc/here=file --env A=b -- \
        busybox sh -c "$script" name one "two  words" <input
    {
        sha256sum <input
        echo "a fileb name one two  words"
    } | diff - out
    expect_one_line err '^to-err$'
    expect_status 137 boot --guest small --stats -- busybox sh -c 'kill -9 $$'
    # With a console of three ports, which is more than a bare boot has.
    exits=$(exits_in err 2)
    if [ "$exits" = 0 ] || [ "$exits" -ge 200 ]; then fail "$exits exits up to /init: $(cat err)"; fi
}

small_and_large_memory() {
    need_guest
    local mib total available
    for mib in 32 5120; do
        expect_status 0 boot --guest small --mem ${mib}M -- \
            busybox awk '/^Mem(Total|Available)/ { print int($2 / 1024) }' /proc/meminfo
        { read -r total && read -r available; } <out
        # The kernel takes 12 MiB, and a page of each 64; a program is to have 8.
        if [ "$total" -le $((mib * 9 / 10 - 13)) ] || [ "$total" -gt $mib ] || [ "$available" -lt 8 ]; then
            fail "$total of $mib MiB, of them available $available"
        fi
    done
}

the_guest_switches_itself_off() {
    start_guest --guest small
    at_prompt 'echo $((6 * 7)) is it' '^42 is it'
    at_prompt 'busybox poweroff -f'
    end_guest 0
    [ ! -s err ] || fail "it said: $(cat err)"
}

the_guest_reboots() {
    start_guest --guest small
    at_prompt 'busybox reboot -f'
    end_guest 0
}

the_guest_panics() {
    start_guest --guest small
    at_prompt 'echo c >/proc/sysrq-trigger'
    end_guest 0
    expect_match out 'Kernel panic'
}

the_guest_triple_faults() {
    start_guest --guest small --append reboot=t
    at_prompt 'busybox reboot -f'
    end_guest 125
    expect_one_line err 'triple fault'
}

the_guest_ends_before_its_program() {
    need_guest
    expect_status 125 boot --guest small -- busybox reboot -f
    expect_match err '^minivmm: .*before'
}

it_is_stopped_from_outside() {
    # One machine for each; three at once.
    need_guest
    (boot --guest small --timeout 5 </dev/null >/dev/null 2>err.timeout || echo $? >timeout) &
    start_guest --guest small --cpus 2
    at_prompt 'while :; do :; done & echo go on' '^go on'
    kill -TERM "$vmm"
    end_guest 143
    wait
    [ "$(cat timeout)" = 124 ] || fail "--timeout: $(cat timeout)"
    expect_one_line err.timeout 'stopped by --timeout'
}

# at_terminal COMMAND PATTERN OPTION...: boot in a terminal of its own; type COMMAND at the prompt, and
# Ctrl-A x when its output has a line like that.
at_terminal() {
    need_guest
    local command=$1 pattern=$2
    shift 2
    : >typescript
    { within $limit grep -aq 'guest:' typescript && printf '%s\r' "$command" &&
        within 60 grep -Eaq -- "$pattern" typescript && printf '\001x'; } |
        script --quiet --flush --return --command "stty rows 30 cols 100; stty -g >before
            '$BUILD/bin/minivmm' boot --guest small $* 2>err; echo status \$?; stty -g >after" typescript >/dev/null
    grep -aq 'status 0' typescript || fail "$(cat -v typescript err)"
    expect_same before after
}

ctrl_a_x_ends_it_at_a_terminal() {
    # shellcheck disable=SC2016 # the guest's
    at_terminal 'echo $((6 * 7)) it is' '^42 it is'
}

the_virtio_console_is_a_terminal() {
    at_terminal 'cat /sys/class/tty/console/active; stty size; seq 1 1000' '^1000' --console virtio --stats
    expect_match typescript '^hvc0|^[a-zA-Z0-9 ]* hvc0'
    expect_match typescript '^30 100'
    # 4,893 bytes, and no exit to the VMM for each: Linux hands over a line and its end one by one, and
    # confirms the interrupt that tells of each.
    local exits
    exits=$(exits_in err 1)
    if [ "$exits" = 0 ] || [ "$exits" -ge 2500 ]; then fail "$exits exits: $(cat err)"; fi
}

it "boots a bzImage by the Linux protocol" each_protocol_starts_each_vcpu vmlinuz linux "$LOADER_LINUX"
it "boots an ELF kernel by the Linux protocol" each_protocol_starts_each_vcpu vmlinux linux "$LOADER_LINUX"
it "boots an ELF kernel by PVH" each_protocol_starts_each_vcpu vmlinux pvh "$LOADER_PVH"
it "runs a program as it is here" a_program_is_as_it_is_here
it "gives 32 MiB and 5 GiB" small_and_large_memory
it "ends when the guest switches itself off" the_guest_switches_itself_off
it "ends when the guest reboots" the_guest_reboots
it "ends when the guest panics" the_guest_panics
it "tells of a triple fault" the_guest_triple_faults
it "tells of an end before the program's" the_guest_ends_before_its_program
it "is stopped by a signal and a timeout" it_is_stopped_from_outside
it "ends by Ctrl-A x at a terminal" ctrl_a_x_ends_it_at_a_terminal
it "has a virtio console, which Ctrl-A x ends too" the_virtio_console_is_a_terminal
it "has disks that keep what is written" disks_keep_what_is_written
it "has networks and random numbers" networks_and_random_numbers
finish
