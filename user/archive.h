/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_ARCHIVE_H
#define DIVULGE_ARCHIVE_H

#include <sqlite3.h>

/* A store that is read and never written to */
int archive_open(const char *path, struct sqlite3 **db);
char *archive_configured(void);

#endif
