#!/bin/bash
# SPDX-License-Identifier: MIT
# `make dist`: the archive of a version holds what is committed, and can be built where there is no git.
. "$(dirname "$0")/../lib.sh"

has_history() {
    git -C "$SOURCE" rev-parse --git-dir >/dev/null 2>&1 || skip user "this is no clone"
}

make_archive() {
    has_history
    make -C "$SOURCE" --no-print-directory BUILD="$PWD/made" dist >out 2>err || fail "$(cat err)"
    archive=$(tail -n 1 out)
    name=$(basename "$archive" .tar.gz)
}

holds_what_is_committed() {
    make_archive
    # Its version is what the commands say.
    [ "$name" = "$(virtlab --version | tr ' ' -)" ] || fail "the archive is called $name"
    tar -tf "$archive" | sed "s#^$name/##" | grep -v '/$' | grep . | sort >held
    git -C "$SOURCE" ls-tree -r --name-only HEAD | LC_ALL=C.UTF-8 sort | diff held -
    # The same commit, the same bytes.
    cp "$archive" first
    make_archive
    expect_same first "$archive"
}

can_be_built() {
    make_archive
    tar -xf "$archive"
    # No clone around it, whatever this folder lies in.
    GIT_CEILING_DIRECTORIES=$PWD make -C "$name" --no-print-directory build/bin/minicontainer >out 2>&1 || fail "$(cat out)"
    "$name/build/bin/minicontainer" --version >out
    expect_match out "${name#virtlab-}"
}

needs_to_know_its_changes() {
    has_history
    expect_status 125 "$SOURCE/docs/dist.sh" 99.9 "$PWD/archive"
    expect_one_line err 'CHANGELOG'
    [ ! -e archive ]
}

it "holds what is committed, and is the same each time" holds_what_is_committed
it "can be built without git" can_be_built
it "is refused for a version without a row in the list of changes" needs_to_know_its_changes
finish
