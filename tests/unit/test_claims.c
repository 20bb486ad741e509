/* SPDX-License-Identifier: MIT */
/*
 * Claims and their rules: the language, every rule of the shipped ledger on both sides of its
 * threshold, and the verdicts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "bench/claims/claims.h"
#include "tests/unit/results_folder.h"

/* Rules as text */

static void a_rule_is_understood(void **state)
{
    struct error error;
    struct rule rule;
    (void)state;

    assert_int_equal(
        rule_parse(&rule, "any ratio a/w x_ns p=1 q=r vm-linux / q=s native >= 2.5", &error), 0);
    assert_true(rule.any);
    assert_int_equal(rule.kind, RULE_RATIO);
    assert_string_equal(rule.of.experiment, "a");
    assert_string_equal(rule.of.workload, "w");
    assert_string_equal(rule.of.metric, "x_ns");
    assert_string_equal(rule.of.platform, "vm-linux");
    assert_int_equal(rule.of.param_count, 2);
    assert_string_equal(rule.of.params[1].value, "r");
    assert_string_equal(rule.base_platform, "native");
    assert_int_equal(rule.change_count, 1);
    assert_string_equal(rule.changes[0].value, "s");
    assert_int_equal(rule.relation, RULE_AT_LEAST);
    assert_float_equal(rule.threshold, 2.5, 0);
    assert_string_equal(rule.text, "any ratio a/w x_ns p=1 q=r vm-linux / q=s native >= 2.5");
}

static void units_are_of_the_metrics(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"20",     20    },
        {"20ns",   20    },
        {"1.5us",  1500  },
        {"20ms",   2e7   },
        {"1s",     1e9   },
        {"2KiB",   2048  },
        {"1MiB",   0x1p20},
        {"0.5GiB", 0x1p29},
        {"5%",     0.05  },
    };
    struct error error;
    struct rule rule;
    char text[64];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "value a x vm < %s", cases[i].text);
        assert_int_equal(rule_parse(&rule, text, &error), 0);
        assert_float_equal(rule.threshold, cases[i].value, 1e-12);
        assert_string_equal(rule.threshold_text, cases[i].text);
    }
}

static void a_range_has_two_ends(void **state)
{
    struct error error;
    struct rule rule;
    (void)state;

    assert_int_equal(rule_parse(&rule, "value a x/y vm in 0.7..1.05", &error), 0);
    assert_int_equal(rule.relation, RULE_WITHIN);
    assert_float_equal(rule.threshold, 0.7, 0);
    assert_float_equal(rule.most, 1.05, 0);
    assert_string_equal(rule.threshold_text, "0.7..1.05");
    assert_int_equal(rule_parse(&rule, "ratio a x p=1 vm / p=2 in 50%..1", &error), 0);
    assert_string_equal(rule.base_platform, "vm");
    assert_float_equal(rule.threshold, 0.5, 1e-12);
    assert_int_equal(rule_parse(&rule, "value a x vm in 20ms..1s", &error), 0);
    assert_float_equal(rule.most, 1e9, 0);
    assert_int_equal(rule_parse(&rule, "verdicts allowed a vm in 1..1", &error), 0);
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        " ",
        "any",
        "value",
        "value a",
        "value a x",
        "value a x vm",
        "value a x vm <",
        "value a x vm < ",
        "value a x vm < 1 2",
        "value a x vm < 1 and",
        "value a x vm = 1",
        "value a x vm << 1",
        "value a x vm < -1",
        "value a x vm < 0x10",
        "value a x vm < inf",
        "value a x vm < 1..2",
        "value a x vm in 1",
        "value a x vm in 1..",
        "value a x vm in ..2",
        "value a x vm in 1...2",
        "value a x vm in 2..1",
        "value a x vm in 1..2..3",
        "value a x vm in 1..2parsec",
        "value a x vm in 1parsec..2",
        "value a x vm in 1..inf",
        "value a x vm in",
        "ratio a x vm / in 1..2",
        "value a x vm < nan",
        "value a x vm < 1e9",
        "value a x vm < 1.2.3",
        "value a x vm < .5",
        "value a x vm < 1 ms",
        "value a x vm < 1parsec",
        "value a x p= vm < 1",
        "value a x =v vm < 1",
        "value a x p=v=w vm < 1",
        "value a/ x vm < 1",
        "value /w x vm < 1",
        "value a/b/c x vm < 1",
        "value a x vm / native < 1",
        "ratio a x vm < 1",
        "ratio a x/y vm / native < 1",
        "value a x/ vm < 1",
        "value a /y vm < 1",
        "value a x/y/z vm < 1",
        "ratio a x vm / < 1",
        "ratio a x vm /native < 1",
        "ratio a x vm / native container < 1",
        "any verdicts allowed escape vm < 1",
        "verdicts allowed escape < 1",
        "verdicts escape vm < 1 x",
        "median a x vm < 1",
        "value a x a=1 b=1 c=1 d=1 e=1 f=1 g=1 vm < 1",
        "value a $(id) vm < 1",
        "value a ../x vm < 1",
        "value a x\x1b[2J vm < 1",
        "value a \xff vm < 1",
        "value a x vm < 99999999999999999999999999999999999999",
        "value a x vm < 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    };
    char large[RULE_BYTES_MAX + 1];
    struct error error;
    struct rule rule;
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (rule_parse(&rule, wrong[i], &error) == 0)
            fail_msg("'%s' was taken for a rule", wrong[i]);
        assert_non_null(error.text);
        assert_true(strlen(error.text) > 0);
    }
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_true(rule_parse(&rule, large, &error) < 0);
}

