/* SPDX-License-Identifier: MIT */
/* minivmm boot: the life of a guest system, as the command line asks for it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/observer.h"
#include "common/text.h"
#include "minivmm/boot/boot_options.h"
#include "minivmm/boot/image.h"
#include "minivmm/boot/initramfs.h"
#include "minivmm/boot/terminal.h"
#include "minivmm/commands.h"
#include "minivmm/minivmm.h"

enum { RECENT_LINES = 10 };

/* What belongs to one start of the command, beside the library's machine. */
struct boot {
    struct boot_request request;
    struct image image;
    char append[BOOT_WORDS_MAX];
    struct observer observer;
    struct terminal terminal;
    struct minivmm_system *system;
    struct minivmm_system_outcome outcome;
};

/* --- what to boot ---------------------------------------------------------------------------- */

/* Without --kernel: a guest system that has been made, and its own command line. */
static int choose_kernel(struct boot *boot, struct error *error)
{
    struct boot_request *request = &boot->request;
    struct minivmm_system_config *config = &request->config;

    config->append = request->line.append;
    if (config->kernel)
        return 0;
    int result = image_find(&boot->image, request->line.guest, error);
    if (result < 0)
        return result;
    config->kernel = boot->image.kernel;
    if (!config->initrd)
        config->initrd = boot->image.initrd;
    /* The kernel takes the last console= for /dev/console, where /init talks. */
    int length =
        snprintf(boot->append, sizeof boot->append, IMAGE_COMMAND_LINE "%s%s%s",
                 request->console == BOOT_CONSOLE_VIRTIO ? " console=hvc0" : "",
                 request->line.append ? " " : "", request->line.append ? request->line.append : "");
    if ((size_t)length >= sizeof boot->append)
        return error_set(error, E2BIG, "--append is too long");
    config->append = boot->append;
    return 0;
}

/* PROGRAM and its files, in an archive of their own behind the initial RAM file system. */
static int pack_program(struct boot_request *request, struct error *error)
{
    char path[PATHS_MAX];
    const struct initramfs_program program = {
        .path = path,
        .argv = request->argv,
        .envp = request->line.variables,
        .files = request->line.files,
        .files_count = request->line.files_count,
    };

    if (!request->argv)
        return 0;
    int result = command_line_find_program(request->argv[0], path, sizeof path, error);
    return result < 0 ? result : initramfs_make(&request->config.initrd_extra_fd, &program, error);
}

/* --- who talks to whom ----------------------------------------------------------------------- */

static void connect_streams(struct boot_request *request)
{
    struct minivmm_system_config *config = &request->config;
    const bool program = request->argv != NULL;

    config->serial_in = config->serial_out = -1;
    config->ports.console_in = config->ports.console_out = -1;
    config->ports.stdin_fd = program ? STDIN_FILENO : -1;
    config->ports.stdout_fd = program ? STDOUT_FILENO : -1;
    config->ports.stderr_fd = program ? STDERR_FILENO : -1;

    if (request->console == BOOT_CONSOLE_AUTO)
        request->console = program ? BOOT_CONSOLE_NONE : BOOT_CONSOLE_SERIAL;
    /* The program's streams are its own: then the console can only be watched. */
    int in = program ? -1 : STDIN_FILENO, out = program ? STDERR_FILENO : STDOUT_FILENO;
    if (request->console == BOOT_CONSOLE_SERIAL) {
        config->serial_in = in;
        config->serial_out = out;
    } else if (request->console == BOOT_CONSOLE_VIRTIO) {
        config->ports.console_in = in;
        config->ports.console_out = out;
    }
}

/* Before the machine is made: the guard of the terminal is a copy of this process. */
static int open_terminal(struct boot *boot, struct error *error)
{
    struct minivmm_system_config *config = &boot->request.config;
    int in = config->serial_in >= 0 ? config->serial_in : config->ports.console_in;

    boot->terminal = (struct terminal){.fd = -1, .guard_fd = -1};
    if (in < 0)
        return 0;
    int result = terminal_open(&boot->terminal, in, error);
    config->escapes = boot->terminal.fd >= 0;
    return result;
}

/* --- the end --------------------------------------------------------------------------------- */

