// SPDX-License-Identifier: GPL-2.0
/*
 * What a creation costs, and to hear of it with name, number and birth time:
 * instructions per open(O_CREAT) and close(), by who listens.
 *
 * One program creates files and listens, in turns of a batch, on one processor
 * that counts its instructions as nanoseconds. Nothing may wait inside the
 * measurement: that would let time pass without an instruction. So listeners
 * only take what is there. The module sends its last events some milliseconds
 * after they happened; the program passes that time, in every mode alike, with
 * a loop of known length, so what else runs meanwhile is counted and the wait
 * is not. What a listener spends on being woken is left out for all of them.
 */

#include <limits.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/socket.h>

#include "bench.h"

#define BATCH		1000
#define WARM_UP		2		/* batches */
#define IDLE		25000000	/* instructions, more than the module waits */

static char names[BATCH][16];
static char buf[BUF_SIZE] __attribute__((aligned(8)));
static unsigned long long heard;	/* births */
static unsigned long long sum;		/* of what was read of them */

/* What runs beside the creations */
struct mode {
	const char *name;
	void (*begin)(int fd);		/* of the directory for all */
	void (*add)(const char *dir, int fd);
	void (*drain)(void);
	void (*end)(void);
	bool hears;
};

static void check(int ret, const char *what)
{
	if (ret) {
		errno = -ret;
		err(1, "%s", what);
	}
}

static void take_birth(const struct statx *stx)
{
	sum += stx->stx_ino + stx->stx_btime.tv_nsec;
	heard++;
}

static struct nl nl;

static void watch_begin(int fd)
{
	struct divulge_watch watch;

	check(nl_open(&nl), "no module divulge");
	check(nl_watch(&nl, fd, &watch), "watch");
}

static void heard_begin(int fd)
{
	int size = 32 << 20;

	watch_begin(fd);
	if (setsockopt(mnl_socket_get_fd(nl.sock), SOL_SOCKET, SO_RCVBUFFORCE,
		       &size, sizeof(size)))
		err(1, "SO_RCVBUFFORCE");
	check(nl_join(&nl, nl.births), "group births");
}

static void take_event(const struct nlattr *event)
{
	struct divulge_birth birth;
	const struct nlattr *attr;
	unsigned int got = 0;

	bench_for_each_attr(attr, bench_attr_data(event),
			    bench_attr_end(event)) {
		switch (bench_attr_type(attr)) {
		case DIVULGE_A_BIRTH_EVENT_RECORD:
			memcpy(&birth, bench_attr_data(attr), sizeof(birth));
			sum += birth.ino + birth.btime_nsec;
			got |= 1;
			break;
		case DIVULGE_A_BIRTH_EVENT_NAME:
			sum += *(const char *)bench_attr_data(attr);
			got |= 2;
			break;
		}
		/* That is all that the other ways tell */
		if (got == 3) {
			heard++;
			return;
		}
	}
}

static void take_msg(const struct nlmsghdr *nlh)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;

	bench_for_each_attr(attr, (const char *)nlh + MNL_NLMSG_HDRLEN +
			    sizeof(struct genlmsghdr), end)
		if (bench_attr_type(attr) == DIVULGE_A_BIRTH_EVENTS_EVENT)
			take_event(attr);
}

static void heard_drain(void)
{
	const struct nlmsghdr *nlh;
	ssize_t len;

	while ((len = recv(mnl_socket_get_fd(nl.sock), buf, sizeof(buf),
			   MSG_DONTWAIT)) > 0) {
		int left = len;

		for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			take_msg(nlh);
	}
	if (errno != EAGAIN)
		err(1, "events");
}

static void watch_end(void)
{
	nl_close(&nl);
}

static int notify_fd, mount_fd;

static void inotify_begin(int fd)
{
	notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (notify_fd < 0)
		err(1, "inotify");
}

/* The listener finds the directory of an event by its watch descriptor. */
static int dir_of_wd[256];

static void inotify_add(const char *dir, int fd)
{
	int wd = inotify_add_watch(notify_fd, dir, IN_CREATE);

	if (wd < 0 || wd >= (int)ARRAY_SIZE(dir_of_wd))
		err(1, "inotify_add_watch: %s", dir);
	dir_of_wd[wd] = fd;
}

static void take_name(int fd, const char *name)
{
	struct statx stx;

	if (statx(fd, name, AT_SYMLINK_NOFOLLOW,
		  STATX_BASIC_STATS | STATX_BTIME, &stx))
		err(1, "statx: %s", name);
	take_birth(&stx);
}

static void inotify_drain(void)
{
	const struct inotify_event *event;
	ssize_t len;
	char *pos;

	while ((len = read(notify_fd, buf, sizeof(buf))) > 0) {
		for (pos = buf; pos < buf + len;
		     pos += sizeof(*event) + event->len) {
			event = (const void *)pos;
			if (event->mask & IN_CREATE)
				take_name(dir_of_wd[event->wd], event->name);
		}
	}
	if (errno != EAGAIN)
		err(1, "inotify");
}

static void notify_end(void)
{
	close(notify_fd);
}

static void fanotify_begin(int fd)
{
	mount_fd = fd;
	notify_fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME |
				  FAN_NONBLOCK | FAN_CLOEXEC |
				  FAN_UNLIMITED_QUEUE, O_RDONLY);
	if (notify_fd < 0)
		err(1, "fanotify");
	if (fanotify_mark(notify_fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
			  FAN_CREATE | FAN_ONDIR, fd, "."))
		err(1, "fanotify_mark");
}

