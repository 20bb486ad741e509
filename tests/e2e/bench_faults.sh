#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench faults: tenants fail, with boxes made of scripts and with the real ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tenant=$BUILD/libexec/virtlab/workloads/tenant

the_tenant_answers_and_fails() {
    printf 'go 1\ngo 3\n' >input
    expect_status 0 "$tenant" <input
    [ "$(cat out)" = $'ready\ndone 1 0\ndone 3 0' ]
    printf 'go 1\ngo 2\n' >input
    expect_status 139 "$tenant" --fault crash <input
    [ "$(cat out)" = $'ready\ndone 1 0' ]
    expect_status 125 "$tenant" --fault memory --memory 50 <input
    expect_one_line err '^tenant: got no more memory'
    local arguments
    while read -r -a arguments; do
        expect_status 125 "$tenant" "${arguments[@]}" <input
        expect_one_line err '^tenant: '
        [ ! -s out ] || fail "it was ready"
    done <<'END'
--fault
--fault nonsense
--fault crash --memory 0
--fault forks --processes 100000
--fault guest
END
}

# Whatever it is told, it does not take a system down that may be the host's.
the_tenant_spares_the_host() {
    local boot_id
    boot_id=$(cat /proc/sys/kernel/random/boot_id)
    for boot in "$boot_id 1" "$boot_id $(awk '/^btime/ { print $2 }' /proc/stat)" \
        "00000000-0000-4000-8000-000000000000 1"; do
        # shellcheck disable=SC2086 # two words
        expect_status 125 "$tenant" --fault guest --host $boot </dev/null
        expect_match err "there is no guest that could fail: the kernel is the host's"
        [ ! -s out ] || fail "it was ready"
    done
}

boxes() {
    # When its program crashes, it takes all others along.
    make_script fragile 'echo $$ >>'"$PWD"'/fragile-boxes
trap "kill \$!; exit 1" TERM
"$@" <&0 & wait $!
status=$?
[ $status != 139 ] || kill $(grep -vx $$ '"$PWD"'/fragile-boxes)
exit $status'
    # What it starts outlives it, when it is to loop.
    make_script careless 'case $* in *loop*) setsid "$@" <&0 & wait $! ;; *) exec "$@" ;; esac'
    # And a bomb goes off outside of it, with nobody's parent left.
    make_script bomber 'case $* in
*forks*) echo ready; read -r line; echo done 1 0; read -r line
    for i in {1..20}; do (setsid bash -c "sleep 7779.'$$' & wait" &) done; wait; sleep 1000 ;;
*) exec "$@" ;;
esac'
    make_script deaf 'echo ready; read -r line; echo done 1 0; sleep 1000'
    cat >platforms.conf <<END
[native]
start = {program} {args}
[fragile]
start = $PWD/fragile {program} {args}
[careless]
start = $PWD/careless {program} {args}
[bomber]
start = $PWD/bomber {program} {args}
[deaf]
start = $PWD/deaf {program} {args}
[skipped]
skip = for a reason
[slow]
start = {program} {args}
blocks = 3
END
}

who_notices_is_told() {
    boxes
    expect_status 0 virtlab bench faults --platforms platforms.conf \
        --platform native,fragile,careless,skipped --runs 1
    expect_samples 1 '"platform":"skipped"' '"reason":"for a reason"'
    expect_samples 1 '"platform":"native"' '"fault":"crash"' '"status":"ok"' '"lost_n":0' \
        '"hung_n":0' '"left_n":0' '"recovery_ns":[0-9]+,"detect_ns":[0-9]+'
    expect_samples 1 '"platform":"fragile"' '"fault":"crash"' '"status":"ok"' '"neighbours_n":2' \
        '"noticed_n":2,"lost_n":2'
    expect_samples 1 '"platform":"fragile"' '"fault":"memory"' '"status":"ok"' '"lost_n":0'
    expect_samples 1 '"platform":"careless"' '"fault":"loop"' '"status":"ok"' '"left_n":1'
    expect_samples 1 '"platform":"native"' '"fault":"loop"' '"status":"ok"' '"left_n":0'
    # What does not end is ended, and says so; it took a second at least.
    for fault in forks loop; do
        expect_samples 1 '"platform":"native"' "\"fault\":\"$fault\"" '"status":"ok"' \
            '"hung_n":1' '"detect_ns":[0-9]{10}'
    done
    expect_samples 1 '"platform":"native"' '"fault":"guest"' '"status":"skipped"' \
        'there is no guest that could fail'
    nothing_runs "$tenant" || fail "left: $(pgrep -af "$tenant")"
}

# A bomb whose children are in no group with it, were made after the fault, and have lost their
# parents: they are found all the same, 20 shells with a child each.
what_a_bomb_leaves_is_counted() {
    boxes
    expect_status 0 virtlab bench faults --platforms platforms.conf --platform native,bomber --runs 1
    expect_samples 1 '"platform":"bomber"' '"fault":"forks"' '"status":"ok"' '"left_n":40,' '"lost_n":0'
    expect_samples 1 '"platform":"native"' '"fault":"forks"' '"status":"ok"' '"left_n":0,'
    nothing_runs "7779.$$" || fail "the bomb still runs"
}