/* Figures */

/* A results folder that is filled, and then judged by a rule. */
struct stage {
    struct folder folder;
    struct analysis analysis;
    bool open;
};

static void stage_start(struct stage *stage)
{
    *stage = (struct stage){0};
    folder_make(&stage->folder);
    fputs(folder_header, stage->folder.file);
}

static struct finding stage_judge(struct stage *stage, const struct rule *rule)
{
    struct finding finding;
    struct error error;

    folder_close(&stage->folder);
    if (!stage->open)
        assert_int_equal(analysis_open(&stage->analysis, stage->folder.path, &error), 0);
    stage->open = true;
    assert_int_equal(stage->analysis.results.damage_count, 0);
    assert_int_equal(rule_judge(rule, &stage->analysis, &finding), 0);
    return finding;
}

static struct finding stage_judge_text(struct stage *stage, const char *text)
{
    struct error error;
    struct rule rule;

    assert_int_equal(rule_parse(&rule, text, &error), 0);
    return stage_judge(stage, &rule);
}

static void stage_end(struct stage *stage)
{
    if (stage->open)
        analysis_close(&stage->analysis);
    folder_remove(&stage->folder);
}

/* Samples that make this value of this metric, also where it is derived of others. */
static void add_value(struct stage *stage, const struct selection *of, const char *platform,
                      const char *params, int block, int64_t value)
{
    const char *workload = of->workload ? of->workload : "work";
    char metrics[256], more[300];

    if (strcmp(of->metric, "turn_ns") == 0) {
        snprintf(metrics, sizeof metrics, "\"iterations_n\":1,\"work_ns\":%lld", (long long)value);
    } else if (strcmp(of->metric, "cpu_ns") == 0) {
        snprintf(metrics, sizeof metrics, "\"system_ns\":0,\"user_ns\":%lld", (long long)value);
    } else if (strncmp(of->metric, "marginal_", 9) == 0) {
        for (int instances = 1; instances <= 2; instances++) {
            snprintf(metrics, sizeof metrics, "\"%s\":%lld", of->metric + 9,
                     (long long)(1000 + (instances - 1) * value));
            snprintf(more, sizeof more, "%s%s\"instances\":%d", params, *params ? "," : "",
                     instances);
            folder_add(&stage->folder, of->experiment, more, platform, workload, block, metrics);
        }
        return;
    } else {
        snprintf(metrics, sizeof metrics, "\"%s\":%lld", of->metric, (long long)value);
    }
    folder_add(&stage->folder, of->experiment, params, platform, workload, block, metrics);
}

/* "@2" means the second number of those that there are: the number 2 then, see add_numbers(). */
static const char *number_of(const char *value)
{
    return *value == '@' ? value + 1 : value;
}

static void describe_params(char text[512], const struct rule *rule, bool changed)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < rule->of.param_count; i++) {
        const struct rule_param *param = &rule->of.params[i];
        for (size_t j = 0; changed && j < rule->change_count; j++)
            if (strcmp(rule->changes[j].name, param->name) == 0)
                param = &rule->changes[j];
        used += (size_t)snprintf(text + used, 512 - used, "%s\"%s\":\"%s\"", used ? "," : "",
                                 param->name, number_of(param->value));
    }
    /* A change of what the rule does not name: it stands in the samples all the same. */
    for (size_t j = 0; j < rule->change_count; j++) {
        bool named = false;
        for (size_t i = 0; i < rule->of.param_count; i++)
            named = named || strcmp(rule->changes[j].name, rule->of.params[i].name) == 0;
        if (!named)
            used += (size_t)snprintf(text + used, 512 - used, "%s\"%s\":\"%s\"", used ? "," : "",
                                     rule->changes[j].name,
                                     changed ? number_of(rule->changes[j].value) : "another");
    }
}

enum { BASE = 1000000, BLOCKS = 8 };

/* Samples that show that the parameters can be 1, 2 and 3. */
static void add_numbers(struct stage *stage, const struct rule *rule)
{
    char params[128];

    for (size_t i = 0; i < rule->of.param_count; i++) {
        for (int number = 1; number <= 3 && *rule->of.params[i].value == '@'; number++) {
            snprintf(params, sizeof params, "\"%s\":%d", rule->of.params[i].name, number);
            folder_add(&stage->folder, rule->of.experiment, params, "native", "work", 0,
                       "\"other_n\":1");
        }
    }
}

/* Native comes first, as in every real folder. */
static enum rule_outcome judge_planted(const struct rule *rule, int64_t value)
{
    struct selection per = rule->of;
    char params[512], base_params[512];
    struct stage stage;

