/* SPDX-License-Identifier: MIT */
/* A table as text: which columns stand beside each other, how wide, and the drawing of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/table_internal.h"
#include "common/width.h"

enum {
    GAP = 2,         /* columns of space between two columns of the table, */
    GAP_MIN = 1,     /* or this, where that keeps them beside each other */
    WRAP_MIN = 16,   /* a column that may wrap is not made narrower than this */
    INDENT = 2,      /* of a row below another */
    NOTE_INDENT = 4, /* the text of a note stands behind its mark */
};

/* A column as it will be drawn. */
struct drawn {
    const struct column *column;
    int natural, least; /* its widest text; what it can be pressed to */
    int width;          /* what it got */
    size_t head_count;
    char **heads; /* the lines of its head */
    char **cells; /* one text per row */

    /* Of the row that is being drawn. */
    const char *rest; /* what is still to be drawn of its text */
    const char *colour;
};

struct canvas {
    const struct table *table;
    FILE *out;
    int width;
    int gap;
    bool colour;
    size_t count;
    struct drawn *drawn; /* the first names the rows, and stands in every block */
    size_t folded;       /* behind these, columns that are told in a line each */
};

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* What a cell shows: its indent if it names the row, its text, its footnote's number. */
static char *cell_shown(const struct row *row, size_t index, bool is_label)
{
    const struct cell *cell = table_cell(row, index);
    char *text = width_for_locale(cell_text(cell)), *shown = NULL;
    int indent = is_label ? (int)row->indent * INDENT : 0;

    if (!text)
        return NULL;
    int result = cell->footnote ? asprintf(&shown, "%*s%s [%u]", indent, "", text, cell->footnote)
                                : asprintf(&shown, "%*s%s", indent, "", text);
    free(text);
    return result < 0 ? NULL : shown;
}

/* Takes a title apart at each '\n', the only control character that means something in it. */
static int split_head(struct drawn *drawn)
{
    const char *title = drawn->column->title;

    for (bool more = *title != '\0'; more;) {
        size_t length = strcspn(title, "\n");
        char **heads = reallocarray(drawn->heads, drawn->head_count + 1, sizeof *heads);
        char *raw = strndup(title, length);
        char *line = raw ? width_for_locale(raw) : NULL;

        free(raw);
        if (heads)
            drawn->heads = heads;
        if (!heads || !line) {
            free(line);
            return -ENOMEM;
        }
        heads[drawn->head_count++] = line;
        drawn->natural = max_int(drawn->natural, width_of(line));
        more = title[length] == '\n';
        title += length + 1;
    }
    return 0;
}

/* Makes every text of a column that will be drawn, and measures it. */
static int measure(struct drawn *drawn, const struct table *table, size_t index)
{
    drawn->column = &table->columns[index];
    drawn->cells = calloc(table->row_count + 1, sizeof *drawn->cells);
    if (!drawn->cells || split_head(drawn) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < table->row_count; i++) {
        char *shown = cell_shown(&table->rows[i], index, index == table_label_column(table));
        if (!shown)
            return -ENOMEM;
        drawn->cells[i] = shown;
        drawn->natural = max_int(drawn->natural, width_of(shown));
    }
    bool wraps = drawn->column->flags & TABLE_WRAP;
    drawn->least = wraps ? min_int(drawn->natural, WRAP_MIN) : drawn->natural;
    return 0;
}

static int prepare(struct canvas *canvas)
{
    const struct table *table = canvas->table;

    canvas->drawn = calloc(table->column_count, sizeof *canvas->drawn);
    if (!canvas->drawn)
        return -ENOMEM;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].flags & TABLE_MACHINE)
            continue;
        struct drawn *drawn = &canvas->drawn[canvas->count++];
        if (measure(drawn, table, i) < 0)
            return -ENOMEM;
    }
    return 0;
}

static void dispose(struct canvas *canvas)
{
    for (size_t i = 0; i < canvas->count + canvas->folded; i++) {
        struct drawn *drawn = &canvas->drawn[i];
        for (size_t j = 0; j < drawn->head_count; j++)
            free(drawn->heads[j]);
        for (size_t j = 0; drawn->cells && j < canvas->table->row_count; j++)
            free(drawn->cells[j]);
        free(drawn->heads);
        free(drawn->cells);
    }
    free(canvas->drawn);
}

