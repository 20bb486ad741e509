/* SPDX-License-Identifier: MIT */
#include "common/text.h"

#include <string.h>

#include "common/clock.h"

/* Reads digits from *text on; false when there are none, or the number does not fit. */
static bool scan_digits(const char **text, uint64_t *value)
{
    const char *at = *text;
    uint64_t sum = 0;

    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(*at - '0'), &sum))
            return false;
    if (at == *text)
        return false;
    *text = at;
    *value = sum;
    return true;
}

bool text_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    uint64_t number;

    if (!scan_digits(&text, &number) || *text != '\0' || number < min || number > max)
        return false;
    *value = number;
    return true;
}

bool text_parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *bytes)
{
    static const char suffixes[] = "KMGT";
    uint64_t number;
    unsigned shift = 0;

    if (!scan_digits(&text, &number))
        return false;
    if (*text != '\0') {
        const char *suffix = strchr(suffixes, *text);
        if (!suffix || text[1] != '\0')
            return false;
        shift = 10 * (unsigned)(suffix - suffixes + 1);
    }
    if (number > UINT64_MAX >> shift)
        return false;
    number <<= shift;
    if (number < min || number > max)
        return false;
    *bytes = number;
    return true;
}

bool text_parse_seconds(const char *text, int64_t *ns)
{
    uint64_t whole;
    int64_t fraction = 0;

    if (!scan_digits(&text, &whole) || whole > (uint64_t)(INT64_MAX / NS_PER_S - 1))
        return false;
    if (*text == '.') {
        int64_t unit = NS_PER_S / 10;
        for (text++; *text >= '0' && *text <= '9' && unit > 0; text++, unit /= 10)
            fraction += (*text - '0') * unit;
    }
    if (*text != '\0')
        return false;
    *ns = (int64_t)whole * NS_PER_S + fraction;
    return true;
}

size_t text_utf8_length(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t size;
    uint32_t point, smallest;

    if (length == 0)
        return 0;
    if (byte[0] < 0x80)
        return 1;
    if ((byte[0] & 0xe0) == 0xc0)
        size = 2, point = byte[0] & 0x1f, smallest = 0x80;
    else if ((byte[0] & 0xf0) == 0xe0)
        size = 3, point = byte[0] & 0x0f, smallest = 0x800;
    else if ((byte[0] & 0xf8) == 0xf0)
        size = 4, point = byte[0] & 0x07, smallest = 0x10000;
    else
        return 0;
    if (size > length)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (byte[i] & 0x3f);
    }
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point < smallest || point > 0x10ffff || surrogate ? 0 : size;
}

size_t text_printable_length(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t size = text_utf8_length(text, length);

    if (size == 1)
        return byte[0] >= 0x20 && byte[0] != 0x7f ? 1 : 0;
    if (size == 2 && byte[0] == 0xc2 && byte[1] < 0xa0)
        return 0; /* C1 controls, U+0080 to U+009F */
    if (size == 2 && byte[0] == 0xd8 && byte[1] == 0x9c)
        return 0; /* U+061C, Arabic letter mark */
    if (size == 3 && byte[0] == 0xe2 && byte[1] == 0x80)
        /* U+200E, U+200F: marks; U+2028, U+2029: separators; U+202A to U+202E: overrides */
        return (byte[2] & 0xfe) == 0x8e || (byte[2] >= 0xa8 && byte[2] <= 0xae) ? 0 : 3;
    if (size == 3 && byte[0] == 0xe2 && byte[1] == 0x81)
        return byte[2] >= 0xa6 && byte[2] <= 0xa9 ? 0 : 3; /* U+2066 to U+2069: isolates */
    return size;
}

void text_print_clean(FILE *out, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t size = text_printable_length(text, left);

        if (size == 0) {
            fprintf(out, "\\x%02x", (unsigned char)*text);
            size = 1;
        } else {
            fwrite(text, 1, size, out);
        }
        text += size;
        left -= size;
    }
}

char *text_clean(const char *text)
{
    char *clean = NULL;
    size_t size;
    FILE *out = open_memstream(&clean, &size);

    if (!out)
        return NULL;
    text_print_clean(out, text);
    return fclose(out) == 0 ? clean : NULL;
}

const char *text_html_entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void text_print_html(FILE *out, const char *text)
{
    for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
        size = text_printable_length(text, left);
        if (size == 0)
            fprintf(out, "\\x%02x", (unsigned char)*text);
        else if (text_html_entity(*text))
            fputs(text_html_entity(*text), out);
        else
            fwrite(text, 1, size, out);
        size = size > 0 ? size : 1;
    }
}

/* Of a valid sequence of up to three bytes, which is all that is ever escaped. */
static unsigned code_point(const char *text, size_t size)
{
    const unsigned char *byte = (const unsigned char *)text;

    if (size == 1)
        return byte[0];
    if (size == 2)
        return (byte[0] & 0x1fu) << 6 | (byte[1] & 0x3fu);
    return (byte[0] & 0x0fu) << 12 | (byte[1] & 0x3fu) << 6 | (byte[2] & 0x3fu);
}

void text_print_json(FILE *out, const char *text)
{
    size_t left = strlen(text);

    fputc('"', out);
    while (left > 0) {
        unsigned char byte = (unsigned char)*text;
        size_t size = text_utf8_length(text, left);

        if (size == 0) {
            fputs("\\ufffd", out);
            size = 1;
        } else if (byte == '"' || byte == '\\') {
            fprintf(out, "\\%c", byte);
        } else if (text_printable_length(text, left) == 0) {
            fprintf(out, "\\u%04x", code_point(text, size));
        } else {
            fwrite(text, 1, size, out);
        }
        text += size;
        left -= size;
    }
    fputc('"', out);
}
