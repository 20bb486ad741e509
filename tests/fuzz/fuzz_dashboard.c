/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any bytes as a results folder that the dashboard replays, and any keys. Three parts,
 * with a byte 0xff between them: samples.jsonl, progress.json, and keys (of two bytes each).
 */
#include <ctype.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/width.h"
#include "tui/layout/layout.h"
#include "tui/model/pages.h"
#include "tui/model/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The ledger of claims looks for the names of experiments; there are none in here. */
struct experiment;
extern const struct experiment *const experiments[];
const struct experiment *const experiments[] = {NULL};

enum { KEYS_MAX = 48 };

static char folder[256];

static void require(int truth)
{
    if (!truth)
        abort();
}

static const char *path_of(const char *name)
{
    static char path[300];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    unlink(path_of("samples.jsonl"));
    unlink(path_of("progress.json"));
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *where = getenv("TMPDIR");

    (void)argc, (void)argv;
    require(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    snprintf(folder, sizeof folder, "%.200s/virtlab-fuzz.XXXXXX", where ? where : "/tmp");
    require(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    return 0;
}

static void write_file(const char *name, const uint8_t *bytes, size_t size)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    require(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    close(fd);
}

/* The bytes up to the next 0xff, or to the end. */
static size_t part(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, 0xff, size);

    return end ? (size_t)(end - data) : size;
}

/* Nothing is drawn that could move a terminal's cursor, and each line is as wide as the frame. */
static void check_frame(const struct frame *frame)
{
    for (int row = 0; row < frame->rows; row++) {
        int width = 0;
        for (int column = 0; column < frame->columns; column++) {
            const char *text = frame->cells[row * frame->columns + column].text;
            for (const char *c = text; *c; c++)
                require(!iscntrl((unsigned char)*c));
            require(memchr(text, '\0', FRAME_TEXT_MAX) != NULL);
            width += width_of(text);
        }
        require(width <= frame->columns);
    }
    for (size_t i = 0; i < frame->hit_count; i++)
        require(frame->hits[i].box.row >= 0 && frame->hits[i].box.row < frame->rows);
}

static void draw(struct frame *frame, const struct state *state, struct view *view, unsigned seed)
{
    int rows = 5 + (int)(seed % 31), columns = 20 + (int)(seed / 7 % 97);

    require(layout_draw(frame, state, view, rows, columns));
    check_frame(frame);
    view_settle(view, state, frame);
}

static void strike_keys(const struct state *state, struct view *view, const uint8_t *keys,
                        size_t size)
{
    struct frame frame = {0};
    struct request request;

    for (size_t i = 0; i + 1 < size && i < 2 * KEYS_MAX; i += 2) {
        int key = keys[i + 1] & 0x80 ? KEY_ABOVE_CHARACTERS + keys[i] % 40
                                     : keys[i] | (keys[i + 1] & 0x7f) << 8;
        if (keys[i + 1] == 0x7f)
            view_click(view, state, &frame, keys[i] % 60, keys[i], &request);
        else
            view_key(view, state, key, &request);
        require(view->page < page_kinds_count && strlen(view->input) < sizeof view->input);
        require(memchr(request.argument, '\0', sizeof request.argument) != NULL);
        if (i % 6 == 0)
            draw(&frame, state, view, keys[i] * 3U + keys[i + 1]);
    }
    frame_free(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t samples = part(data, size), rest = size - samples;
    const uint8_t *second = data + samples + (rest > 0);
    size_t progress = part(second, rest > 0 ? rest - 1 : 0);
    const uint8_t *keys = second + progress;
    struct view *view = calloc(1, sizeof *view);
    struct source source;

    require(view != NULL);
    write_file("samples.jsonl", data, samples);
    write_file("progress.json", second, progress);
    source_open(&source, folder, NULL);
    source_read(&source);
    require(source_prepare_replay(&source));
    int64_t duration = source_duration_ns(&source);
    require(duration >= 0 && source_count_at(&source, duration) <= source.results.sample_count);
    view_start(view);
    run_progress_read(&view->run, folder);
    require(view->run.percent >= 0 && view->run.percent <= 100);
    for (int i = 0; i < 2; i++) {
        struct state *state = source_make_state(&source, source_count_at(&source, i * duration));
        require(state != NULL);
        strike_keys(state, view, keys, (size_t)(data + size - keys));
        state_free(state);
    }
    source_close(&source);
    free(view);
    return 0;
}
