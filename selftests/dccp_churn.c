// SPDX-License-Identifier: GPL-2.0
/*
 * Of connections that come and go at full speed, while they are dumped, asked
 * for and listened to, each is told to open and to close, or counted as lost.
 */

#include "kselftest_harness.h"
#include "load.h"
#include "nl.h"
#include "pester.h"

#define QUEUE_LEN	"/sys/module/divulge/parameters/queue_len"

/* A change of state that was told */
struct note {
	uint64_t cookie;
	uint64_t seq;
	uint8_t from;
	uint8_t to;
};

/* What a listener has heard since its network namespace was made */
struct account {
	struct nl nl;
	pthread_t thread;
	atomic_bool stop;
	atomic_bool slow;
	struct note *note;
	size_t nr, room;
	atomic_uint_least64_t next_seq;
	atomic_uint_least64_t last_closed;	/* cookie */
	uint64_t events;
	uint64_t lost;		/* that it was told of */
	uint64_t gaps;		/* in the numbers, beside those */
	unsigned int overruns;
	unsigned int errors;
};

static void take_number(struct account *account, uint64_t first, uint64_t next)
{
	if (first < account->next_seq)
		account->errors++;
	else
		account->gaps += first - account->next_seq;
	account->next_seq = next;
}

static void take_state(struct account *account,
		       const struct divulge_dccp_change *change,
		       const struct divulge_dccp_sock *sock)
{
	size_t room = account->room ? 2 * account->room : 4096;

	if (account->nr == account->room) {
		account->note = reallocarray(account->note, room,
					     sizeof(*account->note));
		if (!account->note)
			abort();
		account->room = room;
	}
	account->note[account->nr++] = (struct note) {
		.cookie = sock->cookie, .seq = change->seq,
		.from = change->old_state, .to = sock->state,
	};
	if (sock->state == DIVULGE_DCCP_STATE_CLOSED)
		account->last_closed = sock->cookie;
}

static void take_event(struct account *account, const struct nlattr *nest)
{
	struct divulge_dccp_change change = {};
	struct divulge_dccp_sock sock = {};
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		const void *data = mnl_attr_get_payload(attr);

		if (mnl_attr_get_type(attr) == DIVULGE_A_DCCP_EVENT_CHANGE)
			memcpy(&change, data, sizeof(change));
		if (mnl_attr_get_type(attr) == DIVULGE_A_DCCP_EVENT_SOCK)
			memcpy(&sock, data, sizeof(sock));
	}
	account->events++;
	take_number(account, change.seq, change.seq + 1);
	if (change.kind == DIVULGE_DCCP_CHANGE_KIND_STATE)
		take_state(account, &change, &sock);
}

static int take_msg(const struct nlmsghdr *nlh, void *data)
{
	struct account *account = data;
	const struct nlattr *attr;
	struct divulge_loss loss;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case DIVULGE_A_DCCP_EVENTS_LOSS:
			memcpy(&loss, mnl_attr_get_payload(attr), sizeof(loss));
			take_number(account, loss.first_seq,
				    loss.first_seq + loss.count);
			account->lost += loss.count;
			break;
		case DIVULGE_A_DCCP_EVENTS_EVENT:
			take_event(account, attr);
			break;
		}
	}
	return MNL_CB_OK;
}

static void *keep_account(void *data)
{
	struct account *account = data;
	ssize_t len;

	while (!account->stop) {
		len = nl_next(&account->nl, 100);
		if (len == -ENOBUFS)
			account->overruns++;
		else if (len < 0 || mnl_cb_run(account->nl.buf, len, 0, 0,
					       take_msg, account) < 0)
			account->errors++;
		if (account->slow)
			sleep(1);
	}
	return NULL;
}

/* Return: 0 or -errno */
static int start_account(struct account *account, int rcvbuf, bool slow)
{
	int err = nl_open(&account->nl);

	account->next_seq = 1;
	account->slow = slow;
	if (err)
		return err;
	if (setsockopt(mnl_socket_get_fd(account->nl.sock), SOL_SOCKET,
		       SO_RCVBUFFORCE, &rcvbuf, sizeof(rcvbuf)))
		return -errno;
	err = nl_join(&account->nl, account->nl.dccp);
	if (err)
		return err;
	return -pthread_create(&account->thread, NULL, keep_account, account);
}

static void stop_account(struct account *account)
{
	account->stop = true;
	pthread_join(account->thread, NULL);
	nl_close(&account->nl);
}

