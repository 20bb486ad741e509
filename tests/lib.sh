# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The end-to-end tests' language. A test file sources this, then says
#
#     it "prints its arguments" prints_arguments
#
# for each test, and ends with `finish`. The function runs in a shell of its own with `set -e`, in
# an empty folder that is removed afterwards; its output is shown only when it fails. It may say
# `need TIER` first: where the tier is missing, the test is skipped with the reason.
#
# What is printed is TAP (https://testanything.org), read by tests/run.

set -u
# What a test file may use.
BUILD=${VIRTLAB_BUILD:?run the tests by tests/run}
export PATH="$BUILD/bin:$PATH"
# shellcheck disable=SC2034
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
unset NO_COLOR LANGUAGE
export LC_ALL=C.UTF-8

tests_count=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/virtlab-test.XXXXXX")
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT

# it NAME FUNCTION [ARG...]
it() {
    local name=$1 folder status
    shift
    tests_count=$((tests_count + 1))
    folder=$scratch/$tests_count
    mkdir "$folder"
    # Not in an `if` or after `||`: bash would switch `set -e` off inside.
    (
        set -e
        cd "$folder"
        "$@"
    ) >"$scratch/output" 2>&1 </dev/null
    status=$?
    if [ $status = 0 ]; then
        echo "ok $tests_count - $name"
    elif [ $status = 77 ] && [ -s "$scratch/skip" ]; then
        echo "ok $tests_count - $name # SKIP $(cat "$scratch/skip")"
    else
        echo "not ok $tests_count - $name"
        echo "# status $status"
        tail -n 40 "$scratch/output" | sed 's/^/# /'
    fi
    rm -f "$scratch/skip"
    rm -rf "$folder"
}

finish() {
    echo "1..$tests_count"
}

# skip TIER REASON: end this test as skipped. tests/run turns it into a failure if TIER is required.
skip() {
    echo "[$1] $2" >"$scratch/skip"
    exit 77
}

# fail TEXT: end this test as failed.
fail() {
    echo "$*" >&2
    exit 1
}

# need TIER...: skip unless the machine has each of these tiers.
need() {
    local tier why
    for tier in "$@"; do
        case $tier in
        user) [ "$(id -u)" != 0 ] || command -v setpriv >/dev/null || skip user "no setpriv" ;;
        root) [ "$(id -u)" = 0 ] || skip root "not root" ;;
        kvm) { exec 9<>/dev/kvm; } 2>/dev/null || skip kvm "/dev/kvm cannot be opened"; exec 9>&- ;;
        kvm-hw)
            need kvm
            # Asked once: it takes a second where the processor itself is emulated.
            [ -s "$scratch/probe" ] || minivmm probe >"$scratch/probe"
            grep -q '^back end *hardware' "$scratch/probe" || skip kvm-hw "KVM is the software back end"
            ;;
        emulate) why=$(minivmm check --guest small emulate 2>&1) || skip emulate "${why#minivmm: }" ;;
        cgroup1) grep -q ' - cgroup .*memory' /proc/self/mountinfo || skip cgroup1 "no cgroup v1" ;;
        cgroup2)
            grep -q memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null ||
                skip cgroup2 "no memory controller in cgroup v2"
            ;;
        peers | tmux | gnuplot)
            local command
            for command in $([ "$tier" = peers ] && echo crun runc bwrap || echo "$tier"); do
                command -v "$command" >/dev/null || skip "$tier" "no $command"
            done
            ;;
        *) fail "need: there is no tier '$tier'" ;;
        esac
    done
}

# The version of cgroups that limits processor time here, as a tier.
cgroup_tier() {
    grep -q ' - cgroup .*[ ,]cpu\b' /proc/self/mountinfo && echo cgroup1 || echo cgroup2
}

# status_of COMMAND...: run it and set $status; its outputs go to ./out and ./err.
status_of() {
    status=0
    "$@" >out 2>err || status=$?
}

# expect_status N COMMAND...: run it with outputs in ./out and ./err, and fail on another status.
expect_status() {
    local wanted=$1
    shift
    status_of "$@"
    [ "$status" = "$wanted" ] && return
    echo "'$*' ended with $status, not $wanted; its outputs:" >&2
    head -n 20 out err >&2
    exit 1
}

# expect_one_line FILE PATTERN: FILE is one line that matches the extended regular expression.
expect_one_line() {
    [ "$(wc -l <"$1")" = 1 ] || fail "$1 is not one line: $(head -n 20 "$1")"
    grep -Eq -- "$2" "$1" || fail "$1 does not match '$2': $(cat "$1")"
}

# expect_match FILE PATTERN
expect_match() {
    grep -Eq -- "$2" "$1" || fail "nothing in $1 matches '$2': $(head -n 40 "$1")"
}

# expect_same FILE FILE
expect_same() {
    cmp "$1" "$2" || fail "$1 and $2 differ"
}

# make_script FILE TEXT: make an executable of these lines.
make_script() {
    printf '#!/bin/bash\n%s\n' "$2" >"$1"
    chmod 755 "$1"
}

# What `virtlab bench` has written last in this folder.
samples=results/latest/samples.jsonl

# expect_samples N PATTERN...: so many of its samples match all of the patterns; ./left holds them.
expect_samples() {
    local wanted=$1 pattern
    shift
    cp "$samples" left
    for pattern; do
        grep -E -- "$pattern" left >fewer || :
        mv fewer left
    done
    [ "$(wc -l <left)" = "$wanted" ] ||
        fail "$(wc -l <left) samples with $*, not $wanted: $(cat "$samples")"
}

# metric_of NAME: of the one sample in ./left.
metric_of() {
    sed "s/.*\"$1\":\(-*[0-9]*\).*/\1/" left
}

# something_runs PATTERN, nothing_runs PATTERN: a process with that on its command line.
something_runs() {
    grep -qsa -- "$1" /proc/[0-9]*/cmdline
}

nothing_runs() {
    ! something_runs "$1"
}

# expect_soon COMMAND...: wait until COMMAND is true; fail after a minute or so.
expect_soon() {
    local tries
    for ((tries = 0; tries < 5000; tries++)); do
        "$@" && return
        sleep 0.01
    done
    fail "waited in vain for: $*"
}

# alone NAME COMMAND...: wait until no other test of this build is alone by that name, and be it until
# this test ends. For tests that look at all processes of a kind.
alone() {
    exec {alone_fd}>"$BUILD/$1.lock"
    flock "$alone_fd"
    shift
    "$@"
}

# as_user COMMAND...: run it as an ordinary user without groups, who may write to this folder.
as_user() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    else
        chown 65534:65534 .
        setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
            env HOME="$PWD" USER=nobody LOGNAME=nobody "$@"
    fi
}
