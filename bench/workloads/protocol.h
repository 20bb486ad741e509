/* SPDX-License-Identifier: MIT */
/*
 * What a workload says and hears (docs/formats.md, "A program under measurement"):
 *
 *     workload   ready                  everything is set up, memory is touched
 *                (or: cannot WHY         this box does not have what it needs; then it ends)
 *                (or: ready WORD         the same, and what the work is done on; only what is
 *                                        done on the same is compared)
 *     harness    go 1000                do the work 1000 times
 *     workload   done 1000 89fe...      done, and a checksum of the results in hexadecimal
 *     harness    (go ... or the end of standard input, at which the workload ends with status 0)
 *
 * The checksum depends on the number alone, so that it shows that the same work was done in every
 * box. A workload never reads a clock: in one box that is a few instructions, in another an exit to
 * the VMM. It makes no system call between reading `go` and writing `done` but those it measures,
 * and goes through read(2) and write(2) directly, so that the C library adds none of its own.
 *
 * This header is the whole of it, since every workload is one file and one static program.
 */
#ifndef VIRTLAB_WORKLOADS_PROTOCOL_H
#define VIRTLAB_WORKLOADS_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/exitcode.h"

/* A day's work at one nanosecond each: more is a mistake or malice. */
#define PROTOCOL_MAX_ITERATIONS UINT64_C(86400000000000)

#define PROTOCOL_READY "ready\n"

#define PROTOCOL_CANNOT_MAX 120 /* bytes of such a line */
#define PROTOCOL_WORD_MAX   16  /* letters a-z, digits and - */

/* Input that was read but not yet used. No legal line is longer. */
struct protocol {
    size_t used;
    char input[64];
};

/* Say why on one line of standard error, and end with the status of wrong use. */
__attribute__((noreturn)) static inline void protocol_fail(const char *workload, const char *why)
{
    char line[160];
    size_t length = 0;
    const char *parts[] = {workload, ": ", why, "\n"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        for (const char *c = parts[i]; *c && length < sizeof(line); c++)
            line[length++] = *c;
    }
    /* When standard error is gone as well, nothing is left to do. */
    ssize_t ignored = write(STDERR_FILENO, line, length);
    (void)ignored;
    _exit(EXIT_TOOL_FAILED);
}

/* Read a whole decimal number from 1 to max: digits only, no leading zero. */
static inline bool protocol_parse_number(const char *text, size_t length, uint64_t max,
                                         uint64_t *number)
{
    uint64_t value = 0;
    if (length == 0 || text[0] == '0')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

/* Read a line without its newline: "go N", nothing else. */
static inline bool protocol_parse_go(const char *line, size_t length, uint64_t *iterations)
{
    return length > 3 && memcmp(line, "go ", 3) == 0 &&
           protocol_parse_number(line + 3, length - 3, PROTOCOL_MAX_ITERATIONS, iterations);
}

static inline char *protocol_put_text(char *out, const char *text)
{
    while (*text)
        *out++ = *text++;
    return out;
}

/* At most 20 digits in base 10, 16 in base 16. */
static inline char *protocol_put_number(char *out, uint64_t number, unsigned base)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    while (count)
        *out++ = digits[--count];
    return out;
}

/* "done N CHECKSUM\n"; out has room for 48 bytes. Returns the length. */
static inline size_t protocol_format_done(char *out, uint64_t iterations, uint64_t checksum)
{
    char *end = protocol_put_text(out, "done ");
    end = protocol_put_number(end, iterations, 10);
    end = protocol_put_text(end, " ");
    end = protocol_put_number(end, checksum, 16);
    end = protocol_put_text(end, "\n");
    return (size_t)(end - out);
}

/* A line this short goes into a pipe in one piece (PIPE_BUF, pipe(7)). */
static inline void protocol_say(const char *workload, const char *line, size_t length)
{
    if (write(STDOUT_FILENO, line, length) != (ssize_t)length)
        protocol_fail(workload, "standard output cannot be written");
}

/*
 * What the work needs is not there in this box at all: say so in place of `ready`, and end. That is
 * no failure, and the harness can tell the two apart. errnum 0: none.
 */
__attribute__((noreturn)) static inline void protocol_cannot(const char *workload, const char *why,
                                                             int errnum)
{
    char line[PROTOCOL_CANNOT_MAX];
    int length = snprintf(line, sizeof(line) - 1, "cannot %s%s%s", why, errnum ? ": " : "",
                          errnum ? strerror(errnum) : "");
    size_t used = (size_t)length < sizeof(line) - 1 ? (size_t)length : sizeof(line) - 2;
    line[used] = '\n';
    protocol_say(workload, line, used + 1);
    _exit(EXIT_NOT_POSSIBLE);
}

/*
 * Wait for the next "go N". Returns false when standard input ended; ends the program when a line
 * is anything else.
 */
static inline bool protocol_next(struct protocol *protocol, const char *workload,
                                 uint64_t *iterations)
{
    char *newline;
    while (!(newline = memchr(protocol->input, '\n', protocol->used))) {
        if (protocol->used == sizeof(protocol->input))
            protocol_fail(workload, "a line too long on standard input; expected 'go N'");
        ssize_t got = read(STDIN_FILENO, protocol->input + protocol->used,
                           sizeof(protocol->input) - protocol->used);
        if (got < 0)
            protocol_fail(workload, "standard input cannot be read");
        if (got == 0 && protocol->used > 0)
            protocol_fail(workload, "standard input ended inside a line");
        if (got == 0)
            return false;
        protocol->used += (size_t)got;
    }
    size_t length = (size_t)(newline - protocol->input);
    if (!protocol_parse_go(protocol->input, length, iterations))
        protocol_fail(workload, "standard input: expected 'go N', N from 1 to 86400000000000");
    protocol->used -= length + 1;
    memmove(protocol->input, newline + 1, protocol->used);
    return true;
}

/*
 * The life of a workload once it is set up: ready, then work for each go, until standard input
 * ends. work(state, N) returns the checksum, which must depend on N alone.
 */
static inline int protocol_serve_on(const char *workload, const char *what,
                                    uint64_t (*work)(void *state, uint64_t iterations), void *state)
{
    struct protocol protocol = {0};
    uint64_t iterations;
    char line[48];
    int length =
        snprintf(line, sizeof line, "ready%s%.*s\n", *what ? " " : "", PROTOCOL_WORD_MAX, what);
    protocol_say(workload, line, (size_t)length);
    while (protocol_next(&protocol, workload, &iterations)) {
        uint64_t checksum = work(state, iterations);
        protocol_say(workload, line, protocol_format_done(line, iterations, checksum));
    }
    return EXIT_SUCCESS;
}

static inline int protocol_serve(const char *workload,
                                 uint64_t (*work)(void *state, uint64_t iterations), void *state)
{
    return protocol_serve_on(workload, "", work, state);
}

#endif
