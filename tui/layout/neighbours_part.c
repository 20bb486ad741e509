/* SPDX-License-Identifier: MIT */
/*
 * Noisy neighbours, live: a strip for each platform with its victim's last minute. In it stands a
 * band from p50 up to p99, on an axis that is logarithmic and the same for all. Below are the
 * moments at which something was changed, and at the bottom what can be: a row of boxes to tick.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/dots.h"
#include "tui/layout/parts.h"

enum {
    WINDOW_MS = 60000,
    HOLD_MS = 5000, /* so long a turn counts when no other follows */
    WORDS_WIDTH = 25,
    WORDS_WIDE = 40,
    WIDE = 110,
    AXIS_WIDTH = 7,
    AXIS_ROWS = 2,
    STRIP_ROWS_MIN = 2,
    STRIP_ROWS_WORDS = 3, /* that have what is said of a victim beside its strip */
    SWITCH_GAP = 2,
};

struct strips {
    struct frame *frame;
    size_t box;
    const struct neighbours *neighbours;
    int words, x, width; /* of the area with dots, in characters */
    int height;          /* of a strip */
    int gap;             /* rows between two */
    int count;           /* of strips */
    double low, high;    /* powers of ten, in ns */
    int64_t from_ms;
};

static bool has_victim(const struct neighbours_platform *platform)
{
    return !*platform->reason;
}

/* Where a moment is, in dots; negative or too large: outside. */
static int column_of(const struct strips *strips, int64_t at_ms)
{
    return (int)((at_ms - strips->from_ms) * 2 * strips->width / WINDOW_MS);
}

/* Powers of ten around all that is seen, and at least two of them. */
static void find_range(struct strips *strips)
{
    double low = 0, high = 0;

    for (size_t i = 0; i < strips->neighbours->platform_count; i++) {
        const struct neighbours_platform *platform = &strips->neighbours->platforms[i];
        for (size_t j = 0; j < neighbours_turns(platform); j++) {
            const struct neighbours_turn *turn = neighbours_turn(platform, j);
            if (turn->p99_ns < 0 || turn->at_ms < strips->from_ms)
                continue;
            low = low == 0 || turn->p50_ns < low ? turn->p50_ns : low;
            high = turn->p99_ns > high ? turn->p99_ns : high;
        }
    }
    strips->low = low > 0 ? pow(10, floor(log10(low))) : 1e4;
    strips->high = high > 0 ? pow(10, ceil(log10(high))) : 1e6;
    if (strips->high < 100 * strips->low)
        strips->high = 100 * strips->low;
}

static int row_of(const struct strips *strips, double ns)
{
    double share = log(ns / strips->low) / log(strips->high / strips->low);

    return (int)((1 - share) * (4 * strips->height - 1) + 0.5);
}

static void draw_band(const struct strips *strips, const struct neighbours_platform *platform,
                      int top, size_t series)
{
    struct dots dots = {.width = strips->width, .height = strips->height};
    size_t count = neighbours_turns(platform);

    for (size_t i = 0; i < count; i++) {
        const struct neighbours_turn *turn = neighbours_turn(platform, i);
        int64_t until_ms = turn->at_ms + HOLD_MS, now_ms = strips->neighbours->now_ms;
        if (i + 1 < count && neighbours_turn(platform, i + 1)->at_ms < until_ms)
            until_ms = neighbours_turn(platform, i + 1)->at_ms;
        if (turn->p99_ns < 0 || until_ms < strips->from_ms)
            continue;
        int x = column_of(strips, turn->at_ms < strips->from_ms ? strips->from_ms : turn->at_ms),
            last = column_of(strips, until_ms < now_ms ? until_ms : now_ms);
        do {
            for (int y = row_of(strips, turn->p99_ns); y <= row_of(strips, turn->p50_ns); y++)
                dots_set(&dots, x < 2 * strips->width ? x : x - 1, y, series);
        } while (++x < last);
    }
    dots_put(&dots, strips->frame, strips->box, top, strips->x);
}

