/* SPDX-License-Identifier: MIT */
#include "bench/experiments/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/process/tree.h"
#include "common/clock.h"

/* Well above what the target needs for an answer; it strikes only when something is broken. */
#define ANSWER_TIMEOUT_NS (5 * NS_PER_S)

enum { ENVIRONMENT_MAX = 64 };

/* 64 random bits as 16 hexadecimal digits. */
static int draw(char text[20], struct error *error)
{
    uint64_t bits;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        return error_set_errno(error, errno, "cannot draw random numbers");
    snprintf(text, 20, "%016" PRIx64, bits);
    return 0;
}

/*
 * As root: a mount namespace of our own, nothing of which reaches the host's (mount_namespaces(7)),
 * and in it a fresh tmpfs as the planted folder, on which device nodes and programs work. Without
 * the permission the folder stays what it is: then the probes cannot mount or make nodes either.
 */
static void take_mounts_along(struct witness *witness, uid_t owner)
{
    witness->old_mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    witness->old_folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (witness->old_mounts < 0 || witness->old_folder < 0 || unshare(CLONE_NEWNS) < 0) {
        if (witness->old_mounts >= 0)
            close(witness->old_mounts);
        witness->old_mounts = -1;
        return;
    }
    char options[80];
    snprintf(options, sizeof options, "mode=0755,size=4m,uid=%u", (unsigned)owner);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
        mount("virtlab", witness->folder, "tmpfs", MS_NOSUID, options);
}

static void return_to_mounts(struct witness *witness)
{
    if (witness->old_mounts >= 0) {
        umount2(witness->folder, MNT_DETACH);
        /* setns(2) moves the working folder to the namespace's root; this goes back to ours. */
        bool back =
            setns(witness->old_mounts, CLONE_NEWNS) == 0 && fchdir(witness->old_folder) == 0;
        (void)back; /* neither can fail for descriptors that we hold, with the right to unshare */
        close(witness->old_mounts);
    }
    if (witness->old_folder >= 0)
        close(witness->old_folder);
    witness->old_mounts = witness->old_folder = -1;
}

/* Wait for a line of the target. It ends without its newline in witness->answer. */
static int await_answer(struct witness *witness, struct error *error)
{
    witness->answer_used = 0;
    witness->target.deadline_ns = clock_now_ns() + ANSWER_TIMEOUT_NS;
    for (;;) {
        enum process_event event = process_next(&witness->target);
        if (event == PROCESS_INTERRUPTED)
            return error_set(error, EINTR, "interrupted");
        if (event == PROCESS_WOKEN)
            continue;
        if (event != PROCESS_OUTPUT)
            return error_set(error, EIO, "the target of the probes does not answer: %s",
                             witness->target.errors_length ? witness->target.errors : "no reason");
        size_t length = witness->target.output_length;
        if (length > sizeof witness->answer - 1 - witness->answer_used)
            return error_set(error, EMSGSIZE, "the target of the probes says too much");
        memcpy(witness->answer + witness->answer_used, witness->target.output, length);
        witness->answer_used += length;
        witness->answer[witness->answer_used] = '\0';
        char *newline = strchr(witness->answer, '\n');
        if (newline) {
            *newline = '\0';
            return 0;
        }
    }
}

/* Cut "planted NAME=VALUE ..." into the words for the probes. */
static int keep_words(struct witness *witness, struct error *error)
{
    size_t count = 0;
    char *rest;
    snprintf(witness->words, sizeof witness->words, "%s", witness->answer);
    char *word = strtok_r(witness->words, " ", &rest);
    if (!word || strcmp(word, "planted") != 0)
        return error_set(error, EIO, "the target of the probes says something else than 'planted'");
    while ((word = strtok_r(NULL, " ", &rest)) && count < WITNESS_WORDS_MAX)
        witness->args[count++] = word;
    witness->args[count] = NULL;
    return 0;
}

