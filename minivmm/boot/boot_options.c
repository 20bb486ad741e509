/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/boot_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/options.h"
#include "common/text.h"
#include "minivmm/boot/affinity.h"
#include "minivmm/devices/forward.h"

enum {
    KEY_KERNEL = COMMAND_LINE_KEYS,
    KEY_INITRD,
    KEY_PROTOCOL,
    KEY_PIN,
    KEY_RNG,
    KEY_CONSOLE,
    KEY_NO_SANDBOX,
};

/* clang-format off */
static const struct option_spec options[] = {
    {KEY_KERNEL, "kernel", "FILE", "the kernel: a bzImage, or an ELF vmlinux"},
    {KEY_INITRD, "initrd", "FILE", "its initial RAM file system"},
    {COMMAND_LINE_APPEND, "append", "TEXT",
     "the kernel's command line; without --kernel, words that are added to it"},
    {KEY_PROTOCOL, "protocol", "auto|linux|pvh",
     "how to enter the kernel; auto: as its file asks for"},
    {COMMAND_LINE_GUEST, "guest", "debian|small",
     "without --kernel: the guest system to boot (default small, or what has been made)"},
    {'m', "mem", "BYTES", "the guest's RAM, such as 128M or 2G (default 256M)"},
    {'c', "cpus", "N", "how many processors the guest has (default 1)"},
    {KEY_PIN, "pin", "LIST", "the host's processors that they stay on, one for each, such as 0,2-3"},
    {'d', "disk", "FILE[,ro][,cow]",
     "a disk: an image or a block device; ro: read-only, cow: forget what is written"},
    {'n', "net", "user[,FORWARD...]|tap=NAME",
     "a network card; user: the host's network without root, FORWARD: tcp:HOSTPORT:GUESTPORT"},
    {KEY_RNG, "rng", NULL, "a source of random numbers"},
    {KEY_CONSOLE, "console", "serial|virtio|none",
     "what the terminal is connected to (default serial: ttyS0; with PROGRAM none)"},
    {'t', "timeout", "SECONDS", "end the machine after this time, with status 124"},
    {'f', "file", "GUEST=HOST", "let PROGRAM find a copy of the host's file HOST at GUEST"},
    {'e', "env", "NAME=VALUE", "set a variable of PROGRAM's environment"},
    {COMMAND_LINE_TIMELINE, "timeline", "FILE", "write stages, boot phases and exits as trace events"},
    {COMMAND_LINE_EXPLAIN, "explain", NULL, "tell the life of the machine on stderr while it happens"},
    {COMMAND_LINE_STATS, "stats", NULL, "print exits by reason and device, and times, on stderr"},
    {KEY_NO_SANDBOX, "no-sandbox", NULL,
     "without the system call filters of the VMM's threads, for a debugger"},
    {0},
};

static const struct command_spec command = {
    .name = "minivmm boot",
    .synopsis = "[--] [PROGRAM [ARG...]]",
    .purpose =
        "Boot a Linux kernel in a KVM machine with processors, memory and devices. With PROGRAM, a\n"
        "static x86-64 program, the guest's /init runs it, and its output and status become ours.",
    .options = options,
    .notes =
        "At a terminal Ctrl-A x ends the machine; every other key goes to the guest.\n"
        "\n"
        "The exit status is PROGRAM's, or what the guest wrote to the debug exit port (0xf4); 0: the\n"
        "guest was switched off, rebooted, or ended by Ctrl-A x; 124: timed out, 125: minivmm failed,\n"
        "or the guest did (triple fault, its end before PROGRAM's), 126: no kernel or program that can\n"
        "be executed, 127: it was not found, 128+N: ended by signal N. After a panic a kernel stands\n"
        "still; with panic=-1 on its command line, as made guests have it, it reboots, which ends the\n"
        "machine.",
};
/* clang-format on */

/* --- parts ----------------------------------------------------------------------------------- */

/* Cut ",word" from the end of text, if it ends so. */
static bool cut_suffix(char *text, const char *word)
{
    size_t length = strlen(text), suffix = strlen(word);

    if (length < suffix || strcmp(text + length - suffix, word) != 0)
        return false;
    text[length - suffix] = '\0';
    return true;
}