/* The last lines that the guest sent to its console: why it ended, most likely. */
static void show_recent(struct boot *boot)
{
    char recent[4096 + 1];
    size_t length = minivmm_system_recent(boot->system, recent, sizeof recent - 1);
    unsigned lines = 0;

    for (size_t i = 0; i < length; i++) /* a guest may send any byte; this one would end the text */
        if (recent[i] == '\0')
            recent[i] = '\n';
    while (length > 0 && strchr("\r\n", recent[length - 1]))
        length--;
    recent[length] = '\0';
    char *start = recent + length;
    while (start > recent && lines < RECENT_LINES)
        if (*--start == '\n' && ++lines == RECENT_LINES)
            start++;
    for (char *line = strtok(start, "\r\n"); line; line = strtok(NULL, "\r\n")) {
        fputs("minivmm: console: ", stderr);
        text_print_clean(stderr, line);
        fputc('\n', stderr);
    }
}

/* Tell about the end in one line where there is something to tell; the exit status. */
static int report(struct boot *boot)
{
    const struct minivmm_system_outcome *outcome = &boot->outcome;
    const bool program = boot->request.argv != NULL;
    struct error told = {0};
    int status = 0;

    switch (outcome->end) {
    case MINIVMM_SYSTEM_POWERED_OFF:
    case MINIVMM_SYSTEM_REBOOTED:
        if (program) {
            error_set(&told, ECHILD, "the guest %s before the program %s",
                      outcome->end == MINIVMM_SYSTEM_REBOOTED ? "rebooted" : "was switched off",
                      outcome->program_started ? "ended" : "started");
            status = EXIT_TOOL_FAILED;
        }
        break;
    case MINIVMM_SYSTEM_TRIPLE_FAULT:
        error_set(&told, EFAULT,
                  "the guest ended by a triple fault of vCPU %d: an exception, and no handler that "
                  "could be called",
                  outcome->status);
        status = EXIT_TOOL_FAILED;
        break;
    case MINIVMM_SYSTEM_TIMED_OUT:
        error_set(&told, ETIMEDOUT, "the guest was stopped by --timeout");
        status = EXIT_TIMED_OUT;
        break;
    case MINIVMM_SYSTEM_SIGNALLED:
        error_set(&told, EINTR, "%s", strsignal(outcome->status));
        status = EXIT_SIGNAL_BASE + outcome->status;
        break;
    case MINIVMM_SYSTEM_EXITED:
        status = outcome->status;
        break;
    case MINIVMM_SYSTEM_QUIT:
    case MINIVMM_SYSTEM_FAILED: /* an error of minivmm_system_run() */
        break;
    }
    if (told.text[0])
        error_report(&told, "minivmm");
    if (status == EXIT_TOOL_FAILED && boot->request.config.serial_out < 0)
        show_recent(boot);
    return status;
}

int command_boot(int argc, char **argv)
{
    struct boot boot = {0};
    struct boot_request *request = &boot.request;
    struct error error = {0};
    int status = 0;

    int result = boot_options_parse(request, argc, argv, &error);
    if (result == OPTIONS_SHOWN)
        return 0;
    if (result < 0 ||
        (result = observer_open(&boot.observer, request->line.timeline, request->line.explain,
                                &request->config.trace, &error)) < 0)
        return error_report(&error, "minivmm");
    connect_streams(request);

    /* The life of a machine. */
    if ((result = choose_kernel(&boot, &error)) == 0 &&
        (result = pack_program(request, &error)) == 0 &&
        (result = open_terminal(&boot, &error)) == 0 &&
        (result = minivmm_system_create(&boot.system, &request->config, &error)) == 0 &&
        (result = minivmm_system_load(boot.system, &error)) == 0 &&
        (result = terminal_make_raw(&boot.terminal, &error)) == 0) {
        if (boot.terminal.fd >= 0)
            fputs("minivmm: Ctrl-A x ends the machine\r\n", stderr);
        close(request->config.initrd_extra_fd); /* it is in the guest's memory now; -1: none */
        result = minivmm_system_run(boot.system, &boot.outcome, &error);
    }
    terminal_close(&boot.terminal);
    status = result < 0 ? error_report(&error, "minivmm") : report(&boot);
    if (request->config.measure && boot.system)
        minivmm_system_print_statistics(boot.system, stderr);
    minivmm_system_destroy(boot.system);

    if (observer_close(&boot.observer, &error) < 0) {
        int failed = error_report(&error, "minivmm");
        status = status ? status : failed;
    }
    return status;
}
