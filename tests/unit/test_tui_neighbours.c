/* SPDX-License-Identifier: MIT */
/* Live neighbours in the dashboard: what is made of their lines, how that looks, what keys do. */
#include "tests/unit/tui_state.h"

#include <unistd.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/layout.h"
#include "tui/model/neighbours_live.h"

#define START                                                                                      \
    "{\"live\":1,\"kind\":\"start\",\"at_ms\":0,\"ends_ms\":600000,\"ceiling\":\"cgroup\","        \
    "\"platforms\":["                                                                              \
    "{\"name\":\"native\",\"title\":\"native\",\"limits\":[],\"reason\":\"\"},"                    \
    "{\"name\":\"container\",\"title\":\"container\",\"limits\":[\"memory\"],\"reason\":\"\"},"    \
    "{\"name\":\"vm\",\"title\":\"VM / no guest "                                                  \
    "kernel\",\"limits\":[\"memory\"],\"reason\":\"\"},"                                           \
    "{\"name\":\"vm-linux\",\"title\":\"VM / Linux guest\",\"limits\":[],\"reason\":\"no KVM\"}]," \
    "\"known\":[\"cpu\",\"memory\",\"cache\",\"fork\",\"disk\",\"network\"]}"

static bool take(struct neighbours *neighbours, const char *line)
{
    return neighbours_take_line(neighbours, line, strlen(line));
}

static bool change(struct neighbours *neighbours, int at_ms, const char *antagonists,
                   const char *limits)
{
    char line[256];

    snprintf(line, sizeof line,
             "{\"live\":1,\"kind\":\"change\",\"at_ms\":%d,\"command\":\"x\",\"antagonists\":[%s],"
             "\"limits\":\"%s\"}",
             at_ms, antagonists, limits);
    return take(neighbours, line);
}

static bool turn(struct neighbours *neighbours, int at_ms, const char *platform, long p50, long p99,
                 const char *beside)
{
    char line[600];

    snprintf(line, sizeof line,
             "{\"live\":1,\"kind\":\"turn\",\"at_ms\":%d,\"platform\":\"%s\",\"status\":\"ok\","
             "\"reason\":\"\",\"remark\":\"not "
             "permitted\",\"p50_ns\":%ld,\"p99_ns\":%ld,\"window_ns\":250000000,\"limits\":\"off\","
             "\"beside\":{%s}}",
             at_ms, platform, p50, p99, beside);
    return take(neighbours, line);
}

/* A minute and a half: alone, beside cpu, beside cpu with limits. */
static struct neighbours *make_minute(void)
{
    struct neighbours *neighbours = calloc(1, sizeof *neighbours);
    int at = 0;

    assert_non_null(neighbours);
    assert_true(take(neighbours, START));
    for (; at < 60000; at += 750) {
        turn(neighbours, at, "native", 40000, 100000, "");
        turn(neighbours, at + 250, "container", 41000, 110000, "");
        turn(neighbours, at + 500, "vm", 90000, 400000, "");
    }
    change(neighbours, at, "\"cpu\"", "off");
    for (; at < 80000; at += 750) {
        turn(neighbours, at, "native", 60000, 4000000, "\"cpu\":{\"state\":\"ran\",\"work_n\":9}");
        turn(neighbours, at + 250, "container", 61000, 3000000,
             "\"cpu\":{\"state\":\"ended\",\"exit_n\":137}");
        turn(neighbours, at + 500, "vm", 90000, 9000000,
             "\"cpu\":{\"state\":\"cannot\",\"reason\":\"no processes here\"}");
    }
    change(neighbours, at, "\"cpu\"", "on");
    for (; at < 90000; at += 250)
        turn(neighbours, at, "native", 60000, 1000000, "\"cpu\":{\"state\":\"ran\",\"work_n\":9}");
    return neighbours;
}

static void lines_make_a_picture(void **context)
{
    struct neighbours *neighbours = make_minute();
    double p50, p99;

    (void)context;
    assert_int_equal(neighbours->platform_count, 4);
    assert_int_equal(neighbours->antagonist_count, 6);
    assert_string_equal(neighbours->platforms[2].title, "VM, no guest kernel");
    assert_string_equal(neighbours->platforms[3].reason, "no KVM");
    assert_true(neighbours->wanted[0] && !neighbours->wanted[1] && neighbours->limits);
    assert_float_equal(neighbours->platforms[0].alone_p99_ns, 100000, 0);
    assert_true(neighbours_now(neighbours, &neighbours->platforms[0], &p50, &p99));
    assert_float_equal(p99, 1000000, 0);
    /* Since the limits are on, the container had no turn. */
    assert_false(neighbours_now(neighbours, &neighbours->platforms[1], &p50, &p99));
    /* 9 in each quarter of a second; of what has only ended or never began nothing is known. */
    assert_float_equal(neighbours_rate(neighbours, &neighbours->platforms[0], 0), 36, 1e-6);
    assert_true(neighbours_rate(neighbours, &neighbours->platforms[1], 0) < 0);
    assert_true(neighbours_rate(neighbours, &neighbours->platforms[2], 0) < 0);
    assert_int_equal(neighbours_marks(neighbours), 2);
    assert_string_equal(neighbours_mark(neighbours, 0)->text, "+cpu");
    assert_string_equal(neighbours_mark(neighbours, 1)->text, "+limits");
    assert_string_equal(neighbours->platforms[1].beside[0].why, "ended with status 137");
    assert_string_equal(neighbours->platforms[2].beside[0].why, "no processes here");
    free(neighbours);
}

