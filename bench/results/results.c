/* SPDX-License-Identifier: MIT */
#include "bench/results/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/results_line.h"
#include "common/i18n.h"

enum { DAMAGE_MAX = JSON_ERROR_TEXT_LENGTH + 64 };

static void note_damage(struct results *results, size_t line, const char *why)
{
    if (results->damage_count < RESULTS_DAMAGE_MAX) {
        struct results_damage *entry = &results->damage[results->damage_count];
        entry->line = line;
        snprintf(entry->why, sizeof entry->why, "%s", _(why));
    }
    results->damage_count++;
}

enum line_end { LINE_WHOLE, LINE_TOO_LONG, LINE_TORN, LINE_ENDLESS, LINE_NONE };

/*
 * Reads up to the next newline, which is not kept; of a line too long, only its end is found.
 * *taken: how many bytes were read.
 */
static enum line_end read_line(FILE *file, char *buffer, size_t *length, off_t *taken)
{
    bool too_long = false;
    int byte;

    *length = 0;
    *taken = 0;
    while ((byte = getc_unlocked(file)) != EOF && byte != '\n') {
        ++*taken;
        if (*length < RESULTS_LINE_MAX)
            buffer[(*length)++] = (char)byte;
        else
            too_long = true;
    }
    if (byte == EOF)
        return too_long ? LINE_ENDLESS : *length > 0 ? LINE_TORN : LINE_NONE;
    return too_long ? LINE_TOO_LONG : LINE_WHOLE;
}

/* Duplicate keys are refused: two readers could see two different samples in such a line. */
static json_t *parse(const char *buffer, size_t length, char why[DAMAGE_MAX])
{
    json_error_t json_error;
    json_t *line = json_loadb(buffer, length, JSON_REJECT_DUPLICATES, &json_error);

    if (!line)
        snprintf(why, DAMAGE_MAX, _("it is no JSON: %s"), json_error.text);
    return line;
}

/* growing: what has no newline yet is left for the next time. */
static int read_lines(struct results *results, FILE *file, char *buffer, bool growing,
                      const char *dir, struct error *error)
{
    size_t length;
    off_t taken;
    enum line_end end;

    results->torn = false;
    if (results->lines > 0 && !results->run) /* nor does what follows make one of it */
        return error_set(error, EINVAL,
                         _("%s/samples.jsonl does not start with a header of schema %d"), dir,
                         RESULTS_SCHEMA);
    while ((end = read_line(file, buffer, &length, &taken)) != LINE_NONE) {
        bool open_end = end == LINE_TORN || end == LINE_ENDLESS;
        /* Its end may come yet; a first line that is too long is no header with any end. */
        if (growing && open_end && (end == LINE_TORN || results->lines > 0)) {
            fseeko(file, -taken, SEEK_CUR);
            break;
        }
        size_t number = ++results->lines;
        char not_json[DAMAGE_MAX];
        const char *damage = not_json;
        json_t *line = NULL;

        if (end == LINE_TOO_LONG || end == LINE_ENDLESS)
            damage = N_("it is longer than 4 MiB");
        else
            line = parse(buffer, length, not_json);
        if (line && number == 1)
            damage = results_take_header(results, line);
        else if (line)
            damage = results_take_line(results, line);
        json_decref(line);

        if (damage == results_no_memory)
            return error_set(error, ENOMEM, _("there is no memory for the samples of %s"), dir);
        if (damage && number == 1) {
            results->run = NULL;
            return error_set(error, EINVAL,
                             _("%s/samples.jsonl does not start with a header of schema %d: %s"),
                             dir, RESULTS_SCHEMA, _(damage));
        }
        if (damage && open_end)
            results->torn = true;
        else if (damage)
            note_damage(results, number, damage);
        if (results->sample_count > RESULTS_SAMPLES_MAX)
            return error_set(error, EFBIG, _("%s/samples.jsonl has more than %d samples"), dir,
                             RESULTS_SAMPLES_MAX);
    }
    if (ferror(file))
        return error_set_errno(error, errno, _("reading %s/samples.jsonl"), dir);
    if (!results->run)
        return error_set(error, EINVAL, _("%s/samples.jsonl is empty: its run has only begun"),
                         dir);
    return 0;
}

