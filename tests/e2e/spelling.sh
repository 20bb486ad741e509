#!/bin/bash
# SPDX-License-Identifier: MIT
# The spelling of the documents, in both languages. A right word that no dictionary has belongs into
# docs/words.txt, or into docs/words.ko.txt, with a word behind a slash that is inflected in the same way
# (커널/터널).
. "$(dirname "$0")/../lib.sh"

# documents: those of the tree; a handout has not got the teacher's.
documents() {
    (cd "$SOURCE" && find README.md README.ko.md CONTRIBUTING.md CHANGELOG.md docs labs slides -maxdepth 2 -name "*.md" | sort)
}

# prose FILE: without blocks, code, addresses and numbers.
prose() {
    awk '/^```/ { fence = !fence; next } !fence' "$1" | tr '\n' ' ' |
        sed -E 's/`[^`]*`/ /g; s/\]\([^)]*\)/ /g; s/<[^>]*>/ /g; s#(https?:/)?/[A-Za-z0-9_./-]+# #g; s/[A-Za-z_-]*[0-9][A-Za-z0-9_.-]*/ /g; s/--?[a-z-]+/ /g; s/[A-Za-z]+_[A-Za-z_]+/ /g; s/('"'"'|\xe2\x80\x99)s\b//g'
}

# korean_prose FILE: likewise, without what is not Korean, and the particles behind it. Each word is a
# line: hunspell cuts long ones anywhere.
korean_prose() {
    awk '/^```/ { fence = !fence; next } !fence' "$1" | tr '\n' ' ' |
        LC_ALL=C sed -E 's/`[^`]*`[\x80-\xff]*/ /g; s/\]\([^)]*\)[\x80-\xff]*/ /g; s/<[^>]*>/ /g; s/[A-Za-z0-9][]A-Za-z0-9_.%\/)"*-]*[\x80-\xff]*/ /g' |
        tr -s " " "\n"
}

# The dictionary of aspell.
english_is_spelt_right() {
    aspell dicts 2>/dev/null | grep -qx en_GB || skip user "no aspell with en_GB"
    local file
    for file in $(documents | grep -v "\\.ko\\.md\$"); do
        prose "$SOURCE/$file" | aspell --lang=en_GB --encoding=utf-8 --ignore=2 list |
            sort -u | grep -vxFf "$SOURCE/docs/words.txt" | sed "s#^#$file: #" || :
    done >wrong
    [ ! -s wrong ] || fail "no dictionary has these; a right one belongs into docs/words.txt: $(cat wrong)"
    prose "$SOURCE/README.md" | sed 's/container/contaner/' | aspell --lang=en_GB list | grep -q contaner
}

# Hunspell's: it knows what stands behind a word as well, and which particle where.
korean_is_spelt_right() {
    echo 가 | hunspell -i utf-8 -d ko -l >/dev/null 2>&1 || skip user "no hunspell with ko"
    local file
    for file in $(documents | grep "\\.ko\\.md\$"); do
        korean_prose "$SOURCE/$file" | hunspell -i utf-8 -d ko -p "$SOURCE/docs/words.ko.txt" -l | sort -u | sed "s#^#$file: #"
    done >wrong
    [ ! -s wrong ] || fail "no dictionary has these; a right one belongs into docs/words.ko.txt: $(cat wrong)"
    # It finds a wrong letter and a wrong particle, also behind a word of ours.
    echo '컨테이너늘 실행하빈다, 커널를 봅니다.' >slips
    korean_prose slips | hunspell -i utf-8 -d ko -p "$SOURCE/docs/words.ko.txt" -l | tr '\n' ' ' >found
    [ "$(cat found)" = '컨테이너늘 실행하빈다 커널를 ' ] || fail "found: $(cat found)"
}

it "the English documents are spelt right" english_is_spelt_right
it "the Korean documents are spelt right" korean_is_spelt_right
finish
