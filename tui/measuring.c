/* SPDX-License-Identifier: MIT */
#include "tui/measuring.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/i18n.h"
#include "tui/child.h"

enum { WORDS_MAX = 32 };

bool measuring_goes_on(const struct measuring *measuring, const struct view *view)
{
    return measuring->pid > 0 || view->run.state == RUN_RUNNING || view->run.state == RUN_PAUSED;
}

bool measuring_start(struct measuring *measuring, struct view *view, const char *root,
                     const char *words)
{
    char copy[VIEW_TEXT_MAX];
    const char *list[WORDS_MAX + 4] = {"bench", "--out", root};
    size_t count = 3;
    char *rest = copy;
    struct error error;

    if (measuring_goes_on(measuring, view)) {
        view_say(view, "%s", _("a run is in progress; x stops it"));
        return false;
    }
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word; count < WORDS_MAX + 3 && (word = strsep(&rest, " "));)
        if (*word)
            list[count++] = word;
    /* The comparison is no experiment but a command of its own: its name stands in front. */
    bool compares = count > 3 && strcmp(list[3], "compare") == 0;
    if (compares) {
        list[0] = "compare";
        memmove(list + 3, list + 4, (count - 3) * sizeof *list); /* with the NULL at the end */
    }
    if (child_start_run(&measuring->pid, &measuring->log, list, &error) < 0) {
        measuring->pid = 0;
        view_say(view, "%s", error.text);
        return false;
    }
    view_say(view, _("virtlab %s%s: started; it goes on if you leave"), compares ? "" : "bench ",
             words);
    return true;
}

void measuring_reap(struct measuring *measuring, struct view *view)
{
    char line[VIEW_TEXT_MAX];
    int status;

    if (measuring->pid <= 0 || waitpid(measuring->pid, &status, WNOHANG) != measuring->pid)
        return;
    child_last_line(measuring->log, line, sizeof line);
    close(measuring->log);
    measuring->pid = 0;
    if (view->stopped)
        view_say(view, "%s", _("the run was stopped; what was measured is kept, and shown"));
    else if (*line)
        view_say(view, "%s", line);
    else
        view_say(view, "%s", _("the run has ended"));
}

static bool signal_run(struct measuring *measuring, struct view *view, int signum, const char *done)
{
    int result = run_progress_signal(&view->run, signum);

    if (result == -ESRCH && measuring->pid > 0 && signum == SIGTERM)
        result = kill(measuring->pid, SIGTERM) < 0 ? -errno
                                                   : 0; /* it has not said yet that it is there */
    if (result == 0)
        view_say(view, "%s", done);
    else if (result == -ESRCH)
        view_say(view, "%s", _("no run is in progress in this folder"));
    else
        view_say(view, "%s", strerror(-result));
    return result == 0;
}

void measuring_stop(struct measuring *measuring, struct view *view)
{
    view->stopped |= signal_run(measuring, view, SIGTERM,
                                _("the run is asked to stop; what was measured is kept"));
    run_progress_signal(&view->run, SIGCONT); /* who is stopped sees no other signal */
}

void measuring_pause_or_go_on(struct measuring *measuring, struct view *view)
{
    if (view->run.state == RUN_PAUSED)
        signal_run(measuring, view, SIGCONT, _("the run goes on"));
    else
        signal_run(measuring, view, SIGTSTP,
                   _("the run pauses as soon as the trial in flight is over"));
}
