/* SPDX-License-Identifier: MIT */
#include "minicontainer/command_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/text.h"

enum {
    KEY_ROOTFS = 256,
    KEY_FILE,
    KEY_DEVICE,
    KEY_MEMORY,
    KEY_CPUS,
    KEY_PIDS,
    KEY_CGROUP_PARENT,
    KEY_STRICT,
    KEY_NO_USERNS,
    KEY_NESTED,
    KEY_TIME,
    KEY_NET,
    KEY_HOSTNAME,
    KEY_ENV,
    KEY_WORKDIR,
    KEY_USER,
    KEY_TIMELINE,
    KEY_EXPLAIN,
};

/* clang-format would set the sentences in columns. */
/* clang-format off */
static const struct option_spec run_options[] = {
    {KEY_ROOTFS, "rootfs", "DIR",
     "let DIR be the container's root, read-only; else the root holds the program alone, with its "
     "libraries"},
    {KEY_FILE, "file", "GUEST=HOST",
     "show the host's file or folder HOST, read-only, at the absolute path GUEST"},
    {KEY_DEVICE, "device", "PATH",
     "give the host's device PATH, such as /dev/kvm, to be read and written. Whoever has a device "
     "talks to its driver: give none that the program is not for"},
    {KEY_MEMORY, "memory", "SIZE", "at most SIZE bytes of memory; suffixes K, M, G"},
    {KEY_CPUS, "cpus", "N", "at most N CPUs' time, such as 0.5"},
    {KEY_PIDS, "pids", "N", "at most N processes and threads"},
    {KEY_CGROUP_PARENT, "cgroup-parent", "PATH",
     "make the container's cgroup below PATH instead of /virtlab"},
    {KEY_STRICT, "strict", NULL, "fail where a limit cannot be set, instead of warning"},
    {KEY_USER, "user", "UID[:GID]", "run as this user and group, default 0:0"},
    {KEY_NO_USERNS, "no-userns", NULL,
     "make no user namespace: root inside is root outside (needs root)"},
    {KEY_NESTED, "nested", NULL,
     "let the program make namespaces and mounts in user namespaces of its own, as a container "
     "runtime does; /proc is covered nowhere then"},
    {KEY_NET, "net", "none|host", "a network of its own with a loopback alone, or the host's"},
    {KEY_TIME, "time", NULL, "make a time namespace too: the uptime starts at zero"},
    {KEY_HOSTNAME, "hostname", "NAME", "the host name inside, default minicontainer"},
    {KEY_ENV, "env", "NAME[=VALUE]",
     "set a variable; without =VALUE it is taken over. Else only PATH, HOME and TERM are set"},
    {KEY_WORKDIR, "workdir", "DIR", "the folder to start in, default /"},
    {KEY_TIMELINE, "timeline", "FILE", "write what happened when to FILE, as Chrome trace events"},
    {KEY_EXPLAIN, "explain", NULL, "tell on stderr what is done, why, and where to read about it"},
    {0},
};
/* clang-format on */

static const struct command_spec run_command = {
    .name = "minicontainer run",
    .synopsis = "[--] COMMAND [ARG...]",
    .purpose = "Run a program in a container of its own.",
    .options = run_options,
    .notes =
        "The exit status is the program's, 128+N if signal N ended it, 127 if it was not found,\n"
        "126 if it cannot be executed, 125 if the container failed.",
};

