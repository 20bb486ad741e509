/* SPDX-License-Identifier: MIT */
/* The command line of minivmm boot. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "minivmm/boot/boot_options.h"

enum { WORDS_MAX = 80 };

static struct boot_request request;
static struct error error;
static char words[4096];

/* Parse a line of words; some get cut, so each time a copy. */
static int parse(const char *line)
{
    char *argv[WORDS_MAX];
    int argc = 0;

    memset(&error, 0, sizeof error);
    assert_true(strlen(line) < sizeof words);
    strcpy(words, line);
    argv[argc++] = (char *)"boot";
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return boot_options_parse(&request, argc, argv, &error);
}

static void disks_have_names_and_words(void **state)
{
    static const struct {
        const char *argument, *path;
        int read_only, cow;
    } cases[] = {
        {"a.img",        "a.img",    0, 0},
        {"a.img,ro",     "a.img",    1, 0},
        {"a.img,cow",    "a.img",    0, 1},
        {"a.img,cow,ro", "a.img",    1, 1},
        {"a,b.img",      "a,b.img",  0, 0},
        {"a,ro.img",     "a,ro.img", 0, 0},
        {"a,row",        "a,row",    0, 0},
        {"ro",           "ro",       0, 0},
        {",ro",          "",         1, 0},
        {"",             "",         0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct minivmm_disk disk;
        char copy[32];
        strcpy(copy, cases[i].argument);
        boot_options_parse_disk(&disk, copy);
        assert_string_equal(disk.path, cases[i].path);
        assert_int_equal(disk.read_only, cases[i].read_only);
        assert_int_equal(disk.cow, cases[i].cow);
    }
}

static void processors_are_numbers_and_ranges(void **state)
{
    static const char *const wrong[] = {
        "",    ",",   "0,", ",0",   "-",    "1-",     "-1",    "x",
        "0x1", "3-2", "1 ", "1--2", "8192", "0-8192", "1-2-3", "99999999999999999999",
        "0,,1"};
    int got[4];

    (void)state;
    assert_int_equal(boot_options_parse_processors("3", got, 4), 1);
    assert_int_equal(got[0], 3);
    assert_int_equal(boot_options_parse_processors("5,0-2", got, 4), 4);
    assert_int_equal(got[0], 5);
    assert_int_equal(got[1], 0);
    assert_int_equal(got[3], 2);
    assert_int_equal(boot_options_parse_processors("1,1", got, 4), 2);
    assert_int_equal(boot_options_parse_processors("0-4", got, 4), -E2BIG);
    assert_int_equal(boot_options_parse_processors("0-1023", got, 4), -E2BIG);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(boot_options_parse_processors(wrong[i], got, 4), -EINVAL);
}

static void networks_keep_their_own_forwards(void **state)
{
    (void)state;
    assert_int_equal(parse("--kernel k --net user,tcp:8080:80,udp:53:53 --net tap=t0 --net user "
                           "--net user,tcp:1:2"),
                     0);
    assert_int_equal(request.config.networks_count, 4);
    const char *const *first = request.networks[0].forwards, *const *last =
                                                                 request.networks[3].forwards;
    assert_string_equal(first[0], "tcp:8080:80");
    assert_string_equal(first[1], "udp:53:53");
    assert_null(first[2]);
    assert_string_equal(request.networks[1].tap, "t0");
    assert_null(request.networks[2].tap);
    assert_null(request.networks[2].forwards[0]);
    assert_string_equal(last[0], "tcp:1:2");
    assert_null(last[1]);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *line, *said;
    } cases[] = {
        {"--cpus 0",                                               "--cpus '0'"              },
        {"--cpus 65",                                              "from 1 to 64"            },
        {"--mem 31M",                                              "--mem '31M'"             },
        {"--mem 2x",                                               "--mem '2x'"              },
        {"--mem 2T",                                               "--mem '2T'"              },
        {"--protocol efi",                                         "none of auto, linux, pvh"},
        {"--console vga",                                          "none of serial"          },
        {"--net wifi",                                             "neither user nor tap"    },
        {"--net tap=",                                             "neither user nor tap"    },
        {"--net users",                                            "neither user nor tap"    },
        {"--net user,",                                            "is not tcp:"             },
        {"--net user,tcp:1",                                       "is not tcp:"             },
        {"--net user --net user --net user --net user --net user", "4 times at most"         },
        {"--disk ,ro",                                             "needs the name"          },
        {"--disk a,ro,cow",                                        "not both"                },
        {"--disk a -d b -d c -d d -d e -d f -d g -d h -d i",       "8 times at most"         },
        {"--pin 0 --cpus 2",                                       "1 processors for 2 vCPUs"},
        {"--pin x",                                                "not a list"              },
        {"--timeout 0",                                            "--timeout '0'"           },
        {"--kernel k --guest small",                               "exclude each other"      },
        {"--kernel k true",                                        "needs an --initrd"       },
        {"--file a=b",                                             "which one?"              },
        {"--file ab true",                                         "not GUEST=HOST"          },
        {"--env ab true",                                          "not NAME=VALUE"          },
        {"--kernel",                                               "needs an argument"       },
        {"--nonsense",                                             "--nonsense"              },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(parse(cases[i].line) < 0);
        if (!strstr(error.text, cases[i].said))
            fail_msg("'%s': '%s'", cases[i].line, error.text);
        assert_int_equal(error.exit_status, 125);
    }
}

static void a_whole_line_is_understood(void **state)
{
    (void)state;
    assert_int_equal(parse("--kernel k --initrd i --append a --protocol pvh -m 64M -c 2 --pin 1,0 "
                           "-d d,ro --rng --console virtio -t 1.5 --no-sandbox --stats --explain "
                           "--timeline t -e A=1 -f /g=h -- program --arg"),
                     0);
    const struct minivmm_system_config *config = &request.config;
    assert_string_equal(config->kernel, "k");
    assert_string_equal(config->initrd, "i");
    assert_string_equal(request.line.append, "a");
    assert_int_equal(config->protocol, MINIVMM_PROTOCOL_PVH);
    assert_int_equal(config->memory_bytes, 64 << 20);
    assert_int_equal(config->cpus, 2);
    assert_int_equal(config->pins[0], 1);
    assert_int_equal(config->pins[1], 0);
    assert_int_equal(config->disks_count, 1);
    assert_true(config->disks[0].read_only);
    assert_true(config->random && config->measure && !config->sandbox && request.line.explain);
    assert_int_equal(request.console, BOOT_CONSOLE_VIRTIO);
    assert_int_equal(config->timeout_ns, 1500000000);
    assert_string_equal(request.line.timeline, "t");
    assert_string_equal(request.line.files[0].host, "h");
    assert_string_equal(request.argv[0], "program");
    assert_string_equal(request.argv[1], "--arg");
}

static void little_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(parse(""), 0);
    assert_null(request.config.kernel);
    assert_null(request.argv);
    assert_null(request.config.pins);
    assert_int_equal(request.config.cpus, 1);
    assert_true(request.config.sandbox);
    assert_int_equal(request.config.initrd_extra_fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disks_have_names_and_words),
        cmocka_unit_test(processors_are_numbers_and_ranges),
        cmocka_unit_test(networks_keep_their_own_forwards),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(a_whole_line_is_understood),
        cmocka_unit_test(little_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
