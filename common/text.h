/* SPDX-License-Identifier: MIT */
/*
 * Numbers and strings that come from outside (a command line, a guest, a results file), made safe
 * to use and to show.
 */
#ifndef VIRTLAB_TEXT_H
#define VIRTLAB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Read a whole decimal number from min to max, nothing before or behind it.
 * Returns false, and leaves *value alone, for anything else.
 */
bool text_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Read bytes with an optional suffix K, M, G or T (powers of 1024), such as "64M". */
bool text_parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *bytes);

/* Read seconds with up to nine decimals, such as "1.5", as nanoseconds; 0 is allowed. */
bool text_parse_seconds(const char *text, int64_t *ns);

/*
 * The length in bytes of the UTF-8 sequence that starts at text if it may be shown as it is; 0 for
 * what could deceive whoever looks at it: control characters, bytes that are not UTF-8, the line
 * separators, and the bidirectional controls (which show a text in another order than it has:
 * Unicode UAX #9; CVE-2021-42574). Reads at most length bytes.
 */
size_t text_printable_length(const char *text, size_t length);

/*
 * Print a string that may be hostile: each byte of what is not printable comes out as \xNN, so
 * that nothing can move the cursor or end the line.
 */
void text_print_clean(FILE *out, const char *text);

/* The same into a new string, to be freed; NULL when there is no memory. */
char *text_clean(const char *text);

/*
 * Print a string that may be hostile inside of HTML: as text, or as an attribute's value between
 * quotes. What is not printable is made visible as above.
 */
void text_print_html(FILE *out, const char *text);

/* What must stand in HTML for a character that means something there; NULL: itself. */
const char *text_html_entity(char byte);

/*
 * Print a JSON string with its quotes (RFC 8259, section 7). Bytes that are not UTF-8 become
 * U+FFFD, and what is not printable is escaped, so that it is safe in a terminal too.
 */
void text_print_json(FILE *out, const char *text);

/*
 * The length in bytes (1 to 4) of the valid UTF-8 sequence that starts at text, 0 if there is none
 * (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). Reads at most length bytes.
 */
size_t text_utf8_length(const char *text, size_t length);

#endif
