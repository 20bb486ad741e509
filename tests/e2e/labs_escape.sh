#!/bin/bash
# SPDX-License-Identifier: MIT
# Lab 05 by the probes of virtlab's own escape matrix, not by its witnesses: what the student's five
# walls close is closed, and a wall that is missing is seen.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

LAB=$BUILD/libexec/virtlab/virtlab-lab
teacher=$BUILD/teacher
# The rows that namespaces close, and that stand open beside a plain process.
walls="see signal ptrace memory process-files environment file shm unix-socket connections"

# matrix UNTIL: the verdicts of these probes in a jail of so many walls into ./verdicts.
matrix() {
    rm -rf escape
    sed "s#\./jail run#./jail --until $1 run#" work/jail.conf >jail.conf
    (cd work && virtlab bench escape --quick --platforms ../jail.conf --out ../escape) >log 2>&1 || fail "$(cat log)"
    local probe
    for probe in $walls; do
        sed -nE "s/.*\"platform\":\"jail\",\"workload\":\"($probe)\",.*\"verdict\":\"([a-z]+)\".*/\1 \2/p" escape/latest/samples.jsonl
    done >verdicts
    [ "$(wc -l <verdicts)" -ge 6 ] || fail "rows are missing: $(cat verdicts log)"
}

closes_its_rows_of_the_matrix() {
    minicontainer run --nested busybox true 2>why || skip user "$(tail -n 1 why)"
    [ -d "$teacher/05-namespaces" ] || skip user "this is a handout, without solutions"
    "$LAB" generate --step 6 "$teacher/05-namespaces/src" work
    make -s -C work
    matrix 5
    if grep allowed verdicts >open; then fail "open behind all walls: $(cat open)"; fi
    matrix 2
    grep -qx 'file allowed' verdicts
    grep -qx 'shm allowed' verdicts
    if grep -E '^signal allowed' verdicts; then fail "the PID namespace closes no signal"; fi
    matrix 0
    grep -qx 'signal allowed' verdicts
}

it "lab 05: what the walls close is closed in the escape matrix" closes_its_rows_of_the_matrix
finish
