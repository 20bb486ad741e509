/* SPDX-License-Identifier: MIT */
/* One execution: from a platform and a program to a process, and on to its times. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness/session.h"
#include "common/exitcode.h"

static void fill_request(struct session *session, const struct trial *trial,
                         struct platform_request *request, char *id, size_t id_size, char *tmp,
                         size_t tmp_size)
{
    snprintf(id, id_size, "%s-%u", session->scratch->name, ++session->starts);
    snprintf(tmp, tmp_size, "%s/%s", session->scratch->folder, trial->platform->name);
    *request = (struct platform_request){
        .program = trial->program,
        .args = trial->args,
        .tmp = tmp,
        .id = id,
    };
    memcpy(request->value, trial->value, sizeof request->value);
    if (trial->cgroup)
        request->value[OPTION_CGROUP] = trial->cgroup->name;
    for (size_t i = 0; trial->files && i < session->file_count; i++) {
        request->files[i].host = session->files[i];
        request->files[i].guest = session->files[i];
        request->file_count++;
    }
    for (size_t i = 0; i < trial->more_count && request->file_count < PLATFORM_FILES_MAX; i++) {
        request->files[request->file_count].host = trial->more[i].host;
        request->files[request->file_count++].guest = trial->more[i].guest;
    }
}

/*
 * Tenants are numbers that no distribution gives to anybody: systemd, which keeps the list of who
 * gives what (UIDS-GIDS.md), calls 60578 to 61183 unused.
 */
enum { FIRST_TENANT = 61000, TENANTS = 128 };

/* 0: stay who we are. */
static uid_t user_to_become(const struct trial *trial)
{
    if (trial->uid != 0 || !trial->platform->tenants || geteuid() != 0)
        return trial->uid;
    return FIRST_TENANT + trial->tenant % TENANTS;
}

uid_t trial_uid(const struct trial *trial)
{
    uid_t uid = user_to_become(trial);
    return uid ? uid : geteuid();
}

static int start_words(struct session *session, const struct trial *trial,
                       const struct words *words, struct process_account *account,
                       struct process *process, struct error *error)
{
    struct platform_request request;
    struct platform_command command;
    char id[128], tmp[1200];

    fill_request(session, trial, &request, id, sizeof id, tmp, sizeof tmp);
    int result =
        platform_command(trial->platform, words, &request, session->paths.bin, &command, error);
    if (result < 0)
        return result;
    struct process_options options = {
        .argv = command.argv,
        .envp = session->environment,
        .input = trial->input,
        .timeout_ns = session->timeout_ns,
        .cpu = trial->bound ? session->work_cpu : -1,
        .uid = trial->uid,
        .account = account,
        .cgroup_count = !trial->cgroup               ? 0
                        : trial->cgroup->pids_fd < 0 ? 1
                                                     : 2,
        .cgroup_fds = {trial->cgroup ? trial->cgroup->enter_fd : -1,
                       trial->cgroup ? trial->cgroup->pids_fd : -1},
    };
    result = process_start(process, &options, error);
    platform_command_free(&command);
    return result;
}

int trial_start(struct session *session, const struct trial *trial, struct process *process,
                struct error *error)
{
    struct trial as_user = *trial;

    as_user.uid = user_to_become(trial);
    return start_words(session, &as_user, &trial->platform->start, &session->programs, process,
                       error);
}

int trial_failed(struct record *record, enum record_status status, const struct error *error)
{
    if (error->errnum == EINTR)
        return -EINTR;
    record->status = status;
    snprintf(record->reason, sizeof record->reason, "%.*s", (int)sizeof record->reason - 1,
             error->text);
    return 0;
}

/*
 * 125 to 127 are what a box says of itself: it failed, or could not execute the program. Then its
 * last line on standard error is the reason. A native process has no box around it.
 */
static void judge_end(const struct trial *trial, struct process *process, struct record *record)
{
    bool native = strcmp(trial->platform->name, "native") == 0;

    record->exit = process->exit;
    record->status = RECORD_OK;
    if (!native && process->exit >= EXIT_TOOL_FAILED && process->exit <= EXIT_NOT_FOUND) {
        record->status = RECORD_FAILED;
        process_last_error_line(process, record->reason, sizeof record->reason);
        if (!*record->reason)
            snprintf(record->reason, sizeof record->reason, "ended with status %d", process->exit);
    }
}

