#!/bin/bash
# SPDX-License-Identifier: MIT
# Every figure can be had from the samples by a few lines of another language: docs/recompute.awk.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
TOOLS=$BUILD/tests/tools
SOURCES=$(cd "$(dirname "$0")/../.." && pwd)

# The figures of `virtlab show --csv` that are missing in, or differ from, those of the script.
compare() {
    awk -f "$SOURCES/docs/recompute.awk" "$1/samples.jsonl" >again
    virtlab show --csv "$1" 2>/dev/null | awk '
    function cut(line, fields, n, i, c, quoted) {
        split("", fields)
        n = 1
        for (i = 1; i <= length(line); i++) {
            c = substr(line, i, 1)
            if (c == "\"")
                quoted = !quoted
            else if (c == "," && !quoted)
                n++
            else if (c != "\r")
                fields[n] = fields[n] c
        }
    }
    function differs(a, b) {
        return (a == "-") != (b == "") || (b != "" && (a - b) ^ 2 > (0.00001 * b) ^ 2)
    }
    BEGIN { FS = "\t" }
    FILENAME == "again" {
        runs[$1 FS $2 FS $3 FS $4 FS $5] = $6
        middle[$1 FS $2 FS $3 FS $4 FS $5] = $7
        ratio[$1 FS $2 FS $3 FS $4 FS $5] = $8
        next
    }
    {
        cut($0, f)
        if (!names++) {
            for (i in f)
                at[f[i]] = i
            next
        }
        if (f[at["status"]] != "ok" || f[at["experiment"]] == "escape")
            next
        id = f[1] FS f[2] FS f[3] FS f[4] FS f[5]
        figures++
        if (!(id in runs) || runs[id] != f[at["runs"]] || differs(middle[id], f[at["median"]]) ||
            differs(ratio[id], f[at["ratio_to_native"]]))
            print "not the same:", id, runs[id], middle[id], ratio[id], "and", $0
    }
    END { print figures + 0, "figures" }' again - >differences
    figures=$(grep -o '^[0-9]* figures' differences | cut -d' ' -f1)
    ! grep 'not the same' differences || fail "awk finds something else"
}

made_up_samples() {
    "$TOOLS/make_samples" run 7
    compare run
    [ "$figures" -gt 50 ] || fail "only $figures figures"
    # It would be seen: a run that takes longer.
    sed -i '0,/"end_ns":[0-9]*/s//"end_ns":999999999/' run/samples.jsonl
    cp again before
    compare run
    ! cmp -s before again || fail "it does not look at the samples"
}

# The ten lines of docs/measuring.md, as they stand there.
ten_lines() {
    local platform count median
    sed -n '/^```awk$/,/^```$/p' "$SOURCES/docs/measuring.md" | sed '1d;$d' >ten.awk
    [ "$(wc -l <ten.awk)" -le 11 ] || fail "more than ten lines"
    "$TOOLS/make_samples" run 7
    awk -f ten.awk run/samples.jsonl >ten
    [ "$(wc -l <ten)" -ge 3 ] || fail "$(cat ten)"
    awk -f "$SOURCES/docs/recompute.awk" run/samples.jsonl >again
    while read -r platform count median _; do
        expect_match again "mode=single	first_output_ns	$platform	$count	$(
            awk -v ms="$median" 'BEGIN { printf "%d", ms * 1000 }')"
    done <ten
}

real_samples() {
    local experiment
    for experiment in startup footprint peak image; do
        virtlab bench $experiment --quick --platform native,container >/dev/null 2>err
        compare results/latest
        [ "$figures" -gt 1 ] || fail "only $figures figures of $experiment"
    done
}

it "comes to the same figures of made-up samples" made_up_samples
it "does so in the ten lines that the documents show" ten_lines
it "comes to the same figures of a run" real_samples
finish
