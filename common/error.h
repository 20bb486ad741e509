/* SPDX-License-Identifier: MIT */
/*
 * One error path for everything: a function that can fail returns 0 or a negative errno and, when
 * it fails, has filled a struct error with one sentence: what was tried, on what, why it failed,
 * and where it helps, what to do. Libraries never print and never exit; main() does both.
 */
#ifndef VIRTLAB_ERROR_H
#define VIRTLAB_ERROR_H

struct error {
    int errnum;      /* the errno behind it, 0 when there is none */
    int exit_status; /* what main() should exit with, see exitcode.h */
    char text[512];  /* one line, no full stop, no newline */
};

/*
 * Fill *error with a sentence of our own and EXIT_TOOL_FAILED. errnum is recorded but not put into
 * words: say in the sentence what it means here. Returns -errnum, or -EINVAL when errnum is 0, so
 * that it can end a function: return error_set(error, EINVAL, "...").
 */
int error_set(struct error *error, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, with ": " and the system's words for errnum put at the end. */
int error_set_errno(struct error *error, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same as error_set(), with an exit status other than EXIT_TOOL_FAILED. */
int error_set_exit(struct error *error, int exit_status, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * For main(): print "PROGRAM: text" on stderr, control characters made visible, and return
 * error->exit_status.
 */
int error_report(const struct error *error, const char *program);

#endif
