/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/harness/platform.h"
#include "common/exitcode.h"

/* A word of an argv, which execve(2) wants writable. */
#define WORD(text) ((char[]){text})

/* Reads text as a platforms file; the result of platforms_read(). */
static int read_bytes(struct platforms *platforms, const char *text, size_t length,
                      struct error *error)
{
    char path[] = "/tmp/virtlab-unit-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), (ssize_t)length);
    close(fd);
    *platforms = (struct platforms){0};
    int result = platforms_read(platforms, path, error);
    unlink(path);
    return result;
}

static int read_text(struct platforms *platforms, const char *text, struct error *error)
{
    return read_bytes(platforms, text, strlen(text), error);
}

static void assert_refused(const char *text, const char *because)
{
    struct platforms platforms;
    struct error error = {0};

    assert_true(read_text(&platforms, text, &error) < 0);
    if (!strstr(error.text, because))
        fail_msg("'%s' does not say '%s'", error.text, because);
    platforms_free(&platforms);
}

static void a_paragraph_makes_a_platform(void **state)
{
    struct platforms platforms;
    struct error error;
    (void)state;

    assert_int_equal(read_text(&platforms,
                               "# comment\n\n[box]\n title = A box / of tin \r\n"
                               "needs=box   check\nstart = box run {options} {program} {args}\n"
                               "file = --file\t{guest}={host}\nmemory =\n"
                               "image = guest/a guest/b\nblocks = 3\nonly = escape density\n"
                               "uid = tenant\nkernel = host\npackage = a box of tin\n[never]\nskip "
                               "= no time\nkernel = guest",
                               &error),
                     0);
    assert_int_equal(platforms.count, 2);
    const struct platform *box = platforms_find(&platforms, "box", 3);
    assert_non_null(box);
    assert_string_equal(box->title, "A box / of tin");
    assert_int_equal(box->needs.count, 2);
    assert_string_equal(box->needs.word[1], "check");
    assert_true(platform_has(box, OPTION_FILE));
    assert_true(platform_has(box, OPTION_MEMORY));
    assert_false(platform_has(box, OPTION_PIDS));
    assert_null(box->skip);
    assert_int_equal(box->image.count, 2);
    assert_int_equal(box->blocks, 3);
    assert_int_equal(box->only.count, 2);
    assert_string_equal(box->only.word[1], "density");
    assert_true(box->tenants);
    assert_true(box->interprets);
    assert_false(box->own_kernel);
    assert_string_equal(box->package, "a box of tin");
    const struct platform *never = platforms_find(&platforms, "never", 5);
    assert_string_equal(never->title, "never");
    assert_string_equal(never->skip, "no time");
    assert_int_equal(never->blocks, 0);
    assert_false(never->interprets);
    assert_true(never->own_kernel);
    assert_null(never->package);
    assert_null(platforms_find(&platforms, "bo", 2));
    platforms_free(&platforms);
}

