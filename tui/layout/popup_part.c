/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/parts.h"
#include "tui/model/pages.h"

enum { POPUP_WIDTH_MAX = 100, KEYS_WIDTH = 14 };

/* What is written into a popup: first counted, then drawn from the line scrolled to. */
struct writer {
    struct frame *frame;
    size_t box;
    int line, skip, rows;
    bool counting;
    int width, widest;
};

static void write_text(struct writer *writer, enum role role, const char *text)
{
    char part[1024];

    do {
        size_t more, length = width_line(text, writer->width, &more);
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        if (!writer->counting)
            frame_put(writer->frame, writer->box, writer->line - writer->skip, 0, role, part);
        writer->line++;
        text += length + more;
    } while (*text);
}

static void write_keys(struct writer *writer, const char *keys, const char *text)
{
    int line = writer->line;
    char part[1024];

    if (!writer->counting)
        frame_put_left(writer->frame, writer->box, line - writer->skip, 0, KEYS_WIDTH - 1,
                       ROLE_KEY_TEXT, keys);
    do {
        size_t more, length = width_line(text, writer->width - KEYS_WIDTH, &more);
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        if (!writer->counting)
            frame_put(writer->frame, writer->box, writer->line - writer->skip, KEYS_WIDTH,
                      ROLE_TEXT, part);
        writer->line++;
        text += length + more;
    } while (*text);
}

static void write_help(struct writer *writer)
{
    char line[512];

    for (size_t i = 0; i < bindings_count; i++) {
        const struct binding *binding = &bindings[i];
        if (!binding->help || (!binding->shown && !binding->command))
            continue;
        if (binding->command)
            snprintf(line, sizeof line, "%s  :%s%s%s", _(binding->help), binding->command,
                     binding->argument ? " " : "", binding->argument ? _(binding->argument) : "");
        else
            snprintf(line, sizeof line, "%s", _(binding->help));
        write_keys(writer, binding->shown ? _(binding->shown) : "", line);
    }
    write_text(writer, ROLE_TEXT, "");
    write_text(writer, ROLE_HEAD, _("The screens"));
    for (size_t i = 0; i < page_kinds_count; i++) {
        snprintf(line, sizeof line, "%zu %s", i + 1, _(page_kinds[i].title));
        write_keys(writer, line, _(page_kinds[i].purpose));
    }
}

static void write_explanation(struct writer *writer, const struct state *state,
                              const struct view *view)
{
    const struct cell *cell = view_cell(view, state);
    const struct row *row = view_row(view, state);

    if (!cell || !cell->explained) {
        write_text(writer, ROLE_TEXT, row ? row->cells[0].text : "");
        write_text(writer, ROLE_TEXT, cell ? cell->text : "");
        return;
    }
    for (size_t i = 0; i < cell->explained->count; i++)
        write_text(writer, i == 0 ? ROLE_HEAD : ROLE_TEXT, cell->explained->text[i]);
}

/* What stands behind so many columns of a line. */
static const char *behind(const char *line, int columns)
{
    const char *at = line;

    while (*at && width_of_bytes(line, (size_t)(at - line)) < columns)
        do
            at++;
        while ((*at & 0xc0) == 0x80);
    return at;
}

static void write_output(struct writer *writer, const struct view *view)
{
    char line[1024];

    for (const char *text = view->output ? view->output : ""; *text;) {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (width_of(line) > writer->widest)
            writer->widest = width_of(line);
        /* A table is cut off rather than broken; arrows go to what is cut. */
        if (!writer->counting)
            frame_put_left(writer->frame, writer->box, writer->line - writer->skip, 0,
                           writer->width, ROLE_TEXT, behind(line, (int)view->popup_column));
        writer->line++;
        text += length + (text[length] == '\n');
    }
}

