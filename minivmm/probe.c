/* SPDX-License-Identifier: MIT */
/* minivmm probe: what KVM can do here, for people and as JSON. */
#include <stdio.h>

#include "common/options.h"
#include "common/text.h"
#include "minivmm/commands.h"
#include "minivmm/minivmm.h"

enum { KEY_JSON = 256 };

static const struct option_spec options[] = {
    {KEY_JSON, "json", NULL, "print one JSON object"},
    {0   },
};

static const struct command_spec command = {
    .name = "minivmm probe",
    .synopsis = "",
    .purpose = "Find out what /dev/kvm can do on this machine, by running small guests.",
    .options = options,
};

static const char *const verdicts[] = {
    [MINIVMM_WORKS] = "works",
    [MINIVMM_DIFFERS] = "differs",
    [MINIVMM_FAILS] = "fails",
    [MINIVMM_HANGS] = "hangs",
};

static const char *back_end(const struct minivmm_probe *probe)
{
    return probe->software ? "software" : "hardware";
}

static void print_text(const struct minivmm_probe *probe)
{
    printf("%-24s %-9s %s\n", "back end", back_end(probe),
           probe->software ? "ring 0 is emulated: no guest system boots"
                           : "both rings run on the processor");
    for (size_t i = 0; i < probe->count; i++) {
        const struct minivmm_finding *finding = &probe->findings[i];
        printf("%-24s %-9s %s\n", finding->title, verdicts[finding->verdict], finding->detail);
    }
}

static void print_json(const struct minivmm_probe *probe)
{
    printf("{\"schema\":1,\"back_end\":\"%s\",\"works\":{", back_end(probe));
    for (size_t i = 0; i < probe->count; i++) {
        printf("%s", i ? "," : "");
        text_print_json(stdout, probe->findings[i].key);
        printf(":%s", probe->findings[i].verdict <= MINIVMM_DIFFERS ? "true" : "false");
    }
    printf("},\"findings\":[");
    for (size_t i = 0; i < probe->count; i++) {
        const struct minivmm_finding *finding = &probe->findings[i];
        printf("%s{\"key\":", i ? "," : "");
        text_print_json(stdout, finding->key);
        printf(",\"title\":");
        text_print_json(stdout, finding->title);
        printf(",\"verdict\":\"%s\",\"picoseconds\":%lld,\"detail\":", verdicts[finding->verdict],
               (long long)finding->picoseconds);
        text_print_json(stdout, finding->detail);
        putchar('}');
    }
    printf("]}\n");
}

int command_probe(int argc, char **argv)
{
    struct option_parser parser;
    struct minivmm_probe probe;
    struct error error = {0};
    int json = 0, key;

    options_start(&parser, &command, argc, argv);
    while ((key = options_next(&parser, &error)) > 0)
        json |= key == KEY_JSON;
    if (key == OPTIONS_SHOWN)
        return 0;
    if (key != OPTIONS_END ||
        (parser.rest < argc &&
         options_misuse(&command, &error, "'%s' is not expected", argv[parser.rest]) < 0))
        return error_report(&error, "minivmm");

    if (minivmm_probe_kvm(&probe, &error) < 0) {
        if (json) {
            printf("{\"schema\":1,\"back_end\":null,\"reason\":");
            text_print_json(stdout, error.text);
            printf("}\n");
        }
        return error_report(&error, "minivmm");
    }
    json ? print_json(&probe) : print_text(&probe);
    return 0;
}
