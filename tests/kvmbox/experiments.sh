# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the jobs experiments_*.sh have in common: every experiment in its shortest form, and questions
# about the samples.
export VIRTLAB_BUILD=${VIRTLAB_BUILD:-$PWD/build}
# shellcheck source=tests/lib.sh
. tests/lib.sh

# A Linux guest boots in seconds here, where its processor is emulated twice: slow by nature.
sed 's/^\[vm-linux\]/&\nblocks = 1/' "$SOURCE/bench/platforms.conf" >"$scratch/platforms.conf"
results=$scratch/results

# measure EXPERIMENT PLATFORMS [OPTION...]: run it, and set $samples.
measure() {
    local experiment=$1 platforms=$2
    shift 2
    expect_status 0 virtlab bench "$experiment" --platforms "$scratch/platforms.conf" --platform "$platforms" \
        --quick --seed 7 --timeout 200 --out "$results" "$@"
    samples=$results/latest/samples.jsonl
    not_a_sample '"status":"(failed|timeout)"'
    # Too few runs, and a noise that nobody knows, are what was asked for.
    virtlab check "$results/latest" >findings || :
    ! grep -Eq '^(format|torn|not-interleaved|same-order|ratio-alone|hidden-skip|mixed)' findings ||
        fail "$(cat findings)"
}

matching() {
    local pattern
    cp "$samples" left
    for pattern; do
        grep -E -- "$pattern" left >fewer || :
        mv fewer left
    done
}

# sample PATTERN...: there is a sample that matches each.
sample() {
    matching "$@"
    [ -s left ] || fail "no sample with $*: $(tail -n +2 "$samples" | cut -c 1-600)"
}

# not_a_sample PATTERN...: none matches them all.
not_a_sample() {
    matching "$@"
    [ ! -s left ] || fail "samples with $*: $(cat left)"
}

# metric NAME PATTERN...: its value in the one sample that matches each and has it.
metric() {
    local name=$1
    shift
    sample "\"$name\":" "$@"
    [ "$(wc -l <left)" = 1 ] || fail "several samples with $*: $(cat left)"
    sed "s/.*\"$name\":\(-\?[0-9]*\).*/\1/" left
}

# within WHAT LEAST NUMBER MOST
within() {
    [ "$3" -ge "$2" ] || fail "$1: $3 is less than $2"
    [ "$3" -le "$4" ] || fail "$1: $3 is more than $4"
}

# cgroups_are_gone: neither the harness nor a box has left one.
cgroups_are_gone() {
    local left
    left=$(find /sys/fs/cgroup -mindepth 2 -type d -path '*/virtlab/*')
    [ -z "$left" ] || fail "left: $left"
}
