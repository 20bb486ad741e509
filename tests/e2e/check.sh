#!/bin/bash
# SPDX-License-Identifier: MIT
# What is made of one or more results folders: virtlab check, diff and merge.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
TOOLS=$BUILD/tests/tools

# made_up DIR SEED [PERCENT]: a made-up run, with a slowdown of the container.
made_up() {
    "$TOOLS/make_samples" "$@"
}

# of_machine DIR RUN ID: as if it had been taken in this run on the machine of this identifier.
of_machine() {
    sed -i "s/20260102T030405Z-compare/$2/" "$1/samples.jsonl"
    sed -i "s/^{/{\"machine\":{\"id\":\"$3\"},/" "$1/env.json"
    belongs "$1"
}

# belongs DIR: env.json is the one of the header.
belongs() {
    sed -i "1s/\"environment\":\"[^\"]*\"/\"environment\":\"$(sha256sum <"$1/env.json" | cut -d' ' -f1)\"/" \
        "$1/samples.jsonl"
}

# header: of a run by hand in ./run.
header() {
    mkdir run
    echo '{"version":1}' >run/env.json
    echo '{"schema":1,"run":"run","environment":"","command":["virtlab"],"seed":7,"titles":{"native":"native","box":"box"}}' \
        >run/samples.jsonl
    belongs run
}

# sample PLATFORM ARM BLOCK ORDER VALUE
sample() {
    echo "{\"schema\":1,\"run\":\"run\",\"experiment\":\"startup\",\"params\":{\"arm\":\"$2\",\"mode\":\"single\"},\"platform\":\"$1\",\"workload\":\"hello\",\"block\":$3,\"order\":$4,\"seed\":7,\"t0_ns\":1,\"status\":\"ok\",\"reason\":\"\",\"exit\":0,\"metrics\":{\"end_ns\":$5}}" \
        >>run/samples.jsonl
}

# Twelve blocks of native, native and a box that is twice as slow, in changing order.
good_run() {
    local block value
    header
    for ((block = 0; block < 12; block++)); do
        value=$((1000000 + (block * 7919) % 5003))
        case $((block % 3)) in
        0) sample native a $block 0 $value; sample box a $block 1 $((2 * value)); sample native b $block 2 $((value + 77)) ;;
        1) sample box a $block 0 $((2 * value)); sample native b $block 1 $((value + 77)); sample native a $block 2 $value ;;
        2) sample native b $block 0 $((value + 77)); sample native a $block 1 $value; sample box a $block 2 $((2 * value)) ;;
        esac
    done
}

nothing_against() {
    good_run
    expect_status 0 virtlab check run
    expect_one_line out 'nothing stands against'
    expect_status 0 virtlab check --json run
    [ "$(tr -d ' \n' <out)" = '[]' ]
}

# guilty CRIME PATTERN: that, and nothing else, is found.
guilty() {
    expect_status 1 virtlab check run
    expect_match out "^$1 .*$2"
    expect_status 1 virtlab check --csv run
    [ "$(tail -n +2 out | grep ',true,' | cut -d, -f1 | sort -u)" = "\"$1\"" ] || fail "not only $1: $(cat out)"
}

crimes() {
    local block
    # The last four of twelve are too few, but still in turns.
    good_run
    sed -i '2,29d' run/samples.jsonl
    sed -i -E 's/"block":(8)/"block":9/' run/samples.jsonl
    guilty too-few-runs 'start to exit, native: [0-9]'
    rm -r run
    header
    for ((block = 0; block < 8; block++)); do sample native a $block 0 $((1000 + block * 7919 % 13)); done
    for ((block = 0; block < 8; block++)); do sample native b $block 1 $((1000 + block * 7919 % 13)); done
    for ((block = 0; block < 8; block++)); do sample box a $block 2 $((3000 + block * 7919 % 13)); done
    guilty not-interleaved "startup hello: all of 'native' before all of 'box'|startup hello: all of 'native'"
    rm -r run
    header
    for ((block = 0; block < 8; block++)); do
        sample native a $block 0 $((1000 + block * 7919 % 13))
        sample native b $block 1 $((1000 + block * 7919 % 13))
        sample box a $block 2 $((3000 + block * 7919 % 13))
    done
    guilty same-order 'startup hello: 8 blocks'
    rm -r run
    good_run
    sed -i 's/"end_ns":\([0-9]*\)}}$/"end_percent":\1}}/' run/samples.jsonl
    guilty ratio-alone 'line 2'
    rm -r run
    good_run
    sed -i '/"block":5.*/{/"platform":"box"/d}' run/samples.jsonl
    guilty hidden-skip "startup hello, 'box': 1 of 12 blocks have no sample"
    rm -r run
    good_run
    sed -i '1s/"titles":{/&"ghost":"ghost",/' run/samples.jsonl
    guilty hidden-skip "'ghost' was chosen, and has no sample"
    rm -r run
    good_run
    sample box a 12 0 5
    sed -i '$s/"status":"ok"/"status":"failed"/' run/samples.jsonl
    guilty hidden-skip "line 38: 'failed' without a reason"
    rm -r run
    good_run
    sed -i '10s/"seed":7/"seed":8/' run/samples.jsonl
    guilty mixed 'seed 8 beside the header'
    rm -r run
    good_run
    echo >>run/env.json
    guilty mixed 'env.json is not the one'
}