static bool has_company(const struct neighbours *neighbours)
{
    for (size_t i = 0; i < neighbours->antagonist_count; i++)
        if (neighbours->wanted[i])
            return true;
    return false;
}

/* What those beside it get, in units of their own a second: "cpu 812/s". */
static void print_rates(const struct strips *strips, const struct neighbours_platform *platform,
                        char *text, size_t size)
{
    const struct neighbours *neighbours = strips->neighbours;
    size_t used = 0;

    *text = '\0';
    for (size_t i = 0; i < neighbours->antagonist_count; i++) {
        double rate = neighbours_rate(neighbours, platform, i);
        if (!neighbours->wanted[i] || rate < 0 || used >= size)
            continue;
        bool thousands = rate >= 999.5;
        rate /= thousands ? 1000 : 1;
        used += (size_t)snprintf(text + used, size - used, "%s%s %.*f%s/s", used ? ", " : "",
                                 neighbours->antagonists[i], rate < 9.95 ? 1 : 0, rate,
                                 thousands ? "k" : "");
    }
}

/* What the victim notices now, in words. */
static void draw_words(const struct strips *strips, const struct neighbours_platform *platform,
                       int top, size_t series)
{
    struct frame *frame = strips->frame;
    char text[400], p50[32], p99[32], alone[32], rates[200];
    double p50_ns, p99_ns;
    int row = top, width = strips->words - 1;
    enum role role = part_series_role(series);
    bool unlimited = strips->neighbours->limits && !platform->knows_limits;

    snprintf(text, sizeof text, "%c %s", part_series_letter(series), platform->title);
    frame_put_left(frame, strips->box, row++, 0, width, role, text);
    if (!neighbours_now(strips->neighbours, platform, &p50_ns, &p99_ns)) {
        if (row < top + strips->height)
            frame_put_left(frame, strips->box, row, 2, width - 2, ROLE_WEAK,
                           *platform->trouble ? _("failed, see below") : _("waits for its turn"));
        return;
    }
    part_number(frame, p50, sizeof p50, "ns", p50_ns);
    part_number(frame, p99, sizeof p99, "ns", p99_ns);
    part_number(frame, alone, sizeof alone, "ns", platform->alone_p99_ns);
    double times = platform->alone_p99_ns > 0 ? p99_ns / platform->alone_p99_ns : 1;
    snprintf(text, sizeof text, "p99 %s", p99);
    if (row < top + strips->height) {
        int at = 2 + frame_put(frame, strips->box, row, 2, ROLE_TEXT, text);
        snprintf(text, sizeof text, times < 9.95 ? " %s%.1f" : " %s%.0f", frame->ascii ? "x" : "×",
                 times);
        if (has_company(strips->neighbours) && times >= 1.05 && at + width_of(text) < strips->words)
            frame_put(frame, strips->box, row, at, times >= 2 ? ROLE_WARN : ROLE_TEXT, text);
        row++;
    }
    /* What they got stands behind p50, or has a line of its own where there is one. */
    bool tall = strips->height > 3;
    print_rates(strips, platform, rates, sizeof rates);
    snprintf(text, sizeof text, "p50 %s%s%s%s", p50, unlimited ? _(" no limits") : "",
             *rates && !tall ? " " : "", tall ? "" : rates);
    if (row < top + strips->height)
        frame_put_left(frame, strips->box, row++, 2, width - 2, ROLE_TEXT, text);
    snprintf(text, sizeof text, _("alone p99 %s"), alone);
    if (row < top + strips->height && platform->alone_p99_ns > 0)
        frame_put_left(frame, strips->box, row++, 2, width - 2, ROLE_WEAK, text);
    snprintf(text, sizeof text, _("they get %s"), rates);
    if (row < top + strips->height && *rates && tall)
        frame_put_left(frame, strips->box, row++, 2, width - 2, ROLE_TEXT, text);
}

