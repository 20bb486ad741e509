/* SPDX-License-Identifier: MIT */
#include "common/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/exitcode.h"
#include "common/text.h"

static int fill(struct error *error, int exit_status, int errnum, const char *format, va_list args)
{
    error->errnum = errnum;
    error->exit_status = exit_status;
    vsnprintf(error->text, sizeof error->text, format, args);
    return errnum ? -errnum : -EINVAL;
}

int error_set(struct error *error, int errnum, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = fill(error, EXIT_TOOL_FAILED, errnum, format, args);
    va_end(args);
    return result;
}

int error_set_errno(struct error *error, int errnum, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = fill(error, EXIT_TOOL_FAILED, errnum, format, args);
    va_end(args);

    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, ": %s", strerror(errnum));
    return result;
}

int error_set_exit(struct error *error, int exit_status, int errnum, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = fill(error, exit_status, errnum, format, args);
    va_end(args);
    return result;
}

int error_report(const struct error *error, const char *program)
{
    fprintf(stderr, "%s: ", program);
    text_print_clean(stderr, error->text);
    fputc('\n', stderr);
    return error->exit_status;
}