static void a_median_is_of_like_turns_only(void **context)
{
    struct neighbours neighbours = {0};
    double p50, p99;

    (void)context;
    take(&neighbours, START);
    turn(&neighbours, 1, "native", 10, 100, "");
    change(&neighbours, 2, "\"disk\"", "off");
    assert_false(neighbours_now(&neighbours, &neighbours.platforms[0], &p50, &p99));
    for (int i = 0; i < 9; i++)
        turn(&neighbours, 3 + i, "native", 10 + i, 1000 + i, "");
    assert_true(neighbours_now(&neighbours, &neighbours.platforms[0], &p50, &p99));
    assert_float_equal(p99, 1006, 0); /* of 1004 to 1008 */
    /* The same once more is no change. */
    change(&neighbours, 20, "\"disk\"", "off");
    assert_true(neighbours_now(&neighbours, &neighbours.platforms[0], &p50, &p99));
    assert_int_equal(neighbours_marks(&neighbours), 1);
    assert_float_equal(neighbours.platforms[0].alone_p99_ns, 100, 0);
}

static void hostile_lines_do_no_harm(void **context)
{
    static const char *const lines[] = {
        "",
        "virtlab live: cannot start",
        "{",
        "[]",
        "null",
        "{\"live\":2,\"kind\":\"start\"}",
        "{\"live\":1}",
        "{\"live\":1,\"kind\":7}",
        "{\"live\":1,\"kind\":\"turn\",\"platform\":\"nobody\"}",
        "{\"live\":1,\"kind\":\"turn\",\"platform\":{}}",
        "{\"live\":1,\"kind\":\"turn\",\"kind\":\"end\"}",
    };
    static const char *const turns[] = {
        "\"p50_ns\":-1,\"p99_ns\":5", "\"p50_ns\":1e300,\"p99_ns\":1e300",
        "\"p50_ns\":0,\"p99_ns\":0",  "\"p50_ns\":\"7\",\"p99_ns\":[]",
        "\"p50_ns\":9,\"p99_ns\":5",  "\"p50_ns\":null,\"beside\":[1,2]",
    };
    struct neighbours neighbours = {0};
    char line[512];
    double p50, p99;

    (void)context;
    assert_true(take(&neighbours, START));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(take(&neighbours, lines[i]));
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        snprintf(line, sizeof line,
                 "{\"live\":1,\"kind\":\"turn\",\"at_ms\":-5,\"platform\":\"native\","
                 "\"status\":\"ok\",%s}",
                 turns[i]);
        assert_true(take(&neighbours, line)); /* a turn that failed */
    }
    assert_false(neighbours_now(&neighbours, &neighbours.platforms[0], &p50, &p99));
    assert_false(take(&neighbours, START)); /* it starts once */
    assert_int_equal(neighbours.platform_count, 4);
    /* Time goes on, whatever it says, and not for ever. */
    turn(&neighbours, 5000, "native", 10, 20, "");
    turn(&neighbours, 4000, "native", 10, 20, "");
    assert_int_equal(neighbours.now_ms, 5000);
    assert_true(take(&neighbours, "{\"live\":1,\"kind\":\"turn\",\"at_ms\":9e99,"
                                  "\"platform\":\"native\"}"));
    assert_int_equal(neighbours.now_ms, 5000);
}

