/* SPDX-License-Identifier: MIT */
#include "bench/results/record.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/text.h"

static const char *const status_names[] = {
    [RECORD_OK] = "ok",
    [RECORD_FAILED] = "failed",
    [RECORD_SKIPPED] = "skipped",
    [RECORD_TIMEOUT] = "timeout",
};

void record_param_text(struct record *record, const char *name, const char *text)
{
    assert(record->param_count < RECORD_PARAMS_MAX);
    record->params[record->param_count].name = name;
    record->params[record->param_count++].text = text;
}

void record_param_number(struct record *record, const char *name, int64_t number)
{
    assert(record->param_count < RECORD_PARAMS_MAX);
    record->params[record->param_count].name = name;
    record->params[record->param_count].text = NULL;
    record->params[record->param_count++].number = number;
}

void record_metric(struct record *record, const char *name, int64_t value)
{
    assert(record->metric_count < RECORD_METRICS_MAX);
    record->metrics[record->metric_count].name = name;
    record->metrics[record->metric_count++].value = value;
}

static void print_string(FILE *out, const char *key, const char *value)
{
    fprintf(out, ",\"%s\":", key);
    text_print_json(out, value);
}

static void print_params(FILE *out, const struct record *record)
{
    fputs(",\"params\":{", out);
    for (size_t i = 0; i < record->param_count; i++) {
        fputs(i ? "," : "", out);
        text_print_json(out, record->params[i].name);
        fputc(':', out);
        if (record->params[i].text)
            text_print_json(out, record->params[i].text);
        else
            fprintf(out, "%" PRId64, record->params[i].number);
    }
    fputc('}', out);
}

static void print_record(FILE *out, const struct recorder *recorder, const struct record *record)
{
    fprintf(out, "{\"schema\":%d", RECORD_SCHEMA);
    print_string(out, "run", recorder->run);
    print_string(out, "experiment", record->experiment);
    print_params(out, record);
    print_string(out, "platform", record->platform);
    print_string(out, "workload", record->workload);
    fprintf(out, ",\"block\":%u,\"order\":%u,\"seed\":%" PRIu64 ",\"t0_ns\":%" PRId64,
            record->block, record->order, recorder->seed, record->t0_ns);
    print_string(out, "status", status_names[record->status]);
    print_string(out, "reason", record->reason);
    fprintf(out, ",\"exit\":%d,\"metrics\":{", record->exit);
    for (size_t i = 0; i < record->metric_count; i++)
        fprintf(out, "%s\"%s\":%" PRId64, i ? "," : "", record->metrics[i].name,
                record->metrics[i].value);
    fputc('}', out);
    if (record->verdict)
        print_string(out, "verdict", record->verdict);
    if (record->detail)
        print_string(out, "detail", record->detail);
    fputs("}\n", out);
}

/* One line, one write(): a reader that follows the file never sees half of one that succeeded. */
static int write_line(struct recorder *recorder, const char *line, size_t length,
                      struct error *error)
{
    off_t end = lseek(recorder->fd, 0, SEEK_END);
    ssize_t written = write(recorder->fd, line, length);

    if (written == (ssize_t)length)
        return 0;
    int errnum = written < 0 ? errno : ENOSPC; /* a short write to a file is a disk that is full */
    if (written > 0 && end >= 0 && ftruncate(recorder->fd, end) < 0)
        errnum = errno; /* then the torn line stays: legal, and ignored by every reader */
    return error_set_errno(error, errnum, "cannot write a sample; the %u before it are kept",
                           recorder->count);
}

int recorder_write(struct recorder *recorder, const struct record *record, struct error *error)
{
    char *line = NULL;
    size_t length;
    int result = recorder->is_there ? recorder->is_there(recorder->context, record, error) : 0;
    if (result != 0)
        return result < 0 ? result : 0;
    FILE *out = open_memstream(&line, &length);
    if (!out)
        return error_set_errno(error, errno, "cannot write a sample");
    print_record(out, recorder, record);
    result = fclose(out) == 0 ? write_line(recorder, line, length, error)
                              : error_set_errno(error, ENOMEM, "cannot write a sample");
    free(line);
    if (result == 0)
        recorder->count++;
    return result;
}

/* As it was typed: the dispatcher made virtlab-NAME of `virtlab NAME`. */
static void print_command(FILE *out, char *const *command)
{
    static const char prefix[] = "virtlab-";
    const char *slash = strrchr(command[0], '/'), *name = slash ? slash + 1 : command[0];

    if (strncmp(name, prefix, strlen(prefix)) == 0) {
        fputs("\"virtlab\",", out);
        name += strlen(prefix);
    }
    text_print_json(out, name);
    for (size_t i = 1; command[i]; i++) {
        fputc(',', out);
        text_print_json(out, command[i]);
    }
}

static int write_header(struct recorder *recorder, const struct record_header *header,
                        struct error *error)
{
    char *line = NULL;
    size_t length;
    FILE *out = open_memstream(&line, &length);

