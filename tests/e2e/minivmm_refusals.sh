#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm run: every file that cannot run gets one clear line and the right status.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
guests=$BUILD/tests/guests
hello=$guests/vmm_nolibc_hello

# refused STATUS PATTERN ARG...: minivmm ARG... ends so, with one line, and prints nothing.
refused() {
    local wanted=$1 pattern=$2
    shift 2
    expect_status "$wanted" minivmm "$@"
    expect_one_line err "^minivmm: .*$pattern"
    [ ! -s out ] || fail "it printed: $(cat out)"
}

bad_files() {
    need kvm
    mkdir folder
    mkfifo fifo
    touch plain
    refused 125 "cannot open 'none'" run --file a=none "$hello"
    refused 125 "'folder' is not a regular file" run --file a=folder "$hello"
    refused 125 "'fifo' is not a regular file" run --file a=fifo "$hello"
    refused 125 "'/proc/self/maps' lies in /proc" run --file a=/proc/self/maps "$hello"
    refused 125 "'/dev/zero' is not a regular file" run --file a=/dev/zero "$hello"
    refused 125 "named twice" run --file a=plain --file /b/../a=plain "$hello"
    refused 125 "'//' is no file name" run --file //=plain "$hello"
    refused 125 "'\.\./\.\.' is no file name" run --file ../..=plain "$hello"
    refused 125 "cannot write the timeline" run --timeline folder "$hello"
    refused 125 "cannot write the timeline" run --timeline none/file "$hello"
    local many=() i
    for ((i = 0; i < 65; i++)); do many+=(--file "$i=plain"); done
    refused 125 "64 times" run "${many[@]}" "$hello"
}

what_is_not_there() {
    need kvm
    refused 127 "cannot open './none': No such file" run ./none
    refused 127 "cannot open 'plain/none'" run plain/none
    refused 127 "'surely-no-such-program' was not found in PATH" run surely-no-such-program
    mkdir -p folder/name
    PATH=$PWD/folder:$PATH refused 127 "'name' was not found in PATH" run name
    refused 126 "the name is too long" run "./$(printf '%05000d' 0)"
    cp "$hello" here
    refused 127 "did you mean ./here" run here
    refused 127 "not found" run ''
}

what_cannot_be_executed() {
    need kvm
    mkdir folder
    mkfifo fifo
    chmod +x fifo
    cp "$hello" unexecutable
    chmod -x unexecutable
    printf '#!/bin/sh\n' >script
    printf '#!' >short-script
    printf 'text, which is no program and long enough to hold a header of an ELF file\n' >text
    : >empty
    printf '\177ELF' >four
    chmod +x script short-script text empty four
    refused 126 "'./folder' is not a regular file" run ./folder
    refused 126 "'./fifo' is not a regular file" run ./fifo
    refused 126 "not executable: chmod" run ./unexecutable
    refused 126 "is a script" run ./script
    refused 126 "is a script" run ./short-script
    refused 126 "is not an ELF file" run ./text
    refused 126 "is not an ELF file" run ./empty
    refused 126 "is truncated" run ./four
    refused 126 "dynamically linked: link it with -static" run /bin/sh
    gcc -shared -o lib.so -x c - <<<'int f(void) { return 1; }'
    refused 126 "dynamically linked|shared library" run ./lib.so
    gcc -nostdlib -shared -o bare.so -x c - <<<'int f(void) { return 1; }'
    refused 126 "shared library" run ./bare.so
    gcc -c -o object.o -x c - <<<'int f(void) { return 1; }'
    chmod +x object.o
    refused 126 "object file: link it" run ./object.o
}

# patched OFFSET BYTES: a copy of hello with some bytes changed, as ./patched
patched() {
    cp "$hello" patched
    chmod u+w patched
    printf '%b' "$2" | dd of=patched bs=1 seek="$1" conv=notrunc status=none
}

