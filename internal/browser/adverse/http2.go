package adverse

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// conn2 is one connection of HTTP/2.
type conn2 struct {
	site    *Site
	raw     net.Conn
	framer  *http2.Framer
	block   bytes.Buffer
	encoder *hpack.Encoder
	streams map[uint32]request
}

// window is large enough that no test waits for it.
const window = 1 << 24

// serve2 serves one connection of HTTP/2. Write errors show when it reads on.
func (s *Site) serve2(raw, c net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c, preface); err != nil {
		return
	}
	k := &conn2{site: s, raw: raw, framer: http2.NewFramer(c, bufio.NewReader(c)), streams: map[uint32]request{}}
	k.encoder = hpack.NewEncoder(&k.block)
	k.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = k.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window})
	_ = k.framer.WriteWindowUpdate(0, window)
	for {
		f, err := k.framer.ReadFrame()
		if err != nil || !k.frame(f) {
			return
		}
	}
}

// frame handles one frame and says whether the connection goes on.
func (k *conn2) frame(f http2.Frame) bool {
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if !f.IsAck() {
			_ = k.framer.WriteSettingsAck()
		}
	case *http2.PingFrame:
		if !f.IsAck() {
			_ = k.framer.WritePing(true, f.Data)
		}
	case *http2.MetaHeadersFrame:
		u, err := url.Parse(f.PseudoValue("path"))
		if err != nil {
			return false
		}
		r := request{f.PseudoValue("method"), u, http.Header{}}
		for _, h := range f.RegularFields() {
			r.header.Add(h.Name, h.Value)
		}
		k.streams[f.StreamID] = r
		k.site.begin(r)
		return !f.StreamEnded() || k.reply(f.StreamID)
	case *http2.DataFrame:
		if f.Length > 0 {
			_ = k.framer.WriteWindowUpdate(0, f.Length)
		}
		return !f.StreamEnded() || k.reply(f.StreamID)
	}
	return true
}

// reply answers a stream, or does what it shall do instead.
func (k *conn2) reply(id uint32) bool {
	r := k.streams[id]
	delete(k.streams, id)
	a := k.site.answer(r)
	switch a.act {
	case RST:
		reset(k.raw)
		return false
	case FIN:
		return false
	case Hang:
		return true
	case Refused:
		_ = k.framer.WriteRSTStream(id, http2.ErrCodeRefusedStream)
		return true
	case GoAway:
		_ = k.framer.WriteGoAway(0, http2.ErrCodeNo, nil)
		return false
	case GoAwayOwn:
		_ = k.framer.WriteGoAway(id, http2.ErrCodeNo, nil)
		return false
	}
	k.headers(id, a)
	return k.framer.WriteData(id, !a.stream, []byte(a.body)) == nil
}

func (k *conn2) headers(id uint32, a answer) {
	k.block.Reset()
	_ = k.encoder.WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(a.status)})
	for i := 0; i < len(a.header); i += 2 {
		if name := strings.ToLower(a.header[i]); name != "connection" {
			_ = k.encoder.WriteField(hpack.HeaderField{Name: name, Value: a.header[i+1]})
		}
	}
	_ = k.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: k.block.Bytes(), EndHeaders: true})
}