    if (!out)
        return error_set_errno(error, errno, "cannot write the samples' header");
    fprintf(out, "{\"schema\":%d", RECORD_SCHEMA);
    print_string(out, "run", recorder->run);
    print_string(out, "environment", header->environment);
    print_string(out, "request", header->request);
    fputs(",\"boxes\":[", out);
    for (size_t i = 0; i < header->box_count; i++) {
        fputs(i ? "," : "", out);
        text_print_json(out, header->boxes[i]);
    }
    fputc(']', out);
    fputs(",\"command\":[", out);
    print_command(out, header->command);
    fprintf(out, "],\"seed\":%" PRIu64 ",\"titles\":{", recorder->seed);
    for (size_t i = 0; i < header->title_count; i++) {
        fputs(i ? "," : "", out);
        text_print_json(out, header->titles[i].platform);
        fputc(':', out);
        text_print_json(out, header->titles[i].title);
    }
    fputs("},\"ends\":true}\n", out);
    int result = fclose(out) == 0 ? write_line(recorder, line, length, error)
                                  : error_set_errno(error, ENOMEM, "cannot write the header");
    free(line);
    return result;
}

int recorder_open(struct recorder *recorder, const char *folder, const struct record_header *header,
                  struct error *error)
{
    char path[4200];
    const char *name = strrchr(folder, '/');

    *recorder = (struct recorder){.fd = -1, .seed = header->seed};
    snprintf(recorder->run, sizeof recorder->run, "%s", name ? name + 1 : folder);
    snprintf(path, sizeof path, "%s/samples.jsonl", folder);
    recorder->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (recorder->fd < 0)
        return error_set_errno(error, errno, "cannot make %s", path);
    flock(recorder->fd, LOCK_EX | LOCK_NB); /* against whoever would go on with it meanwhile */
    return write_header(recorder, header, error);
}

/* Where the last whole line ends; negative: an error. */
static off_t end_of_lines(int fd, off_t size)
{
    char piece[4096];

    while (size > 0) {
        off_t start = size > (off_t)sizeof piece ? size - (off_t)sizeof piece : 0;
        ssize_t length = pread(fd, piece, (size_t)(size - start), start);
        if (length != size - start)
            return -1;
        for (; length > 0; length--)
            if (piece[length - 1] == '\n')
                return start + length;
        size = start;
    }
    return 0;
}

int recorder_reopen(struct recorder *recorder, const char *folder, struct error *error)
{
    struct stat status;
    char path[4200];

    *recorder = (struct recorder){.fd = -1};
    snprintf(path, sizeof path, "%s/samples.jsonl", folder);
    recorder->fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (recorder->fd < 0 || fstat(recorder->fd, &status) < 0)
        return error_set_errno(error, errno, _("cannot go on with %s"), path);
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
        return error_set(error, EINVAL, _("%s is no regular file, or has a second name"), path);
    if (flock(recorder->fd, LOCK_EX | LOCK_NB) < 0)
        return error_set(error, EBUSY, _("cannot go on with %s: another virtlab writes there"),
                         folder);
    return 0;
}

int recorder_mend_end(struct recorder *recorder, bool torn, struct error *error)
{
    struct stat status;
    int result = fstat(recorder->fd, &status);
    off_t end = result < 0 ? -1 : end_of_lines(recorder->fd, status.st_size);

    if (end >= 0 && end < status.st_size)
        result = torn ? ftruncate(recorder->fd, end) : write(recorder->fd, "\n", 1) == 1 ? 0 : -1;
    if (end < 0 || result < 0)
        return error_set_errno(error, errno, _("cannot mend the last line of %s/samples.jsonl"),
                               recorder->run);
    return 0;
}

int recorder_finish(struct recorder *recorder, struct error *error)
{
    char *line = NULL;
    size_t length;
    FILE *out = open_memstream(&line, &length);

    if (!out)
        return error_set_errno(error, errno, "cannot write the end of the samples");
    fprintf(out, "{\"schema\":%d", RECORD_SCHEMA);
    print_string(out, "run", recorder->run);
    fprintf(out, ",\"end\":\"complete\",\"samples\":%u}\n", recorder->count);
    int result = fclose(out) == 0
                     ? write_line(recorder, line, length, error)
                     : error_set_errno(error, ENOMEM, "cannot write the end of the samples");
    free(line);
    return result;
}

int recorder_close(struct recorder *recorder, struct error *error)
{
    int result = 0;

    if (recorder->fd < 0)
        return 0;
    /* Some file systems find out only here that there is no room. */
    if (fsync(recorder->fd) < 0 && errno != EINVAL && errno != EROFS)
        result = error_set_errno(error, errno, "cannot write the samples to the disk");
    if (close(recorder->fd) < 0 && result == 0)
        result = error_set_errno(error, errno, "cannot write the samples to the disk");
    recorder->fd = -1;
    return result;
}
