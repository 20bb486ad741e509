/* SPDX-License-Identifier: MIT */
/*
 * What every probe of the escape matrix is made of (docs/formats.md, "Escape verdicts").
 *
 * A probe is a static program that tries one thing, prints one line `VERDICT DETAIL`, and waits
 * until its standard input ends, so that a witness on the host can look while it stands. By hand:
 *
 *     build/libexec/virtlab/probes/hostname </dev/null
 *
 * A probe does no harm where it succeeds: it writes back the value it read, or makes a call with an
 * argument that the kernel refuses only after it has checked the permission (the probe's own
 * comment says where that order stands), or aims at what target.c has planted. What was planted is
 * named by words NAME=VALUE on the command line, the same words for all probes; each takes the ones
 * it needs. Where the detail proves that the host was reached it has the word secret=..., which
 * only the planted thing could tell.
 */
#ifndef VIRTLAB_PROBES_PROBE_H
#define VIRTLAB_PROBES_PROBE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "bench/probes/verdict.h"
#include "common/exitcode.h"

#define PROBE_LINE_BYTES    256
#define PROBE_COMMAND_BYTES 4096

/* A cookie and a secret are 64 random bits each, in hexadecimal. */
#define PROBE_SECRET_LENGTH 16

/* Print the line, and wait for the end of standard input. Returns main()'s status. */
__attribute__((format(printf, 2, 3))) static inline int probe_report(enum verdict verdict,
                                                                     const char *format, ...)
{
    char line[PROBE_LINE_BYTES];
    int length = snprintf(line, sizeof(line), "%s ", verdict_name(verdict));
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + length, sizeof(line) - (size_t)length, format, arguments);
    va_end(arguments);

    /* What was read from a file may end with a newline, or hold one: it stays one line. */
    size_t end = strlen(line);
    for (size_t i = 0; i < end; i++) {
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    }
    line[end < sizeof(line) - 1 ? end++ : end - 1] = '\n';
    if (write(STDOUT_FILENO, line, end) != (ssize_t)end)
        return EXIT_TOOL_FAILED;

    char ignored[64];
    while (read(STDIN_FILENO, ignored, sizeof(ignored)) > 0)
        ;
    return EXIT_SUCCESS;
}

/* Report that call failed, by errno. */
static inline int probe_failed(const char *call)
{
    struct verdict_error error = verdict_from_errno(errno);
    if (strcmp(error.name, "errno") == 0)
        return probe_report(error.verdict, "%s: errno %d", call, error.errnum);
    return probe_report(error.verdict, "%s: %s", call, error.name);
}

/* The value of the word NAME=VALUE; without it the probe ends, since it has nothing to aim at. */
static inline const char *probe_argument(char **argv, const char *name)
{
    size_t length = strlen(name);
    for (char **word = argv + 1; argv[0] && *word; word++) {
        if (strncmp(*word, name, length) == 0 && (*word)[length] == '=')
            return *word + length + 1;
    }
    fprintf(stderr, "probe: nothing to aim at: no %s=VALUE on the command line\n", name);
    exit(EXIT_TOOL_FAILED);
}

/* The same for a number, decimal or with 0x, from min to max. */
static inline long probe_number(char **argv, const char *name, long min, long max)
{
    const char *text = probe_argument(argv, name);
    char *end;
    errno = 0;
    long number = strtol(text, &end, 0);
    if (errno || end == text || *end || number < min || number > max) {
        fprintf(stderr, "probe: %s is no number from %ld to %ld\n", name, min, max);
        exit(EXIT_TOOL_FAILED);
    }
    return number;
}

/* Read at most size - 1 bytes of a file and end them with 0. Returns the length, or -1 and errno.
 */
static inline ssize_t probe_read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, size - 1);
    int errnum = errno;
    close(fd);
    errno = errnum;
    text[length > 0 ? length : 0] = '\0';
    return length;
}

enum probe_target {
    TARGET_FOUND,  /* the process with this number is the planted one */
    TARGET_OTHER,  /* it is another one: in here numbers mean something else */
    TARGET_HIDDEN, /* /proc cannot tell: it is missing, or another PID namespace's */
};

/*
 * Whether the process with this command line, as proc_pid_cmdline(5) has it, is the planted one:
 * its first argument is the cookie. Then *secret is its second.
 */
static inline bool probe_is_target(const char *command, ssize_t length, const char *cookie,
                                   const char **secret)
{
    if (length <= 0)
        return false;
    const char *end = command + length; /* where a 0 stands that ends what was cut off */
    const char *word = command + strlen(command) + 1;
    if (word >= end || strcmp(word, cookie) != 0)
        return false;
    *secret = word + strlen(word) + 1;
    return *secret < end;
}

/* Who is process number pid in here? */
static inline enum probe_target probe_find_target(long pid, const char *cookie)
{
    char path[64], command[PROBE_COMMAND_BYTES], self[32] = "";
    const char *secret;
    if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
        return TARGET_OTHER;
    /* Only in the /proc of our own PID namespace do numbers mean what they mean to kill(2). */
    if (readlink("/proc/self", self, sizeof(self) - 1) < 0 || atol(self) != getpid())
        return TARGET_HIDDEN;
    snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
    ssize_t length = probe_read_file(path, command, sizeof(command));
    return probe_is_target(command, length, cookie, &secret) ? TARGET_FOUND : TARGET_OTHER;
}

/* Report that the planted process cannot be told from others, or is not there. */
static inline int probe_no_target(enum probe_target target, long pid)
{
    if (target == TARGET_HIDDEN)
        return probe_report(VERDICT_UNKNOWN, "no /proc to tell who process %ld is; left alone",
                            pid);
    return probe_report(VERDICT_ABSENT, "process %ld is not the host's in here", pid);
}

/*
 * Write back to a file of /proc or /sys what it holds. Returns NULL, or the call that failed with
 * errno set. Such a file takes the whole value with one write(2), so it never holds half of it.
 */
static inline const char *probe_write_back(const char *path)
{
    char value[1024];
    ssize_t length = probe_read_file(path, value, sizeof(value));
    if (length < 0)
        return "read";
    if ((size_t)length >= sizeof(value) - 1) {
        errno = EFBIG; /* perhaps not all of it: then it is not ours to write */
        return "read";
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return "open for writing";
    ssize_t written = length ? write(fd, value, (size_t)length) : write(fd, "\n", 1);
    int errnum = errno;
    close(fd);
    errno = errnum;
    return written < 0 ? "write" : NULL;
}

#endif
