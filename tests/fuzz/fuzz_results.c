/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as samples.jsonl, read and worked out. */
#include <math.h>
#include <stdlib.h>

#include "bench/analysis/figures.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct results results;
    struct figures figures;
    struct error error;

    if (size == 0)
        return 0;
    FILE *file = fmemopen((void *)data, size, "r");
    if (!file)
        abort();
    if (results_read_file(&results, file, "fuzz", &error) == 0) {
        if (figures_make(&figures, &results, &error) < 0)
            abort();
        /* What was accepted keeps its promises. */
        for (size_t i = 0; i < results.sample_count; i++)
            if (!*results.samples[i].experiment || !*results.samples[i].platform ||
                results.samples[i].block < 0)
                abort();
        for (size_t i = 0; i < figures.measure_count; i++) {
            for (size_t j = 0; j < figures.platform_count; j++) {
                const struct estimate *ratio = &figures.measures[i].figures[j].ratio;
                if (ratio->count > 0 && !(ratio->low >= 0 && ratio->low <= ratio->high))
                    abort();
                const struct figure *figure = &figures.measures[i].figures[j];
                if (!(figure->value.low <= figure->value.median &&
                      figure->value.median <= figure->value.high) ||
                    !(fabs(figure->trend.correlation) < 1.001))
                    abort();
            }
        }
        figures_free(&figures);
        results_free(&results);
    }
    fclose(file);
    return 0;
}
