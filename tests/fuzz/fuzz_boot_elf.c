/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as an ELF kernel for `minivmm boot`, by both protocols. */
#include "tests/fuzz/fuzz_kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_kernel(data, size, MINIVMM_PROTOCOL_PVH);
    fuzz_kernel(data, size, MINIVMM_PROTOCOL_LINUX);
    return 0;
}
