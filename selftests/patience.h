/* SPDX-License-Identifier: GPL-2.0 */
/* How long tests in C wait: longer on a slow kernel. To be included after
 * kselftest_harness.h, whose own limit for a test knows nothing of that.
 */
#ifndef SELFTESTS_PATIENCE_H
#define SELFTESTS_PATIENCE_H

#include <stdlib.h>

static inline int patient(int seconds)
{
	const char *times = getenv("DIVULGE_PATIENCE");

	return seconds * (times ? atoi(times) : 1);
}

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	patient(30)

#endif
