#!/bin/bash
# SPDX-License-Identifier: MIT
# What the experiments find of tenants side by side, on pure cgroup v2, and of work in the boxes.
set -u
. tests/kvmbox/experiments.sh
MIB=1048576

# With a Linux guest, whose restart takes longer here than a plain process would be waited for.
a_box_that_failed_is_back() {
    measure faults container,vm-linux
    local fault platform
    for fault in crash tool; do
        for platform in container vm-linux; do
            [ "$(metric left_n "\"fault\":\"$fault\"" "\"platform\":\"$platform\"")" = 0 ]
            [ "$(metric lost_n "\"fault\":\"$fault\"" "\"platform\":\"$platform\"")" = 0 ]
        done
    done
    # The panic of a guest's kernel; a container has none.
    [ "$(metric lost_n '"fault":"guest"' '"platform":"vm-linux"')" = 0 ]
    sample '"fault":"guest"' '"platform":"container"' '"status":"skipped"' "the kernel is the host's"
    # The machine that is filled is a cgroup.
    within "the machine" $((384 * MIB)) "$(metric ceiling_bytes '"fault":"memory"' '"platform":"container"')" $((768 * MIB))
    [ "$(metric ceiling_n '"fault":"forks"' '"platform":"container"')" = 160 ]
    cgroups_are_gone
}

a_neighbour_has_a_ceiling() {
    measure neighbours container
    local antagonist limits
    for antagonist in cpu memory cache fork network; do
        for limits in off on; do
            sample "\"antagonist\":\"$antagonist\"" "\"limits\":\"$limits\"" '"workload":"server"' \
                '"ceiling":"cgroup"' '"status":"ok"' '"requests_n":[1-9]'
        done
    done
    sample '"antagonist":"disk"' '"status":"skipped"' 'no disk in here'
    cgroups_are_gone
}

the_kernel_counts_a_crowd() {
    measure density container,vm --runs 1
    local platform
    for platform in container vm; do
        within "for one $platform" 4096 "$(metric kernel_bytes "\"platform\":\"$platform\"" '"instances":1[,}]')" $((8 * MIB))
        sample "\"platform\":\"$platform\"" '"source":"cgroup"' '"stop":"(count|time|start|answer|memory)"'
        within "boxes of $platform" 2 "$(metric reached_n "\"platform\":\"$platform\"")" 32
    done
    cgroups_are_gone
}

threads_have_the_processors_they_got() {
    measure vcores native,vm-linux --runs 1
    local cpus
    for cpus in 1 2; do
        sample "\"cpus\":$cpus,\"threads\":$cpus" '"platform":"vm-linux"' '"status":"ok"' '"work_ns":[1-9]' '"steal_ns":'
    done
    # The box is a machine of one processor.
    sample '"cpus":2,"threads":2' '"platform":"native"' '"status":"skipped"' 'no more processors'
}

# Boxes of the host's kernel do it elsewhere, too.
work_is_done_on_hardware() {
    measure overhead vm --runs 1
    local workload
    for workload in integer bandwidth latency syscall fault; do
        sample "\"workload\":\"$workload\"" '"platform":"vm"' '"status":"ok"' '"work_ns":[1-9]'
    done
    for workload in switch fork file network processes; do
        sample "\"workload\":\"$workload\"" '"platform":"vm"' '"status":"skipped"' ' in here'
    done
}

it "sees a box and a guest's kernel fail, and come back" a_box_that_failed_is_back
it "puts a ceiling of cgroup v2 around a bad neighbour" a_neighbour_has_a_ceiling
it "counts what the kernel keeps for a crowd of boxes" the_kernel_counts_a_crowd
it "gives a guest its processors" threads_have_the_processors_they_got
it "works in a virtual machine without a kernel" work_is_done_on_hardware
finish