void boot_options_parse_disk(struct minivmm_disk *disk, char *argument)
{
    *disk = (struct minivmm_disk){.path = argument};
    for (;;) {
        if (cut_suffix(argument, ",ro"))
            disk->read_only = 1;
        else if (cut_suffix(argument, ",cow"))
            disk->cow = 1;
        else
            return;
    }
}

/* "3" or "2-5", up to the next comma or the end. */
static bool parse_range(const char *text, size_t length, uint64_t *first, uint64_t *last)
{
    char copy[32], *dash;

    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    dash = strchr(copy, '-');
    if (dash)
        *dash = '\0';
    if (!text_parse_u64(copy, 0, AFFINITY_MAX - 1, first))
        return false;
    *last = *first;
    return !dash || text_parse_u64(dash + 1, *first, AFFINITY_MAX - 1, last);
}

int boot_options_parse_processors(const char *list, int *processors, size_t max)
{
    size_t count = 0;

    for (;; list++) {
        size_t length = strcspn(list, ",");
        uint64_t first, last;
        if (!parse_range(list, length, &first, &last))
            return -EINVAL;
        for (; first <= last; first++) {
            if (count == max)
                return -E2BIG;
            processors[count++] = (int)first;
        }
        list += length;
        if (*list == '\0')
            return (int)count;
    }
}

/* --- options --------------------------------------------------------------------------------- */

static int add_disk(struct boot_request *request, char *argument, struct error *error)
{
    if (request->config.disks_count == MINIVMM_DISKS_MAX)
        return options_misuse(&command, error, "--disk can be given %d times at most",
                              MINIVMM_DISKS_MAX);
    struct minivmm_disk *disk = &request->disks[request->config.disks_count++];
    boot_options_parse_disk(disk, argument);
    if (disk->path[0] == '\0')
        return options_misuse(&command, error, "--disk needs the name of a file");
    if (disk->read_only && disk->cow)
        return options_misuse(&command, error, "--disk '%s' is ro or cow, not both", disk->path);
    return 0;
}

/* The words behind "user,". */
static int add_forwards(struct boot_request *request, struct minivmm_network *network, char *words,
                        struct error *error)
{
    network->forwards =
        &request->forwards[request->forwards_count + request->config.networks_count];
    for (char *word = words; word; word = words) {
        struct forward forward;
        words = strchr(word, ',');
        if (words)
            *words++ = '\0';
        if (forward_parse(&forward, word, error) < 0)
            return options_misuse(&command, error,
                                  "--net: '%s' is not tcp:HOSTPORT:GUESTPORT or udp:…", word);
        if (request->forwards_count == BOOT_FORWARDS_MAX)
            return options_misuse(&command, error, "there are more than %d forwarded ports",
                                  BOOT_FORWARDS_MAX);
        request->forwards[request->forwards_count++ + request->config.networks_count] = word;
    }
    return 0;
}

static int add_network(struct boot_request *request, char *argument, struct error *error)
{
    struct minivmm_system_config *config = &request->config;

    if (config->networks_count == MINIVMM_NETWORKS_MAX)
        return options_misuse(&command, error, "--net can be given %d times at most",
                              MINIVMM_NETWORKS_MAX);
    struct minivmm_network *network = &request->networks[config->networks_count];
    if (strncmp(argument, "tap=", 4) == 0 && argument[4] != '\0') {
        network->tap = argument + 4;
    } else if (strcmp(argument, "user") == 0 || strncmp(argument, "user,", 5) == 0) {
        int result =
            add_forwards(request, network, argument[4] == ',' ? argument + 5 : NULL, error);
        if (result < 0)
            return result;
    } else {
        return options_misuse(&command, error, "--net '%s' is neither user nor tap=NAME", argument);
    }
    config->networks_count++;
    return 0;
}

static int set_pins(struct boot_request *request, const char *list, struct error *error)
{
    int count = boot_options_parse_processors(list, request->pins, MINIVMM_CPUS_MAX);

    if (count < 0)
        return options_misuse(&command, error,
                              "--pin '%s' is not a list of processors such as 0,2-3", list);
    request->pins_count = (size_t)count;
    return 0;
}

