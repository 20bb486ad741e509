/* SPDX-License-Identifier: MIT */
/*
 * For the end-to-end tests, since a fresh Debian has no other reader of JSON:
 *
 *     jsoncheck FILE            is FILE one JSON value (RFC 8259), without duplicate names?
 *     jsoncheck -l FILE         is each line of FILE one?
 *     jsoncheck FILE PATH       print what stands at PATH ("kvm.state", "0.area", "#" a length)
 *
 * Status 0: yes; 1: no, with the reason on standard error.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const char *where, int line, const char *what)
{
    fprintf(stderr, "jsoncheck: %s:%d: %s\n", where, line, what);
    return 1;
}

static int check_lines(FILE *file, const char *name)
{
    char *line = NULL;
    size_t size = 0;
    int number = 0, result = 0;

    while (result == 0 && getline(&line, &size, file) > 0) {
        json_error_t error;
        json_t *value = json_loads(line, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        number++;
        if (!value)
            result = complain(name, number, error.text);
        json_decref(value);
    }
    free(line);
    return result;
}

/* The value at a path of names and indices with dots between; NULL: there is none. */
static const json_t *find(const json_t *value, char *path, int *length)
{
    *length = -1;
    for (char *word = strtok(path, "."); word && value; word = strtok(NULL, ".")) {
        if (strcmp(word, "#") == 0) {
            *length =
                (int)(json_is_array(value) ? json_array_size(value) : json_object_size(value));
            return value;
        }
        value = json_is_array(value) ? json_array_get(value, strtoul(word, NULL, 10))
                                     : json_object_get(value, word);
    }
    return value;
}

static int print(const json_t *value, int length)
{
    if (length >= 0)
        return printf("%d\n", length) < 0;
    if (json_is_string(value))
        return puts(json_string_value(value)) < 0;
    return json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT) < 0 || puts("") < 0;
}

int main(int argc, char **argv)
{
    int lines = argc > 1 && strcmp(argv[1], "-l") == 0, length;
    const char *name = argv[argc > 1 ? 1 + lines : 0];
    FILE *file = argc > 1 + lines ? fopen(name, "r") : NULL;
    json_error_t error;
    int result = 0;

    if (!file)
        return complain(name, 0, "cannot be opened");
    if (lines) {
        result = check_lines(file, name);
        fclose(file);
        return result;
    }
    json_t *value = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    if (!value)
        return complain(name, error.line, error.text);
    if (argc > 2) {
        const json_t *found = find(value, argv[2], &length);
        result = found ? print(found, length) : complain(name, 0, "nothing at that path");
    }
    json_decref(value);
    return result;
}
