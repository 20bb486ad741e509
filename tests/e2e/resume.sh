#!/bin/bash
# SPDX-License-Identifier: MIT
# A run that was cut off and goes on, and runs that go on until they know enough.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Three boxes of scripts; box and other count their runs.
boxes() {
    printf '#!/bin/bash\necho >>"%s"\nexec "$@"\n' "$PWD/seen" >box
    printf '#!/bin/bash\n[ -e "%s" ] && exit 125\nexec "$@"\n' "$PWD/broken" >other
    chmod 755 box other
    cat >platforms.conf <<END
[native]
start = {program} {args}
[box]
start = $PWD/box {program} {args}
[other]
start = $PWD/other {program} {args}
[skipped]
skip = for a reason
END
}

bench() {
    virtlab bench "$1" --platforms platforms.conf "${@:2}"
}

# What must be the same in a run that was cut off as in one that was not: the schedule.
schedule() {
    sed -E 's/"run":"[^"]*"//; s/"t0_ns":[0-9]+//; s/"metrics":.*//; 1d' "$1/samples.jsonl"
}

goes_on_where_it_stopped() {
    boxes
    bench startup --runs 8 --seed 5 --burst >/dev/null 2>err
    mv "$(readlink -f results/latest)" whole
    local lines line
    lines=$(wc -l <whole/samples.jsonl)
    # One skip, eight blocks of native twice, box and other, eight of ten kinds of namespaces, the end.
    [ "$lines" = $((1 + 1 + 8 * 4 + 8 * 10 + 1)) ] || fail "$lines lines"
    for line in 1 2 3 10 $((1 + 1 + 8 * 4)) 50 $((lines - 1)) "$lines"; do
        rm -rf cut
        mkdir cut
        cp whole/env.json cut/
        { head -n "$line" whole/samples.jsonl; sed -n "$((line + 1))p" whole/samples.jsonl | head -c 50; } \
            >cut/samples.jsonl
        rm -f seen
        expect_status 0 bench startup --runs 8 --burst --resume cut
        diff <(schedule whole) <(schedule cut) || fail "cut after line $line"
        # The lines that were there are still there.
        cmp -n "$(head -n "$line" whole/samples.jsonl | wc -c)" whole/samples.jsonl cut/samples.jsonl
        # No more of the box was started than was missing, but for a warm-up.
        local had wanted
        had=$(head -n "$line" whole/samples.jsonl | grep -c '"platform":"box"' || :)
        wanted=$((had == 8 ? 0 : 8 - had + 1))
        [ "$( [ -e seen ] && wc -l <seen || echo 0)" = "$wanted" ] ||
            fail "cut after line $line: $(wc -l <seen) starts, not $wanted"
    done
}

# A sample that somebody took away is made again, and behind it the run ends anew.
an_end_is_the_last_line() {
    boxes
    bench startup --runs 3 --seed 5 --burst --platform native,box >/dev/null 2>err
    local folder
    folder=$(readlink -f results/latest)
    cp "$folder/samples.jsonl" before
    [ "$(grep -c '"end":"complete"' before)" = 1 ]
    sed -i "$(($(wc -l <before) - 1))d" "$folder/samples.jsonl"
    expect_status 0 bench startup --runs 3 --burst --platform native,box --resume "$folder"
    [ "$(wc -l <"$folder/samples.jsonl")" = "$(($(wc -l <before) + 1))" ] || fail "$(cat "$folder/samples.jsonl")"
    tail -n 1 "$folder/samples.jsonl" >end
    tail -n 1 before | cmp - end
    # Of a complete run nothing is made again, and it has its end already.
    cp "$folder/samples.jsonl" before
    expect_status 0 bench startup --runs 3 --burst --platform native,box --resume "$folder"
    cmp before "$folder/samples.jsonl"
}

# A sample that lacks no more than its newline is one, and is kept.
a_line_without_its_end_is_ended() {
    boxes
    bench startup --runs 3 --seed 5 --burst --platform native,box >/dev/null 2>err
    mv "$(readlink -f results/latest)" whole
    mkdir cut
    cp whole/env.json cut/
    printf %s "$(head -n 3 whole/samples.jsonl)" >cut/samples.jsonl
    expect_status 0 bench startup --runs 3 --burst --platform native,box --resume cut
    diff <(schedule whole) <(schedule cut)
    cmp -n "$(head -n 3 whole/samples.jsonl | wc -c)" whole/samples.jsonl cut/samples.jsonl
}