a_box_that_does_not_come_back_is_a_failure() {
    boxes
    expect_status 0 virtlab bench faults --platforms platforms.conf --platform deaf --runs 1 \
        --timeout 5
    # It answers once, and does nothing with the order to fail; its neighbours are lost.
    expect_samples 1 '"platform":"deaf"' '"fault":"crash"' '"hung_n":1' '"lost_n":2'
}

a_quick_look_spares_slow_boxes() {
    boxes
    expect_status 0 virtlab bench faults --platforms platforms.conf --platform slow --quick
    expect_samples 1 '"fault":"crash"' '"status":"ok"' '"neighbours_n":1'
    expect_samples 1 '"fault":"tool"' '"status":"ok"'
    expect_samples 3 '"status":"skipped"' 'left out of a quick run' '"fault":"(memory|forks|loop)"'
}

real_boxes_keep_their_faults() {
    need root kvm
    expect_status 0 virtlab bench faults --platform hosting,container,vm --runs 1
    for fault in crash memory loop tool; do
        expect_samples 3 "\"fault\":\"$fault\"" '"status":"ok"' '"left_n":0' '"lost_n":0' \
            '"ceiling_bytes":[0-9]{9}'
    done
    # A fork bomb takes the machine's processes, but not from within a container.
    expect_samples 1 '"platform":"container"' '"fault":"forks"' '"status":"ok"' '"refused_n":0'
    expect_samples 1 '"platform":"vm"' '"fault":"forks"' '"status":"skipped"' \
        'no processes can be made in this box'
    expect_samples 1 '"platform":"vm"' '"fault":"guest"' '"status":"ok"' '"lost_n":0'
    expect_samples 2 '"fault":"guest"' '"status":"skipped"'
    nothing_runs "$tenant" || fail "left: $(pgrep -af "$tenant")"
}

the_machine_that_tenants_share_can_be_full() {
    need root
    grep -qE ' - cgroup2? .*(pids|rw)' /proc/self/mountinfo || skip cgroup1 "no cgroups"
    mkdir /sys/fs/cgroup/pids/virtlab-test 2>/dev/null || mkdir /sys/fs/cgroup/virtlab-test ||
        skip cgroup1 "no cgroup can be made"
    rmdir /sys/fs/cgroup/pids/virtlab-test 2>/dev/null || rmdir /sys/fs/cgroup/virtlab-test
    expect_status 0 virtlab bench faults --platform hosting --runs 1
    expect_samples 1 '"platform":"hosting"' '"fault":"forks"' '"status":"ok"' '"noticed_n":2' \
        '"refused_n":[1-9]' '"uid_n":61000,"ceiling_bytes":[0-9]+,"ceiling_n":160'
    # It was the machine that had no more, long before the program's own bound.
    expect_samples 1 '"fault":"memory"' '"status":"ok"'
}

count_tenants() {
    pgrep -cf "$tenant --fault forks" || :
}

a_bomb_stays_within_its_bounds() {
    local most=0 now
    virtlab bench faults --platform native --runs 1 >out 2>err &
    while kill -0 $! 2>/dev/null; do
        now=$(count_tenants)
        [ "$now" -le "$most" ] || most=$now
        sleep 0.05
    done
    wait $!
    expect_samples 1 '"fault":"forks"' '"status":"ok"'
    [ "$most" -gt 20 ] || fail "no bomb was seen, only $most processes"
    [ "$most" -le 210 ] || fail "$most processes"
    nothing_runs "$tenant" || fail "left: $(pgrep -af "$tenant")"
}

is_a_bomb() {
    [ "$(count_tenants)" -gt 20 ]
}

nothing_is_left_of_a_killed_run() {
    local group run
    virtlab bench faults --platform native --runs 1 >out 2>err &
    run=$!
    expect_soon is_a_bomb
    kill -KILL $run
    wait $run || :
    expect_soon nothing_runs "$tenant"
    # Its folder and cgroup go with the next run at the latest.
    virtlab bench harness --platform native --runs 1 >out 2>err
    for group in /sys/fs/cgroup/virtlab/"virtlab-$run-"* /sys/fs/cgroup/*/virtlab/"virtlab-$run-"*; do
        [ ! -d "$group" ] || fail "left: $group"
    done
}

an_ordinary_user_sees_the_same() {
    need user
    as_user virtlab bench faults --platform native --runs 1
    expect_samples 4 '"platform":"native"' '"status":"ok"' '"ceiling_bytes":268435456,"ceiling_n":200' \
        '"fault":"(crash|memory|loop|tool)"'
}

it "has a tenant that answers, and fails as told" alone tenants the_tenant_answers_and_fails
it "has a tenant that never takes the host for a guest" alone tenants the_tenant_spares_the_host
it "tells which neighbours noticed, and what was left" alone tenants who_notices_is_told
it "counts what a bomb leaves" alone tenants what_a_bomb_leaves_is_counted
it "ends what neither answers nor fails" alone tenants a_box_that_does_not_come_back_is_a_failure
it "spares slow boxes in a quick run" alone tenants a_quick_look_spares_slow_boxes
it "sees real boxes keep their faults" alone tenants real_boxes_keep_their_faults
it "sees a machine that is full" alone tenants the_machine_that_tenants_share_can_be_full
it "keeps a fork bomb within its bounds" alone tenants a_bomb_stays_within_its_bounds
it "leaves nothing of a run that is killed" alone tenants nothing_is_left_of_a_killed_run
it "does the same for an ordinary user" alone tenants an_ordinary_user_sees_the_same
finish
