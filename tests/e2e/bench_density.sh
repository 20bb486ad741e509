#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab bench density: how many boxes fit, with boxes made of scripts and with the real ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tenant=$BUILD/libexec/virtlab/workloads/tenant

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
        # Slow from the first on, so that a busy machine makes nothing ten times as slow.
        server slowed 'sleep 0.02' \
            'sleep 0.02; [ $(wc -l <'"$PWD"'/slowed-boxes) -lt 4 ] || sleep 0.4' 0
        server filled 'sleep 0.02; [ $n -le 4 ] || { echo "no room for one more" >&2; exit 125; }' \
            'sleep 0.02' 0
        server starts-late '[ $n -le 2 ] || sleep 1' : 0
        server answers-late : '[ $(wc -l <'"$PWD"'/answers-late-boxes) -lt 4 ] || sleep 0.3' 0
        server refused : : '$((n > 2))'
        server full '[ $n -le 4 ] || { echo "no room for one more" >&2; exit 125; }' : 0
    }
}

it_goes_up_by_doubling() {
    boxes
    # On a busy machine an answer may be late, and the climb ends there.
    local tries
    for ((tries = 0; tries < 10; tries++)); do
        expect_status 0 virtlab bench density --platforms platforms.conf --platform native --quick
        ! grep -q '"stop":"count"' "$samples" || break
    done
    local instances
    for instances in 1 2 4 8 16 32; do
        expect_samples 1 "\"instances\":$instances\}" '"status":"ok"' '"pss_bytes":[1-9][0-9]{4,}' \
            '"start_ns":[0-9]+,"answer_ns":[0-9]+,"worst_ns":[0-9]+'
    done
    expect_samples 6 '"instances"'
    expect_samples 1 '"stop":"count"' '"reached_n":32,"per_gib_n":[0-9]{3,6}\}' '"source":"(cgroup|pss)"'
    expect_match out '^instances / GiB +[0-9]+'
    expect_match out '^boxes that stood at once +32'
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

# Cut anywhere, a climb is made again, and the points of it that are there stay; a whole one is not,
# nor is one that ended in a failure.
a_climb_that_was_cut_is_made_again() {
    boxes
    local platform runs lines line
    bench() {
        rm -f "$platform-boxes"
        virtlab bench density --platforms platforms.conf --platform "$platform" --runs "$runs" "$@"
    }
    points() {
        sed 1d "$1/samples.jsonl" |
            grep -Eo '"(instances|stop|block|status)":("[a-z]*"|[0-9]*)' | tr '\n' ' '
    }
    for platform in slowed filled; do
        runs=$([ "$platform" = filled ] && echo 2 || echo 1)
        rm -rf results whole
        bench --seed 5 >/dev/null 2>err
        mv "$(readlink -f results/latest)" whole
        lines=$(wc -l <whole/samples.jsonl)
        [ "$lines" -ge 5 ] || fail "$(cat whole/samples.jsonl)"
        for ((line = 1; line <= lines; line++)); do
            rm -rf cut
            mkdir cut
            cp whole/env.json cut
            head -n "$line" whole/samples.jsonl >cut/samples.jsonl
            expect_status 0 bench --resume cut
            [ "$(points whole)" = "$(points cut)" ] ||
                fail "$platform, cut after line $line: $(points cut), not $(points whole)"
            cmp -n "$(head -n "$line" whole/samples.jsonl | wc -c)" whole/samples.jsonl cut/samples.jsonl
            [ "$line" -lt "$lines" ] || [ ! -e "$platform-boxes" ] || fail "$platform: began anew"
        done
    done
}

real_boxes_stand_side_by_side() {
    need root kvm
    local platform tries
    for ((tries = 0; tries < 5; tries++)); do # a busy machine, as above
        expect_status 0 virtlab bench density --platform hosting,container,vm --quick
        [ "$(grep -c '"instances":4}' "$samples")" -lt 3 ] || break
    done
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
        '"status":"skipped"'
}

it "goes up by doubling, to its ceiling" alone tenants it_goes_up_by_doubling
it "stops where starting or answering gets slow" alone tenants it_stops_where_it_gets_slow
it "tells when no more go in" alone tenants a_full_house_is_a_failure
it "makes a climb that was cut off again" alone tenants a_climb_that_was_cut_is_made_again
it "has real boxes stand side by side" alone tenants real_boxes_stand_side_by_side
it "reads what an ordinary user may" alone tenants an_ordinary_user_sees_what_may_be_read
finish
