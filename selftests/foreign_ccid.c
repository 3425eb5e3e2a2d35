// SPDX-License-Identifier: GPL-2.0
/*
 * For tests: a socket under a CCID that divulge.ko does not know, or of another
 * size; or one CCID that cannot be had.
 *
 * "insmod foreign_ccid.ko fd=N id=N size=N", with a connected DCCP socket at
 * fd, puts copies of its CCIDs' operations in the place of these; a size is
 * added to those of the private structs. "insmod foreign_ccid.ko fail=N" lets
 * the Nth CCID that is asked for from then on not be found. All is as before
 * when it is removed.
 */

#include <linux/dccp.h>
#include <linux/in.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/ptrace.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "dccp_ccid.h"

/* sizeof(struct ccid_operations), which the compiler does not see */
#define OPS_SIZE	224
#define NO_CCID		255

static int fd = -1;
module_param(fd, int, 0444);
MODULE_PARM_DESC(fd, "socket of the process that inserts the module");
static int id = -1;
module_param(id, int, 0444);
MODULE_PARM_DESC(id, "number of both its CCIDs, if not as they are");
static int size;
module_param(size, int, 0444);
MODULE_PARM_DESC(size, "what to add to the sizes of their private structs");
static int fail;
module_param(fail, int, 0444);
MODULE_PARM_DESC(fail, "which CCID cannot be had, 1 being the next");

static struct socket *sock;
static atomic_t calls = ATOMIC_INIT(0);

struct swap {
	struct divulge_ccid *ccid;
	const struct divulge_ccid_ops *real;
	struct divulge_ccid_ops *copy;
};

static struct swap tx, rx;

static int put_copy(struct swap *swap, struct ccid *ccid)
{
	swap->ccid = (struct divulge_ccid *)ccid;
	swap->real = swap->ccid->ccid_ops;
	swap->copy = kmemdup(swap->real, OPS_SIZE, GFP_KERNEL);
	if (!swap->copy)
		return -ENOMEM;
	if (id >= 0)
		swap->copy->ccid_id = id;
	swap->copy->ccid_hc_tx_obj_size += size;
	swap->copy->ccid_hc_rx_obj_size += size;
	swap->ccid->ccid_ops = swap->copy;
	return 0;
}

static void put_back(struct swap *swap, const struct ccid *ccid)
{
	if (swap->copy && swap->ccid == (const struct divulge_ccid *)ccid)
		swap->ccid->ccid_ops = swap->real;
	kfree(swap->copy);
}

/* The socket is held open, so that its CCIDs are there until the end. */
static int swap_both(struct sock *sk)
{
	struct dccp_sock *dp = dccp_sk(sk);
	int err = -ENOTCONN;

	lock_sock(sk);
	if (dp->dccps_hc_tx_ccid && dp->dccps_hc_rx_ccid)
		err = put_copy(&tx, dp->dccps_hc_tx_ccid) ?:
		      put_copy(&rx, dp->dccps_hc_rx_ccid);
	if (err) {
		put_back(&tx, dp->dccps_hc_tx_ccid);
		put_back(&rx, dp->dccps_hc_rx_ccid);
	}
	release_sock(sk);
	return err;
}

static int swap_socket(void)
{
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	err = sock->sk->sk_protocol == IPPROTO_DCCP ? swap_both(sock->sk) :
						      -EPROTOTYPE;
	if (err)
		sockfd_put(sock);
	return err;
}

static int on_ccid_new(struct kprobe *kp, struct pt_regs *regs)
{
	if (atomic_inc_return(&calls) == fail)
		regs->di = NO_CCID;
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "ccid_new",
	.pre_handler = on_ccid_new,
};

static int __init foreign_init(void)
{
	return fail ? register_kprobe(&probe) : swap_socket();
}

static void __exit foreign_exit(void)
{
	struct sock *sk;

	if (fail) {
		unregister_kprobe(&probe);
		return;
	}
	sk = sock->sk;
	lock_sock(sk);
	put_back(&tx, dccp_sk(sk)->dccps_hc_tx_ccid);
	put_back(&rx, dccp_sk(sk)->dccps_hc_rx_ccid);
	release_sock(sk);
	sockfd_put(sock);
}

module_init(foreign_init);
module_exit(foreign_exit);

MODULE_DESCRIPTION("DCCP sockets under a CCID that is not known, for tests");
MODULE_LICENSE("GPL");
