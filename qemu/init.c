// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of the virtual machine: bring up the host's files and the fresh disks,
 * insert divulge.ko, run one command, tell the host how it ended.
 *
 * The launcher leaves its orders in /job of the initramfs:
 *   argv, env  the command and its whole environment, strings ended by NUL
 *   cwd        where to run it
 *   modules    what to insert first: names of files in /modules, a line each
 *   libmodules the host's path of this kernel's module tree
 *   net        addresses for eth0 with their prefix lengths, a line each; absent:
 *              there is no eth0
 *   insmod     the host's path of divulge.ko; absent: do not insert it
 *   merged     present: stdout and stderr are one stream
 *   tty        present: run the command on the console; its rows and columns
 *
 * The answer goes to the verdict port, "exit CODE" or "setup WHAT FAILED";
 * then a write to isa-debug-exit ends the machine.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define EXIT_PORT 0xf4
#define EXIT_CODE 0x10	/* QEMU exits with twice that plus one: 33 */

#define __noreturn __attribute__((noreturn))
#define __printf(fmt, first) __attribute__((format(printf, fmt, first)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct blob {
	char *data;	/* NULL: there is no such file */
	size_t len;
};

struct job {
	char **argv;
	char **env;
	char *cwd;
	char *libmodules;
	char *net;
	char *insmod;
	bool merged;
	char *tty;
};

struct stream {
	int from;
	int to;
};

struct mount {
	const char *source;
	const char *dir;
	const char *type;
	const char *options;
};

/* Mounted before the root is entered, hence relative to it. */
static const struct mount filesystems[] = {
	{ "proc", "proc", "proc", NULL },
	{ "sysfs", "sys", "sysfs", NULL },
	{ "devtmpfs", "dev", "devtmpfs", "mode=755" },
	{ "devpts", "dev/pts", "devpts", "gid=5,mode=620,ptmxmode=666" },
	{ "shm", "dev/shm", "tmpfs", "mode=1777" },
	{ "run", "run", "tmpfs", "mode=755" },
};

/* The same, but not every kernel has them. */
static const struct mount extras[] = {
	{ "tracefs", "sys/kernel/tracing", "tracefs", NULL },
	{ "debugfs", "sys/kernel/debug", "debugfs", NULL },
	{ "bpf", "sys/fs/bpf", "bpf", "mode=700" },
	{ "cgroup2", "sys/fs/cgroup", "cgroup2", NULL },
};

static const struct mount disks[] = {
	{ "/dev/vda", "/mnt/ext4", "ext4", NULL },
	{ "/dev/vdb", "/mnt/xfs", "xfs", NULL },
	{ "/dev/vdc", "/mnt/btrfs", "btrfs", NULL },
};

static int verdict = -1;

