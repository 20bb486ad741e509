/* SPDX-License-Identifier: MIT */
/* The ledger read and judged. */
#include "bench/claims/claims.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/experiments/experiment.h"
#include "common/i18n.h"
#include "common/ini.h"
#include "common/paths.h"

enum { FILE_BYTES_MAX = 256 * 1024 };

struct reader {
    struct ini ini;
    struct claims *claims;
    struct claim *claim; /* the section we are in */
};

/* "C07": what the samples, the tables and the texts call it. */
static bool is_id(const char *text)
{
    return text[0] == 'C' && strlen(text) == 3 && isdigit((unsigned char)text[1]) &&
           isdigit((unsigned char)text[2]);
}

static int start_claim(void *context, char *name)
{
    struct reader *reader = context;
    struct claims *claims = reader->claims;

    if (!is_id(name))
        return ini_mistake(&reader->ini, "a claim is called C and two digits, not", name);
    for (size_t i = 0; i < claims->count; i++)
        if (strcmp(claims->list[i].id, name) == 0)
            return ini_mistake(&reader->ini, "there are two claims of the name", name);
    if (claims->count == CLAIMS_MAX)
        return ini_mistake(&reader->ini, "there are too many claims, from here on:", name);
    reader->claim = &claims->list[claims->count++];
    memcpy(reader->claim->id, name, 4);
    reader->claim->reason = "";
    return 0;
}

static int add_rule(struct reader *reader, bool needed, const char *value)
{
    struct claim *claim = reader->claim;
    struct error error;

    if (claim->expectation_count == CLAIM_RULES_MAX)
        return ini_mistake(&reader->ini, "the claim has too many rules, from here on:", value);
    struct expectation *expectation = calloc(1, sizeof *expectation);
    if (!expectation)
        return ini_out_of_memory(&reader->ini);
    claim->expectations[claim->expectation_count++] = expectation;
    expectation->needed = needed;
    if (rule_parse(&expectation->rule, value, &error) < 0)
        return error_set(reader->ini.error, EINVAL, "%s:%u: %s", reader->ini.path, reader->ini.line,
                         error.text);
    return 0;
}

static int set_key(void *context, const char *key, char *value)
{
    struct reader *reader = context;
    struct claim *claim = reader->claim;
    const struct {
        const char *name;
        char **string;
    } strings[] = {
        {"term",       &claim->term.in[CLAIM_ENGLISH]     },
        {"term.ko",    &claim->term.in[CLAIM_KOREAN]      },
        {"claim",      &claim->statement.in[CLAIM_ENGLISH]},
        {"claim.ko",   &claim->statement.in[CLAIM_KOREAN] },
        {"change",     &claim->change.in[CLAIM_ENGLISH]   },
        {"change.ko",  &claim->change.in[CLAIM_KOREAN]    },
        {"experiment", &claim->experiment                 },
        {"where",      &claim->where                      },
    };

    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        if (strcmp(key, strings[i].name) == 0)
            return ini_set_string(&reader->ini, strings[i].string, value);
    if (strcmp(key, "expect") == 0)
        return add_rule(reader, true, value);
    if (strcmp(key, "also") == 0)
        return add_rule(reader, false, value);
    return ini_mistake(&reader->ini, "there is no key", key);
}

static int end_claim(void *context)
{
    struct reader *reader = context;
    const struct claim *claim = reader->claim;

    if (!claim->term.in[CLAIM_ENGLISH] || !claim->statement.in[CLAIM_ENGLISH] ||
        !claim->experiment || !claim->where)
        return ini_mistake(&reader->ini,
                           "term, claim, experiment or where is missing in the section before, of",
                           claim->id);
    if (claim->expectation_count > 0 && !claim->change.in[CLAIM_ENGLISH])
        return ini_mistake(&reader->ini, "a claim with rules needs `change`:", claim->id);
    return 0;
}

int claims_read(struct claims *claims, const char *path, struct error *error)
{
    static const struct ini_events events = {start_claim, set_key, end_claim};
    char own[PATHS_MAX];
    struct paths paths;

    *claims = (struct claims){0};
    if (!path) {
        int result = paths_find(&paths, error);
        if (result == 0)
            result = paths_join(own, paths.share, "claims.conf", error);
        if (result < 0)
            return result;
        path = own;
    }
    struct reader reader = {
        .ini = {.path = path,
                .what = "list of claims",
                .bytes_max = FILE_BYTES_MAX,
                .error = error},
        .claims = claims,
    };
    return ini_read(&reader.ini, &events, &reader);
}

