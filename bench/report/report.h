/* SPDX-License-Identifier: MIT */
/* The report: what a results folder says, for people who were not there. */
#ifndef VIRTLAB_REPORT_H
#define VIRTLAB_REPORT_H

#include <stddef.h>

#include "bench/report/plot.h"
#include "common/error.h"

/*
 * Write summary.md, report.html and plots/ into the results folder dir, from its samples and
 * env.json. report.html is one file that needs no other: figures stand in it as SVG. Each file is
 * complete or absent. Without gnuplot the report has no figures and says so. Errors: those of
 * results_read(), and a folder that cannot be written to.
 */
int report_write(const char *dir, struct error *error);

/* The same; notice becomes why figures are missing that could be there, or "". */
int report_write_notice(const char *dir, const struct plot_options *options, char *notice,
                        size_t size, struct error *error);

#endif