static void take_fid(const struct fanotify_event_metadata *event)
{
	const struct fanotify_event_info_fid *info = (const void *)(event + 1);
	struct file_handle *handle = (struct file_handle *)info->handle;
	const char *name = (const char *)handle->f_handle +
			   handle->handle_bytes;
	int fd;

	if (info->hdr.info_type != FAN_EVENT_INFO_TYPE_DFID_NAME)
		errx(1, "fanotify: no name");
	fd = open_by_handle_at(mount_fd, handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		err(1, "open_by_handle_at");
	take_name(fd, name);
	close(fd);
}

static void fanotify_drain(void)
{
	const struct fanotify_event_metadata *event;
	ssize_t len;

	while ((len = read(notify_fd, buf, sizeof(buf))) > 0) {
		for (event = (const void *)buf; FAN_EVENT_OK(event, len);
		     event = FAN_EVENT_NEXT(event, len))
			take_fid(event);
	}
	if (errno != EAGAIN)
		err(1, "fanotify");
}

static const struct mode modes[] = {
	{ .name = "plain" },
	{ .name = "watched", .begin = watch_begin, .end = watch_end },
	{ .name = "heard", .begin = heard_begin, .drain = heard_drain,
	  .end = watch_end, .hears = true },
	{ .name = "inotify", .begin = inotify_begin, .add = inotify_add,
	  .drain = inotify_drain, .end = notify_end, .hears = true },
	{ .name = "fanotify", .begin = fanotify_begin, .drain = fanotify_drain,
	  .end = notify_end, .hears = true },
	{}
};

/* The compiler must not know that it does nothing. */
static void pass_time(void)
{
	unsigned long i = IDLE / 2;

	asm volatile("1: dec %0\n\tjnz 1b" : "+r"(i));
}

/* Let nothing of what was done before be written meanwhile. */
static void settle(int at)
{
	syncfs(at);
	sleep(1);
}

static void create_batch(int dir)
{
	unsigned int i;
	int fd;

	for (i = 0; i < BATCH; i++) {
		fd = openat(dir, names[i], O_CREAT | O_EXCL | O_WRONLY, 0600);
		if (fd < 0)
			err(1, "create");
		close(fd);
	}
}

static void make_dirs(const struct mode *mode, int at, int *dirs,
		      unsigned int nr)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "d%u", i);
		if (mkdirat(at, name, 0700))
			err(1, "mkdir");
		dirs[i] = openat(at, name, O_RDONLY | O_DIRECTORY);
		if (dirs[i] < 0)
			err(1, "%s", name);
		if (mode->add)
			mode->add(name, dirs[i]);
	}
}

static void remove_dirs(int at, int *dirs, unsigned int nr)
{
	char name[16];
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		for (j = 0; j < BATCH; j++)
			unlinkat(dirs[i], names[j], 0);
		close(dirs[i]);
		snprintf(name, sizeof(name), "d%u", i);
		if (unlinkat(at, name, AT_REMOVEDIR))
			err(1, "rmdir");
	}
}

static unsigned long long create_all(const struct mode *mode, const int *dirs,
				     unsigned int nr)
{
	unsigned long long start;
	unsigned int i;

	start = bench_now();
	for (i = 0; i < nr; i++) {
		create_batch(dirs[i]);
		if (mode->drain)
			mode->drain();
	}
	pass_time();
	if (mode->drain)
		mode->drain();
	return bench_now() - start - IDLE;
}

/* Return: instructions for @nr batches */
static unsigned long long measure(const struct mode *mode, int at,
				  unsigned int nr, bool marks)
{
	unsigned long long spent;
	int dirs[nr];

	if (mode->begin)
		mode->begin(at);
	make_dirs(mode, at, dirs, nr);
	settle(at);
	if (mode->drain)
		mode->drain();
	heard = 0;
	if (marks)
		bench_begin();
	spent = create_all(mode, dirs, nr);
	if (marks)
		bench_end();
	if (mode->hears && heard != nr * BATCH)
		errx(1, "%s: %llu of %u heard", mode->name, heard, nr * BATCH);
	if (mode->end)
		mode->end();
	remove_dirs(at, dirs, nr);
	return spent;
}

int main(int argc, char **argv)
{
	const struct mode *mode;
	unsigned int nr, i;
	int at;

	if (argc != 4)
		errx(2, "usage: bench_watch DIRECTORY MODE COUNT");
	for (mode = modes; mode->name && strcmp(mode->name, argv[2]); mode++)
		;
	nr = strtoul(argv[3], NULL, 10) / BATCH;
	if (!mode->name || !nr)
		errx(2, "usage: bench_watch DIRECTORY MODE COUNT");
	at = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (at < 0 || fchdir(at))
		err(1, "%s", argv[1]);
	for (i = 0; i < BATCH; i++)
		snprintf(names[i], sizeof(names[i]), "file%04u", i);

	measure(mode, at, WARM_UP, false);
	for (i = 0; i < REPEAT; i++)
		printf("%llu ", measure(mode, at, nr, !i) / (nr * BATCH));
	printf("\n");
	bench_use(&sum);
	return 0;
}
