/* SPDX-License-Identifier: MIT */
/* The line that is typed, behind `:` or `/`. */
#include <string.h>

#include "common/text.h"
#include "tui/layout/view.h"

/* Each Tab shows the next of what the line could go on with. */
static void complete(struct view *view)
{
    if (view->prompt != PROMPT_COMMAND)
        return;
    if (view->completion == 0)
        memcpy(view->completing, view->input, sizeof view->completing);
    if (!binding_complete(view->completing, view->completion, view->input, sizeof view->input)) {
        view->completion = 0;
        if (!binding_complete(view->completing, 0, view->input, sizeof view->input))
            return;
    }
    view->completion++;
}

static void delete_character(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && (text[length - 1] & 0xc0) == 0x80)
        length--;
    text[length > 0 ? length - 1 : 0] = '\0';
}

/* The character as UTF-8, at the end of text; nothing where it may not be shown or does not fit. */
static void append_character(char *text, int key)
{
    char bytes[5] = "";
    size_t length = strlen(text);

    if (key < 0x80) {
        bytes[0] = (char)key;
    } else if (key < 0x800) {
        bytes[0] = (char)(0xc0 | key >> 6);
        bytes[1] = (char)(0x80 | (key & 0x3f));
    } else if (key < 0x10000) {
        bytes[0] = (char)(0xe0 | key >> 12);
        bytes[1] = (char)(0x80 | (key >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (key & 0x3f));
    } else {
        bytes[0] = (char)(0xf0 | key >> 18);
        bytes[1] = (char)(0x80 | (key >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (key >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (key & 0x3f));
    }
    if (text_printable_length(bytes, strlen(bytes)) > 0 && length + strlen(bytes) < VIEW_TEXT_MAX)
        strcpy(text + length, bytes);
}

void view_type(struct view *view, int key)
{
    if (key == KEY_TABULATOR) {
        complete(view);
        return;
    }
    view->completion = 0;
    if (key == KEY_DELETE_BACK)
        delete_character(view->input);
    else if (key == ('u' & 31))
        view->input[0] = '\0';
    else if (key >= ' ' && key < KEY_ABOVE_CHARACTERS)
        append_character(view->input, key);
}
