#!/bin/bash
# SPDX-License-Identifier: MIT
# minicontainer run: what was asked for as a limit, and what the program could take; what stays.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

TAKE=$BUILD/tests/guests/container_take

# need_limits: cgroups that we may write to, with all three controllers.
need_limits() {
    need root
    minicontainer check --json >ability
    grep -q '"memory_limit": true, "cpu_limit": true, "process_limit": true' ability ||
        skip root "$(cat ability)"
}

# Cgroups that belong to the maker with this process ID.
cgroups_of() {
    # Those of other tests may go while it looks.
    find /sys/fs/cgroup -name "mc-*-$1-*" 2>/dev/null || :
}

# setting V1-FILE V2-FILE: what the container that $tool holds has in force, as its cgroup says.
setting() {
    local folder
    for folder in $(cgroups_of "$tool"); do
        cat "$folder/$1" 2>/dev/null || cat "$folder/$2" 2>/dev/null || continue
        return
    done
    fail "no cgroup of ours has $1 or $2"
}

# hold OPTION...: start a container that waits for the end of its input; $tool is its maker.
hold() {
    mkfifo input
    minicontainer run "$@" busybox sh -c 'echo ready; cat' <input >out 2>err &
    tool=$!
    exec 5>input
    expect_soon grep -q ready out
}

release() {
    exec 5>&-
    wait "$tool"
}

kills_who_takes_too_much_memory() {
    need_limits
    expect_status 0 minicontainer run --memory 64M "$TAKE" memory 40
    expect_one_line out '^ready$'
    expect_status 137 minicontainer run --memory 64M "$TAKE" memory 80
    [ ! -s out ]
    expect_one_line err 'killed a process that took more memory than --memory'
    # Who dies of something else is not told so.
    expect_status 137 minicontainer run --memory 64M busybox sh -c 'kill -9 $$'
    [ ! -s err ] || fail "$(cat err)"
    # What is written to a tmpfs is memory too.
    expect_status 137 minicontainer run --memory 32M busybox dd if=/dev/zero of=/tmp/x bs=1M count=64
}

sets_the_memory_asked_for() {
    need_limits
    hold --memory 48M
    [ "$(setting memory.limit_in_bytes memory.max)" = $((48 << 20)) ]
    release
}

stops_the_process_too_many() {
    need_limits
    minicontainer run --pids 20 "$TAKE" processes 50 >out
    # The program itself is one of the twenty.
    expect_one_line out '^19 Resource temporarily unavailable$'
    minicontainer run --pids 20 "$TAKE" processes 19 >out
    expect_one_line out '^19 all$'
    minicontainer run --pids 1 "$TAKE" processes 1 >out
    expect_one_line out '^0 Resource'
    expect_status 0 minicontainer run --pids 1 busybox true
}

gives_no_more_cpu_than_asked_for() {
    need_limits
    minicontainer run --cpus 0.2 "$TAKE" cpu 2 >out
    # 400 ms in two seconds; one period more at most, whatever else the machine does.
    [ "$(cat out)" -le 540 ] || fail "it got $(cat out) ms in 2 s"
    hold --cpus 1.5
    case $(setting cpu.cfs_quota_us cpu.max) in
    150000 | "150000 100000") ;;
    *) fail "the quota is $(setting cpu.cfs_quota_us cpu.max)" ;;
    esac
    release
}

sees_only_its_own_cgroup() {
    need_limits
    minicontainer run --memory 64M --pids 9 busybox cat /proc/self/cgroup /proc/1/cgroup >out
    ! grep -E 'mc-|virtlab|\.\.' out || fail "the host's cgroups show"
    # Membership, seen from outside.
    hold --memory 64M --cpus 1 --pids 9
    local init program pid
    init=$(tr -d ' ' <"/proc/$tool/task/$tool/children")
    program=$(tr -d ' ' <"/proc/$init/task/$init/children")
    for pid in $init $program; do
        [ "$(grep -cE 'virtlab/mc-' "/proc/$pid/cgroup")" -ge 1 ] || fail "$(cat "/proc/$pid/cgroup")"
    done
    release
}

removes_its_cgroups() {
    need_limits
    hold --memory 64M --cpus 1 --pids 9
    [ -n "$(cgroups_of "$tool")" ]
    release
    [ -z "$(cgroups_of "$tool")" ] || fail "left: $(cgroups_of "$tool")"
    # After an error too.
    minicontainer run --memory 64M --workdir /missing busybox true 2>/dev/null &
    tool=$!
    wait $tool || :
    [ -z "$(cgroups_of "$tool")" ]
}

nests_below_the_parent_asked_for() {
    need_limits
    local parent=/virtlab-test-$$
    hold --cgroup-parent $parent/inner --memory 64M
    cgroups_of "$tool" >found
    release
    find /sys/fs/cgroup -depth -type d -path "*$parent*" -exec rmdir {} +
    expect_one_line found "$parent/inner/mc-"
}