/* The columns of a block are 0, first, first + 1, … */
static size_t next_in_block(size_t column, size_t first)
{
    return column == 0 ? first : column + 1;
}

/* The widest line that text has when it is broken at every space, its indent included. */
static int widest_word(const char *text)
{
    int indent = (int)strspn(text, " "), widest = 0;

    for (const char *word = text + indent; *word;) {
        size_t length = strcspn(word, " ");
        widest = max_int(widest, width_of_bytes(word, length));
        word += length + strspn(word + length, " ");
    }
    return indent + widest;
}

static bool fits_beside(const struct canvas *canvas, int label_width, int gap)
{
    int sum = label_width;

    for (size_t i = 1; i < canvas->count; i++)
        sum += gap + canvas->drawn[i].least;
    return sum <= canvas->width;
}

/* What stands in every cell of a column without a single value: "skipped [1]"; NULL: it has values,
   or there is more to tell. */
static const char *only_word(const struct canvas *canvas, const struct drawn *drawn)
{
    const struct table *table = canvas->table;
    size_t index = (size_t)(drawn->column - table->columns);
    const char *word = NULL;

    for (size_t i = 0; i < table->row_count; i++) {
        enum cell_type type = table_cell(&table->rows[i], index)->type;
        if (table->rows[i].heading || !*drawn->cells[i])
            continue;
        if (type != CELL_NONE || (word && strcmp(word, drawn->cells[i]) != 0))
            return NULL;
        word = drawn->cells[i];
    }
    return word;
}

/* Where room is short, columns that say one thing all the way down are told in a line below. */
static void fold(struct canvas *canvas)
{
    size_t kept = 1;

    for (size_t i = 1; i < canvas->count; i++)
        kept += !only_word(canvas, &canvas->drawn[i]);
    if (kept == 1)
        return;
    /* Those that stay move to the front, in their order; the others behind them, in theirs. */
    for (size_t i = 1, place = 1; i < canvas->count; i++) {
        struct drawn drawn = canvas->drawn[i];
        if (only_word(canvas, &drawn))
            continue;
        memmove(&canvas->drawn[place + 1], &canvas->drawn[place],
                (i - place) * sizeof *canvas->drawn);
        canvas->drawn[place++] = drawn;
    }
    canvas->folded = canvas->count - kept;
    canvas->count = kept;
}

/*
 * Columns are there to be compared, so first of all they shall stand beside each other: if need be
 * closer together, and if need be with the names of the rows broken over several lines. Only what
 * does not fit then comes in blocks.
 */
static void choose_spacing(struct canvas *canvas)
{
    struct drawn *label = &canvas->drawn[0];
    int pressed = WRAP_MIN;

    for (size_t i = 0; i < canvas->table->row_count; i++)
        pressed = max_int(pressed, widest_word(label->cells[i]));
    for (size_t i = 0; i < label->head_count; i++)
        pressed = max_int(pressed, widest_word(label->heads[i]));
    pressed = min_int(pressed, label->least);

    canvas->gap = GAP;
    if (fits_beside(canvas, label->least, GAP))
        return;
    if (!fits_beside(canvas, label->least, GAP_MIN))
        fold(canvas);
    if (fits_beside(canvas, label->least, GAP))
        return;
    if (fits_beside(canvas, label->least, GAP_MIN)) {
        canvas->gap = GAP_MIN;
    } else if (fits_beside(canvas, pressed, GAP_MIN)) {
        canvas->gap = GAP_MIN;
        label->least = pressed;
    }
}

/*
 * Choose the columns that stand in one block: the names of the rows, and from first on as many as
 * fit when pressed to their least width; then share out what is left. Returns the column behind
 * the block. A column too wide for any block is pressed to what there is, and its cells break.
 */
static size_t lay_out_block(struct canvas *canvas, size_t first)
{
    struct drawn *label = &canvas->drawn[0];
    size_t end = first;
    int room = canvas->width;

    label->width = min_int(label->least, canvas->count > 1 ? max_int(room / 2, 1) : room);
    room -= label->width;
    for (; end < canvas->count; end++) {
        struct drawn *drawn = &canvas->drawn[end];
        if (room < canvas->gap + drawn->least && end > first)
            break;
        drawn->width = max_int(min_int(drawn->least, room - canvas->gap), 1);
        room -= canvas->gap + drawn->width;
    }
    for (size_t i = 0; i < end && room > 0; i = next_in_block(i, first)) {
        struct drawn *drawn = &canvas->drawn[i];
        int more = min_int(drawn->natural - drawn->width, room);
        drawn->width += more;
        room -= more;
    }
    return end;
}