static void write_popup(struct writer *writer, const struct state *state, const struct view *view)
{
    switch (view->popup) {
    case POPUP_HELP:
        write_help(writer);
        break;
    case POPUP_EXPLAIN:
        write_explanation(writer, state, view);
        break;
    case POPUP_OUTPUT:
        write_output(writer, view);
        break;
    case POPUP_LEAVE:
        write_text(writer, ROLE_TEXT, _("A run is in progress. Stop it?"));
        write_text(writer, ROLE_TEXT, "");
        write_text(writer, ROLE_KEY_TEXT, _("y: stop it and leave; what was measured is kept"));
        write_text(writer, ROLE_KEY_TEXT, _("n: leave, and let it go on"));
        write_text(writer, ROLE_KEY_TEXT, _("Escape: stay"));
        break;
    default:
        break;
    }
}

static const char *title_of(const struct view *view)
{
    switch (view->popup) {
    case POPUP_HELP:
        return _("Help");
    case POPUP_OUTPUT:
        return view->output_title ? view->output_title : "";
    case POPUP_LEAVE:
        return _("Leave");
    default:
        return _(page_kinds[view->page].title);
    }
}

static void draw_border(struct frame *frame, struct area place, const char *title, const char *foot)
{
    size_t box = frame_box(frame, place, ROLE_BORDER);
    const char *side = frame->ascii ? "|" : "│", *line = frame->ascii ? "-" : "─";
    char text[300];

    frame->popup = box;
    frame_repeat(frame, box, 0, 0, place.columns, ROLE_BORDER, line);
    frame_repeat(frame, box, place.rows - 1, 0, place.columns, ROLE_BORDER, line);
    for (int row = 1; row + 1 < place.rows; row++) {
        frame_put(frame, box, row, 0, ROLE_BORDER, side);
        frame_put(frame, box, row, place.columns - 1, ROLE_BORDER, side);
    }
    frame_put(frame, box, 0, 0, ROLE_BORDER, frame->ascii ? "+" : "┌");
    frame_put(frame, box, 0, place.columns - 1, ROLE_BORDER, frame->ascii ? "+" : "┐");
    frame_put(frame, box, place.rows - 1, 0, ROLE_BORDER, frame->ascii ? "+" : "└");
    frame_put(frame, box, place.rows - 1, place.columns - 1, ROLE_BORDER, frame->ascii ? "+" : "┘");
    snprintf(text, sizeof text, " %s ", title);
    frame_put(frame, box, 0, 2, ROLE_HEAD, text);
    snprintf(text, sizeof text, " %s ", foot);
    if (*foot && width_of(text) < place.columns - 4)
        frame_put(frame, box, place.rows - 1, place.columns - 2 - width_of(text), ROLE_BORDER,
                  text);
}

void part_popup(struct frame *frame, const struct state *state, const struct view *view)
{
    int columns = frame->columns - 4 < POPUP_WIDTH_MAX ? frame->columns - 4 : POPUP_WIDTH_MAX;
    char foot[64] = "";

    if (view->popup == POPUP_NONE)
        return;
    if (view->popup == POPUP_OUTPUT)
        columns = frame->columns - 4;
    struct writer writer = {.frame = frame, .counting = true, .width = columns - 4};
    write_popup(&writer, state, view);
    int lines = writer.line, rows = lines + 2 < frame->rows - 2 ? lines + 2 : frame->rows - 2;
    struct area place = {(frame->rows - rows) / 2, (frame->columns - columns) / 2, rows, columns};
    int shown = rows - 2;
    int most = lines > shown ? lines - shown : 0;
    writer.skip = view->popup_scroll > (size_t)most ? most : (int)view->popup_scroll;
    if (most > 0)
        snprintf(foot, sizeof foot, "%d-%d/%d", writer.skip + 1, writer.skip + shown, lines);
    draw_border(frame, place, title_of(view), foot);
    writer.box = frame_box(
        frame, (struct area){place.row + 1, place.column + 2, shown, columns - 4}, ROLE_TEXT);
    writer.line = 0;
    writer.counting = false;
    write_popup(&writer, state, view);
    frame->popup_lines = (size_t)lines;
    frame->popup_hidden = writer.widest > writer.width ? (size_t)(writer.widest - writer.width) : 0;
    frame->popup_shown = (size_t)shown;
}