# Experiments that go through several schedules with the same places in them, with one run of one box:
# wherever they are cut, each goes on in the right one.
parts_are_told_apart() {
    boxes
    local name line lines
    for name in startup footprint; do
        rm -rf results whole
        bench $name --runs 1 --seed 5 --platform box >/dev/null 2>err
        mv "$(readlink -f results/latest)" whole
        lines=$(wc -l <whole/samples.jsonl)
        [ "$lines" -gt 2 ] || fail "$name: $(cat whole/samples.jsonl)"
        for ((line = 1; line <= lines; line++)); do
            rm -rf cut
            mkdir cut
            cp whole/env.json cut/
            head -n "$line" whole/samples.jsonl >cut/samples.jsonl
            expect_status 0 bench $name --runs 1 --platform box --resume cut
            diff <(schedule whole) <(schedule cut) || fail "$name, cut after line $line"
        done
    done
}

# In a row of experiments, those before the one that was cut are not asked again, and those behind it
# follow.
a_row_of_experiments_goes_on() {
    boxes
    printf '#!/bin/sh\nexit 0\n' >program
    chmod 755 program
    local program=$PWD/program line lines
    compare() { virtlab compare --platforms platforms.conf --platform native,box --runs 2 "$@" -- "$program"; }
    compare --seed 5 >/dev/null 2>err
    mv "$(readlink -f results/latest)" whole
    lines=$(wc -l <whole/samples.jsonl)
    [ "$(cut -d, -f3 whole/samples.jsonl | sort -u | grep -c experiment)" = 3 ] || fail "$(cat whole/samples.jsonl)"
    for ((line = 1; line <= lines; line += 2)); do
        rm -rf cut
        mkdir cut
        cp whole/env.json cut/
        head -n "$line" whole/samples.jsonl >cut/samples.jsonl
        expect_status 0 compare --resume cut
        diff <(schedule whole | sed 's/"source":"[a-z]*"//') <(schedule cut | sed 's/"source":"[a-z]*"//') ||
            fail "cut after line $line"
    done
    # Samples that are not of this schedule: it does not go on.
    { sed -n 1p whole/samples.jsonl; grep -m 1 '"experiment":"program".*"block":1' whole/samples.jsonl; } >cut/samples.jsonl
    status_of compare --resume cut
    expect_match err "'program' does not go the same way again"
}

# Killed with SIGKILL at a random moment, again and again, until it has come to its end.
killed_at_random() {
    boxes
    bench startup --runs 12 --seed 5 --burst >/dev/null 2>err
    mv "$(readlink -f results/latest)" whole
    rm -r results
    local seed round before after folder=
    seed=$RANDOM
    echo "RANDOM=$seed"
    RANDOM=$seed
    for ((round = 0; round < 12; round++)); do
        before=$([ "$folder" ] && wc -l <"$folder/samples.jsonl" || echo 0)
        bench startup --runs 12 --burst --seed 5 ${folder:+--resume "$folder"} >/dev/null 2>>err &
        local pid=$!
        # Wait until it writes, so that it always gets on; then a random while.
        for ((tries = 0; tries < 5000; tries++)); do
            [ -e results/latest/samples.jsonl ] &&
                [ "$(wc -l <results/latest/samples.jsonl)" -gt "$((before + (before == 0)))" ] && break
            kill -0 $pid 2>/dev/null || break
            sleep 0.01
        done
        sleep "0.0$((RANDOM % 80 + 10))"
        pkill -KILL -P $pid || :
        kill -KILL $pid 2>/dev/null || :
        wait $pid 2>/dev/null || :
        folder=$(readlink -f results/latest)
        after=$(wc -l <"$folder/samples.jsonl")
        [ "$after" -ge "$before" ] || fail "samples were lost: $before, then $after"
        # All but the line in flight is whole, and of the one schedule.
        head -n "$after" "$folder/samples.jsonl" >lines
        while read -r line; do
            [[ $line = '{'*'}' ]] || fail "torn in the middle: $line"
        done <lines
        mkdir -p seen_so_far
        cp lines seen_so_far/samples.jsonl
        diff <(schedule whole | head -n $((after - 1))) <(schedule seen_so_far) >difference ||
            fail "$(cat difference)"
        [ "$after" = "$(wc -l <whole/samples.jsonl)" ] && break
    done
    expect_soon nothing_writes "$folder/samples.jsonl"
    expect_status 0 bench startup --runs 12 --burst --resume "$folder"
    diff <(schedule whole) <(schedule "$folder")
}

# The processes of a killed harness end one after the other; the last one lets go of the file.
nothing_writes() {
    flock --exclusive --nonblock "$1" true
}