sweeps_what_a_killed_maker_left() {
    need_limits
    # Another test's container may sweep it before we have looked.
    local tries found=
    for ((tries = 0; tries < 20 && ${#found} == 0; tries++)); do
        rm -f input out
        hold --memory 64M --cpus 1 --pids 9
        kill -KILL "$tool"
        wait "$tool" || :
        exec 5>&-
        found=$(cgroups_of "$tool")
    done
    [ -n "$found" ] || fail "nothing is left to be swept"
    # A container that lives is left alone, whoever sweeps.
    rm input
    local dead=$tool
    hold --pids 9
    expect_status 0 minicontainer run busybox true
    [ -z "$(cgroups_of "$dead")" ] || fail "left: $(cgroups_of "$dead")"
    [ -n "$(cgroups_of "$tool")" ] || fail "the cgroup of a living container was removed"
    release
}

says_which_limit_is_not_permitted() {
    need user
    [ "$(id -u)" = 0 ] || minicontainer check --json | grep -q '"memory_limit": false' ||
        skip user "limits are delegated to this user"
    as_user "$BUILD/bin/minicontainer" run busybox true 2>why || skip user "$(tail -n 1 why)"
    local option
    for option in --memory=64M --cpus=1 --pids=9; do
        expect_status 0 as_user "$BUILD/bin/minicontainer" run $option busybox echo went on
        expect_one_line err "^minicontainer run: warning: ${option%%=*}: not permitted"
        expect_one_line out '^went on$'
        expect_status 125 as_user "$BUILD/bin/minicontainer" run --strict $option busybox echo went on
        expect_one_line err "^minicontainer run: ${option%%=*}: not permitted"
        [ ! -s out ]
    done
}

says_when_there_are_no_cgroups() {
    need root
    minicontainer run busybox true 2>why || skip root "$(tail -n 1 why)"
    # Folders that look like controllers, on a plain tmpfs.
    expect_status 125 unshare --mount sh -c '
        mount -t tmpfs none /sys/fs/cgroup && mkdir -p /sys/fs/cgroup/memory &&
        touch /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/memory/tasks &&
        exec minicontainer run --strict --memory 64M busybox true'
    expect_one_line err '^minicontainer run: --memory: this system has no memory controller'
}

works_with_version_1_alone() {
    need_limits
    need cgroup1
    expect_status 19 unshare --mount sh -c '
        umount $(awk "\$3 == \"cgroup2\" { print \$2 }" /proc/mounts) 2>/dev/null
        minicontainer check | grep -q "cgroups *v1" || exit 1
        minicontainer run --strict --memory 64M --cpus 1 --pids 9 busybox sh -c "exit 19"'
}

# in_session OPTION...: as an ordinary user to whom $delegated is given, from a cgroup in it.
in_session() {
    (echo "$BASHPID" >"$delegated/session/cgroup.procs" && as_user "$BUILD/bin/minicontainer" run --strict "$@")
}

limits_for_a_user_whose_cgroup_is_delegated() {
    need root user cgroup2
    # As a service manager does it (cgroups(7), "Cgroups v2 delegation").
    delegated=/sys/fs/cgroup/virtlab-test-$$
    mkdir -p $delegated/session
    trap 'rmdir $delegated/session $delegated' EXIT
    echo '+memory +cpu +pids' >/sys/fs/cgroup/cgroup.subtree_control
    echo '+memory +cpu +pids' >$delegated/cgroup.subtree_control
    chown 65534:65534 $delegated $delegated/{cgroup.procs,cgroup.subtree_control,session}
    chown 65534:65534 $delegated/session/cgroup.procs
    expect_status 0 in_session --memory 64M --cpus 1 --pids 9 busybox echo inside
    expect_one_line out '^inside$'
    [ ! -s err ] || fail "$(cat err)"
    expect_status 137 in_session --memory 64M "$TAKE" memory 80
    expect_status 0 in_session --pids 20 "$TAKE" processes 50
    expect_one_line out '^19 Resource temporarily unavailable$'
    [ -z "$(find $delegated -name 'mc-*')" ] || fail "left: $(find $delegated -name 'mc-*')"
    rmdir $delegated/virtlab 2>/dev/null || :
}

it "kills who takes too much memory" kills_who_takes_too_much_memory
it "sets the memory asked for" sets_the_memory_asked_for
it "stops the process that is one too many" stops_the_process_too_many
it "gives no more CPU time than asked for" gives_no_more_cpu_than_asked_for
it "sees only its own cgroup" sees_only_its_own_cgroup
it "removes its cgroups" removes_its_cgroups
it "nests below the parent asked for" nests_below_the_parent_asked_for
it "sweeps what a killed maker left" sweeps_what_a_killed_maker_left
it "says which limit is not permitted" says_which_limit_is_not_permitted
it "limits a user whose cgroup is delegated" limits_for_a_user_whose_cgroup_is_delegated
it "says when there are no cgroups" says_when_there_are_no_cgroups
it "works with version 1 alone" works_with_version_1_alone
finish
