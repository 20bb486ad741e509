/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any bytes as a timeline, in pieces as a file grows, and the exits in it looked at from
 * any moment. The first two bytes say where the pieces end, and which moment.
 */
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tui/model/page_exits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static void require(int truth)
{
    if (!truth)
        abort();
}

static void check_text(const char *text)
{
    require(text != NULL);
    for (; *text; text++)
        require(!iscntrl((unsigned char)*text));
}

static void check_page(const struct page *page, const struct exit_record *record)
{
    const struct moment *moment = page->moment;
    size_t sum = 0;

    require(page->empty || (moment && page->grid.row_count > 0));
    for (size_t i = 0; i < page->grid.row_count; i++) {
        for (size_t j = 0; j < page->grid.column_count; j++) {
            const struct cell *cell = &page->grid.rows[i]->cells[j];
            check_text(cell->text);
            require(!cell->has_number || (isfinite(cell->number) && cell->number >= 0));
            require(cell->share <= 1.000001);
        }
    }
    if (!moment)
        return;
    require(moment->at >= 1 && moment->at <= moment->count && moment->count == record->count);
    require(moment->here < moment->line_count && moment->line_count <= RECORD_LINES);
    require(moment->begin_ns <= moment->at_ns && moment->at_ns <= moment->end_ns);
    for (size_t i = 0; i < RECORD_BINS; i++)
        sum += moment->bins[i];
    require(sum == record->count);
    for (size_t i = 0; i < moment->line_count; i++) {
        check_text(moment->lines[i].what);
        check_text(moment->lines[i].since);
    }
}

static void look(const struct exit_record *record, size_t at)
{
    struct live_page *page = calloc(1, sizeof *page);

    require(page != NULL);
    page_exits_fill(&page->page, &page->arena, record, at, true);
    require(!page->arena.failed);
    check_page(&page->page, record);
    live_page_free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exit_record *record = calloc(1, sizeof *record), *whole = calloc(1, sizeof *whole);
    struct timeline_reader *reader;
    struct error error;
    char path[40];

    if (size < 2)
        return free(record), free(whole), 0;
    size_t piece = 1 + 17 * (size_t)data[0], at = data[1];
    int fd = memfd_create("timeline", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    data += 2;
    size -= 2;
    require(fd >= 0 && record && whole);
    require(timeline_reader_open(&reader, path, &error) == 0);
    for (size_t used = 0; used < size; used += piece) {
        size_t length = size - used < piece ? size - used : piece;
        require(write(fd, data + used, length) == (ssize_t)length);
        require(timeline_reader_take(reader, 1 << 20, exit_record_take, record) == (ssize_t)length);
    }
    require(!timeline_reader_is_over(reader));
    timeline_reader_close(reader);
    look(record, at);
    look(record, SIZE_MAX);
    /* Read at once it is the same. */
    require(exit_record_read(whole, path, &error) == 0);
    require(whole->count == record->count && whole->name_count == record->name_count);
    exit_record_free(record);
    exit_record_free(whole);
    free(record);
    free(whole);
    close(fd);
    return 0;
}
