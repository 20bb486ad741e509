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

void text_print_clean(FILE *out, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        unsigned char byte = (unsigned char)*text;
        size_t size = text_utf8_length(text, left);
        /* C1 controls, U+0080 to U+009F, arrive as 0xc2 0x80..0x9f. */
        bool c1 = size == 2 && byte == 0xc2 && (unsigned char)text[1] < 0xa0;

        if (size == 0 || c1 || byte < 0x20 || byte == 0x7f) {
            fprintf(out, "\\x%02x", byte);
            size = 1;
        } else {
            fwrite(text, 1, size, out);
        }
        text += size;
        left -= size;
    }
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
        } else if (byte < 0x20 || byte == 0x7f) {
            fprintf(out, "\\u%04x", byte);
        } else {
            fwrite(text, 1, size, out);
        }
        text += size;
        left -= size;
    }
    fputc('"', out);
}