# What few runs can bear is told apart from what they cannot.
few_runs_may_be_enough() {
    # Three runs of a box whose runs are all apart from twelve of native.
    good_run
    sed -i '/"platform":"box"/{/"block":\([3-9]\|1[01]\)/d}' run/samples.jsonl
    expect_status 0 virtlab check run
    expect_match out '^ +crimes \(.*\): 0; the rest are remarks'
    expect_match out '^few-runs +startup \(figures: 1, runs: 3\): all of them apart'
    # One is no series, and three that overlap may be anything.
    sed -i '/"platform":"box"/{/"block":[12],/d}' run/samples.jsonl
    guilty too-few-runs 'start to exit, box: 1'
    rm -r run
    good_run
    sed -i '/"platform":"box"/{/"block":\([3-9]\|1[01]\)/d; s/"end_ns":[0-9]*/"end_ns":1002000/}' run/samples.jsonl
    guilty too-few-runs 'start to exit, box: 3'
    rm -r run
    # Three apart from three are so in 2 of 20.
    good_run
    sed -i '/"block":\([3-9]\|1[01]\)/d' run/samples.jsonl
    expect_status 1 virtlab check run
    expect_match out '^ +start to exit, box: 3$'
    rm -r run
    # Memory is a matter of pages: three runs will do, unless it varies.
    header
    local block n value
    for ((block = 0; block < 3; block++)); do
        for n in 1 4; do
            value=$((n * 8000000 + block * 1000))
            sample native a $block $((n / 4)) 1
            sed -i '$s/"startup"/"footprint"/; $s/"params":{[^}]*}/"params":{"instances":'$n'}/; $s/"end_ns":1/"pss_bytes":'$value'/' \
                run/samples.jsonl
        done
    done
    sed -i '1s/,"box":"box"//' run/samples.jsonl
    expect_status 0 virtlab check run
    expect_match out '^few-runs +footprint \(figures: 1, runs: 3\): memory'
    sed -i '$s/"pss_bytes":[0-9]*/"pss_bytes":90000000/' run/samples.jsonl
    guilty too-few-runs 'memory of one more, native: 3'
    rm -r run
    # Two boxes in one order six times are one in 32: that happens.
    header
    for ((block = 0; block < 6; block++)); do
        sample native a $block 0 $((1000 + block * 7919 % 13))
        sample box a $block 1 $((3000 + block * 7919 % 13))
    done
    status_of virtlab check run
    ! grep '^same-order' out || fail "$(cat out)"
}

# A box that is 2 % slower beside a native that differs from itself by more.
noise_above_the_effect() {
    local block value
    header
    for ((block = 0; block < 20; block++)); do
        value=$((1000000 + (block * 7919) % 50021))
        set -- "native a" "native b" "box a"
        [ $((block % 3)) = 0 ] && set -- "box a" "native a" "native b"
        [ $((block % 3)) = 1 ] && set -- "native b" "box a" "native a"
        local order=0 who
        for who; do
            case $who in
            "native a") sample native a $block $order $value ;;
            "native b") sample native b $block $order $((value + (block * 104729) % 60013 - 20000)) ;;
            "box a") sample box a $block $order $((value * 102 / 100 + (block * 15485863) % 40009 - 20000)) ;;
            esac
            order=$((order + 1))
        done
    done
    expect_status 1 virtlab check run
    expect_match out '^noise +start to exit, box: ratio 1.0[0-9] '
    expect_match out 'noise floor [1-9][0-9.]* %'
}

