/* SPDX-License-Identifier: MIT */
/*
 * image: what has to be shipped to start a box, what do copies of it take, and what does it decide?
 *
 * Nothing is looked up: two programs that want two versions of one library are started, and so are
 * programs in other formats and for other processors, made here by hand, byte by byte; copies are
 * made and written to, and the blocks are counted that the file system gave for them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/image_copies.h"
#include "bench/experiments/image_size.h"
#include "bench/experiments/image_start.h"
#include "bench/results/whole_file.h"
#include "common/clock.h"
#include "common/i18n.h"

#define NAME "image"
#define MIB  (INT64_C(1) << 20)

enum { BLOCKS = 1, EXPECTED_TRIAL_MS = 60, MOST_IMAGE_MIB = 64 };

/* --- what is shipped, and copies of it ------------------------------------------------------- */

static int record_ship(struct session *session, const struct platform *platform,
                       struct record *record, struct error *error)
{
    char program[PATHS_MAX];
    struct image_size size;

    int result = session_program(session, "idle", program, error);
    if (result < 0)
        return result;
    if (!image_size(session, platform, program, &size))
        return error_set(error, ENOENT, _("a file that is part of this box is missing"));
    record_metric(record, "ship_bytes", size.program_bytes + size.system_bytes);
    record_metric(record, "program_bytes", size.program_bytes);
    record_metric(record, "system_bytes", size.system_bytes);
    record_metric(record, "tool_bytes", size.tool_bytes);
    return 0;
}

/* A folder with all that is shipped for a box; *first becomes the name of one file in it. */
static int gather(struct session *session, const struct platform *platform, const char *folder,
                  const char **first, struct error *error)
{
    char path[PATHS_MAX];

    *first = "program";
    int result = session_program(session, "idle", path, error);
    if (result == 0)
        result = image_install(path, folder, "program", error);
    for (size_t i = 0; i < platform->image.count && result == 0; i++) {
        if (!image_path(session, platform, i, path))
            return error_set(error, ENAMETOOLONG, "the path of an image is too long");
        const char *name = strrchr(path, '/') + 1;
        result = image_install(path, folder, name, error);
    }
    return result;
}

/* Copies must not fill the disk, nor the memory where /tmp is in it. */
static int check_room(struct session *session, const struct platform *platform, struct error *error)
{
    char program[PATHS_MAX];
    struct image_size size;
    struct statvfs room;

    int result = session_program(session, "idle", program, error);
    if (result < 0)
        return result;
    if (!image_size(session, platform, program, &size) ||
        statvfs(session->scratch->folder, &room) < 0)
        return error_set(error, ENOENT, _("a file that is part of this box is missing"));
    int64_t image = size.program_bytes + size.system_bytes;
    int64_t free_bytes = (int64_t)(room.f_bavail * room.f_frsize);
    if (image > MOST_IMAGE_MIB * MIB || free_bytes < 4 * IMAGE_COPIES * image)
        return error_set(error, ENOSPC, _("no room in %s for %d copies of %" PRId64 " MiB"),
                         session->scratch->parent, IMAGE_COPIES, image / MIB + 1);
    return 0;
}

/* The kernel's overlays, by a program that has mounts of its own. */
static int copy_by_overlay(struct session *session, const char *original, const char *folder,
                           const char *first, struct image_copies *copies, struct error *error)
{
    const struct platform *native = platforms_find(&session->platforms, "native", 6);
    char program[PATHS_MAX], lower[1300], upper[1300], number[8], name[64], said[128], why[256];
    char *args[] = {lower, upper, number, name, NULL};
    int status;

    snprintf(lower, sizeof lower, "%s", original);
    snprintf(upper, sizeof upper, "%s", folder);
    snprintf(number, sizeof number, "%d", IMAGE_COPIES);
    snprintf(name, sizeof name, "%s", first);
    if (!native)
        return error_set(error, ENOENT, "there is no platform 'native'");
    struct trial trial = {.platform = native, .program = program, .args = args};
    int result = paths_join(program, session->paths.libexec, "image/overlay", error);
    if (result == 0)
        result = image_start(session, &trial, &status, said, sizeof said, why, sizeof why, error);
    if (result < 0)
        return result;
    if (status != 0 || sscanf(said, "taken %" SCNd64 " written %" SCNd64 " shared %" SCNd64,
                              &copies->taken_bytes, &copies->written_bytes, &copies->shared_n) != 3)
        return error_set(error, ENOTSUP, "%s",
                         *said  ? said
                         : *why ? why
                                : _("there are no overlays here"));
    return 0;
}

