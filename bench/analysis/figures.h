/* SPDX-License-Identifier: MIT */
/*
 * From samples to figures: samples of the same thing are gathered into measures, and each measure
 * has one figure per platform, with its ratio to native and what that ratio means.
 *
 * A measure is one metric of one workload in one experiment, at the same parameters: the time from
 * start to exit of `hello`, single runs. Beside what the samples hold there are derived metrics:
 * `cpu_ns` is user_ns + system_ns, and in the experiment `footprint`, `marginal_pss_bytes` and its
 * like are what one more instance takes (docs/formats.md, "A program under measurement").
 */
#ifndef VIRTLAB_FIGURES_H
#define VIRTLAB_FIGURES_H

#include "bench/analysis/statistics.h"
#include "bench/analysis/trend.h"
#include "bench/results/results.h"

enum {
    FIGURES_PLATFORMS_MAX = 32,
    FIGURES_MEASURES_MAX = 32768, /* a class of sixty machines; tables take its square */
};

/* What one platform shows for one measure. */
struct figure {
    double *values; /* sorted; value.count of them */
    struct estimate value;
    struct estimate ratio; /* to native, paired by block; count 0: there is none */
    enum comparison comparison;
    size_t outliers;    /* of values */
    struct trend trend; /* of values, across the run */
    bool several_modes; /* values gather at more than one place */
    size_t troubles;    /* executions that gave no value */
    const char *reason; /* of the first of those; NULL: there is none */
    const char *source; /* how it was measured, of the parameter `source`; "" when nobody said */
    bool skipped;       /* it was not even tried */
};

struct measure_kind; /* measures.h */

/* One value of one sample (observations.h). */
struct observation;

struct measure {
    const char *experiment, *workload;
    const char
        *params; /* "mode=single", sorted by name, without what makes no measure of its own */
    const char *metric;     /* "" where no platform has a value, only reasons */
    struct estimate noise;  /* native against native, paired by block; count 0: there is none */
    double floor;           /* the noise floor that ratios are held against; negative: unknown */
    struct figure *figures; /* one for each platform */
    const struct observation *observations; /* what they are made of; observation_count of them */
    size_t observation_count;
    /* What measures.h tells of it, once measures_know() has looked. */
    bool known;
    const struct measure_kind *kind;
    const char *machine;
    size_t length; /* of params without the machine */
};

struct figures {
    const char *platforms[FIGURES_PLATFORMS_MAX]; /* native first, then as docs/formats.md */
    size_t platform_count;
    struct measure *measures; /* sorted by experiment, workload, params, metric */
    size_t measure_count, measure_room;
    size_t left_out;                   /* platforms and measures beyond the limits */
    struct observations *observations; /* which the measures point into */
};

/*
 * Gather the figures of results, which must live as long as they do. Errors: -ENOMEM, after which
 * there is nothing to free.
 */
int figures_make(struct figures *figures, struct results *results, struct error *error);
void figures_free(struct figures *figures);

/*
 * The ratio of any two platforms, paired by block as the ratios to native are: the median of the
 * ratios within each block that both have. count is 0 where there is none, or where the two were
 * measured by different sources. resamples starts as {.seed = …}. Errors: -ENOMEM.
 */
int figures_ratio(const struct measure *measure, size_t platform, size_t base,
                  struct resamples *resamples, struct estimate *ratio);

#endif