static void texts_are_cleaned_and_cut(void **context)
{
    struct neighbours neighbours = {0};
    char *line = NULL;
    size_t size;
    FILE *out = open_memstream(&line, &size);

    (void)context;
    fputs("{\"live\":1,\"kind\":\"start\",\"platforms\":[", out);
    for (int i = 0; i < 40; i++)
        fprintf(out,
                "%s{\"name\":\"p%d\",\"title\":\"\\u001b[2J가가가가가가가가가가가가가가가가\"}",
                i ? "," : "", i);
    fputs("],\"known\":[", out);
    for (int i = 0; i < 40; i++)
        fprintf(out, "%s\"a\\u001b%d\"", i ? "," : "", i);
    fputs("]}", out);
    fclose(out);
    assert_true(neighbours_take_line(&neighbours, line, size));
    free(line);
    assert_int_equal(neighbours.platform_count, NEIGHBOURS_PLATFORMS_MAX);
    assert_int_equal(neighbours.antagonist_count, NEIGHBOURS_ANTAGONISTS_MAX);
    assert_null(strchr(neighbours.platforms[0].title, '\033'));
    assert_null(strchr(neighbours.antagonists[0], '\033'));
    /* Cut at a whole syllable. */
    size_t length = strlen(neighbours.platforms[0].title);
    assert_true(length < NEIGHBOURS_NAME_MAX);
    assert_int_equal((unsigned char)neighbours.platforms[0].title[length - 3], 0xea);
    /* More turns and marks than are kept. */
    for (int i = 0; i < 2000; i++) {
        turn(&neighbours, i, "p1", 10 + i, 1000 + i, "");
        change(&neighbours, i, "", i % 2 ? "on" : "off");
    }
    assert_int_equal(neighbours_turns(&neighbours.platforms[1]), NEIGHBOURS_TURNS_MAX);
    assert_float_equal(neighbours_turn(&neighbours.platforms[1], NEIGHBOURS_TURNS_MAX - 1)->p50_ns,
                       2009, 0);
    assert_int_equal(neighbours_marks(&neighbours), NEIGHBOURS_MARKS_MAX);
}

static void assert_whole(const struct frame *frame)
{
    for (int row = 0; row < frame->rows; row++) {
        for (int column = 0; column < frame->columns;) {
            const struct frame_cell *cell = &frame->cells[row * frame->columns + column];
            int width = width_of(cell->text);
            assert_true(*cell->text && (width == 1 || width == 2) && cell->role < ROLES);
            for (int i = 1; i < width; i++)
                assert_true(column + i < frame->columns && !*cell[i].text);
            column += width;
        }
    }
}

static void assert_apart(const struct frame *frame)
{
    size_t last = frame->popup ? frame->popup : frame->box_count;

    for (size_t i = 1; i < last; i++) {
        const struct area *a = &frame->boxes[i];
        assert_true(a->row >= 0 && a->column >= 0 && a->rows >= 0 && a->columns >= 0 &&
                    a->row + a->rows <= frame->rows && a->column + a->columns <= frame->columns);
        for (size_t j = 1; j < i; j++) {
            const struct area *b = &frame->boxes[j];
            assert_false(a->row < b->row + b->rows && b->row < a->row + a->rows &&
                         a->column < b->column + b->columns && b->column < a->column + a->columns);
        }
    }
}

static char *printed(const struct frame *frame)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    frame_print(frame, out);
    fclose(out);
    return text;
}

static void speak_korean(void)
{
    char folder[4096];
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 64);

    assert_true(length > 0);
    folder[length] = '\0';
    strcpy(strrchr(folder, '/'), "/../../share/locale");
    setlocale(LC_ALL, "C.UTF-8");
    setenv("LANGUAGE", "ko", 1);
    bindtextdomain("virtlab", folder);
    bind_textdomain_codeset("virtlab", "UTF-8");
    textdomain("virtlab");
}

static void speak_english(void)
{
    setenv("LANGUAGE", "en", 1);
    textdomain("nothing");
}

static void nothing_overlaps_in_any_size(void **context)
{
    const struct tui_fixture *fixture = *context;
    struct neighbours *full = make_minute(), *empty = calloc(1, sizeof *empty);
    struct frame frame = {0};
    struct view view;

    for (int korean = 0; korean < 2; korean++) {
        if (korean)
            speak_korean();
        for (int rows = 5; rows <= 100; rows += rows < 30 ? 1 : 7) {
            for (int columns = 20; columns <= 300; columns += columns < 90 ? 3 : 17) {
                view_start(&view);
                view.page = page_find("neighbours");
                view.neighbours = (rows + columns) % 5 == 0 ? empty : full;
                view.popup = (enum popup)(rows % 7 == 0 ? columns % (POPUP_LEAVE + 1) : 0);
                frame.ascii = columns % 2;
                assert_true(layout_draw(&frame, fixture->state, &view, rows, columns));
                assert_whole(&frame);
                assert_apart(&frame);
            }
        }
        /* On another screen there is a line about it, and that screen. */
        view_start(&view);
        view.neighbours = full;
        assert_true(layout_draw(&frame, fixture->state, &view, 24, 80));
        assert_whole(&frame);
    }
    speak_english();
    frame_free(&frame);
    free(full);
    free(empty);
}

