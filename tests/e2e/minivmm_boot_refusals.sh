#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot: each file that is no kernel, and each device that cannot be, gets one clear line and
# the right status.
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

it "says 127 or 126 for what is no kernel" no_kernel
it "says 126 for each truncated kernel" truncated_kernels
it "says what does not fit into the machine" what_does_not_fit
it "refuses images and interfaces that cannot be used" bad_devices
finish
