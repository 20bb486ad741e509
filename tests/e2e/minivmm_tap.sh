#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot on tap interfaces, with a kernel that every KVM can run. Each test is in a network of
# its own, with the interface t0; nothing of it is left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
export kernel=$BUILD/tests/guests/boot_nolibc_kernel

# in_network FUNCTION
in_network() {
    need root kvm
    [ -e /dev/net/tun ] || skip root "no /dev/net/tun"
    export -f "${1?}" boot fail expect_status expect_one_line expect_match expect_soon status_of
    unshare --net --pid --fork --kill-child --mount-proc bash -ec "busybox tunctl -t t0; $1"
}

boot() {
    timeout --kill-after=5 60 minivmm boot --kernel "$kernel" --mem 32M --append "$@"
}

tap_is_used() {
    expect_status 0 boot off --net tap=t0
    expect_status 0 boot off --net tap=t0
}

busy_tap_is_told() {
    boot "say:up spin" --net tap=t0 >first 2>&1 &
    expect_soon grep -q ^up first
    expect_status 125 boot off --net tap=t0
    expect_one_line err 'minivmm: tap interface t0 is in use already'
    expect_status 125 boot off --net tap=lo
    expect_one_line err 'minivmm: lo is not a tap interface'
    expect_status 125 boot off --net tap=t1
    expect_one_line err "minivmm: there is no network interface 't1'"
    [ ! -e /sys/class/net/t1 ] || fail "t1 was made"
    kill %1
    wait %1 || true
}

port_taken_is_told() {
    busybox nc -l -p 7001 &
    expect_soon grep -q ':1B59 .* 0A ' /proc/net/tcp /proc/net/tcp6
    expect_status 125 boot off --net user,tcp:7001:7
    expect_one_line err 'cannot listen on TCP port 7001 of 127.0.0.1: Address already in use'
    [ -z "$(pgrep minivmm-network)" ] || fail "the network was left behind"
}

# The tap has what the guest says about checksums and segments from the guest: also rubbish.
hostile_driver_harms_nobody() {
    busybox ip link set t0 up
    local seed
    for seed in ${VIRTLAB_SEEDS:-1 2 3 4}; do
        expect_status 9 boot "rubbish:$seed exit:9" --net tap=t0 --net user
    done
}

it "attaches to a tap interface, again and again" in_network tap_is_used
it "tells which tap interface cannot be used, and why" in_network busy_tap_is_told
it "tells that a port to forward is taken" in_network port_taken_is_told
it "survives a hostile driver on a tap interface" in_network hostile_driver_harms_nobody
finish
