#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench density: how many boxes fit, with boxes made of scripts and with the real ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

samples=results/latest/samples.jsonl
tenant=$BUILD/libexec/virtlab/workloads/tenant

# expect_samples N PATTERN...: so many samples match all patterns.
expect_samples() {
    local wanted=$1 pattern lines
    shift
    lines=$(cat "$samples")
    for pattern; do lines=$(grep -E -- "$pattern" <<<"$lines" || :); done
    [ "$(grep -c . <<<"$lines")" = "$wanted" ] ||
        fail "$(grep -c . <<<"$lines") samples with $*, not $wanted: $(cat $samples)"
}

nothing_runs() {
    ! pgrep -f "$1" >/dev/null
}

# server NAME BEFORE_READY BEFORE_ANSWER CHECKSUM: a box that counts itself as $n, from 1.
server() {
    cat >"$1" <<END
#!/bin/bash
echo >>$PWD/$1-boxes
n=\$(wc -l <$PWD/$1-boxes)
$2
echo ready
while read -r go turns; do
    $3
    echo done \$turns $4
done
END
    chmod 755 "$1"
    printf '[%s]\nstart = %s\n' "$1" "$PWD/$1" >>platforms.conf
}

boxes() {
    printf '[native]\nstart = {program} {args}\n' >platforms.conf
    # shellcheck disable=SC2016 # for the scripts
    {
        server starts-late '[ $n -le 2 ] || sleep 1' : 0
        server answers-late : '[ $(wc -l <'"$PWD"'/answers-late-boxes) -lt 4 ] || sleep 0.3' 0
        server refused : : '$((n > 2))'
        server full '[ $n -le 4 ] || { echo "no room for one more" >&2; exit 125; }' : 0
    }
}

it_goes_up_by_doubling() {
    boxes
    expect_status 0 virtlab bench density --platforms platforms.conf --platform native --quick
    local instances
    for instances in 1 2 4 8 16 32; do
        expect_samples 1 "\"instances\":$instances\}" '"status":"ok"' '"pss_bytes":[1-9][0-9]{4,}' \
            '"start_ns":[0-9]+,"answer_ns":[0-9]+,"worst_ns":[0-9]+'
    done
    expect_samples 6 '"instances"'
    expect_samples 1 '"stop":"count"' '"reached_n":32,"per_gib_n":[0-9]{3,6}\}' '"source":"(cgroup|pss)"'
    expect_match out '^instances / GiB +[0-9]+'
    expect_match out '^  stood at once +32'
    nothing_runs "$tenant" || fail "left: $(pgrep -af "$tenant")"
}

it_stops_where_it_gets_slow() {
    boxes
    expect_status 0 virtlab bench density --platforms platforms.conf \
        --platform starts-late,answers-late --quick
    expect_samples 1 '"platform":"starts-late"' '"stop":"start"' '"reached_n":4'
    expect_samples 1 '"platform":"answers-late"' '"stop":"answer"' '"reached_n":4'
}

a_full_house_is_a_failure() {
    boxes
    expect_status 0 virtlab bench density --platforms platforms.conf --platform refused,full --quick
    expect_samples 2 '"platform":"refused"' '"instances"' '"status":"ok"'
    expect_samples 1 '"platform":"refused"' '"status":"failed"' 'refused memory or processes'
    expect_samples 3 '"platform":"full"' '"instances"' '"status":"ok"'
    expect_samples 1 '"platform":"full"' '"status":"failed"' 'no room for one more'
}

real_boxes_stand_side_by_side() {
    need root kvm
    expect_status 0 virtlab bench density --platform hosting,container,vm --quick
    local platform
    for platform in hosting container vm; do
        expect_samples 1 "\"platform\":\"$platform\"" '"instances":4\}' '"status":"ok"'
        expect_samples 1 "\"platform\":\"$platform\"" '"reached_n":[0-9]+,"per_gib_n":[0-9]+' \
            '"status":"ok"'
    done
    nothing_runs "$tenant" || fail "left: $(pgrep -af "$tenant")"
}

an_ordinary_user_sees_what_may_be_read() {
    need user
    as_user virtlab bench density --platform native,container --quick
    expect_samples 1 '"platform":"native"' '"stop":"' '"source":"pss"' '"status":"ok"'
    expect_samples 1 '"platform":"container"' \
        'only root may read the memory of this box|"status":"skipped"'
}

it "goes up by doubling, to its ceiling" it_goes_up_by_doubling
it "stops where starting or answering gets slow" it_stops_where_it_gets_slow
it "tells when no more go in" a_full_house_is_a_failure
it "has real boxes stand side by side" real_boxes_stand_side_by_side
it "reads what an ordinary user may" an_ordinary_user_sees_what_may_be_read
finish
