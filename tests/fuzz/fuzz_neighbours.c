/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any bytes as what `virtlab live` says to the dashboard, drawn in a size that the first
 * two bytes choose.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tui/layout/layout.h"
#include "tui/model/pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The ledger of claims looks for the names of experiments; there are none in here. */
struct experiment;
extern const struct experiment *const experiments[];
const struct experiment *const experiments[] = {NULL};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

/* Nothing is drawn that could move a terminal's cursor. */
static void require_printable(const struct frame *frame)
{
    for (int i = 0; i < frame->rows * frame->columns; i++)
        for (const char *at = frame->cells[i].text; *at; at++)
            if ((unsigned char)*at < ' ' || *at == 0x7f)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Nothing is recorded. */
    static const struct state state = {.folder = "", .run = "", .host = "", .noise = -1};
    struct neighbours *neighbours = calloc(1, sizeof *neighbours);
    struct frame frame = {0};
    struct view view;

    if (!neighbours || size < 2) {
        free(neighbours);
        return 0;
    }
    for (const uint8_t *at = data + 2, *end = data + size; at < end;) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        const uint8_t *stop = newline ? newline : end;
        neighbours_take_line(neighbours, (const char *)at, (size_t)(stop - at));
        at = stop + 1;
    }
    view_start(&view);
    view.page = page_find("neighbours");
    view.neighbours = neighbours;
    view.neighbour = data[1] % (neighbours->antagonist_count + 1);
    frame.ascii = data[0] & 1;
    if (layout_draw(&frame, &state, &view, 5 + data[0] % 60, 20 + data[1]))
        require_printable(&frame);
    frame_free(&frame);
    free(neighbours);
    return 0;
}
