/* SPDX-License-Identifier: MIT */
#include "common/width.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "common/terminal.h"
#include "common/text.h"

/* The character at text, whose UTF-8 sequence is size bytes long. */
static wchar_t decode(const char *text, size_t size)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *byte = (const unsigned char *)text;
    int point = byte[0] & first_bits[size];

    for (size_t i = 1; i < size; i++)
        point = point << 6 | (byte[i] & 0x3f);
    return point;
}

/* The bytes and the columns of the character at text. */
static size_t step(const char *text, size_t left, int *columns)
{
    size_t size = text_utf8_length(text, left);

    if (size == 0) { /* not UTF-8 after all: one column, one byte */
        *columns = 1;
        return 1;
    }
    int width = wcwidth(decode(text, size));
    *columns = width < 0 ? 1 : width; /* a character newer than this system's tables */
    return size;
}

int width_of_bytes(const char *text, size_t length)
{
    int sum = 0, columns;

    for (size_t at = 0; at < length; sum += columns)
        at += step(text + at, length - at, &columns);
    return sum;
}

int width_of(const char *text)
{
    return width_of_bytes(text, strlen(text));
}

size_t width_line(const char *text, int width, size_t *skip)
{
    size_t length = strlen(text), at = 0, last_break = 0;
    int used = 0;

    while (at < length) {
        int columns;
        size_t size = step(text + at, length - at, &columns);

        /* A space may stand in the first column behind the line: it is where the line ends. */
        if (text[at] == ' ' && at > 0 && text[at - 1] != ' ')
            last_break = at;
        if (used + columns > width && at > 0)
            break;
        used += columns;
        at += size;
    }
    if (at < length && last_break > 0 && strspn(text, " ") < last_break)
        at = last_break;
    *skip = strspn(text + at, " ");
    return at;
}

char *width_for_locale(const char *text)
{
    char *clean = text_clean(text);

    if (!clean || terminal_utf8())
        return clean;

    /* One character can become several: "…" is "...", "½" is " 1/2". */
    size_t left_in = strlen(clean), left_out = 4 * left_in;
    char *ascii = calloc(left_out + 1, 1), *in = clean, *out = ascii;
    iconv_t converter = iconv_open("ASCII//TRANSLIT", "UTF-8");
    if (!ascii || converter == (iconv_t)-1) {
        free(ascii);
        free(clean);
        return NULL;
    }
    iconv(converter, &in, &left_in, &out, &left_out);
    iconv_close(converter);
    free(clean);
    return ascii;
}