static void draw_tick(const struct strips *strips, int top, double ns)
{
    char text[32];

    part_number(strips->frame, text, sizeof text, "ns", ns);
    frame_put_right(strips->frame, strips->box, top + row_of(strips, ns) / 4, strips->words,
                    AXIS_WIDTH - 1, ROLE_AXIS, text);
}

static void draw_strip(const struct strips *strips, const struct neighbours_platform *platform,
                       int top, size_t series)
{
    struct frame *frame = strips->frame;
    int last = strips->height - 1;

    draw_words(strips, platform, top, series);
    for (int row = 0; row < strips->height; row++)
        frame_put(frame, strips->box, top + row, strips->x - 1, ROLE_AXIS,
                  frame->ascii ? "|" : "│");
    /* The ends of the axis, and the powers of ten between them where there is room. */
    draw_tick(strips, top, strips->high);
    if (strips->height > 1)
        draw_tick(strips, top, strips->low);
    for (double power = strips->low * 10; power < strips->high * 0.99; power *= 10) {
        int row = row_of(strips, power) / 4;
        if (row >= 2 && row <= last - 2) {
            draw_tick(strips, top, power);
            last = row;
        }
    }
    for (size_t i = 0; i < neighbours_marks(strips->neighbours); i++) {
        int column = column_of(strips, neighbours_mark(strips->neighbours, i)->at_ms);
        for (int row = 0; column >= 0 && column < 2 * strips->width && row < strips->height; row++)
            frame_put(frame, strips->box, top + row, strips->x + column / 2, ROLE_AXIS,
                      frame->ascii ? ":" : "┊");
    }
    draw_band(strips, platform, top, series);
}

/* The newest ones first, since there may not be room for all. */
static void draw_marks(const struct strips *strips, int row)
{
    bool taken[DOTS_COLUMNS_MAX] = {0};

    for (size_t i = neighbours_marks(strips->neighbours); i-- > 0;) {
        const struct neighbours_mark *mark = neighbours_mark(strips->neighbours, i);
        int column = column_of(strips, mark->at_ms) / 2, width = width_of(mark->text);
        bool room = mark->at_ms >= strips->from_ms && width <= strips->width;
        if (column + width > strips->width)
            column = strips->width - width;
        for (int x = column - 1; room && x <= column + width && x < strips->width; x++)
            room = x < 0 || !taken[x];
        if (!room)
            continue;
        memset(taken + column, true, (size_t)width);
        frame_put(strips->frame, strips->box, row, strips->x + column,
                  *mark->text == '+' ? ROLE_WARN : ROLE_AXIS, mark->text);
    }
}

static void draw_axis(const struct strips *strips, int row)
{
    struct frame *frame = strips->frame;
    char text[64];

    frame_put_left(frame, strips->box, row, 0, strips->words - 1, ROLE_WEAK, _("band: p50 to p99"));
    snprintf(text, sizeof text, _("-%d s"), WINDOW_MS / 1000);
    int used = frame_put(frame, strips->box, row, strips->x, ROLE_AXIS, text);
    snprintf(text, sizeof text, _("-%d s"), WINDOW_MS / 2000);
    if (strips->width > 4 * used)
        frame_put(frame, strips->box, row, strips->x + strips->width / 2 - 1, ROLE_AXIS, text);
    if (strips->width > 2 * used)
        frame_put(frame, strips->box, row, strips->x + strips->width - width_of(_("now")),
                  ROLE_AXIS, _("now"));
}

/* Without the name of the tool that says it: "minivmm: ". */
static const char *behind_tool(const char *reason)
{
    size_t length = strspn(reason, "abcdefghijklmnopqrstuvwxyz");

    return length > 0 && strncmp(reason + length, ": ", 2) == 0 ? reason + length + 2 : reason;
}

