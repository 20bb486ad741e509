# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The dispatcher: virtlab NAME …
. tests/lib.sh

lists_its_commands() {
    virtlab --help >out
    expect_match out '^  doctor +Say what this machine can do'
    virtlab help >again
    expect_same out again
    # Every command in libexec is listed, with a purpose, but for the one that only peers.conf calls.
    local command
    for command in "$BUILD"/libexec/virtlab/virtlab-*; do
        [ "${command##*/virtlab-}" = bundle ] ||
            expect_match out "^  ${command##*/virtlab-} +[^ ]"
    done
    ! grep -q bundle out || fail "a helper command is listed"
    awk 'length($0) > 80 { print; wide = 1 } END { exit wide }' out
}

hands_words_on() {
    virtlab doctor --help >out
    expect_match out '^Usage: virtlab doctor'
    virtlab help doctor >again
    expect_same out again
}

# Wide letters count as two.
is_80_columns_wide() {
    local width
    width=$(wc -L <"$1")
    [ "$width" -le 80 ] || fail "$2: $width columns: $(grep -E '.{60}' "$1")"
}

helps_in_80_columns() {
    local command name
    for command in "$BUILD"/libexec/virtlab/virtlab-* ''; do
        name=${command##*/virtlab-}
        virtlab ${name:+"$name"} --help >out
        is_80_columns_wide out "virtlab $name"
        LC_ALL=C.UTF-8 LANGUAGE=ko virtlab ${name:+"$name"} --help >out
        is_80_columns_wide out "virtlab $name, in Korean"
    done
    for name in 'minivmm run' 'minivmm boot' 'minivmm probe' minicontainer 'minicontainer run'; do
        # shellcheck disable=SC2086
        $name --help >out
        is_80_columns_wide out "$name"
    done
}

suggests() {
    expect_status 125 virtlab "$1"
    expect_one_line err "did you mean '$2'"
    [ ! -s out ]
}

refuses() {
    expect_status 125 virtlab "$@"
    expect_one_line err '^virtlab: '
    [ ! -s out ]
}

has_a_version() {
    virtlab --version >out
    expect_one_line out '^virtlab [0-9]+\.[0-9]+\.[0-9]+$'
}

lets_no_control_character_through() {
    expect_status 125 virtlab "$(printf 'doc\033[2Jtor')"
    expect_one_line err '\\x1b'
}

notices_a_full_disk() {
    expect_status 125 sh -c 'virtlab --help >/dev/full'
    expect_one_line err 'standard output: No space left'
}

notices_a_closed_output() {
    expect_status 125 sh -c 'virtlab --version >&-'
    expect_one_line err 'standard output: Bad file descriptor'
}

survives_without_any_descriptor() {
    expect_status 125 sh -c 'virtlab --help <&- >&- 2>&-'
}

is_found_through_a_link() {
    ln -s "$BUILD/bin/virtlab" here
    ./here --help >out
    expect_match out '^  doctor '
}

# The parts lie beside the program, wherever that is put.
works_where_it_is_moved() {
    mkdir -p root/bin root/libexec/virtlab
    cp "$BUILD/bin/virtlab" root/bin/
    printf '#!/bin/sh\n[ "$1" = --help ] && printf "Usage: x\\nGreet.\\n\\n" || echo "hello $*"\n' \
        >root/libexec/virtlab/virtlab-greet
    printf '#!/bin/sh\nexec sleep 600\n' >root/libexec/virtlab/virtlab-hang
    printf 'not executable' >root/libexec/virtlab/virtlab-text
    chmod +x root/libexec/virtlab/virtlab-greet root/libexec/virtlab/virtlab-hang
    chmod -R a+rX root
    root/bin/virtlab greet a 'b c' >out
    expect_one_line out '^hello a b c$'
    # A command that does not answer costs two seconds and its purpose, no more.
    root/bin/virtlab --help >out
    expect_match out '^  greet +Greet\.$'
    expect_match out '^  hang$'
    if grep -q '^  text' out; then fail "a file that cannot be executed is listed"; fi
    expect_status 125 root/bin/virtlab doctor
    expect_status 125 root/bin/virtlab text
    expect_one_line err 'Permission denied'
}

speaks_korean() {
    [ -f "$BUILD/share/locale/ko/LC_MESSAGES/virtlab.mo" ] || fail "no Korean translation"
    LC_ALL=ko_KR.UTF-8 virtlab --help >out
    expect_match out '^사용법: virtlab'
    LC_ALL=C LANGUAGE=ko virtlab --help >out
    expect_match out '^Usage: virtlab'
    # The keys of formats for programs are never translated.
    LC_ALL=ko_KR.UTF-8 virtlab doctor --csv >out
    expect_match out '^"area","id","state","detail","mend","reason"'
    LC_ALL=ko_KR.UTF-8 virtlab doctor --json >out
    "$BUILD/tests/tools/jsoncheck" out
    expect_match out '"state": "ok"'
}

it "has help of 80 columns in every command" helps_in_80_columns
it "lists its commands, each with its purpose, in 80 columns" lists_its_commands
it "hands the words behind the name on to the command" hands_words_on
it "suggests the nearest name: a letter left out" suggests docto doctor
it "suggests the nearest name: two letters swapped" suggests dcotor doctor
it "suggests nothing for a name that is far off" refuses xyzzy
it "takes no path for a command" refuses ../bin/virtlab
it "takes no absolute path for a command" refuses /bin/true
it "refuses an empty name" refuses ''
it "refuses an unknown option" refuses --frobnicate
it "asks which command when there is none" refuses
it "has a version" has_a_version
it "lets no control character of a name through to the terminal" lets_no_control_character_through
it "notices that the disk is full" notices_a_full_disk
it "notices that its output is closed" notices_a_closed_output
it "survives without any descriptor" survives_without_any_descriptor
it "is found through a symbolic link" is_found_through_a_link
it "finds its parts where it is moved, and outlives a hanging command" works_where_it_is_moved
it "speaks Korean to people, and English to programs" speaks_korean
finish
