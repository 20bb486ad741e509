/* SPDX-License-Identifier: MIT */
/* The words after `minicontainer run`, as a configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "minicontainer/cgroup.h"
#include "minicontainer/command_line.h"

enum { WORDS_MAX = 24 };

static int parse(struct command_line *line, struct error *error, const char *const *words)
{
    static char *argv[WORDS_MAX + 1];
    int argc = 0;

    argv[argc++] = (char *)"run";
    for (; *words; words++)
        argv[argc++] = (char *)*words;
    argv[argc] = NULL;
    return command_line_parse(line, argc, argv, error);
}

#define PARSE(line, error, ...) parse(line, error, (const char *const[]){__VA_ARGS__, NULL})

static void every_option_arrives(void **state)
{
    struct command_line line;
    struct error error = {0};
    (void)state;

    assert_int_equal(PARSE(&line, &error, "--rootfs=/r", "--file", "/a=/b=c", "--memory=64M",
                           "--cpus=1.25", "--pids=7", "--cgroup-parent=/p/q", "--strict",
                           "--user=5:6", "--no-userns", "--net=host", "--time", "--hostname=h",
                           "--env=A=b=c", "--workdir=/w", "--timeline=t", "--explain", "--", "prog",
                           "--strict"),
                     0);
    assert_string_equal(line.config.rootfs, "/r");
    assert_int_equal(line.config.file_count, 1);
    assert_string_equal(line.config.files[0].guest, "/a");
    assert_string_equal(line.config.files[0].host, "/b=c");
    assert_int_equal(line.config.memory_bytes, 64 << 20);
    assert_int_equal(line.config.cpu_millis, 1250);
    assert_int_equal(line.config.pids, 7);
    assert_string_equal(line.config.cgroup_parent, "/p/q");
    assert_true(line.config.strict && line.config.no_userns && line.config.new_time);
    assert_int_equal(line.config.uid, 5);
    assert_int_equal(line.config.gid, 6);
    assert_int_equal(line.config.net, MINICONTAINER_NET_HOST);
    assert_string_equal(line.config.hostname, "h");
    assert_int_equal(line.config.env_count, 1);
    assert_string_equal(line.config.env[0], "A=b=c");
    assert_string_equal(line.config.workdir, "/w");
    assert_string_equal(line.timeline, "t");
    assert_true(line.explain);
    assert_string_equal(line.config.argv[0], "prog");
    assert_string_equal(line.config.argv[1], "--strict");
    assert_null(line.config.argv[2]);
    command_line_free(&line);
}

static void nothing_said_means_the_safe_default(void **state)
{
    struct command_line line;
    struct error error = {0};
    (void)state;

    assert_int_equal(PARSE(&line, &error, "prog"), 0);
    assert_null(line.config.rootfs);
    assert_false(line.config.no_userns || line.config.strict || line.config.new_time);
    assert_int_equal(line.config.net, MINICONTAINER_NET_NONE);
    assert_false(cgroup_wanted(&line.config));
    command_line_free(&line);
}

static void variables_without_a_value_are_taken_over(void **state)
{
    struct command_line line;
    struct error error = {0};
    (void)state;

    setenv("VIRTLAB_TEST", "some value", 1);
    unsetenv("VIRTLAB_MISSING");
    assert_int_equal(
        PARSE(&line, &error, "--env=VIRTLAB_TEST", "--env=VIRTLAB_MISSING", "--env=E=", "prog"), 0);
    assert_int_equal(line.config.env_count, 2);
    assert_string_equal(line.config.env[0], "VIRTLAB_TEST=some value");
    assert_string_equal(line.config.env[1], "E=");
    command_line_free(&line);
}

static void limits_have_bounds(void **state)
{
    static const char *const wrong[] = {"--memory=524287",  "--memory=16E", "--cpus=0.009",
                                        "--cpus=8193",      "--cpus=1e3",   "--pids=0",
                                        "--user=4294967295"};
    static const char *const right[] = {"--memory=512K", "--cpus=0.01", "--cpus=8192",
                                        "--pids=4194304", "--user=4294967294:0"};
    struct command_line line;
    struct error error;
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error = (struct error){0};
        assert_true(PARSE(&line, &error, wrong[i], "prog") < 0);
        assert_int_equal(error.exit_status, 125);
        command_line_free(&line);
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        assert_int_equal(PARSE(&line, &error, right[i], "prog"), 0);
        command_line_free(&line);
    }
}

static void a_quota_is_a_share_of_the_period(void **state)
{
    (void)state;

    assert_int_equal(cgroup_quota_us(1000), 100000);
    assert_int_equal(cgroup_quota_us(1500), 150000);
    /* The kernel's least is a millisecond. */
    assert_int_equal(cgroup_quota_us(MINICONTAINER_CPU_MIN_MILLIS), 1000);
    assert_int_equal(cgroup_pids(1), 2);
}

static void our_cgroup_is_seen_from_its_mount(void **state)
{
    struct cgroup_mount mount = {.root = "/", .own = "/"};
    (void)state;

    assert_string_equal(cgroup_own(&mount), "");
    strcpy(mount.own, "/user/a");
    assert_string_equal(cgroup_own(&mount), "/user/a");
    strcpy(mount.root, "/user");
    assert_string_equal(cgroup_own(&mount), "/a");
    strcpy(mount.root, "/use");
    assert_string_equal(cgroup_own(&mount), "");
    strcpy(mount.root, "/user/a");
    assert_string_equal(cgroup_own(&mount), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_arrives),
        cmocka_unit_test(nothing_said_means_the_safe_default),
        cmocka_unit_test(variables_without_a_value_are_taken_over),
        cmocka_unit_test(limits_have_bounds),
        cmocka_unit_test(a_quota_is_a_share_of_the_period),
        cmocka_unit_test(our_cgroup_is_seen_from_its_mount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
