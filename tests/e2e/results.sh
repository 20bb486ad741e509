#!/bin/bash
# SPDX-License-Identifier: MIT
# What is made of a results folder: virtlab show, plot and report.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
TOOLS=$BUILD/tests/tools
SOURCES=$(cd "$(dirname "$0")/../.." && pwd)

# A made-up run in ./run.
run() {
    "$TOOLS/make_samples" run 7
}

table_again() {
    run
    expect_status 0 virtlab show run
    mv out first
    expect_status 0 virtlab show run
    expect_same first out
    expect_match out '^start to first output +[0-9.]+ µs +3\.9. ms +2\.1. ms +skipped \[1\]$'
    expect_match out '^integer step '
    expect_match out '^allowed +9 +2 +0 +0'
    rm run/env.json
    expect_status 0 virtlab show run
    expect_match out 'there is no env.json'
}

default_folder() {
    mkdir results
    "$TOOLS/make_samples" results/first 1
    "$TOOLS/make_samples" results/second 2
    ln -s second results/latest
    expect_status 0 virtlab show
    mv out latest
    expect_status 0 virtlab show results/second
    expect_same latest out
}

for_programs() {
    run
    expect_status 0 virtlab show --json run
    "$TOOLS/jsoncheck" out
    [ "$("$TOOLS/jsoncheck" out seed)" = 7 ]
    expect_status 0 virtlab show --csv run
    expect_match out '^"experiment","workload","params","metric","platform","status",'
    # Each line has as many fields as the first.
    awk -F, 'NR == 1 { fields = NF } { gsub(/"[^"]*"/, "x") } NF != fields { exit 1 }' out
    expect_status 0 virtlab show --markdown run
    expect_match out '^\| &emsp;ratio to native \| 1 \|'
    expect_status 0 virtlab show --html run
    expect_match out '^<table>'
}

expect_no_match() {
    if grep -Eq -- "$2" "$1"; then
        fail "something in $1 matches '$2'"
    fi
}

is_png() {
    [ "$(od -An -tx1 -N8 "$1" | tr -d ' ')" = 89504e470d0a1a0a ] || fail "$1 is no PNG"
}

is_pdf() {
    [ "$(head -c 5 "$1")" = %PDF- ] || fail "$1 is no PDF"
}

is_svg() {
    expect_match "$1" '^<svg '
    expect_match "$1" '</svg>'
    # A point of no size is a matrix that cannot be inverted, which some readers of SVG refuse.
    expect_no_match "$1" "scale[(]0?[.]?0*[)]"
}

plots() {
    need gnuplot
    local name
    run
    expect_status 0 virtlab plot run
    [ ! -s err ] || fail "$(cat err)"
    for name in startup startup-box ratios ratios-near escape; do
        is_svg run/plots/$name.svg
        is_png run/plots/$name.png
        is_pdf run/plots/$name.pdf
    done
    for name in startup ratios ratios-near; do
        expect_match run/plots/$name.svg 'VM, Linux guest: skipped'
    done
    expect_match run/plots/escape.svg '>allowed<'
    expect_match run/plots/startup.svg 'time from start to first output'
    expect_match run/plots/ratios-near.svg 'integer step'
    [ -z "$(find run -name '.*.new')" ]
}

# On a wall: no row of the same workload twice, no box that has nothing to show.
plots_for_slides() {
    need gnuplot
    local name
    run
    expect_status 0 virtlab plot --slides run
    for name in startup startup-box ratios; do
        is_svg run/plots/$name.svg
        expect_match run/plots/$name.svg "viewBox=.0 0 1200 540."
        expect_no_match run/plots/$name.svg "skipped|no values"
    done
    expect_match run/plots/ratios.svg "integer step"
    expect_match run/plots/ratios.svg "start to first output"
    expect_no_match run/plots/ratios.svg "start to exit"
    [ ! -e run/plots/ratios-near.svg ]
}

scripts_by_hand() {
    need gnuplot
    run
    virtlab plot run >/dev/null
    gnuplot -c "$BUILD/share/virtlab/plots/startup.gp" run/plots/startup.dat hand.svg
    gnuplot -c "$BUILD/share/virtlab/plots/ratios.gp" run/plots/ratios.dat hand.png
    is_svg hand.svg
    is_png hand.png
}

