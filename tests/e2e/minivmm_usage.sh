#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm: each wrong command line gets one clear line and the right status, before KVM is asked for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
hello=$BUILD/tests/guests/vmm_nolibc_hello
kernel=$BUILD/tests/guests/boot_nolibc_kernel

# refused STATUS PATTERN ARG...: minivmm ARG... ends so, with one line, and prints nothing.
refused() {
    local wanted=$1 pattern=$2
    shift 2
    expect_status "$wanted" timeout 60 minivmm "$@"
    expect_one_line err "^minivmm: .*$pattern"
    [ ! -s out ] || fail "it printed: $(cat out)"
}

run_is_used_wrongly() {
    refused 125 "no such command; .*'minivmm run PROGRAM'" nonsense
    refused 125 'which program' run
    refused 125 'which program' run --mem 64M --
    refused 125 "'--nonsense'" run --nonsense x
    refused 125 'no option -z' run -z x
    refused 125 "'--mem' needs an argument" run --mem
    refused 125 "'--stats=1' takes no argument" run --stats=1 x
    refused 125 "not expected" probe something
    expect_status 125 minivmm
    expect_match err '^Usage:'
    expect_status 0 minivmm --help
    expect_status 0 minivmm --version
    expect_status 0 minivmm run --help
    local option
    for option in --mem --timeout --file --env --pages --timeline --explain --stats; do
        expect_match out "$option"
    done
    expect_status 0 minivmm probe --help
}

run_values() {
    local value
    for value in 0 1 4095 3M -1 64Q 2T '' 1.5M 0x4000000 99999999999999999999; do
        refused 125 "--mem '.*' is not a size" run --mem "$value" "$hello"
    done
    for value in 0 -1 x '' 1s 1e9 99999999999999999999; do
        refused 125 "--timeout '.*' is not" run --timeout "$value" "$hello"
    done
    for value in 4K 1g '' 2 huge; do
        refused 125 "--pages '.*' is none of" run --pages "$value" "$hello"
    done
    for value in x '' = a= =b; do
        refused 125 "--file '.*' is not GUEST=HOST" run --file "$value" "$hello"
    done
    for value in x '' =b; do
        refused 125 "--env '.*' is not NAME=VALUE" run --env "$value" "$hello"
    done
}

boot_is_used_wrongly() {
    refused 125 "'--nonsense'" boot --nonsense
    refused 125 "'--kernel' needs an argument" boot --kernel
    refused 125 "'--rng=1' takes no argument" boot --rng=1
    refused 125 "exclude each other" boot --kernel "$kernel" --guest small
    refused 125 "needs an --initrd" boot --kernel "$kernel" -- /bin/true
    refused 125 "which one" boot --kernel "$kernel" --file a=b
    refused 125 "no guest 'plan9'" boot --guest plan9
    expect_status 0 minivmm boot --help
    local option
    for option in kernel initrd append protocol guest mem cpus pin disk net rng console timeout file \
        env timeline explain stats no-sandbox; do
        expect_match out "--$option"
    done
    expect_match out 'Ctrl-A x'
    expect_match out 'panic=-1'
}

boot_values() {
    local value
    for value in 0 1 31M 33554431 -1 64Q 2T '' 1.5G 0x4000000 99999999999999999999; do
        refused 125 "--mem '.*' is not a size from 32M to 1T" boot --mem "$value"
    done
    for value in 0 -1 65 x '' 1.5 99999999999999999999; do
        refused 125 "--cpus '.*' is not a number from 1 to 64" boot --cpus "$value"
    done
    for value in x '' -1 '0,' 1-0 0x1 8192; do
        refused 125 "--pin '.*' is not a list" boot --pin "$value"
    done
    refused 125 "1 processors for 2 vCPUs" boot --cpus 2 --pin 0
    for value in 0 -1 x '' 1s; do
        refused 125 "--timeout '.*' is not" boot --timeout "$value"
    done
    for value in wifi '' tap= users user:; do
        refused 125 "--net '.*' is neither" boot --net "$value"
    done
    for value in '' tcp tcp:1 tcp:0:80 tcp:80:0 tcp:70000:1 icmp:1:1 tcp:1:2:3; do
        refused 125 "is not tcp:HOSTPORT:GUESTPORT" boot --net "user,$value"
    done
    refused 125 "needs the name" boot --disk ''
    refused 125 "not both" boot --disk a,ro,cow
    refused 125 "none of auto, linux, pvh" boot --protocol efi
    refused 125 "none of serial, virtio, none" boot --console vga
    refused 125 "not GUEST=HOST" boot --file ab /bin/true
    refused 125 "not NAME=VALUE" boot --env ab /bin/true
}

too_many() {
    local disks=() nets=() i
    for ((i = 0; i < 9; i++)); do disks+=(--disk "$i"); done
    for ((i = 0; i < 5; i++)); do nets+=(--net user); done
    refused 125 "8 times at most" boot "${disks[@]}"
    refused 125 "4 times at most" boot "${nets[@]}"
}

what_was_not_made() {
    # A copy elsewhere finds no guest systems beside itself.
    mkdir -p other/bin other/libexec/virtlab
    cp "$BUILD/bin/minivmm" other/bin/
    expect_status 125 other/bin/minivmm boot
    expect_one_line err "^minivmm: .*make guest-linux"
    expect_status 125 other/bin/minivmm boot --guest small
    expect_one_line err "^minivmm: .*make guest-linux-small"
    expect_status 125 other/bin/minivmm boot --guest debian -- /bin/true
    expect_one_line err "^minivmm: .*make guest-linux"
}

it "explains a wrong command line" run_is_used_wrongly
it "refuses values out of range" run_values
it "boot explains a wrong command line" boot_is_used_wrongly
it "boot refuses values out of range" boot_values
it "boot refuses more devices than there is room for" too_many
it "boot says which command makes a guest system" what_was_not_made
finish
