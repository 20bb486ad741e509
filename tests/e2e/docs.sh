#!/bin/bash
# SPDX-License-Identifier: MIT
# The documents are true: what stands in them as a command works (blocks.sh), links lead somewhere, both
# languages keep step, the map of the house and the licences are right.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/blocks.sh
. "$SOURCE/tests/blocks.sh"

# What a line of commands starts with.
commands='(\$ )?(sudo |(build/)?bin/)*(virtlab|minivmm|minicontainer|make|git|apt-get|tests/[a-z_-]+(\.sh)?)( |$)'

documents() {
    (cd "$SOURCE" && find CONTRIBUTING.md CHANGELOG.md docs -maxdepth 1 -name "*.md" ! -name "*.ko.md" | sort)
}

# Each block with commands is run, or says why not.
blocks_run_or_say_why_not() {
    local file
    for file in $(documents) README.md README.ko.md $(cd "$SOURCE" && ls docs/*.ko.md); do
        [ -f "$SOURCE/$file" ] || continue
        awk -v file="$file" -v commands="^$commands" '
            /^<!-- not run: .+ -->$/ { excused = 1; next }
            /^```/ && !fence { fence = 1; first = NR; run = $0 == "```sh"; named = 0; next }
            /^```/ { if (named && !run && !excused) print file ":" first ": not run, and does not say why: " named
                     fence = excused = 0; next }
            fence && !named && $0 ~ commands { named = $0 }
            !fence && NF { excused = 0 }
            !fence && /^    / && substr($0, 5) ~ commands { print file ":" NR ": commands want a fence" }' "$SOURCE/$file"
    done >wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
}

# Rows "| `PACKAGE` | licence | use | words |" of docs/licences.md, held against what is installed.
licence_words() {
    sed -nE 's/^\| `([a-z0-9.+-]+)` \| [^|]* \| [^|]* \| ([^|]+) \|$/\1\t\2/p' "$SOURCE/docs/licences.md"
}

every_package_has_a_licence() {
    local package words checked=0
    awk '!/^#/ && NF { print $2 }' "$SOURCE/packages.apt" | sort -u >packages
    licence_words | cut -f 1 | sort >rows
    comm -23 packages rows | sed 's/^/no row in docs\/licences.md: /' >wrong
    while IFS=$'\t' read -r package words; do
        [ -e "/usr/share/doc/$package/copyright" ] || continue
        checked=$((checked + 1))
        # Without the lines' ends, which may stand in the middle.
        tr -s '\n ' ' ' <"/usr/share/doc/$package/copyright" | grep -qiF -- "$words" ||
            echo "$package: its copyright file does not say '$words'"
    done < <(licence_words) >>wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
    [ "$checked" -ge 10 ]
}

everything_linked_has_a_licence() {
    local file
    for file in "$BUILD"/bin/* "$BUILD"/libexec/virtlab/{virtlab-*,minivmm-network}; do
        readelf -d "$file" 2>/dev/null | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'
    done | sort -u >linked
    # The sanitizers' own, in a build for tests.
    grep -vE '^lib(a|ub)san' linked | while read -r file; do
        grep -q "^|.*\`$file\`" "$SOURCE/docs/licences.md" || echo "no row in docs/licences.md: $file"
    done >wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
    grep -q '^libjansson' linked
}

# docs/adding.md's workload compiles and speaks.
the_workload_works() {
    awk '/^```c$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$SOURCE/docs/adding.md" >divide.c
    musl-gcc -std=gnu17 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -I"$SOURCE" -static -o divide divide.c
    printf 'go 1000\n' | ./divide >out
    expect_match out '^ready$'
    expect_match out '^done 1000 [0-9a-f]+$'
}

# outline FILE: what two languages have in common: the levels of headings, and the blocks with commands.
outline() {
    awk -v commands="^$commands" '
        /^```/ { fence = !fence; if (fence) { body = ""; told = $0 == "```sh" } else if (told) print body; next }
        fence { body = body $0 "\n"; if ($0 ~ commands) told = 1; next }
        /^#+ / { print $1 }' "$1"
}

languages_keep_step() {
    local korean english pairs=0
    while read -r korean; do
        english=${korean%.ko.md}.md
        pairs=$((pairs + 1))
        outline "$SOURCE/$english" >a
        outline "$SOURCE/$korean" >b
        diff a b || echo "$korean is another document than $english"
        # Korean is Korean: more of its letters than of others, outside of blocks, links and code.
        sed '/^```/,/^```/d; s/`[^`]*`//g; s/([^)]*)//g' "$SOURCE/$korean" | LC_ALL=C.UTF-8 grep -qP '\p{Hangul}' ||
            echo "$korean is not in Korean"
    done < <(cd "$SOURCE" && ls README.ko.md docs/*.ko.md) >wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
    [ "$pairs" -ge 2 ]
}

# anchors FILE: what its headings are called in a link, as GitHub makes them.
anchors() {
    awk '/^```/ { fence = !fence } !fence && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$1" |
        LC_ALL=C.UTF-8 sed "s/[^[:alnum:] _-]//g; s/ /-/g"
}

# Links within a document or into another: the file is there, and so is the heading.
links_lead_to_headings() {
    local file link target anchor
    for file in README.md README.ko.md CONTRIBUTING.md CHANGELOG.md $(cd "$SOURCE" && ls docs/*.md labs/*/*.md); do
        # Not what stands in fences and code.
        awk '/^```/ { fence = !fence } !fence' "$SOURCE/$file" | sed 's/`[^`]*`//g' |
            grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//' | grep -vE '^(https?|mailto):' |
            while read -r link; do
                target=${link%%#*} anchor=
                [ "$target" = "$link" ] || anchor=${link#*#}
                target=$SOURCE/$(dirname "$file")/${target:-$(basename "$file")}
                if [ ! -e "$target" ]; then
                    echo "$file: there is no $link"
                elif [ -n "$anchor" ] && ! anchors "$target" | grep -qxF -- "$anchor"; then
                    echo "$file: no heading for $link"
                fi
            done
    done >wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
}

# Every document is named in the README; every lab in the teacher's guide.
everything_can_be_found() {
    local file
    for file in $(cd "$SOURCE" && ls docs/*.md); do
        grep -qF "($file)" "$SOURCE"/README.md || grep -qF "($file)" "$SOURCE"/README.ko.md ||
            echo "no README names $file"
    done >wrong
    for file in "$SOURCE"/labs/[0-9][0-9]-*/; do
        file=$(basename "$file")
        grep -qE "labs?( [0-9]+,?)*( and)? ${file%%-*}" "$SOURCE/docs/teaching.md" ||
            echo "docs/teaching.md does not teach lab $file"
    done >>wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
}

it "documents in two languages have the same headings and commands" languages_keep_step
it "every link leads to a file, and to a heading" links_lead_to_headings
it "every document and every lab can be found" everything_can_be_found
# The map of docs/design.md has every room, and no include leads up in it.
map_is_true() {
    awk '/^  what is seen/ { inside = 1 } /^```$/ { inside = 0 } inside' "$SOURCE/docs/design.md" >map
    # ROOM LINE: the lower, the higher the number.
    grep -noE '\b(tui|bench|labs|common|minivmm|minicontainer)(/[a-z]+)?\b' map | awk -F: '{ print $2, $1 }' | sort >drawn
    cd "$SOURCE"
    find . -path ./build -prune -o -path ./tests -prune -o -path './labs/[0-9]*' -prune -o -path './.*' -prune -o \
        -name '*.[ch]' -printf '%P\n' | sed 's#/[^/]*$##' | sort -u >"$OLDPWD/rooms"
    # shellcheck disable=SC2046 # names of folders
    grep -rE '^ *# *include "[a-z/]+/[a-z0-9_.]+h"' --include='*.[ch]' $(cut -d / -f 1 "$OLDPWD/rooms" | sort -u) |
        sed -E 's#^(.*)/[^/]*: *\# *include "(.*)/[^/]*".*#\1 \2#' | grep -v '^labs/[0-9]' | sort -u >"$OLDPWD/edges"
    cd "$OLDPWD"
    [ "$(wc -l <edges)" -ge 50 ]
    cut -d ' ' -f 1 drawn | diff - rooms || fail "the map has other rooms than the tree"
    awk 'NR == FNR { line[$1] = $2; next }
         $1 != $2 && !($1 ~ /^minivmm/ && $2 ~ /^minivmm/) && line[$2] <= line[$1] { print $1 " includes from " $2 }' \
        drawn edges >wrong
    [ ! -s wrong ] || fail "the map has these upside down: $(cat wrong)"
}

# make docs: every document as a page, in which every link leads to a file and to a heading. The manual
# pages are man.sh's.
pages_lead_to_each_other() {
    command -v pandoc >/dev/null || skip slides "no pandoc"
    (cd "$SOURCE" && make -s BUILD="$BUILD" DOCS="$OLDPWD/pages" MAN_PAGES= docs-made) >made 2>&1 || fail "$(tail -n 20 made)"
    (cd "$SOURCE" && ls ./*.md docs/*.md labs/*/README*.md) | sed 's#^\./##; s/\.md$/.html/' >wanted
    [ "$(wc -l <wanted)" -ge 20 ]
    local page link target anchor
    while read -r page; do
        grep -q '<h1' "pages/$page" || { echo "$page is empty"; continue; }
        grep -oE ' (href|src)="[^"]+"' "pages/$page" | sed 's/^[^"]*"//; s/"$//' | grep -vE '^(https?|mailto|data):' |
            while read -r link; do
                target=${link%%#*} anchor=
                [ "$target" = "$link" ] || anchor=${link#*#}
                target=pages/$(dirname "$page")/${target:-$(basename "$page")}
                if [ ! -e "$target" ]; then
                    echo "$page: there is no $link"
                elif [ -n "$anchor" ] && ! grep -qF " id=\"$anchor\"" "$target"; then
                    echo "$page: no heading for $link"
                fi
            done
    done <wanted >wrong
    [ ! -s wrong ] || fail "$(cat wrong)"
}
it "the pages of make docs lead to each other" pages_lead_to_each_other
it "the map of the house is true" map_is_true
it "every block with commands is run, or says why not" blocks_run_or_say_why_not
it "every package has its licence in docs/licences.md" every_package_has_a_licence
it "so has every library that is linked" everything_linked_has_a_licence
it "the workload of docs/adding.md works" the_workload_works
# The teacher's guide has a file of its own: teaching.sh.
for file in $(documents | grep -vx docs/teaching.md); do
    run_document "$file"
done
finish