# Every script draws what it drew when somebody last looked at its picture. If the change is meant:
# gnuplot -d -c bench/plots/NAME.gp tests/plots/NAME.dat tests/plots/NAME.svg "" en, and look at it.
scripts_draw_what_they_drew() {
    need gnuplot
    local data name version
    version=$(gnuplot --version)
    for data in "$SOURCES"/tests/plots/*.dat; do
        name=$(basename "$data" .dat)
        # Another gnuplot draws the same a little differently.
        grep -q "GNUPLOT $(cut -d' ' -f2 <<<"$version") patchlevel $(cut -d' ' -f4 <<<"$version")" \
            "$SOURCES/tests/plots/$name.svg" || skip gnuplot "the pictures are not from $version"
        gnuplot -d -c "$BUILD/share/virtlab/plots/$name.gp" "$data" "$name.svg" "" en 2>/dev/null
        cmp "$name.svg" "$SOURCES/tests/plots/$name.svg" || fail "$name.gp draws something else"
    done
    [ "$(find "$SOURCES/bench/plots" -name '*.gp' ! -name style.gp | wc -l)" = \
        "$(find "$SOURCES/tests/plots" -name '*.svg' | wc -l)" ] || fail "a script without a picture"
}

plots_in_korean() {
    need gnuplot
    local virtlab
    run
    [ -n "$(fc-list :lang=ko 2>/dev/null)" ] || skip gnuplot "there is no font with Korean letters"
    expect_status 0 virtlab plot --lang ko run
    [ ! -s err ] || fail "$(cat err)"
    expect_match run/plots/escape.svg '컨테이너'
    expect_match run/plots/startup.svg '실행의 비율'
    # Figures are English in every locale, unless they are asked for otherwise.
    LC_ALL=ko_KR.UTF-8 expect_status 0 virtlab plot run
    expect_no_match run/plots/escape.svg '컨테이너'
    expect_status 125 virtlab plot --lang xx run
    # Without a font, in English, and it says so.
    mkdir fonts
    printf '#!/bin/sh\nexit 0\n' >fonts/fc-list
    chmod 755 fonts/fc-list
    virtlab=$(command -v virtlab)
    PATH=$PWD/fonts:$PATH expect_status 0 "$virtlab" plot --lang ko run
    expect_one_line err 'apt-get install fontconfig fonts-nanum'
    expect_no_match run/plots/escape.svg '컨테이너'
    is_svg run/plots/escape.svg
}

without_gnuplot() {
    run
    local virtlab
    virtlab=$(command -v virtlab)
    mkdir bin
    PATH=$PWD/bin expect_status 0 "$virtlab" plot run
    /usr/bin/grep -q 'gnuplot is not installed.*apt-get install gnuplot-nox' err
    /usr/bin/grep -q '^  container ' out
    [ -s run/plots/startup.dat ] && [ ! -e run/plots/startup.svg ]
    PATH=$PWD/bin expect_status 0 "$virtlab" report run
    /usr/bin/grep -q 'gnuplot is not installed' err
    /usr/bin/grep -q 'gnuplot is not installed' run/report.html
    /usr/bin/grep -q '<pre>start to first output' run/report.html
}

# fake_gnuplot TEXT: what the shell does in gnuplot's place.
fake_gnuplot() {
    mkdir -p bin
    printf '#!/bin/sh\n%s\n' "$1" >bin/gnuplot
    chmod 755 bin bin/gnuplot
    export PATH=$PWD/bin:$PATH
}

gnuplot_fails() {
    run
    fake_gnuplot 'echo half a picture; exit 3'
    expect_status 0 virtlab plot run
    expect_one_line err 'gnuplot failed'
    expect_match out '^  container '
    [ ! -e run/plots/startup.svg ]
    fake_gnuplot 'exit 0'
    expect_status 0 virtlab plot run
    expect_one_line err 'gnuplot drew nothing'
}

gnuplot_gets_nothing_of_ours() {
    run
    fake_gnuplot 'env | sort; echo "args $*"; ls -l /proc/self/fd | wc -l'
    SECRET=x GNUPLOT_LIB=/tmp expect_status 0 virtlab plot run
    expect_match run/plots/startup.svg '^args -d -c /.*/startup.gp /dev/stdin -.svg time from start'
    expect_match run/plots/startup.svg '^HOME=/nonexistent$'
    expect_no_match run/plots/startup.svg 'SECRET|GNUPLOT_LIB'
}