the_format_is_kept() {
    good_run
    sed -i '5s/"order":[0-9],//; 6s/"reason":""/"reason":3/; 7s/}}$/},"extra":1}/; 8s/end_ns/end/' run/samples.jsonl
    sed -i '9s/^./x/' run/samples.jsonl
    sed -i '10s/"metrics":{[^}]*}/"metrics":{}/' run/samples.jsonl
    expect_status 1 virtlab check run
    expect_match out "line 5: 'order' is missing"
    expect_match out "line 6: "
    expect_match out "line 7: 'extra' is not in the format"
    expect_match out "line 8: the metric 'end' has no unit"
    expect_match out "line 9: it is no JSON"
    expect_match out "line 10: 'ok' without a figure"
    # The other lines are kept: eleven or twelve of each are left.
    expect_status 0 virtlab show --csv run
    expect_match out '^"startup","hello","mode=single","end_ns","native","ok",1[0-2],'
    rm run/env.json
    expect_status 1 virtlab check run
    expect_match out 'no env.json'
    printf '{"schema":1,"ru' >>run/samples.jsonl
    expect_status 1 virtlab check run
    expect_match out '^cut-off +the last line is torn'
    expect_status 125 virtlab check no-such-folder
    expect_one_line err 'no-such-folder'
    expect_status 125 virtlab check a b
    expect_one_line err 'one folder is enough'
}

# The project's own example is one to follow.
the_example_passes() {
    status_of virtlab check "$SOURCE/docs/example"
    [ "$status" = 0 ] || fail "$(cat out)"
}

real_runs_pass() {
    expect_status 0 virtlab bench startup --platform native,container --runs 8 --burst
    status_of virtlab check
    [ $status -le 1 ]
    ! grep -E '^(format|mixed|hidden-skip|not-interleaved|same-order|ratio-alone)' out || fail "$(cat out)"
}

# The header, and a few samples.
has_begun() {
    [ "$(wc -l <results/latest/samples.jsonl)" -gt 5 ]
}

# A run that was interrupted between two samples looks like one of fewer runs, but for its end.
a_run_that_was_cut_off_says_so() {
    local samples folder
    virtlab bench startup --platform native --runs 5000 --burst >/dev/null 2>err &
    local pid=$!
    expect_soon [ -e results/latest/samples.jsonl ]
    expect_soon has_begun
    kill -TERM $pid
    wait $pid || :
    folder=$(readlink -f results/latest)
    samples=$folder/samples.jsonl
    [ "$(tail -c 1 "$samples" | od -An -c | tr -d ' ')" = '\n' ]
    expect_status 0 virtlab show "$folder"
    expect_match out '^! +the run did not come to its end: it was cut off'
    expect_status 0 virtlab show --json "$folder"
    [ "$("$TOOLS/jsoncheck" out cut_off)" = true ]
    status_of virtlab check "$folder"
    expect_match out '^cut-off +the line that ends a run is missing'
    status_of virtlab diff "$folder" "$folder"
    expect_match err 'did not come to its end'
    # One that came to its end, and says so, and goes on to the same end.
    expect_status 0 virtlab bench startup --platform native --runs 3 --seed 3 --burst
    folder=$(readlink -f results/latest)
    samples=$folder/samples.jsonl
    tail -n 1 "$samples" >last
    expect_one_line last "\"end\":\"complete\",\"samples\":$(($(wc -l <"$samples") - 2))}\$"
    expect_status 0 virtlab show "$folder"
    ! grep 'did not come to its end' out || fail "it did"
    status_of virtlab check "$folder"
    ! grep -E '^(format|cut-off|mixed|hidden-skip)' out || fail "$(cat out)"
    cp "$samples" whole
    expect_status 0 virtlab bench startup --platform native --runs 3 --burst --resume "$folder"
    expect_same whole "$samples"
    # Without its end it goes on, even if nothing else is missing.
    sed -i '$d' "$samples"
    status_of virtlab check "$folder"
    expect_match out '^cut-off '
    expect_status 0 virtlab bench startup --platform native --runs 3 --burst --resume "$folder"
    expect_same whole "$samples"
    # A line that is lost in the middle is missed, and one too many is seen.
    sed -i '4d' "$samples"
    status_of virtlab check "$folder"
    expect_match out '^hidden-skip +the run ended with [0-9]+ samples, here are [0-9]+'
    sed '4p;4p' whole >"$samples"
    status_of virtlab check "$folder"
    expect_match out '^mixed +the run ended with [0-9]+ samples, here are [0-9]+'
    # Older folders announce no end, and are not accused.
    sed '1s/,"ends":true//; $d' whole >"$samples"
    expect_status 0 virtlab show "$folder"
    ! grep 'did not come to its end' out || fail "nobody knows"
    # Merged, it is still known.
    sed '$d' whole >"$samples"
    made_up other 1
    expect_status 0 virtlab merge --out out.d "$folder" other
    expect_match err 'its run was cut off'
    expect_status 0 virtlab show "$(cat out)"
    expect_match out 'of the runs that were merged, 1 did not come to their end'
}

