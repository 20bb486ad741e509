#!/bin/bash
# SPDX-License-Identifier: MIT
# The fuzz targets of minivmm, for a moment each: enough to see that they run and find nothing
# near. For longer: build/tests/fuzz/fuzz_vmm_elf -max_total_time=3600 CORPUS
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

fuzz() {
    local target=$1 most=$2
    mkdir corpus
    cp "$BUILD/tests/guests/vmm_nolibc_hello" "$BUILD/tests/guests/vmm_start" corpus/
    "$BUILD/tests/fuzz/$target" -seed=1 -runs=20000 -max_total_time=30 -max_len="$most" \
        -artifact_prefix="$PWD/" -print_final_stats=1 corpus 2>&1 | tee log | tail -n 30
    grep -q '^stat::number_of_executed_units: *[1-9]' log || fail "it did not run"
    ! grep -Eq 'SUMMARY: (AddressSanitizer|UndefinedBehaviorSanitizer|libFuzzer)' log || fail "it found something"
}

# The targets have sanitizers of their own: in the sanitized build there is none.
if [ "$(basename "$BUILD")" != asan ]; then
    it "finds nothing wrong with the ELF loader" fuzz fuzz_vmm_elf 20000
    it "finds nothing wrong with system call arguments" fuzz fuzz_vmm_syscalls 2000
fi
finish
