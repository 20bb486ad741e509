#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench on pure cgroup v2: what a box takes at most, and what the kernel takes for it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# sample PATTERN...: there is a sample that matches each.
sample() {
    local pattern
    cp $samples left
    for pattern; do
        grep -E -- "$pattern" left >fewer || fail "no sample with '$pattern' (of $*): $(cat $samples)"
        mv fewer left
    done
}

nothing_is_left() {
    local left
    left=$(find /sys/fs/cgroup -mindepth 2 -type d -path '*/virtlab/*' ! -path '*/mc-*')
    [ -z "$left" ] || fail "left: $left"
}

# 32 MiB for a moment: sampling might miss it, the high-water mark does not.
the_peak_is_the_kernels_own() {
    need root cgroup2
    expect_status 0 virtlab bench peak --platform native,container --runs 1 -- \
        busybox dd if=/dev/zero of=/dev/null bs=32M count=1
    local platform
    for platform in native container; do
        sample "\"platform\":\"$platform\"" '"source":"cgroup"' '"peak_bytes":[3-9][0-9]{7}'
    done
    nothing_is_left
}

the_kernels_part_is_counted() {
    need root cgroup2
    expect_status 0 virtlab bench footprint --platform container --runs 1
    sample '"platform":"container"' '"instances":1' '"kernel_bytes":[1-9][0-9]{4}'
    nothing_is_left
}

it "takes the peak of memory from cgroup v2" the_peak_is_the_kernels_own
it "counts the kernel's memory by cgroup v2" the_kernels_part_is_counted
finish
