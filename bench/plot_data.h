/* SPDX-License-Identifier: MIT */
/* What the scripts in bench/plots read: each says at its head what the file has to hold. */
#ifndef VIRTLAB_PLOT_DATA_H
#define VIRTLAB_PLOT_DATA_H

#include "bench/plot.h"

bool plot_data_startup(const struct analysis *analysis, FILE *out, const char **label);

/* Rows in which some ratio is 1.5 or more, or its inverse or less. */
bool plot_data_far(const struct analysis *analysis, FILE *out, const char **label);

/* The other rows. */
bool plot_data_near(const struct analysis *analysis, FILE *out, const char **label);

#endif
