#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm probe: what it says has a form, and agrees with what programs find.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

it_names_the_back_end() {
    need kvm
    expect_status 0 minivmm probe
    expect_match out '^back end +(hardware|software) '
    expect_match out '^ring 3 speed, one turn +works '
    expect_match out '^SYSCALL from ring 3 +(works|differs) '
    ! grep -Evq '^.{24} (works|differs|fails|hangs|hardware|software) ' out ||
        fail "a line has another form: $(cat out)"
}

json_says_the_same() {
    need kvm
    minivmm probe >text
    minivmm probe --json >json
    expect_one_line json '^\{"schema":1,"back_end":"(hardware|software)","works":\{.*\}\]\}$'
    local back_end
    back_end=$(awk '/^back end/ { print $3 }' text)
    grep -q "\"back_end\":\"$back_end\"" json || fail "another back end"
    [ "$(grep -o '"key":' json | wc -l)" = "$(($(wc -l <text) - 1))" ] || fail "another number of findings"
}

hardware_runs_ring_0() {
    need kvm-hw
    minivmm probe >text
    local title
    for title in 'ring 0 speed' 'SYSCALL' 'INT n' 'hypercall' 'XRSTOR' 'POPCNT' '32-bit paging'; do
        expect_match text "^$title.* works "
    done
}

it "names the back end and what works" it_names_the_back_end
it "says the same as JSON" json_says_the_same
it "finds that hardware runs ring 0" hardware_runs_ring_0
says_that_its_output_is_lost() {
    need kvm
    local word
    for word in probe --help --version; do
        status=0
        minivmm $word >/dev/full 2>err || status=$?
        [ $status = 125 ] || fail "minivmm $word ends with $status on a full disk"
        expect_one_line err '^minivmm: .*standard output'
    done
}

it "says that its output is lost" says_that_its_output_is_lost
finish
