/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_CLIENT_H
#define DIVULGE_CLIENT_H

struct conn;
struct plan;

int client_connect(const struct plan *plan, const char *port,
		   struct conn *conn);

#endif