    stage_start(&stage);
    describe_params(params, rule, false);
    describe_params(base_params, rule, true);
    add_numbers(&stage, rule);
    per.metric = rule->of.per;
    for (int block = 0; block < BLOCKS; block++) {
        add_value(&stage, &rule->of, rule->of.platform, params, block, value);
        if (per.metric)
            add_value(&stage, &per, rule->of.platform, params, block, BASE);
        if (rule->kind == RULE_RATIO)
            add_value(&stage, &rule->of, rule->base_platform, base_params, block, BASE);
    }
    struct finding finding = stage_judge(&stage, rule);
    stage_end(&stage);
    if (finding.outcome != RULE_MISSING)
        assert_true(finding.samples > 0);
    return finding.outcome;
}

/* Of the first probe of the list; returns the rest of it, NULL after the last. */
static const char *add_verdict(struct stage *stage, const struct rule *rule, const char *list,
                               const char *verdict)
{
    char params[512];
    int length = (int)strcspn(list, ",");

    describe_params(params, rule, false);
    fprintf(stage->folder.file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"%s\",\"params\":{%s},"
            "\"platform\":\"%s\",\"workload\":\"%.*s\",\"block\":0,\"order\":0,\"seed\":7,"
            "\"t0_ns\":1,\"status\":\"ok\",\"reason\":\"\",\"exit\":0,\"metrics\":{},"
            "\"verdict\":\"%s\",\"detail\":\"\"}\n",
            rule->of.experiment, params, rule->of.platform, length, list, verdict);
    return list[length] ? list + length + 1 : NULL;
}

static enum rule_outcome judge_verdicts(const struct rule *rule, int64_t count)
{
    const char *list = rule->of.workload ? rule->of.workload : "probe";
    size_t probes = 0;
    struct stage stage;

    stage_start(&stage);
    for (int64_t i = 0; i < count; i++)
        add_verdict(&stage, rule, list, rule->verdict);
    for (; list; probes++)
        list = add_verdict(&stage, rule, list, "planted");
    struct finding finding = stage_judge(&stage, rule);
    stage_end(&stage);
    assert_int_equal(finding.selected, (size_t)count + probes);
    assert_int_equal(finding.silent, 0);
    return finding.outcome;
}

/* The least step over the threshold changes the outcome, and on it the operator decides. */
static void check_side(const char *id, const struct rule *rule, int64_t value,
                       enum rule_outcome outcome)
{
    if (value < 0)
        fail_msg("%s: '%s' has only one side", id, rule->text);
    if ((rule->kind == RULE_VERDICTS ? judge_verdicts(rule, value) : judge_planted(rule, value)) !=
        outcome)
        fail_msg("%s: '%s' at %lld: not '%s'", id, rule->text, (long long)value,
                 rule_outcome_name(outcome));
}

static void check_both_sides(const char *id, const struct rule *rule)
{
    bool divided = rule->kind == RULE_RATIO || rule->of.per;
    int64_t on = llround(rule->threshold * (divided ? BASE : 1));
    bool up = rule->relation == RULE_MORE || rule->relation == RULE_AT_LEAST;
    bool closed = rule->relation == RULE_AT_MOST || rule->relation == RULE_AT_LEAST;

    if (rule->relation == RULE_WITHIN) {
        int64_t most = llround(rule->most * (divided ? BASE : 1));
        check_side(id, rule, on - 1, RULE_FAILS);
        check_side(id, rule, on, RULE_HOLDS);
        check_side(id, rule, most, RULE_HOLDS);
        check_side(id, rule, most + 1, RULE_FAILS);
        return;
    }
    check_side(id, rule, closed ? on : up ? on + 1 : on - 1, RULE_HOLDS);
    check_side(id, rule, closed ? (up ? on - 1 : on + 1) : on, RULE_FAILS);
}

static void every_rule_of_the_ledger_has_two_sides(void **state)
{
    struct claims *claims = calloc(1, sizeof *claims);
    struct error error;
    size_t rules = 0;
    (void)state;

    assert_int_equal(claims_read(claims, "bench/claims.conf", &error), 0);
    for (size_t i = 0; i < claims->count; i++)
        for (size_t j = 0; j < claims->list[i].expectation_count; j++, rules++)
            check_both_sides(claims->list[i].id, &claims->list[i].expectations[j]->rule);
    assert_true(rules >= 40); /* one that loses its key is not missed otherwise */
    claims_free(claims);
    free(claims);
}

static const struct selection end_ns = {
    .experiment = "startup", .workload = "hello", .metric = "end_ns"};

static void an_interval_across_the_threshold_leaves_it_open(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    for (int block = 0; block < 20; block++)
        add_value(&stage, &end_ns, "vm", "", block, block % 2 ? 90 : 110);
    struct finding finding = stage_judge_text(&stage, "value startup end_ns vm < 100");
    assert_int_equal(finding.outcome, RULE_OPEN);
    assert_true(finding.has_interval);
    assert_int_equal(finding.samples, 20);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns vm < 111").outcome, RULE_HOLDS);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns vm < 90").outcome, RULE_FAILS);
    stage_end(&stage);
}