static void mistakes_are_refused_with_their_line(void **state)
{
    (void)state;
    assert_refused("start = x\n", ":1: a [section] has to come before 'start'");
    assert_refused("[a]\ntitle = b\n", "neither 'start' nor 'skip'");
    assert_refused("[a]\nstart = x\n[b]\ntitle = b\n", "of 'b'");
    assert_refused("[a]\nstart = x\nstart = y\n", ":3: this key stands here twice");
    assert_refused("[a]\nskip = x\nskip = y\n", ":3: this key stands here twice");
    assert_refused("[a]\nstart = x\n[a]\nstart = y\n", "two platforms of the name 'a'");
    assert_refused("[a]\nstart =\n", "needs a command");
    assert_refused("[a]\ntitle =\n", "needs a value");
    assert_refused("[a]\nblocks = 0\n", "no number from 1");
    assert_refused("[a]\nblocks = three\n", "no number from 1");
    assert_refused("[a]\nuid = 0\n", "the only value of uid is 'tenant', not '0'");
    assert_refused("[a]\nuid = tenant\nuid = tenant\n", "twice");
    assert_refused("[a]\nkernel = own\n", "the values of kernel are 'host' and 'guest', not 'own'");
    assert_refused("[a]\nkernel = host\nkernel = guest\n", "twice");
    assert_refused("[a]\npackage =\n", "needs a value");
    assert_refused("[a]\nonly =\n", "needs a command");
    assert_refused("[a]\nblocks = 3\nblocks = 4\n", ":3: this key stands here twice");
    assert_refused("[a]\nstrat = x\n", "no key 'strat'");
    assert_refused("[a\nstart = x\n", "no ']'");
    assert_refused("[a]\nstart x\n", "neither [section] nor key = value");
    assert_refused("[]\nstart = x\n", "a name has");
    assert_refused("[../a]\nstart = x\n", "a name has");
    assert_refused("[9a]\nstart = x\n", "a name has");
    assert_refused("[a]\nstart = x {prog}\n", "no such placeholder");
    assert_refused("[a]\nstart = x {program\n", "no such placeholder");
    assert_refused("[a]\nstart = x -{args}\n", "no such placeholder");
    assert_refused("[a]\nstart = x \033[2J\n", "control character");
}

static void too_much_is_refused(void **state)
{
    struct platforms platforms;
    struct error error;
    char *text = NULL;
    size_t size;
    (void)state;

    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i <= PLATFORMS_MAX; i++)
        fprintf(out, "[p%d]\nskip = x\n", i);
    fclose(out);
    assert_refused(text, "too many platforms");
    free(text);

    out = open_memstream(&text, &size);
    fputs("[a]\nstart =", out);
    for (int i = 0; i <= PLATFORM_WORDS_MAX; i++)
        fputs(" w", out);
    fclose(out);
    assert_refused(text, "too many words");
    free(text);

    text = malloc(100000);
    memset(text, '#', 99999);
    text[99999] = '\0';
    assert_refused(text, "larger than");
    free(text);

    assert_true(read_bytes(&platforms, "[a]\0\nstart = x\n", 15, &error) < 0);
    assert_non_null(strstr(error.text, "zero byte"));
    platforms_free(&platforms);
    assert_true(platforms_read(&platforms, "/nonexistent/platforms.conf", &error) < 0);
    assert_true(platforms_read(&platforms, "/tmp", &error) < 0);
}

static void assert_command(const char *file, const struct platform_request *request,
                           const char *expected)
{
    struct platforms platforms;
    struct platform_command command;
    struct error error = {0};
    char joined[1024] = "";

    assert_int_equal(read_text(&platforms, file, &error), 0);
    const struct platform *platform = &platforms.list[0];
    if (platform_command(platform, &platform->start, request, NULL, &command, &error) < 0)
        fail_msg("%s", error.text);
    assert_null(command.argv[command.count]);
    for (size_t i = 0; i < command.count; i++) {
        strncat(joined, "<", sizeof joined - strlen(joined) - 1);
        strncat(joined, command.argv[i], sizeof joined - strlen(joined) - 1);
        strncat(joined, ">", sizeof joined - strlen(joined) - 1);
    }
    assert_string_equal(joined, expected);
    platform_command_free(&command);
    platforms_free(&platforms);
}

static void a_command_is_the_words_with_their_placeholders_replaced(void **state)
{
    char *args[] = {WORD("a b"), WORD(""), WORD("{value}"), NULL};
    struct platform_request request = {
        .program = "/bin/p {x}",
        .args = args,
        .files = {{"/h 1", "/g1"}, {"/h2", "/g2"}},
        .file_count = 2,
        .value = {[OPTION_MEMORY] = "64M"              },
        .tmp = "/tmp/t",
        .id = "id-7",
    };
    static const char file[] = "[a]\nstart = /bin/box {options} -o{tmp}/x-{id} {program} {args}\n"
                               "file = --file {guest}={host}\nmemory = --mem {value}\n"
                               "pids = --pids {value}\n";
    (void)state;

    /* Nothing that comes in is split, or looked at for placeholders again. */
    assert_command(file, &request,
                   "</bin/box><--file></g1=/h 1><--file></g2=/h2><--mem><64M><-o/tmp/t/x-id-7>"
                   "</bin/p {x}><a b><><{value}>");
    request.args = NULL;
    request.file_count = 0;
    request.value[OPTION_MEMORY] = NULL;
    assert_command(file, &request, "</bin/box><-o/tmp/t/x-id-7></bin/p {x}>");
    /* An option that the platform does not have is left out. */
    request.value[OPTION_CPUS] = "1";
    assert_command(file, &request, "</bin/box><-o/tmp/t/x-id-7></bin/p {x}>");
}