/* The environment and one variable more. */
static void add_variable(char *envp[ENVIRONMENT_MAX + 2], char **environment, char *variable)
{
    size_t count = 0;
    for (; count < ENVIRONMENT_MAX && environment[count]; count++)
        envp[count] = environment[count];
    envp[count++] = variable;
    envp[count] = NULL;
}

int witness_start(struct witness *witness, const char *target, const char *parent, uid_t owner,
                  char **environment, struct error *error)
{
    *witness = (struct witness){.folder_fd = -1, .old_mounts = -1, .old_folder = -1};
    int result = draw(witness->secret, error);
    if (!result)
        result = draw(witness->cookie, error);
    if (result)
        return result;

    snprintf(witness->folder, sizeof witness->folder, "%s/host", parent);
    if (mkdir(witness->folder, 0755) < 0 || chmod(witness->folder, 0755) < 0) {
        result = error_set_errno(error, errno, "cannot make %s", witness->folder);
        goto failed;
    }
    take_mounts_along(witness, owner ? owner : geteuid());
    witness->folder_fd = open(witness->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    char *argv[] = {(char *)target, witness->cookie, witness->secret, witness->folder, NULL};
    char *envp[ENVIRONMENT_MAX + 2], variable[64];
    snprintf(variable, sizeof variable, "VIRTLAB_SECRET=%s", witness->secret);
    add_variable(envp, environment, variable);
    struct process_options options = {
        .argv = argv, .envp = envp, .input = true, .cpu = -1, .uid = owner};
    result = process_start(&witness->target, &options, error);
    if (result)
        goto failed;
    result = await_answer(witness, error);
    if (!result)
        result = keep_words(witness, error);
    if (!result)
        return 0;
    process_kill(&witness->target);
failed:
    if (witness->folder_fd >= 0)
        close(witness->folder_fd);
    return_to_mounts(witness);
    rmdir(witness->folder);
    return result;
}

void witness_stop(struct witness *witness)
{
    process_end_input(&witness->target); /* it removes its file, and ends */
    witness->target.deadline_ns = clock_now_ns() + ANSWER_TIMEOUT_NS;
    enum process_event event;
    do
        event = process_next(&witness->target);
    while (event == PROCESS_OUTPUT || event == PROCESS_WOKEN);
    if (event == PROCESS_ENDED)
        process_close(&witness->target);
    else
        process_kill(&witness->target);
    close(witness->folder_fd);
    return_to_mounts(witness);
    rmdir(witness->folder);
}

int witness_copy_program(const struct witness *witness, const char *program, char *path,
                         size_t size, struct error *error)
{
    const char *slash = strrchr(program, '/');
    struct stat status;
    int result = 0, to = -1;
    int from = open(program, O_RDONLY | O_CLOEXEC);
    if (from < 0 || fstat(from, &status) < 0) {
        result = error_set_errno(error, errno, "cannot read %s", program);
        goto out;
    }
    /* Not by its own name: that may be the name of something planted. */
    snprintf(path, size, "%s/copy-%s", witness->folder, slash ? slash + 1 : program);
    to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0755);
    if (to < 0 || fchmod(to, 0755) < 0) {
        result = error_set_errno(error, errno, "cannot make %s", path);
        goto out;
    }
    for (off_t done = 0; done < status.st_size;) {
        ssize_t copied = sendfile(to, from, &done, (size_t)(status.st_size - done));
        if (copied <= 0) {
            result = error_set_errno(error, copied ? errno : EIO, "cannot copy %s", program);
            unlink(path);
            goto out;
        }
    }
out:
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return result;
}

void witness_leak(const struct witness *witness, bool leak)
{
    fcntl(witness->folder_fd, F_SETFD, leak ? 0 : FD_CLOEXEC);
}

/* Read a file's beginning as a string, "" when it cannot be read. Returns its length. */
static size_t read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
    return length > 0 ? (size_t)length : 0;
}

/*
 * The probe among the tool and its descendants; 0: it is not there. A box may have given its
 * program another name, so it is known by its first argument, which no tool around it has as its
 * own first (it has options, or the program, before it).
 */
