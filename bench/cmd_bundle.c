/* SPDX-License-Identifier: MIT */
/*
 * virtlab bundle: an OCI bundle (runtime-spec 1.0: a folder with config.json and a root) that runs
 * one static program, so that crun and runc can be measured with the limits that minicontainer has.
 * Namespaces, mounts and masked paths are those of `crun spec`; there is no system call filter,
 * which makes it a little faster than minicontainer's equal would be.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/harness/bundle_machine.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/paths.h"
#include "common/streams.h"
#include "common/text.h"

enum {
    KEY_MEMORY = 256,
    KEY_CPUS,
    KEY_PIDS,
    KEY_CGROUP,
    KEY_COPY,
    KEY_MACHINE,
    CPU_PERIOD_US = 100000
};

static const struct option_spec options[] = {
    {KEY_MEMORY,                                     "memory", "BYTES", N_("ceiling for memory, such as 64M")},
    {KEY_CPUS,                                       "cpus", "N", N_("ceiling for processor time, such as 0.5")},
    {KEY_PIDS,                                              "pids", "N", N_("ceiling for processes")},
    {KEY_CGROUP,  "cgroup", "PATH", N_("its cgroup's path")},
    {KEY_COPY, "copy", NULL, N_("copy the program into the root folder")},
    {KEY_MACHINE,                                       "machine", NULL, N_("write what VMMs need to start it as a machine too")},
    {0                                          },
};

static const struct command_spec command = {
    .name = "virtlab bundle",
    .synopsis = "FOLDER PROGRAM [ARG...]",
    .purpose = N_("Write an OCI bundle that runs one static program, for other runtimes."),
    .options = options,
};

struct bundle {
    json_int_t memory_bytes, cpu_quota_us, pids; /* 0: no ceiling */
    const char *cgroup;                          /* NULL: the runtime chooses */
    const char *folder;
    char **program;
    bool copy, machine;
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
    case KEY_COPY:
        bundle->copy = true;
        return 0;
    case KEY_MACHINE:
        bundle->machine = true;
        return 0;
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
    json_t *all = json_pack("{s:o, s:o, s:o, s:o}", "namespaces", namespaces, "resources",
                            resources, "maskedPaths",
                            json_pack("[s, s, s, s, s, s, s, s]", "/proc/acpi", "/proc/asound",
                                      "/proc/kcore", "/proc/keys", "/proc/latency_stats",
                                      "/proc/timer_list", "/proc/sched_debug", "/proc/scsi"),
                            "readonlyPaths",
                            json_pack("[s, s, s, s, s]", "/proc/bus", "/proc/fs", "/proc/irq",
                                      "/proc/sys", "/proc/sysrq-trigger"));
    if (bundle->cgroup)
        json_object_set_new(all, "cgroupsPath", json_string(bundle->cgroup));
    return all;
}

static int copy_program(const char *from_path, const char *to_path, struct error *error)
{
    struct stat status;
    int from = open(from_path, O_RDONLY | O_CLOEXEC), to = -1;
    int result = 0;

    if (from < 0 || fstat(from, &status) < 0)
        result = error_set_errno(error, errno, _("cannot copy %s"), from_path);
    if (result == 0)
        to = open(to_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
    if (result == 0 && to < 0)
        result = error_set_errno(error, errno, _("cannot make %s"), to_path);
    for (off_t done = 0; result == 0 && done < status.st_size;) {
        ssize_t copied = sendfile(to, from, &done, (size_t)(status.st_size - done));
        if (copied <= 0)
            result = error_set_errno(error, copied ? errno : EIO, _("cannot copy %s"), from_path);
    }
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return result;
}

static int write_text(const struct bundle *bundle, const char *below, const char *text,
                      struct error *error)
{
    char path[PATHS_MAX];

    int result = paths_join(path, bundle->folder, below, error);
    FILE *file = result == 0 ? fopen(path, "wxe") : NULL;
    if (result == 0 && (!file || fputs(text, file) < 0))
        result = error_set_errno(error, errno, _("cannot write %s"), path);
    if (file && fclose(file) != 0 && result == 0)
        result = error_set_errno(error, errno, _("cannot write %s"), path);
    return result;
}

/*
 * The program itself in the root folder, for tools that take a root folder and no bundle; with the
 * folders that they mount on, the file by which they know a system (os-release(5)), and what makes
 * an image of it.
 */
static int fill_root(const struct bundle *bundle, struct error *error)
{
    static const char *const folders[] = {"dev", "etc", "proc", "run", "sys", "tmp", "usr", "var"};
    char path[PATHS_MAX], below[64];
    int result = 0;

    for (size_t i = 0; i < sizeof folders / sizeof *folders && result == 0; i++) {
        snprintf(below, sizeof below, "rootfs/%s", folders[i]);
        result = paths_join(path, bundle->folder, below, error);
        if (result == 0 && mkdir(path, 0755) < 0)
            result = error_set_errno(error, errno, _("cannot make %s"), path);
    }
    if (result == 0)
        result = write_text(bundle, "rootfs/etc/os-release", "ID=virtlab\n", error);
    if (result == 0)
        result = write_text(bundle, "Dockerfile", "FROM scratch\nCOPY rootfs/ /\n", error);
    if (result == 0)
        result = paths_join(path, bundle->folder, "rootfs/program", error);
    return result < 0 ? result : copy_program(bundle->program[0], path, error);
}

static int write_machine(const struct bundle *bundle, struct error *error)
{
    struct paths paths;
    int result = paths_find(&paths, error);

    return result < 0 ? result
                      : bundle_machine_write(bundle->folder, bundle->program[0], &paths, error);
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
    if (result == 0 && bundle->copy)
        result = fill_root(bundle, error);
    return result == 0 && bundle->machine ? write_machine(bundle, error) : result;
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
