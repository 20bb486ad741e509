#!/bin/bash
# SPDX-License-Identifier: MIT
# Real programs: Debian's busybox, which nobody compiled for this, does in the VM what it does here.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# same WORD...: busybox prints the same and ends the same natively and in the VM. ./text is there.
same() {
    local native=0 vm=0
    need kvm
    seq 1 3000 | sed 's/7/seven and a word/' >text
    busybox "$@" <text >native.out 2>native.err || native=$?
    minivmm run --timeout 30 --file text=text --file /etc/localtime=/etc/localtime busybox "$@" \
        <text >vm.out 2>vm.err || vm=$?
    [ "$vm" = "$native" ] || fail "status $vm, natively $native: $(cat vm.err)"
    expect_same native.out vm.out
    [ "$vm" != 0 ] || [ ! -s vm.err ] || fail "$(cat vm.err)"
}

while IFS= read -r line; do
    eval "words=($line)"
    # shellcheck disable=SC2154
    it "busybox $line" same "${words[@]}"
done <<'LINES'
echo hello world
echo -n -e 'a\tb'
seq 1 1000
factor 1234567890123456789 97
expr 6 '*' 7
expr 1 = 2
sha256sum text
sha256sum
md5sum text -
wc text
wc -l
sort -r text
sort -n -u
awk '{ sum += $1 } END { print sum, NR }' text
awk 'BEGIN { printf "%.10f %s\n", atan2(1, 1) * 4, toupper("abc"); exit 3 }'
sed -n 's/seven/7/gp' text
sed '5,10d'
grep -c seven text
grep nothing-of-that-kind text
grep -n '^1[0-9]*$'
cut -c 1-3 text
cut -d ' ' -f 2
tr a-z A-Z
od -c text
od -x
printf '%s %d %x %5.2f\n' word 42 255 3.14159
cal 2 2024
cal -y 1999
dc -e '2 64 ^ p 10 k 2 v p'
sleep 0.01
true
false
cat text
head -n 5
tail -n 5 text
uniq
base64 text
cksum text
tac text
nl
rev
fold -w 10
hexdump -C text
cmp text text
stat -c %s text
test -f text
test -e /etc/passwd-that-is-not-there
sh -c 'i=0; while [ $i -lt 100 ]; do i=$((i + 1)); done; echo $i'
LINES

yes_into_a_pipe_that_closes() {
    need kvm
    minivmm run --timeout 30 busybox yes word 2>err | head -n 1000 >out
    local statuses=("${PIPESTATUS[@]}")
    [ "${statuses[0]}" = 141 ] || fail "status ${statuses[0]}: $(cat err)"
    [ "$(sort -u out)" = word ] || fail "it printed something else"
}

a_large_input() {
    need kvm
    head -c 20000000 /dev/zero >large
    sha256sum <large >native.out
    minivmm run --timeout 60 busybox sha256sum <large >vm.out
    expect_same native.out vm.out
    minivmm run --timeout 60 --file /l=large busybox sha256sum /l >vm.out
    [ "$(cut -d ' ' -f 1 vm.out)" = "$(cut -d ' ' -f 1 native.out)" ] || fail "another sum"
}

files_of_equal_length_are_told_apart() {
    need kvm
    echo one >first
    echo two >second
    status_of minivmm run --file a=first --file b=second busybox diff /a /b
    [ "$status" = 1 ] || fail "status $status: $(cat err)"
    expect_match out "^-one"
    expect_match out "^\+two"
    expect_status 0 minivmm run --file a=first --file b=second busybox diff /a /a
}

a_file_that_grows_is_seen_to_grow() {
    need kvm
    : >file
    mkfifo input
    # shellcheck disable=SC2016
    minivmm run --timeout 10 --file f=file busybox sh -c 'test -s /f || echo empty; read line; test -s /f' \
        <input >out &
    local pid=$!
    exec 8>input
    expect_soon test -s out
    echo more >file
    echo >&8
    exec 8>&-
    status=0
    wait $pid || status=$?
    [ "$status" = 0 ] || fail "it still looks empty"
}

a_pipeline_of_machines() {
    need kvm
    seq 1 500 | minivmm run busybox grep 7 | minivmm run busybox sort -r |
        minivmm run busybox wc -l >vm.out
    seq 1 500 | grep 7 | sort -r | wc -l >native.out
    expect_same native.out vm.out
}

it "busybox yes, until nobody reads" yes_into_a_pipe_that_closes
it "busybox sha256sum of 20 MB, as input and as file" a_large_input
it "busybox diff tells files of equal length apart" files_of_equal_length_are_told_apart
it "busybox sh sees a file grow" a_file_that_grows_is_seen_to_grow
it "machines in a pipeline" a_pipeline_of_machines
finish
