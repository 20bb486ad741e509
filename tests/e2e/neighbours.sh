#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench neighbours: victims and aggressors side by side, with and without limits.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# A box that knows limits and has next to nothing: one victim, and of the antagonists two, of which
# a limit ends one.
boxes() {
    make_script box 'options=
while [ "$1" != -- ]; do options+=" $1"; shift; done
shift
echo "${1##*/}$options" >>'"$PWD"'/seen
case "${1##*/}" in
server | cpu) exec "$@" ;;
memory) [ -z "$options" ] || { "$@" | sed -u 2q; exit 137; }; exec "$@" ;;
*) echo "cannot do so in this test"; exit 77 ;;
esac'
    make_script dying 'echo ready
for i in 1 2 3 4 5; do read -r line; echo "done ${line#go } 1"; done
exec <&-
sleep 0.1
exit 3'
    cat >platforms.conf <<END
[native]
start = {program} {args}
[twin]
start = $PWD/box {options} -- {program} {args}
memory = --memory {value}
cpus = --cpus {value}
quota = --quota {value}
pids = --pids {value}
[plain]
start = $PWD/box -- {program} {args}
[gone]
start = false
[dying]
start = $PWD/dying {program} {args}
END
}

side_by_side() {
    boxes
    expect_status 0 virtlab bench neighbours --platforms platforms.conf --platform twin,plain --runs 1
    expect_samples 1 '"platform":"twin"' '"workload":"server"' '"antagonist":"none","limits":"off"' \
        '"status":"ok"' '"p50_ns":[0-9]+,"p99_ns":[0-9]+,"late_ns":[0-9]+,"requests_n":100,"window_ns":'
    expect_samples 1 '"platform":"twin"' '"antagonist":"cpu","limits":"on"' '"status":"ok"' \
        '"aggressor_work_n":[1-9][0-9]*[,}]'
    expect_samples 1 '"platform":"twin"' '"antagonist":"memory","limits":"off"' '"status":"ok"' \
        '"aggressor_work_n":[1-9][0-9]*[,}]'
    # A limit that ends the aggressor is a result, and the victim goes on.
    expect_samples 1 '"platform":"twin"' '"antagonist":"memory","limits":"on"' '"status":"ok"' \
        '"requests_n":100' '"aggressor_exit_n":137'
    # What a box does not have is said by the program that needs it.
    expect_samples 1 '"platform":"twin"' '"workload":"server"' '"antagonist":"fork","limits":"off"' \
        '"status":"skipped","reason":"do so in this test"'
    expect_samples 14 '"platform":"twin"' '"workload":"integer"' '"status":"skipped"'
    expect_samples 7 '"platform":"plain"' '"workload":"disk"' '"limits":"on"' \
        '"reason":"this platform has no limits"'
    [ "$(wc -l <$samples)" = 86 ]
    # What it shows: absolute alone, as multiples beside another, and both sides of it.
    expect_match out '^alone: p99 +[0-9.]+ .s +[0-9.]+ .s$'
    expect_match out '^beside cpu +[0-9.]+ / [0-9.]+ +[0-9.]+ / [0-9.]+$'
    expect_match out '^beside fork +skipped \[[0-9]+\] +skipped'
    expect_match out '^cpu, 100k steps +[0-9.]+ +[0-9.]+$'
    ! grep -q 'One program, several boxes' out || fail "a comparison without rows"
    # Both tenants have the same limits, and the same ones everywhere.
    expect_match seen '^server --memory 128M --quota 0.5 --pids 16$'
    expect_match seen '^cpu --memory 128M --quota 0.5 --pids 16$'
    expect_match seen '^server$'
    ! grep -Ev '^[a-z]+( --memory 128M --quota 0.5 --pids 16)?$' seen || fail "other options"
}

# A server that sleeps 50 ms before every 20th answer: those who came meanwhile have waited, too. A
# client that waited with them would find one slow request in twenty.
latency_is_the_clients() {
    make_script napper 'case $1 in
*/server) ;;
*) echo "cannot do so in this test"; exit 77 ;;
esac
coproc W { exec "$@"; }
exec 3<&"${W[0]}" 4>&"${W[1]}"
read -r line <&3; echo "$line"
for ((n = 1;; n++)); do
    read -r go || exit 0
    echo "$go" >&4
    read -r line <&3
    ((n % 20)) || sleep 0.05
    echo "$line"
done'
    printf '[native]\nstart = %s/napper {program} {args}\n' "$PWD" >platforms.conf
    expect_status 0 virtlab bench neighbours --platforms platforms.conf --runs 1
    expect_samples 1 '"workload":"server"' '"antagonist":"none"' '"status":"ok"'
    [ "$(grep -o '"p99_ns":[0-9]*' left | cut -d: -f2)" -ge 50000000 ]
    # About every second request comes during a nap, or behind one that did.
    [ "$(grep -o '"p50_ns":[0-9]*' left | cut -d: -f2)" -ge 5000000 ]
}