static int by_cookie_and_seq(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	if (x->cookie != y->cookie)
		return x->cookie < y->cookie ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* What the account says of one socket, or of all */
struct life {
	uint64_t opens;
	uint64_t closes;
	uint64_t jumps;		/* from a state that it was not in */
	uint64_t twice;		/* opened or closed more than once */
	uint64_t unopened;	/* was open, and it is not told */
	uint64_t unclosed;	/* the same of closed */
};

/* Return: the note behind the last of the socket that @note is of */
static const struct note *follow(const struct note *note,
				 const struct note *end, struct life *life)
{
	const struct note *first = note;
	uint8_t was;

	memset(life, 0, sizeof(*life));
	for (; note < end && note->cookie == first->cookie; note++) {
		life->opens += note->to == DIVULGE_DCCP_STATE_OPEN;
		life->closes += note->to == DIVULGE_DCCP_STATE_CLOSED;
		/* A server's begins in RESPOND. */
		if (note > first)
			was = note[-1].to;
		else if (note->from == DIVULGE_DCCP_STATE_RESPOND)
			was = DIVULGE_DCCP_STATE_RESPOND;
		else
			was = DIVULGE_DCCP_STATE_CLOSED;
		life->jumps += note->from != was;
	}
	return note;
}

/* @known: its owner knows that it was open */
static void judge(struct life *all, const struct life *life, bool known)
{
	all->opens += life->opens;
	all->closes += life->closes;
	all->jumps += life->jumps;
	all->twice += life->opens > 1 || life->closes > 1;
	if (known || life->opens) {
		all->unopened += !life->opens;
		all->unclosed += !life->closes;
	}
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Compare what was told with what the owner of @opened sockets knows. */
static struct life settle(struct account *account, uint64_t *opened, size_t nr)
{
	const struct note *note = account->note;
	const struct note *end = note + account->nr;
	const struct life untold = {};
	struct life all = {}, life;
	size_t i = 0;
	bool known;

	qsort(account->note, account->nr, sizeof(*note), by_cookie_and_seq);
	qsort(opened, nr, sizeof(*opened), by_number);
	while (note < end) {
		for (; i < nr && opened[i] < note->cookie; i++)
			judge(&all, &untold, true);
		known = i < nr && opened[i] == note->cookie;
		i += known;
		note = follow(note, end, &life);
		judge(&all, &life, known);
	}
	for (; i < nr; i++)
		judge(&all, &untold, true);
	return all;
}

/* Return: cookies of all that was open by the owner's knowledge */
static uint64_t *all_opened(const struct load *load, size_t *nr)
{
	uint64_t *opened;
	size_t n = 0;
	int i;

	for (i = 0; i < LOAD_LANES; i++)
		n += load->lane[i].nr_opened;
	opened = malloc(n * sizeof(*opened));
	*nr = n;
	for (i = 0, n = 0; i < LOAD_LANES && opened; i++) {
		memcpy(opened + n, load->lane[i].opened,
		       load->lane[i].nr_opened * sizeof(*opened));
		n += load->lane[i].nr_opened;
	}
	return opened;
}

/* Return: 0 or -errno */
static int count(struct nl *nl, struct divulge_dccp_counters *counters)
{
	struct nl_reply reply = {
		DIVULGE_A_INFO_DCCP, counters, sizeof(*counters)
	};

	nl_request(nl, nl->family, DIVULGE_CMD_INFO_GET);
	return nl_talk(nl, nl_reply_cb, &reply);
}

/* Make an event, and wait until it has come; or not long. */
static void make_event(struct account *account)
{
	struct load_lane lane = { .family = AF_INET, .ccid = { 2, 2 } };
	struct load_addr addr;
	uint64_t cookie;
	unsigned int i;
	int sock;

	sock = load_listen(&lane, &addr);
	cookie = load_cookie(sock);
	close(sock);
	for (i = 0; i < 100 && account->last_closed != cookie; i++)
		usleep(10000);
}

/*
 * All has happened: wait until it is told. What is missing shows by the number
 * of what comes behind it.
 *
 * Return: 0, -ETIMEDOUT or -errno
 */
static int wait_until_told(struct nl *nl, struct account *account,
			   struct divulge_dccp_counters *counters)
{
	time_t end = now() + PATIENCE;
	int err;

	do {
		make_event(account);
		err = count(nl, counters);
		if (err)
			return err;
		if (account->next_seq - 1 ==
		    counters->dccp_published + counters->dccp_lost)
			return 0;
	} while (now() < end);
	return -ETIMEDOUT;
}

FIXTURE(churn)
{
	struct nl nl;
	struct account *account;
	struct load *load;
	struct pesters *pesters;
	char queue_len[16];
};

FIXTURE_VARIANT(churn)
{
	const char *queue_len;
	int rcvbuf;
	/* Reads once a second, for as long as anything happens */
	bool slow;
	bool loses;
};

/* Nothing may be missing. */
FIXTURE_VARIANT_ADD(churn, all_told) {
	.queue_len = "1000000", .rcvbuf = 64 << 20,
};

FIXTURE_VARIANT_ADD(churn, no_room_in_the_kernel) {
	.queue_len = "16", .rcvbuf = 64 << 20, .loses = true,
};

FIXTURE_VARIANT_ADD(churn, no_room_in_the_socket) {
	.queue_len = "1000000", .rcvbuf = 10000, .slow = true, .loses = true,
};

FIXTURE_SETUP(churn)
{
	if (geteuid())
		SKIP(return, "another network namespace needs root");
	if (!can_dccp())
		SKIP(return, "DCCP sockets: %m");
	ASSERT_EQ(0, enter_own_netns());
	if (nl_open(&self->nl))
		SKIP(return, "divulge.ko is not loaded");
	self->account = calloc(1, sizeof(*self->account));
	self->load = calloc(1, sizeof(*self->load));
	self->pesters = calloc(1, sizeof(*self->pesters));
	ASSERT_TRUE(self->account && self->load && self->pesters);
	ASSERT_EQ(0, read_word(QUEUE_LEN, self->queue_len,
			       sizeof(self->queue_len)));
	ASSERT_EQ(0, write_word(QUEUE_LEN, variant->queue_len));
}

FIXTURE_TEARDOWN(churn)
{
	if (self->queue_len[0])
		EXPECT_EQ(0, write_word(QUEUE_LEN, self->queue_len));
	nl_close(&self->nl);
	free(self->pesters);
	if (self->load)
		load_free(self->load);
	free(self->load);
	if (self->account)
		free(self->account->note);
	free(self->account);
}

static void log_sums(struct __test_metadata *_metadata,
		     const struct account *account, const struct life *all,
		     size_t known)
{
	TH_LOG("%zu sockets known to be open, %ju told, %ju missing there",
	       known, (uintmax_t)all->opens, (uintmax_t)all->unopened);
	TH_LOG("%ju closed told, %ju missing there", (uintmax_t)all->closes,
	       (uintmax_t)all->unclosed);
	TH_LOG("%ju events, %ju lost, %ju in gaps",
	       (uintmax_t)account->events, (uintmax_t)account->lost,
	       (uintmax_t)account->gaps);
}

TEST_F_TIMEOUT(churn, is_accounted_for, TIMEOUT)
{
	struct divulge_dccp_counters counters = {};
	struct account *account = self->account;
	uint64_t *opened, missing;
	struct life all;
	size_t nr;

	ASSERT_EQ(0, start_account(account, variant->rcvbuf, variant->slow));
	ASSERT_EQ(0, load_start(self->load));
	start_pesters(self->pesters, self->load, false);
	sleep(duration());
	stop_pesters(self->pesters);
	load_stop(self->load);
	account->slow = false;
	expect_no_failure(_metadata, self->load, self->pesters);

	ASSERT_EQ(0, wait_until_gone(&self->nl));
	ASSERT_EQ(0, write_word(QUEUE_LEN, self->queue_len));
	ASSERT_EQ(0, wait_until_told(&self->nl, account, &counters));
	stop_account(account);

	opened = all_opened(self->load, &nr);
	ASSERT_NE(NULL, opened);
	all = settle(account, opened, nr);
	free(opened);
	log_sums(_metadata, account, &all, nr);
	missing = account->lost + account->gaps;

	EXPECT_EQ(0, account->errors);
	EXPECT_EQ(0, all.twice);
	EXPECT_EQ(counters.dccp_published + counters.dccp_lost,
		  account->events + missing);
	/* Word of a loss, too, may have found no room in the socket. */
	if (!variant->slow)
		EXPECT_EQ(counters.dccp_lost, account->lost);
	EXPECT_LE(all.unopened + all.unclosed, missing);
	EXPECT_LE(nr, all.opens + all.unopened);
	EXPECT_EQ(variant->loses, missing > 0);
	if (!variant->loses)
		EXPECT_EQ(0, all.jumps);
}

TEST_HARNESS_MAIN
