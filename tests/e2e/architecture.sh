#!/bin/bash
# SPDX-License-Identifier: MIT
# The rooms of docs/design.md, held against what the files include.
. "$(dirname "$0")/../lib.sh"

# only_includes ROOM FOLDERS: no file of ROOM includes a project header from elsewhere.
only_includes() {
    local room=$1 allowed=$2
    grep -rnE '^ *# *include "' "$SOURCE/$room" --include='*.[ch]' |
        grep -vE "include \"(($allowed)/[a-z0-9_.]*|[a-z0-9_]+\.(h|inc))\"" >wrong || true
    [ ! -s wrong ] || fail "$(cat wrong)"
    # The pattern finds includes at all: a room without any would prove nothing.
    grep -rqE '^ *# *include "' "$SOURCE/$room" --include='*.[ch]'
}

spdx_everywhere() {
    local file
    cd "$SOURCE"
    find . \( -path ./build -o -path ./.git -o -path ./results \) -prune -o \
        \( -name '*.[ch]' -o -name '*.sh' -o -name Makefile \) -print | while read -r file; do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
    done >"$OLDPWD/missing"
    [ ! -s "$OLDPWD/missing" ] || fail "no SPDX line: $(cat "$OLDPWD/missing")"
}

one_room_of_curses() {
    grep -rlE '^ *# *include <(ncursesw?/)?(n?curses|panel|term)[.]h>' "$SOURCE" --include='*.[ch]' >found
    grep -v "^$SOURCE/tui/screen/" found && fail "curses outside of tui/screen"
    [ -s found ]
}

it "common includes only itself" only_includes common common
it "minivmm includes only itself and common" only_includes minivmm "minivmm(/[a-z]+)?|common"
it "minivmm's devices include no guest system" only_includes minivmm/devices \
    "minivmm(/devices)?|common"
it "minivmm's network includes no guest system" only_includes minivmm/network \
    "minivmm/(network|devices)|common"
it "minicontainer includes only itself and common" only_includes minicontainer "minicontainer|common"
it "bench includes neither box" only_includes bench "bench(/[a-z]+)?|common"
bench_floor() { it "bench/$1 includes only lower floors" only_includes "bench/$1" "bench/($1${2:+|$2})|common"; }
bench_floor process ""
bench_floor results "process"
bench_floor analysis "results"
bench_floor tables "analysis|results"
bench_floor folders "tables|analysis|results"
bench_floor harness "analysis|results|process"
bench_floor experiments "harness|analysis|results|process|probes"
bench_floor claims "experiments|tables|analysis|results"
bench_floor report "claims|tables|analysis|results|process"
bench_floor doctor "results|process"
# measuring never happens in the process that draws: neither harness nor experiments.
tui_floor() { it "tui${1:+/}$1 includes only lower floors" only_includes "tui/$1" "$2|common"; }
tui_floor model "tui/model|labs|bench/(results|analysis|tables|claims)"
tui_floor layout "tui/(layout|model)"
tui_floor screen "tui/(screen|layout)"
tui_floor "" "tui(/[a-z]+)?|labs|bench/(results|analysis|tables|claims)"
it "labs includes only lower floors" only_includes labs "labs|bench/(process|results|analysis)|common"
it "only tui/screen knows ncurses" one_room_of_curses
it "every source file names its licence" spdx_everywhere
finish