/* Which of the words is it? -1: none. */
static int find_word(const char *const *words, const char *word)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static int set_protocol(struct boot_request *request, const char *name, struct error *error)
{
    static const char *const names[] = {[MINIVMM_PROTOCOL_AUTO] = "auto",
                                        [MINIVMM_PROTOCOL_LINUX] = "linux",
                                        [MINIVMM_PROTOCOL_PVH] = "pvh",
                                        [MINIVMM_PROTOCOL_PVH + 1] = NULL};
    int protocol = find_word(names, name);

    if (protocol < 0)
        return options_misuse(&command, error, "--protocol '%s' is none of auto, linux, pvh", name);
    request->config.protocol = (enum minivmm_protocol)protocol;
    return 0;
}

static int set_console(struct boot_request *request, const char *name, struct error *error)
{
    static const char *const names[] = {
        [BOOT_CONSOLE_AUTO] = "auto",     [BOOT_CONSOLE_SERIAL] = "serial",
        [BOOT_CONSOLE_VIRTIO] = "virtio", [BOOT_CONSOLE_NONE] = "none",
        [BOOT_CONSOLE_NONE + 1] = NULL,
    };
    int console = find_word(names, name);

    if (console < 0)
        return options_misuse(&command, error, "--console '%s' is none of serial, virtio, none",
                              name);
    request->console = (enum boot_console)console;
    return 0;
}

static int set_option(struct boot_request *request, int key, const char *argument,
                      struct error *error)
{
    struct minivmm_system_config *config = &request->config;

    switch (key) {
    case KEY_KERNEL:
        config->kernel = argument;
        return 0;
    case KEY_INITRD:
        config->initrd = argument;
        return 0;
    case KEY_PROTOCOL:
        return set_protocol(request, argument, error);
    case KEY_PIN:
        return set_pins(request, argument, error);
    case 'd':
        return add_disk(request, (char *)argument, error);
    case 'n':
        return add_network(request, (char *)argument, error);
    case KEY_RNG:
        config->random = 1;
        return 0;
    case KEY_CONSOLE:
        return set_console(request, argument, error);
    case KEY_NO_SANDBOX:
        config->sandbox = 0;
        return 0;
    default:
        return command_line_set(&request->line, key, argument, error);
    }
}

/* What is right in each option, and still makes no sense together. */
static int check(struct boot_request *request, struct error *error)
{
    const struct minivmm_system_config *config = &request->config;

    if (request->pins_count > 0 && request->pins_count != config->cpus)
        return options_misuse(&command, error, "--pin names %zu processors for %u vCPUs",
                              request->pins_count, config->cpus);
    if (config->kernel && request->line.guest)
        return options_misuse(&command, error, "--guest and --kernel exclude each other");
    if (request->argv && config->kernel && !config->initrd)
        return options_misuse(&command, error,
                              "a program needs an --initrd whose /init runs it, or a made guest");
    if (!request->argv && request->line.files_count > 0)
        return options_misuse(&command, error, "--file is for a program: which one?");
    return 0;
}

int boot_options_parse(struct boot_request *request, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    int key, result;

    *request = (struct boot_request){
        .config = {.initrd_extra_fd = -1, .sandbox = 1}
    };
    command_line_start(&request->line, &command, MINIVMM_SYSTEM_MEMORY_MIN);
    options_start(&parser, &command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        result = set_option(request, key, parser.argument, error);
        if (result < 0)
            return result;
    }
    if (key != OPTIONS_END)
        return key;
    request->argv = parser.rest < argc ? argv + parser.rest : NULL;
    request->config.memory_bytes = request->line.memory_bytes;
    request->config.cpus = (unsigned)request->line.cpus;
    request->config.timeout_ns = request->line.timeout_ns;
    request->config.measure = request->line.stats;
    request->config.disks = request->disks;
    request->config.networks = request->networks;
    request->config.pins = request->pins_count > 0 ? request->pins : NULL;
    return check(request, error);
}
