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
    expect_match out 'expected .*measure first'
    expect_match out 'seen .*No such file'
}

# A teacher who mistypes the folder would else grade a class without the hidden tests.
refuses_a_folder_without_the_hidden_tests() {
    answers '[answers]\nsyscall ns = 248\n'
    mkdir empty
    for folder in empty /nonexistent "$teacher/00-baseline"; do
        expect_status 125 virtlab lab grade 0 --in work --elsewhere --teacher "$folder"
        expect_match err "the hidden tests of 00-baseline are not in '$folder'"
    done
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

# Grading and handing in are about one run, whatever was measured between them.
hands_in_the_run_that_was_graded() {
    answers '[answers]\nsyscall ns = 248\n'
    local runs=$PWD/work/results hash
    mv "$runs/latest" "$runs/one"
    ln -s one "$runs/latest"
    # Results of this machine: the grade of others is not remembered.
    virtlab bench startup --runs 1 --platform native --out now >log 2>&1
    cp now/latest/env.json "$runs/one/env.json"
    hash=$(sha256sum <"$runs/one/env.json" | cut -d ' ' -f 1)
    sed -i "1s/[0-9a-f]\{64\}/$hash/" "$runs/one/samples.jsonl"
    expect_status 0 virtlab lab submit 0 --in work
    expect_match out 'results in it are .*/one; by them nothing was graded yet'
    expect_status 1 virtlab lab grade 0 --in work
    expect_match out '^OK +syscall'
    sed 's/248/250/' "$runs/one/samples.jsonl" >other
    mkdir "$runs/two"
    cp "$runs/one/env.json" "$runs/two"
    mv other "$runs/two/samples.jsonl"
    ln -sfn two "$runs/latest"
    expect_status 0 virtlab lab submit 0 --in work
    expect_match out 'results in it are those that were graded: .*/results/one\.$'
    expect_match out 'A newer run, .*/results/two, is not in it'
    holds "$runs/one" 00-baseline-2.tar.gz
    expect_status 0 virtlab lab submit 0 --in work --results "$runs/two"
    expect_match out 'results in it are .*/two; graded were .*/one'
    holds "$runs/two" 00-baseline-3.tar.gz
    # What is moved is still what was graded; a copy of it is not.
    cp -r work copy
    expect_status 0 virtlab lab submit 0 --in copy
    expect_match out 'results in it are .*/two; by them nothing was graded yet'
    mv work moved
    expect_status 0 virtlab lab submit 0 --in moved
    expect_match out 'those that were graded: .*/moved/results/one\.$'
    rm -r moved/results/one
    expect_status 125 virtlab lab submit 0 --in moved
    expect_match err 'moved/results/one, by which your answers were graded, is there no more'
}

# holds RUN ARCHIVE: whether the results in the archive are those of the run.
holds() {
    rm -rf unpacked
    mkdir unpacked
    tar -C unpacked -xf "$2"
    cmp unpacked/00-baseline/results/latest/samples.jsonl "$1/samples.jsonl"
}

# A score is one of the points of the tests that were there; those that could not be tried are named.
lists_scores_of_all_points() {
    export XDG_STATE_HOME=$PWD/state
    mkdir -p state/virtlab/labs
    expect_status 0 virtlab lab list
    expect_match out '^01-hello-vm .* 70 +\+ 30 *$'
    record() { printf '{"version": 1, "lab": "01-hello-vm", "folder": "/x", "graded_at": "now", "grade": {%s}}' "$1" >state/virtlab/labs/01-hello-vm.json; }
    record '"score": 60, "tried": 66, "points": 100, "hidden_points": 30'
    expect_status 0 virtlab lab list
    expect_match out '^01-hello-vm .*graded +60/70'
    expect_match out '4 points of 01-hello-vm could not be tried'
    virtlab tui --once --screen labs "$SOURCE/docs/example" >screen
    expect_match screen '01-hello-vm .*60/70'
    record '"score": 88, "tried": 100, "points": 100, "hidden_points": 0'
    expect_status 0 virtlab lab list
    expect_match out '^01-hello-vm .*graded +88/100'
    if grep -q 'could not be tried' out; then fail "all were tried: $(cat out)"; fi
    # Whatever lies there is no reason to fail.
    record '"score": -9223372036854775808, "tried": 1e9, "points": "x", "hidden_points": 9223372036854775807'
    expect_status 0 virtlab lab list
}

it "hands in the run that was graded, and says which" hands_in_the_run_that_was_graded
it "lists a score with the lab's points" lists_scores_of_all_points
it "tells how a number is off, and not the number" tells_how_a_number_is_off_and_not_the_number
it "tells which formula is wrong" tells_which_formula_is_wrong
it "names the encoding of answers that are no UTF-8" names_the_encoding_of_answers
it "reads answers that are half written" reads_half_written_answers
it "takes only results that are whole" takes_only_results_that_are_whole
it "refuses a folder without the hidden tests" refuses_a_folder_without_the_hidden_tests
it "takes skipped for an answer where no platform has a figure" takes_skipped_where_nothing_was_measured
it "refuses results of another machine" refuses_results_of_another_machine
finish
