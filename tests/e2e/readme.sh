#!/bin/bash
# SPDX-License-Identifier: MIT
# The README is true: its commands work, its links lead somewhere, its line counts are right.
#
# Each fenced block marked `sh` is a test. Its lines run in one shell, in an empty folder, with the
# commands of this build in PATH. Left out are the lines that fetch and build the project (`git
# clone`, `cd virtlab`, `make ...`): tests/fresh-test.sh runs those.
. "$(dirname "$0")/../lib.sh"

# block N FILE: the N-th sh block of FILE, without what fresh-test runs.
block() {
    awk -v wanted="$1" '
        /^```sh$/ { inside = ++count == wanted; next }
        /^```/ { inside = 0 }
        inside' "$2" | grep -vE '^(git clone|cd virtlab|make)\b' || true
}

run_block() {
    block "$1" "$SOURCE/README.md" >commands
    if grep -q minivmm commands; then need kvm; fi
    # As written, the commands are in build/bin.
    sed -i "s#build/bin/##g" commands
    bash -eu commands
}

links_lead_somewhere() {
    local file target
    for file in README.md CONTRIBUTING.md docs/*.md; do
        file=$SOURCE/${file#"$SOURCE"/}
        [ -f "$file" ] || continue
        grep -oE '\]\([^)#]+' "$file" | sed 's/^](//' | grep -v '^https\?:' |
            while read -r target; do
                [ -e "$(dirname "$file")/$target" ] || echo "$file: $target"
            done
    done >missing
    [ ! -s missing ] || fail "$(cat missing)"
    grep -qE '\]\([^)#]+' "$SOURCE/README.md" # the pattern finds links at all
}

# Rows of the form "| `folder/` | 1234 | ..." state the lines of C in that folder.
line_counts_are_right() {
    local folder stated real rows=0
    while read -r folder stated; do
        rows=$((rows + 1))
        real=$(find "$SOURCE/$folder" -maxdepth 1 -name '*.[ch]' -exec cat {} + | wc -l)
        [ "$stated" = "$real" ] || echo "$folder: README says $stated lines, there are $real"
    done < <(sed -nE 's/^\| `([a-z/]+)\/` \| ([0-9]+) \|.*/\1 \2/p' "$SOURCE/README.md") >wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
    [ "$rows" -ge 3 ]
}

# The table is what virtlab prints of the samples that the README links to.
table_is_real() {
    sed -n '/^<!-- table: begin -->$/,/^<!-- table: end -->$/p' "$SOURCE/README.md" |
        grep -vE '^(<!--|```)' >stated
    virtlab show "$SOURCE/docs/example" >real
    expect_same stated real
}

# Rows of the form "| 123 | `boot/a.c`, `boot/b.h` | ..." in docs/boot.md state the lines of those files,
# header and source together; a tenth more or less is no lie yet. No file is left out.
reading_guide_is_true() {
    local stated files name real rows=0
    while IFS="|" read -r _ stated files _; do
        rows=$((rows + 1)) real=0
        for name in $(tr -d "\`, " <<<"${files//,/ }" | sed "s#\.[ch]# #g"); do
            real=$((real + $(cat "$SOURCE/minivmm/$name".[ch] 2>/dev/null | wc -l)))
        done
        [ $((10 * (real > stated ? real - stated : stated - real))) -le $((real)) ] ||
            echo "$files: $real lines, but docs/boot.md states $stated"
    done < <(grep -E "^\| [0-9]+ \|" "$SOURCE/docs/boot.md") >wrong
    for name in "$SOURCE"/minivmm/*/*.c; do
        name=${name#"$SOURCE/minivmm/"}
        grep -qF "\`$name\`" "$SOURCE/docs/boot.md" || echo "docs/boot.md does not name $name"
    done >>wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
    [ "$rows" -ge 20 ]
}

# A phony target without a rule does nothing, and says so with status 0.
targets_exist() {
    local target
    make -s -C "$SOURCE" help | grep -o '^make [a-z-]*' | while read -r _ target; do
        [ -z "$target" ] || make -n -C "$SOURCE" "$target" 2>&1 | grep "Nothing to be done" || :
    done >wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
}

blocks=$(grep -c '^```sh$' "$SOURCE/README.md")
for ((n = 1; n <= blocks; n++)); do
    first=$(block $n "$SOURCE/README.md" | grep -v '^#' | head -n 1)
    [ -z "$first" ] || it "README block $n works: $first" run_block $n
done
it "every target of make help does something" targets_exist
it "every link in the documents leads somewhere" links_lead_somewhere
it "the README's table is made from its samples" table_is_real
it "the README's line counts are right" line_counts_are_right
it "the reading guide of docs/boot.md is true" reading_guide_is_true
finish
