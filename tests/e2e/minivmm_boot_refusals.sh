#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot: each bad option and each file that is no kernel gets one clear line and the right
# status.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
kernel=$BUILD/tests/guests/boot_nolibc_kernel

# refused STATUS PATTERN ARG...: minivmm boot ARG... ends so, with one line, and prints nothing.
refused() {
    local wanted=$1 pattern=$2
    shift 2
    expect_status "$wanted" timeout 60 minivmm boot "$@"
    expect_one_line err "^minivmm: .*$pattern"
    [ ! -s out ] || fail "it printed: $(cat out)"
}

usage_errors() {
    refused 125 "'--nonsense'" --nonsense
    refused 125 "'--kernel' needs an argument" --kernel
    refused 125 "'--rng=1' takes no argument" --rng=1
    refused 125 "exclude each other" --kernel "$kernel" --guest small
    refused 125 "needs an --initrd" --kernel "$kernel" -- /bin/true
    refused 125 "which one" --kernel "$kernel" --file a=b
    refused 125 "no guest 'plan9'" --guest plan9
    expect_status 0 minivmm boot --help
    local option
    for option in kernel initrd append protocol guest mem cpus pin disk net rng console timeout file \
        env timeline explain stats no-sandbox; do
        expect_match out "--$option"
    done
    expect_match out 'Ctrl-A x'
    expect_match out 'panic=-1'
}

bad_values() {
    local value
    for value in 0 1 31M 33554431 -1 64Q 2T '' 1.5G 0x4000000 99999999999999999999; do
        refused 125 "--mem '.*' is not a size from 32M to 1T" --mem "$value"
    done
    for value in 0 -1 65 x '' 1.5 99999999999999999999; do
        refused 125 "--cpus '.*' is not a number from 1 to 64" --cpus "$value"
    done
    for value in x '' -1 '0,' 1-0 0x1 8192; do
        refused 125 "--pin '.*' is not a list" --pin "$value"
    done
    refused 125 "1 processors for 2 vCPUs" --cpus 2 --pin 0
    for value in 0 -1 x '' 1s; do
        refused 125 "--timeout '.*' is not" --timeout "$value"
    done
    for value in wifi '' tap= users user:; do
        refused 125 "--net '.*' is neither" --net "$value"
    done
    for value in '' tcp tcp:1 tcp:0:80 tcp:80:0 tcp:70000:1 icmp:1:1 tcp:1:2:3; do
        refused 125 "is not tcp:HOSTPORT:GUESTPORT" --net "user,$value"
    done
    refused 125 "needs the name" --disk ''
    refused 125 "not both" --disk a,ro,cow
    refused 125 "none of auto, linux, pvh" --protocol efi
    refused 125 "none of serial, virtio, none" --console vga
    refused 125 "not GUEST=HOST" --file ab /bin/true
    refused 125 "not NAME=VALUE" --env ab /bin/true
}

too_many() {
    local disks=() nets=() i
    for ((i = 0; i < 9; i++)); do disks+=(--disk "$i"); done
    for ((i = 0; i < 5; i++)); do nets+=(--net user); done
    refused 125 "8 times at most" "${disks[@]}"
    refused 125 "4 times at most" "${nets[@]}"
}

no_kernel() {
    need kvm
    mkdir folder
    mkfifo fifo
    : >empty
    printf 'text, which is no kernel' >text
    head -c 100000 /dev/zero >zeros
    refused 127 "'none'.*No such file" --kernel none
    refused 127 "'none/none'" --kernel none/none
    refused 126 "'folder'" --kernel folder
    refused 126 "'fifo'" --kernel fifo
    refused 126 "'empty'" --kernel empty
    refused 126 "'text'" --kernel text
    refused 126 "'zeros'" --kernel zeros
    refused 127 "'none'" --kernel "$kernel" --initrd none
    refused 126 "'folder'" --kernel "$kernel" --initrd folder
    refused 126 "PVH" --protocol pvh --kernel "$kernel"
}

# Each cut of a kernel that is good as a whole.
truncated_kernels() {
    need kvm
    local bytes size
    size=$(stat -c %s "$kernel")
    cp "$kernel" cut
    for bytes in $((size / 4)) 4200 300 120 64 63 17 5; do
        truncate -s "$bytes" cut
        refused 126 "'cut'" --kernel cut
    done
}

what_does_not_fit() {
    need kvm
    truncate -s 40M large
    refused 126 "large.*(fit|memory|RAM)|(fit|memory|RAM).*large" --mem 32M --kernel "$kernel" --initrd large
    local words
    words=$(printf '%05000d' 0)
    refused 126 "command line" --kernel "$kernel" --append "$words"
}

bad_devices() {
    need kvm
    mkdir folder
    refused 125 "none: No such file" --kernel "$kernel" --disk none
    refused 125 "folder" --kernel "$kernel" --disk folder
    refused 125 "folder,rw" --kernel "$kernel" --disk folder,rw
    refused 125 "surely-none|tap" --kernel "$kernel" --net tap=surely-none
    refused 125 "cannot write the timeline" --kernel "$kernel" --timeline folder
    refused 125 "processor 8191" --kernel "$kernel" --pin 8191
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

it "explains a wrong command line" usage_errors
it "refuses values out of range" bad_values
it "refuses more devices than there is room for" too_many
it "says 127 or 126 for what is no kernel" no_kernel
it "says 126 for each truncated kernel" truncated_kernels
it "says what does not fit into the machine" what_does_not_fit
it "refuses images and interfaces that cannot be used" bad_devices
it "says which command makes a guest system" what_was_not_made
finish
