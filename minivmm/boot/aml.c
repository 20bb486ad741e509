/* SPDX-License-Identifier: MIT */
/* AML, written byte by byte; the numbers of sections are those of ACPI 6.4. */
#include "minivmm/boot/aml.h"

#include <string.h>

/* 20.3, the byte values of the operators. */
enum {
    OP_ZERO = 0x00,
    OP_ONE = 0x01,
    OP_NAME = 0x08,
    PREFIX_BYTE = 0x0a,
    PREFIX_WORD = 0x0b,
    PREFIX_DWORD = 0x0c,
    PREFIX_STRING = 0x0d,
    PREFIX_QWORD = 0x0e,
    OP_SCOPE = 0x10,
    OP_BUFFER = 0x11,
    OP_PACKAGE = 0x12,
    PREFIX_EXTENDED = 0x5b,
    OP_DEVICE = 0x82, /* after PREFIX_EXTENDED */
};

void aml_start(struct aml *aml, uint8_t *bytes, size_t size)
{
    *aml = (struct aml){.bytes = bytes, .size = size};
}

bool aml_is_whole(const struct aml *aml)
{
    return !aml->failed && aml->depth == 0;
}

static void put(struct aml *aml, const void *bytes, size_t count)
{
    if (count > aml->size - aml->used) {
        aml->failed = true;
        return;
    }
    memcpy(aml->bytes + aml->used, bytes, count);
    aml->used += count;
}

static void put_byte(struct aml *aml, uint8_t byte)
{
    put(aml, &byte, 1);
}

/* The lowest count bytes of value, lowest first. */
static void put_number(struct aml *aml, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        put_byte(aml, (uint8_t)(value >> (8 * i)));
}

static void put_name(struct aml *aml, const char *name)
{
    char segment[4] = {'_', '_', '_', '_'};
    const char *letters = name;

    if (*name == '\\')
        put_byte(aml, (uint8_t)*letters++);
    if (strlen(letters) > sizeof segment) {
        aml->failed = true;
        return;
    }
    memcpy(segment, letters, strlen(letters));
    put(aml, segment, sizeof segment);
}

static void begin(struct aml *aml)
{
    if (aml->depth == AML_DEPTH_MAX) {
        aml->failed = true;
        return;
    }
    aml->open[aml->depth++] = aml->used;
}

void aml_begin_scope(struct aml *aml, const char *name)
{
    put_byte(aml, OP_SCOPE);
    begin(aml);
    put_name(aml, name);
}

void aml_begin_device(struct aml *aml, const char *name)
{
    put_byte(aml, PREFIX_EXTENDED);
    put_byte(aml, OP_DEVICE);
    begin(aml);
    put_name(aml, name);
}

void aml_begin_package(struct aml *aml, uint8_t count)
{
    put_byte(aml, OP_PACKAGE);
    begin(aml);
    put_byte(aml, count);
}

/*
 * PkgLength (20.2.4): up to 63 in the low 6 bits of one byte. Larger: the two highest bits of the
 * first byte say how many bytes follow, its low four bits are the lowest of the length, and each
 * byte that follows has eight bits more. The length counts these bytes too.
 */
void aml_end(struct aml *aml)
{
    if (aml->failed || aml->depth == 0) {
        aml->failed = true;
        return;
    }
    const size_t start = aml->open[--aml->depth], content = aml->used - start;
    unsigned more = 0; /* bytes that follow the first */

    if (content + 1 >= 1u << 6)
        for (more = 1; content + 1 + more >= 1u << (4 + 8 * more);)
            more++;
    const size_t length = content + 1 + more;
    if (more > 3 || 1 + more > aml->size - aml->used) {
        aml->failed = true;
        return;
    }
    memmove(aml->bytes + start + 1 + more, aml->bytes + start, content);
    aml->bytes[start] = (uint8_t)(more == 0 ? length : more << 6 | (length & 0xf));
    for (unsigned i = 0; i < more; i++)
        aml->bytes[start + 1 + i] = (uint8_t)(length >> (4 + 8 * i));
    aml->used += 1 + more;
}

