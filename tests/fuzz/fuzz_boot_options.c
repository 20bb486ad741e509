/* SPDX-License-Identifier: MIT */
/* libFuzzer: the command line of `minivmm boot`; each line of the input is a word. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/options.h"
#include "minivmm/boot/boot_options.h"
#include "minivmm/devices/forward.h"

enum { WORDS_MAX = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* --help prints. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
        abort();
    return 0;
}

/* What an accepted command line promises to the library. */
static void check(const struct boot_request *request)
{
    const struct minivmm_system_config *config = &request->config;

    if (config->cpus < 1 || config->cpus > MINIVMM_CPUS_MAX ||
        config->memory_bytes < MINIVMM_SYSTEM_MEMORY_MIN || config->memory_bytes % 4096 != 0 ||
        config->disks_count > MINIVMM_DISKS_MAX || config->networks_count > MINIVMM_NETWORKS_MAX ||
        config->timeout_ns < 0)
        abort();
    for (size_t i = 0; i < config->disks_count; i++)
        if (!config->disks[i].path)
            abort();
    for (size_t i = 0; i < config->networks_count; i++) {
        struct forward forward;
        struct error error;
        const char *const *forwards = config->networks[i].forwards;
        for (; !config->networks[i].tap && forwards && *forwards; forwards++)
            forward_parse(&forward, *forwards, &error);
    }
}

/* Words in memory of their own, so that reading behind one is noticed. */
static void parse_command_line(const uint8_t *data, size_t size)
{
    static char name[] = "minivmm boot";
    char *argv[WORDS_MAX + 2] = {name};
    struct boot_request *request = calloc(1, sizeof *request);
    struct error error = {0};
    int argc = 1;

    if (!request)
        abort();
    while (size > 0 && argc <= WORDS_MAX) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t length = end ? (size_t)(end - data) : size;
        argv[argc++] = strndup((const char *)data, length);
        length += end ? 1 : 0;
        data += length;
        size -= length;
    }
    char *words[WORDS_MAX + 2];
    memcpy(words, argv, sizeof words); /* getopt_long(3) may sort argv */
    int result = boot_options_parse(request, argc, argv, &error);
    if (result == 0)
        check(request);
    else if (result != OPTIONS_SHOWN && error.text[0] == '\0')
        abort(); /* refused, and nobody says why */
    for (int i = 1; i < argc; i++)
        free(words[i]);
    free(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int processors[MINIVMM_CPUS_MAX];
    struct minivmm_disk disk = {0};
    struct forward forward;
    struct error error;

    parse_command_line(data, size);
    char *text = strndup((const char *)data, size);
    if (!text)
        abort();
    int count = boot_options_parse_processors(text, processors, MINIVMM_CPUS_MAX);
    if (count == 0 || count > MINIVMM_CPUS_MAX)
        abort();
    if (forward_parse(&forward, text, &error) == 0 &&
        (forward.host_port == 0 || forward.guest_port == 0))
        abort();
    boot_options_parse_disk(&disk, text);
    free(text);
    return 0;
}