/* What could not be done, and why. */
static bool make_note(char *text, size_t size, const struct neighbours *neighbours,
                      const struct neighbours_platform *platform)
{
    *text = '\0';
    if (*platform->reason)
        return snprintf(text, size, "%s: %s", platform->name, behind_tool(platform->reason)) > 0;
    if (*platform->trouble)
        return snprintf(text, size, _("%s: failed: %s"), platform->name, platform->trouble) > 0;
    for (size_t i = 0; i < neighbours->antagonist_count; i++) {
        size_t used = strlen(text);
        if (neighbours->wanted[i] && platform->beside[i].asked && *platform->beside[i].why &&
            used + 1 < size)
            snprintf(text + used, size - used, "%s%s: %s", used ? "; " : "",
                     neighbours->antagonists[i], platform->beside[i].why);
    }
    if (!*text)
        snprintf(text, size, "%s", platform->remark);
    if (!*text)
        return false;
    size_t length = strlen(platform->name) + 2;
    if (length + strlen(text) < size) {
        memmove(text + length, text, strlen(text) + 1);
        memcpy(text, platform->name, length - 2);
        memcpy(text + length - 2, ": ", 2);
    }
    return true;
}

/* The lines that they take in that width, or with a width of 0 one each. */
static int count_notes(const struct neighbours *neighbours, int width)
{
    char note[1024];
    int count = 0;

    for (size_t i = 0; i < neighbours->platform_count; i++)
        if (make_note(note, sizeof note, neighbours, &neighbours->platforms[i]))
            for (const char *text = note; *text; count++) {
                size_t more = 0, length = width > 0 ? width_line(text, width, &more) : strlen(text);
                text += length + more;
            }
    return count;
}

static void draw_notes(struct frame *frame, struct area place, const struct neighbours *neighbours,
                       bool whole)
{
    size_t box = frame_box(frame, place, ROLE_TEXT);
    char text[1024];
    int row = 0;

    /* First what fails now, then what was never there. */
    for (int skipped = 0; skipped < 2; skipped++) {
        for (size_t i = 0; i < neighbours->platform_count && row < place.rows; i++) {
            const struct neighbours_platform *platform = &neighbours->platforms[i];
            if (has_victim(platform) != skipped &&
                make_note(text, sizeof text, neighbours, platform)) {
                enum role role = skipped ? ROLE_WEAK : ROLE_WARN;
                if (whole)
                    row += frame_put_wrapped(frame, box, row, 0, role, text);
                else
                    frame_put_left(frame, box, row++, 0, place.columns, role, text);
            }
        }
    }
}

/* The place of each box to tick, in rows as wide as the frame; returns how many rows there are. */
static int place_switches(const struct neighbours *neighbours, int columns,
                          struct area places[NEIGHBOURS_ANTAGONISTS_MAX + 1])
{
    int row = 0, column = 1;

    for (size_t i = 0; i <= neighbours->antagonist_count; i++) {
        const char *name =
            i < neighbours->antagonist_count ? neighbours->antagonists[i] : _("limits");
        int width = 4 + width_of(name);
        if (column > 1 && column + width > columns) {
            row++;
            column = 1;
        }
        places[i] = (struct area){row, column, 1, width < columns - 1 ? width : columns - 1};
        column += width + SWITCH_GAP;
    }
    return row + 1;
}

