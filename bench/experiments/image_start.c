/* SPDX-License-Identifier: MIT */
#include "bench/experiments/image_start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/experiments/image_formats.h"
#include "common/exitcode.h"
#include "common/i18n.h"

enum { PIECE_BYTES = 1 << 16, SAID_BYTES = 256 };

#define LIBRARY "libvirtlab-version.so.1"

/* --- starting -------------------------------------------------------------------------------- */

struct said {
    char *line;
    size_t size, used;
};

static void keep_output(void *context, const char *data, size_t length)
{
    struct said *said = context;
    size_t room = said->size - 1 - said->used;

    if (length > room)
        length = room;
    memcpy(said->line + said->used, data, length);
    said->used += length;
}

int image_start(struct session *session, const struct trial *trial, int *status, char *line,
                size_t line_size, char *why, size_t why_size, struct error *error)
{
    struct said said = {.line = line, .size = line_size};
    struct record record = {.exit = -1};
    struct trial_times times;

    int result = trial_run(session, trial, keep_output, &said, &times, &record, error);
    if (result < 0)
        return result;
    line[said.used] = '\0';
    line[strcspn(line, "\n")] = '\0';
    *status = record.exit;
    snprintf(why, why_size, "%s", record.reason);
    if (!*why && record.exit != 0)
        snprintf(why, why_size, _("ended with status %d"), record.exit);
    return 0;
}

int image_install(const char *file, const char *folder, const char *name, struct error *error)
{
    char path[PATHS_MAX + 128], *piece = malloc(PIECE_BYTES);
    int from = open(file, O_RDONLY | O_CLOEXEC), to = -1;
    ssize_t got = piece && from >= 0 ? 1 : -1;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (got > 0) {
        unlink(path);
        to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
        got = to < 0 ? -1 : 1;
    }
    while (got > 0) {
        got = read(from, piece, PIECE_BYTES);
        if (got > 0 && write(to, piece, (size_t)got) != got)
            got = -1;
    }
    int errnum = errno;
    if (to >= 0)
        close(to);
    if (from >= 0)
        close(from);
    free(piece);
    return got < 0 ? error_set_errno(error, errnum, "cannot copy %s to %s", file, path) : 0;
}

/* --- two versions of a library --------------------------------------------------------------- */

/* Paths of one of the two programs; "system" is the folder that a whole host has once. */
struct pair {
    char loader[PATHS_MAX], library[PATHS_MAX], wants[PATHS_MAX], system[1300];
};

static int find_pair(struct session *session, unsigned version, struct pair *pair,
                     struct error *error)
{
    char below[64];

    snprintf(pair->system, sizeof pair->system, "%s/system", session->scratch->folder);
    int result = paths_join(pair->loader, session->paths.libexec, "image/loader", error);
    snprintf(below, sizeof below, "image/%u/" LIBRARY, version);
    if (result == 0)
        result = paths_join(pair->library, session->paths.libexec, below, error);
    snprintf(below, sizeof below, "image/%u/wants", version);
    return result < 0 ? result : paths_join(pair->wants, session->paths.libexec, below, error);
}

