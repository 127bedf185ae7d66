package main

import (
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// notifier tells a service manager how things stand: sd_notify(3), one datagram a message. A nil notifier tells nobody.
type notifier struct {
	conn     net.Conn
	watchdog time.Duration // how often "WATCHDOG=1" is due; 0 is never
}

// notifyTime bounds the send of one datagram: a manager that does not read must not hold up the keeper.
const notifyTime = time.Second

// newNotifier reads NOTIFY_SOCKET (a path, or "@name" in Linux's abstract namespace), WATCHDOG_USEC and WATCHDOG_PID.
func newNotifier(getenv func(string) string) *notifier {
	socket := getenv("NOTIFY_SOCKET")
	if !strings.HasPrefix(socket, "/") && !strings.HasPrefix(socket, "@") {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return nil // as sd_notify: nobody listens
	}
	n := &notifier{conn: conn}
	usec, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64)
	pid := getenv("WATCHDOG_PID")
	if err == nil && usec > 1 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		n.watchdog = time.Duration(usec) * time.Microsecond / 2
	}
	return n
}

// send sends assignments like "READY=1". Nothing depends on whether they arrive.
func (n *notifier) send(assignments ...string) {
	if n == nil {
		return
	}
	_ = n.conn.SetWriteDeadline(time.Now().Add(notifyTime))
	_, _ = n.conn.Write([]byte(strings.Join(assignments, "\n")))
}

// ticks is the watchdog's clock and what stops it; nil, which never fires, if there is no watchdog.
func (n *notifier) ticks() (<-chan time.Time, func()) {
	if n == nil || n.watchdog <= 0 {
		return nil, func() {}
	}
	t := time.NewTicker(n.watchdog)
	return t.C, t.Stop
}

func (n *notifier) close() {
	if n != nil {
		_ = n.conn.Close()
	}
}
