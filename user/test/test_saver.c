// SPDX-License-Identifier: GPL-2.0
/* A disk that does not answer holds up nobody but what writes there */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "privileges.h"
#include "rate.h"
#include "saver.h"
#include "state.h"
#include "test/tap.h"

static char dir[] = "/tmp/divulge-XXXXXX";
static char file[64], fresh[64], away[64];
static struct state state, again;
static struct saver saver;

/* Capabilities take all that outputs are made of. */
void privileges_drop_in_writer(void)
{
}

static void write_state(void *priv, const char *text, size_t len)
{
	state_write(priv, text, len);
}

static bool begins(void)
{
	return !state_open(&state, file) &&
	       !saver_open(&saver, write_state, &state);
}

static void put(uint64_t record)
{
	size_t len;
	char *text;

	strcpy(state.boot, "0123");
	state.record = record;
	text = state_text(&state, &len);
	if (text)
		saver_put(&saver, text, len);
}

static bool is_written(uint64_t record)
{
	bool is = !state_open(&again, file) && again.record == record;

	state_close(&again);
	return is;
}

static void test_writes(void)
{
	bool written;

	ok(begins(), "it begins");
	put(1);
	put(2);
	written = saver_close(&saver);
	state_close(&state);
	ok(written && is_written(2), "the last state is written before it ends");
}

static void test_stuck(void)
{
	int64_t began, took;
	int fd;

	mkfifo(fresh, 0600);
	if (!begins())
		return;
	began = rate_now();
	put(3);
	usleep(50000);
	put(4);
	put(5);
	took = rate_now() - began;
	ok(took < NSEC_PER_SEC, "a disk that is stuck is not waited for");
	ok(!saver_close(&saver), "but for a while, at the end");
	/* What is written next is to find no FIFO any more */
	rename(fresh, away);
	fd = open(away, O_RDONLY | O_NONBLOCK);
	unlink(away);
	ok(saver_close(&saver), "it goes on");
	close(fd);
	state_close(&state);
	ok(is_written(5), "with the last state there is");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	snprintf(file, sizeof(file), "%s/state", dir);
	snprintf(fresh, sizeof(fresh), "%s/state.new", dir);
	snprintf(away, sizeof(away), "%s/away", dir);
	test_writes();
	test_stuck();
	unlink(file);
	rmdir(dir);
	return tap_end();
}