/* Two runs have no interval; then all of their range has to be on one side. */
static void few_runs_count_with_their_whole_range(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    add_value(&stage, &end_ns, "vm", "", 0, 100);
    add_value(&stage, &end_ns, "vm", "", 1, 200);
    add_value(&stage, &end_ns, "native", "", 0, 50);
    add_value(&stage, &end_ns, "native", "", 1, 50);
    struct finding finding = stage_judge_text(&stage, "value startup end_ns vm < 190");
    assert_int_equal(finding.outcome, RULE_OPEN);
    assert_false(finding.has_interval);
    finding = stage_judge_text(&stage, "ratio startup end_ns vm / native > 3");
    assert_int_equal(finding.outcome, RULE_OPEN);
    assert_float_equal(finding.low, 2, 0);
    assert_float_equal(finding.high, 4, 0);
    assert_int_equal(stage_judge_text(&stage, "ratio startup end_ns vm / native > 1.9").outcome,
                     RULE_HOLDS);
    stage_end(&stage);
}

static void a_time_that_was_measured_once_is_known_roughly(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    add_value(&stage, &end_ns, "vm", "", 0, 1000);
    folder_add(&stage.folder, "density", "", "vm", "tenant", 0, "\"reached_n\":32");
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns vm < 1500ns").outcome,
                     RULE_OPEN);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns vm < 2001ns").outcome,
                     RULE_HOLDS);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns vm > 501ns").outcome,
                     RULE_OPEN);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns vm > 499ns").outcome,
                     RULE_HOLDS);
    assert_int_equal(stage_judge_text(&stage, "value density reached_n vm >= 32").outcome,
                     RULE_HOLDS);
    stage_end(&stage);
}

/* Native against native differs by a tenth here; 1.05 within that is no slowdown. */
static void noise_is_no_difference(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    for (int block = 0; block < 20; block++) {
        add_value(&stage, &end_ns, "native", "\"arm\":\"a\"", block, 1000);
        add_value(&stage, &end_ns, "native", "\"arm\":\"b\"", block, 1100);
        add_value(&stage, &end_ns, "vm", "\"arm\":\"a\"", block, 1050);
    }
    struct finding finding = stage_judge_text(&stage, "ratio startup end_ns vm / native > 1.02");
    assert_int_equal(finding.outcome, RULE_OPEN);
    assert_true(finding.low < 1 && finding.high > 1.09);
    assert_int_equal(stage_judge_text(&stage, "ratio startup end_ns vm / native < 1.2").outcome,
                     RULE_HOLDS);
    stage_end(&stage);
}

static void several_measures_hold_all_or_any(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    add_value(&stage, &end_ns, "vm", "\"mode\":\"slow\"", 0, 300);
    add_value(&stage, &end_ns, "vm", "\"mode\":\"slow\"", 1, 300);
    add_value(&stage, &end_ns, "vm", "\"mode\":\"middle\"", 0, 200);
    add_value(&stage, &end_ns, "vm", "\"mode\":\"middle\"", 1, 200);
    add_value(&stage, &end_ns, "vm", "\"mode\":\"fast\"", 0, 100);
    add_value(&stage, &end_ns, "vm", "\"mode\":\"fast\"", 1, 100);
    struct finding finding = stage_judge_text(&stage, "value startup end_ns vm > 150");
    assert_int_equal(finding.outcome, RULE_OPEN); /* some do */
    assert_float_equal(finding.value, 100, 0);    /* the one that does not */
    assert_int_equal(finding.holding, 2);
    assert_int_equal(finding.selected, 3);
    finding = stage_judge_text(&stage, "any value startup end_ns vm > 150");
    assert_int_equal(finding.outcome, RULE_HOLDS);
    assert_float_equal(finding.value, 300, 0); /* the one that does */
    assert_int_equal(stage_judge_text(&stage, "any value startup end_ns vm > 400").outcome,
                     RULE_FAILS);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns vm > 400").outcome, RULE_FAILS);
    /* With each of the others by name: itself it is not compared with. */
    finding = stage_judge_text(&stage, "ratio startup end_ns vm / mode=fast > 1.5");
    assert_int_equal(finding.selected, 2);
    assert_int_equal(finding.outcome, RULE_HOLDS);
    assert_float_equal(finding.value, 2, 0);
    assert_string_equal(finding.measure->params, "mode=middle");
    stage_end(&stage);
}

/* As many as there are processors is another number on every machine. */
static void numbers_can_be_meant_by_their_rank(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    add_value(&stage, &end_ns, "vm", "\"cpus\":16", 0, 300);
    add_value(&stage, &end_ns, "vm", "\"cpus\":16", 1, 300);
    add_value(&stage, &end_ns, "vm", "\"cpus\":1", 0, 100);
    add_value(&stage, &end_ns, "vm", "\"cpus\":1", 1, 100);
    add_value(&stage, &end_ns, "vm", "\"cpus\":8", 0, 200);
    add_value(&stage, &end_ns, "vm", "\"cpus\":8", 1, 200);
    assert_float_equal(stage_judge_text(&stage, "value startup end_ns cpus=@1 vm > 1").value, 100,
                       0);
    assert_float_equal(stage_judge_text(&stage, "value startup end_ns cpus=@2 vm > 1").value, 200,
                       0);
    assert_float_equal(
        stage_judge_text(&stage, "ratio startup end_ns cpus=@3 vm / cpus=@1 > 1").value, 3, 0);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns cpus=@4 vm > 1").outcome,
                     RULE_MISSING);
    assert_int_equal(stage_judge_text(&stage, "value startup end_ns cpus=@x vm > 1").outcome,
                     RULE_MISSING);
    stage_end(&stage);
}

