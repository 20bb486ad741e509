/* SPDX-License-Identifier: MIT */
/*
 * In what way a wrong number is wrong: told in words that help to find the right one, and that do
 * not give it away.
 */
#ifndef VIRTLAB_LABS_ASTRAY_H
#define VIRTLAB_LABS_ASTRAY_H

struct astray {
    double right;    /* what the number should have been, */
    double dividend; /* the figure that this is made of, */
    double divisor;  /* and what that is divided by: 1 for nothing */
    double slack;    /* how far off it might have been, relative */
};

/* The unit, the formula or the direction in which the number is off, in the user's language. */
const char *astray_kind(double number, const struct astray *astray);

#endif
