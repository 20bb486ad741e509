/* SPDX-License-Identifier: MIT */
/* Rules, from a line of text. Every word has to be understood. */
#include "bench/claims/rule.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"

struct parser {
    struct rule *rule;
    char *word[RULE_WORDS_MAX];
    size_t count, at;
    struct error *error;
};

static int mistake(const struct parser *parser, const char *what, const char *word)
{
    return error_set(parser->error, EINVAL, "%s: %s '%.60s'", _("this is no rule"), what,
                     word ? word : "");
}

/* The next word; NULL at the end. */
static char *next(struct parser *parser)
{
    return parser->at < parser->count ? parser->word[parser->at++] : NULL;
}

static const char *peek(const struct parser *parser)
{
    return parser->at < parser->count ? parser->word[parser->at] : "";
}

static bool is_next(struct parser *parser, const char *word)
{
    if (strcmp(peek(parser), word) != 0)
        return false;
    parser->at++;
    return true;
}

/* Names of experiments, metrics, platforms, workloads and parameters. */
static bool is_name(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,@";
    return *text && !strchr("-_.,", *text) && strspn(text, letters) == strlen(text);
}

static int take_name(struct parser *parser, const char **name, const char *what)
{
    char *word = next(parser);

    if (!word || !is_name(word))
        return mistake(parser, what, word);
    *name = word;
    return 0;
}

/* All PARAM=VALUE that stand here. */
static int take_params(struct parser *parser, struct rule_param params[RULE_PARAMS_MAX],
                       size_t *count)
{
    while (strchr(peek(parser), '=') && !strchr("<>", *peek(parser))) {
        char *word = next(parser), *equals = strchr(word, '=');
        if (*count == RULE_PARAMS_MAX)
            return mistake(parser, _("too many parameters, from here on:"), word);
        *equals = '\0';
        if (!is_name(word) || !is_name(equals + 1))
            return mistake(parser, _("PARAM=VALUE is wanted in place of"), word);
        params[(*count)++] = (struct rule_param){word, equals + 1};
    }
    return 0;
}

/* METRIC, or METRIC/METRIC. */
static int take_metric(struct parser *parser, struct selection *of)
{
    char *word = next(parser);
    char *per = word ? strchr(word, '/') : NULL;

    if (per)
        *per++ = '\0';
    if (!word || !is_name(word) || (per && !is_name(per)))
        return mistake(parser, _("the name of a metric is wanted in place of"), word);
    if (per && parser->rule->kind != RULE_VALUE)
        return mistake(parser, _("only a value can be the quotient of two metrics:"), per);
    of->metric = word;
    of->per = per;
    return 0;
}

static int take_selection(struct parser *parser, struct selection *of)
{
    char *experiment = next(parser);
    char *workload = experiment ? strchr(experiment, '/') : NULL;

    if (workload)
        *workload++ = '\0';
    if (!experiment || !is_name(experiment) || (workload && !is_name(workload)))
        return mistake(parser, _("EXPERIMENT or EXPERIMENT/WORKLOAD is wanted in place of"),
                       experiment);
    of->experiment = experiment;
    of->workload = workload;
    int result = 0;
    if (parser->rule->kind != RULE_VERDICTS)
        result = take_metric(parser, of);
    if (result == 0)
        result = take_params(parser, of->params, &of->param_count);
    if (result == 0)
        result =
            take_name(parser, &of->platform, _("the name of a platform is wanted in place of"));
    return result;
}

static const char *const relations[] = {
    [RULE_LESS] = "<",      [RULE_AT_MOST] = "<=", [RULE_MORE] = ">",
    [RULE_AT_LEAST] = ">=", [RULE_WITHIN] = "in",
};

static bool is_relation(const char *word)
{
    bool found = false;

    for (size_t i = 0; i < sizeof relations / sizeof *relations && !found; i++)
        found = strcmp(word, relations[i]) == 0;
    return found;
}

static int take_changes(struct parser *parser)
{
    struct rule *rule = parser->rule;

    if (!is_next(parser, "/"))
        return mistake(parser, _("a ratio needs '/' in place of"), peek(parser));
    rule->base_platform = rule->of.platform;
    int result = take_params(parser, rule->changes, &rule->change_count);
    if (result == 0 && *peek(parser) && !is_relation(peek(parser)))
        result = take_name(parser, &rule->base_platform,
                           _("the name of a platform is wanted in place of"));
    if (result == 0 && rule->change_count == 0 && rule->base_platform == rule->of.platform)
        result =
            mistake(parser, _("what is it compared with? There is nothing before"), peek(parser));
    return result;
}