static void a_value_can_be_a_quotient(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    folder_add(&stage.folder, "limits", "", "vm", "memory", 0, "\"asked_n\":10,\"reached_n\":9");
    assert_float_equal(stage_judge_text(&stage, "value limits reached_n/asked_n vm <= 1").value,
                       0.9, 0);
    assert_int_equal(stage_judge_text(&stage, "value limits reached_n/no_n vm <= 1").outcome,
                     RULE_MISSING);
    stage_end(&stage);
}

/* Of several figures the one that is furthest out decides, on either side. */
static void a_range_is_left_on_either_side(void **state)
{
    static const struct {
        const char *rule;
        enum rule_outcome outcome;
        double value;
    } cases[] = {
        {"value startup end_ns vm in 100..310",     RULE_HOLDS, 100},
        {"value startup end_ns vm in 150..300",     RULE_OPEN,  100},
        {"value startup end_ns vm in 50..250",      RULE_OPEN,  300},
        {"value startup end_ns vm in 400..500",     RULE_FAILS, 100},
        {"value startup end_ns vm in 10..20",       RULE_FAILS, 300},
        {"any value startup end_ns vm in 290..400", RULE_HOLDS, 300},
        {"any value startup end_ns vm in 210..290", RULE_FAILS, 300},
    };
    struct stage stage;
    (void)state;

    stage_start(&stage);
    for (int block = 0; block < BLOCKS; block++) {
        add_value(&stage, &end_ns, "vm", "\"mode\":\"slow\"", block, 300);
        add_value(&stage, &end_ns, "vm", "\"mode\":\"fast\"", block, 100);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding finding = stage_judge_text(&stage, cases[i].rule);
        if (finding.outcome != cases[i].outcome || fabs(finding.value - cases[i].value) > 0)
            fail_msg("%s: %s, %g", cases[i].rule, rule_outcome_name(finding.outcome),
                     finding.value);
    }
    stage_end(&stage);
}

/* The figure shown is one that decides, although another one has the same value. */
static void what_is_undecided_is_shown_for_it(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    for (int block = 0; block < 3; block++) {
        add_value(&stage, &end_ns, "vm", "\"mode\":\"a\"", block, block == 2 ? 300 : 100);
        add_value(&stage, &end_ns, "vm", "\"mode\":\"b\"", block, 100);
    }
    struct finding finding = stage_judge_text(&stage, "value startup end_ns vm <= 100");
    assert_int_equal(finding.outcome, RULE_OPEN);
    assert_string_equal(finding.measure->params, "mode=a");
    assert_float_equal(finding.high, 300, 0);
    finding = stage_judge_text(&stage, "any value startup end_ns vm <= 100");
    assert_int_equal(finding.outcome, RULE_HOLDS);
    assert_string_equal(finding.measure->params, "mode=b");
    stage_end(&stage);
}

/* A share of a time is an amount, and no time that another run could double. */
static void a_share_is_not_widened(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    folder_add(&stage.folder, "limits", "", "vm", "quota", 0,
               "\"asked_ns\":500,\"reached_ns\":500");
    assert_int_equal(
        stage_judge_text(&stage, "value limits reached_ns/asked_ns vm in 0.7..1.25").outcome,
        RULE_HOLDS);
    assert_int_equal(stage_judge_text(&stage, "value limits reached_ns vm < 900").outcome,
                     RULE_OPEN);
    stage_end(&stage);
}

/* Each of two times that were taken once may be half or twice of what the next one would be. */
static void a_ratio_of_single_times_is_known_to_a_factor_of_four(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    add_value(&stage, &end_ns, "native", "", 0, 100);
    add_value(&stage, &end_ns, "vm", "", 0, 1000);
    struct finding finding = stage_judge_text(&stage, "ratio startup end_ns vm / native > 2");
    assert_int_equal(finding.outcome, RULE_HOLDS);
    assert_float_equal(finding.low, 2.5, 1e-9);
    assert_float_equal(finding.high, 40, 1e-9);
    finding = stage_judge_text(&stage, "ratio startup end_ns vm / native > 3");
    assert_int_equal(finding.outcome, RULE_OPEN);
    stage_end(&stage);
}

static enum claim_verdict judge_limit(const char *excess, int reached)
{
    static const char *const boxes[] = {"container", "vm"};
    struct claims *claims = calloc(1, sizeof *claims);
    char params[64], metrics[64];
    struct stage stage;
    struct error error;

    assert_int_equal(claims_read(claims, "bench/claims.conf", &error), 0);
    struct claim *claim = &claims->list[21];
    assert_string_equal(claim->id, "C22");
    stage_start(&stage);
    snprintf(params, sizeof params, "\"excess\":\"%s\"", excess);
    snprintf(metrics, sizeof metrics, "\"asked_bytes\":100,\"reached_bytes\":%d", reached);
    for (size_t i = 0; i < 2; i++)
        folder_add(&stage.folder, "limits", params, boxes[i], "memory", 0, metrics);
    stage_judge(&stage, &claim->expectations[0]->rule);
    assert_int_equal(claims_judge(claims, &stage.analysis, &error), 0);
    enum claim_verdict verdict = claim->verdict;
    claims_free(claims);
    free(claims);
    stage_end(&stage);
    return verdict;
}

