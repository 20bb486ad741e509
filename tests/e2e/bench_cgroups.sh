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
    # Those of tests beside this one come and go.
    left=$(find /sys/fs/cgroup -mindepth 2 -type d -path '*/virtlab/*' ! -path '*/mc-*' 2>/dev/null) || :
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

# in_session COMMAND...: as an ordinary user to whom $delegated is given, from a cgroup in it.
in_session() {
    (echo "$BASHPID" >"$delegated/session/cgroup.procs" && as_user "$@")
}

an_ordinary_user_has_the_cgroup_above() {
    need root user cgroup2
    # As a service manager does it (cgroups(7), "Cgroups v2 delegation").
    delegated=/sys/fs/cgroup/virtlab-test-$$
    mkdir -p $delegated/session
    trap 'rmdir $delegated/session $delegated' EXIT
    echo '+memory +cpu +pids' >/sys/fs/cgroup/cgroup.subtree_control
    echo '+memory +cpu +pids' >$delegated/cgroup.subtree_control
    chown 65534:65534 $delegated $delegated/{cgroup.procs,cgroup.subtree_control,session}
    chown 65534:65534 $delegated/session/cgroup.procs
    expect_status 0 in_session "$BUILD/bin/virtlab" bench peak --platform native,container --runs 1 -- \
        busybox dd if=/dev/zero of=/dev/null bs=32M count=1
    local platform
    for platform in native container; do
        sample "\"platform\":\"$platform\"" '"source":"cgroup"' '"peak_bytes":[3-9][0-9]{7}'
    done
    expect_status 0 in_session "$BUILD/bin/virtlab" bench limits --platform container --runs 1
    sample '"workload":"memory"' '"ceiling":"cgroup"' '"uid":65534' '"excess":"killed"'
    sample '"workload":"processes"' '"ceiling":"cgroup"' '"excess":"EAGAIN"'
    [ "$(find $delegated -mindepth 1 -type d)" = $delegated/session ] || fail "left: $(find $delegated -type d)"
}

it "takes the peak of memory from cgroup v2" the_peak_is_the_kernels_own
it "counts the kernel's memory by cgroup v2" the_kernels_part_is_counted
it "measures by the cgroup that an ordinary user was given" an_ordinary_user_has_the_cgroup_above
finish
