#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench footprint: what a box takes of a processor while its program waits.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

samples=results/latest/samples.jsonl

# idle PLATFORM: idle_cpu_ns of its sample, and how long it was watched.
idle() {
    grep "\"platform\":\"$1\"" $samples | grep "\"trial\":\"alone\"" |
        grep -o '"idle_cpu_ns":[0-9]*,"idle_wall_ns":[0-9]*' | tr -dc '0-9,\n'
}

who_polls_is_found_out() {
    [ -r /proc/self/task/$$/schedstat ] || [ -r /proc/self/schedstat ] || fail "no schedstat"
    # One has a process beside the program that never waits, the other a thread that always does.
    printf '#!/bin/bash\nwhile :; do :; done & exec "$@"\n' >polling
    printf '#!/bin/bash\nread <>pipe & exec "$@"\n' >waiting
    mkfifo pipe
    chmod 755 polling waiting
    cat >platforms.conf <<END
[native]
start = {program} {args}
[polling]
start = $PWD/polling {program} {args}
[waiting]
start = $PWD/waiting {program} {args}
END
    expect_status 0 virtlab bench footprint --platforms platforms.conf --runs 1
    local platform cpu wall
    for platform in native polling waiting; do
        IFS=, read -r cpu wall < <(idle $platform)
        [ "$wall" -ge 250000000 ] || fail "$platform was watched for $wall ns"
        [ "$cpu" -lt "$((2 * wall))" ] || fail "$platform took $cpu ns of $wall"
        echo "$cpu" >"cpu-$platform"
    done
    [ "$(cat cpu-polling)" -gt "$((100 * ($(cat cpu-native) + 1)))" ]
    [ "$(cat cpu-polling)" -gt "$((10 * ($(cat cpu-waiting) + 1)))" ]
    expect_match out '^CPU while idle, % +[0-9.e-]+ +[0-9.]+ +[0-9.e-]+'
}

it "finds out who polls" who_polls_is_found_out
finish
