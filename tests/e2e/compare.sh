#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab compare from the command line to the samples, with boxes that are shell scripts: what they
# do wrong is what is tested.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# boxes: write the scripts and platforms.conf into this folder.
boxes() {
    make_script box 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
    make_script liar '"$@" | tr h j'
    make_script three '"$@"; exit 3'
    make_script broken 'echo "starting" >&2; echo "the box is  broken" >&2; exit 125'
    make_script mute 'exec sleep 1000'
    make_script never 'echo "noise" >&2; echo "there is no such hardware" >&2; exit 1'
    cat >platforms.conf <<END
[native]
start = {program} {args}
file =
[twin]
title = a / twin
start = $PWD/box {options} -- {program} {args}
file = --file {guest}={host}
memory = --memory {value}
pages = --pages {value}
timeline = --timeline {value}
[liar]
start = $PWD/liar {program} {args}
[three]
start = $PWD/three {program} {args}
[broken]
start = $PWD/broken
[mute]
start = $PWD/mute
[never]
needs = $PWD/never
start = $PWD/box -- {program} {args}
[skipped]
skip = for a reason
END
}

compare() {
    virtlab compare --platforms platforms.conf "$@"
}

samples=results/latest/samples.jsonl

# samples_with PATTERN...: how many samples match all of the patterns.
samples_with() {
    local pattern lines
    lines=$(cat "$samples")
    for pattern in "$@"; do lines=$(grep -E -- "$pattern" <<<"$lines" || :); done
    grep -c . <<<"$lines" || :
}

expect_samples() {
    local wanted=$1 found
    shift
    found=$(samples_with "$@")
    [ "$found" = "$wanted" ] || fail "$found samples with $*, not $wanted: $(cat $samples)"
}

nothing_is_left() {
    ! grep -lsa -- "$1" /proc/[0-9]*/cmdline >left || fail "still running: $(cat left)"
}