static pid_t find_process(const struct witness *witness, pid_t tool)
{
    pid_t found = 0;
    struct tree *tree = malloc(sizeof *tree);
    if (tree && tree_read(tree, tool) == 0) {
        for (size_t i = 0; i < tree->count; i++) {
            char path[64], command[4096];
            snprintf(path, sizeof path, "/proc/%d/cmdline", (int)tree->pids[i]);
            size_t length = read_text(path, command, sizeof command);
            size_t first = strlen(command) + 1;
            if (first < length && strcmp(command + first, witness->args[0]) == 0)
                found = tree->pids[i]; /* the last: parents come before their children */
        }
    }
    free(tree);
    return found;
}

/* Who the process is on the host and what it gave up, by proc_pid_status(5). */
static void read_status(pid_t pid, struct observation *seen)
{
    char path[64], text[4096];
    unsigned uid = (unsigned)-1, locked = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    read_text(path, text, sizeof text);
    const char *line = strstr(text, "\nUid:"); /* the real one, then the effective one */
    if (line && sscanf(line, "\nUid: %*u %u", &uid) != 1)
        uid = (unsigned)-1;
    line = strstr(text, "\nNoNewPrivs:");
    if (line && sscanf(line, "\nNoNewPrivs: %u", &locked) != 1)
        locked = 0;
    seen->uid = uid;
    seen->no_new_privileges = locked != 0;
}

/* Whether the process is in our namespace of this kind: the links name the same (namespaces(7)). */
static void compare_namespace(pid_t pid, const char *kind, struct observation *seen)
{
    char path[64], ours[64] = "", theirs[64] = "";
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    ssize_t our_length = readlink(path, ours, sizeof ours - 1);
    snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, kind);
    ssize_t their_length = readlink(path, theirs, sizeof theirs - 1);
    seen->namespace_readable = our_length > 0 && their_length > 0;
    seen->same_namespace = seen->namespace_readable && strcmp(ours, theirs) == 0;
}

static bool host_sees_mount(const struct witness *witness)
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    while (mounts && !found && getline(&line, &size, mounts) > 0)
        found = strstr(line, witness->cookie) != NULL;
    free(line);
    if (mounts)
        fclose(mounts);
    return found;
}

/* Ask the target how often it was reached since the last time. */
static int ask_target(struct witness *witness, struct observation *seen, struct error *error)
{
    static const char question[] = "look\n";
    unsigned signals, typed;
    if (write(witness->target.input, question, sizeof question - 1) < 0)
        return error_set_errno(error, errno, "cannot ask the target of the probes");
    int result = await_answer(witness, error);
    if (result)
        return result;
    if (sscanf(witness->answer, "seen signals=%u typed=%u", &signals, &typed) != 2)
        return error_set(error, EIO, "the target of the probes gives no answer");
    seen->signals = signals - witness->signals;
    seen->typed = typed - witness->typed;
    witness->signals = signals;
    witness->typed = typed;
    return 0;
}

int witness_look(struct witness *witness, const struct probe *probe, pid_t tool, bool is_probe,
                 const char *program, struct observation *seen, struct error *error)
{
    char text[256];
    struct stat status;
    *seen = (struct observation){.secret = witness->secret, .uid = (uid_t)-1};
    pid_t pid = is_probe ? tool : find_process(witness, tool);
    if (pid) {
        seen->is_process = true;
        read_status(pid, seen);
        if (probe->namespace)
            compare_namespace(pid, probe->namespace, seen);
    }
    seen->mounted = host_sees_mount(witness);
    if (stat(program, &status) == 0) {
        seen->device = status.st_dev;
        seen->inode = status.st_ino;
    }
    read_text("/proc/meminfo", text, sizeof text);
    if (sscanf(text, "MemTotal: %llu kB", &seen->memory_kib) != 1)
        seen->memory_kib = 0;
    seen->uptime = fact_uptime();
    if (fact_processors(seen->processors) < 0)
        *seen->processors = '\0';
    if (fact_boot(seen->boot) < 0)
        *seen->boot = '\0';
    return ask_target(witness, seen, error);
}