void aml_name(struct aml *aml, const char *name)
{
    put_byte(aml, OP_NAME);
    put_name(aml, name);
}

void aml_integer(struct aml *aml, uint64_t value)
{
    if (value <= 1) {
        put_byte(aml, value ? OP_ONE : OP_ZERO);
    } else if (value <= UINT8_MAX) {
        put_byte(aml, PREFIX_BYTE);
        put_number(aml, value, 1);
    } else if (value <= UINT16_MAX) {
        put_byte(aml, PREFIX_WORD);
        put_number(aml, value, 2);
    } else if (value <= UINT32_MAX) {
        put_byte(aml, PREFIX_DWORD);
        put_number(aml, value, 4);
    } else {
        put_byte(aml, PREFIX_QWORD);
        put_number(aml, value, 8);
    }
}

void aml_string(struct aml *aml, const char *text)
{
    put_byte(aml, PREFIX_STRING);
    put(aml, text, strlen(text) + 1);
}

static uint32_t hexadecimal(char digit)
{
    return (uint32_t)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

/* 19.3.4: five bits for each letter, four for each digit, highest byte first. */
void aml_eisa_id(struct aml *aml, const char *id)
{
    uint32_t value = 0;

    for (int i = 0; i < 3; i++)
        value = value << 5 | (uint32_t)(id[i] - '@');
    for (int i = 3; i < 7; i++)
        value = value << 4 | hexadecimal(id[i]);
    aml_integer(aml, __builtin_bswap32(value));
}

#define SMALL(type, bytes) ((type) << 3 | (bytes)) /* 6.4.2, the first byte of a descriptor */
#define LARGE(type)        (0x80 | (type))         /* 6.4.3: two bytes follow, its length */

/* A buffer (20.2.5.4) tells its size as an integer before its bytes: one byte, filled in later. */
void aml_begin_resources(struct aml *aml)
{
    put_byte(aml, OP_BUFFER);
    begin(aml);
    put_byte(aml, PREFIX_BYTE);
    put_byte(aml, 0);
}

void aml_end_resources(struct aml *aml)
{
    put_byte(aml, SMALL(0xf, 1)); /* 6.4.2.9, end tag */
    put_byte(aml, 0);             /* no checksum */
    if (aml->failed || aml->depth == 0) {
        aml->failed = true;
        return;
    }
    uint8_t *size = aml->bytes + aml->open[aml->depth - 1] + 1;
    const size_t count = (size_t)(aml->bytes + aml->used - (size + 1));
    if (count > UINT8_MAX)
        aml->failed = true;
    *size = (uint8_t)count;
    aml_end(aml);
}

void aml_put_ports(struct aml *aml, uint16_t first, uint8_t count)
{
    put_byte(aml, SMALL(0x8, 7)); /* 6.4.2.5, I/O port descriptor */
    put_byte(aml, 1);             /* decodes all 16 bits of an address */
    put_number(aml, first, 2);    /* lowest start */
    put_number(aml, first, 2);    /* highest start: the same, there is nothing to choose */
    put_byte(aml, 1);             /* alignment */
    put_byte(aml, count);
}

void aml_put_memory(struct aml *aml, uint32_t first, uint32_t count)
{
    put_byte(aml, LARGE(0x6)); /* 6.4.3.4, 32-bit fixed memory range descriptor */
    put_number(aml, 9, 2);
    put_byte(aml, 1); /* may be written */
    put_number(aml, first, 4);
    put_number(aml, count, 4);
}

void aml_put_interrupt(struct aml *aml, uint32_t gsi)
{
    enum { CONSUMER = 1 << 0, EDGE = 1 << 1, ACTIVE_LOW = 1 << 2, SHARED = 1 << 3 };

    put_byte(aml, LARGE(0x9)); /* 6.4.3.6, extended interrupt descriptor */
    put_number(aml, 6, 2);
    put_byte(aml, CONSUMER | EDGE);
    put_byte(aml, 1); /* one interrupt */
    put_number(aml, gsi, 4);
}
