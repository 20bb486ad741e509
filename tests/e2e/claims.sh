#!/bin/bash
# SPDX-License-Identifier: MIT
# virtlab claims: the ledger of what is said, held against results.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
TOOLS=$BUILD/tests/tools

run() {
    "$TOOLS/make_samples" run 7
}

claim() {
    expect_status 0 virtlab claims "$@"
    [ ! -s err ] || fail "$(cat err)"
}

# field ID NAME: of the JSON in out.
field() {
    local index
    index=$(($(echo "$1" | tr -d C | sed 's/^0//') - 1))
    "$TOOLS/jsoncheck" out "claims.$index.$2"
}

# A claim in a line or two, and a line or two of what decides it, by verdicts.
ledger_in_short() {
    run
    claim run
    [ "$(grep -c '^C[0-9][0-9]  ' out)" = 24 ] || fail "not 24 claims"
    expect_match out '^not in this version \(10\)$'
    expect_match out '^ +C09 C10 C11 C24 C25 C28 C29 C31 C32 C34$'
    expect_match out '^ +[0-9]+ supported, [0-9]+ refuted, [0-9]+ depends, '
    expect_match out '^C18  a container starts at once, a VM boots long$'
    # The made-up run has no Linux guest, and no experiment but those of the comparison.
    expect_match out '^cannot be measured here \([0-9]+\): '
    expect_match out '^not in these results \([0-9]+\)$'
    expect_match out 'virtlab bench faults'
    [ "$(wc -L <out)" -le 80 ] || fail "wider than 80 columns"
    [ "$(wc -l <out)" -le 100 ] || fail "nobody reads $(wc -l <out) lines"
}

whole_ledger() {
    run
    claim --all run
    [ "$(grep -c '^C[0-9][0-9] ' out)" = 34 ] || fail "not 34 claims"
    expect_match out '^ +[0-9]+ supported, [0-9]+ refuted, [0-9]+ depends, '
    expect_match out '^ +About: N native, '
    expect_match out '^C18  start-up: '
    expect_match out '^C18 .*cannot be'
    expect_match out '^C13 .*not in these'
    [ "$(wc -L <out)" -le 80 ] || fail "wider than 80 columns"
}

# Figures, interval, rule, samples, and when the verdict would be another one.
one_claim() {
    run
    claim run C18 c33
    [ "$(grep -c '^C[0-9][0-9] ' out)" = 2 ] || fail "not two claims"
    tr -s ' \n' ' ' <out >text
    expect_match text 'start to first output mode=single, container: [0-9.]+ ms (holds )?\[[0-9.]+ ms–[0-9.]+ ms\]; claimed < 100ms; 20 runs'
    expect_match text 'expect = value startup/hello first_output_ns mode=single container < 100ms'
    expect_match text 'Otherwise if: the guest has a small kernel'
    expect_match text 'Samples: startup: [0-9]+\. About: N C V L E\.'
    expect_match text ' run/samples.jsonl'
    mkdir results && cp -r run results/latest
    claim C18
    expect_match out '^C18 '
    claim --json run C33
    [ "$("$TOOLS/jsoncheck" out claims.0.id)" = C33 ]
    expect_status 125 virtlab claims run C35
    expect_one_line err 'there is no claim C35'
}

for_programs() {
    run
    claim --json run
    "$TOOLS/jsoncheck" out
    [ "$(field C18 verdict)" = unmeasurable ]
    [ "$(field C13 verdict)" = not-run ]
    [ "$(field C09 verdict)" = no-experiment ]
    [ "$(field C33 verdict)" = not-a-question ]
    [ "$(field C18 figures.0.outcome)" = holds ]
    [ "$(field C18 figures.0.samples)" = 20 ]
    [ "$(field C18 figures.1.outcome)" = missing ]
    claim --csv run
    expect_match out '^"id","claim","verdict"'
    [ "$(grep -c '^"C[0-9][0-9]",' out)" = 34 ] || fail "not 34 claims"
}

# A ledger of one's own: what a student changes is what decides.
own_rules() {
    run
    local limit
    cat >mine.conf <<'END'
[C01]
term = my own
claim = a container starts within LIMIT
experiment = startup
where = C
expect = value startup/hello first_output_ns mode=single container < LIMIT
change = the limit is another
END
    for limit in 1s:supported 1us:refuted; do
        sed "s/LIMIT/${limit%:*}/" mine.conf >now.conf
        claim --json --claims now.conf run
        [ "$(field C01 verdict)" = "${limit#*:}" ] || fail "$(cat out)"
    done
    expect_status 125 virtlab claims --claims mine.conf run
    expect_one_line err "mine.conf:6: this is no rule: a number such as .* 'LIMIT'"
    mkfifo fifo
    expect_status 125 virtlab claims --claims fifo run
    expect_one_line err 'no regular file'
    head -c 300000 /dev/zero | tr '\0' '#' >large
    expect_status 125 virtlab claims --claims large run
    expect_one_line err 'is larger than'
    printf '[C01]\n\033[2J = x\n' >control
    expect_status 125 virtlab claims --claims control run
    expect_status 125 virtlab claims run run
    expect_match err "'run' is no claim, such as C15"
    expect_status 125 virtlab claims nowhere
}

in_korean() {
    run
    LC_ALL=ko_KR.UTF-8 expect_status 0 virtlab claims run
    expect_match out '^C18  컨테이너는 바로 시작되고'
    LC_ALL=ko_KR.UTF-8 expect_status 0 virtlab claims --json run
    [ "$(field C18 verdict)" = unmeasurable ]
    [ "$(field C18 term)" = start-up ]
}

# What the samples say goes into tables and JSON: it stays text.
hostile_samples() {
    run
    sed -i 's/"reason":"[^"]*"/"reason":"\\u001b[2J<script>\\u202e\\"x"/' run/samples.jsonl
    claim run
    ! grep -q $'\033\|\xe2\x80\xae' out || fail "a control character"
    claim --json run
    "$TOOLS/jsoncheck" out
    ! grep -q $'\033\|\xe2\x80\xae' out || fail "a control character in JSON"
}

fuzz() {
    "$SOURCE/tests/fuzz/run.sh" "$BUILD" fuzz_claims 10 "$PWD/found" -seed=1
}

it "holds all 34 claims against a run" ledger_in_short
it "shows everything behind all of them" whole_ledger
it "shows everything behind one of them" one_claim
it "tells programs all it knows" for_programs
it "decides by the rules of a file" own_rules
it "speaks Korean, with the terms of the field" in_korean
it "takes nothing from samples but text" hostile_samples
# The target has sanitizers of its own: in the sanitized build there is none.
if [ "$(basename "$BUILD")" != asan ]; then
    it "finds nothing wrong with the reader of claims" fuzz
fi
finish