compares_a_program() {
    boxes
    expect_status 0 compare --platform native,twin,never,skipped --runs 3 --seed 5 -- \
        busybox echo hello
    "$BUILD/tests/tools/jsoncheck" -l $samples
    expect_samples 3 '"experiment":"program"' '"platform":"native"' '"arm":"a"' '"status":"ok"'
    expect_samples 3 '"experiment":"program"' '"platform":"native"' '"arm":"b"' '"status":"ok"'
    expect_samples 3 '"experiment":"program"' '"platform":"twin"' '"status":"ok"' \
        '"first_output_ns":[0-9]+,"end_ns":[0-9]+,"user_ns":[0-9]+,"system_ns":[0-9]+' \
        '"output_bytes":6,"output_hash":-?[0-9]+'
    expect_samples 3 '"experiment":"peak"' '"platform":"twin"' '"peak_bytes":[0-9]+'
    # Who cannot run says why, once for each experiment.
    expect_samples 1 '"experiment":"program"' '"platform":"never"' '"status":"skipped"' \
        '"reason":"there is no such hardware"' '"exit":-1'
    expect_samples 1 '"experiment":"program"' '"platform":"skipped"' '"reason":"for a reason"'
    head -n 1 $samples >header
    expect_match header '^\{"schema":1,"run":"[0-9TZ]+-compare(-[0-9]+)?","environment":"[0-9a-f]{64}","request":"[0-9a-f]{64}","boxes":\["native","twin"\],"command":\["virtlab","compare","--platforms",.*"hello"\],"seed":5,"titles":\{"native":"native","twin":"a / twin",.*\},"ends":true\}$'
    [ "$(sha256sum <results/latest/env.json)" = \
        "$(sed -E 's/.*"environment":"([^"]*)".*/\1/' header)  -" ]
}

outputs_that_differ_are_found() {
    boxes
    expect_status 1 compare --platform native,liar --runs 2 -- busybox echo ahh
    expect_match err '^virtlab compare: .* in liar its output differs from byte 1 on$'
    expect_samples 1 '"platform":"liar"' '"experiment":"program"' '"status":"failed"' \
        '"reason":"its output differs from byte 1 on"' '"end_ns"'
    expect_status 1 compare --platform native,three --runs 2 -- busybox echo ahh
    expect_match err 'in three it ended with status 3 instead of 0$'
}

any_status_is_the_programs_own() {
    boxes
    for wanted in 0 1 3 125 127; do
        make_script ending "exit $wanted"
        expect_status 0 compare --platform native,twin --runs 1 -- ./ending
        expect_samples 1 '"platform":"twin"' '"experiment":"program"' '"status":"ok"' \
            "\"exit\":$wanted,"
    done
    # Of a box, 125 to 127 is a failure, with its last line as the reason.
    expect_status 0 compare --platform native,broken --runs 2 -- busybox true
    expect_samples 1 '"platform":"broken"' '"experiment":"program"' '"status":"failed"' \
        '"reason":"the box is  broken"' '"exit":125'
}

what_cannot_run_is_told_at_once() {
    boxes
    : >not-executable
    expect_status 127 compare -- no-such-program
    expect_one_line err "no program 'no-such-program'"
    expect_status 127 compare -- ./no-such-program
    expect_one_line err 'cannot find .*/no-such-program: No such file'
    expect_status 126 compare -- ./not-executable
    expect_one_line err 'not-executable is no file that may be executed'
    expect_status 126 compare -- /tmp
    [ ! -e results ] || fail "a folder for nothing"
}

wrong_use_is_one_line() {
    boxes
    local arguments
    while read -r -a arguments; do
        expect_status 125 virtlab compare "${arguments[@]}"
        expect_one_line err '^virtlab compare: '
        [ ! -s out ] || fail "something on stdout: $(cat out)"
    done <<'END'
--no-such-option
--runs 0
--runs x
--runs 10001
--runs
--seed -1
--seed 9223372036854775808
--timeout 0
--timeout soon
--platform no-such-platform
--platform ,
--platforms /nonexistent/platforms.conf
--platforms /
--json --csv
--file /nonexistent/file -- true
--file / -- true
--file a=b -- true
--out /dev/null/x
END
    [ ! -e results ] || fail "a folder for nothing"
}

files_have_one_name_everywhere() {
    boxes
    make_script spy 'echo "$@" >>'"$PWD"'/seen; while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
    sed -i "s|/box {options}|/spy {options}|" platforms.conf
    echo content >data
    expect_status 0 compare --platform native,twin,three --runs 1 --file data -- busybox cat data
    expect_match seen "^--file $PWD/data=$PWD/data -- .*busybox cat $PWD/data\$"
    expect_samples 1 '"platform":"twin"' '"experiment":"program"' '"status":"ok"' '"output_bytes":8'
    expect_samples 1 '"platform":"three"' '"experiment":"program"' '"status":"skipped"' \
        'cannot be given a file'
}

endless_output_is_bounded() {
    boxes
    expect_status 124 compare --platform native,twin --runs 2 --timeout 0.2 -- busybox yes
    expect_match err 'did not end within 0.2 s'
    # Once is enough: who timed out makes no further runs.
    expect_samples 1 '"platform":"twin"' '"experiment":"program"' '"status":"timeout"' '"exit":124'
}

a_box_that_hangs_is_a_timeout() {
    boxes
    expect_status 0 compare --platform native,mute --runs 2 --timeout 1 -- busybox true
    expect_samples 1 '"platform":"mute"' '"experiment":"program"' '"status":"timeout"'
    expect_samples 4 '"platform":"native"' '"experiment":"program"' '"status":"ok"'
    nothing_is_left "$PWD/mut[e]"
}

strays_are_killed() {
    boxes
    make_script stray "setsid sleep 7771.$$ & (setsid sh -c 'sleep 7771.$$ & sleep 7771.$$' &) ; echo up"
    expect_status 0 compare --platform native,twin --runs 2 -- ./stray
    nothing_is_left "7771[.]$$"
}

hostile_names_stay_strings() {
    boxes
    local name=$'we"ird\n\e[2J\\name'
    cp box "$name"
    expect_status 0 compare --platform native,twin --runs 1 -- "./$name" -- busybox true
    "$BUILD/tests/tools/jsoncheck" -l $samples
    expect_samples 2 '"experiment":"program"' '"platform":"native"' \
        'we\\"ird\\u000a\\u001b\[2J\\\\name'
    ! grep -q $'\e' out err || fail "an escape sequence came through"
}

# start COMMAND...: in the background, with its signals as an interactive shell leaves them.
start() {
    env --default-signal=INT,QUIT virtlab compare --platforms "$PWD/platforms.conf" "$@" \
        >out 2>err &
    harness=$!
}

is_running() {
    grep -qsa -- "$1" /proc/[0-9]*/cmdline
}

ends() {
    status=0
    wait "$harness" || status=$?
}

worker_of() {
    local stat
    for stat in /proc/[0-9]*/stat; do
        awk -v parent="$1" '{ sub(/.*\) /, ""); if ($2 == parent) exit 0; exit 1 }' "$stat" \
            2>/dev/null && basename "${stat%/stat}" && return
    done
}

no_trace() {
    expect_soon nothing_runs "$1"
    expect_soon nothing_runs "virtlab-compar[e].*$PWD/platforms"
    ! find "${TMPDIR:-/tmp}" -maxdepth 1 -name "virtlab-$harness-*" | grep . ||
        fail "a temporary folder is left"
    ! find /sys/fs/cgroup -maxdepth 4 -path "*virtlab/virtlab-$harness-*" 2>/dev/null | grep . ||
        fail "a cgroup is left"
}

nothing_runs() {
    ! is_running "$1"
}

# interrupted SIGNAL STATUS: while a native program with children of its own runs.
interrupted() {
    boxes
    make_script long "setsid sleep 8882.$$ & sleep 8882.$$"
    start --platform native,twin -- ./long
    expect_soon is_running "8882[.]$$"
    kill -"$1" "$harness"
    ends
    [ "$status" = "$2" ] || fail "status $status: $(cat err)"
    expect_match err '^virtlab compare: interrupted; 0 samples are kept in results/'
    no_trace "8882[.]$$"
}

# killed WHO: by SIGKILL, in the middle of a series.
killed() {
    boxes
    make_script counted 'echo x >>'"$PWD"'/count; [ "$(wc -l <'"$PWD"'/count)" -lt 5 ] && exit
setsid sleep 8883.'"$$ & sleep 8883.$$"
    start --platform native,twin -- ./counted
    expect_soon is_running "8883[.]$$"
    # The one that is killed cleans nothing up; the other one does.
    if [ "$1" = worker ]; then
        kill -KILL "$(worker_of "$harness")"
        ends
        [ "$status" = 137 ] || fail "status $status"
        expect_match err 'killed by signal 9; what it had started is ended'
    else
        kill -KILL "$harness"
        ends
    fi
    no_trace "8883[.]$$"
    # The warm-ups left two samples of native and perhaps one of the twin: all of them whole.
    "$BUILD/tests/tools/jsoncheck" -l $samples
    [ "$(wc -l <$samples)" -ge 2 ]
}

both_killed() {
    boxes
    make_script long "exec sleep 8884.$$"
    # A folder of its own for this test: any other run would clean up, too.
    mkdir tmp
    export TMPDIR=$PWD/tmp
    start --platform native -- ./long
    expect_soon is_running "8884[.]$$"
    # At once: whoever is left would clean up.
    local worker
    worker=$(worker_of "$harness")
    kill -STOP "$harness" "$worker"
    kill -KILL "$harness" "$worker"
    ends
    expect_soon nothing_runs "8884[.]$$"
    ls -d "${TMPDIR:-/tmp}/virtlab-$harness-"*
    # The next run removes what nobody was left to remove.
    local first=$harness
    expect_status 0 compare --platform native --runs 1 -- busybox true
    harness=$first
    no_trace "8884[.]$$"
}

another_namespace_is_left_alone() {
    need root
    boxes
    make_script long "exec sleep 8885.$$"
    mkdir tmp
    export TMPDIR=$PWD/tmp
    start --platform native -- ./long
    expect_soon is_running "8885[.]$$"
    expect_status 0 unshare --pid --fork --mount-proc virtlab compare --platform native --runs 1 -- \
        busybox true
    ls -d "$TMPDIR/virtlab-$harness-"*
    kill "$harness"
    ends
    no_trace "8885[.]$$"
}

a_second_signal_ends_what_is_held_up() {
    boxes
    make_script long "exec sleep 8885.$$"
    start --platform native -- ./long
    expect_soon is_running "8885[.]$$"
    # A stopped worker stands for one that is held up in the kernel: it sees no signal but SIGKILL.
    kill -STOP "$(worker_of "$harness")"
    kill -TERM "$harness"
    # Two equal signals at once may be taken as one.
    expect_soon eval 'kill -TERM "$harness" 2>/dev/null; nothing_runs "8885[.]$$"'
    ends
    [ "$status" = 137 ] || fail "status $status"
    no_trace "8885[.]$$"
}

a_full_disk_loses_nothing() {
    need root
    boxes
    mkdir disk
    make_script on-a-small-disk 'mount -t tmpfs -o size=48k none disk && "$@"; status=$?
cp disk/out/latest/samples.jsonl . ; exit $status'
    expect_status 125 unshare --mount ./on-a-small-disk virtlab bench startup --platform native \
        --platforms platforms.conf --burst --runs 2000 --out disk/out
    expect_one_line err 'cannot write a sample; the [0-9]+ before it are kept: No space left'
    "$BUILD/tests/tools/jsoncheck" -l samples.jsonl
    [ $(($(wc -l <samples.jsonl) - 1)) = "$(sed -E 's/.*the ([0-9]+) before.*/\1/' err)" ]
    [ "$(tail -c 1 samples.jsonl | od -An -c | tr -d ' ')" = '\n' ]
}

a_closed_stdout_is_told() {
    boxes
    local status=0
    virtlab compare --platforms platforms.conf --platform native --runs 1 -- busybox true \
        >/dev/full 2>err || status=$?
    [ $status = 125 ] || fail "status $status"
    expect_match err 'standard output'
    expect_samples 2 '"experiment":"program"' '"status":"ok"'
    status=0
    virtlab compare --platforms platforms.conf --platform native --runs 1 -- busybox true \
        >&- 2>err || status=$?
    [ $status = 125 ] || fail "status $status"
    expect_match err 'standard output'
    expect_samples 2 '"experiment":"program"' '"status":"ok"'
    # A reader that has gone away.
    mkfifo reader
    : <reader &
    virtlab compare --platforms platforms.conf --platform native --runs 1 -- busybox true \
        >reader 2>err || status=$?
    [ $status = 125 ] || fail "status $status"
    expect_match err 'standard output: Broken pipe'
}

an_ordinary_user_can_do_it() {
    need user
    boxes
    as_user virtlab compare --platforms platforms.conf --platform native,twin --runs 2 -- \
        busybox echo hello
    expect_samples 2 '"experiment":"program"' '"platform":"twin"' '"status":"ok"'
    expect_samples 2 '"experiment":"peak"' '"platform":"twin"' '"status":"ok"' '"peak_bytes":[0-9]+'
    [ "$(id -u)" != 0 ] || [ "$(stat -c %u results/latest/samples.jsonl)" = 65534 ]
}

results_belong_to_the_caller_of_sudo() {
    need root
    boxes
    SUDO_UID=12345 SUDO_GID=23456 compare --platform native --runs 1 -- busybox true
    [ -z "$(find results ! \( -uid 12345 -gid 23456 \))" ] || fail "$(ls -laR results)"
    SUDO_UID=x SUDO_GID=0 compare --platform native --runs 1 --out other -- busybox true
    [ -z "$(find other ! -uid 0)" ]
}

the_peak_is_the_kernels_own() {
    need root cgroup1
    boxes
    # 32 MiB for a moment: sampling might miss it, the high-water mark does not.
    make_script hungry "exec busybox awk 'BEGIN { s = sprintf(\"%16777216s\", \"x\"); s = s s }'"
    compare --platform native,twin --runs 1 -- ./hungry
    for platform in native twin; do
        expect_samples 1 "\"platform\":\"$platform\"" '"experiment":"peak"' \
            '"source":"cgroup"' '"peak_bytes":[3-9][0-9]{7,}'
    done
}

a_seed_brings_its_order_back() {
    boxes
    local order='s/.*"platform":"([^"]*)".*"block":([0-9]*),"order":([0-9]*),.*/\1 \2 \3/p'
    for run in 1 2 3; do
        compare --platform native,twin,never --runs 8 --seed $((run == 3 ? 2 : 1)) -- busybox true
        sed -En "/\"experiment\":\"program\"/$order" $samples >order.$run
    done
    [ "$(wc -l <order.1)" = 25 ]
    expect_same order.1 order.2
    ! cmp -s order.1 order.3 || fail "another seed, the same order"
    # Each block has every contender once.
    awk '$1 != "never" { n[$2 " " $3]++ } END { for (i in n) if (n[i] != 1) exit 1 }' order.1
}

it "compares a program, and says who cannot run it" compares_a_program
it "finds outputs that differ" outputs_that_differ_are_found
it "takes any status as the program's own, but of a box" any_status_is_the_programs_own
it "tells at once what cannot run" what_cannot_run_is_told_at_once
it "answers wrong use with one line" wrong_use_is_one_line
it "gives files one name everywhere" files_have_one_name_everywhere
it "bounds endless output" endless_output_is_bounded
it "ends a box that hangs" a_box_that_hangs_is_a_timeout
it "kills what a program leaves behind" strays_are_killed
it "keeps hostile names strings" hostile_names_stay_strings
it "ends by SIGINT with everything it started" interrupted INT 130
it "ends by SIGTERM with everything it started" interrupted TERM 143
it "ends by SIGHUP with everything it started" interrupted HUP 129
it "leaves nothing when the measuring process is killed" killed worker
it "leaves nothing when the watching process is killed" killed watcher
it "leaves nothing running when both are killed" both_killed
it "leaves alone what runs in another pid namespace" another_namespace_is_left_alone
it "is ended by a second signal when it is held up" a_second_signal_ends_what_is_held_up
it "loses no sample on a full disk" a_full_disk_loses_nothing
it "tells that standard output is closed" a_closed_stdout_is_told
it "works for an ordinary user" an_ordinary_user_can_do_it
it "gives the results to the caller of sudo" results_belong_to_the_caller_of_sudo
it "takes the peak of memory from a cgroup" the_peak_is_the_kernels_own
shows_the_status_of_a_program_that_fails_everywhere() {
    boxes
    expect_status 0 virtlab compare --platforms platforms.conf --platform native,twin --runs 3 -- \
        /bin/sh -c 'exit 3'
    expect_match out '^output identical +yes +yes'
    expect_match out '^exit status +3 +3'
    expect_status 0 virtlab compare --platforms platforms.conf --platform native,twin --runs 3 -- \
        /bin/true
    ! grep -q '^exit status' out || fail "a status is shown where all is well"
}

it "shows the status of a program that fails everywhere" \
    shows_the_status_of_a_program_that_fails_everywhere
it "brings an order back with its seed" a_seed_brings_its_order_back
finish
