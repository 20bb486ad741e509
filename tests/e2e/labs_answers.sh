#!/bin/bash
# SPDX-License-Identifier: MIT
# The write-up: its answers are about the student's own results, whatever stands in the files; a verdict
# says in which way an answer is off, and does not give the right one away; the run that was graded is
# the one that is handed in.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

teacher=$BUILD/teacher

# answers TEXT: a started lab of answers in ./work, with the results that its solution is about.
answers() {
    export XDG_STATE_HOME=$PWD/state
    [ -d "$teacher/00-baseline" ] || skip user "this is a handout, without solutions"
    mkdir -p work/results
    echo 00-baseline >work/.virtlab-lab
    cp -r "$teacher/00-baseline/results" work/results/latest
    printf '%b' "$1" >work/answers.conf
}

names_the_encoding_of_answers() {
    answers '\xff\xfe[\0a\0'
    expect_status 1 virtlab lab check 0 sentence --in work
    expect_match out 'answers.conf is UTF-16: save it as UTF-8'
    printf '\xef\xbb\xbf[answers]\n' >work/answers.conf
    expect_status 1 virtlab lab check 0 sentence --in work
    expect_match out 'byte order mark'
    printf '[answers]\ndifference = \xb0\xa1\xb3\xaa\n' >work/answers.conf
    expect_status 1 virtlab lab check 0 sentence --in work
    expect_match out 'EUC-KR'
}

reads_half_written_answers() {
    answers '[answers]\nsyscall ns = about 250\nswitch us\n'
    expect_status 1 virtlab lab check 0 syscall --in work --elsewhere
    expect_match out 'seen .*answers.conf:3: '
    printf '[answers]\nsyscall ns = about 250\n' >work/answers.conf
    expect_status 1 virtlab lab check 0 syscall --in work --elsewhere
    expect_match out "expected .*a number"
    expect_match out "seen .*'about 250'"
    printf '[answers]\nsyscall ns = nan\n' >work/answers.conf
    expect_status 1 virtlab lab check 0 syscall --in work --elsewhere
    rm work/answers.conf
    expect_status 1 virtlab lab check 0 syscall --in work
    expect_match out '^FAIL'
}

takes_only_results_that_are_whole() {
    answers '[answers]\nsyscall ns = 248\n'
    expect_status 0 virtlab lab check 0 syscall --in work --elsewhere
    sed -i 's/"release"/"release_"/' work/results/latest/env.json
    expect_status 1 virtlab lab check 0 syscall --in work --elsewhere
    expect_match out 'seen .*env.json'
    rm -r work/results/latest
    expect_status 1 virtlab lab check 0 syscall --in work
    expect_match out 'seen .*No such file'
}

# A machine that can do it on no platform at all: the measure has no metric then, and the answer is as right.
takes_skipped_where_nothing_was_measured() {
    export XDG_STATE_HOME=$PWD/state
    [ -d "$teacher/09-faults" ] || skip user "this is a handout, without solutions"
    mkdir -p work/results
    echo 09-faults >work/.virtlab-lab
    cp -r "$teacher/09-faults/results" work/results/latest
    printf "[answers]\nvm triple fault back ms = skipped\n" >work/answers.conf
    expect_status 1 virtlab lab check 9 triple-fault --in work --elsewhere
    expect_match out "seen .*'skipped': the run did measure it"
    sed -i "/\"fault\":\"guest\"/ { s/\"status\":\"ok\"/\"status\":\"skipped\"/; s/\"reason\":\"\"/\"reason\":\"no KVM\"/; s/\"metrics\":.*/\"metrics\":{}}/ }" \
        work/results/latest/samples.jsonl
    expect_status 0 virtlab lab check 9 triple-fault --in work --elsewhere
    printf "[answers]\nvm triple fault back ms = 14.7\n" >work/answers.conf
    expect_status 1 virtlab lab check 9 triple-fault --in work --elsewhere
    expect_match out "the word skipped"
}

