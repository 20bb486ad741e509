/* SPDX-License-Identifier: MIT */
/*
 * How wide a text stands in a terminal, and where its lines break. A Korean syllable takes two
 * columns, a combining accent none: wcwidth(3) knows. Needs setlocale(LC_CTYPE) (i18n_start()).
 *
 * The texts given here are printable UTF-8, as text_clean() and width_for_locale() make them.
 */
#ifndef VIRTLAB_WIDTH_H
#define VIRTLAB_WIDTH_H

#include <stddef.h>

/* The columns that the first length bytes of text take. */
int width_of_bytes(const char *text, size_t length);

/* The columns that text takes. */
int width_of(const char *text);

/*
 * How many bytes of text go on a line of width columns: all, or up to a space, or where a word is
 * longer than the line, as much of it as fits (at least one character, so that a loop ends).
 * *skip is how many bytes of spaces follow that the next line shall not start with.
 */
size_t width_line(const char *text, int width, size_t *skip);

/*
 * text cleaned (text_clean()) and, where the locale is not UTF-8, put into ASCII: "–" becomes "-",
 * and what has no likeness "?". To be freed; NULL when there is no memory.
 */
char *width_for_locale(const char *text);

#endif