a_box_that_fails() {
    boxes
    expect_status 0 virtlab bench neighbours --platforms platforms.conf --platform gone,dying \
        --runs 1 --timeout 5
    expect_samples 21 '"platform":"gone"' '"limits":"off"' '"status":"failed"' 'ended with status 1'
    expect_samples 3 '"platform":"dying"' '"antagonist":"none"' '"status":"failed"' \
        'ended with status 3 after [0-5] of 100 answers'
}

real_boxes() {
    need root kvm
    expect_status 0 virtlab bench neighbours --platform container,vm --runs 1
    expect_samples 1 '"platform":"container"' '"workload":"server"' '"status":"ok"' \
        '"antagonist":"fork","limits":"on","uid":0,"ceiling":"cgroup"' '"cpu_groups_n":2[,}]'
    # Without limits, threads compete one by one.
    expect_samples 1 '"platform":"container"' '"workload":"server"' '"status":"ok"' \
        '"antagonist":"fork","limits":"off"' '"cpu_groups_n":1[,}]'
    expect_samples 1 '"platform":"vm"' '"workload":"integer"' '"antagonist":"cache","limits":"on"' \
        '"status":"ok"' '"requests_n":100'
    # Who is asked in a closed loop is never late.
    expect_samples 0 '"workload":"(integer|disk)"' '"late_ns"'
    # Of three victims one finds no disk, before anybody asks for processes.
    expect_samples 4 '"platform":"vm"' '"antagonist":"fork"' '"status":"skipped"' 'no processes can be'
    expect_samples 14 '"platform":"vm"' '"workload":"disk"' '"status":"skipped"' 'no file can be'
}

antagonists_of() {
    find /proc -maxdepth 2 -name exe -lname "$1/libexec/virtlab/antagonists/*" 2>/dev/null || :
}

something_runs() {
    [ -n "$(antagonists_of "$PWD/build")" ]
}

nothing_runs() {
    [ -z "$(antagonists_of "$PWD/build")" ]
}

# The aggressors go with the harness: here from a folder of their own, so that they are known.
they_go_with_the_harness() {
    mkdir build
    cp -r "$BUILD/bin" "$BUILD/libexec" build
    ln -s "$BUILD/share" build/share
    build/bin/virtlab bench neighbours --platform native --runs 20 >out 2>err &
    expect_soon something_runs
    kill -KILL $!
    wait $! || :
    expect_soon nothing_runs
}

# has_ceiling FILE NUMBER: the cgroup of this run has that number in a file of that name.
has_ceiling() {
    find /sys/fs/cgroup -path "*/virtlab/virtlab-$harness-*/$1" -exec grep -qx "$2" {} \; -print \
        2>/dev/null | grep -q .
}

# holds TENANT FOLDER: a program of that folder is in the cgroup of that tenant, and none of another.
holds() {
    local pid found=1
    find /sys/fs/cgroup -path "*/virtlab/virtlab-$harness-*-$1/*" -name cgroup.procs \
        -exec cat {} + >members 2>/dev/null || :
    while read -r pid; do
        case "$(readlink "/proc/$pid/exe" || :)" in
        *"/$2/"*) found=0 ;;
        */antagonists/* | */workloads/*) fail "in the cgroup of the $1 is $(readlink "/proc/$pid/exe")" ;;
        esac
    done <members
    return $found
}

has_no_cgroup() {
    [ -z "$(find /sys/fs/cgroup -path "*/virtlab/virtlab-$harness-*" 2>/dev/null)" ]
}

a_ceiling_is_around_them() {
    need root
    grep -q ' - cgroup .*memory' /proc/self/mountinfo || need cgroup2
    virtlab bench neighbours --platform native --runs 20 >out 2>err &
    harness=$!
    expect_soon has_ceiling 'memory.[lm]*' 805306368
    expect_soon has_ceiling pids.max 256
    expect_soon holds aggressor antagonists
    expect_soon holds victim workloads
    kill -KILL $harness
    wait $harness || :
    expect_soon has_no_cgroup
}

it "stand side by side, with and without limits" side_by_side
it "count what a request waits for, not only what it takes" latency_is_the_clients
it "fail with a box that fails" a_box_that_fails
it "stand in real boxes too" real_boxes
it "are under a ceiling of the harness, whatever their limits" a_ceiling_is_around_them
it "go with the harness that is killed" they_go_with_the_harness
finish
