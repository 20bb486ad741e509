/* SPDX-License-Identifier: MIT */
/*
 * A library of which there are two versions, VERSION 1 and 2, under the same name (DT_SONAME), as
 * it is with libraries whose makers believe that nothing has changed for their users. Something
 * has.
 */
int library_version(void);

int library_version(void)
{
    return VERSION;
}
