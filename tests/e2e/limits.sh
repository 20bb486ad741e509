#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench limits: what was asked for, what was reached, and how the excess fails.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
R=$BUILD/libexec/virtlab/antagonists/reach

boxes() {
    cat >box <<'END'
#!/bin/bash
while [ "$1" != -- ]; do
    case $1 in
    --memory) ulimit -v $((${2%M} * 1024)) ;;
    --pids) pids=$2 ;;
    esac
    shift 2
done
shift
case "$2" in
# A box whose limit kills, and one that has no processes at all.
memory) [ ! -e kills ] || { "$1" memory 5 | grep at; kill -KILL $$; } ;;
processes) [ ! -e lacks ] || { echo "cannot do so in this test"; exit 77; }
           [ -z "$pids" ] || set -- "$1" processes "$pids" ;;
esac
exec "$@"
END
    make_script idle '[[ $1 = */cpu ]] || exec "$@"
exec {never}<> <(:)
echo ready
while read -r _ units; do read -rt 0.02 -u "$never" || :; echo "done $units 1"; done'
    chmod 755 box
    cat >platforms.conf <<END
[native]
start = {program} {args}
[twin]
start = $PWD/box {options} -- {program} {args}
memory = --memory {value}
cpus = --cpus {value}
quota = --quota {value}
pids = --pids {value}
[idle]
start = $PWD/idle {program} {args}
quota =
[gone]
start = false
memory = --memory {value}
pids =
END
}

# A fifth to each side of what was asked for is that much; the machine decides how much it was.
the_excess_fits() {
    local reached asked excess=throttled
    reached=$(metric_of reached_ns) asked=$(metric_of asked_ns)
    [ "$reached" -le $((asked + asked / 5)) ] || excess=none
    [ "$reached" -ge $((asked - asked / 5)) ] || excess=unknown
    expect_match left "\"excess\":\"$excess\""
}

what_is_reached() {
    boxes
    expect_status 0 virtlab bench limits --platforms platforms.conf --runs 1
    expect_samples 1 '"platform":"twin"' '"workload":"memory"' '"excess":"ENOMEM"' '"status":"ok"' \
        '"reached_bytes":1[23][0-9]{7},"asked_bytes":134217728\}'
    # No limit of the box's, but all that the program wants: nothing was refused.
    expect_samples 1 '"platform":"twin"' '"workload":"processes"' '"excess":"none"' \
        '"reached_n":16,"asked_n":16'
    # It does not do as it was told: found out where there is a processor to take too much of.
    expect_samples 1 '"platform":"twin"' '"workload":"quota"' '"asked_ns":500000000\}'
    the_excess_fits
    # Who takes nothing was not held back by a limit.
    expect_samples 1 '"platform":"idle"' '"workload":"quota"' '"excess":"unknown"'
    for limit in memory processes quota io; do
        expect_samples 1 '"platform":"native"' "\"workload\":\"$limit\"" '"status":"skipped"' \
            '"reason":"this platform has no limit on '
    done
    expect_match out '^memory, told 128 MiB +skipped \[[0-9]+\] +12[0-9] MiB \[[0-9]+\]'
    expect_match out 'beyond that it is refused memory: ENOMEM'
    expect_samples 1 '"platform":"gone"' '"workload":"memory"' '"status":"failed"' '"metrics":\{\}'
}

# The number of the last step is known even if the program did not live to tell.
how_the_excess_fails() {
    boxes
    touch kills lacks
    expect_status 0 virtlab bench limits --platforms platforms.conf --platform twin --runs 1
    expect_samples 1 '"workload":"memory"' '"excess":"killed"' '"exit":137' '"reached_bytes":5242880,'
    expect_samples 1 '"workload":"processes"' '"status":"skipped","reason":"do so in this test"'
}

# What was used by a process that ends meanwhile is gone from the sum: that is no figure, and said.
a_box_that_loses_processes() {
    mkfifo never
    cat >losing <<END
#!/bin/bash
[[ \$1 = */cpu ]] || exec "\$@"
cd "$PWD"
(
    for ((i = 0; i < 500000; i++)); do :; done
    : >burnt
    until [ -e asked ]; do read -rt 0.01 <>never; done
    read -rt 0.1 <>never
) &
until [ -e burnt ]; do sleep 0.01; done
echo ready
while read -r _ units; do
    sleep 0.02
    echo "done \$units 1"
    : >asked
done
END
    chmod 755 losing
    printf '[losing]\nstart = %s/losing {program} {args}\nquota =\n' "$PWD" >platforms.conf
    expect_status 0 virtlab bench limits --platforms platforms.conf --runs 1
    expect_samples 1 '"workload":"quota"' '"status":"failed","reason":"it ended while it was to compute"'
}

real_boxes() {
    need root kvm
    expect_status 0 virtlab bench limits --platform container,vm --runs 1
    expect_samples 1 '"platform":"container"' '"workload":"memory"' '"excess":"killed"' '"ceiling":"cgroup"' \
        '"reached_bytes":1[0-3][0-9]{7},'
    expect_samples 1 '"platform":"container"' '"workload":"processes"' '"excess":"EAGAIN"' '"reached_n":16,'
    # It never has more than it was told, and less only where others have the processors.
    expect_samples 1 '"platform":"container"' '"workload":"quota"'
    the_excess_fits
    ! grep -q '"excess":"none"' left || fail "the quota was not kept: $(cat left)"
    expect_samples 1 '"platform":"vm"' '"workload":"memory"' '"excess":"ENOMEM"' '"reached_bytes":1[0-3][0-9]{7},'
    expect_samples 1 '"platform":"vm"' '"workload":"processes"' '"status":"skipped"'
}

the_program_says_how_far_it_came() {
    "$R" memory 3 >out
    printf 'at 1\nat 2\nat 3\nend 3 none\n' | diff - out
    "$R" processes 3 >out
    printf 'at 2\nat 3\nend 3 none\n' | diff - out
    (ulimit -v 20000 && "$R" memory 100 >out)
    expect_match out '^end 1[0-9] ENOMEM$'
    expect_status 125 "$R" memory 193
    expect_status 125 "$R" processes 65
    expect_status 125 "$R" memory
    expect_one_line err '^reach: usage: '
}

it "says what was reached, and skips what is not there" what_is_reached
it "says how the excess fails" how_the_excess_fails
it "has no figure for a box that loses processes" a_box_that_loses_processes
it "finds the limits of real boxes" real_boxes
it "says after each step how far it has come" the_program_says_how_far_it_came
finish
