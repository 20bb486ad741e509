/* SPDX-License-Identifier: MIT */
#include "bench/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/process/guard.h"
#include "bench/report/report.h"
#include "bench/results/environment.h"
#include "bench/results/folder.h"
#include "bench/run_resume.h"
#include "bench/setup.h"
#include "bench/tables/summary.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"
#include "common/streams.h"

/* In a row of experiments, one that fails does not take the others with it. */
static int measure(struct session *session, const struct run_request *request, const char *folder,
                   struct error *error)
{
    int result = 0;
    int64_t start_ns = clock_now_ns();

    progress_start(&session->progress);
    progress_publish(&session->progress, folder);
    for (size_t i = 0; i < request->experiment_count; i++)
        progress_plan(&session->progress, request->experiments[i]->expect_ns(session));
    for (size_t i = 0; i < request->experiment_count; i++) {
        const struct experiment *experiment = request->experiments[i];
        progress_begin(&session->progress, experiment->name, experiment->expect_ns(session));
        result = 0;
        if (!session->resume || !resume_pass_over(session->resume, experiment->name))
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
    progress_end_all(&session->progress);
    session->took_ns = clock_now_ns() - start_ns - session->progress.rested_ns;
    return result;
}

static int begin(struct session *session, const struct run_request *request, const char *folder,
                 const char *request_hash, struct error *error)
{
    char hash[ENVIRONMENT_HASH_SIZE];
    struct record_header header = {
        .environment = hash,
        .request = request_hash,
        .command = request->command,
        .seed = session->seed,
        .title_count = session->box_count,
    };

    for (size_t i = 0; i < session->box_count; i++) {
        const struct box *box = &session->boxes[i];
        header.titles[i].platform = box->platform->name;
        header.titles[i].title = box->platform->title;
        if (!*box->reason)
            header.boxes[header.box_count++] = box->platform->name;
    }
    int result = environment_write(folder, request->identify, hash, error);
    return result < 0 ? result : recorder_open(&session->recorder, folder, &header, error);
}

/*
 * Locked first and read then, so that nobody adds to it in between; changed only when it is known
 * to be the same run.
 */
static int go_on(struct session *session, const struct run_request *request, const char *folder,
                 const char *request_hash, struct resume *resume, struct error *error)
{
    struct recorder *recorder = &session->recorder;
    int result = recorder_reopen(recorder, folder, error);

    if (result == 0)
        result = run_resume_open(resume, session, request, folder, request_hash, error);
    if (result < 0)
        return result;
    recorder->is_there = resume_take_record;
    recorder->context = resume;
    session->resume = resume;
    recorder->seed = session->seed;
    recorder->count = (unsigned)resume->results.sample_count;
    snprintf(recorder->run, sizeof recorder->run, "%s", resume->results.run);
    return recorder_mend_end(recorder, resume->results.torn, error);
}

/* Everything that needs the results folder. */
static int run_in_folder(struct session *session, const struct run_request *request,
                         const char *folder, struct error *error)
{
    char request_hash[RUN_REQUEST_HASH_SIZE];
    struct resume resume = {0};
    struct error closing;

    int result = setup_check_boxes(session, error);
    if (result == 0)
        result = run_request_hash(session, request, request_hash, error);
    if (result == 0)
        result = request->resume ? go_on(session, request, folder, request_hash, &resume, error)
                                 : begin(session, request, folder, request_hash, error);
    if (result == 0)
        result = measure(session, request, folder, error);
    size_t left = resume.results.sample_count - resume.next;
    if (result == 0 && left > 0)
        fprintf(stderr,
                ngettext("%zu sample of %s fits nothing that was measured now; it is kept\n",
                         "%zu samples of %s fit nothing that was measured now; they are kept\n",
                         left),
                left, folder);
    /* A run that was complete before it went on has its end already. */
    bool ended = resume.results.ended && session->recorder.count == resume.results.sample_count;
    if (result == 0 && !ended)
        result = recorder_finish(&session->recorder, error);
    resume_close(&resume);
    session->resume = NULL;
    session->recorder.is_there = NULL;
    if (recorder_close(&session->recorder, &closing) < 0 && result == 0) {
        *error = closing;
        result = -error->errnum;
    }
    return result;
}

/* Pauses are part of the method; what neither they nor boxes took is the harness's own. */
static void tell_time(const struct session *session)
{
    double whole = (double)session->took_ns / 100;
    double boxes = (double)session->programs.total_ns, pauses = (double)session->pauses_ns;

    if (whole > 0)
        fprintf(stderr,
                _("of %.1f s boxes ran for %.1f %%, pauses before single runs took %.1f %%, the "
                  "harness %.1f %%\n"),
                (double)session->took_ns / NS_PER_S, boxes / whole, pauses / whole,
                ((double)session->took_ns - boxes - pauses) / whole);
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
        fprintf(stderr,
                ngettext("%u sample, seed %" PRIu64 ", table, report and plots: %s\n",
                         "%u samples, seed %" PRIu64 ", table, report and plots: %s\n",
                         session->recorder.count),
                session->recorder.count, session->seed, folder);
    if (result == 0)
        tell_time(session);
    return result;
}

static int name_folder(char *folder, const char *name, struct error *error)
{
    if (strlen(name) >= FOLDER_PATH_MAX)
        return error_set(error, ENAMETOOLONG, _("the name of the folder %.200s is too long"), name);
    strcpy(folder, name);
    return 0;
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
        result = request->resume ? name_folder(folder, request->resume, error)
                                 : folder_make(folder, request->out, request->name, error);
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
        error_set_exit(
            error, EXIT_SIGNAL_BASE + guard_interrupted(), EINTR,
            ngettext(
                "interrupted; %u sample is kept in %s; the same command with --resume=%s goes on",
                "interrupted; %u samples are kept in %s; the same command with --resume=%s goes on",
                session.recorder.count),
            session.recorder.count, folder, folder);
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

int run_command(const struct command_spec *command,
                int (*parse)(struct run_request *, int, char **, struct error *),
                const struct scratch *scratch, int argc, char **argv)
{
    struct run_request request;
    struct error error;
    int result = parse(&request, argc, argv, &error);

    if (result == OPTIONS_SHOWN)
        result = streams_finish(&error);
    else if (result == 0)
        result = run(&request, scratch, &error);
    return result < 0 ? error_report(&error, command->name) : 0;
}
