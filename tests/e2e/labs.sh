#!/bin/bash
# SPDX-License-Identifier: MIT
# Proof that the labs teach: of every lab, that the skeleton gains what it should and no more, each step
# its own tests, the solution all; that each mutant fails exactly the tests named for it, with advice;
# that the text says what the commands print, in both languages; that nothing of the solution gets out.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

export XDG_STATE_HOME=$scratch/state
teacher=$BUILD/teacher
LAB=$BUILD/libexec/virtlab/virtlab-lab

# can_grade LAB: skip where the machine lacks what the lab gives access to, or a box to grade in.
can_grade() {
    minicontainer run busybox true 2>why || skip user "$(tail -n 1 why)"
    ! grep -q '^access.*kvm' "$SOURCE/labs/$1/lab.conf" || need kvm
}

# make_work LAB OPTION...: a started lab in ./work with what `generate` makes.
make_work() {
    local lab=$1
    shift
    rm -rf work
    "$LAB" generate "$@" "$teacher/$lab/src" work
    echo "$lab" >work/.virtlab-lab
}

# graded LAB: grade ./work into ./grade, and the tests that passed and failed into ./passed and ./failed.
graded() {
    local recorded=()
    # Answers are about results: those of the machine on which the solution was written.
    [ ! -d "$teacher/$1/results" ] || recorded=(--results "$teacher/$1/results" --elsewhere)
    status_of virtlab lab grade "$1" --in work --teacher "$teacher" --tap "${recorded[@]}"
    [ "$status" -le 1 ] || fail "grade ended with $status: $(cat err)"
    mv out grade
    sed -n 's/^ok [0-9]* - \([^:]*\):.*/\1/p' grade >passed
    sed -n 's/^not ok [0-9]* - \([^:]*\):.*/\1/p' grade >failed
    ! grep -q '# SKIP' grade || skip user "a test was skipped: $(grep '# SKIP' grade)"
}

