/* SPDX-License-Identifier: MIT */
#include "bench/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/environment.h"
#include "bench/folder.h"
#include "bench/guard.h"
#include "bench/report.h"
#include "bench/setup.h"
#include "bench/summary.h"
#include "common/exitcode.h"
#include "common/i18n.h"
#include "common/streams.h"

/* In a row of experiments, one that fails does not take the others with it. */
static int measure(struct session *session, const struct run_request *request, struct error *error)
{
    int result = 0;

    progress_start(&session->progress);
    for (size_t i = 0; i < request->experiment_count; i++)
        progress_plan(&session->progress, request->experiments[i]->expect_ns(session));
    for (size_t i = 0; i < request->experiment_count; i++) {
        const struct experiment *experiment = request->experiments[i];
        progress_begin(&session->progress, experiment->name, experiment->expect_ns(session));
        result = experiment->run(session, error);
        progress_end(&session->progress);
        if (result == -EINTR || (result < 0 && request->experiment_count == 1))
            break;
        if (result < 0) {
            progress_clear(&session->progress);
            fprintf(stderr, _("the experiment '%s' failed: %s\n"), experiment->name, error->text);
            session->failed++;
            result = 0;
        }
    }
    progress_clear(&session->progress);
    return result;
}

/* Everything that needs the results folder. */
static int run_in_folder(struct session *session, const struct run_request *request,
                         const char *folder, struct error *error)
{
    char hash[ENVIRONMENT_HASH_SIZE];
    struct record_header header = {
        .environment = hash,
        .command = request->command,
        .seed = session->seed,
        .title_count = session->box_count,
    };
    struct error closing;

    for (size_t i = 0; i < session->box_count; i++) {
        header.titles[i].platform = session->boxes[i].platform->name;
        header.titles[i].title = session->boxes[i].platform->title;
    }
    int result = environment_write(folder, request->identify, hash, error);
    if (result == 0)
        result = recorder_open(&session->recorder, folder, &header, error);
    if (result < 0)
        return result;
    result = setup_check_boxes(session, error);
    if (result == 0)
        result = measure(session, request, error);
    if (recorder_close(&session->recorder, &closing) < 0 && result == 0) {
        *error = closing;
        result = -error->errnum;
    }
    return result;
}

/* Report and table are made from the folder alone, as `virtlab report` would. */
static int show(const struct session *session, const struct run_request *request,
                const char *folder, struct error *error)
{
    int result = report_write(folder, error);

    if (result == 0)
        result = summary_print(folder, request->form, stdout, error);
    if (result == 0)
        result = streams_finish(error);
    if (result == 0)
        fprintf(stderr, _("%u samples, seed %" PRIu64 ", table, report and plots: %s\n"),
                session->recorder.count, session->seed, folder);
    return result;
}

int run(const struct run_request *request, const struct scratch *scratch, struct error *error)
{
    struct session session;
    char folder[FOLDER_PATH_MAX];
    struct error giving;

    int result = setup_session(&session, request, scratch, error);
    if (result < 0)
        goto out;
    scratch_sweep(scratch);
    result = scratch_make_folder(scratch, error);
    if (result == 0 && request->peers)
        result = setup_hide_cgroup2(error);
    if (result == 0)
        result = folder_make(folder, request->out, request->name, error);
    if (result < 0)
        goto out;

    result = run_in_folder(&session, request, folder, error);
    if (result == 0)
        result = show(&session, request, folder, error);
    if (folder_give_to_caller(folder, &giving) < 0 && result == 0) {
        *error = giving;
        result = -error->errnum;
    }
    if (result == -EINTR && guard_interrupted()) {
        error_set_exit(error, EXIT_SIGNAL_BASE + guard_interrupted(), EINTR,
                       _("interrupted; %u samples are kept in %s"), session.recorder.count, folder);
    } else if (result == 0 && session.failed) {
        result = error_set(error, EIO, _("%u of %zu experiments failed"), session.failed,
                           request->experiment_count);
    } else if (result == 0 && session.timed_out) {
        result = error_set_exit(error, EXIT_TIMED_OUT, ETIMEDOUT,
                                _("the program did not end within %g s; try --timeout SECONDS"),
                                (double)request->timeout_ns / 1e9);
    } else if (result == 0 && session.outputs_differ) {
        result = error_set_exit(error, EXIT_OUTPUTS_DIFFER, 0, "%s", session.difference);
    }
out:
    setup_free(&session);
    return result;
}