a_planted_slowdown_is_found() {
    local seed
    for seed in 1 2 3 4 5; do
        made_up old 1$seed
        made_up same 2$seed
        made_up slow 3$seed 5
        expect_status 0 virtlab diff --csv old same
        [ "$(grep -c '"differs"' out)" = 0 ] || fail "seed $seed: $(grep '"differs"' out)"
        expect_status 0 virtlab diff --csv old slow
        # Of twenty runs it is found in every time of the container, of ten in most: where native
        # happens to differ from itself by more, nothing can be said.
        [ "$(grep -c '"startup".*"container".*"differs"' out)" = 3 ] || fail "seed $seed: $(cat out)"
        [ "$(grep -c '"overhead".*"container".*"differs"' out)" -ge 4 ] || fail "seed $seed: $(cat out)"
        # And nowhere else.
        [ "$(grep '"differs"' out | grep -vc '"container"')" = 0 ] || fail "seed $seed: $(cat out)"
        rm -r old same slow
    done
}

differences_for_people() {
    made_up old 1
    made_up new 3 5
    expect_status 0 virtlab diff old new
    expect_match out '^measure +box +old +new +new / old$'
    expect_match out '^start to exit +container +4.3[0-9] ms +4.5[0-9] ms +1.05 \[1.0[0-9]–1.0[0-9]\]$'
    expect_match out '^start to exit +vm .* 1.00.* ~$'
    expect_match out 'differences: 9 of 36 figures'
    # Figures without an interval are no tests.
    [ "$(virtlab diff --csv old new | awk -F, '$11 != "" && NR > 1' | wc -l)" = 36 ]
    expect_match out 'intervals: 36, each of 95 % by itself: .* about 1.8 of'
    mkdir few
    cp -r old new few/
    sed -i '/"workload":"syscall"/{/"block":[0-2],/!d}' few/*/samples.jsonl
    expect_status 0 virtlab diff few/old few/new
    expect_match out ' of 36 figures'
    expect_match out 'intervals: 33, each of 95 % by itself: .* about 1.7 of'
    sed -i '/"block":[0-2],/!{1!d}' few/*/samples.jsonl
    expect_status 0 virtlab diff few/old few/new
    expect_match out 'differences: 0 of 36 figures'
    ! grep -q 'intervals:' out || fail "tests without an interval"
    expect_status 0 virtlab diff --all old new
    expect_match out '^start-up: user time +vm '
    expect_status 0 virtlab diff --json old new
    "$TOOLS/jsoncheck" out
    sed -i 's/"version":1/&,"kernel":{"release":"9"}/; s/,"kernel":{"release":"6[^}]*}//' new/env.json
    belongs new
    sed -i '/"workload":"syscall"/d' new/samples.jsonl
    expect_status 0 virtlab diff old new
    expect_match out "another \('kernel' in env.json\)"
    expect_match out 'figures that only one run has: 3 old, 0 new'
    for wrong in '' old 'old new old' 'old nothing' '--no-such old new'; do
        # shellcheck disable=SC2086
        expect_status 125 virtlab diff $wrong
        expect_one_line err '^virtlab diff: '
    done
}