/* Absolute, and nothing in it that leads back. */
static bool is_plain_path(const char *path)
{
    if (*path != '/')
        return false;
    for (; *path; path += strcspn(path, "/")) {
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        if ((length == 1 && path[0] == '.') || (length == 2 && path[0] == '.' && path[1] == '.'))
            return false;
    }
    return true;
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static char *keep(struct command_line *line, char *text)
{
    if (text)
        line->owned[line->owned_count++] = text;
    return text;
}

static int out_of_memory(struct error *error)
{
    return error_set_errno(error, ENOMEM, "cannot read the command line");
}

static int add_file(struct command_line *line, const char *argument, struct error *error)
{
    const char *equals = strchr(argument, '=');
    struct minicontainer_file *file = &line->files[line->config.file_count];

    if (!equals || !equals[1])
        return options_misuse(&run_command, error, "--file wants GUEST=HOST, not '%s'", argument);
    file->host = equals + 1;
    file->guest = keep(line, strndup(argument, (size_t)(equals - argument)));
    if (!file->guest)
        return out_of_memory(error);
    if (!is_plain_path(file->guest) || file->guest[strspn(file->guest, "/")] == '\0')
        return options_misuse(&run_command, error,
                              "--file: '%s' is no absolute path without '.' and '..'", file->guest);
    if (is_below(file->guest, "/proc") || is_below(file->guest, "/sys"))
        return options_misuse(&run_command, error, "--file: '%s' is the kernel's", file->guest);
    line->config.file_count++;
    return 0;
}

static int add_device(struct command_line *line, const char *argument, struct error *error)
{
    const char *name = is_below(argument, "/dev") && argument[4] == '/' ? argument + 5 : "";

    if (!*name || strchr(name, '/') || !is_plain_path(argument))
        return options_misuse(
            &run_command, error,
            "--device wants a device right below /dev, such as /dev/kvm, not '%s'", argument);
    line->devices[line->config.device_count++] = argument;
    return 0;
}

static int add_env(struct command_line *line, const char *argument, struct error *error)
{
    const char *equals = strchr(argument, '=');

    if (*argument == '\0' || equals == argument)
        return options_misuse(&run_command, error, "--env wants NAME=VALUE or NAME, not '%s'",
                              argument);
    if (!equals) {
        const char *value = getenv(argument);
        if (!value)
            return 0;
        char *pair = keep(line, malloc(strlen(argument) + strlen(value) + 2));
        if (!pair)
            return out_of_memory(error);
        strcat(strcat(strcpy(pair, argument), "="), value);
        argument = pair;
    }
    line->env[line->config.env_count++] = argument;
    return 0;
}

static int set_user(struct minicontainer_config *config, const char *argument, struct error *error)
{
    char uid[16];
    size_t length = strcspn(argument, ":");
    uint64_t numbers[2] = {0, 0};
    bool good = length < sizeof uid;

    if (good) {
        memcpy(uid, argument, length);
        uid[length] = '\0';
        good = text_parse_u64(uid, 0, UINT32_MAX - 1, &numbers[0]);
    }
    /* The group is the user's namesake unless told, as in a system with one group per user. */
    numbers[1] = numbers[0];
    if (good && argument[length] == ':')
        good = text_parse_u64(argument + length + 1, 0, UINT32_MAX - 1, &numbers[1]);
    if (!good)
        return options_misuse(&run_command, error,
                              "--user wants UID or UID:GID in digits, not '%s'", argument);
    config->uid = (uint32_t)numbers[0];
    config->gid = (uint32_t)numbers[1];
    return 0;
}

static bool is_hostname(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789.-");
    return length > 0 && length <= 64 && name[length] == '\0';
}

static int set_limit(struct minicontainer_config *config, int key, const char *argument,
                     struct error *error)
{
    int64_t cpus_e9;

    switch (key) {
    case KEY_MEMORY:
        if (!text_parse_bytes(argument, MINICONTAINER_MEMORY_MIN_BYTES, INT64_MAX / 2,
                              &config->memory_bytes))
            return options_misuse(&run_command, error,
                                  "--memory wants bytes, at least 512K, such as 64M, not '%s'",
                                  argument);
        break;
    case KEY_CPUS:
        if (!text_parse_seconds(argument, &cpus_e9) ||
            cpus_e9 / NS_PER_MS < MINICONTAINER_CPU_MIN_MILLIS ||
            cpus_e9 / NS_PER_S > MINICONTAINER_CPU_MAX)
            return options_misuse(&run_command, error,
                                  "--cpus wants a number from 0.01 to %d, not '%s'",
                                  MINICONTAINER_CPU_MAX, argument);
        config->cpu_millis = (uint64_t)(cpus_e9 / NS_PER_MS);
        break;
    case KEY_PIDS:
        /* The kernel's own highest, PID_MAX_LIMIT. */
        if (!text_parse_u64(argument, 1, 4194304, &config->pids))
            return options_misuse(&run_command, error,
                                  "--pids wants a number from 1 to 4194304, not '%s'", argument);
        break;
    }
    return 0;
}

static int set_option(struct command_line *line, int key, const char *argument, struct error *error)
{
    struct minicontainer_config *config = &line->config;

    switch (key) {
    case KEY_ROOTFS:
        if (!*argument)
            return options_misuse(&run_command, error, "--rootfs wants a folder, not ''");
        config->rootfs = argument;
        return 0;
    case KEY_FILE:
        return add_file(line, argument, error);
    case KEY_DEVICE:
        return add_device(line, argument, error);
    case KEY_MEMORY:
    case KEY_CPUS:
    case KEY_PIDS:
        return set_limit(config, key, argument, error);
    case KEY_CGROUP_PARENT:
        if (!is_plain_path(argument))
            return options_misuse(&run_command, error,
                                  "--cgroup-parent wants an absolute path without '.' and '..', "
                                  "not '%s'",
                                  argument);
        config->cgroup_parent = argument;
        return 0;
    case KEY_STRICT:
        config->strict = true;
        return 0;
    case KEY_NO_USERNS:
        config->no_userns = true;
        return 0;
    case KEY_NESTED:
        config->nested = true;
        return 0;
    case KEY_TIME:
        config->new_time = true;
        return 0;
    case KEY_NET:
        if (strcmp(argument, "none") != 0 && strcmp(argument, "host") != 0)
            return options_misuse(&run_command, error, "--net wants none or host, not '%s'",
                                  argument);
        config->net = *argument == 'h' ? MINICONTAINER_NET_HOST : MINICONTAINER_NET_NONE;
        return 0;
    case KEY_HOSTNAME:
        if (!is_hostname(argument))
            return options_misuse(
                &run_command, error,
                "--hostname wants up to 64 letters, digits, '.' and '-', not '%s'", argument);
        config->hostname = argument;
        return 0;
    case KEY_ENV:
        return add_env(line, argument, error);
    case KEY_WORKDIR:
        if (*argument != '/')
            return options_misuse(&run_command, error, "--workdir wants an absolute path, not '%s'",
                                  argument);
        config->workdir = argument;
        return 0;
    case KEY_USER:
        return set_user(config, argument, error);
    case KEY_TIMELINE:
        line->timeline = argument;
        return 0;
    case KEY_EXPLAIN:
        line->explain = true;
        return 0;
    }
    return 0;
}

int command_line_parse(struct command_line *line, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    int key, result;

    *line = (struct command_line){0};
    /* No option comes more often than there are words. */
    line->files = calloc((size_t)argc, sizeof *line->files);
    line->devices = calloc((size_t)argc, sizeof *line->devices);
    line->env = calloc((size_t)argc, sizeof *line->env);
    line->owned = calloc((size_t)argc, sizeof *line->owned);
    if (!line->files || !line->devices || !line->env || !line->owned)
        return out_of_memory(error);
    line->config.files = line->files;
    line->config.devices = line->devices;
    line->config.env = line->env;

    options_start(&parser, &run_command, argc, argv);
    while ((key = options_next(&parser, error)) > 0)
        if ((result = set_option(line, key, parser.argument, error)) < 0)
            return result;
    if (key == OPTIONS_SHOWN)
        return 1;
    if (key == OPTIONS_ERROR)
        return -EINVAL;
    if (line->config.nested && line->config.no_userns)
        return options_misuse(&run_command, error,
                              "--nested wants a user namespace: leave --no-userns out");
    if (!argv[parser.rest] || !*argv[parser.rest])
        return options_misuse(&run_command, error, "there is no command to run");
    line->config.argv = argv + parser.rest;
    return 0;
}

void command_line_free(struct command_line *line)
{
    for (size_t i = 0; i < line->owned_count; i++)
        free(line->owned[i]);
    free(line->owned);
    free(line->files);
    free(line->devices);
    free(line->env);
}