static void __noreturn leave(void)
{
	if (!ioperm(EXIT_PORT, 1, 1))
		outb(EXIT_CODE, EXIT_PORT);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void __printf(1, 2) report(const char *fmt, ...)
{
	va_list args;
	int kmsg;

	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (kmsg < 0)
		return;
	va_start(args, fmt);
	vdprintf(kmsg, fmt, args);
	va_end(args);
	close(kmsg);
}

/* What the command needs is missing: running it would only mislead. */
static void __noreturn __printf(1, 2) fail(const char *fmt, ...)
{
	const char *why = strerror(errno);
	char what[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	report("<3>init: cannot %s: %s\n", what, why);
	if (verdict >= 0)
		dprintf(verdict, "setup cannot %s: %s\n", what, why);
	leave();
}

static struct blob read_file(const char *path)
{
	struct blob blob = { NULL, 0 };
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return blob;
	if (fd < 0 || fstat(fd, &st))
		fail("read %s", path);
	blob.data = malloc(st.st_size + 1);
	if (!blob.data)
		fail("read %s", path);
	while ((n = read(fd, blob.data + blob.len, st.st_size - blob.len)) > 0)
		blob.len += n;
	if (n < 0)
		fail("read %s", path);
	blob.data[blob.len] = '\0';
	close(fd);
	return blob;
}

static char **read_strings(const char *path)
{
	struct blob blob = read_file(path);
	size_t count = 0, i;
	char **strings;

	for (i = 0; i < blob.len; i++)
		count += !blob.data[i];
	strings = calloc(count + 1, sizeof(*strings));
	if (!strings)
		fail("read %s", path);
	for (i = 0; i < count; i++) {
		strings[i] = blob.data;
		blob.data += strlen(blob.data) + 1;
	}
	return strings;
}

static struct job read_job(void)
{
	struct job job = {
		.argv = read_strings("/job/argv"),
		.env = read_strings("/job/env"),
		.cwd = read_file("/job/cwd").data,
		.libmodules = read_file("/job/libmodules").data,
		.net = read_file("/job/net").data,
		.insmod = read_file("/job/insmod").data,
		.merged = !access("/job/merged", F_OK),
		.tty = read_file("/job/tty").data,
	};

	errno = ENODATA;
	if (!job.argv[0] || !job.cwd || !job.libmodules)
		fail("read the launcher's orders");
	return job;
}

static void insert_module(const char *path)
{
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
		fail("insert %s", path);
	close(fd);
}

static void insert_modules(void)
{
	char *list = read_file("/job/modules").data;
	char path[512];
	char *name;

	for (name = strtok(list, "\n"); name; name = strtok(NULL, "\n")) {
		snprintf(path, sizeof(path), "/modules/%s", name);
		insert_module(path);
	}
}

/* The driver creates its ports from a work item: wait for them. */
static int open_port(int nr)
{
	char path[32];
	int tries, fd;

	snprintf(path, sizeof(path), "/dev/vport0p%d", nr);
	for (tries = 0; tries < 1000; tries++) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			break;
		usleep(10000);
	}
	if (fd < 0)
		fail("open %s", path);
	return fd;
}

static void make_dir(const char *path)
{
	char parent[4096];
	char *slash;

	snprintf(parent, sizeof(parent), "%s", path);
	for (slash = parent; (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		mkdir(parent, 0755);
		*slash = '/';
	}
	if (mkdir(path, 0755) && errno != EEXIST)
		fail("create %s", path);
}

static void attach(const struct mount *m, unsigned long flags)
{
	make_dir(m->dir);
	if (mount(m->source, m->dir, m->type, flags, m->options))
		fail("mount %s on %s", m->type, m->dir);
}

/*
 * The host's root below, memory above: the command sees every program and
 * file of the host at its usual place, and whatever it writes is gone with
 * the machine.
 */
static void build_root(void)
{
	static const struct mount host = {
		"host", "/host", "9p",
		"trans=virtio,version=9p2000.L,msize=512000,cache=loose,noxattr"
	};
	static const struct mount memory = {
		"memory", "/memory", "tmpfs", NULL
	};
	static const struct mount root = {
		"root", "/root", "overlay",
		"lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work"
	};

	attach(&host, MS_RDONLY);
	attach(&memory, 0);
	make_dir("/memory/upper");
	make_dir("/memory/work");
	attach(&root, 0);
}

static void enter_root(void)
{
	size_t i;

	if (chdir("/root"))
		fail("enter the root");
	for (i = 0; i < ARRAY_SIZE(filesystems); i++)
		attach(&filesystems[i], 0);
	for (i = 0; i < ARRAY_SIZE(extras); i++)
		mount(extras[i].source, extras[i].dir, extras[i].type, 0,
		      extras[i].options);
	if (mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		fail("enter the root");
}

static void link_std_files(void)
{
	if (symlink("/proc/self/fd", "/dev/fd") ||
	    symlink("fd/0", "/dev/stdin") ||
	    symlink("fd/1", "/dev/stdout") ||
	    symlink("fd/2", "/dev/stderr"))
		fail("create the links in /dev");
}

/* So that modprobe finds the modules of this kernel, not of the host's. */
static void bind_modules(const char *libmodules)
{
	struct utsname uts;
	char dir[128];

	uname(&uts);
	snprintf(dir, sizeof(dir), "/lib/modules/%s", uts.release);
	make_dir(dir);
	if (mount(libmodules, dir, NULL, MS_BIND, NULL))
		fail("mount %s on %s", libmodules, dir);
}

static void bring_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int sock;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || ioctl(sock, SIOCSIFFLAGS, &ifr))
		fail("bring up %s", name);
	close(sock);
}

static int add_ipv4(const char *address, int prefix_len)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct ifreq ifr = { .ifr_name = "eth0" };
	int sock, err;

	if (inet_pton(AF_INET, address, &sin.sin_addr) != 1)
		return -1;
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -1;
	memcpy(&ifr.ifr_addr, &sin, sizeof(sin));
	err = ioctl(sock, SIOCSIFADDR, &ifr);
	sin.sin_addr.s_addr = htonl(~0U << (32 - prefix_len));
	memcpy(&ifr.ifr_netmask, &sin, sizeof(sin));
	err = err || ioctl(sock, SIOCSIFNETMASK, &ifr);
	close(sock);
	return err;
}

