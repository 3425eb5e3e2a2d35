/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_REFUSAL_H
#define DIVULGE_REFUSAL_H

const char *refusal_why(int err);

#endif