# tests_of_step LAB STEP: the names of the tests that pass when that step is done.
tests_of_step() {
    cat "$teacher/$1/hidden.conf" "$BUILD/share/virtlab/labs/$1/public.conf" |
        awk -v most="$2" '/^\[/ { name = substr($0, 2, length($0) - 2); step = 0 }
             $1 == "step" { step = $3 }
             /^\[/ || $1 == "step" { steps[name] = step }
             END { for (name in steps) if (steps[name] <= most) print name }' | sort
}

step_gains_its_tests() {
    local lab=$1 step=$2
    can_grade "$lab"
    make_work "$lab" --step "$step"
    graded "$lab"
    tests_of_step "$lab" "$step" >expected
    sort passed | diff expected - || fail "step $step: other tests pass than should: $(cat grade)"
}

mutant_fails_its_tests() {
    local lab=$1 mutant=$2 wanted=$3
    can_grade "$lab"
    make_work "$lab" --mutant "$mutant"
    graded "$lab"
    tr ' ' '\n' <<<"$wanted" | sort >expected
    sort failed | diff expected - || fail "mutant $mutant: other tests fail than should: $(cat grade)"
    # Each failure says what was expected, what was seen, what to do and how to repeat it.
    local line
    for line in expected seen 'do this' repeat; do
        [ "$(grep -c "^# $line" grade)" = "$(wc -l <failed)" ] || fail "no '$line' in $(cat grade)"
    done
}

has_three_mutants() {
    [ "$(grep -c '^\[' "$teacher/$1/mutants.conf")" -ge 3 ]
}

# secret_lines LAB: what stands between the marks of solutions and mutants, but for braces and the like.
secret_lines() {
    awk '/^[ \t]*(#|\/\*)@/ { inside = $2 == "solution" || $2 == "mutant"; next }
         inside && length($0) > 24 || inside && / = ./' "$teacher/$1"/src/*
}

# What is between solution marks is in no file that students get, nor are the marks.
hides_the_solution() {
    local lab=$1
    make_work "$lab" --step 0
    secret_lines "$lab" >solution
    [ -s solution ]
    cat work/* >all
    if grep -Fxf solution all >out; then fail "in the skeleton: $(cat out)"; fi
    if grep -rE '^[ \t]*(#|/\*)@' "$BUILD/share/virtlab/labs/$lab"; then fail "a mark got out"; fi
    diff -r -x README.md -x README.ko.md -x .virtlab-lab work "$BUILD/share/virtlab/labs/$lab/skeleton"
    [ ! -e "$BUILD/share/virtlab/labs/$lab/hidden.conf" ]
}

# The same for the archives: what is secret is in none of the student's files, and all is in the teacher's.
archives_hold_what_they_should() {
    [ -d "$teacher" ] || skip user "this is a handout, without solutions"
    "$SOURCE/labs/archive.sh" handout "$BUILD"
    mkdir students teachers
    tar -C students -xf "$BUILD/virtlab-handout.tar.gz"
    find students \( -name .git -o -name src -o -name hidden.conf -o -name mutants.conf -o -name INSTRUCTOR.md \) -print >secret
    [ ! -s secret ] || fail "in the handout: $(cat secret)"
    local lab
    for lab in "$teacher"/*/; do
        lab=$(basename "$lab")
        secret_lines "$lab" >solution
        grep -rFxf solution "students/virtlab/labs/$lab" >out && fail "in the handout: $(cat out)"
        diff -r -x 'README*' "students/virtlab/labs/$lab/skeleton" "$BUILD/share/virtlab/labs/$lab/skeleton"
        [ -e "students/virtlab/labs/$lab/tests/public.conf" ]
    done
    "$SOURCE/labs/archive.sh" instructor "$BUILD"
    tar -C teachers -xf "$BUILD/virtlab-instructor.tar.gz"
    [ -e teachers/virtlab/labs/01-hello-vm/tests/hidden.conf ]
    grep -q KVM_CREATE_VCPU teachers/virtlab/catch-up/01-hello-vm/4/hello-vm.c
    # A student without solutions goes on with what the teacher hands out.
    make_work 01-hello-vm
    expect_status 0 virtlab lab catch-up 1 4 --in work --from teachers/virtlab/catch-up/01-hello-vm/4
    grep -q KVM_CREATE_VCPU work/hello-vm.c
}

# blocks FILE: the code blocks and the numbers of hints, which are the same in every language.
blocks() {
    awk '/^```/ { inside = !inside } inside { print } /^<details>/ { print substr($0, 1, 20) }' "$1"
}

says_the_same_in_korean() {
    blocks "$SOURCE/labs/$1/README.md" >english
    blocks "$SOURCE/labs/$1/README.ko.md" >korean
    [ -s english ]
    diff english korean
    [ "$(grep -c '^## ' "$SOURCE/labs/$1/README.md")" = "$(grep -c '^## ' "$SOURCE/labs/$1/README.ko.md")" ]
    # So do the tests: as many titles and advice in both languages.
    local key
    for key in title advice; do
        [ "$(cat "$SOURCE/labs/$1"/tests/{public,hidden}.conf | grep -c "^$key = .")" = \
            "$(cat "$SOURCE/labs/$1"/tests/{public,hidden}.conf | grep -c "^$key ko = .")" ]
    done
}

# Each `$ command` of the text (what it prints is the same everywhere), carried out in the solution of its step, prints what stands below it.
text_is_true() {
    local lab=$1 step
    can_grade "$lab"
    for ((step = 1; step <= $(sed -n 's/^steps = //p' "$SOURCE/labs/$lab/lab.conf"); step++)); do
        make_work "$lab" --step "$step"
        awk -v step="$step" '/^## / { inside = $0 ~ "^## Step " step ":" }
             inside && /^```/ { block = !block; next } inside && block' \
            "$SOURCE/labs/$lab/README.md" >said
        # What a measurement prints is another thing on every machine: such blocks have no prompt.
        grep -q '^\$ ' said || continue
        : >really
        while IFS= read -r command; do
            echo "$command" >>really
            # The compiler's own lines are not in the text.
            (cd work && timeout 60 bash -c "make -s >/dev/null; ${command#\$ }" 2>&1 | grep -v '^\(gcc\|objcopy\|make\)') >>really
        done < <(grep '^\$ ' said)
        diff said really || fail "step $step: the text is another one"
    done
}

for folder in "$SOURCE"/labs/[0-9]*/; do
    lab=$(basename "$folder")
    [ -d "$folder/src" ] || continue
    for ((step = 0; step <= $(sed -n 's/^steps = //p' "$folder/lab.conf"); step++)); do
        it "$lab: who has done $step steps gains the points of these steps" step_gains_its_tests "$lab" "$step"
    done
    while read -r mutant wanted; do
        it "$lab: the mutant $mutant fails the tests that are named" mutant_fails_its_tests "$lab" "$mutant" "$wanted"
    done < <(awk '/^\[/ { name = substr($0, 2, length($0) - 2) } $1 == "fails" { sub(/^fails = /, ""); print name, $0 }' \
        "$folder/tests/mutants.conf")
    it "$lab: there are three mutants or more" has_three_mutants "$lab"
    it "$lab: nothing of the solution is in the skeleton" hides_the_solution "$lab"
    it "$lab: the Korean text has the same steps" says_the_same_in_korean "$lab"
    it "$lab: the commands of the text print what it says" text_is_true "$lab"
done
it "the archives hold what they should, and no secret" archives_hold_what_they_should
finish