refuses_results_of_another_machine() {
    answers '[answers]\nsyscall ns = 248\n'
    sed 's/"id": *"[0-9a-f]*"/"id": "00000000000000000000000000000000"/; s/"id":"[0-9a-f]\{32\}"/"id":"00000000000000000000000000000000"/' \
        "$teacher/00-baseline/results/env.json" >work/results/latest/env.json
    local hash
    hash=$(sha256sum <work/results/latest/env.json | cut -d ' ' -f 1)
    sed -i "1s/[0-9a-f]\{64\}/$hash/" work/results/latest/samples.jsonl
    expect_status 0 virtlab lab check 0 syscall --in work --elsewhere
    expect_status 1 virtlab lab check 0 syscall --in work
    expect_match out 'another machine'
    # This machine's, measured by another user with another version of virtlab, are this machine's.
    virtlab bench startup --runs 1 --platform native --out now >log 2>&1
    cp now/latest/env.json work/results/latest/env.json
    sed -i 's/"as_root": *[a-z]*/"as_root": null/; s/"commit": *"[^"]*"/"commit": "other"/' work/results/latest/env.json
    hash=$(sha256sum <work/results/latest/env.json | cut -d ' ' -f 1)
    sed -i "1s/[0-9a-f]\{64\}/$hash/" work/results/latest/samples.jsonl
    expect_status 0 virtlab lab check 0 syscall --in work
}

# What is wrong with a number is told, what is right is not: else it would only have to be copied.
tells_how_a_number_is_off_and_not_the_number() {
    local wrong says file=work/answers.conf
    answers '[answers]\nsyscall ns = 248\n'
    expect_status 0 virtlab lab check 0 syscall --in work --elsewhere
    while IFS=: read -r wrong says; do
        printf '[answers]\nsyscall ns = %s\n' "$wrong" >"$file"
        expect_status 1 virtlab lab check 0 syscall --in work --elsewhere
        expect_match out "seen .*'$wrong': .*$says"
        if right_is_told; then fail "the answer is told: $(cat out)"; fi
        expect_status 1 virtlab lab check 0 syscall --in work --elsewhere --json
        if right_is_told; then fail "the answer is told: $(cat out)"; fi
    done <<'END'
0.248:larger unit
248000:smaller unit
24800:per cent
300:too large, by less
120:too small, by a factor of two
9000:too large, by a factor of ten
0:too small
-5:wrong sign
skipped:did measure
END
    # The teacher is told.
    expect_status 1 virtlab lab grade 0 --in work --elsewhere --teacher "$teacher"
    expect_match out 'expected .*own results say: 24[78]'
    # So with what env.json says, and with a factor of two figures.
    printf '[answers]\ncpus = 77\nkvm = what\n' >"$file"
    expect_status 1 virtlab lab check 0 cpus --in work --elsewhere
    expect_match out "expected .*env.json in .* says of this machine"
    expect_match out "seen .*'77': it is too large"
}

# right_is_told: whether the right answer stands in ./out, but for the wrong one and the name of the folder.
right_is_told() {
    sed "s/'$wrong'//; s#$PWD##" out | grep -qE '24[78]'
}

tells_which_formula_is_wrong() {
    answers '[answers]\nsteps per syscall = 0.0129\n'
    expect_status 1 virtlab lab check 0 steps --in work --elsewhere
    expect_match out "seen .*'0.0129': it is divided the wrong way round"
    printf '[answers]\nsteps per syscall = 248\n' >work/answers.conf
    expect_status 1 virtlab lab check 0 steps --in work --elsewhere
    expect_match out "seen .*'248': it is not divided yet"
    if grep -q '77\.6' out; then fail "the answer is told: $(cat out)"; fi
}

it "tells how a number is off, and not the number" tells_how_a_number_is_off_and_not_the_number
it "tells which formula is wrong" tells_which_formula_is_wrong
it "names the encoding of answers that are no UTF-8" names_the_encoding_of_answers
it "reads answers that are half written" reads_half_written_answers
it "takes only results that are whole" takes_only_results_that_are_whole
it "takes skipped for an answer where no platform has a figure" takes_skipped_where_nothing_was_measured
it "refuses results of another machine" refuses_results_of_another_machine
finish
