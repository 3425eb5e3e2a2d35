/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_CONN_H
#define DIVULGE_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"

/**
 * struct conn - a connection
 * @fd: its socket
 * @peer: who is at the other end
 */
struct conn {
	int fd;
	char peer[ENDPOINT_LEN];
};

void conn_tell(const struct conn *conn, const char *what);
uint32_t conn_mps(const struct conn *conn);
int conn_unsent(const struct conn *conn);
unsigned int conn_drops(const struct conn *conn);
bool conn_is_closing(const struct conn *conn);
bool conn_is_at_end(const struct conn *conn);
bool conn_is_over(const struct conn *conn);
int conn_error(const struct conn *conn);
bool conn_close(struct conn *conn, int64_t wait);

#endif
