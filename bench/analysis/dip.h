/* SPDX-License-Identifier: MIT */
/*
 * Hartigan's dip: whether values gather at one place or at several. A program that takes either
 * 2 ms or 5 ms has a median that it never takes, so whoever reads one must be told.
 *
 * J. A. Hartigan and P. M. Hartigan, "The dip test of unimodality", Annals of Statistics 13 (1985).
 */
#ifndef VIRTLAB_DIP_H
#define VIRTLAB_DIP_H

#include <stdbool.h>
#include <stddef.h>

/* Fewer values show no second mode, whatever they are. */
enum { DIP_VALUES_MIN = 10 };

/*
 * How far the empirical distribution of sorted values lies from the nearest one with a single mode:
 * the largest difference between the two curves, from 1/(2n) to 1/4. Negative: there is no memory,
 * or count is 0.
 */
double dip(const double *sorted, size_t count);

/*
 * Whether the dip is larger than in 99 of 100 samples from the uniform distribution, which of all
 * with one mode has the largest. Never with fewer than DIP_VALUES_MIN values, nor where the values
 * are so coarse (a count of pages, ticks of a clock) that more than a tenth of them are equal to
 * others: each of their steps would be a mode.
 */
bool dip_several_modes(const double *sorted, size_t count);

#endif