a_class_is_pooled_by_machine() {
    local folder
    made_up a 1
    made_up b 2
    made_up c 3 5
    of_machine a 20260102T030405Z-compare aaaaaaaa11111111
    of_machine b 20260102T030406Z-compare aaaaaaaa11111111
    of_machine c 20260102T030407Z-compare cccccccc33333333
    expect_status 0 virtlab merge --out out.d a b c
    [ ! -s err ] || fail "$(cat err)"
    folder=$(cat out)
    [ -f "$folder/samples.jsonl" ] && [ "$(realpath out.d/latest)" = "$(realpath "$folder")" ]
    [ "$(tail -q -n +2 a/samples.jsonl b/samples.jsonl c/samples.jsonl | wc -l)" = \
        "$(tail -n +2 "$folder/samples.jsonl" | wc -l)" ]
    expect_status 0 virtlab show --csv "$folder"
    expect_match out '^"startup","hello","mode=single","end_ns","container","ok",40,4[0-9]+.*,"aaaaaaaa"'
    expect_match out '^"startup","hello","mode=single","end_ns","container","ok",20,4[0-9]+.*,"cccccccc"'
    # Ratios stay within blocks, so that there are as many.
    expect_match out '"mode=single","end_ns","container",.*,40,[0-9.]*,"differs".*,"aaaaaaaa"'
    expect_status 0 virtlab show "$folder"
    expect_match out '3 runs of 2 machines'
    expect_match out '^start to exit, aaaaaaaa '
    status_of virtlab check "$folder"
    ! grep -E '^(format|mixed|hidden-skip|not-interleaved)' out || fail "$(cat out)"
    # Every verdict is there, with its machine; what they disagree in stands in two places.
    [ "$(grep -c '^"escape".*,"aaaaaaaa"' <(virtlab show --csv "$folder"))" = \
        "$((2 * $(grep -c '"experiment":"escape"' c/samples.jsonl)))" ]
    # What stands in the sources is in the samples, bit by bit, but for run and block.
    diff <(sed -E '1d; s/"run":"[^"]*",("machine":"[^"]*","origin":"[^"]*",)?//; s/"block":[0-9]+,//' a/samples.jsonl) \
        <(sed -E '1d; s/"run":"[^"]*",("machine":"[^"]*","origin":"[^"]*",)?//; s/"block":[0-9]+,//' "$folder/samples.jsonl" |
            head -n $(($(wc -l <a/samples.jsonl) - 1)))
}

what_does_not_belong_together() {
    made_up a 1
    made_up b 2
    of_machine a 20260102T030405Z-compare aaaaaaaa11111111
    of_machine b 20260102T030406Z-compare aaaaaaaa11111111
    expect_status 125 virtlab merge a a
    expect_one_line err 'a and a are the same run'
    expect_status 125 virtlab merge a
    expect_one_line err 'two results folders or more'
    expect_status 125 virtlab merge a nothing
    expect_one_line err 'nothing'
    [ ! -e results ] || fail "a folder for nothing"
    # Another kernel on the same machine, and a machine that nobody knows.
    sed -i 's/6\.1\.0/6.2.0/' b/env.json
    belongs b
    made_up c 3
    sed -i 's/20260102T030405Z-compare/20260102T030407Z-compare/' c/samples.jsonl
    echo damaged >>c/samples.jsonl
    printf '{"torn' >>c/samples.jsonl
    echo >>c/env.json
    expect_status 0 virtlab merge a b c
    expect_match err "b: the machine aaaaaaaa, but with another 'kernel': it is pooled apart"
    expect_match err 'c: its env.json is not the one of its samples and is left out'
    expect_match "$(cat out)/env.json" '"unknown-3": null'
    expect_match err 'c: 1 damaged lines are left out, the first is line [0-9]+'
    expect_match err 'c: its run was cut off'
    expect_status 0 virtlab show --csv "$(cat out)"
    expect_match out '"mode=single","end_ns","vm","ok",20,.*,"aaaaaaaa"'
    expect_match out '"mode=single","end_ns","vm","ok",20,.*,"aaaaaaaa.2"'
    expect_match out '"mode=single","end_ns","vm","ok",20,.*,"unknown-3"'
    expect_status 125 virtlab merge results/latest a
    expect_one_line err 'merged already'
}

