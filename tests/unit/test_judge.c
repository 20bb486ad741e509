/* SPDX-License-Identifier: MIT */
/* From an errno to a probe's claim, and from the claim and what was seen to a verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/experiments/judge.h"
#include "bench/results/probe.h"

#define SECRET "0123456789abcdef"

static void errors_mean_what_the_format_says(void **state)
{
    (void)state;
    static const int refused[] = {EPERM, EACCES, EROFS};
    static const int absent[] = {ENOENT, ESRCH, ENOSYS, ECONNREFUSED, ENXIO, ENOKEY};
    static const int unknown[] = {EINVAL, EIO, ENOMEM, EMFILE, 0, -1, 9999};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_int_equal(verdict_from_errno(refused[i]).verdict, VERDICT_REFUSED);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_int_equal(verdict_from_errno(absent[i]).verdict, VERDICT_ABSENT);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_int_equal(verdict_from_errno(unknown[i]).verdict, VERDICT_UNKNOWN);
    assert_string_equal(verdict_from_errno(EPERM).name, "EPERM");
    assert_string_equal(verdict_from_errno(9999).name, "errno");
    assert_string_equal(verdict_name(VERDICT_CONTAINED), "contained");
    assert_string_equal(verdict_name((enum verdict)99), "unknown");
}

static bool parse(struct claim *claim, const char *line)
{
    return claim_parse(claim, line, strlen(line));
}

static void a_claim_is_a_verdict_and_its_detail(void **state)
{
    (void)state;
    struct claim claim;
    assert_true(parse(&claim, "refused kill: EPERM"));
    assert_int_equal(claim.verdict, VERDICT_REFUSED);
    assert_string_equal(claim.detail, "kill: EPERM");
    assert_true(parse(&claim, "allowed "));
    assert_string_equal(claim.detail, "");
}

static void anything_else_is_no_claim(void **state)
{
    (void)state;
    struct claim claim;
    assert_false(parse(&claim, ""));
    assert_false(parse(&claim, "allowed"));
    assert_false(parse(&claim, "allow it"));
    assert_false(parse(&claim, "allowedly so"));
    assert_false(parse(&claim, " allowed x"));
    assert_false(parse(&claim, "ALLOWED x"));
    assert_false(parse(&claim, "ready"));
}

static void a_hostile_detail_is_cut_and_cleaned(void **state)
{
    (void)state;
    struct claim claim;
    char line[1000] = "absent ";
    memset(line + 7, 'x', sizeof line - 8);
    assert_true(parse(&claim, line));
    assert_int_equal(strlen(claim.detail), sizeof claim.detail - 1);
    assert_true(parse(&claim, "absent a\033[2J\rb\177"));
    assert_string_equal(claim.detail, "a [2J b ");
}

/* What becomes of a claim of success by the probe of this name. */
static enum verdict judged(const char *name, const char *detail, struct observation seen)
{
    struct claim claim = {.verdict = VERDICT_ALLOWED};
    const char *why = NULL;
    const struct probe *probe = probe_find(name);
    assert_non_null(probe);
    snprintf(claim.detail, sizeof claim.detail, "%s", detail);
    seen.secret = SECRET;
    enum verdict verdict = judge(probe, &claim, &seen, &why);
    assert_non_null(why);
    /* A verdict that is not the probe's has a reason. */
    assert_true((verdict == VERDICT_ALLOWED) == (*why == '\0'));
    return verdict;
}

static void a_secret_has_to_be_the_planted_one(void **state)
{
    (void)state;
    struct observation seen = {0};
    assert_int_equal(judged("file", "read it, secret=" SECRET, seen), VERDICT_ALLOWED);
    assert_int_equal(judged("file", "read it, secret=", seen), VERDICT_UNKNOWN);
    assert_int_equal(judged("file", "read it, secret=" SECRET "0", seen), VERDICT_UNKNOWN);
    assert_int_equal(judged("file", "read it, xsecret=" SECRET, seen), VERDICT_UNKNOWN);
    assert_int_equal(judged("file", "read it", seen), VERDICT_UNKNOWN);
    assert_int_equal(judged("file", "", seen), VERDICT_UNKNOWN);
}

