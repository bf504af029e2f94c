/*
 * What Millrace takes from the kernel's and glibc's headers, as their compilers for x86-64 and for aarch64 see it:
 * Java class, field, value, header. native-constants.tsv is made of the output of both:
 *
 *   gcc native-constants.c -o x && ./x > x86-64
 *   aarch64-linux-gnu-gcc -static native-constants.c -o a && qemu-aarch64 ./a > aarch64
 *   paste x86-64 aarch64 | awk -F'\t' -v OFS='\t' '{ print $1, $2, $3, $7, $4 }' > native-constants.tsv
 *
 * A field that is '-' has no name in Java: a number beside a struct that its comment shows.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <arpa/inet.h>

#define V(class, field, value, header) printf("%s\t%s\t%lld\t%s\n", class, field, (long long) (value), header)
#define SIZE(class, field, type, header) V(class, field, sizeof(type), header)
#define AT(class, field, type, member, header) V(class, field, offsetof(type, member), header)

int main(void) {
  const char *linux_ = "org.millrace.memory.Linux", *sockets = "org.millrace.memory.Sockets", *un = "org.millrace.memory.UnixSockets",
    *status = "org.millrace.memory.FileStatus", *call = "org.millrace.memory.FileStatus$Call", *sealed = "org.millrace.memory.SealedMemory",
    *poller = "org.millrace.memory.Poller", *pollset = "org.millrace.memory.PollSet", *futexes = "org.millrace.memory.FutexSet",
    *bell = "org.millrace.memory.TenantBell", *table = "org.millrace.memory.NativeConstants", *socket_ = "org.millrace.ports.PacketSocket",
    *receiver = "org.millrace.ports.PacketReceiver", *transmitter = "org.millrace.ports.PacketTransmitter",
    *longs = "org.millrace.ports.LongFrames", *claim = "org.millrace.ports.StackClaim", *context = "org.millrace.context.ContextMemory",
    *attach = "org.millrace.toe.Attach";

  /* differ */
  V(table, "futexCall", SYS_futex, "asm/unistd.h");
  V(table, "openNoFollow", O_NOFOLLOW, "asm/fcntl.h");

  V(linux_, "EINTR", EINTR, "asm-generic/errno-base.h");
  V(linux_, "ENOENT", ENOENT, "asm-generic/errno-base.h");
  V(linux_, "EPERM", EPERM, "asm-generic/errno-base.h");
  V(linux_, "EACCES", EACCES, "asm-generic/errno-base.h");
  V(linux_, "EEXIST", EEXIST, "asm-generic/errno-base.h");
  V(linux_, "EAGAIN", EAGAIN, "asm-generic/errno-base.h");
  V(linux_, "EINVAL", EINVAL, "asm-generic/errno-base.h");
  V(linux_, "O_RDWR", O_RDWR, "asm-generic/fcntl.h");
  V(linux_, "O_CREAT", O_CREAT, "asm-generic/fcntl.h");
  V(linux_, "O_NONBLOCK", O_NONBLOCK, "asm-generic/fcntl.h");
  V(linux_, "O_CLOEXEC", O_CLOEXEC, "asm-generic/fcntl.h");
  V(linux_, "MADV_REMOVE", MADV_REMOVE, "asm-generic/mman-common.h");
  V(linux_, "MADV_DONTNEED", MADV_DONTNEED, "asm-generic/mman-common.h");
  V(linux_, "PROT_READ_WRITE", PROT_READ | PROT_WRITE, "asm-generic/mman-common.h");
  V(linux_, "MAP_SHARED", MAP_SHARED, "linux/mman.h");
  V(linux_, "SEEK_END", SEEK_END, "linux/fs.h");
  V(linux_, "MFD_CLOEXEC_ALLOW_SEALING", MFD_CLOEXEC | MFD_ALLOW_SEALING, "linux/memfd.h");
  V(linux_, "F_ADD_SEALS", F_ADD_SEALS, "linux/fcntl.h");
  V(linux_, "F_SEAL_SEAL_SHRINK_GROW", F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW, "linux/fcntl.h");
  V(linux_, "EFD_CLOEXEC_NONBLOCK", EFD_CLOEXEC | EFD_NONBLOCK, "bits/eventfd.h");
  V(linux_, "FUTEX_WAIT", FUTEX_WAIT, "linux/futex.h");
  V(linux_, "FUTEX_WAKE", FUTEX_WAKE, "linux/futex.h");
  V(linux_, "FUTEX_WAITV_CALL", SYS_futex_waitv, "asm/unistd.h");
  V(linux_, "CLONE_NEWNET", CLONE_NEWNET, "linux/sched.h");
  V(linux_, "CLOCK_MONOTONIC", CLOCK_MONOTONIC, "linux/time.h");
  V(linux_, "CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID, "linux/time.h");
  SIZE(linux_, "-", struct timespec, "struct timespec, bits/types/struct_timespec.h");
  AT(linux_, "-", struct timespec, tv_nsec, "tv_nsec, bits/types/struct_timespec.h");
  V(sockets, "MSG_DONTWAIT", MSG_DONTWAIT, "bits/socket.h");
  V(sockets, "ENOBUFS", ENOBUFS, "asm-generic/errno.h");
  V(sockets, "ENODEV", ENODEV, "asm-generic/errno-base.h");
  V(sockets, "ENETDOWN", ENETDOWN, "asm-generic/errno.h");
  V(un, "ECONNREFUSED", ECONNREFUSED, "asm-generic/errno.h");
  V(un, "EMFILE", EMFILE, "asm-generic/errno-base.h");
  V(un, "ENFILE", ENFILE, "asm-generic/errno-base.h");
  V(un, "AF_UNIX", AF_UNIX, "bits/socket.h");
  V(un, "SOCK_STREAM_CLOEXEC", SOCK_STREAM | SOCK_CLOEXEC, "bits/socket_type.h");
  V(un, "SOCK_NONBLOCK_CLOEXEC", SOCK_NONBLOCK | SOCK_CLOEXEC, "bits/socket_type.h");
  V(un, "SOL_SOCKET", SOL_SOCKET, "asm-generic/socket.h");
  V(un, "SCM_RIGHTS", SCM_RIGHTS, "bits/socket.h");
  V(un, "SO_PEERCRED", SO_PEERCRED, "asm-generic/socket.h");
  V(un, "SHUT_WR", SHUT_WR, "sys/socket.h");
  V(un, "MSG_NOSIGNAL", MSG_NOSIGNAL, "bits/socket.h");
  V(un, "MSG_CMSG_CLOEXEC", MSG_CMSG_CLOEXEC, "bits/socket.h");
  AT(un, "PATH", struct sockaddr_un, sun_path, "linux/un.h");
  V(un, "PATH_BYTES", sizeof(((struct sockaddr_un *) 0)->sun_path), "linux/un.h");
  AT(un, "MSG_IOV", struct msghdr, msg_iov, "bits/socket.h");
  AT(un, "MSG_IOVLEN", struct msghdr, msg_iovlen, "bits/socket.h");
  AT(un, "MSG_CONTROL", struct msghdr, msg_control, "bits/socket.h");
  AT(un, "MSG_CONTROLLEN", struct msghdr, msg_controllen, "bits/socket.h");
  SIZE(un, "MSG_BYTES", struct msghdr, "bits/socket.h");
  SIZE(un, "-", struct iovec, "struct iovec, bits/types/struct_iovec.h");
  AT(un, "-", struct cmsghdr, cmsg_level, "cmsg_level, bits/socket.h");
  AT(un, "-", struct cmsghdr, cmsg_type, "cmsg_type, bits/socket.h");
  V(un, "-", CMSG_LEN(0), "CMSG_LEN(0), bits/socket.h");
  SIZE(un, "-", struct ucred, "struct ucred, bits/socket.h");
  V(status, "TYPE", S_IFMT, "linux/stat.h");
  V(status, "REGULAR", S_IFREG, "linux/stat.h");
  V(status, "FIFO", S_IFIFO, "linux/stat.h");
  V(call, "AT_EMPTY_PATH", AT_EMPTY_PATH, "linux/fcntl.h");
  V(call, "BASIC_STATS", STATX_BASIC_STATS, "linux/stat.h");
  SIZE(call, "-", struct statx, "struct statx, linux/stat.h");
  AT(call, "-", struct statx, stx_nlink, "stx_nlink, linux/stat.h");
  AT(call, "-", struct statx, stx_uid, "stx_uid, linux/stat.h");
  AT(call, "-", struct statx, stx_mode, "stx_mode, linux/stat.h");
  AT(call, "-", struct statx, stx_size, "stx_size, linux/stat.h");
  AT(call, "-", struct statx, stx_blocks, "stx_blocks, linux/stat.h");
  V(sealed, "MFD_CLOEXEC", MFD_CLOEXEC, "linux/memfd.h");
  V(sealed, "MFD_ALLOW_SEALING", MFD_ALLOW_SEALING, "linux/memfd.h");
  V(sealed, "MFD_HUGETLB", MFD_HUGETLB, "linux/memfd.h");
  V(poller, "POLLIN", POLLIN, "asm-generic/poll.h");
  SIZE(poller, "POLLFD_BYTES", struct pollfd, "asm-generic/poll.h");
  AT(poller, "REVENTS", struct pollfd, revents, "asm-generic/poll.h");
  V(pollset, "POLLIN", POLLIN, "asm-generic/poll.h");
  SIZE(pollset, "POLLFD_BYTES", struct pollfd, "asm-generic/poll.h");
  AT(pollset, "EVENTS", struct pollfd, events, "asm-generic/poll.h");
  AT(pollset, "REVENTS", struct pollfd, revents, "asm-generic/poll.h");
  V(futexes, "MAX_WORDS", FUTEX_WAITV_MAX, "linux/futex.h");
  SIZE(futexes, "WAITER_BYTES", struct futex_waitv, "linux/futex.h");
  AT(futexes, "ADDRESS", struct futex_waitv, uaddr, "linux/futex.h");
  AT(futexes, "FLAGS", struct futex_waitv, flags, "linux/futex.h");
  V(futexes, "FUTEX2_SIZE_U32", FUTEX_32, "linux/futex.h");
  V(bell, "O_WRONLY", O_WRONLY, "asm-generic/fcntl.h");
  V(socket_, "AF_PACKET", AF_PACKET, "bits/socket.h");
  V(socket_, "SOCK_RAW_CLOEXEC", SOCK_RAW | SOCK_CLOEXEC, "bits/socket_type.h");
  V(socket_, "ALL_PROTOCOLS", htons(ETH_P_ALL), "linux/if_ether.h");
  V(socket_, "SOL_SOCKET", SOL_SOCKET, "asm-generic/socket.h");
  V(socket_, "SO_ERROR", SO_ERROR, "asm-generic/socket.h");
  V(socket_, "SO_SNDBUF", SO_SNDBUF, "asm-generic/socket.h");
  V(socket_, "SO_RCVBUF", SO_RCVBUF, "asm-generic/socket.h");
  V(socket_, "SO_SNDBUFFORCE", SO_SNDBUFFORCE, "asm-generic/socket.h");
  V(socket_, "SO_RCVBUFFORCE", SO_RCVBUFFORCE, "asm-generic/socket.h");
  V(socket_, "SOL_PACKET", SOL_PACKET, "bits/socket.h");
  V(socket_, "PACKET_ADD_MEMBERSHIP", PACKET_ADD_MEMBERSHIP, "linux/if_packet.h");
  V(socket_, "PACKET_RX_RING", PACKET_RX_RING, "linux/if_packet.h");
  V(socket_, "PACKET_STATISTICS", PACKET_STATISTICS, "linux/if_packet.h");
  V(socket_, "PACKET_COPY_THRESH", PACKET_COPY_THRESH, "linux/if_packet.h");
  V(socket_, "PACKET_VERSION", PACKET_VERSION, "linux/if_packet.h");
  V(socket_, "PACKET_VNET_HDR", PACKET_VNET_HDR, "linux/if_packet.h");
  V(socket_, "PACKET_FANOUT", PACKET_FANOUT, "linux/if_packet.h");
  V(socket_, "PACKET_FANOUT_DATA", PACKET_FANOUT_DATA, "linux/if_packet.h");
  V(socket_, "PACKET_IGNORE_OUTGOING", PACKET_IGNORE_OUTGOING, "linux/if_packet.h");
  V(socket_, "FANOUT_CBPF", PACKET_FANOUT_CBPF, "linux/if_packet.h");
  V(socket_, "FANOUT_UNIQUE_ID", PACKET_FANOUT_FLAG_UNIQUEID, "linux/if_packet.h");
  SIZE(socket_, "INSTRUCTION_BYTES", struct sock_filter, "linux/filter.h");
  V(socket_, "TPACKET_V2", TPACKET_V2, "linux/if_packet.h");
  V(socket_, "PACKET_MR_PROMISC", PACKET_MR_PROMISC, "linux/if_packet.h");
  V(socket_, "PACKET_MR_UNICAST", PACKET_MR_UNICAST, "linux/if_packet.h");
  V(socket_, "SIOCGIFFLAGS", SIOCGIFFLAGS, "linux/sockios.h");
  V(socket_, "SIOCGIFMTU", SIOCGIFMTU, "linux/sockios.h");
  V(socket_, "SIOCGIFHWADDR", SIOCGIFHWADDR, "linux/sockios.h");
  V(socket_, "IFF_UP", IFF_UP, "linux/if.h");
  V(socket_, "IFF_RUNNING", IFF_RUNNING, "linux/if.h");
  SIZE(socket_, "IFREQ_BYTES", struct ifreq, "linux/if.h");
  AT(socket_, "IFREQ_VALUE", struct ifreq, ifr_ifru, "linux/if.h");
  SIZE(socket_, "-", struct sockaddr_ll, "struct sockaddr_ll, linux/if_packet.h");
  AT(socket_, "-", struct sockaddr_ll, sll_ifindex, "sll_ifindex, linux/if_packet.h");
  SIZE(socket_, "-", struct tpacket_req, "struct tpacket_req, linux/if_packet.h");
  AT(socket_, "-", struct tpacket_stats, tp_drops, "tp_drops, linux/if_packet.h");
  SIZE(socket_, "-", struct packet_mreq, "struct packet_mreq, linux/if_packet.h");
  AT(socket_, "-", struct packet_mreq, mr_address, "mr_address, linux/if_packet.h");
  SIZE(socket_, "-", struct sock_fprog, "struct sock_fprog, linux/filter.h");
  AT(socket_, "-", struct sock_fprog, filter, "filter, linux/filter.h");
  AT(receiver, "LENGTH", struct tpacket2_hdr, tp_len, "linux/if_packet.h");
  AT(receiver, "CAPTURED", struct tpacket2_hdr, tp_snaplen, "linux/if_packet.h");
  AT(receiver, "FRAME_OFFSET", struct tpacket2_hdr, tp_mac, "linux/if_packet.h");
  AT(receiver, "TAG_CONTROL", struct tpacket2_hdr, tp_vlan_tci, "linux/if_packet.h");
  AT(receiver, "TAG_PROTOCOL", struct tpacket2_hdr, tp_vlan_tpid, "linux/if_packet.h");
  V(receiver, "STATUS_USER", TP_STATUS_USER, "linux/if_packet.h");
  V(receiver, "STATUS_QUEUED", TP_STATUS_COPY, "linux/if_packet.h");
  V(receiver, "STATUS_TAG_VALID", TP_STATUS_VLAN_VALID, "linux/if_packet.h");
  V(receiver, "STATUS_CHECKSUM_GOOD", TP_STATUS_CSUMNOTREADY | TP_STATUS_CSUM_VALID, "linux/if_packet.h");
  SIZE(receiver, "VNET_BYTES", struct virtio_net_hdr, "linux/virtio_net.h");
  AT(receiver, "VNET_GSO_TYPE", struct virtio_net_hdr, gso_type, "linux/virtio_net.h");
  AT(receiver, "VNET_GSO_SIZE", struct virtio_net_hdr, gso_size, "linux/virtio_net.h");
  V(receiver, "VNET_CHECKSUM_GOOD", VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID, "linux/virtio_net.h");
  SIZE(transmitter, "MESSAGE_BYTES", struct mmsghdr, "bits/socket.h");
  AT(transmitter, "MESSAGE_IOV", struct mmsghdr, msg_hdr.msg_iov, "bits/socket.h");
  AT(transmitter, "MESSAGE_IOV_COUNT", struct mmsghdr, msg_hdr.msg_iovlen, "bits/socket.h");
  SIZE(transmitter, "IOV_BYTES", struct iovec, "bits/types/struct_iovec.h");
  SIZE(transmitter, "VNET_BYTES", struct virtio_net_hdr, "linux/virtio_net.h");
  V(transmitter, "NEEDS_CHECKSUM", VIRTIO_NET_HDR_F_NEEDS_CSUM, "linux/virtio_net.h");
  V(transmitter, "GSO_TCP4", VIRTIO_NET_HDR_GSO_TCPV4, "linux/virtio_net.h");
  V(transmitter, "GSO_TCP6", VIRTIO_NET_HDR_GSO_TCPV6, "linux/virtio_net.h");
  V(transmitter, "ETHER_TYPE_IPV6", ETH_P_IPV6, "linux/if_ether.h");
  SIZE(longs, "MESSAGE_BYTES", struct msghdr, "bits/socket.h");
  AT(longs, "MESSAGE_IOV", struct msghdr, msg_iov, "bits/socket.h");
  AT(longs, "MESSAGE_IOV_COUNT", struct msghdr, msg_iovlen, "bits/socket.h");
  SIZE(longs, "IOV_BYTES", struct iovec, "bits/types/struct_iovec.h");
  SIZE(longs, "VNET_BYTES", struct virtio_net_hdr, "linux/virtio_net.h");
  V(claim, "AF_UNIX", AF_UNIX, "bits/socket.h");
  V(claim, "SOCK_DGRAM_CLOEXEC", SOCK_DGRAM | SOCK_CLOEXEC, "bits/socket_type.h");
  V(claim, "EADDRINUSE", EADDRINUSE, "asm-generic/errno.h");
  V(context, "MADV_HUGEPAGE", MADV_HUGEPAGE, "asm-generic/mman-common.h");
  V(attach, "SOL_SOCKET", SOL_SOCKET, "asm-generic/socket.h");
  V(attach, "SO_RCVTIMEO", SO_RCVTIMEO, "asm-generic/socket.h");
  SIZE(attach, "-", struct timeval, "struct timeval, bits/types/struct_timeval.h");
  return 0;
}