static int add_ipv6(const char *address, int prefix_len)
{
	struct in6_ifreq ifr = {
		.ifr6_prefixlen = prefix_len,
		.ifr6_ifindex = if_nametoindex("eth0"),
	};
	int sock, err;

	if (inet_pton(AF_INET6, address, &ifr.ifr6_addr) != 1)
		return -1;
	sock = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -1;
	err = ioctl(sock, SIOCSIFADDR, &ifr);
	close(sock);
	return err;
}

static void set_sysctl(const char *path, const char *value)
{
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail("write %s", path);
	close(fd);
}

/* An address of eth0 is tentative until the link is there, too. */
static bool are_tentative(void)
{
	char line[256], name[16];
	bool tentative = false;
	unsigned int flags;
	FILE *f;

	f = fopen("/proc/net/if_inet6", "re");
	if (!f)
		fail("read the IPv6 addresses");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %*x %*x %*x %x %15s", &flags, name) == 2 &&
		    !strcmp(name, "eth0") && flags & IFA_F_TENTATIVE)
			tentative = true;
	}
	fclose(f);
	return tentative;
}

/* The addresses can be used when the command starts, and there are no others. */
static void set_up_eth0(char *addresses)
{
	char *address, *prefix_len;
	int tries = 0;

	set_sysctl("/proc/sys/net/ipv6/conf/eth0/accept_dad", "0");
	set_sysctl("/proc/sys/net/ipv6/conf/eth0/addr_gen_mode", "1");
	bring_up("eth0");
	while ((address = strsep(&addresses, "\n")) && *address) {
		prefix_len = strchrnul(address, '/');
		if (*prefix_len)
			*prefix_len++ = '\0';
		if (add_ipv4(address, atoi(prefix_len)) &&
		    add_ipv6(address, atoi(prefix_len)))
			fail("give eth0 the address %s", address);
	}
	while (are_tentative()) {
		errno = ETIMEDOUT;
		if (tries++ == 1000)
			fail("wait for the addresses of eth0");
		usleep(10000);
	}
}

static void set_up_network(char *addresses)
{
	bring_up("lo");
	if (sethostname("divulge", strlen("divulge")))
		fail("set the host name");
	if (addresses)
		set_up_eth0(addresses);
}

static void allow_many_files(void)
{
	const struct rlimit limit = { 1024, 524288 };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("raise the limit of open files");
}

static void attach_disks(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(disks); i++) {
		const struct mount *m = &disks[i];

		make_dir(m->dir);
		if (!mount(m->source, m->dir, m->type, 0, m->options))
			continue;
		if (errno != ENODEV)
			fail("mount %s on %s", m->type, m->dir);
		report("<4>init: this kernel has no %s: %s stays empty\n",
		       m->type, m->dir);
	}
}

/* A busy disk is the command's affair, not a reason to hide its exit code. */
static void detach_disks(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(disks); i++) {
		if (umount(disks[i].dir) && errno == EBUSY)
			umount2(disks[i].dir, MNT_DETACH);
	}
	sync();
}