static void what_did_not_reach_the_target_was_contained(void **state)
{
    (void)state;
    assert_int_equal(judged("signal", "", (struct observation){.signals = 1}), VERDICT_ALLOWED);
    assert_int_equal(judged("signal", "", (struct observation){.typed = 1}), VERDICT_CONTAINED);
    assert_int_equal(judged("terminal", "", (struct observation){.typed = 1}), VERDICT_ALLOWED);
    assert_int_equal(judged("terminal", "", (struct observation){0}), VERDICT_CONTAINED);
    assert_int_equal(judged("mount", "", (struct observation){.mounted = true}), VERDICT_ALLOWED);
    assert_int_equal(judged("mount", "", (struct observation){0}), VERDICT_CONTAINED);
}

static void a_namespace_of_its_own_contains(void **state)
{
    (void)state;
    struct observation host = {
        .is_process = true, .namespace_readable = true, .same_namespace = true, .uid = 0};
    struct observation own = host, hidden = host, elsewhere = {.uid = (uid_t)-1};
    own.same_namespace = false;
    hidden.namespace_readable = hidden.same_namespace = false;
    static const char *const names[] = {"hostname", "raw-socket", "reboot", "root"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(judged(names[i], "", host), VERDICT_ALLOWED);
        assert_int_equal(judged(names[i], "", own), VERDICT_CONTAINED);
        assert_int_equal(judged(names[i], "", hidden), VERDICT_UNKNOWN);
        assert_int_equal(judged(names[i], "", elsewhere), VERDICT_CONTAINED);
    }
    /* An ordinary user on the host is not root, whatever the box calls it. */
    host.uid = 100000;
    assert_int_equal(judged("root", "", host), VERDICT_CONTAINED);
}

static void another_kernel_contains(void **state)
{
    (void)state;
    struct observation process = {.is_process = true}, other = {0};
    assert_int_equal(judged("clock", "", process), VERDICT_ALLOWED);
    assert_int_equal(judged("clock", "", other), VERDICT_CONTAINED);
}

static void a_copy_is_not_the_hosts_file(void **state)
{
    (void)state;
    struct observation seen = {.device = 0xfe00, .inode = 77};
    assert_int_equal(judged("exe", "may write, inode=fe00:77", seen), VERDICT_ALLOWED);
    assert_int_equal(judged("exe", "may write, inode=fe00:78", seen), VERDICT_CONTAINED);
    assert_int_equal(judged("exe", "may write, inode=1:77", seen), VERDICT_CONTAINED);
    assert_int_equal(judged("exe", "may write", seen), VERDICT_CONTAINED);
}

static void memory_is_compared(void **state)
{
    (void)state;
    struct observation seen = {.memory_kib = 1000};
    assert_int_equal(judged("meminfo", "sees memory=1000kB", seen), VERDICT_ALLOWED);
    assert_int_equal(judged("meminfo", "sees memory=512kB", seen), VERDICT_CONTAINED);
    assert_int_equal(judged("meminfo", "sees", seen), VERDICT_CONTAINED);
}

static void facts_are_compared(void **state)
{
    (void)state;
    struct observation seen = {.processors = "2xFast_CPU", .boot = "0b00-7", .uptime = 1000};
    assert_int_equal(judged("processors", "sees fact=2xFast_CPU", seen), VERDICT_ALLOWED);
    assert_int_equal(judged("processors", "sees fact=1xFast_CPU", seen), VERDICT_CONTAINED);
    assert_int_equal(judged("boot", "sees fact=0b00-7", seen), VERDICT_ALLOWED);
    assert_int_equal(judged("boot", "sees fact=0b00-8", seen), VERDICT_CONTAINED);
    /* Where the host could not say it either, nothing is the same as its. */
    *seen.processors = *seen.boot = '\0';
    assert_int_equal(judged("boot", "sees fact=", seen), VERDICT_CONTAINED);
    assert_int_equal(judged("boot", "sees", seen), VERDICT_CONTAINED);
}