/* A regular file of a size that can be read: a FIFO could keep us for ever, a device too. */
int results_open(const char *dir, FILE **file, struct error *error)
{
    struct stat status;
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0 && errno == ENOENT)
        return error_set_errno(
            error, ENOENT,
            _("opening the results folder %s, which 'virtlab compare' or 'virtlab bench' makes"),
            dir);
    if (folder < 0)
        return error_set_errno(error, errno, _("opening the results folder %s"), dir);
    int fd =
        openat(folder, "samples.jsonl", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int errnum = errno;
    close(folder);
    if (fd < 0 && errnum == ELOOP) /* a link */
        return error_set(error, EINVAL, _("%s/samples.jsonl is no regular file"), dir);
    if (fd < 0)
        return error_set_errno(error, errnum, _("opening %s/samples.jsonl"), dir);

    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return error_set(error, EINVAL, _("%s/samples.jsonl is no regular file"), dir);
    }
    if (status.st_size > RESULTS_FILE_MAX) {
        close(fd);
        return error_set(error, EFBIG, _("%s/samples.jsonl is larger than %d MiB"), dir,
                         RESULTS_FILE_MAX >> 20);
    }
    *file = fdopen(fd, "r");
    if (!*file) {
        close(fd);
        return error_set(error, ENOMEM, _("there is no memory to read %s/samples.jsonl"), dir);
    }
    return 0;
}

int results_read_file(struct results *results, FILE *file, const char *dir, struct error *error)
{
    int result;

    *results = (struct results){0};
    char *buffer = malloc(RESULTS_LINE_MAX);
    results->strings = json_object();
    if (buffer && results->strings)
        result = read_lines(results, file, buffer, false, dir, error);
    else
        result = error_set(error, ENOMEM, _("there is no memory for the samples of %s"), dir);
    free(buffer);
    if (result < 0)
        results_free(results);
    return result;
}

int results_read_more(struct results *results, FILE *file, const char *dir, struct error *error)
{
    char *buffer = malloc(RESULTS_LINE_MAX);
    int result = 0;

    if (!results->strings)
        results->strings = json_object();
    clearerr(file); /* the end of the file that was met the last time */
    if (buffer && results->strings)
        result = read_lines(results, file, buffer, true, dir, error);
    else
        result = error_set(error, ENOMEM, _("there is no memory for the samples of %s"), dir);
    free(buffer);
    return result;
}

int results_read(struct results *results, const char *dir, struct error *error)
{
    FILE *file;

    *results = (struct results){0};
    int result = results_open(dir, &file, error);
    if (result < 0)
        return result;
    result = results_read_file(results, file, dir, error);
    fclose(file);
    return result;
}

bool results_cut_off(const struct results *results)
{
    return results->torn || (results->ends && !results->ended);
}

void results_free(struct results *results)
{
    for (size_t i = 0; i < results->sample_count; i++)
        sample_free(&results->samples[i]);
    free(results->samples);
    json_decref(results->strings);
    *results = (struct results){0};
}

const char *results_title(const struct results *results, const char *platform)
{
    for (size_t i = 0; i < results->title_count; i++)
        if (strcmp(results->titles[i].platform, platform) == 0)
            return results->titles[i].title;
    return NULL;
}

bool sample_metric(const struct sample *sample, const char *name, int64_t *value)
{
    for (size_t i = 0; i < sample->metric_count; i++) {
        if (strcmp(sample->metrics[i].name, name) == 0) {
            *value = sample->metrics[i].value;
            return true;
        }
    }
    return false;
}

const char *sample_param(const struct sample *sample, const char *name)
{
    for (size_t i = 0; i < sample->param_count; i++)
        if (strcmp(sample->params[i].name, name) == 0)
            return sample->params[i].value;
    return "";
}