static int open_console(const char *size)
{
	struct winsize ws = { 0 };
	int fd;

	fd = open("/dev/hvc0", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		fail("open the console");
	if (sscanf(size, "%hu %hu", &ws.ws_row, &ws.ws_col) == 2)
		ioctl(fd, TIOCSWINSZ, &ws);
	return fd;
}

static void __noreturn exec_command(const struct job *job, int in, int out,
				    int err)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(126);
	if (job->tty)
		ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	environ = job->env;
	execvp(job->argv[0], job->argv);
	dprintf(STDERR_FILENO, "vm: cannot run %s: %s\n", job->argv[0],
		strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static pid_t start(const struct job *job, int in, int out, int err)
{
	pid_t pid;

	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid)
		exec_command(job, in, out, err);
	return pid;
}

static void relay(struct stream *stream)
{
	static char buf[65536];
	ssize_t len, done, n;

	len = read(stream->from, buf, sizeof(buf));
	if (len <= 0) {
		close(stream->from);
		stream->from = -1;
		return;
	}
	for (done = 0; done < len; done += n) {
		n = write(stream->to, buf + done, len - done);
		if (n < 0)
			fail("write to the host");
	}
}

/* Reap everyone; when the command is among them, end all it left behind. */
static void reap(pid_t command, int *code)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		*code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
					      WEXITSTATUS(status);
		kill(-1, SIGKILL);
	}
}

/*
 * Pass on what the command writes until it has ended and nobody is left to
 * write more. Pipes, not the ports themselves: a port opens only once, and
 * shell scripts like to open /dev/stderr again.
 */
static int attend(pid_t command, int sigchld, struct stream *out,
		  struct stream *err)
{
	struct signalfd_siginfo info;
	int code = -1;

	while (code < 0 || out->from >= 0 || err->from >= 0) {
		struct pollfd fds[] = {
			{ .fd = out->from, .events = POLLIN },
			{ .fd = err->from, .events = POLLIN },
			{ .fd = sigchld, .events = POLLIN },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			fail("wait for the command");
		if (fds[0].revents)
			relay(out);
		if (fds[1].revents)
			relay(err);
		if (fds[2].revents &&
		    read(sigchld, &info, sizeof(info)) == sizeof(info))
			reap(command, &code);
	}
	return code;
}

static struct stream open_stream(int port, int *end)
{
	struct stream stream;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		fail("create a pipe");
	stream.from = fds[0];
	stream.to = open_port(port);
	*end = fds[1];
	return stream;
}

static int run_on_pipes(const struct job *job, int sigchld)
{
	struct stream out, err = { -1, -1 };
	int in, to_out, to_err;
	pid_t pid;

	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in < 0)
		fail("open /dev/null");
	out = open_stream(2, &to_out);
	to_err = to_out;
	if (!job->merged)
		err = open_stream(3, &to_err);
	pid = start(job, in, to_out, to_err);
	close(to_out);
	if (!job->merged)
		close(to_err);
	return attend(pid, sigchld, &out, &err);
}

static int run_on_console(const struct job *job, int sigchld)
{
	struct stream none = { -1, -1 };
	int tty, code;

	tty = open_console(job->tty);
	code = attend(start(job, tty, tty, tty), sigchld, &none, &none);
	tcdrain(tty);
	return code;
}

static int watch_children(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		fail("block SIGCHLD");
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		fail("watch the children");
	return fd;
}

int main(void)
{
	static const struct mount dev = {
		"devtmpfs", "/dev", "devtmpfs", NULL
	};
	struct job job;
	int sigchld, code;

	umask(022);
	attach(&dev, 0);
	job = read_job();
	insert_modules();
	verdict = open_port(1);
	build_root();
	enter_root();
	link_std_files();
	bind_modules(job.libmodules);
	make_dir("/run/home");
	set_up_network(job.net);
	allow_many_files();
	attach_disks();
	if (job.insmod)
		insert_module(job.insmod);
	if (chdir(job.cwd))
		fail("enter %s", job.cwd);
	sigchld = watch_children();
	code = job.tty ? run_on_console(&job, sigchld) :
			 run_on_pipes(&job, sigchld);
	detach_disks();
	dprintf(verdict, "exit %d\n", code);
	leave();
}