# Offsets: Elf64_Ehdr, then the first Elf64_Phdr at 64, 56 bytes each.
hostile_headers() {
    need kvm
    local all='\xff\xff\xff\xff\xff\xff\xff\xff'
    patched 4 '\x01' && refused 126 "32-bit" run ./patched
    patched 4 '\x07' && refused 126 "unknown kind" run ./patched
    patched 5 '\x02' && refused 126 "unknown kind" run ./patched
    patched 6 '\x09' && refused 126 "unknown kind" run ./patched
    patched 7 '\x09' && refused 126 "another system" run ./patched
    patched 16 '\x04' && refused 126 "not an executable" run ./patched
    patched 18 '\xb7' && refused 126 "another processor .*183" run ./patched
    patched 24 "$all" && refused 126 "no entry point" run ./patched
    patched 24 '\0\0\0\0\0\0\0\0' && refused 126 "no entry point" run ./patched
    patched 32 "$all" && refused 126 "truncated: its program headers" run ./patched
    patched 54 '\x01' && refused 126 "headers that make no sense" run ./patched
    patched 56 '\x00\x00' && refused 126 "headers that make no sense" run ./patched
    patched 56 '\xff\xff' && refused 126 "headers that make no sense" run ./patched
    patched 56 '\x01' && refused 126 "no entry point" run ./patched
    patched $((64 + 8)) "$all" && refused 126 "truncated: a segment ends" run ./patched
    patched $((64 + 8)) '\x10' && refused 126 "differ within a page" run ./patched
    patched $((64 + 16)) "$all" && refused 126 "outside of the address|differ within" run ./patched
    patched $((64 + 16)) '\0\0\0\0\0\x80\0\0' && refused 126 "outside of the address" run ./patched
    patched $((64 + 16)) '\0\0\0\0\0\0\0\0' && refused 126 "outside of the address" run ./patched
    patched $((64 + 32)) "$all" && refused 126 "larger in the file" run ./patched
    patched $((64 + 40)) "$all" && refused 126 "outside of the address" run ./patched
    patched $((64 + 40)) '\0\0\0\0\x10' && refused 126 "two segments in one page|does not fit" run ./patched
    patched $((64 + 56 + 16)) '\0\0\x40\0' && refused 126 "two segments in one page|differ" run ./patched
    patched $((64 + 40)) '\0\0\0\0\0\0\0\0' && refused 126 "larger in the file" run ./patched
}

each_truncation_is_noticed() {
    need kvm
    local bytes size
    size=$(stat -c %s "$guests/vmm_start")
    cp "$guests/vmm_start" cut
    for bytes in $((size / 2)) 8192 4096 1000 200 120 64 63 17 5; do
        truncate -s $bytes cut
        refused 126 "truncated|nothing to load|no entry" run ./cut
    done
}

a_program_too_large_for_its_memory() {
    need kvm
    gcc -static -o large -x c - <<<'char large[100 << 20]; int main(void) { return large[0]; }'
    refused 126 "does not fit into 64 MiB: .*--mem" run --mem 64M ./large
    expect_status 0 minivmm run --mem 200M ./large
}

too_many_arguments() {
    need kvm
    # 300 KiB of arguments do not go onto a quarter of a stack of 512 KiB.
    local word
    word=$(printf '%01000d' 0)
    local many=() i
    for ((i = 0; i < 300; i++)); do many+=("$word"); done
    refused 126 "too long for the stack" run --mem 4M "$hello" "${many[@]}"
    expect_status 7 minivmm run "$hello" "${many[@]}"
}

no_kvm() {
    need root
    # A mount namespace of its own, in which /dev/kvm is something else.
    unshare --mount sh -c 'mount --bind /dev/null /dev/kvm' 2>/dev/null || skip root "no mount namespaces here"
    status=0
    unshare --mount sh -c 'mount --bind /dev/null /dev/kvm && exec minivmm run "$1"' sh "$hello" 2>err || status=$?
    [ "$status" = 125 ] || fail "status $status"
    expect_one_line err '^minivmm: .*/dev/kvm'
    status=0
    unshare --mount sh -c 'mount --bind /dev/null /dev/kvm && exec minivmm probe --json' >out 2>err || status=$?
    [ "$status" = 125 ] || fail "probe: status $status"
    expect_one_line out '"back_end":null,"reason":"'
}

names_cannot_harm_a_terminal() {
    need kvm
    local name=$'bad\e[31m\nname'
    cp "$guests/vmm_faults" "$name"
    expect_status 139 minivmm run "./$name" null-write
    expect_one_line err 'bad\\x1b\[31m\\x0aname'
}

it "refuses files it cannot hand on" bad_files
it "says 127 for what is not there" what_is_not_there
it "says 126 for what cannot be executed" what_cannot_be_executed
it "says 126 for hostile headers" hostile_headers
it "says 126 for each truncation" each_truncation_is_noticed
it "says what a large program needs" a_program_too_large_for_its_memory
it "bounds arguments" too_many_arguments
it "says why without KVM" no_kvm
it "cleans names for the terminal" names_cannot_harm_a_terminal
finish