static void draw_switches(struct frame *frame, struct area place, const struct view *view)
{
    const struct neighbours *neighbours = view->neighbours;
    struct area places[NEIGHBOURS_ANTAGONISTS_MAX + 1];
    size_t box = frame_box(frame, place, ROLE_TEXT);
    char text[NEIGHBOURS_NAME_MAX + 8];

    place_switches(neighbours, place.columns, places);
    for (size_t i = 0; i <= neighbours->antagonist_count; i++) {
        bool is_limits = i == neighbours->antagonist_count;
        bool on = is_limits ? neighbours->limits : neighbours->wanted[i];
        enum role role = !on ? ROLE_TEXT : is_limits ? ROLE_GOOD : ROLE_WARN;
        if (places[i].row >= place.rows)
            break;
        snprintf(text, sizeof text, "[%c] %s", on ? 'x' : ' ',
                 is_limits ? _("limits") : neighbours->antagonists[i]);
        frame_put_left(frame, box, places[i].row, places[i].column, places[i].columns,
                       i == view->neighbour ? ROLE_CELL_HERE : role, text);
        frame_hit(frame, box, places[i], HIT_SWITCH, i);
    }
}

void part_neighbours(struct frame *frame, struct area place, const struct view *view)
{
    const struct neighbours *neighbours = view->neighbours;
    struct area unused[NEIGHBOURS_ANTAGONISTS_MAX + 1];
    struct strips strips = {.frame = frame, .neighbours = neighbours};

    if (!neighbours->started) {
        size_t box = frame_box(frame, place, ROLE_TEXT);
        frame_put_wrapped(frame, box, 1, 0, ROLE_WEAK,
                          _("Starting a victim on every platform ..."));
        return;
    }
    for (size_t i = 0; i < neighbours->platform_count; i++)
        strips.count += has_victim(&neighbours->platforms[i]);
    int switches = place_switches(neighbours, place.columns, unused);
    int room = place.rows - switches - AXIS_ROWS;
    int notes = count_notes(neighbours, place.columns - 1),
        most = room - strips.count * STRIP_ROWS_WORDS - 1;
    /* They are told in full where that takes nothing from the strips' words. */
    bool whole = room - notes - 1 >= strips.count * STRIP_ROWS_WORDS;
    if (!whole)
        notes = count_notes(neighbours, 0);
    if (most < 1) /* then of the strips' words the last go first */
        most = room - strips.count * STRIP_ROWS_MIN - 1 > 0;
    notes = notes < most ? notes : most > 0 ? most : 0;
    room -= notes + (notes > 0 || room > strips.count * STRIP_ROWS_MIN);
    strips.height = strips.count > 0 ? room / strips.count : 0;
    strips.height = strips.height > DOTS_ROWS_MAX ? DOTS_ROWS_MAX : strips.height;
    if (strips.height < 1)
        strips.height = 1;
    strips.gap = strips.count > 1 && room - strips.count * strips.height >= strips.count - 1;
    strips.words = place.columns >= WIDE ? WORDS_WIDE : WORDS_WIDTH;
    strips.x = strips.words + AXIS_WIDTH;
    strips.width = place.columns - strips.x - 1;
    strips.width = strips.width > DOTS_COLUMNS_MAX ? DOTS_COLUMNS_MAX : strips.width;
    strips.from_ms = neighbours->now_ms - WINDOW_MS;

    struct area bottom = {place.row + place.rows - switches, place.column, switches, place.columns};
    struct area above = {bottom.row - notes, place.column + 1, notes, place.columns - 1};
    place.rows -= switches + notes;
    strips.box = frame_box(frame, place, ROLE_TEXT);
    find_range(&strips);
    int row = 0;
    size_t series = 0;
    for (size_t i = 0; i < neighbours->platform_count; i++) {
        if (!has_victim(&neighbours->platforms[i]))
            continue;
        if (row + strips.height <= place.rows - AXIS_ROWS && strips.width > 0)
            draw_strip(&strips, &neighbours->platforms[i], row, series);
        row += strips.height + strips.gap;
        series++;
    }
    if (strips.width > 0) {
        row = row < place.rows - AXIS_ROWS ? row : place.rows - AXIS_ROWS;
        draw_marks(&strips, row);
        draw_axis(&strips, row + 1);
    }
    if (notes > 0)
        draw_notes(frame, above, neighbours, whole);
    draw_switches(frame, bottom, view);
}
