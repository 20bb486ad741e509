/* SPDX-License-Identifier: MIT */
/*
 * A program's output, compared byte by byte with a reference while it arrives. Of the reference the
 * first part is kept, of all outputs the length and a hash, so that an endless one costs nothing.
 */
#ifndef VIRTLAB_OUTPUT_H
#define VIRTLAB_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTPUT_KEPT_MAX = 64 << 20 }; /* bytes */

/* The output that the others are compared with. */
struct output_reference {
    unsigned char *start; /* its first bytes */
    size_t kept, room;
    uint64_t bytes, hash; /* of all of it */
    bool short_of_memory; /* less was kept than could have been */
};

void output_reference_start(struct output_reference *reference);
void output_reference_add(struct output_reference *reference, const char *data, size_t length);
void output_reference_free(struct output_reference *reference);

struct output_comparison {
    const struct output_reference *reference;
    uint64_t bytes, hash;
    bool differs;            /* within what was kept; then at: */
    uint64_t differs_offset; /* counted from 0 */
};

void output_comparison_start(struct output_comparison *comparison,
                             const struct output_reference *reference);
void output_comparison_add(struct output_comparison *comparison, const char *data, size_t length);

/*
 * When all has been added: write to text where the output differs from the reference, in words;
 * false when it is the same.
 */
bool output_comparison_end(const struct output_comparison *comparison, char *text, size_t size);

#endif