/* What ends long before its limit, or for another reason, does not show that there is one. */
static void only_what_meets_its_limit_is_limited(void **state)
{
    (void)state;
    assert_int_equal(judge_limit("killed", 105), CLAIM_SUPPORTED);
    assert_int_equal(judge_limit("killed", 106), CLAIM_REFUTED);
    assert_int_equal(judge_limit("none", 150), CLAIM_REFUTED);
    assert_int_equal(judge_limit("ENOMEM", 70), CLAIM_SUPPORTED);
    assert_int_equal(judge_limit("ENOMEM", 69), CLAIM_REFUTED);
    assert_int_equal(judge_limit("ended", 100), CLAIM_UNMEASURABLE);
    assert_int_equal(judge_limit("other", 100), CLAIM_UNMEASURABLE);
    assert_int_equal(judge_limit("unknown", 100), CLAIM_UNMEASURABLE);
}

/* "None of them is allowed" is not known where one of them was not asked, or said nothing. */
static void a_probe_without_an_answer_decides_nothing(void **state)
{
    static const char text[] = "verdicts allowed escape/a,bc,d vm <= 0";
    static const char *const statuses[] = {"failed", "timeout", "skipped", "unknown", "missing"};
    struct error error;
    struct rule rule;
    (void)state;

    assert_int_equal(rule_parse(&rule, text, &error), 0);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct stage stage;
        stage_start(&stage);
        add_verdict(&stage, &rule, "a", "absent");
        add_verdict(&stage, &rule, "b", "absent"); /* is not the probe bc */
        if (i < 3)
            for (int probe = 0; probe < 2; probe++)
                folder_add_missing(&stage.folder, "escape", "", "vm", probe ? "d" : "bc",
                                   statuses[i], "why");
        else if (i == 3)
            add_verdict(&stage, &rule, add_verdict(&stage, &rule, "bc,d", "unknown"), "absent");
        struct finding finding = stage_judge(&stage, &rule);
        assert_int_equal(finding.outcome, RULE_OPEN);
        assert_float_equal(finding.value, 0, 0);
        assert_int_equal(finding.silent, i == 3 ? 1 : 2);
        /* What is not known may also be as many as are allowed. */
        assert_int_equal(stage_judge_text(&stage, "verdicts allowed escape/a,bc,d vm <= 2").outcome,
                         RULE_HOLDS);
        assert_int_equal(stage_judge_text(&stage, "verdicts absent escape/a,bc,d vm <= 0").outcome,
                         RULE_FAILS);
        stage_end(&stage);
    }
}

/* One probe that the box keeps to itself and all others failed: C04 is not supported by that. */
static void a_claim_needs_all_of_its_probes(void **state)
{
    struct claims *claims = calloc(1, sizeof *claims);
    struct stage stage;
    struct error error;
    (void)state;

    assert_int_equal(claims_read(claims, "bench/claims.conf", &error), 0);
    const struct claim *claim = &claims->list[3];
    assert_string_equal(claim->id, "C04");
    stage_start(&stage);
    for (size_t i = 0; i < 2; i++) {
        const struct rule *rule = &claim->expectations[i]->rule;
        const char *list = add_verdict(&stage, rule, rule->of.workload, "contained");
        for (; list && *list; list += strcspn(list, ","), list += *list == ',') {
            char probe[32];
            snprintf(probe, sizeof probe, "%.*s", (int)strcspn(list, ","), list);
            folder_add_missing(&stage.folder, "escape", "\"uid\":0", rule->of.platform, probe,
                               "failed", "ended with status 1");
        }
    }
    stage_judge(&stage, &claim->expectations[0]->rule);
    assert_int_equal(claims_judge(claims, &stage.analysis, &error), 0);
    assert_int_equal(claim->verdict, CLAIM_DEPENDS);
    assert_int_equal(claim->expectations[0]->finding.outcome, RULE_OPEN);
    assert_int_equal(claim->expectations[0]->finding.silent, 16);
    claims_free(claims);
    free(claims);
    stage_end(&stage);
}

/* One trial of a hundred requests has a single slow one. */
static void a_tail_needs_three_runs(void **state)
{
    struct stage stage;
    (void)state;

    for (int blocks = 2; blocks <= 3; blocks++) {
        enum rule_outcome decided = blocks < 3 ? RULE_OPEN : RULE_HOLDS;
        stage_start(&stage);
        for (int block = 0; block < blocks; block++) {
            folder_add(&stage.folder, "neighbours", "\"a\":\"none\"", "vm", "server", block,
                       "\"p99_ns\":100,\"p50_ns\":100");
            folder_add(&stage.folder, "neighbours", "\"a\":\"cpu\"", "vm", "server", block,
                       "\"p99_ns\":900,\"p50_ns\":900");
        }
        assert_int_equal(
            stage_judge_text(&stage, "any ratio neighbours p99_ns vm / a=none > 1.5").outcome,
            decided);
        assert_int_equal(
            stage_judge_text(&stage, "any ratio neighbours p50_ns vm / a=none > 1.5").outcome,
            RULE_HOLDS);
        stage_end(&stage);
    }
}