static int timed_out(const struct session *session, struct record *record)
{
    record->status = RECORD_TIMEOUT;
    record->exit = EXIT_TIMED_OUT;
    snprintf(record->reason, sizeof record->reason, "did not end within %g s",
             (double)session->timeout_ns / 1e9);
    return 0;
}

int trial_run(struct session *session, const struct trial *trial, trial_output *output,
              void *context, struct trial_times *times, struct record *record, struct error *error)
{
    struct process process;
    int result;

    *times = (struct trial_times){.first_output_ns = -1};
    record->exit = -1;
    if (trial_start(session, trial, &process, error) < 0) {
        record->exit = error->exit_status;
        return trial_failed(record, RECORD_FAILED, error);
    }
    record->t0_ns = process.t0_ns;
    for (;;) {
        switch (process_next(&process)) {
        case PROCESS_OUTPUT:
            if (times->first_output_ns < 0)
                times->first_output_ns = process.at_ns - process.t0_ns;
            if (output)
                output(context, process.output, process.output_length);
            continue;
        case PROCESS_WOKEN:
            continue;
        case PROCESS_ENDED:
            times->end_ns = process.at_ns - process.t0_ns;
            times->user_ns = process.user_ns;
            times->system_ns = process.system_ns;
            judge_end(trial, &process, record);
            result = 0;
            break;
        case PROCESS_TIMED_OUT:
            result = timed_out(session, record);
            break;
        case PROCESS_INTERRUPTED:
        default:
            result = error_set(error, EINTR, "interrupted");
            break;
        }
        break;
    }
    process_kill(&process);
    return result;
}

void trial_metrics(const struct trial_times *times, struct record *record)
{
    if (times->first_output_ns >= 0)
        record_metric(record, "first_output_ns", times->first_output_ns);
    record_metric(record, "end_ns", times->end_ns);
    record_metric(record, "user_ns", times->user_ns);
    record_metric(record, "system_ns", times->system_ns);
}

/* Runs one of the platform's other commands to its end; its last words are the error. */
static int run_words(struct session *session, const struct trial *trial, const struct words *words,
                     struct error *error)
{
    struct trial command = *trial;
    struct process process;
    int result;

    command.input = false;
    command.bound = false;
    command.cgroup = NULL;
    command.uid = 0;
    result = start_words(session, &command, words, NULL, &process, error);
    if (result < 0)
        return result;
    enum process_event event;
    while ((event = process_next(&process)) == PROCESS_OUTPUT || event == PROCESS_WOKEN)
        ;
    if (event == PROCESS_INTERRUPTED) {
        result = error_set(error, EINTR, "interrupted");
    } else if (event == PROCESS_TIMED_OUT) {
        result = error_set(error, ETIMEDOUT, "'%s' did not end in time", words->word[0]);
    } else if (process.exit != 0) {
        char line[SESSION_REASON_MAX];
        process_last_error_line(&process, line, sizeof line);
        result = error_set(error, ENOTSUP, "%s", line);
        if (!*line)
            result = error_set(error, ENOTSUP, "'%s' ended with status %d", words->word[0],
                               process.exit);
    }
    process_kill(&process);
    return result;
}

/* Commands, one after the other, with a word ";" between them. */
static int run_sequence(struct session *session, const struct trial *trial,
                        const struct words *words, struct error *error)
{
    int result = 0;

    for (size_t first = 0, next; first < words->count && result == 0; first = next + 1) {
        for (next = first; next < words->count && strcmp(words->word[next], ";") != 0; next++)
            ;
        const struct words one = {true, next - first, words->word + first};
        result = run_words(session, trial, &one, error);
    }
    return result;
}

int trial_check_needs(struct session *session, const struct platform *platform, struct error *error)
{
    struct trial trial = {.platform = platform, .program = "/"};
    return run_sequence(session, &trial, &platform->needs, error);
}

int trial_prepare(struct session *session, const struct trial *trial, bool cleanup,
                  struct error *error)
{
    const struct words *words = cleanup ? &trial->platform->cleanup : &trial->platform->prepare;
    return run_sequence(session, trial, words, error);
}