static void uptime_may_have_gone_on_a_little(void **state)
{
    (void)state;
    struct observation seen = {.uptime = 1000}, young = {.uptime = 3}, mute = {.uptime = -1};
    assert_int_equal(judged("uptime", "sees uptime=1000s", seen), VERDICT_ALLOWED);
    assert_int_equal(judged("uptime", "sees uptime=994s", seen), VERDICT_ALLOWED);
    assert_int_equal(judged("uptime", "sees uptime=993s", seen), VERDICT_CONTAINED);
    assert_int_equal(judged("uptime", "sees uptime=1001s", seen), VERDICT_CONTAINED);
    assert_int_equal(judged("uptime", "sees uptime=2s", young), VERDICT_ALLOWED);
    assert_int_equal(judged("uptime", "sees uptime=-9223372036854775808s", seen),
                     VERDICT_CONTAINED);
    assert_int_equal(judged("uptime", "sees uptime=0s", mute), VERDICT_CONTAINED);
    assert_int_equal(judged("uptime", "sees", seen), VERDICT_CONTAINED);
}

static void privileges_given_up_are_seen_on_the_host(void **state)
{
    (void)state;
    struct observation free = {
        .is_process = true, .namespace_readable = true, .same_namespace = true};
    struct observation locked = free, own = free;
    locked.no_new_privileges = true;
    own.same_namespace = false;
    assert_int_equal(judged("setuid", "", free), VERDICT_ALLOWED);
    assert_int_equal(judged("setuid", "", locked), VERDICT_UNKNOWN);
    assert_int_equal(judged("setuid", "", own), VERDICT_CONTAINED);
}

static void a_denial_stands_unless_the_host_was_reached(void **state)
{
    (void)state;
    static const enum verdict denials[] = {VERDICT_CONTAINED, VERDICT_REFUSED, VERDICT_ABSENT,
                                           VERDICT_UNKNOWN};
    struct observation nothing = {.secret = SECRET}, hit = nothing;
    hit.signals = 1;
    for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
        struct claim claim = {denials[i], "kill: EPERM"};
        const char *why;
        assert_int_equal(judge(probe_find("signal"), &claim, &nothing, &why), denials[i]);
        assert_string_equal(why, "");
        assert_int_equal(judge(probe_find("signal"), &claim, &hit, &why), VERDICT_UNKNOWN);
        assert_string_not_equal(why, "");
    }
}

static void the_table_fits_the_matrix(void **state)
{
    (void)state;
    assert_true(probes_count >= 30);
    for (size_t i = 0; i < probes_count; i++) {
        const struct probe *probe = &probes[i];
        assert_ptr_equal(probe_find(probe->name), probe); /* no name twice */
        assert_in_range(strlen(probe->title), 1, 24);
        assert_true(strlen(probe->tries) > 0 && strlen(probe->stopped_by) > 0);
        bool by_namespace = probe->proof == PROOF_NAMESPACE || probe->proof == PROOF_ROOT ||
                            probe->proof == PROOF_NEW_PRIVILEGES;
        assert_int_equal(by_namespace, probe->namespace != NULL);
    }
    assert_null(probe_find("no such probe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_mean_what_the_format_says),
        cmocka_unit_test(a_claim_is_a_verdict_and_its_detail),
        cmocka_unit_test(anything_else_is_no_claim),
        cmocka_unit_test(a_hostile_detail_is_cut_and_cleaned),
        cmocka_unit_test(a_secret_has_to_be_the_planted_one),
        cmocka_unit_test(what_did_not_reach_the_target_was_contained),
        cmocka_unit_test(a_namespace_of_its_own_contains),
        cmocka_unit_test(another_kernel_contains),
        cmocka_unit_test(a_copy_is_not_the_hosts_file),
        cmocka_unit_test(memory_is_compared),
        cmocka_unit_test(facts_are_compared),
        cmocka_unit_test(uptime_may_have_gone_on_a_little),
        cmocka_unit_test(privileges_given_up_are_seen_on_the_host),
        cmocka_unit_test(a_denial_stands_unless_the_host_was_reached),
        cmocka_unit_test(the_table_fits_the_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