static void a_command_of_too_many_words_is_refused(void **state)
{
    static char *args[PLATFORM_ARGV_MAX + 1], word[] = "x";
    struct platform_request request = {.program = "/bin/p", .args = args};
    struct platform_command command;
    struct platforms platforms;
    struct error error;
    (void)state;

    for (size_t i = 0; i < PLATFORM_ARGV_MAX; i++)
        args[i] = word;
    assert_int_equal(read_text(&platforms, "[a]\nstart = {program} {args}\n", &error), 0);
    assert_int_equal(platform_command(&platforms.list[0], &platforms.list[0].start, &request, NULL,
                                      &command, &error),
                     -E2BIG);
    args[PLATFORM_ARGV_MAX - 1] = NULL;
    assert_int_equal(platform_command(&platforms.list[0], &platforms.list[0].start, &request, NULL,
                                      &command, &error),
                     0);
    platform_command_free(&command);
    platforms_free(&platforms);
}

static void commands_are_found_beside_virtlab_first_and_never_here(void **state)
{
    char folder[] = "/tmp/virtlab-unit-XXXXXX", name[64], path[256];
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(name, sizeof name, "%s/sh", folder);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fclose(file);
    chmod(name, 0755);

    char *found = platform_find_command("sh", folder, "/usr/bin:/bin");
    assert_string_equal(found, name);
    free(found);
    chmod(name, 0644); /* not executable: look further */
    found = platform_find_command("sh", folder, ":.:bin:/nowhere:/bin");
    assert_string_equal(found, "/bin/sh");
    free(found);
    assert_null(platform_find_command("no-such-command-here", folder, "/usr/bin:/bin"));
    assert_int_equal(errno, ENOENT);
    assert_null(platform_find_command("", folder, "/usr/bin:/bin"));
    /* The current folder is not searched, though PATH says so. */
    chmod(name, 0755);
    assert_non_null(getcwd(path, sizeof path));
    assert_int_equal(chdir(folder), 0);
    rename("sh", "virtlab-unit-here");
    assert_null(platform_find_command("virtlab-unit-here", NULL, ".::"));
    assert_int_equal(chdir(path), 0);
    snprintf(name, sizeof name, "%s/virtlab-unit-here", folder);
    unlink(name);
    rmdir(folder);
}

static void the_platforms_that_are_shipped_can_be_read(void **state)
{
    static const char *const names[] = {"native", "container", "vm",    "vm-linux", "vm-linux-tcg",
                                        "crun",   "runc",      "bwrap", "unshare"};
    struct platforms platforms = {0};
    struct error error;
    (void)state;

    assert_int_equal(platforms_read(&platforms, "bench/platforms.conf", &error), 0);
    assert_int_equal(platforms_read(&platforms, "bench/peers.conf", &error), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(platforms_find(&platforms, names[i], strlen(names[i])));
    /* A slow box must not make every comparison take minutes. */
    assert_int_equal(platforms_find(&platforms, "vm-linux-tcg", 12)->blocks, 3);
    platforms_free(&platforms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paragraph_makes_a_platform),
        cmocka_unit_test(mistakes_are_refused_with_their_line),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(a_command_is_the_words_with_their_placeholders_replaced),
        cmocka_unit_test(a_command_of_too_many_words_is_refused),
        cmocka_unit_test(commands_are_found_beside_virtlab_first_and_never_here),
        cmocka_unit_test(the_platforms_that_are_shipped_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