it "finds nothing against a good run" nothing_against
it "names benchmarking crimes" crimes
it "knows what few runs are enough for" few_runs_may_be_enough
it "names a difference that is within the noise" noise_above_the_effect
it "checks that the format is kept, and keeps the rest" the_format_is_kept
it "finds nothing against the example of the documentation" the_example_passes
it "finds nothing wrong with how the harness measures" real_runs_pass
it "says of a run that was cut off that it was" a_run_that_was_cut_off_says_so
it "finds a planted slowdown of 5 %, and none of 0 %" a_planted_slowdown_is_found
it "shows two runs side by side" differences_for_people
it "pools the results of a class by machine" a_class_is_pooled_by_machine
# A student hands in a folder that wants to read for itself, or to break what is made of it.
hostile_folders_are_left_out() {
    made_up a 1
    made_up b 2
    of_machine a 20260102T030405Z-compare aaaaaaaa11111111
    of_machine b 20260102T030406Z-compare aaaaaaaa11111111
    # A link to a file of somebody else, even if it has the right hash.
    echo '{"version":1,"secret":"of somebody else"}' >secret
    cp -r b c
    sed -i 's/20260102T030406Z-compare/20260102T030407Z-compare/' c/samples.jsonl
    ln -sf ../secret c/env.json
    belongs c
    expect_status 0 virtlab merge --out out.d a c
    expect_one_line err 'c: it has no env.json that can be read; its machine is unknown'
    ! grep -r 'somebody else' out.d || fail "the secret was handed on"
    # Another one's env.json, as a file.
    rm c/env.json
    cp secret c/env.json
    echo >>c/env.json
    expect_status 0 virtlab merge --out out.d a c
    expect_one_line err 'c: its env.json is not the one of its samples and is left out'
    ! grep -r 'somebody else' out.d || fail "the secret was handed on"
    # A link to samples.
    mkdir d
    cp b/env.json d
    ln -s ../b/samples.jsonl d/samples.jsonl
    expect_status 125 virtlab merge --out out.d a d
    expect_one_line err 'd/samples.jsonl'
    # Blocks that cannot be counted on.
    sed -i '2s/"block":[0-9]*/"block":2147483647/' b/samples.jsonl
    expect_status 125 virtlab merge --out out.d a b
    expect_one_line err 'b: its blocks cannot be counted on'
    expect_status 125 virtlab merge --out out.d b a
    expect_one_line err 'a: its blocks cannot be counted on'
    # Alone on its machine, there is nothing to count on.
    made_up e 3
    of_machine e 20260102T030408Z-compare eeeeeeee11111111
    expect_status 0 virtlab merge --out out.d e b
    expect_status 0 virtlab show --csv "$(cat out)"
    [ ! -s err ] || fail "$(cat err)"
}

# What is at a path is another program tomorrow; only the request knows.
programs_are_not_mixed() {
    local name n=0 folder
    for name in a b c; do
        made_up $name 1
        n=$((n + 1))
        of_machine $name "20260102T03040${n}Z-compare" aaaaaaaa11111111
        echo "{\"schema\":1,\"run\":\"20260102T03040${n}Z-compare\",\"experiment\":\"program\",\"params\":{\"arm\":\"a\"},\"platform\":\"native\",\"workload\":\"./a.out\",\"block\":0,\"order\":0,\"seed\":1,\"t0_ns\":1,\"status\":\"ok\",\"reason\":\"\",\"exit\":0,\"metrics\":{\"end_ns\":${n}000000,\"output_bytes\":1,\"output_hash\":$n}}" \
            >>$name/samples.jsonl
        sed -i "1s/\"environment\"/\"request\":\"$([ $name = c ] && echo two || echo one)\",&/" $name/samples.jsonl
    done
    expect_status 0 virtlab merge --out out.d a b c
    expect_one_line err "c: the machine aaaaaaaa, but with another 'program': it is pooled apart"
    folder=$(cat out)
    expect_status 0 virtlab show --csv "$folder"
    expect_match out '^"program","./a.out",,"end_ns","native","ok",2,1.5e\+06.*"aaaaaaaa"'
    expect_match out '^"program","./a.out",,"end_ns","native","ok",1,3e\+06.*"aaaaaaaa.2"'
    # Without a request nobody knows.
    sed -i '1s/"request":"one",//' a/samples.jsonl b/samples.jsonl
    expect_status 0 virtlab merge --out out.d a b
    expect_one_line err "b: the machine aaaaaaaa, but with another 'program'"
    # One machine needs no name in every row.
    sed -i '/"experiment":"program"/d' a/samples.jsonl b/samples.jsonl
    expect_status 0 virtlab merge --out out.d a b
    [ ! -s err ] || fail "$(cat err)"
    expect_status 0 virtlab show "$(cat out)"
    expect_match out '2 runs of one machine'
    expect_match out '^start to exit  '
}