report() {
    need gnuplot
    run
    expect_status 0 virtlab report run
    [ "$(grep -c '<svg' run/report.html)" = 5 ]
    expect_match run/report.html "default-src 'none'"
    expect_no_match run/report.html '<script|src=|href="?http|@import|url\(http'
    # Names are unique in a page, though gnuplot gives every picture the same.
    grep -Eo " id=[\"'][^\"']*[\"']" run/report.html | sort | uniq -d >twice
    [ ! -s twice ] || fail "$(cat twice)"
    expect_match run/summary.md '^\| start to exit \|'
    expect_match run/summary.md '^\| see processes \| allowed \|'
    # What is said, what others measured, and what it was measured on, in both.
    expect_match run/report.html 'a container starts at once'
    expect_match run/report.html 'start-up: a container starts at once'
    expect_match run/report.html 'Agache et al. NSDI 2020'
    expect_match run/summary.md '^\| C18 \| a container starts at once'
    expect_match run/summary.md 'Agache et al. NSDI 2020'
    expect_match run/summary.md '^## The machine$'
    # The contents lead to each part, and what is long is folded.
    [ "$(grep -c '<h2 id=' run/report.html)" = "$(grep -c '<a href="#part' run/report.html)" ]
    expect_match run/report.html '<a href="#part1">What it costs</a>'
    expect_match run/report.html '<h2 id="part1">What it costs</h2>'
    [ "$(grep -c '^<details>' run/report.html)" = "$(grep -c '^</details>' run/report.html)" ]
    expect_match run/summary.md '^!\[startup\]\(plots/startup.svg\)$'
}

report_belongs_to_the_folders_owner() {
    need root
    run
    chown -R 65534:65534 run
    expect_status 0 virtlab report run
    [ "$(find run ! -user 65534 | wc -l)" = 0 ] || fail "$(find run ! -user 65534)"
}

hostile_folder() {
    need gnuplot
    run
    cat >>run/samples.jsonl <<'END'
{"schema":1,"run":"20260102T030405Z-compare","experiment":"startup","params":{"mode":"single"},"platform":"<img src=x>`touch hit`\"; system 'touch hit'","workload":"hello","block":1,"order":0,"seed":7,"t0_ns":1,"status":"ok","reason":"","exit":0,"metrics":{"first_output_ns":1000000}}
{"schema":1,"run":"20260102T030405Z-compare","experiment":"startup","params":{"mode":"single"},"platform":"|touch hit","workload":"$(touch hit)","block":1,"order":0,"seed":7,"t0_ns":1,"status":"ok","reason":"","exit":0,"metrics":{"first_output_ns":1000000}}
no JSON
END
    printf '{"schema":1,"run":"2026' >>run/samples.jsonl
    expect_status 0 virtlab report run
    expect_status 0 virtlab show run
    expect_match out 'line [0-9]+ is left out'
    expect_match out 'the last line is torn'
    expect_status 0 virtlab show --csv run
    expect_match err '^virtlab show: samples.jsonl: line [0-9]+ is left out'
    expect_no_match run/report.html '<img'
    expect_no_match run/summary.md '<img'
    [ -z "$(find . -name hit)" ]
}

wrong_use() {
    local name
    for name in show plot report; do
        expect_status 125 virtlab $name no-such-folder
        expect_one_line err 'no-such-folder.*No such file'
        expect_status 125 virtlab $name
        expect_one_line err "results/latest, which 'virtlab compare'"
        expect_status 125 virtlab $name a b
        expect_one_line err 'one folder is enough'
        expect_status 125 virtlab $name --no-such-option
        expect_one_line err 'unknown'
    done
    mkdir empty
    : >empty/samples.jsonl
    expect_status 125 virtlab show empty
    expect_one_line err 'empty: its run has only begun'
}

full_output() {
    run
    status=0
    virtlab show run >/dev/full 2>err || status=$?
    [ $status = 125 ]
    expect_one_line err 'standard output'
}

fuzz() {
    mkdir corpus
    run
    head -n 20 run/samples.jsonl >corpus/start
    "$BUILD/tests/fuzz/fuzz_results" -seed=1 -runs=3000 -max_total_time=20 -max_len=8000 \
        -artifact_prefix="$PWD/" corpus >log 2>&1 || { tail -n 30 log; exit 1; }
}

it "prints the same table from the samples at any time" table_again
it "takes results/latest when no folder is named" default_folder
it "prints JSON, CSV, Markdown and HTML" for_programs
it "draws plots as SVG and PNG" plots
it "draws plots for slides with larger letters and fewer rows" plots_for_slides
it "has plot scripts that run by hand" scripts_by_hand
it "draws from fixed data what it drew before" scripts_draw_what_they_drew
it "labels plots in Korean where that is asked for" plots_in_korean
it "says what is missing without gnuplot, and plots as text" without_gnuplot
it "survives a gnuplot that fails" gnuplot_fails
it "gives gnuplot none of its environment and files" gnuplot_gets_nothing_of_ours
it "writes a report that needs no other file" report
it "gives what it writes to the owner of the folder" report_belongs_to_the_folders_owner
it "takes a hostile folder as text" hostile_folder
it "refuses wrong use in one line" wrong_use
it "says when standard output is full" full_output
# The target has sanitizers of its own: in the sanitized build there is none.
if [ "$(basename "$BUILD")" != asan ]; then
    it "finds nothing wrong with the reader of results" fuzz
fi
finish