static const char *colour_of(enum table_tone tone)
{
    /* SGR parameters, ECMA-48 section 8.3.117 */
    static const char *const colours[] = {
        [TONE_PLAIN] = NULL,     [TONE_GOOD] = "\033[32m", [TONE_WARN] = "\033[33m",
        [TONE_BAD] = "\033[31m", [TONE_WEAK] = "\033[2m",
    };
    return colours[tone];
}

/*
 * Draw the next line of a column's text. *pending counts the spaces that are owed before the next
 * text, so that no line ends in spaces. hang: the columns by which this line is set in.
 */
static void draw_part(const struct canvas *canvas, struct drawn *drawn, int hang, int *pending)
{
    size_t skip, length = width_line(drawn->rest, drawn->width - hang, &skip);
    int space = drawn->width - hang - width_of_bytes(drawn->rest, length);
    bool right = drawn->column->flags & TABLE_RIGHT;
    const char *colour = canvas->colour ? drawn->colour : NULL;

    *pending += right ? hang + space : hang;
    if (length > 0) {
        fprintf(canvas->out, "%*s%s%.*s%s", *pending, "", colour ? colour : "", (int)length,
                drawn->rest, colour ? "\033[0m" : "");
        *pending = 0;
    }
    *pending += right ? canvas->gap : max_int(space, 0) + canvas->gap;
    drawn->rest += length + skip;
}

/* Draws one row, each column from its rest, over as many lines as it needs. */
static void draw_row(const struct canvas *canvas, size_t first, size_t end)
{
    /* The further lines of a row's name stand below its first. */
    int indent = (int)strspn(canvas->drawn[0].rest, " ");
    bool more = true;

    for (int hang = 0; more; hang = min_int(indent, canvas->drawn[0].width - 1)) {
        int pending = 0;

        more = false;
        for (size_t i = 0; i < end; i = next_in_block(i, first)) {
            draw_part(canvas, &canvas->drawn[i], i == 0 ? hang : 0, &pending);
            more |= *canvas->drawn[i].rest != '\0';
        }
        fputc('\n', canvas->out);
    }
}

static int draw_heading(const struct canvas *canvas, const char *heading)
{
    char *text = width_for_locale(heading);

    if (!text)
        return -ENOMEM;
    for (const char *rest = text; *rest;) {
        size_t skip, length = width_line(rest, canvas->width, &skip);
        fprintf(canvas->out, "%s%.*s%s\n", canvas->colour ? "\033[1m" : "", (int)length, rest,
                canvas->colour ? "\033[0m" : "");
        rest += length + skip;
    }
    free(text);
    return 0;
}

/* Whether a row that says more about another has anything to say in this block. */
static bool says_nothing(const struct canvas *canvas, size_t row, size_t first, size_t end)
{
    if (canvas->table->rows[row].indent == 0 || end <= first)
        return false;
    for (size_t i = first; i < end; i++)
        if (*canvas->drawn[i].cells[row])
            return false;
    return true;
}

static int draw_block(const struct canvas *canvas, size_t first, size_t end)
{
    int result = 0;

    size_t head_count = 0;

    for (size_t i = 0; i < end; i = next_in_block(i, first))
        if (canvas->drawn[i].head_count > head_count)
            head_count = canvas->drawn[i].head_count;
    for (size_t n = 0; n < head_count; n++) {
        for (size_t i = 0; i < end; i = next_in_block(i, first)) {
            struct drawn *drawn = &canvas->drawn[i];
            drawn->rest = n < drawn->head_count ? drawn->heads[n] : "";
            drawn->colour = "\033[1m";
        }
        draw_row(canvas, first, end);
    }
    for (size_t n = 0; n < canvas->table->row_count; n++) {
        if (canvas->table->rows[n].heading) {
            result = draw_heading(canvas, canvas->table->rows[n].heading);
            if (result < 0)
                break;
            continue;
        }
        if (says_nothing(canvas, n, first, end))
            continue;
        for (size_t i = 0; i < end; i = next_in_block(i, first)) {
            struct drawn *drawn = &canvas->drawn[i];
            size_t index = (size_t)(drawn->column - canvas->table->columns);
            drawn->rest = drawn->cells[n];
            drawn->colour = colour_of(table_cell(&canvas->table->rows[n], index)->tone);
        }
        draw_row(canvas, first, end);
    }
    return result;
}

