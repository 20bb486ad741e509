/* SPDX-License-Identifier: MIT */
/* The results folders beside the one that is shown. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"
#include "tui/model/pages.h"

enum { FOLDERS_MAX = 400, NAME_MAX_BYTES = 256 };

struct found {
    char name[NAME_MAX_BYTES];
    off_t bytes;
    bool has_report;
};

/* Newest first: names start with the time. */
static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct found *)b)->name, ((const struct found *)a)->name);
}

static bool look_at(int root, const char *name, struct found *found)
{
    struct stat samples, report;
    int folder = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (folder < 0)
        return false;
    bool is_results =
        fstatat(folder, "samples.jsonl", &samples, 0) == 0 && S_ISREG(samples.st_mode);
    *found = (struct found){.has_report = fstatat(folder, "report.html", &report, 0) == 0};
    snprintf(found->name, sizeof found->name, "%s", name);
    if (is_results)
        found->bytes = samples.st_size;
    close(folder);
    return is_results;
}

static size_t find_folders(const char *root, struct found *list)
{
    DIR *folder = opendir(root);
    size_t count = 0;

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (count == FOLDERS_MAX) { /* the older half goes */
            qsort(list, count, sizeof *list, by_name);
            count /= 2;
        }
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < NAME_MAX_BYTES)
            count += look_at(dirfd(folder), entry->d_name, &list[count]);
    }
    if (folder)
        closedir(folder);
    qsort(list, count, sizeof *list, by_name);
    return count;
}

/* "20260102T030405Z-compare" as its time and its name; others as they are. */
static void split_name(struct arena *arena, const char *name, struct cell *when, struct cell *what)
{
    unsigned year, month, day, hour, minute, second;
    int used = 0;

    if (sscanf(name, "%4u%2u%2uT%2u%2u%2uZ-%n", &year, &month, &day, &hour, &minute, &second,
               &used) == 6 &&
        used == 17) {
        when->text = arena_format(arena, "%04u-%02u-%02u %02u:%02u:%02u", year, month, day, hour,
                                  minute, second);
        what->text = arena_text(arena, name + used);
    } else {
        what->text = arena_text(arena, name);
    }
}

void page_make_results(struct page *page, struct arena *arena, const struct sources *sources)
{
    struct found *list = calloc(FOLDERS_MAX, sizeof *list);
    size_t count = list && sources->root ? find_folders(sources->root, list) : 0;
    const char *shown = sources->name;

    grid_add_column(arena, &page->grid, "run", _("run"), false);
    grid_add_column(arena, &page->grid, "time", _("when (UTC)"), false);
    grid_add_column(arena, &page->grid, "name", _("what"), false);
    grid_add_column(arena, &page->grid, "samples_bytes", _("size"), true);
    grid_add_column(arena, &page->grid, "report", _("report"), false);
    for (size_t i = 0; i < count; i++) {
        struct row *row = grid_add_row(arena, &page->grid, "bytes");
        if (!row)
            break;
        row->cells[0].text = strcmp(list[i].name, shown) == 0 ? arena_text(arena, _("shown")) : "";
        split_name(arena, list[i].name, &row->cells[1], &row->cells[2]);
        row->cells[3].text = arena_format(arena, "%.0f KiB", (double)list[i].bytes / 1024);
        row->cells[3].has_number = true;
        row->cells[3].number = (double)list[i].bytes;
        row->cells[4].text = arena_text(arena, list[i].has_report ? _("yes") : "–");
        char *value = arena_take(arena, strlen(list[i].name) + 1);
        if (value)
            row->value = strcpy(value, list[i].name); /* a path: as it is, never shown */
    }
    if (page->grid.row_count == 0)
        page->empty = arena_format(arena, _("There are no results folders in %s."),
                                   sources->root ? sources->root : ".");
    lines_add(&page->notes,
              arena_text(arena, _("Enter opens a run; m marks two, and d compares them")));
    free(list);
}