static int take_relation(struct parser *parser)
{
    const char *word = next(parser);

    for (size_t i = 0; word && i < sizeof relations / sizeof *relations; i++) {
        if (strcmp(word, relations[i]) == 0) {
            parser->rule->relation = (enum rule_relation)i;
            return 0;
        }
    }
    return mistake(parser, _("one of < <= > >= in is wanted in place of"), word);
}

/* Digits and at most one point: strtod() would take "inf" and "0x1p9" as well. */
static bool parse_number(const char *text, size_t length, double *number)
{
    char digits[32];

    if (length == 0 || length >= sizeof digits || strspn(text, "0123456789.") < length ||
        memchr(text, '.', length) != memrchr(text, '.', length) || *text == '.')
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return false;
    *number = strtod_l(digits, NULL, plain);
    freelocale(plain);
    return isfinite(*number);
}

/* length bytes of word: a number and a unit. */
static bool parse_quantity(const char *word, size_t length, double *quantity)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {
        {"",    1     },
        {"ns",  1     },
        {"us",  1e3   },
        {"ms",  1e6   },
        {"s",   1e9   },
        {"B",   1     },
        {"KiB", 0x1p10},
        {"MiB", 0x1p20},
        {"GiB", 0x1p30},
        {"%",   0.01  },
    };
    size_t digits = strspn(word, "0123456789.");

    if (digits > length)
        digits = length;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].name) != length - digits ||
            strncmp(word + digits, units[i].name, length - digits) != 0 ||
            !parse_number(word, digits, quantity))
            continue;
        *quantity *= units[i].factor;
        return isfinite(*quantity);
    }
    return false;
}

/* The number behind OP, or both ends of a range. */
static int take_threshold(struct parser *parser)
{
    struct rule *rule = parser->rule;
    const char *word = next(parser);
    const char *dots = word ? strstr(word, "..") : NULL;

    if (rule->relation == RULE_WITHIN) {
        if (!dots || !parse_quantity(word, (size_t)(dots - word), &rule->threshold) ||
            !parse_quantity(dots + 2, strlen(dots + 2), &rule->most) ||
            rule->most < rule->threshold)
            return mistake(parser, _("a range such as 0.7..1.05 is wanted in place of"), word);
    } else if (!word || !parse_quantity(word, strlen(word), &rule->threshold)) {
        return mistake(parser, _("a number such as 1.5, 20ms or 1GiB is wanted in place of"), word);
    }
    rule->threshold_text = word;
    return 0;
}

static int take_kind(struct parser *parser)
{
    struct rule *rule = parser->rule;

    rule->any = is_next(parser, "any");
    if (is_next(parser, "value"))
        rule->kind = RULE_VALUE;
    else if (is_next(parser, "ratio"))
        rule->kind = RULE_RATIO;
    else if (!rule->any && is_next(parser, "verdicts"))
        rule->kind = RULE_VERDICTS;
    else
        return mistake(parser, _("value, ratio or verdicts is wanted in place of"), peek(parser));
    if (rule->kind != RULE_VERDICTS)
        return 0;
    return take_name(parser, &rule->verdict, _("the name of a verdict is wanted in place of"));
}

int rule_parse(struct rule *rule, const char *text, struct error *error)
{
    struct parser parser = {.rule = rule, .error = error};
    char *rest = NULL;

    *rule = (struct rule){0};
    if (strlen(text) >= sizeof rule->text)
        return error_set(error, EINVAL, _("a rule has at most %d bytes"), RULE_BYTES_MAX - 1);
    memcpy(rule->text, text, strlen(text) + 1);
    memcpy(rule->words, text, strlen(text) + 1);
    for (char *word = strtok_r(rule->words, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest)) {
        if (parser.count == RULE_WORDS_MAX)
            return mistake(&parser, _("too many words, from here on:"), word);
        parser.word[parser.count++] = word;
    }
    int result = take_kind(&parser);
    if (result == 0)
        result = take_selection(&parser, &rule->of);
    if (result == 0 && rule->kind == RULE_RATIO)
        result = take_changes(&parser);
    if (result == 0)
        result = take_relation(&parser);
    if (result == 0)
        result = take_threshold(&parser);
    if (result == 0 && parser.at < parser.count)
        result = mistake(&parser, _("nothing may stand behind the number:"), peek(&parser));
    return result;
}
