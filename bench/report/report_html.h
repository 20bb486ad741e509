/* SPDX-License-Identifier: MIT */
/* The report as one HTML file that needs no other, and runs nothing. */
#ifndef VIRTLAB_REPORT_HTML_H
#define VIRTLAB_REPORT_HTML_H

#include "bench/analysis/analysis.h"
#include "bench/report/plot.h"

/* plots_folder is a descriptor of the folder with the pictures that outcome says are drawn. */
int report_print_html(const struct analysis *analysis, int plots_folder,
                      const struct plot_outcome *outcome, FILE *out, struct error *error);

#endif