static int record_copies(struct session *session, const struct platform *platform, const char *form,
                         struct record *record, struct error *error)
{
    char folder[1200], original[1300], made[1300];
    struct image_copies copies;
    const char *first;

    int result = check_room(session, platform, error);
    if (result < 0)
        return result;
    snprintf(folder, sizeof folder, "%s/image", session->scratch->folder);
    snprintf(original, sizeof original, "%s/original", folder);
    snprintf(made, sizeof made, "%s/copies", folder);
    if (mkdir(folder, 0700) < 0 || mkdir(original, 0700) < 0 || mkdir(made, 0700) < 0)
        return error_set_errno(error, errno, "cannot make folders in %s", folder);
    result = gather(session, platform, original, &first, error);
    if (result == 0 && strcmp(form, "overlay") == 0)
        result = copy_by_overlay(session, original, made, first, &copies, error);
    else if (result == 0)
        result = image_copy(strcmp(form, "copy") == 0   ? IMAGE_COPY
                            : strcmp(form, "link") == 0 ? IMAGE_LINK
                                                        : IMAGE_CLONE,
                            original, made, first, &copies, error);
    scratch_remove_tree(AT_FDCWD, folder);
    if (result < 0)
        return result;
    record_metric(record, "copies_n", IMAGE_COPIES);
    record_metric(record, "taken_bytes", copies.taken_bytes);
    record_metric(record, "written_bytes", copies.written_bytes);
    record_metric(record, "shared_n", copies.shared_n);
    return 0;
}

/* --- all trials ------------------------------------------------------------------------------ */

/* What is tried; the name is the sample's param, and the file below libexec/image or scratch. */
static const char *const trials[] = {
    "ship",   "copy",    "link", "clone",   "overlay", "versions",
    "static", "dynamic", "i386", "aarch64", "kernel",
};
enum { TRIALS = sizeof trials / sizeof *trials };

struct image {
    const char *trial;
    char detail[SESSION_REASON_MAX]; /* borrowed by the record until it is written */
};

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(session_runs(session, BLOCKS) * session->box_count) * TRIALS *
           EXPECTED_TRIAL_MS * NS_PER_MS;
}

static bool is_one_of(const char *name, const char *list)
{
    const char *found = strstr(list, name);
    size_t length = strlen(name);

    return found && (found == list || found[-1] == ' ') &&
           (found[length] == '\0' || found[length] == ' ');
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct image *image = context;
    const struct platform *platform = contender->platform;
    const char *trial = image->trial;
    enum record_status trouble = RECORD_FAILED;
    int result;

    record_param_text(record, "trial", trial);
    *image->detail = '\0';
    if (strcmp(trial, "ship") == 0) {
        result = record_ship(session, platform, record, error);
    } else if (is_one_of(trial, "copy link clone overlay")) {
        result = record_copies(session, platform, trial, record, error);
        trouble = RECORD_SKIPPED; /* this disk, user or kernel has no such thing */
    } else if (strcmp(trial, "versions") == 0) {
        result = image_try_versions(session, platform, record, image->detail, error);
        trouble = RECORD_SKIPPED; /* it cannot be given files */
    } else if (strcmp(trial, "kernel") == 0) {
        result = image_try_kernel(session, platform, record, image->detail, error);
    } else {
        result = image_try_format(session, platform, trial, record, image->detail, error);
    }
    if (result < 0)
        return trial_failed(record, trouble, error);
    record->status = RECORD_OK;
    if (record->exit < 0)
        record->exit = 0;
    if (*image->detail)
        record->detail = image->detail;
    return 0;
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct image image;
    int result = 0;

    int count = session_contenders(session, NAME, "", false, contenders, error);
    if (count < 0)
        return count;
    /* What is installed here has to be found by tenants who are other users, too. */
    if (chmod(session->scratch->folder, 0711) < 0)
        return error_set_errno(error, errno, "cannot open up %s", session->scratch->folder);
    for (unsigned i = 0; i < TRIALS && result == 0; i++) {
        struct schedule_plan plan = {
            .experiment = NAME,
            .workload = "image",
            .variant = trials[i],
            .blocks = session_runs(session, BLOCKS),
            .step = i,
            .steps = TRIALS,
        };
        image.trial = trials[i];
        for (int c = 0; c < count; c++)
            contenders[c].out = false; /* another trial, another chance */
        result = session_each(session, &plan, contenders, (size_t)count, try, &image, error);
    }
    chmod(session->scratch->folder, 0700);
    return result;
}

const struct experiment experiment_image = {
    .name = NAME,
    .purpose = N_("what has to be shipped, what copies take, and which programs and kernels run"),
    .expect_ns = expect_ns,
    .run = run,
};
