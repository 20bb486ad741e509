# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Commands in documents, as tests. A fenced block marked `sh` is a test; the blocks of one document run one
# after the other, each in a shell of its own, all in one folder that is empty at first, and a `cd` holds
# until the document's end. Before a block may stand `<!-- needs: TIER... -->`. A block that holds commands and
# is not `sh` has to say `<!-- not run: REASON -->` before it. The README has a test of its own (readme.sh).

export XDG_STATE_HOME=${scratch:?source tests/lib.sh first}/state

# block N FILE: what its first line in the list needs, then the N-th sh block of FILE.
block() {
    awk -v wanted="$1" '
        /^<!-- needs: .* -->$/ { needs = $0; gsub(/^<!-- needs: | -->$/, "", needs); next }
        /^```sh$/ { inside = ++count == wanted; if (inside) print needs; next }
        /^```/ { inside = 0 }
        inside
        { if (!inside && NF) needs = "" }' "$2"
}

run_block() {
    local file=$1 n=$2 tiers teacher
    block "$n" "$SOURCE/$file" >commands
    read -r tiers <commands || :
    # shellcheck disable=SC2086 # a list of words
    need $tiers
    # The folder is the document's, which outlives this test's.
    local home=$scratch/document
    mkdir -p "$home"
    [ -s "$home.cwd" ] || echo "$home" >"$home.cwd"
    {
        echo "cd '$(cat "$home.cwd")'"
        # As written, the commands may be in build/bin. A handout has no hidden tests to be named.
        if [ -d "$BUILD/teacher" ]; then teacher="--teacher $BUILD/teacher"; else teacher=; fi
        sed "1d; s#build/bin/##g; s#--teacher build/teacher#$teacher#" commands
        echo "pwd >'$home.cwd'"
    } >script
    bash -euo pipefail script
}

# run_document FILE: each of its blocks.
run_document() {
    local file=$1 n blocks lock
    rm -rf "$scratch/document" "$scratch/document.cwd"
    blocks=$(grep -c '^```sh$' "$SOURCE/$file")
    for ((n = 1; n <= blocks; n++)); do
        # Tenants are looked for by their names, so their tests take turns.
        lock=()
        ! block $n "$SOURCE/$file" | grep -qE "bench (all|density|faults)" || lock=(alone tenants)
        it "$file block $n works: $(block $n "$SOURCE/$file" | sed -n '2p')" "${lock[@]}" run_block "$file" $n
    done
}
