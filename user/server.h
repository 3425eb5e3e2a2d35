/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_SERVER_H
#define DIVULGE_SERVER_H

struct conn;
struct plan;

int server_listen(const struct plan *plan);
int server_accept(int listener, struct conn *conn);

#endif