/* A mark, and behind it a text over as many lines as it needs. */
static int draw_note(const struct canvas *canvas, const char *mark, const char *text)
{
    char *clean_mark = width_for_locale(mark), *clean = width_for_locale(text);
    int result = clean_mark && clean ? 0 : -ENOMEM;

    if (result == 0) {
        /* A mark wider than its place pushes the first line on. */
        int mark_width = max_int(width_of(clean_mark) + 1, NOTE_INDENT);
        int left = max_int(canvas->width - mark_width, 1);
        const char *rest = clean;

        fprintf(canvas->out, "%s%*s", clean_mark, mark_width - width_of(clean_mark), "");
        do {
            size_t skip, length = width_line(rest, left, &skip);
            fprintf(canvas->out, "%.*s\n", (int)length, rest);
            rest += length + skip;
            if (*rest)
                fprintf(canvas->out, "%*s", mark_width, "");
        } while (*rest);
    }
    free(clean_mark);
    free(clean);
    return result;
}

static int draw_notes(const struct canvas *canvas)
{
    const struct table *table = canvas->table;
    int result = 0;

    for (size_t i = 0; i < table->note_count && result == 0; i++)
        result = draw_note(canvas, table->notes[i].mark, table->notes[i].text);
    for (size_t i = 0; i < table->footnote_count && result == 0; i++) {
        char mark[32];
        snprintf(mark, sizeof mark, "[%zu]", i + 1);
        result = draw_note(canvas, mark, table->footnotes[i]);
    }
    return result;
}

/* Prints text in lines of the canvas's width. */
static void draw_lines(const struct canvas *canvas, const char *text)
{
    while (*text) {
        size_t skip, length = width_line(text, canvas->width, &skip);
        fprintf(canvas->out, "%.*s\n", (int)length, text);
        text += length + skip;
    }
}

/* "VM, Linux guest: skipped [1]" */
static int draw_folded(const struct canvas *canvas)
{
    int result = 0;

    for (size_t i = canvas->count; i < canvas->count + canvas->folded && result == 0; i++) {
        const struct drawn *drawn = &canvas->drawn[i];
        char *line = NULL;
        size_t length;
        FILE *out = open_memstream(&line, &length);
        for (size_t j = 0; out && j < drawn->head_count; j++)
            fprintf(out, "%s%s", j ? ", " : "", drawn->heads[j]);
        if (out)
            fprintf(out, ": %s", only_word(canvas, drawn));
        if (!out || fclose(out) != 0)
            result = -ENOMEM;
        else
            draw_lines(canvas, line);
        free(line);
    }
    return result;
}

/* The title, and the aside at the right of the same line or, where it does not fit, below. */
static int draw_title(const struct canvas *canvas)
{
    char *title = width_for_locale(canvas->table->title);
    char *aside = width_for_locale(canvas->table->aside);
    int result = title && aside ? 0 : -ENOMEM;

    if (result == 0) {
        int between = canvas->width - width_of(title) - width_of(aside);
        if (*title && *aside && between >= GAP) {
            fprintf(canvas->out, "%s%*s%s\n", title, between, "", aside);
        } else {
            draw_lines(canvas, title);
            draw_lines(canvas, aside);
        }
    }
    free(title);
    free(aside);
    return result;
}

int table_print_text(const struct table *table, FILE *out, int width, bool colour)
{
    struct canvas canvas = {.table = table, .out = out, .width = width, .colour = colour};
    int result = prepare(&canvas);

    if (result == 0 && canvas.count > 0)
        choose_spacing(&canvas);
    if (result == 0)
        result = draw_title(&canvas);
    for (size_t first = 1, end = 0; result == 0 && end < canvas.count; first = end) {
        if (end > 0)
            fputc('\n', out);
        end = lay_out_block(&canvas, first);
        result = draw_block(&canvas, first, end);
    }
    if (result == 0)
        result = draw_folded(&canvas);
    if (result == 0)
        result = draw_notes(&canvas);
    dispose(&canvas);
    return result;
}
