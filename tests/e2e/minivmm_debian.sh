#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot with Debian's own kernel, unmodified: few boots, since each takes long in a machine
# that is itself emulated.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guest=debian
# shellcheck source=tests/linux_guest.sh
. "$(dirname "$0")/../linux_guest.sh"

a_prompt_and_a_second_vcpu() {
    start_guest --guest debian --cpus 2
    at_prompt 'uname -r' '^[0-9.]+-.*cloud-amd64'
    at_prompt 'grep -c ^processor /proc/cpuinfo' '^2'
    at_prompt 'busybox poweroff -f'
    end_guest 0
    [ ! -s err ] || fail "it said: $(cat err)"
}

it "gives a prompt, and shows a second vCPU" a_prompt_and_a_second_vcpu
it "has disks that keep what is written" disks_keep_what_is_written
it "has networks and random numbers" networks_and_random_numbers
finish
