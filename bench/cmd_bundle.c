/* SPDX-License-Identifier: MIT */
/*
 * virtlab bundle: an OCI bundle (runtime-spec 1.0: a folder with config.json and a root) that runs
 * one static program, so that crun and runc can be measured with the limits that minicontainer has.
 * Namespaces and mounts are those of `crun spec`; there is no system call filter, which makes it a
 * little faster than minicontainer's equal would be.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/options.h"
#include "common/paths.h"
#include "common/streams.h"
#include "common/text.h"

enum { KEY_MEMORY = 256, KEY_CPUS, KEY_PIDS, KEY_CGROUP, CPU_PERIOD_US = 100000 };

static const struct option_spec options[] = {
    {KEY_MEMORY,                                     "memory", "BYTES", N_("ceiling for memory, such as 64M")},
    {KEY_CPUS,                                       "cpus", "N", N_("ceiling for processor time, such as 0.5")},
    {KEY_PIDS,                                              "pids", "N", N_("ceiling for processes")},
    {KEY_CGROUP,  "cgroup", "PATH", N_("its cgroup's path")},
    {0},
};

static const struct command_spec command = {
    .name = "virtlab bundle",
    .synopsis = "FOLDER PROGRAM [ARG...]",
    .purpose = N_("Write an OCI bundle that runs one static program, for crun and runc."),
    .options = options,
};

struct bundle {
    json_int_t memory_bytes, cpu_quota_us, pids; /* 0: no ceiling */
    const char *cgroup;                          /* NULL: the runtime chooses */
    const char *folder;
    char **program;
};

static int take_cpus(struct bundle *bundle, const char *argument, struct error *error)
{
    int64_t thousandths; /* read like seconds: 1.5 CPUs are 1.5 s of work in each second */

    if (!text_parse_seconds(argument, &thousandths) || thousandths < 10000000)
        return options_misuse(&command, error, _("--cpus takes a number from 0.01 on, not '%.80s'"),
                              argument);
    bundle->cpu_quota_us = thousandths / 10000;
    return 0;
}

static int take_option(struct bundle *bundle, int key, const char *argument, struct error *error)
{
    uint64_t value;

    switch (key) {
    case KEY_MEMORY:
        if (!text_parse_bytes(argument, 1, INT64_MAX, &value))
            return options_misuse(&command, error, _("--memory: '%.80s' is no size"), argument);
        bundle->memory_bytes = (json_int_t)value;
        return 0;
    case KEY_PIDS:
        if (!text_parse_u64(argument, 1, INT32_MAX, &value))
            return options_misuse(&command, error, _("--pids: '%.80s' is no number"), argument);
        bundle->pids = (json_int_t)value;
        return 0;
    case KEY_CPUS:
        return take_cpus(bundle, argument, error);
    default:
        bundle->cgroup = argument;
        return 0;
    }
}

static json_t *make_process(const struct bundle *bundle)
{
    json_t *args = json_array();

    json_array_append_new(args, json_string("/program"));
    for (char **arg = bundle->program + 1; *arg; arg++)
        json_array_append_new(args, json_string(*arg));
    return json_pack("{s:b, s:{s:i, s:i}, s:o, s:[s], s:s, s:b}", "terminal", 0, "user", "uid", 0,
                     "gid", 0, "args", args, "env", "PATH=/", "cwd", "/", "noNewPrivileges", 1);
}

static json_t *make_mounts(const struct bundle *bundle)
{
    return json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s, s:[s, s, s]},"
                     " {s:s, s:s, s:s, s:[s, s, s, s]}, {s:s, s:s, s:s, s:[s, s, s]}]",
                     "destination", "/proc", "type", "proc", "source", "proc",        /* /proc */
                     "destination", "/dev", "type", "tmpfs", "source", "tmpfs",       /* /dev */
                     "options", "nosuid", "strictatime", "mode=755",                  /**/
                     "destination", "/dev/pts", "type", "devpts", "source", "devpts", /* pts */
                     "options", "nosuid", "noexec", "newinstance", "ptmxmode=0666",   /**/
                     "destination", "/program", "type", "bind", "source", bundle->program[0],
                     "options", "bind", "ro", "nosuid");
}

static json_t *make_linux(const struct bundle *bundle)
{
    static const char *const kinds[] = {"pid", "network", "ipc", "uts", "mount", "cgroup"};
    json_t *namespaces = json_array(), *resources = json_object();

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        json_array_append_new(namespaces, json_pack("{s:s}", "type", kinds[i]));
    if (bundle->memory_bytes)
        json_object_set_new(resources, "memory", json_pack("{s:I}", "limit", bundle->memory_bytes));
    if (bundle->cpu_quota_us)
        json_object_set_new(
            resources, "cpu",
            json_pack("{s:I, s:i}", "quota", bundle->cpu_quota_us, "period", (int)CPU_PERIOD_US));
    if (bundle->pids)
        json_object_set_new(resources, "pids", json_pack("{s:I}", "limit", bundle->pids));
    json_t *all = json_pack("{s:o, s:o}", "namespaces", namespaces, "resources", resources);
    if (bundle->cgroup)
        json_object_set_new(all, "cgroupsPath", json_string(bundle->cgroup));
    return all;
}

static int write_bundle(const struct bundle *bundle, struct error *error)
{
    char path[PATHS_MAX];
    json_t *config =
        json_pack("{s:s, s:o, s:{s:s, s:b}, s:s, s:o, s:o}", "ociVersion", "1.0.0", "process",
                  make_process(bundle), "root", "path", "rootfs", "readonly", 0, "hostname",
                  "virtlab", "mounts", make_mounts(bundle), "linux", make_linux(bundle));

    if (!config)
        return error_set(error, EINVAL,
                         _("cannot write a bundle: the program's words are no UTF-8"));
    int result = paths_join(path, bundle->folder, "rootfs", error);
    if (result == 0 && (mkdir(bundle->folder, 0755) < 0 || mkdir(path, 0755) < 0))
        result = error_set_errno(error, errno, _("cannot make %s"), path);
    if (result == 0)
        result = paths_join(path, bundle->folder, "config.json", error);
    if (result == 0 && json_dump_file(config, path, JSON_INDENT(2)) < 0)
        result = error_set_errno(error, errno, _("cannot write %s"), path);
    json_decref(config);
    return result;
}

static int run(int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    struct bundle bundle = {0};
    int key, result = 0;

    options_start(&parser, &command, argc, argv);
    while (result == 0 && (key = options_next(&parser, error)) != OPTIONS_END)
        result = key < 0 ? key : take_option(&bundle, key, parser.argument, error);
    if (result < 0)
        return result;
    if (argc - parser.rest < 2)
        return options_misuse(&command, error, _("give a folder and a program"));
    bundle.folder = argv[parser.rest];
    bundle.program = argv + parser.rest + 1;
    if (*bundle.program[0] != '/')
        return options_misuse(&command, error, _("the program needs an absolute path"));
    return write_bundle(&bundle, error);
}

int main(int argc, char **argv)
{
    struct error error;

    streams_start();
    i18n_start();
    int result = run(argc, argv, &error);
    if (result == 0 || result == OPTIONS_SHOWN)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
