#!/bin/bash
# SPDX-License-Identifier: MIT
# minivmm boot with a kernel that writes rubbish into every register and ring of every device, in a
# few hundred ways each time: the machine lives, and ends when the kernel says so.
# VIRTLAB_SEEDS="N ...": which rubbish, where time is dear; also for minivmm_tap.sh.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
kernel=$BUILD/tests/guests/boot_nolibc_kernel

# rubbish SEED: all devices, and a status that only who got to the end writes.
rubbish() {
    need kvm
    truncate -s 1M image image2
    cp image2 untouched
    expect_status 9 timeout --kill-after=5 120 minivmm boot --kernel "$kernel" \
        --append "rubbish:$1 exit:9" --mem 32M --disk image --disk image2,cow --rng \
        --console virtio --net user
    expect_same image2 untouched
}

for seed in ${VIRTLAB_SEEDS:-1 2 3}; do
    it "survives drivers that write rubbish ($seed)" rubbish "$seed"
done
finish
