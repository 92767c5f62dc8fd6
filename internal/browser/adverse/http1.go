package adverse

import (
	"bufio"
	"crypto/sha1" //nolint:gosec // RFC 6455 names it for the handshake; it protects nothing
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// serve1 serves one connection of HTTP/1.1.
func (s *Site) serve1(raw, c net.Conn) {
	in := bufio.NewReader(c)
	for {
		q, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		r := request{q.Method, q.URL, q.Header}
		s.begin(r)
		if strings.EqualFold(q.Header.Get("Upgrade"), "websocket") {
			s.socket(r, c, in)
			return
		}
		if n := s.cutAt(r); n > 0 {
			_, _ = io.CopyN(io.Discard, q.Body, n)
			reset(raw)
			return
		}
		if _, err := io.Copy(io.Discard, q.Body); err != nil {
			return // not read to the end: not taken in
		}
		if !s.reply1(raw, c, s.answer(r)) {
			return
		}
	}
}

// reply1 answers, or does what it shall do instead, and says whether the
// connection goes on.
func (s *Site) reply1(raw, c net.Conn, a answer) bool {
	switch a.act {
	case RST:
		reset(raw)
		return false
	case FIN:
		return false
	case Hang:
		_, _ = io.Copy(io.Discard, c)
		return false
	case Late:
		<-time.NewTimer(s.Delay).C
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	last := false
	for i := 0; i < len(a.header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", a.header[i], a.header[i+1])
		last = last || a.header[i] == "Connection"
	}
	if a.stream {
		fmt.Fprintf(&b, "\r\n%s", a.body)
		_, _ = io.WriteString(c, b.String())
		_, _ = io.Copy(io.Discard, c)
		return false
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(a.body), a.body)
	_, err := io.WriteString(c, b.String())
	return err == nil && !last
}

// socketKey is the constant of RFC 6455 §1.3.
const socketKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// socket accepts a WebSocket and counts what comes over it.
func (s *Site) socket(r request, c net.Conn, in *bufio.Reader) {
	sum := sha1.Sum([]byte(r.header.Get("Sec-WebSocket-Key") + socketKey)) //nolint:gosec // the same
	_, _ = fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	buf := make([]byte, 4096)
	for {
		if _, err := in.Read(buf); err != nil {
			return
		}
		s.frame(r)
	}
}
