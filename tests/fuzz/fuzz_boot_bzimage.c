/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as a bzImage for `minivmm boot`. */
#include "tests/fuzz/fuzz_kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_kernel(data, size, MINIVMM_PROTOCOL_AUTO);
    return 0;
}
