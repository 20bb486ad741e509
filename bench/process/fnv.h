/* SPDX-License-Identifier: MIT */
/*
 * FNV-1a, 64 bits (draft-eastlake-fnv, "The FNV Non-Cryptographic Hash Algorithm"): tells outputs
 * that differ by accident apart, cheaply and a piece at a time. It protects against no adversary.
 */
#ifndef VIRTLAB_FNV_H
#define VIRTLAB_FNV_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FNV1A_START UINT64_C(0xcbf29ce484222325)
#define FNV1A_PRIME UINT64_C(0x00000100000001b3)

static inline uint64_t fnv1a(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * FNV1A_PRIME;
    return hash;
}

static inline uint64_t fnv1a_string(const char *text)
{
    return fnv1a(FNV1A_START, text, strlen(text));
}

#endif