# Two machines that answer differently: a part of every table for each.
every_matrix_has_a_part_for_each_machine() {
    local folder name
    for name in a b; do
        mkdir $name
        echo '{"version":1}' >$name/env.json
        echo '{"schema":1,"run":"run","environment":"","command":["virtlab"],"seed":7,"titles":{"native":"native"}}' \
            >$name/samples.jsonl
        of_machine $name x x
    done
    sed -i 's/"id":"x"/"id":"aaaaaaaa11111111"/' a/env.json
    sed -i 's/"id":"x"/"id":"bbbbbbbb11111111"/; s/"version":1/&,"cpu":{"model":"the other"}/' b/env.json
    sed -i '1s/"run":"run"/"run":"one"/' a/samples.jsonl
    sed -i '1s/"run":"run"/"run":"two"/' b/samples.jsonl
    # line FOLDER RUN EXPERIMENT PARAMS WORKLOAD METRICS MORE
    line() {
        echo "{\"schema\":1,\"run\":\"$2\",\"experiment\":\"$3\",\"params\":{$4},\"platform\":\"native\",\"workload\":\"$5\",\"block\":0,\"order\":0,\"seed\":7,\"t0_ns\":1,\"status\":\"ok\",\"reason\":\"\",\"exit\":0,\"metrics\":{$6}$7}" \
            >>"$1/samples.jsonl"
    }
    local run=one factor=1 verdict=refused
    for name in a b; do
        line $name $run startup '"mode":"single","timeline":"yes"' hello "\"end_ns\":${factor}000000,\"tear_down_ns\":${factor}000" ''
        line $name $run startup '"mode":"single","namespaces":"none"' hello "\"end_ns\":${factor}000000" ''
        line $name $run neighbours '"antagonist":"none","limits":"off"' server "\"p50_ns\":${factor}000,\"window_ns\":1000" ''
        line $name $run vcores '"cpus":1,"threads":1' parallel "\"work_ns\":${factor}000,\"iterations_n\":1" ''
        line $name $run escape '"uid":0' mount '' ",\"verdict\":\"$verdict\",\"detail\":\"\""
        line $name $run escape '"uid":0' setuid '' ",\"verdict\":\"refused\",\"detail\":\"\""
        line $name $run program '' ./a.out "\"end_ns\":${factor}000000,\"output_bytes\":$factor,\"output_hash\":$factor" ''
        line $name $run harness '"loop":"bare"' hello '"end_ns":1000' ''
        line $name $run harness '"loop":"harness"' hello "\"end_ns\":1000,\"outside_ns\":${factor}0000" ''
        belongs $name
        run=two factor=7 verdict=allowed
    done
    expect_status 0 virtlab merge --out out.d a b
    folder=$(cat out)
    expect_status 0 virtlab show --markdown "$folder"
    # The rows behind the heading of a machine, in each of the tables.
    rows() { awk -v machine="$1" '/^\|[^|]*(aaaaaaaa|bbbbbbbb) /{ on = index($0, machine) } /^$/{ on = 0 } on' out; }
    rows aaaaaaaa >one
    rows bbbbbbbb >two
    expect_match two 'the other'
    for name in 'tear down' 'start to exit' none 'alone: median' 'a step, 1 thread on 1' 'mount a file system'; do
        expect_match one "^\\| .*$name \\|"
        expect_match two "^\\| .*$name \\|"
    done
    expect_match one '^\| tear down \| 1.00 µs'
    expect_match two '^\| tear down \| 7.00 µs'
    expect_match one 'mount a file system \| refused'
    expect_match two 'mount a file system \| allowed'
    expect_match out '^\| output identical, aaaaaaaa \| yes'
    expect_match out '^\| output identical, bbbbbbbb \| yes'
    expect_match out 'aaaaaaaa.*the harness: 1.00 µs'
    expect_match out 'bbbbbbbb.*70.0 µs around'
    expect_status 0 virtlab show --csv "$folder"
    expect_match out '^"escape","mount","uid=0",.*"refused",,"aaaaaaaa"'
    expect_match out '^"escape","mount","uid=0",.*"allowed",,"bbbbbbbb"'
    expect_match out '^"program",,,"output","native".*"bbbbbbbb"'
}

it "leaves out what a hostile folder would hand on" hostile_folders_are_left_out
it "mixes no two programs of one path" programs_are_not_mixed
it "has a part for each machine in every table" every_matrix_has_a_part_for_each_machine
it "keeps apart what does not belong together" what_does_not_belong_together
finish
