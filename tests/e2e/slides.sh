#!/bin/bash
# SPDX-License-Identifier: MIT
# The slides are true, and can be shown: their commands run, their files and claims exist, the two
# languages are in step; each slide fits on its page in a browser, which loads nothing.
. "$(dirname "$0")/../lib.sh"
slides=$SOURCE/slides

# What two languages of a deck have in common, line by line: slides, pictures, commands, what is filled
# in, rows of tables, notes; the rest is words.
skeleton() {
    awk '
        /^```/ { code = !code; print; next }
        code { print; next }
        /^## / { print "## "; next }
        /^:::/ { print; next }
        /^\|/ { print "|" gsub(/\|/, "|") }
        /^[-0-9]+[.]? / { print "item" }
        {
            line = $0
            while (match(line, /[{][{][^}]*[}][}]|\]\([^)]*\)/)) {
                print substr(line, RSTART, RLENGTH)
                line = substr(line, RSTART + RLENGTH)
            }
        }' "$1"
}

languages_are_in_step() {
    skeleton "$slides/$1.md" >en
    skeleton "$slides/$1.ko.md" >ko
    diff en ko || fail "$1.md and $1.ko.md are not in step"
    [ "$(grep -c '^## ' en)" -ge 14 ]
}

# Learning goals, speaker notes on every slide, a demonstration with its recording, a quiz, claims.
lecture_is_complete() {
    local deck=$slides/$1.md
    awk '/^## / { slides++ } /^::: notes/ { notes++ } END { exit !(slides == notes && slides >= 14) }' "$deck" ||
        fail "not every slide has notes"
    grep -q '^```{.console demo=' "$deck"
    sed -n 's/^```{.console demo=\([a-z-]*\)}$/{{recorded \1}}/p' "$deck" | while read -r line; do
        grep -qF "$line" "$deck" || fail "no recording: $line"
    done
    grep -q '^{{claim C' "$deck"
    grep -q '^## Quiz' "$deck"
    grep -q '^## After this lecture you can' "$deck"
}

# Each file of the project that a slide names is there.
files_exist() {
    local name count=0
    while read -r name; do
        count=$((count + 1))
        [ -e "$SOURCE/$name" ] || echo "$name"
    done < <(grep -ohE '`(docs|bench|labs|minivmm|minicontainer|common|slides|tests)/[A-Za-z0-9_./-]*`' \
        "$slides"/[0-9]*.md | tr -d '`' | sort -u) >missing
    [ ! -s missing ] || fail "$(cat missing)"
    [ "$count" -ge 3 ]
}

# The N-th console block of a deck: the lines that a person types.
block() {
    awk -v wanted="$1" '/^```[{]\.console/ { inside = ++count == wanted; next } /^```/ { inside = 0 } inside' "$2"
}

commands_run() {
    block "$1" "$2" | sed 's/^\$ //' >commands
    if grep -q minivmm commands; then need kvm; fi
    cp -R "$SOURCE/docs" "$SOURCE/slides" .
    bash -euo pipefail commands
}

# A recording has the commands of its slide, in their order, and something that they printed.
recordings_are_of_the_slides() {
    local deck name
    for deck in "$slides"/[0-9]*.md; do
        sed -n 's/^```{.console demo=\([a-z-]*\)}$/\1/p' "$deck" | while read -r name; do
            sed -n "/^\`\`\`{.console demo=$name}\$/,/^\`\`\`\$/p" "$deck" | sed '1d;$d' >typed
            grep -xF -f typed "$slides/recorded/$name.txt" >began
            expect_same typed began
            [ "$(wc -l <"$slides/recorded/$name.txt")" -gt "$(wc -l <typed)" ] || fail "$name: nothing was printed"
        done
    done
}

no_figure_is_typed() {
    ! grep -nE '(^|[ |(])[0-9]+([.][0-9]+)? ?(ns|µs|ms|MiB|KiB)([ |.,;)]|$)' "$slides"/[0-9]*.md |
        grep -vE '<!-- as asked -->|quiz|“' >typed || [ ! -s typed ] || fail "$(cat typed)"
}

# Everything below is of the decks as they are made here.
make_slides() {
    command -v pandoc >/dev/null || skip slides "no pandoc"
    # What is tested is not built here: it may have been built in another way (the sanitizers).
    [ "$BUILD/slides/data/en.made" -nt "$BUILD/bin/virtlab" ] || rm -f "$BUILD"/slides/data/*.made
    (cd "$SOURCE" && make -s BUILD="$BUILD" SLIDES_VIRTLAB= slides-made CHROMIUM="${CHROMIUM:-chromium}") >made 2>&1 ||
        fail "$(tail -n 20 made)"
}

filled_in() {
    make_slides
    local deck
    for deck in "$slides"/[0-9]*.md; do
        ! grep -n '{{' "$BUILD/slides/$(basename "$deck")" || fail "not filled in"
    done
    # A placeholder that is not understood ends the making.
    printf 'a,b\n' >x.csv
    echo '{{value nonsense}}' >x.md
    if awk -f "$slides/fill.awk" x.csv x.md 2>err; then fail "nonsense was understood"; fi
    grep -q 'x.md:1: not understood' err
    # Nothing of a results folder becomes Markdown but numbers and the words of verdicts.
    head -n 1 "$BUILD/slides/data/en/1-show.csv" >y.csv
    echo '"startup","hello","","first_output_ns","vm","ok",1,![x](/etc/passwd),,,,' >>y.csv
    echo '"escape","see","uid=0",,"vm","ok",1,,,,,,,,,,,,,,,,,,,,,,,,,,"![x](/etc/passwd)",""' >>y.csv
    echo '{{value startup/hello first_output_ns vm}} {{verdict see 0 vm}} {{count allowed 0 vm}}' >y.md
    awk -f "$slides/fill.awk" y.csv y.md >filled
    expect_one_line filled '^0.* not measured 0$'
    mv y.csv y-show.csv
    echo "A ![x](/etc/passwd) <b>{{CPU}}" >y-host.txt
    echo "{{host startup}}" >y.md
    awk -f "$slides/fill.awk" y-show.csv y.md >filled
    expect_one_line filled "^A x\(etcpasswd\) bCPU$"
}

chromium_says() {
    mkdir -p profile
    HOME=$PWD/profile timeout 120 chromium --headless --disable-gpu --no-sandbox --user-data-dir="$PWD/profile" \
        --enable-logging=stderr --virtual-time-budget=5000 "$@" 2>said
}

# fits DECK: each slide fits at 16:9 and at 4:3, and nothing is asked of a network.
fits() {
    command -v chromium >/dev/null || skip slides "no chromium"
    make_slides
    awk 'FNR == NR { script = script $0 "\n"; next }
        /<\/body>/ { printf "<script>%s</script>\n", script }
        { print }' "$SOURCE/tests/slides/check.js" "$BUILD/slides/$1.html" >deck.html
    ! grep -oE '(src|href)="?(https?:|//|file:)[^ >]*' deck.html || fail "asks for something"
    chromium_says --window-size=1400,1000 --dump-dom "file://$PWD/deck.html" >dom
    grep -E '^(WRONG|CHECKED)' dom >checked || fail "no word of the check: $(tail -n 5 said)"
    ! grep -q '^WRONG' checked || fail "$(cat checked)"
    ! grep -a 'CONSOLE' said || fail "the console said something"
    grep -qE "^CHECKED $(($(grep -c '^## ' "$slides/$1.md") + 1)) slides" checked || fail "$(cat checked)"
}

# A slide that does not fit is found: the check can fail.
check_can_fail() {
    command -v chromium >/dev/null || skip slides "no chromium"
    make_slides
    sed 's#</h2>#</h2><div style="height:900px;width:2000px">x</div><img src="data:image/png;base64,AAAA" alt="a">#' \
        "$BUILD/slides/4-isolation.html" >broken.html
    awk 'FNR == NR { script = script $0 "\n"; next }
        /<\/body>/ { printf "<script>%s;fetch(\"http://127.0.0.1:9/\").catch(() => 0)</script>\n", script }
        { print }' "$SOURCE/tests/slides/check.js" broken.html >deck.html
    chromium_says --window-size=1280,720 --dump-dom "file://$PWD/deck.html" >dom
    grep -q '^WRONG 2 at 1280: too high' dom
    grep -q '^WRONG 2 at 960: too high' dom
    grep -q '^WRONG 2 at 1280: too wide' dom
    grep -q '^WRONG 2 at 960: too wide' dom
    grep -q '^WRONG 2 at 1280: image does not load' dom
    grep -q '^WRONG 2 at 960: image does not load' dom
    grep -q '^WRONG 0: forbidden' dom
}

pdf_has_every_slide() {
    { command -v chromium && command -v pdfinfo; } >/dev/null || skip slides "no chromium or pdfinfo"
    make_slides
    pdfinfo "$BUILD/slides/$1.pdf" >info
    grep -qE "^Pages: +$(($(grep -c '^## ' "$slides/$1.md") + 1))$" info || fail "$(cat info)"
}

# One at a time: they are made in the build folder.
for deck in "$slides"/[0-9]*.md; do
    deck=$(basename "$deck" .md)
    case $deck in
    *.ko) it "$deck is in step with the English deck" languages_are_in_step "${deck%.ko}" ;;
    *)
        it "$deck has goals, notes, a demonstration, a quiz, claims" lecture_is_complete "$deck"
        blocks=$(grep -c '^```{.console' "$slides/$deck.md")
        for ((n = 1; n <= blocks; n++)); do
            it "$deck, commands $n: $(block $n "$slides/$deck.md" | head -n 1)" commands_run $n "$slides/$deck.md"
        done
        ;;
    esac
done
it "every file that a slide names exists" files_exist
it "recordings are of the commands on the slides" recordings_are_of_the_slides
it "no measured figure is typed into a slide" no_figure_is_typed
it "all placeholders are filled in, and nonsense is refused" filled_in
it "the check of a slide can fail" check_can_fail
for deck in "$slides"/[0-9]*.md; do
    deck=$(basename "$deck" .md)
    it "$deck fits at 16:9 and 4:3, loads nothing" fits "$deck"
    it "$deck has every slide in its PDF" pdf_has_every_slide "$deck"
done
finish