/* It could be measured here: nobody asked for it. */
static void a_platform_that_was_not_chosen_is_not_in_the_results(void **state)
{
    struct finding finding;
    struct stage stage;
    (void)state;

    stage = (struct stage){0};
    folder_make(&stage.folder);
    fprintf(stage.folder.file, "%.*s,\"boxes\":[\"native\"]}\n", (int)sizeof folder_header - 3,
            folder_header);
    add_value(&stage, &end_ns, "native", "", 0, 100);
    folder_add_missing(&stage.folder, "startup", "", "vm-linux", "hello", "skipped", "no KVM");
    finding = stage_judge_text(&stage, "value startup end_ns vm < 1s");
    assert_int_equal(finding.outcome, RULE_MISSING);
    assert_false(finding.tried);
    finding = stage_judge_text(&stage, "ratio startup end_ns native / vm < 1");
    assert_false(finding.tried);
    finding = stage_judge_text(&stage, "value startup end_ns vm-linux < 1s");
    assert_true(finding.tried);
    assert_string_equal(finding.reason, "no KVM");
    assert_true(stage_judge_text(&stage, "value startup x_ns native < 1s").tried);
    stage_end(&stage);
}

static void what_is_missing_says_why(void **state)
{
    struct stage stage;
    (void)state;

    stage_start(&stage);
    add_value(&stage, &end_ns, "native", "", 0, 100);
    folder_add_missing(&stage.folder, "startup", "", "vm-linux", "hello", "skipped", "no KVM");
    struct finding finding = stage_judge_text(&stage, "value startup end_ns vm-linux < 1s");
    assert_int_equal(finding.outcome, RULE_MISSING);
    assert_string_equal(finding.reason, "no KVM");
    assert_true(finding.tried);
    finding = stage_judge_text(&stage, "ratio startup end_ns native / vm-linux < 1");
    assert_int_equal(finding.outcome, RULE_MISSING);
    assert_string_equal(finding.reason, "no KVM");
    finding = stage_judge_text(&stage, "value density reached_n vm > 1");
    assert_int_equal(finding.outcome, RULE_MISSING);
    assert_false(finding.tried);
    finding = stage_judge_text(&stage, "value startup nonesuch_ns native > 1");
    assert_int_equal(finding.outcome, RULE_MISSING);
    assert_true(finding.tried);
    assert_int_equal(stage_judge_text(&stage, "verdicts allowed escape vm < 1").outcome,
                     RULE_MISSING);
    stage_end(&stage);
}

/* The ledger */

static void write_ledger(char path[64], const char *text)
{
    snprintf(path, 64, "/tmp/virtlab-claims.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

#define HEAD "[C01]\nterm = t\nclaim = c\nexperiment = startup\nwhere = N\n"

static void a_ledger_that_is_not_understood_names_the_line(void **state)
{
    static const struct {
        const char *text, *error;
    } wrong[] = {
        {"term = x\n",                                   ":1: a [section] has to come"      },
        {"[D01]\n",                                      ":1: a claim is called C"          },
        {"[C1]\n",                                       ":1: a claim is called C"          },
        {HEAD HEAD,                                      ":6: there are two claims"         },
        {HEAD "colour = red\n",                          ":6: there is no key"              },
        {HEAD "term = again\n",                          ":6: this key stands here twice"   },
        {HEAD "expect = value\n",                        ":6: this is no rule"              },
        {HEAD "expect = value startup end_ns vm < 1s\n", "a claim with rules needs `change`"},
        {"[C01]\nterm = t\n",                            "is missing in the section"        },
        {HEAD "change = \x1b[2J\n",                      ":6: there is a control character" },
    };
    struct claims *claims = calloc(1, sizeof *claims);
    struct error error;
    char path[64];
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_ledger(path, wrong[i].text);
        assert_true(claims_read(claims, path, &error) < 0);
        if (!strstr(error.text, wrong[i].error))
            fail_msg("'%s' does not say '%s'", error.text, wrong[i].error);
        claims_free(claims);
        unlink(path);
    }
    assert_true(claims_read(claims, "/nonexistent", &error) < 0);
    claims_free(claims);
    free(claims);
}

static void rules_make_a_verdict(void **state)
{
    static const struct {
        const char *rules;
        enum claim_verdict verdict;
    } cases[] = {
        {"expect = value startup end_ns native < 1s\nexpect = value startup end_ns vm < 1s\n",
         CLAIM_SUPPORTED                                                                                               },
        {"expect = value startup end_ns native > 1s\nexpect = value startup end_ns vm > 1s\n",
         CLAIM_REFUTED                                                                                                 },
        {"expect = value startup end_ns native > 1s\nexpect = value startup end_ns vm < 1s\n",
         CLAIM_DEPENDS                                                                                                 },
        {"expect = any value startup end_ns wide > 150\n",                                           CLAIM_DEPENDS     },
        {"expect = value startup end_ns native < 1s\nexpect = value startup end_ns vm-linux < 1s\n",
         CLAIM_UNMEASURABLE                                                                                            },
        {"expect = value startup end_ns native < 1s\nalso = value startup end_ns vm-linux < 1s\n",
         CLAIM_SUPPORTED                                                                                               },
        {"also = value startup end_ns vm-linux < 1s\n",                                              CLAIM_UNMEASURABLE},
        {"expect = value startup end_ns native < 1s\nexpect = value overhead turn_ns vm < 1s\n",
         CLAIM_NOT_RUN                                                                                                 },
        {"expect = value startup end_ns vm-linux < 1s\nexpect = value overhead turn_ns vm < 1s\n",
         CLAIM_NOT_RUN                                                                                                 },
    };
    struct claims *claims = calloc(1, sizeof *claims);
    struct stage stage;
    struct error error;
    struct rule rule;
    char path[64], text[512];
    (void)state;

    stage_start(&stage);
    add_value(&stage, &end_ns, "native", "", 0, 100);
    add_value(&stage, &end_ns, "vm", "", 0, 100);
    add_value(&stage, &end_ns, "wide", "", 0, 100);
    add_value(&stage, &end_ns, "wide", "", 1, 200);
    folder_add_missing(&stage.folder, "startup", "", "vm-linux", "hello", "skipped", "no KVM");
    assert_int_equal(rule_parse(&rule, "value a x y < 1", &error), 0);
    stage_judge(&stage, &rule);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, HEAD "%schange = never\n", cases[i].rules);
        write_ledger(path, text);
        assert_int_equal(claims_read(claims, path, &error), 0);
        assert_int_equal(claims_judge(claims, &stage.analysis, &error), 0);
        if (claims->list[0].verdict != cases[i].verdict)
            fail_msg("%s makes %s", cases[i].rules, claim_verdict_name(claims->list[0].verdict));
        if (cases[i].verdict == CLAIM_UNMEASURABLE)
            assert_string_equal(claims->list[0].reason, "no KVM");
        claims_free(claims);
        unlink(path);
    }
    stage_end(&stage);
    free(claims);
}

