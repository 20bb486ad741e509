/* SPDX-License-Identifier: MIT */
/*
 * A distribution with one mode is a curve that bends upwards on the left of the mode and downwards
 * on its right. The steps of the values' own curve are held between two such: the greatest convex
 * curve below their feet (a hull of their feet), and the least concave curve above their heads.
 * Where these two are farthest apart, the mode must lie; so the search goes on between the hull's
 * corners there, after noting how far the steps leave the convex curve to the left and the concave
 * one to the right. It ends when that is more than there is still to be found in between.
 */
#include "bench/analysis/dip.h"

#include <math.h>
#include <stdlib.h>

/* A step of the curve: at `at`, it rises from foot to head, counted in values. */
struct step {
    double at, foot, head;
};

struct hull {
    size_t *corner; /* steps, ascending */
    size_t count;
};

struct search {
    struct step *steps;
    size_t low, high;  /* the mode lies between these two steps */
    struct hull below; /* convex, of feet */
    struct hull above; /* concave, of heads */
};

static size_t make_steps(struct step *steps, const double *sorted, size_t count)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (used == 0 || steps[used - 1].at < sorted[i])
            steps[used++] = (struct step){.at = sorted[i], .foot = (double)i};
        steps[used - 1].head = (double)(i + 1);
    }
    return used;
}

static double height(const struct step *step, bool head)
{
    return head ? step->head : step->foot;
}

/* Whether b lies on the wrong side of the line from a to c, so that it is no corner. */
static bool is_inside(const struct step *a, const struct step *b, const struct step *c, bool head)
{
    double turn = (height(b, head) - height(a, head)) * (c->at - a->at) -
                  (height(c, head) - height(a, head)) * (b->at - a->at);

    return head ? turn <= 0 : turn >= 0;
}

/* Andrew's monotone chain, over the steps from low to high. */
static void make_hull(struct hull *hull, const struct search *search, bool head)
{
    const struct step *steps = search->steps;

    hull->count = 0;
    for (size_t i = search->low; i <= search->high; i++) {
        while (hull->count >= 2 &&
               is_inside(&steps[hull->corner[hull->count - 2]],
                         &steps[hull->corner[hull->count - 1]], &steps[i], head))
            hull->count--;
        hull->corner[hull->count++] = i;
    }
}

/* The hull's height above step i, which lies between its corners `left` and left + 1. */
static double hull_height(const struct search *search, const struct hull *hull, size_t left,
                          size_t i, bool head)
{
    const struct step *a = &search->steps[hull->corner[left]];
    const struct step *b = &search->steps[hull->corner[left + 1]];
    double share = (search->steps[i].at - a->at) / (b->at - a->at);

    return height(a, head) + share * (height(b, head) - height(a, head));
}

/*
 * Where the two curves are farthest apart, which is at a corner of one of them: returns how far,
 * and the corners around that place.
 */
static double widest(const struct search *search, size_t *low, size_t *high)
{
    const struct hull *below = &search->below, *above = &search->above;
    double most = 0;

    for (size_t i = 0, j = 0; i < below->count; i++) {
        size_t corner = below->corner[i];
        while (j + 2 < above->count && above->corner[j + 1] < corner)
            j++;
        double apart = hull_height(search, above, j, corner, true) - search->steps[corner].foot;
        if (apart > most) {
            most = apart;
            *low = corner;
            *high = above->corner[j] < corner ? above->corner[j + 1] : above->corner[j];
        }
    }
    for (size_t i = 0, j = 0; i < above->count; i++) {
        size_t corner = above->corner[i];
        while (j + 2 < below->count && below->corner[j + 1] <= corner)
            j++;
        double apart = search->steps[corner].head - hull_height(search, below, j, corner, false);
        if (apart > most) {
            most = apart;
            *high = corner;
            *low = below->corner[j + 1] <= corner ? below->corner[j + 1] : below->corner[j];
        }
    }
    return most;
}

/* The farthest that a step is from the curve on its side of the mode, outside of low to high. */
static double farthest(const struct search *search, size_t low, size_t high)
{
    double most = 0;

    for (size_t i = search->low, j = 0; i <= low && search->low < low; i++) {
        while (j + 2 < search->below.count && search->below.corner[j + 1] < i)
            j++;
        most = fmax(most, search->steps[i].head - hull_height(search, &search->below, j, i, false));
    }
    for (size_t i = search->low, j = 0; i <= search->high && high < search->high; i++) {
        while (j + 2 < search->above.count && search->above.corner[j + 1] < i)
            j++;
        if (i >= high)
            most =
                fmax(most, hull_height(search, &search->above, j, i, true) - search->steps[i].foot);
    }
    return most;
}

static double find_dip(struct search *search)
{
    double found = 1; /* no curve without steps comes nearer than half a step */
    size_t low = 0, high = 0;

    while (search->low < search->high) {
        make_hull(&search->below, search, false);
        make_hull(&search->above, search, true);
        double apart = widest(search, &low, &high);
        if (apart <= found || (low == search->low && high == search->high))
            break;
        found = fmax(found, farthest(search, low, high));
        search->low = low;
        search->high = high;
    }
    return found;
}

double dip(const double *sorted, size_t count)
{
    struct search search = {.steps = calloc(count + 1, sizeof *search.steps),
                            .below.corner = calloc(count + 1, sizeof(size_t)),
                            .above.corner = calloc(count + 1, sizeof(size_t))};
    double found = -1;

    if (count > 0 && search.steps && search.below.corner && search.above.corner) {
        search.high = make_steps(search.steps, sorted, count) - 1;
        found = find_dip(&search) / (2 * (double)count);
    }
    free(search.steps);
    free(search.below.corner);
    free(search.above.corner);
    return found;
}

/*
 * √n times the dip that 99 of 100 uniform samples of n values do not reach (M. Maechler's
 * simulation of a million each, the table qDiptab of R's package diptest). It hardly depends on n.
 */
static double critical(size_t count)
{
    static const struct {
        double count, value;
    } table[] = {
        {10,    0.50497},
        {15,    0.52666},
        {20,    0.53944},
        {30,    0.55582},
        {50,    0.57417},
        {100,   0.59024},
        {200,   0.60368},
        {500,   0.61384},
        {1000,  0.62006},
        {2000,  0.62456},
        {5000,  0.62675},
        {10000, 0.62803},
    };
    enum { ROWS = sizeof table / sizeof *table };
    double n = (double)count;

    for (size_t i = 1; i < ROWS; i++) {
        if (n > table[i].count)
            continue;
        double share = (n - table[i - 1].count) / (table[i].count - table[i - 1].count);
        return table[i - 1].value + share * (table[i].value - table[i - 1].value);
    }
    return 0.635;
}

bool dip_several_modes(const double *sorted, size_t count)
{
    size_t distinct = count > 0;

    for (size_t i = 1; i < count; i++)
        distinct += sorted[i] > sorted[i - 1];
    if (count < DIP_VALUES_MIN || 10 * distinct < 9 * count)
        return false;
    return dip(sorted, count) * sqrt((double)count) > critical(count);
}
