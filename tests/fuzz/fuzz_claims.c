/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as claims.conf, held against fixed samples and shown in every form. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jansson.h>

#include "bench/claims/claims.h"
#include "bench/experiments/experiment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Those of the ledger are matched by name alone. */
static const struct experiment startup = {.name = "startup"};
const struct experiment *const experiments[] = {&startup, NULL};

/* Two boxes and native in seven blocks, a limit, probes, and what did not run. */
static FILE *write_samples(void)
{
    static const char *const platforms[] = {"native", "container", "vm"};
    static const char *const verdicts[] = {"allowed", "refused", "unknown"};
    FILE *file = tmpfile();

    if (!file)
        abort();
    fputs("{\"schema\":1,\"kind\":\"run\",\"run\":\"f\",\"time\":\"t\",\"command\":\"c\",\"seed\":"
          "7}\n",
          file);
    for (int block = 0; block < 7; block++) {
        for (int i = 0; i < 3; i++) {
            const char *head = "{\"schema\":1,\"run\":\"f\",\"seed\":7,\"t0_ns\":1,\"exit\":0,"
                               "\"reason\":\"\",\"status\":\"ok\"";
            fprintf(file,
                    "%s,\"experiment\":\"startup\",\"params\":{\"mode\":\"single\"},"
                    "\"platform\":\"%s\",\"workload\":\"hello\",\"block\":%d,\"order\":%d,"
                    "\"metrics\":{\"first_output_ns\":%d,\"end_ns\":%d}}\n",
                    head, platforms[i], block, i, 1000 * (i + 1) + block, 2000 * (i + 1));
            if (block > 1)
                continue;
            fprintf(file,
                    "%s,\"experiment\":\"limits\",\"params\":{\"cpus\":%d,\"excess\":\"killed\"},"
                    "\"platform\":\"%s\",\"workload\":\"memory\",\"block\":%d,\"order\":%d,"
                    "\"metrics\":{\"reached_bytes\":99,\"asked_bytes\":%d,\"p99_ns\":5}}\n",
                    head, i + 1, platforms[i], block, i, i * 50);
            fprintf(file,
                    "%s,\"experiment\":\"escape\",\"params\":{\"uid\":0},\"platform\":\"%s\","
                    "\"workload\":\"see\",\"block\":%d,\"order\":%d,\"metrics\":{},"
                    "\"verdict\":\"%s\",\"detail\":\"\"}\n",
                    head, platforms[i], block, i, verdicts[i]);
        }
    }
    fputs("{\"schema\":1,\"run\":\"f\",\"experiment\":\"startup\",\"params\":{},\"platform\":"
          "\"vm-linux\",\"workload\":\"hello\",\"block\":0,\"order\":3,\"seed\":7,\"t0_ns\":1,"
          "\"status\":\"skipped\",\"reason\":\"no KVM\",\"exit\":-1,\"metrics\":{}}\n",
          file);
    rewind(file);
    return file;
}

static const struct analysis *fixed_analysis(void)
{
    static struct analysis analysis;
    struct error error;

    if (analysis.figures.measure_count > 0)
        return &analysis;
    FILE *file = write_samples();
    if (results_read_file(&analysis.results, file, "fixed", &error) < 0 ||
        analysis.results.damage_count > 0 ||
        figures_make(&analysis.figures, &analysis.results, &error) < 0)
        abort();
    fclose(file);
    return &analysis;
}

static void check_claim(const struct claim *claim)
{
    if (!*claim_text(&claim->term) || claim->verdict >= CLAIM_VERDICTS)
        abort();
    for (size_t i = 0; i < claim->expectation_count; i++) {
        const struct rule *rule = &claim->expectations[i]->rule;
        const struct finding *finding = &claim->expectations[i]->finding;
        if (!isfinite(rule->threshold) ||
            (rule->relation == RULE_WITHIN && !(rule->threshold <= rule->most)) ||
            finding->holding > finding->selected)
            abort();
        if (finding->outcome == RULE_MISSING
                ? !*finding->reason
                : !(finding->low <= finding->value && finding->value <= finding->high))
            abort();
    }
}

/* All that is printed is text, and JSON is JSON. */
static void show(const struct claims *claims, const struct analysis *analysis)
{
    struct table *tables[] = {claims_ledger(claims, analysis, true),
                              claims_table(claims, analysis, "folder")};
    struct error error;
    char *text;
    size_t size;

    for (size_t i = 0; i < 2; i++) {
        FILE *out = open_memstream(&text, &size);
        if (!out || !tables[i] || table_print_width(tables[i], out, 80, &error) < 0)
            abort();
        fclose(out);
        for (size_t j = 0; j < size; j++)
            if (iscntrl((unsigned char)text[j]) && text[j] != '\n')
                abort();
        table_free(tables[i]);
        free(text);
    }
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    claims_print_json(claims, analysis, "folder", out);
    fclose(out);
    json_t *json = json_loadb(text, size, 0, NULL);
    if (json_array_size(json_object_get(json, "claims")) != claims->count)
        abort();
    json_decref(json);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct analysis *analysis = fixed_analysis();
    struct claims *claims = calloc(1, sizeof *claims);
    struct error error;
    char path[64];
    int fd = memfd_create("claims.conf", MFD_CLOEXEC);

    if (!claims || fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (claims_read(claims, path, &error) == 0) {
        if (claims_judge(claims, analysis, &error) < 0)
            abort();
        for (size_t i = 0; i < claims->count; i++)
            check_claim(&claims->list[i]);
        show(claims, analysis);
    } else if (!*error.text) {
        abort();
    }
    claims_free(claims);
    free(claims);
    close(fd);
    return 0;
}