static const struct claim *find_claim(const struct claims *claims, const char *id)
{
    for (size_t i = 0; i < claims->count; i++)
        if (strcmp(claims->list[i].id, id) == 0)
            return &claims->list[i];
    fail_msg("there is no claim %s", id);
    return NULL;
}

/* All 34, in both languages; those about guest systems are for vm-linux alone to decide. */
static void the_ledger_is_whole(void **state)
{
    static const char *const guest_systems[] = {"C05", "C07", "C17", "C18", "C19",
                                                "C23", "C25", "C29", "C31"};
    struct claims *claims = calloc(1, sizeof *claims);
    struct error error;
    char id[8];
    (void)state;

    assert_int_equal(claims_read(claims, "bench/claims.conf", &error), 0);
    assert_int_equal(claims->count, 34);
    for (int i = 1; i <= 34; i++) {
        snprintf(id, sizeof id, "C%02d", i);
        const struct claim *claim = find_claim(claims, id);
        assert_non_null(claim->term.in[CLAIM_KOREAN]);
        assert_non_null(claim->statement.in[CLAIM_KOREAN]);
        if (claim->expectation_count > 0)
            assert_non_null(claim->change.in[CLAIM_KOREAN]);
    }
    for (size_t i = 0; i < sizeof guest_systems / sizeof *guest_systems; i++) {
        const struct claim *claim = find_claim(claims, guest_systems[i]);
        bool decided = claim->expectation_count == 0;
        for (size_t j = 0; j < claim->expectation_count; j++) {
            const struct rule *rule = &claim->expectations[j]->rule;
            bool guest = strcmp(rule->of.platform, "vm-linux") == 0 ||
                         (rule->base_platform && strcmp(rule->base_platform, "vm-linux") == 0);
            decided = decided || (guest && claim->expectations[j]->needed);
            if (strcmp(rule->of.platform, "vm") == 0)
                fail_msg("%s is decided by a VM without a system in it: %s", claim->id, rule->text);
        }
        if (!decided)
            fail_msg("%s can be decided without vm-linux", claim->id);
    }
    claims_free(claims);
    free(claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_understood),
        cmocka_unit_test(units_are_of_the_metrics),
        cmocka_unit_test(a_range_has_two_ends),
        cmocka_unit_test(what_is_no_rule_is_refused),
        cmocka_unit_test(every_rule_of_the_ledger_has_two_sides),
        cmocka_unit_test(an_interval_across_the_threshold_leaves_it_open),
        cmocka_unit_test(few_runs_count_with_their_whole_range),
        cmocka_unit_test(a_time_that_was_measured_once_is_known_roughly),
        cmocka_unit_test(noise_is_no_difference),
        cmocka_unit_test(several_measures_hold_all_or_any),
        cmocka_unit_test(numbers_can_be_meant_by_their_rank),
        cmocka_unit_test(a_value_can_be_a_quotient),
        cmocka_unit_test(a_range_is_left_on_either_side),
        cmocka_unit_test(what_is_undecided_is_shown_for_it),
        cmocka_unit_test(a_share_is_not_widened),
        cmocka_unit_test(a_ratio_of_single_times_is_known_to_a_factor_of_four),
        cmocka_unit_test(only_what_meets_its_limit_is_limited),
        cmocka_unit_test(a_probe_without_an_answer_decides_nothing),
        cmocka_unit_test(a_claim_needs_all_of_its_probes),
        cmocka_unit_test(a_tail_needs_three_runs),
        cmocka_unit_test(a_platform_that_was_not_chosen_is_not_in_the_results),
        cmocka_unit_test(what_is_missing_says_why),
        cmocka_unit_test(a_ledger_that_is_not_understood_names_the_line),
        cmocka_unit_test(rules_make_a_verdict),
        cmocka_unit_test(the_ledger_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