/* On a host there is one file of a name: who installs the second version replaces the first. */
static int install_both(struct session *session, struct error *error)
{
    struct pair pair = {.system = ""};
    char name[32];

    for (unsigned version = 1; version <= 2; version++) {
        int result = find_pair(session, version, &pair, error);
        if (result < 0)
            return result;
        if (mkdir(pair.system, 0755) < 0 && errno != EEXIST)
            return error_set_errno(error, errno, "cannot make %s", pair.system);
        snprintf(name, sizeof name, "wants-%u", version);
        result = image_install(pair.library, pair.system, LIBRARY, error);
        if (result == 0)
            result = image_install(pair.wants, pair.system, name, error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* One of the two; the loader is the program to start, since not every box looks for one itself. */
static int try_version(struct session *session, const struct platform *platform, unsigned version,
                       bool own_files, bool *works, char *why, struct error *error)
{
    char option[] = "--library-path", folder[1300], program[1400], line[SAID_BYTES];
    char *args[] = {option, folder, program, NULL};
    struct pair pair = {.system = ""};
    int status;

    int result = find_pair(session, version, &pair, error);
    if (result < 0)
        return result;
    struct trial trial = {.platform = platform, .program = pair.loader, .args = args};
    if (own_files) {
        snprintf(folder, sizeof folder, "/image");
        snprintf(program, sizeof program, "/image/wants");
        trial.more[0] = (struct trial_file){pair.library, "/image/" LIBRARY};
        trial.more[1] = (struct trial_file){pair.wants, "/image/wants"};
        trial.more_count = 2;
    } else {
        snprintf(folder, sizeof folder, "%s", pair.system);
        snprintf(program, sizeof program, "%s/wants-%u", pair.system, version);
    }
    result =
        image_start(session, &trial, &status, line, sizeof line, why, SESSION_REASON_MAX, error);
    *works = result == 0 && status == 0;
    return result;
}

int image_try_versions(struct session *session, const struct platform *platform,
                       struct record *record, char *detail, struct error *error)
{
    const struct words *file = &platform->option[OPTION_FILE];
    char why[SESSION_REASON_MAX];
    unsigned works = 0;
    int result = 0;

    if (!file->given)
        return error_set(error, ENOTSUP, _("no files can be given to this box"));
    bool own_files = file->count > 0;
    if (!own_files)
        result = install_both(session, error);
    for (unsigned version = 1; version <= 2 && result == 0; version++) {
        bool one_works;
        result = try_version(session, platform, version, own_files, &one_works, why, error);
        works += one_works;
        if (result == 0 && !one_works)
            snprintf(detail, SESSION_REASON_MAX, "who wants version %u: %.200s", version, why);
    }
    if (result < 0)
        return result;
    record_metric(record, "works_n", works);
    record_metric(record, "programs_n", 2);
    return 0;
}

/* --- formats --------------------------------------------------------------------------------- */

int image_try_format(struct session *session, const struct platform *platform, const char *format,
                     struct record *record, char *detail, struct error *error)
{
    char path[PATHS_MAX], line[SAID_BYTES], why[SESSION_REASON_MAX];
    int status, result;

    if (strcmp(format, "dynamic") == 0) {
        result = paths_join(path, session->paths.libexec, "image/dynamic", error);
    } else {
        snprintf(path, sizeof path, "%s/%s", session->scratch->folder, format);
        result = image_write_format(path, format, error);
    }
    if (result < 0)
        return result;
    struct trial trial = {.platform = platform, .program = path};
    result = image_start(session, &trial, &status, line, sizeof line, why, sizeof why, error);
    if (result < 0)
        return result;
    record->exit = status;
    record_metric(record, "works_n", status == IMAGE_FORMAT_STATUS);
    if (status != IMAGE_FORMAT_STATUS)
        snprintf(detail, SESSION_REASON_MAX, "%s", why);
    return 0;
}

/* --- whose kernel ---------------------------------------------------------------------------- */

static void read_boot_id(char *boot_id, size_t size)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, boot_id, size - 1);

    if (fd >= 0)
        close(fd);
    boot_id[got > 0 ? got : 0] = '\0';
    boot_id[strcspn(boot_id, "\n")] = '\0';
}

int image_try_kernel(struct session *session, const struct platform *platform,
                     struct record *record, char *detail, struct error *error)
{
    char path[PATHS_MAX], line[SAID_BYTES], why[SESSION_REASON_MAX];
    char boot_id[64], release[128], their_id[64];
    struct utsname host = {0};
    int status;

    int result = paths_join(path, session->paths.libexec, "image/kernel", error);
    struct trial trial = {.platform = platform, .program = path};
    if (result == 0)
        result = image_start(session, &trial, &status, line, sizeof line, why, sizeof why, error);
    if (result < 0)
        return result;
    record->exit = status;
    if (status != 0 || sscanf(line, "%127s %63s", release, their_id) != 2)
        return error_set(error, EPROTO, "%s", *why ? why : _("it said something else"));
    uname(&host);
    read_boot_id(boot_id, sizeof boot_id);
    bool none = strcmp(their_id, "-") == 0;
    record_metric(record, "own_kernel_n", !none && strcmp(their_id, boot_id) != 0);
    record_metric(record, "other_release_n", strcmp(release, host.release) != 0);
    snprintf(detail, SESSION_REASON_MAX,
             none ? _("calls itself %s; there is no kernel in it") : "%s", release);
    return 0;
}