static void all_that_matters_is_in_80x24(void **context)
{
    static const char *const wanted[] = {
        "live 1:29 of 10:00, limits on; beside: cpu",
        "A native",
        "p99 1 ms ×10",
        "p50 60 µs no limits",
        "B container",
        "C VM, no guest kernel",
        "waits for its turn",
        "+cpu",
        "+limits",
        "-60 s",
        "now",
        "container: cpu: ended with status 137",
        "vm: cpu: no processes here",
        "native: not permitted",
        "vm-linux: no KVM",
        "[x] cpu  [ ] memory  [ ] cache  [ ] fork  [ ] disk  [ ] network  [x] limits",
        "F2End live",
        "F7Limits",
        "Enter On/off",
        "F9All off",
        "F10Quit",
    };
    const struct tui_fixture *fixture = *context;
    struct neighbours *neighbours = make_minute();
    struct frame frame = {0};
    struct view view;

    view_start(&view);
    view.page = page_find("neighbours");
    view.neighbours = neighbours;
    assert_true(layout_draw(&frame, fixture->state, &view, 24, 80));
    char *text = printed(&frame);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(text, wanted[i]))
            fail_msg("'%s' is not in:\n%s", wanted[i], text);
    free(text);
    /* In a taller window each has a line for what its neighbours get. */
    assert_true(layout_draw(&frame, fixture->state, &view, 43, 132));
    text = printed(&frame);
    assert_non_null(strstr(text, "they get cpu 36/s"));
    free(text);
    /* Without its ends: every cell is ASCII. */
    frame.ascii = true;
    setlocale(LC_CTYPE, "C");
    assert_true(layout_draw(&frame, fixture->state, &view, 24, 80));
    text = printed(&frame);
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    setlocale(LC_CTYPE, "C.UTF-8");
    free(text);
    frame_free(&frame);
    free(neighbours);
}

static void keys_tick_boxes(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct neighbours *neighbours = make_minute();
    struct request request;
    struct frame frame = {0};
    struct view view;

    view_start(&view);
    view_key(&view, state, KEY_FUNCTION + 2, &request);
    assert_int_equal(request.action, ACTION_LIVE);
    view.page = page_find("neighbours");
    view_key(&view, state, KEY_RETURN, &request); /* not live: as on every screen */
    assert_int_equal(request.action, ACTION_NONE);
    view.popup = POPUP_NONE;
    view.neighbours = neighbours;
    view_key(&view, state, 'h', &request); /* no more left */
    assert_int_equal(view.popup, POPUP_HELP);
    view_key(&view, state, KEY_ESCAPE, &request);
    view_key(&view, state, KEY_ARROW_RIGHT, &request);
    view_key(&view, state, 'l', &request);
    view_key(&view, state, 'h', &request);
    assert_int_equal(view.neighbour, 1);
    view_key(&view, state, ' ', &request);
    assert_int_equal(request.action, ACTION_TICK);
    view_key(&view, state, KEY_TO_END, &request);
    view_key(&view, state, KEY_ARROW_DOWN, &request);
    assert_int_equal(view.neighbour, 6); /* the limits */
    view_key(&view, state, KEY_RETURN, &request);
    assert_int_equal(request.action, ACTION_TICK);
    view_key(&view, state, 'i', &request);
    assert_int_equal(request.action, ACTION_LIMITS);
    view_key(&view, state, 'x', &request);
    assert_int_equal(request.action, ACTION_STOP);
    view_command(&view, state, "start disk", &request);
    assert_int_equal(request.action, ACTION_START);
    assert_string_equal(request.argument, "disk");
    view_command(&view, state, "stop cpu", &request);
    assert_int_equal(request.action, ACTION_STOP);
    assert_string_equal(request.argument, "cpu");
    view_command(&view, state, "limits on", &request);
    assert_int_equal(request.action, ACTION_LIMITS);
    /* A click ticks. */
    view.neighbour = 0;
    assert_true(layout_draw(&frame, state, &view, 24, 80));
    view_click(&view, state, &frame, 21, 15, &request);
    assert_int_equal(request.action, ACTION_TICK);
    assert_int_equal(view.neighbour, 1);
    frame_free(&frame);
    free(neighbours);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, tui_setup, tui_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_make_a_picture),
        cmocka_unit_test(a_median_is_of_like_turns_only),
        cmocka_unit_test(hostile_lines_do_no_harm),
        cmocka_unit_test(texts_are_cleaned_and_cut),
        WITH_FIXTURE(all_that_matters_is_in_80x24),
        WITH_FIXTURE(keys_tick_boxes),
        WITH_FIXTURE(nothing_overlaps_in_any_size),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