another_run_is_refused() {
    boxes
    bench startup --runs 3 --seed 5 --burst --platform native,box >/dev/null 2>err
    local folder
    folder=$(readlink -f results/latest)
    cp "$folder/samples.jsonl" before
    expect_status 125 bench startup --runs 4 --burst --platform native,box --resume "$folder"
    expect_one_line err 'another request.*bench startup --platforms platforms.conf --runs 3'
    expect_status 125 bench startup --runs 3 --platform native,box --resume "$folder"
    expect_one_line err 'another request'
    expect_status 125 bench startup --runs 3 --burst --platform native,box --seed 6 --resume "$folder"
    expect_one_line err 'its seed is 5'
    sed -i 's/^\[box\]/&\nneeds = false/' platforms.conf
    expect_status 125 bench startup --runs 3 --burst --platform native,box --resume "$folder"
    expect_one_line err "'box' cannot run here any more"
    sed -i '/^needs/d' platforms.conf
    # Somebody else is at work there.
    (
        exec 8>>"$folder/samples.jsonl"
        flock 8
        expect_status 125 bench startup --runs 3 --burst --platform native,box --resume "$folder"
    )
    expect_one_line err 'another virtlab writes there'
    # Another machine.
    sed -i 's/"release": "/&x/' "$folder/env.json"
    sed -i "1s/\"environment\":\"[0-9a-f]*\"/\"environment\":\"$(sha256sum <"$folder/env.json" | cut -d' ' -f1)\"/" \
        "$folder/samples.jsonl"
    expect_status 125 bench startup --runs 3 --burst --platform native,box --resume "$folder"
    expect_one_line err "another machine or software.*'kernel'"
    sed -i '1s/"environment":"[0-9a-f]*"/"environment":"0"/' "$folder/samples.jsonl"
    expect_status 125 bench startup --runs 3 --burst --platform native,box --resume "$folder"
    expect_one_line err 'env.json is missing, or not the one'
    tail -n +2 before | cmp - <(tail -n +2 "$folder/samples.jsonl")
    # Who is refused takes nothing away: no last line without its newline, no line of somebody else.
    local text
    for text in "$(cat before)" "$(cat before)"$'\n''{"schema"' 'notes of my own'; do
        printf %s "$text" >"$folder/samples.jsonl"
        cp "$folder/samples.jsonl" mine
        expect_status 125 bench startup --runs 4 --burst --platform native,box --resume "$folder"
        cmp mine "$folder/samples.jsonl"
    done
    expect_status 125 bench startup --resume no-such-folder
    expect_one_line err 'no-such-folder'
    mkdir odd
    ln -s "$folder/samples.jsonl" odd/samples.jsonl
    expect_status 125 bench startup --resume odd
    expect_one_line err 'odd/samples.jsonl'
    rm odd/samples.jsonl
    mkfifo odd/samples.jsonl
    expect_status 125 bench startup --resume odd
    expect_one_line err 'no regular file'
}

# A box that failed stays out, however it is now.
failures_stay() {
    boxes
    touch broken
    bench startup --runs 4 --seed 5 --burst --platform native,other >/dev/null 2>err
    local folder
    folder=$(readlink -f results/latest)
    [ "$(grep -c '"status":"failed"' "$folder/samples.jsonl")" = 1 ]
    rm broken
    cp "$folder/samples.jsonl" before
    expect_status 0 bench startup --runs 4 --burst --platform native,other --resume "$folder"
    cmp before "$folder/samples.jsonl"
    head -n 5 before >"$folder/samples.jsonl"
    expect_status 0 bench startup --runs 4 --burst --platform native,other --resume "$folder"
    [ "$(grep -c '"platform":"other"' "$folder/samples.jsonl")" = 1 ]
    [ "$(wc -l <"$folder/samples.jsonl")" = "$(wc -l <before)" ]
}

# One sample of memory is as good as another here: 10 blocks are the least, and enough.
runs_until_it_is_precise() {
    boxes
    expect_status 0 bench footprint --platform native --precision 50%
    [ "$(grep -c '"instances":4' results/latest/samples.jsonl)" = 10 ]
    # A number of runs is the most; what was not reached is said, with what it should take.
    expect_status 0 bench startup --platform native --burst --runs 12 --precision 0.1%
    [ "$(grep -c '"arm":"a"' results/latest/samples.jsonl)" = 12 ]
    expect_match err "startup hello: the median of 'native' is known to ±[0-9.]+ %, not to 0.1 %: that should take [0-9]+ runs"
    for wrong in 0 51 2%% x '' -1; do
        expect_status 125 bench startup "--precision=$wrong"
        expect_one_line err '--precision takes'
    done
}

it "goes on where it was cut off, with the same schedule" goes_on_where_it_stopped
it "ends anew what had lost a sample" an_end_is_the_last_line
it "keeps a last sample that lacks its newline" a_line_without_its_end_is_ended
it "goes on in the right part of an experiment" parts_are_told_apart
it "goes on in a row of experiments" a_row_of_experiments_goes_on
it "loses at most the sample in flight to SIGKILL" killed_at_random
it "refuses to go on with another run" another_run_is_refused
it "leaves out on going on what had failed" failures_stay
it "runs until the medians are known as precisely as was asked" runs_until_it_is_precise
finish
