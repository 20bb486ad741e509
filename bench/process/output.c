/* SPDX-License-Identifier: MIT */
#include "bench/process/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/process/fnv.h"
#include "common/i18n.h"

void output_reference_start(struct output_reference *reference)
{
    *reference = (struct output_reference){.hash = FNV1A_START};
}

/* Makes room for more bytes, as far as that goes; returns how many can be kept. */
static size_t make_room(struct output_reference *reference, size_t more)
{
    size_t wanted = reference->kept + more;

    if (wanted > OUTPUT_KEPT_MAX)
        wanted = OUTPUT_KEPT_MAX;
    if (wanted > reference->room && !reference->short_of_memory) {
        size_t room = reference->room ? reference->room : 64 * 1024;
        while (room < wanted)
            room *= 2;
        unsigned char *grown = realloc(reference->start, room);
        if (grown) {
            reference->start = grown;
            reference->room = room;
        } else {
            reference->short_of_memory = true;
        }
    }
    if (wanted > reference->room)
        wanted = reference->room;
    return wanted - reference->kept;
}

void output_reference_add(struct output_reference *reference, const char *data, size_t length)
{
    bool whole = reference->kept == reference->bytes; /* nothing was left out before */
    size_t keep = whole ? make_room(reference, length) : 0;

    if (keep > 0)
        memcpy(reference->start + reference->kept, data, keep);
    reference->kept += keep;
    reference->bytes += length;
    reference->hash = fnv1a(reference->hash, data, length);
}

void output_reference_free(struct output_reference *reference)
{
    free(reference->start);
    *reference = (struct output_reference){0};
}

void output_comparison_start(struct output_comparison *comparison,
                             const struct output_reference *reference)
{
    *comparison = (struct output_comparison){.reference = reference, .hash = FNV1A_START};
}

void output_comparison_add(struct output_comparison *comparison, const char *data, size_t length)
{
    const struct output_reference *reference = comparison->reference;
    uint64_t at = comparison->bytes;

    comparison->bytes += length;
    comparison->hash = fnv1a(comparison->hash, data, length);
    for (size_t i = 0; i < length && at + i < reference->kept && !comparison->differs; i++) {
        if ((unsigned char)data[i] != reference->start[at + i]) {
            comparison->differs = true;
            comparison->differs_offset = at + i;
        }
    }
}

bool output_comparison_end(const struct output_comparison *comparison, char *text, size_t size)
{
    const struct output_reference *reference = comparison->reference;

    if (comparison->differs)
        snprintf(text, size, _("its output differs from byte %" PRIu64 " on"),
                 comparison->differs_offset);
    else if (comparison->bytes != reference->bytes)
        snprintf(text, size, _("its output has %" PRIu64 " bytes instead of %" PRIu64),
                 comparison->bytes, reference->bytes);
    else if (comparison->hash != reference->hash)
        snprintf(text, size, _("its output differs somewhere after byte %zu"), reference->kept);
    else
        return false;
    return true;
}