static void free_claim(struct claim *claim)
{
    for (size_t i = 0; i < CLAIM_LANGUAGES; i++) {
        free(claim->term.in[i]);
        free(claim->statement.in[i]);
        free(claim->change.in[i]);
    }
    free(claim->experiment);
    free(claim->where);
    for (size_t i = 0; i < claim->expectation_count; i++)
        free(claim->expectations[i]);
}

void claims_free(struct claims *claims)
{
    for (size_t i = 0; i < claims->count; i++)
        free_claim(&claims->list[i]);
    *claims = (struct claims){0};
}

static bool is_among(char *const ids[], size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(ids[i], id) == 0)
            return true;
    return false;
}

int claims_keep(struct claims *claims, char *const ids[], size_t count, struct error *error)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t j = 0; j < claims->count && !found; j++)
            found = strcasecmp(ids[i], claims->list[j].id) == 0;
        if (!found)
            return error_set(error, EINVAL, _("there is no claim %s"), ids[i]);
    }
    for (size_t i = 0; i < claims->count; i++) {
        if (is_among(ids, count, claims->list[i].id))
            claims->list[kept++] = claims->list[i];
        else
            free_claim(&claims->list[i]);
    }
    claims->count = kept;
    return 0;
}

/* Whether this version has one of the experiments that are named. */
static bool has_experiment(const char *names)
{
    for (size_t i = 0; experiments[i]; i++) {
        const char *found = strstr(names, experiments[i]->name);
        size_t length = strlen(experiments[i]->name);
        if (found && (found == names || found[-1] == ' ') && strchr(" ", found[length]))
            return true;
    }
    return false;
}

/* A figure that is needed and not there decides alone. false: there is none such. */
static bool lacks_figure(struct claim *claim)
{
    const struct finding *lacking = NULL, *any = NULL;
    size_t there = 0;

    for (size_t i = 0; i < claim->expectation_count; i++) {
        const struct expectation *expectation = claim->expectations[i];
        const struct finding *finding = &expectation->finding;
        bool missing = finding->outcome == RULE_MISSING;
        there += !missing;
        if (missing && !any)
            any = finding;
        /* What was never tried can be tried: that comes before what the machine cannot do. */
        if (missing && expectation->needed && (!lacking || (lacking->tried && !finding->tried)))
            lacking = finding;
    }
    if (there == 0 && !lacking)
        lacking = any;
    if (!lacking)
        return false;
    claim->verdict = lacking->tried ? CLAIM_UNMEASURABLE : CLAIM_NOT_RUN;
    claim->reason = lacking->reason;
    return true;
}

static void weigh(struct claim *claim)
{
    size_t count[RULE_MISSING + 1] = {0};

    for (size_t i = 0; i < claim->expectation_count; i++)
        count[claim->expectations[i]->finding.outcome]++;
    size_t there = claim->expectation_count - count[RULE_MISSING];
    claim->verdict = count[RULE_HOLDS] == there   ? CLAIM_SUPPORTED
                     : count[RULE_FAILS] == there ? CLAIM_REFUTED
                                                  : CLAIM_DEPENDS;
    claim->reason = "";
}

int claims_judge(struct claims *claims, const struct analysis *analysis, struct error *error)
{
    for (size_t i = 0; i < claims->count; i++) {
        struct claim *claim = &claims->list[i];
        for (size_t j = 0; j < claim->expectation_count; j++)
            if (rule_judge(&claim->expectations[j]->rule, analysis,
                           &claim->expectations[j]->finding) < 0)
                return error_set_errno(error, ENOMEM, "cannot judge the claims");
        if (strcmp(claim->experiment, "none") == 0) {
            claim->verdict = CLAIM_NOT_A_QUESTION;
        } else if (claim->expectation_count == 0) {
            claim->verdict =
                has_experiment(claim->experiment) ? CLAIM_UNMEASURABLE : CLAIM_NO_EXPERIMENT;
            claim->reason = claim->experiment;
        } else if (!lacks_figure(claim)) {
            weigh(claim);
        }
    }
    return 0;
}
